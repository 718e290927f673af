#include "base/subprocess.h"

#include <gtest/gtest.h>

#ifdef _WIN32

namespace fastmigrate {
namespace {

TEST(RunProcess, IsNotSupportedOnWindows) {
  Result<ProcessResult> run = RunProcess({"python3"}, [] { return false; });
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message,
            "cannot start python3: scripts that are programs (.py, .sh) are not supported on "
            "this system");
}

}  // namespace
}  // namespace fastmigrate

#else

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/process_testing.h"

namespace fastmigrate {
namespace {

Result<ProcessResult> Shell(const std::string& script) {
  return RunProcess({"sh", "-c", script}, Never);
}

// The tail of what `script` writes to standard error; of a run that did not succeed, the error.
std::string ErrorTailOf(const std::string& script) {
  Result<ProcessResult> run = Shell(script);
  return run ? run->error_tail : run.error().message;
}

class SignalDisposition {
 public:
  SignalDisposition(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(signal_, &action, &before_);
  }
  ~SignalDisposition() { sigaction(signal_, &before_, nullptr); }

 private:
  int signal_;
  struct sigaction before_ = {};
};

// A folder of its own, removed afterwards. Scripts and tests meet at named pipes in it: opening one
// waits until the other side has opened it too.
class ProcessFolder : public testing::Test {
 protected:
  ProcessFolder() {
    std::string name = testing::TempDir() + "process_test_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ProcessFolder() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string NewFile(const std::string& name) const {
    std::ofstream(Path(name)) << "\n";
    return Path(name);
  }

  std::string NewNamedPipe(const std::string& name) const {
    EXPECT_EQ(mkfifo(Path(name).c_str(), 0600), 0);
    return Path(name);
  }

  // Runs `script`, and interrupts it once it has written to the named pipe $1. It can wait for
  // ever by reading the named pipe $2. Returns with `writers_` at the reading end of $1.
  Result<ProcessResult> InterruptOnceReady(const std::string& script) {
    std::string ready = NewNamedPipe("ready");
    std::string never = NewNamedPipe("never");
    writers_ = open(ready.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    Result<ProcessResult> run =
        RunProcess({"sh", "-c", script, "sh", ready, never}, [&] { return ReadReady(); });
    fcntl(writers_, F_SETFL, 0);
    return run;
  }

  // Waits until no process holds the named pipe open any more.
  bool AllWritersHaveEnded() {
    char byte = 0;
    ssize_t count = 1;
    while (count > 0) count = read(writers_, &byte, 1);
    close(writers_);
    return count == 0;
  }

  std::string ready_text_;

 private:
  bool ReadReady() {
    char text[64];
    ssize_t count = read(writers_, text, sizeof text);
    if (count > 0) ready_text_.append(text, static_cast<std::size_t>(count));
    return !ready_text_.empty() && ready_text_.back() == '\n';
  }

  std::string folder_;
  int writers_ = -1;
};

// How it ended.

TEST(RunProcess, GivesExitCodeZero) {
  Result<ProcessResult> run = Shell("exit 0");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 0);
  EXPECT_EQ(run->signal, 0);
}

TEST(RunProcess, GivesExitCodeOfFailure) {
  Result<ProcessResult> run = Shell("exit 3");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 3);
  EXPECT_EQ(run->signal, 0);
}

TEST(RunProcess, GivesSignalThatEndedIt) {
  Result<ProcessResult> run = Shell("kill -KILL $$");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, -1);
  EXPECT_EQ(run->signal, SIGKILL);
}

TEST(RunProcess, ProgramThatIsNotFoundIsAnError) {
  Result<ProcessResult> run = RunProcess({"fastmigrate-no-such-program", "x"}, Never);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, kCodeCantOpen);
  EXPECT_EQ(run.error().message,
            "cannot start fastmigrate-no-such-program: No such file or directory");
}

TEST_F(ProcessFolder, FileThatIsNotExecutableIsAnError) {
  std::string file = NewFile("plain");
  Result<ProcessResult> run = RunProcess({file}, Never);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message, "cannot start " + file + ": Permission denied");
}

// What it is given.

TEST(RunProcess, PassesArgumentsUnchanged) {
  std::string argument = "two words 'single' \"double\" $HOME `id` \\ * \n;end";
  Result<ProcessResult> run =
      RunProcess({"sh", "-c", "printf '%s|' \"$@\" >&2", "sh", argument, "", "-x"}, Never);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->error_tail, argument + "||-x|");
}

TEST(RunProcess, StandardInputIsEmpty) { EXPECT_EQ(ErrorTailOf("cat >&2; echo end >&2"), "end"); }

TEST(RunProcess, PrintsNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Result<ProcessResult> run = Shell("echo out; echo err >&2");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(run);
}

TEST(RunProcess, HostsDescriptorsAreNotInherited) {
  int inheritable = dup(STDIN_FILENO);
  ASSERT_GE(inheritable, 0);
  std::string number = std::to_string(inheritable);
  EXPECT_EQ(ErrorTailOf("test -e /dev/fd/" + number + " && echo inherited >&2"), "");
  close(inheritable);
}

TEST(RunProcess, WorksWhenHostHasClosedItsStandardStreams) {
  int saved[3];
  for (int stream = 0; stream < 3; ++stream) {
    saved[stream] = fcntl(stream, F_DUPFD_CLOEXEC, 10);
    close(stream);
  }
  Result<ProcessResult> run = Shell("cat; echo out && echo err >&2");
  for (int stream = 0; stream < 3; ++stream) {
    dup2(saved[stream], stream);
    close(saved[stream]);
  }
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 0);
  EXPECT_EQ(run->error_tail, "err");
}

TEST(RunProcess, SignalsIgnoredByHostAreNotIgnoredInChild) {
  SignalDisposition ignored(SIGPIPE, SIG_IGN);
  Result<ProcessResult> run = Shell("kill -PIPE $$");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->signal, SIGPIPE);
}

TEST(RunProcess, SignalsBlockedByHostAreNotBlockedInChild) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Result<ProcessResult> run = Shell("kill -TERM $$");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->signal, SIGTERM);
}

// The tail of standard error.

TEST(ErrorTail, IsAllOfAShortText) {
  EXPECT_EQ(ErrorTailOf("echo one >&2; echo two >&2; exit 1"), "one\ntwo");
}

TEST(ErrorTail, IsEmptyWhenNothingWasWritten) { EXPECT_EQ(ErrorTailOf("exit 1"), ""); }

TEST(ErrorTail, LosesLineEndsAtTheEnd) {
  EXPECT_EQ(ErrorTailOf("printf ' a \\r\\n\\r\\n\\n' >&2"), " a ");
}

TEST(ErrorTail, IsWhollyKeptAtTheLimit) {
  EXPECT_EQ(ErrorTailOf("printf 'b\\n%04094d' 0 >&2"), "b\n" + std::string(4094, '0'));
}

TEST(ErrorTail, OfALongTextStartsWithALine) {
  std::string tail = ErrorTailOf("i=0; while [ $i -lt 3000 ]; do echo $i >&2; i=$((i+1)); done");
  EXPECT_EQ(tail.substr(0, 10), "2181\n2182\n");
  EXPECT_EQ(tail.substr(tail.size() - 10), "\n2998\n2999");
}

TEST(ErrorTail, KeepsALineThatJustFits) {
  EXPECT_EQ(ErrorTailOf("printf 'cut off\\n%04096d' 0 >&2"), std::string(4096, '0'));
}

TEST(ErrorTail, OfOneLongLineIsItsEnd) {
  EXPECT_EQ(ErrorTailOf("printf '%05000d' 0 >&2"), std::string(4096, '0'));
}

TEST(ErrorTail, DoesNotStartWithinACharacter) {
  // 2 + 4095 bytes: the cut falls between the first two bytes of the euro sign.
  EXPECT_EQ(ErrorTailOf("printf 'a\\342\\202\\254%04094d' 0 >&2"), std::string(4094, '0'));
}

TEST(ErrorTail, OfManyMegabytesIsTheirEnd) {
  EXPECT_EQ(ErrorTailOf("head -c 20000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2"),
            "end");
}

struct Utf8Case {
  const char* name;
  const char* printf_format;
  std::string expected;
};

class ErrorTailUtf8 : public testing::TestWithParam<Utf8Case> {};

TEST_P(ErrorTailUtf8, ReplacesExactlyWhatIsNotText) {
  EXPECT_EQ(ErrorTailOf(std::string("printf '") + GetParam().printf_format + "' >&2"),
            GetParam().expected);
}

const std::string kBad = "\xEF\xBF\xBD";  // U+FFFD

INSTANTIATE_TEST_SUITE_P(
    Bytes, ErrorTailUtf8,
    testing::Values(Utf8Case{"TwoBytes", "\\303\\251", "\xC3\xA9"},
                    Utf8Case{"ThreeBytes", "\\342\\202\\254", "\xE2\x82\xAC"},
                    Utf8Case{"FourBytes", "\\360\\237\\230\\200", "\xF0\x9F\x98\x80"},
                    Utf8Case{"Latin1", "caf\\351 au", "caf" + kBad + " au"},
                    Utf8Case{"LoneContinuation", "a\\200b", "a" + kBad + "b"},
                    Utf8Case{"CutAtTheEnd", "a\\342\\202", "a" + kBad + kBad},
                    Utf8Case{"Overlong", "\\300\\257", kBad + kBad},
                    Utf8Case{"OverlongThreeBytes", "\\340\\200\\257", kBad + kBad + kBad},
                    Utf8Case{"Surrogate", "\\355\\240\\200", kBad + kBad + kBad},
                    Utf8Case{"BeyondUnicode", "\\364\\220\\200\\200", kBad + kBad + kBad + kBad},
                    Utf8Case{"NeverInUtf8", "\\377\\376", kBad + kBad},
                    Utf8Case{"Nul", "a\\000b", "a" + kBad + "b"}),
    [](const auto& instance) { return instance.param.name; });

// What it leaves running.

TEST_F(ProcessFolder, BackgroundProcessWithStandardErrorOpenIsNeitherAwaitedNorEnded) {
  std::string wake = NewNamedPipe("wake");
  std::string answer = NewNamedPipe("answer");
  Result<ProcessResult> run =
      RunProcess({"sh", "-c", "(read line <\"$1\"; echo alive >\"$2\") & echo started >&2", "sh",
                  wake, answer},
                 Never);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 0);
  EXPECT_EQ(run->error_tail, "started");
  std::ofstream(wake) << "go\n";
  std::string line;
  std::ifstream(answer) >> line;
  EXPECT_EQ(line, "alive");
}

TEST(RunProcess, BackgroundProcessThatNeverStopsWritingIsNotAwaited) {
  Result<ProcessResult> run = Shell("yes >&2 & exit 4");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 4);
}

TEST(RunProcess, WaitsForAProgramThatHasClosedItsStandardError) {
  Result<ProcessResult> run = Shell("exec 2>&-; sh -c 'exit 0'; exit 6");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 6);
}

// Interrupts.

TEST_F(ProcessFolder, InterruptedBeforeTheStartStartsNothing) {
  Result<ProcessResult> run =
      RunProcess({"sh", "-c", "echo >\"$1\"", "sh", Path("file")}, [] { return true; });
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, kCodeInterrupt);
  EXPECT_EQ(run.error().message, "interrupted before sh was started");
  EXPECT_FALSE(std::filesystem::exists(Path("file")));
}

TEST_F(ProcessFolder, InterruptIsAnErrorWithTheInterruptCode) {
  Result<ProcessResult> run = InterruptOnceReady("echo >\"$1\"; read line <\"$2\"");
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, kCodeInterrupt);
  EXPECT_EQ(run.error().message, "interrupted, sh was ended");
}

TEST_F(ProcessFolder, InterruptEndsChildAndGrandchild) {
  EXPECT_FALSE(
      InterruptOnceReady("exec 3>\"$1\"\n"
                         "(echo >&3; read line <\"$2\") &\n"
                         "wait"));
  EXPECT_TRUE(AllWritersHaveEnded());
}

TEST_F(ProcessFolder, InterruptEndsThoseThatIgnoreSigterm) {
  EXPECT_FALSE(
      InterruptOnceReady("trap '' TERM\n"
                         "exec 3>\"$1\"\n"
                         "(echo >&3; read line <\"$2\") &\n"
                         "wait"));
  EXPECT_TRUE(AllWritersHaveEnded());
}

TEST_F(ProcessFolder, InterruptEndsGrandchildThatOutlivesChildAndIgnoresSigterm) {
  EXPECT_FALSE(
      InterruptOnceReady("exec 3>\"$1\"\n"
                         "(trap '' TERM; exec 2>&-; echo >&3; read line <\"$2\") &\n"
                         "wait"));
  EXPECT_TRUE(AllWritersHaveEnded());
}

TEST_F(ProcessFolder, InterruptReapsAChildThatIgnoresSigterm) {
  EXPECT_FALSE(InterruptOnceReady("trap '' TERM; echo >\"$1\"; read line <\"$2\""));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProcessFolder, InterruptLetsGrandchildCleanUp) {
  std::string file = NewFile("scratch");
  EXPECT_FALSE(
      InterruptOnceReady("scratch=\"${1%/*}/scratch\"\n"
                         "(trap 'rm \"$scratch\"; exit 1' TERM\n"
                         " echo >\"$1\"; read line <\"$2\" & wait) &\n"
                         "wait"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ProcessFolder, InterruptLetsAStoppedProgramCleanUp) {
  std::string file = NewFile("scratch");
  EXPECT_FALSE(
      InterruptOnceReady("trap 'rm \"${1%/*}/scratch\"; exit 1' TERM\n"
                         "echo >\"$1\"; kill -STOP $$; read line <\"$2\""));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ProcessFolder, InterruptEndsAProgramThatFloodsStandardError) {
  EXPECT_FALSE(InterruptOnceReady("exec 3>\"$1\"; echo >&3; exec yes >&2"));
  EXPECT_TRUE(AllWritersHaveEnded());
}

TEST_F(ProcessFolder, ChildLeadsItsOwnProcessGroup) {
  std::string ready = NewNamedPipe("ready_pid");
  std::string never = NewNamedPipe("never_written");
  int reader = open(ready.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  pid_t child = 0;
  pid_t group = 0;
  EXPECT_FALSE(
      RunProcess({"sh", "-c", "echo $$ >\"$1\"; read line <\"$2\"", "sh", ready, never}, [&] {
        char text[32] = {};
        if (read(reader, text, sizeof text - 1) <= 0) return false;
        child = atoi(text);
        group = getpgid(child);
        return true;
      }));
  close(reader);
  EXPECT_GT(child, 0);
  EXPECT_EQ(group, child);
}

// The host.

TEST(RunProcess, LeaksNoDescriptor) {
  std::vector<int> before = OpenDescriptors();
  EXPECT_TRUE(Shell("exit 0"));
  EXPECT_FALSE(RunProcess({"fastmigrate-no-such-program"}, Never));
  bool started = false;
  EXPECT_FALSE(
      RunProcess({"sh", "-c", "kill -STOP $$"}, [&] { return std::exchange(started, true); }));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(RunProcess, OpensNothingThatOtherChildrenOfTheHostInherit) {
  std::vector<int> before = InheritableDescriptors();
  std::vector<int> during;
  bool started = false;
  EXPECT_FALSE(RunProcess({"sh", "-c", "kill -STOP $$"}, [&] {
    during = InheritableDescriptors();
    return std::exchange(started, true);
  }));
  EXPECT_EQ(during, before);
}

TEST(RunProcess, ThreadsDoNotMixUpTheirPrograms) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int thread = 1; thread <= 4; ++thread) {
    threads.emplace_back([thread, &right] {
      std::string number = std::to_string(thread);
      for (int i = 0; i < 25; ++i) {
        Result<ProcessResult> run =
            RunProcess({"sh", "-c", "echo $1 >&2; exit $1", "sh", number}, Never);
        if (run && run->exit_code == thread && run->error_tail == number) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 100);
}

TEST(RunProcess, LeavesNoChildBehind) {
  EXPECT_TRUE(Shell("exit 0"));
  EXPECT_FALSE(RunProcess({"fastmigrate-no-such-program"}, Never));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(RunProcess, ExitStatusLostToAnIgnoredSigchldIsAnError) {
  SignalDisposition ignored(SIGCHLD, SIG_IGN);
  Result<ProcessResult> run = Shell("exit 0");
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, kCodeError);
  EXPECT_EQ(run.error().message,
            "cannot tell how sh ended: this process ignores SIGCHLD or waits for all of its "
            "children, so the exit status is lost; run migrations where it does not");
}

TEST(RunProcess, LeavesAnIgnoredSigchldIgnored) {
  SignalDisposition ignored(SIGCHLD, SIG_IGN);
  EXPECT_FALSE(Shell("exit 0"));
  struct sigaction now = {};
  sigaction(SIGCHLD, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

TEST(RunProcess, IsNotDisturbedByTheHostsSignals) {
  SignalDisposition handled(SIGALRM, [](int) {});
  itimerval every_millisecond = {{0, 1000}, {0, 1000}};
  setitimer(ITIMER_REAL, &every_millisecond, nullptr);
  Result<ProcessResult> run =
      Shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2; exit 5");
  itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 5);
  EXPECT_EQ(run->error_tail, "end");
}

}  // namespace
}  // namespace fastmigrate

#endif  // _WIN32
