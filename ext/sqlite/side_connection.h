// A second connection to the host's file, for what SQLite refuses inside a running statement.
//
// It has the host connection's settings that decide what a script means, and obeys its interrupts;
// it has none of its functions, collations, modules, temp or attached objects.

#ifndef FASTMIGRATE_SQLITE_SIDE_CONNECTION_H_
#define FASTMIGRATE_SQLITE_SIDE_CONNECTION_H_

#include <memory>

#include "base/result.h"
#include "sqlite/database.h"
#include "sqlite/exclusive_call.h"

namespace fastmigrate {

class SideConnection {
 public:
  // An error when the database has no file, or when the file cannot be read by its name alone (a
  // key that only the host has). `host` must outlive it. No lock is held.
  static Result<std::unique_ptr<SideConnection>> Open(const Database& host);

  SideConnection(const SideConnection&) = delete;
  SideConnection& operator=(const SideConnection&) = delete;

  const Database& db() const { return db_; }

 private:
  SideConnection(const Database& host, Database db, ExclusiveCall mark);

  const Database& host_;
  Database db_;
  ExclusiveCall mark_;  // what a script runs on it may not migrate
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SIDE_CONNECTION_H_
