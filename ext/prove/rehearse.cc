#include "prove/rehearse.h"

#include <algorithm>

#include "migrate/migrate.h"
#include "sqlite/scratch.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

RehearsedScript Failed(const PendingScript& script, const std::string& error) {
  RehearsedScript row;
  row.script.version = script.version();
  row.script.name = script.migration().name;
  row.script.kind = KindName(script.migration().kind);
  row.error = error;
  return row;
}

// Applies the scripts on this connection; the first that fails, or cannot be tried, is the last.
Result<std::vector<RehearsedScript>> Rehearse(const Database& db, MigrationPlan plan,
                                              const ApplyOptions& options,
                                              const std::string& hint) {
  std::vector<RehearsedScript> rows;
  int version = plan.version;
  for (PendingScript& script : plan.pending) {
    if (std::string statement = ReachesOtherFile(script); !statement.empty()) {
      rows.push_back(Failed(script, script.migration().name + " holds " + statement +
                                        ", and a rehearsal must not touch another database"));
      return rows;
    }
    if (!db.InAutocommit()) {
      if (std::string outside = WhatNeedsNoTransaction(script, db); !outside.empty()) {
        rows.push_back(Failed(script, script.migration().name + " " + outside +
                                          ", which cannot be rehearsed in a transaction; SELECT * "
                                          "FROM fastmigrate_rehearse(...) does it on a copy"));
        return rows;
      }
    }
    Applier applier(db, options);
    Status status = applier.Apply({&script, 1}, version);
    if (!status) {
      if ((status.error().code & 0xFF) == SQLITE_INTERRUPT) return status.error();
      rows.push_back(
          Failed(script, status.error().message + (IsMissingObject(status.error()) ? hint : "")));
      return rows;
    }
    version = applier.version();
    for (const AppliedScript& applied : applier.applied()) rows.push_back({applied, std::nullopt});
  }
  return rows;
}

Result<MigrationPlan> PlanFrom(const Database& db, const std::string& dir,
                               std::optional<int> target) {
  Result<MigrationFolder> folder = ReadMigrationFolder(dir);
  if (!folder) return folder.error();
  return PlanMigration(db, *folder, target);
}

ApplyOptions OptionsFor(const Database& host) {
  ApplyOptions options;
  options.interrupted = [&host] { return host.IsInterrupted(); };
  options.check_foreign_keys = ForeignKeysEnforced(host);
  return options;
}

}  // namespace

Result<std::vector<RehearsedScript>> RehearseOnCopy(const Database& db, const std::string& dir,
                                                    std::optional<int> target) {
  ApplyOptions options = OptionsFor(db);
  Result<MigrationPlan> plan = PlanFrom(db, dir, target);
  if (!plan) return plan.error();
  if (plan->pending.empty()) return std::vector<RehearsedScript>();
  // A file, so that VACUUM, journal_mode and programs do what they would do.
  Result<std::unique_ptr<Scratch>> copy = Scratch::Open(db, Scratch::Place::kFile);
  if (!copy) return copy.error();
  if (Status status = CopyDatabase(db, (*copy)->db(), options.interrupted); !status) {
    return status.error().Within("cannot copy the database");
  }
  return Rehearse((*copy)->db(), std::move(*plan), options,
                  "\na copy has not what only your connection has; SELECT "
                  "fastmigrate_rehearse(...) rehearses on yours");
}

Result<std::vector<RehearsedScript>> RehearseInPlace(const Database& db, const std::string& dir,
                                                     std::optional<int> target) {
  ApplyOptions options = OptionsFor(db);
  Result<MigrationPlan> plan = PlanFrom(db, dir, target);
  if (!plan) return plan.error();
  if (plan->pending.empty()) return std::vector<RehearsedScript>();
  if (!db.InAutocommit()) {
    if (Status status = RefuseInTransaction(db, {}); !status) return status.error();
  }
  RowidKeeper rowid(db);
  EnforcementOff enforcement(db);
  Result<Transaction> transaction = Transaction::Begin(db, options.interrupted);
  if (!transaction) return transaction.error();
  Result<std::vector<RehearsedScript>> rows = Rehearse(db, std::move(*plan), options, "");
  transaction->Rollback();
  return rows;
}

}  // namespace fastmigrate
