// What is to be done to bring a database to the version that its scripts lead to: read, checked,
// cut into steps, and refused where it cannot work, before anything runs.

#ifndef FASTMIGRATE_MIGRATE_PLAN_H_
#define FASTMIGRATE_MIGRATE_PLAN_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/pending_script.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Which kind of statement has called us. kTable: one that reads (SELECT ... FROM f()).
enum class CallForm { kScalar, kTable };

struct MigrationPlan {
  int version = 0;  // of the database; 0 when it is not managed
  bool is_managed = false;
  std::vector<PendingScript> pending;
};

// Waits for locks. An error when the promise is broken already (script_status.h), or the target
// cannot be reached. Reads through `db`, which may be a connection of ours beside the host's.
Result<MigrationPlan> PlanMigration(const Database& db, const Source& source,
                                    std::optional<int> target);

// Plans the steps of the scripts, to be run on `db` in their order.
Status PlanSteps(const Database& db, std::span<PendingScript> scripts);

// Why the script cannot run inside a transaction: "holds VACUUM"; empty when it can.
std::string WhatNeedsNoTransaction(const PendingScript& script);

// Whether SQLite refuses something in the script while a statement of its connection reads (it
// drops a table), or what it does would lock such a connection out (several transactions).
bool NeedsOtherConnection(const PendingScript& script);

// The refusals. All of them change nothing.

// Nobody has written the script yet, or it would undo behind itself what it has done.
Status RefuseAsItStands(PendingScript* script);

// The connection's journal is off, so that nothing could be rolled back.
Status RefuseWithoutJournal(const Database& host);

// The host is in a transaction in which these scripts cannot be applied.
Status RefuseInTransaction(const Database& host, std::span<const PendingScript> scripts);

// Inside a statement that writes no transaction can be begun or ended. `function` is named.
Status RefuseInWritingStatement(const Database& host, const std::string& function);

// The script is a program, and this system or the environment does not allow programs, or there is
// no file.
Status RefuseProgram(const PendingScript& script, const Database& host);

// In the table form: the script does what SQLite refuses in a statement that reads, on whichever
// connection. `has_side`: whether there is a connection of ours beside the host's, which `db` then
// is.
Status RefuseInTableForm(PendingScript& script, const Database& db, bool has_side);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_PLAN_H_
