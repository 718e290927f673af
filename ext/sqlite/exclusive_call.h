// One call at a time that changes a database: what a migration script runs may not migrate.
//
// The mark is kept by connection, for the whole process, since a host may give every new connection
// our functions (sqlite3_auto_extension), a side connection's too.

#ifndef FASTMIGRATE_SQLITE_EXCLUSIVE_CALL_H_
#define FASTMIGRATE_SQLITE_EXCLUSIVE_CALL_H_

#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Marks the connection until it goes.
class ExclusiveCall {
 public:
  // An error that names `function` when the connection is marked already.
  static Result<ExclusiveCall> Begin(const Database& db, const std::string& function);

  ExclusiveCall(ExclusiveCall&& other) noexcept;
  ExclusiveCall(const ExclusiveCall&) = delete;
  ExclusiveCall& operator=(ExclusiveCall&&) = delete;
  ExclusiveCall& operator=(const ExclusiveCall&) = delete;
  ~ExclusiveCall();

 private:
  explicit ExclusiveCall(sqlite3* db) : db_(db) {}

  sqlite3* db_;  // null when moved from
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_EXCLUSIVE_CALL_H_
