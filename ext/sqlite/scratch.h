// A private database, gone when it goes; and copies made with SQLite's backup API.

#ifndef FASTMIGRATE_SQLITE_SCRATCH_H_
#define FASTMIGRATE_SQLITE_SCRATCH_H_

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"
#include "sqlite/exclusive_call.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

class Scratch {
 public:
  enum class Place {
    kPrivate,  // SQLite's own temporary database: in memory, on disk where it gets big
    kFile,     // a file in the folder for temporary files, for programs that must reach it
  };

  // An empty database with the settings of `host` that decide what a script means. It obeys the
  // interrupts of `host`, which must outlive it.
  static Result<std::unique_ptr<Scratch>> Open(const Database& host, Place place);

  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const Database& db() const { return *db_; }

 private:
  explicit Scratch(const Database& host) : host_(host) {}

  const Database& host_;
  std::unique_ptr<Database> db_;
  std::optional<ExclusiveCall> mark_;  // what a script runs on it may not migrate
  std::string path_;                   // of a kFile, to be removed
};

// Copies all of main of `from` over main of `to`, as of one moment. Waits for locks.
Status CopyDatabase(const Database& from, const Database& to, const InterruptCheck& interrupted);

// A copy in a new file, checked with PRAGMA quick_check. Never overwrites; a partial file is
// removed. An error when `db` has a write transaction open, of which the copy would hold a part.
Status BackupDatabase(const Database& db, const std::string& path,
                      const InterruptCheck& interrupted);

// "data.db.20240501_120000.backup" beside the database's file, in local time, as the Python package
// names it. An error when there is no file.
Result<std::string> DefaultBackupPath(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SCRATCH_H_
