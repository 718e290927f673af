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
#include <utility>

#include "base/result.h"
#include "base/windows.h"

namespace fastmigrate {

// An exclusive advisory lock (flock) on a file: on the file, not on its name. Held until the
// destructor, or until this process and every program that was given descriptor() have ended; also
// against other threads of this process. On Windows the file is held open, and nobody else can open
// it meanwhile.
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
  // over. Windows itself removes it when the process ends.
  static Result<FileLock> AcquireBeside(const std::string& path,
                                        const std::function<bool()>& interrupted);

#ifdef _WIN32
  // Makes the file, which must not be there, and holds it from then on.
  static Result<FileLock> AcquireNew(const std::string& path);

  int descriptor() const { return -1; }  // there is none

 private:
  explicit FileLock(windows::Handle handle) : handle_(std::move(handle)) {}

  windows::Handle handle_;
#else
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
#endif
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_FILE_LOCK_H_
