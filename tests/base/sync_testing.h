// Files and folders that cannot be synced.

#ifndef FASTMIGRATE_TESTS_BASE_SYNC_TESTING_H_
#define FASTMIGRATE_TESTS_BASE_SYNC_TESTING_H_

#ifdef __linux__
#include <cerrno>
#include <string>

namespace fastmigrate {

// While it lives, fsync() of the file or folder with this path, which has no link in it, fails with
// this error. The tests have an fsync() of their own for that; SQLite passes over such a failure
// where it syncs a folder.
class SyncFails {
 public:
  explicit SyncFails(std::string path, int error = EIO);
  SyncFails(const SyncFails&) = delete;
  SyncFails& operator=(const SyncFails&) = delete;
  ~SyncFails();
};

}  // namespace fastmigrate
#endif  // __linux__

#endif  // FASTMIGRATE_TESTS_BASE_SYNC_TESTING_H_
