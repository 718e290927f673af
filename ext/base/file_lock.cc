#include "base/file_lock.h"

#include <algorithm>
#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace fastmigrate {
namespace {

constexpr int kLockPollMilliseconds = 50;

std::string NameBeside(const std::string& path) { return path + ".fastmigrate-lock"; }

std::string DoingIn(const std::string& path) { return "running " + path; }
std::string DoingBeside(const std::string& path) { return "applying a script to " + path; }

Error CannotOpen(const std::string& path, const std::string& reason) {
  return {kCodeCantOpen, "cannot open " + path + ": " + reason};
}

Error CannotMakeBeside(const std::string& path, const std::string& reason) {
  return {kCodeCantOpen, "cannot make the lock file " + NameBeside(path) + ": " + reason};
}

Error Interrupted(const std::string& doing) {
  return {kCodeInterrupt, "interrupted while another process or thread was " + doing};
}

}  // namespace

#ifndef _WIN32

namespace {

// A descriptor of the file, made when it is missing; -1 on an error, which errno tells. With
// permission to write, which flock asks for on NFS
// (https://www.man7.org/linux/man-pages/man2/flock.2.html).
int OpenBeside(const std::string& path, const std::string& name) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  struct stat model;
  if (stat(path.c_str(), &model) != 0) return -1;
  while (true) {
    int descriptor = open(name.c_str(), kFlags);
    if (descriptor >= 0 || errno != ENOENT) return descriptor;
    const mode_t mode = model.st_mode & 0666;
    descriptor = open(name.c_str(), kFlags | O_CREAT | O_EXCL, mode);
    if (descriptor < 0 && errno == EEXIST) continue;
    if (descriptor < 0) return -1;
    // Against the umask; and for those who own the database, where root applies, as SQLite does
    // with its own files. Where it cannot be done, only they cannot open it.
    [[maybe_unused]] const bool is_given =
        fchmod(descriptor, mode) == 0 &&
        (geteuid() != 0 || fchown(descriptor, model.st_uid, model.st_gid) == 0);
    return descriptor;
  }
}

}  // namespace

Result<FileLock> FileLock::Acquire(const std::string& path,
                                   const std::function<bool()>& interrupted) {
  FileLock lock(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.descriptor_ < 0) return CannotOpen(path, Reason(errno));
  Status status = lock.Wait(path, DoingIn(path), interrupted);
  if (!status) return status.error();
  return lock;
}

Result<FileLock> FileLock::AcquireBeside(const std::string& path,
                                         const std::function<bool()>& interrupted) {
  const std::string name = NameBeside(path);
  while (true) {
    FileLock lock(OpenBeside(path, name));
    if (lock.descriptor_ < 0) return CannotMakeBeside(path, Reason(errno));
    Status status = lock.Wait(name, DoingBeside(path), interrupted);
    if (!status) return status.error();
    // Who held it before has removed it, and another one may have made a new one.
    if (!lock.Is(name)) continue;
    lock.made_ = name;
    return lock;
  }
}

Status FileLock::Wait(const std::string& path, const std::string& doing,
                      const std::function<bool()>& interrupted) const {
  for (int pause = 1; flock(descriptor_, LOCK_EX | LOCK_NB) != 0;
       pause = std::min(2 * pause, kLockPollMilliseconds)) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Error{kCodeIoError, "cannot lock " + path + ": " + Reason(errno)};
    }
    if (interrupted()) return Interrupted(doing);
    poll(nullptr, 0, pause);
  }
  return {};
}

// Whether the file that is locked still has this name.
bool FileLock::Is(const std::string& path) const {
  struct stat locked;
  struct stat named;
  return fstat(descriptor_, &locked) == 0 && lstat(path.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  // Removed under the lock: behind it, it could be the next one's.
  if (!made_.empty() && Is(made_)) unlink(made_.c_str());
  // close alone would leave it locked if the host had forked in the meantime.
  flock(descriptor_, LOCK_UN);
  close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), made_(std::move(other.made_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  FileLock released(std::move(*this));
  descriptor_ = std::exchange(other.descriptor_, -1);
  made_ = std::move(other.made_);
  return *this;
}

#else  // _WIN32

namespace {

// As long as Windows may refuse the name of a file that is being removed.
constexpr int kMostRefusals = 20;

// Opens by `open` as soon as nobody else has the file. `failed` makes an error of a reason.
template <typename Open, typename Failed>
Result<windows::Handle> WaitToOpen(Open open, Failed failed, const std::string& doing,
                                   const std::function<bool()>& interrupted) {
  int refusals = 0;
  for (int pause = 1;; pause = std::min(2 * pause, kLockPollMilliseconds)) {
    windows::Handle handle = open();
    if (handle.ok()) return handle;
    const std::error_code error = windows::LastError();
    const bool is_refused = error == std::errc::permission_denied && ++refusals <= kMostRefusals;
    if (!windows::IsHeld(error) && !is_refused) return failed(windows::ReasonOf(error));
    if (interrupted()) return Interrupted(doing);
    windows::Sleep(pause);
  }
}

}  // namespace

Result<FileLock> FileLock::Acquire(const std::string& path,
                                   const std::function<bool()>& interrupted) {
  Result<windows::Handle> handle =
      WaitToOpen([&] { return windows::OpenAlone(path); },
                 [&](const std::string& reason) { return CannotOpen(path, reason); }, DoingIn(path),
                 interrupted);
  if (!handle) return handle.error();
  return FileLock(std::move(*handle));
}

Result<FileLock> FileLock::AcquireBeside(const std::string& path,
                                         const std::function<bool()>& interrupted) {
  Result<windows::Handle> handle =
      WaitToOpen([&] { return windows::OpenAloneForAsLong(NameBeside(path)); },
                 [&](const std::string& reason) { return CannotMakeBeside(path, reason); },
                 DoingBeside(path), interrupted);
  if (!handle) return handle.error();
  return FileLock(std::move(*handle));
}

Result<FileLock> FileLock::AcquireNew(const std::string& path) {
  windows::Handle handle = windows::OpenAloneAnew(path);
  if (!handle.ok()) return CannotOpen(path, windows::ReasonOf(windows::LastError()));
  return FileLock(std::move(handle));
}

#endif  // _WIN32

}  // namespace fastmigrate
