// The connections on which a call of ours is under way: what a migration script runs may not
// migrate, nor replay scripts that would call it again.
//
// The mark is kept by connection, for the whole process, since a host may give every new connection
// our functions (sqlite3_auto_extension), and connections of our own have them too.

#ifndef FASTMIGRATE_SQLITE_CALL_MARK_H_
#define FASTMIGRATE_SQLITE_CALL_MARK_H_

#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Marks its connection for as long as it lives.
class CallMark {
 public:
  // An error that names `function` when the connection is marked already.
  static Result<CallMark> Set(const Database& db, const std::string& function);

  CallMark(CallMark&& other) noexcept;
  CallMark(const CallMark&) = delete;
  CallMark& operator=(CallMark&&) = delete;
  CallMark& operator=(const CallMark&) = delete;
  ~CallMark();

 private:
  explicit CallMark(sqlite3* db) : db_(db) {}

  sqlite3* db_;  // null when moved from
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_CALL_MARK_H_
