// A lock on a file, so that one process at a time runs the script in it, or works on the database
// beside it.
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

  // The same on a file of its own beside `path`, for what must not be opened: closing any
  // descriptor of a database file drops the locks that SQLite has on it in this process
  // (https://www.sqlite.org/howtocorrupt.html, 2.2). "PATH.fastmigrate-lock" is made for it, as
  // accessible as PATH, and removed by the destructor; one that a killed process has left is taken
  // over.
  static Result<FileLock> AcquireBeside(const std::string& path,
                                        const std::function<bool()>& interrupted);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // What holds the lock: a program that inherits it goes on holding it when this process dies.
  int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  Status Wait(const std::string& path, const std::string& doing,
              const std::function<bool()>& interrupted) const;
  bool Is(const std::string& path) const;

  int descriptor_;    // -1 when moved from
  std::string made_;  // the file to be removed, where there is one
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_FILE_LOCK_H_
