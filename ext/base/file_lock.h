// A lock on a file, so that one process at a time runs the script in it.
//
//   Result<FileLock> lock = FileLock::Acquire(path, interrupted);
//   if (!lock) return lock.error();
//   // Under the lock, look again whether the script is still to be run.

#ifndef FASTMIGRATE_BASE_FILE_LOCK_H_
#define FASTMIGRATE_BASE_FILE_LOCK_H_

#include <functional>
#include <string>

#include "base/result.h"

namespace fastmigrate {

// An exclusive advisory lock (flock) on a file: on the file, not on its name. Held until the
// destructor, or until this process and every program that was given descriptor() have ended; also
// against other threads of this process. On Windows, an error that says so.
class FileLock {
 public:
  // Waits, as long as it takes, until nobody else holds the lock. The file must exist and be
  // readable. `interrupted` is asked between attempts; true ends the wait with kCodeInterrupt.
  static Result<FileLock> Acquire(const std::string& path,
                                  const std::function<bool()>& interrupted);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // What holds the lock: a program that inherits it goes on holding it when this process dies.
  int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // -1 when moved from
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_FILE_LOCK_H_
