#include "base/sync_testing.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

namespace {

std::string failing;  // empty: none
int reason = 0;

bool IsFailing(int file) {
  if (failing.empty()) return false;
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size >= 0 && std::string_view(path, static_cast<size_t>(size)) == failing;
}

}  // namespace

// Takes the place of the C library's.
extern "C" int fsync(int file) {
  if (!IsFailing(file)) return static_cast<int>(syscall(SYS_fsync, file));
  errno = reason;
  return -1;
}

namespace fastmigrate {

SyncFails::SyncFails(std::string path, int error) {
  failing = std::move(path);
  reason = error;
}
SyncFails::~SyncFails() { failing.clear(); }

}  // namespace fastmigrate
#endif  // __linux__
