#include "prove/rehearse.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "migrate/plan.h"
#include "sqlite/backup.h"
#include "sqlite/own_connection.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

RehearsedScript Failed(const PendingScript& script, const std::string& error) {
  RehearsedScript row;
  row.script.version = script.version();
  row.script.name = script.migration().Name();
  row.script.kind = KindName(script.migration().kind);
  row.error = error;
  return row;
}

// Why the script is not tried on this connection; empty when it is.
std::string WhyNotTried(const PendingScript& script, const Database& db) {
  const std::string name = script.migration().Name();
  if (std::string statement = ReachesOtherFile(script); !statement.empty()) {
    return name + " holds " + statement + ", and a rehearsal must not touch another database";
  }
  if (Status status = RefuseProgram(script, db); !status) return status.error().message;
  std::string outside = db.InAutocommit() ? "" : WhatNeedsNoTransaction(script);
  if (outside.empty()) return "";
  return name + " " + outside +
         ", which cannot be rehearsed in a transaction; SELECT * FROM fastmigrate_rehearse(...) "
         "does it on a copy";
}

// Applies the scripts on this connection; the first that fails, or is not tried, is the last.
Result<std::vector<RehearsedScript>> Rehearse(const Database& db, MigrationPlan plan,
                                              ApplyOptions options, const std::string& hint) {
  std::vector<PendingScript>& pending = plan.pending;
  size_t count = 0;
  std::string why_not;
  while (count < pending.size() && (why_not = WhyNotTried(pending[count], db)).empty()) ++count;
  MigrationRun run;
  run.version = plan.version;
  const std::span<PendingScript> tried(pending.data(), count);
  std::unique_ptr<Progress> progress = Progress::FromEnvironment([&] { return NamesOf(tried); });
  options.progress = progress.get();
  Applier applier(db, std::move(options), &run);
  Status status = applier.Apply(tried);
  if (!status && IsFault(status.error())) return status.error();
  std::vector<RehearsedScript> rows;
  for (const AppliedScript& applied : run.applied) rows.push_back({applied, std::nullopt});
  if (!status) {
    const Error& error = status.error();
    rows.push_back(
        Failed(pending[rows.size()], error.message + (IsMissingObject(error) ? hint : "")));
  } else if (count < pending.size()) {
    rows.push_back(Failed(pending[count], why_not));
  }
  return rows;
}

ApplyOptions OptionsFor(const Database& host) {
  ApplyOptions options;
  options.check_foreign_keys = ForeignKeysEnforced(host);
  return options;
}

}  // namespace

Result<std::vector<RehearsedScript>> RehearseOnCopy(const Database& host, const Source& source,
                                                    std::optional<int> target) {
  Result<MigrationPlan> plan = PlanMigration(host, source, target);
  if (!plan) return plan.error();
  if (plan->pending.empty()) return std::vector<RehearsedScript>();
  if (sqlite3_txn_state(host.handle(), "main") == SQLITE_TXN_WRITE) {
    return MakeError(
        "a copy would not hold what your open transaction has not committed; COMMIT first");
  }
  // A file, so that VACUUM, journal_mode and programs do what they would do.
  Result<std::unique_ptr<OwnConnection>> copy =
      OwnConnection::OpenScratch(host, OwnConnection::Place::kFile);
  if (!copy) return copy.error();
  if (Status status = CopyDatabase(host, (*copy)->db()); !status) {
    return status.error().Within("cannot copy the database");
  }
  if (Status status = PlanSteps((*copy)->db(), plan->pending); !status) return status.error();
  return Rehearse((*copy)->db(), std::move(*plan), OptionsFor(host),
                  "\na copy has not what only your connection has; SELECT "
                  "fastmigrate_rehearse(...) rehearses on yours");
}

Result<std::vector<RehearsedScript>> RehearseInPlace(const Database& host, const Source& source,
                                                     std::optional<int> target) {
  ApplyOptions options = OptionsFor(host);
  Result<MigrationPlan> plan = PlanMigration(host, source, target);
  if (!plan) return plan.error();
  if (plan->pending.empty()) return std::vector<RehearsedScript>();
  if (Status status = RefuseWithoutJournal(host); !status) return status.error();
  if (Status status = RefuseInTransaction(host, {}); !status) return status.error();
  RowidKeeper rowid(host);
  EnforcementOff enforcement(host);
  Result<Transaction> transaction = Transaction::Begin(host);
  if (!transaction) return transaction.error();
  // The applier's own transaction, nested in this one, has a sentinel that steps aside for what
  // drops a table; this one's would stand in the way.
  Result<std::vector<RehearsedScript>> rows = std::vector<RehearsedScript>();
  Status tried = transaction->WhileAside([&]() -> Status {
    rows = Rehearse(host, std::move(*plan), options, "");
    return rows ? Status() : Status(rows.error());
  });
  transaction->Rollback();
  if (!tried) return tried.error();
  return rows;
}

}  // namespace fastmigrate
