// Copies of a database, made with SQLite's backup API.

#ifndef FASTMIGRATE_SQLITE_BACKUP_H_
#define FASTMIGRATE_SQLITE_BACKUP_H_

#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Copies all of main of `from` over main of `to`, as of one moment, however much others write
// meanwhile. Waits for locks.
Status CopyDatabase(const Database& from, const Database& to);

// A copy in a new file as private as the database's, checked with PRAGMA quick_check, and on disk
// when it returns. Never overwrites; a partial file is removed. An error when `db` has a write
// transaction open, of which the copy would hold a part.
Status BackupDatabase(const Database& db, const std::string& path);

// "data.db.20240501_120000.backup" beside the database's file, in local time, as the Python package
// names it. An error when there is no file.
Result<std::string> DefaultBackupPath(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_BACKUP_H_
