// Moves a database from its version to the folder's: which scripts, on which connection.
//
// Scripts run on the host's connection, whose functions, collations and temp objects they may use.
// What SQLite cannot do inside the statement that called us runs on a side connection, a second
// one to the same file:
//
//   VACUUM                          refused inside any statement
//   in the table form, a script     DROP TABLE and DROP INDEX are refused inside a statement that
//   that drops something or         reads, as SELECT * FROM fastmigrate_apply() does; and what such
//   needs several transactions      a statement has read stays locked until it ends
//
// So in the table form
// - the host's connection is not touched before its one transaction: versions are read, and the
//   scripts that need it run, on the side connection first;
// - scripts before one that needs the side connection run there with it.
//
// https://www.sqlite.org/lang_transaction.html ("read transactions"); tests/migrate/migrate_test.cc
// has the cases.

#ifndef FASTMIGRATE_MIGRATE_MIGRATE_H_
#define FASTMIGRATE_MIGRATE_MIGRATE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Which kind of statement has called us. kTable: one that reads (SELECT ... FROM f()).
enum class CallForm { kScalar, kTable };

struct MigrationRun {
  int version = 0;  // reached
  std::vector<AppliedScript> applied;
};

// Applies what is pending in the folder, up to `target`. When it fails, the message says which
// version the database has and how many scripts were applied.
Result<MigrationRun> Migrate(const Database& db, const std::string& dir, std::optional<int> target,
                             CallForm form);

// What is to be done, read and checked.
struct MigrationPlan {
  int version = 0;  // of the database
  std::vector<PendingScript> pending;
};

// Waits for locks. An error when the promise is broken already (script_status.h).
Result<MigrationPlan> PlanMigration(const Database& db, const MigrationFolder& folder,
                                    std::optional<int> target);

// Why the script cannot run inside a transaction: "holds VACUUM"; empty when it can.
std::string WhatNeedsNoTransaction(const PendingScript& script, const Database& db);

// An error when the host is in a transaction in which these scripts cannot be applied.
Status RefuseInTransaction(const Database& db, std::span<const PendingScript> scripts);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_MIGRATE_H_
