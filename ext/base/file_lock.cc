#include "base/file_lock.h"

#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#endif

namespace fastmigrate {

#ifndef _WIN32

namespace {

constexpr int kPollMilliseconds = 50;

std::string Reason(int error_number) { return std::generic_category().message(error_number); }

}  // namespace

Result<FileLock> FileLock::Acquire(const std::string& path,
                                   const std::function<bool()>& interrupted) {
  FileLock lock(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.descriptor_ < 0) {
    return Error{kCodeCantOpen, "cannot open " + path + ": " + Reason(errno)};
  }
  for (int pause = 1; flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0;
       pause = std::min(2 * pause, kPollMilliseconds)) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Error{kCodeIoError, "cannot lock " + path + ": " + Reason(errno)};
    }
    if (interrupted()) {
      return Error{kCodeInterrupt,
                   "interrupted while another process or thread was running " + path};
    }
    poll(nullptr, 0, pause);
  }
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  // close alone would leave it locked if the host had forked in the meantime.
  flock(descriptor_, LOCK_UN);
  close(descriptor_);
}

#else  // _WIN32

Result<FileLock> FileLock::Acquire(const std::string& path, const std::function<bool()>&) {
  return MakeError("cannot lock " + path +
                   ": scripts that are programs (.py, .sh) are not supported on Windows");
}

FileLock::~FileLock() = default;

#endif  // _WIN32

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  FileLock released(std::move(*this));
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

}  // namespace fastmigrate
