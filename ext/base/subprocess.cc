#include "base/subprocess.h"

#if !defined(_WIN32) && !defined(__EMSCRIPTEN__)

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utf8.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/files.h"
#include "base/pipe.h"

#ifdef __APPLE__
#include <crt_externs.h>
#else
extern char** environ;
#endif

namespace fastmigrate {
namespace {

constexpr int kChildPollMilliseconds = 20;
constexpr std::chrono::milliseconds kGrace(500);
constexpr std::size_t kReadBytes = 16384;  // on the stack, which may be a small one
// As much as a pipe can hold: Linux lets an ordinary user widen it from 64 KiB to 1 MiB.
constexpr int kReadsToDrainPipe = 64;

// Does nothing for that long, or shorter when a signal comes in.
void Pause(int milliseconds) { poll(nullptr, 0, milliseconds); }

pid_t WaitFor(pid_t pid, int* status, int options) {
  pid_t waited = 0;
  do {
    waited = waitpid(pid, status, options);
  } while (waited < 0 && errno == EINTR);
  return waited;
}

// A child that leads its own process group. Unless HasEnded() has said true, the destructor ends it
// and its group; whoever holds a Child may just return.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ~Child() {
    if (ended_) return;
    kill(-pid_, SIGTERM);
    kill(-pid_, SIGCONT);  // a stopped process would not see SIGTERM
    auto deadline = std::chrono::steady_clock::now() + kGrace;
    for (int pause = 1; GroupLives(); pause = std::min(2 * pause, kChildPollMilliseconds)) {
      if (std::chrono::steady_clock::now() >= deadline) {
        kill(-pid_, SIGKILL);
        break;
      }
      Pause(pause);
    }
    if (!ended_) WaitFor(pid_, nullptr, 0);
  }

  bool HasEnded() {
    if (ended_) return true;
    int status = 0;
    pid_t waited = WaitFor(pid_, &status, WNOHANG);
    if (waited == 0) return false;
    ended_ = true;
    if (waited == pid_) status_ = status;
    return true;
  }

  // Once it has ended: what waitpid says; nothing when it was reaped by somebody else.
  std::optional<int> status() const { return status_; }

 private:
  // The group outlives its leader, and its number is not given away while it does. The leader is
  // reaped first, since a dead process that nobody waited for still counts.
  bool GroupLives() {
    HasEnded();
    return kill(-pid_, 0) == 0 || errno == EPERM;
  }

  pid_t pid_;
  bool ended_ = false;
  std::optional<int> status_;
};

#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT  // macOS: nothing is inherited but what the actions make
constexpr short kCloseOthers = POSIX_SPAWN_CLOEXEC_DEFAULT;
std::vector<int> InheritedDescriptors() { return {}; }
#else
constexpr short kCloseOthers = 0;
// What the host holds open and did not mark close-on-exec. All of ours is marked.
std::vector<int> InheritedDescriptors() {
  std::vector<int> inherited;
  Result<std::vector<std::string>> names = ListFolder("/dev/fd");
  if (!names) return inherited;
  for (const std::string& name : *names) {
    int descriptor = std::atoi(name.c_str());
    if (descriptor <= STDERR_FILENO) continue;
    int flags = fcntl(descriptor, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) inherited.push_back(descriptor);
  }
  return inherited;
}
#endif

// Standard error goes first: if the host has closed some of 0, 1 and 2, the pipe itself may have
// such a number, and what is opened next would close it.
int RedirectStreams(posix_spawn_file_actions_t* actions, int error_pipe, int kept) {
  int rc = posix_spawn_file_actions_adddup2(actions, error_pipe, STDERR_FILENO);
  if (rc != 0) return rc;
  rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (rc != 0) return rc;
  rc = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (rc != 0) return rc;
  for (int descriptor : InheritedDescriptors()) {
    rc = posix_spawn_file_actions_addclose(actions, descriptor);
    if (rc != 0) return rc;
  }
  if (kept < 0) return 0;
  // The copy under another number is not marked close-on-exec.
  const int copy = kept == STDERR_FILENO + 1 ? kept + 1 : STDERR_FILENO + 1;
  return posix_spawn_file_actions_adddup2(actions, kept, copy);
}

int SetOwnSessionAndSignals(posix_spawnattr_t* attributes) {
#ifdef POSIX_SPAWN_SETSID
  short flags = POSIX_SPAWN_SETSID;  // also makes a process group
#else
  short flags = POSIX_SPAWN_SETPGROUP;
#endif
  flags |= POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | kCloseOthers;
  int rc = posix_spawnattr_setflags(attributes, flags);
  if (rc != 0) return rc;
  sigset_t none;
  sigemptyset(&none);
  rc = posix_spawnattr_setsigmask(attributes, &none);
  if (rc != 0) return rc;
  sigset_t changeable;
  sigfillset(&changeable);
  sigdelset(&changeable, SIGKILL);
  sigdelset(&changeable, SIGSTOP);
  return posix_spawnattr_setsigdefault(attributes, &changeable);
}

// Gives `pid`, or returns an errno value.
int Spawn(const std::vector<std::string>& argv, int error_pipe, int kept, pid_t* pid) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
#ifdef __APPLE__
  char** environ = *_NSGetEnviron();
#endif

  posix_spawn_file_actions_t actions;
  int rc = posix_spawn_file_actions_init(&actions);
  if (rc != 0) return rc;
  posix_spawnattr_t attributes;
  rc = posix_spawnattr_init(&attributes);
  if (rc == 0) {
    rc = RedirectStreams(&actions, error_pipe, kept);
    if (rc == 0) rc = SetOwnSessionAndSignals(&attributes);
    if (rc == 0) {
      rc = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    }
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return rc;
}

// Appends at most kReadBytes of what the pipe holds to `bytes`, of which the last kErrorTailBytes
// and the one before them stay. False when there was nothing; closes the pipe when there never
// will be.
bool ReadSome(Descriptor& pipe, std::string& bytes) {
  if (pipe.value() < 0) return false;
  char chunk[kReadBytes];
  ssize_t count = read(pipe.value(), chunk, sizeof chunk);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0) {
    pipe.Close();
    return false;
  }
  std::replace(chunk, chunk + count, '\0', '\xFF');  // NUL would end the message; 0xFF is replaced
  bytes.append(chunk, static_cast<std::size_t>(count));
  if (bytes.size() > kErrorTailBytes + 1) bytes.erase(0, bytes.size() - kErrorTailBytes - 1);
  return true;
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::string ReplaceInvalid(std::string_view text) {
  std::string valid;
  for (auto rest = text.begin(); rest != text.end(); ++rest) {
    auto invalid = utf8::find_invalid(rest, text.end());
    valid.append(rest, invalid);
    if (invalid == text.end()) break;
    valid += "\xEF\xBF\xBD";
    rest = invalid;
  }
  return valid;
}

// From what ReadSome kept: one byte more than the tail tells that something was cut off, and
// whether the tail starts with a line.
std::string TailText(std::string_view bytes) {
  bool cut = bytes.size() > kErrorTailBytes;
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.remove_suffix(1);
  if (!cut || bytes.empty()) return ReplaceInvalid(bytes);
  std::size_t line_end = bytes.find('\n');
  if (line_end != std::string_view::npos) return ReplaceInvalid(bytes.substr(line_end + 1));
  bytes.remove_prefix(1);
  for (int i = 0; i < 3 && !bytes.empty() && IsContinuation(bytes[0]); ++i) bytes.remove_prefix(1);
  return ReplaceInvalid(bytes);
}

}  // namespace

bool CanRunProcesses() { return true; }

Result<ProcessResult> RunProcess(const std::vector<std::string>& argv,
                                 const std::function<bool()>& interrupted, int kept_descriptor) {
  const std::string& program = argv[0];
  if (interrupted()) return Error{kCodeInterrupt, "interrupted before " + program + " was started"};
  Result<Pipe> pipe = OpenPipe();
  if (!pipe) return pipe.error();
  pid_t pid = 0;
  int rc = Spawn(argv, pipe->write_end.value(), kept_descriptor, &pid);
  if (rc != 0) return Error{kCodeCantOpen, "cannot start " + program + ": " + Reason(rc)};
  Child child(pid);
  pipe->write_end.Close();

  std::string bytes;
  int pause = 1;
  while (!child.HasEnded()) {
    if (interrupted()) return Error{kCodeInterrupt, "interrupted, " + program + " was ended"};
    pollfd readable{pipe->read_end.value(), POLLIN, 0};
    if (readable.fd >= 0) {
      poll(&readable, 1, kChildPollMilliseconds);
      ReadSome(pipe->read_end, bytes);
    } else {  // standard error is closed a moment before a process has ended
      Pause(pause);
      pause = std::min(2 * pause, kChildPollMilliseconds);
    }
  }
  // Not until the pipe is closed: what runs on in the background may keep it open, and write to it.
  for (int i = 0; i < kReadsToDrainPipe && ReadSome(pipe->read_end, bytes); ++i) continue;

  if (!child.status()) {
    return MakeError("cannot tell how " + program +
                     " ended: this process ignores SIGCHLD or waits for all of its children, so "
                     "the exit status is lost; run migrations where it does not");
  }
  int status = *child.status();
  if (WIFSIGNALED(status)) return ProcessResult{-1, WTERMSIG(status), TailText(bytes)};
  return ProcessResult{WEXITSTATUS(status), 0, TailText(bytes)};
}

#else

namespace fastmigrate {

bool CanRunProcesses() { return false; }

Result<ProcessResult> RunProcess(const std::vector<std::string>& argv, const std::function<bool()>&,
                                 int) {
  return MakeError("cannot start " + argv[0] +
                   ": scripts that are programs (.py, .sh) are not supported on this system");
}

#endif

}  // namespace fastmigrate
