#include "base/file_lock.h"

#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#endif

namespace fastmigrate {

#ifndef _WIN32

namespace {

constexpr int kLockPollMilliseconds = 50;

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
  if (lock.descriptor_ < 0) {
    return Error{kCodeCantOpen, "cannot open " + path + ": " + Reason(errno)};
  }
  Status status = lock.Wait(path, "running " + path, interrupted);
  if (!status) return status.error();
  return lock;
}

Result<FileLock> FileLock::AcquireBeside(const std::string& path,
                                         const std::function<bool()>& interrupted) {
  const std::string name = path + ".fastmigrate-lock";
  while (true) {
    FileLock lock(OpenBeside(path, name));
    if (lock.descriptor_ < 0) {
      return Error{kCodeCantOpen, "cannot make the lock file " + name + ": " + Reason(errno)};
    }
    Status status = lock.Wait(name, "applying a script to " + path, interrupted);
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
    if (interrupted()) {
      return Error{kCodeInterrupt, "interrupted while another process or thread was " + doing};
    }
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

#else  // _WIN32

Result<FileLock> FileLock::Acquire(const std::string& path, const std::function<bool()>&) {
  return MakeError("cannot lock " + path +
                   ": scripts that are programs (.py, .sh) are not supported on Windows");
}

Result<FileLock> FileLock::AcquireBeside(const std::string& path, const std::function<bool()>&) {
  return MakeError("cannot lock " + path + " on Windows");
}

FileLock::~FileLock() = default;

#endif  // _WIN32

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), made_(std::move(other.made_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  FileLock released(std::move(*this));
  descriptor_ = std::exchange(other.descriptor_, -1);
  made_ = std::move(other.made_);
  return *this;
}

}  // namespace fastmigrate
