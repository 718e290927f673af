// Moves a database from its version to that of its scripts: which scripts, on which connection.
//
// Scripts run on the host's connection, whose functions, collations and temp objects they may use.
// What SQLite cannot do inside the statement that called us runs on a connection of our own beside
// it (own_connection.h):
//
//   VACUUM                          refused inside any statement
//   in the table form, a script     DROP TABLE and DROP INDEX are refused inside a statement that
//   that drops something or         reads, as SELECT * FROM fastmigrate_apply() does; and what such
//   needs several transactions      a statement has read stays locked until it ends
//
// So in the table form
// - the host's connection is not touched before its one transaction: versions are read, and the
//   scripts that need it run, on the own connection first;
// - scripts before one that needs the own connection run there with it.
//
// https://www.sqlite.org/lang_transaction.html ("read transactions"); tests/migrate/migrate_test.cc
// has the cases.

#ifndef FASTMIGRATE_MIGRATE_MIGRATE_H_
#define FASTMIGRATE_MIGRATE_MIGRATE_H_

#include <optional>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/plan.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Applies what is pending, up to `target`. When it fails, the message says which version the
// database has and how many scripts were applied.
Result<MigrationRun> Migrate(const Database& host, const Source& source, std::optional<int> target,
                             CallForm form);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_MIGRATE_H_
