#include "migrate/migrate.h"

#include <algorithm>
#include <map>
#include <memory>

#include "migrate/ledger.h"
#include "migrate/script_status.h"
#include "migrate/source.h"
#include "sql/source_excerpt.h"
#include "sqlite/settings.h"
#include "sqlite/side_connection.h"

namespace fastmigrate {
namespace {

// Everything about one call.
class Migrator {
 public:
  Migrator(const Database& db, const std::string& dir, std::optional<int> target, CallForm form)
      : db_(db), dir_(dir), target_(target), form_(form) {}

  Result<MigrationRun> Run() {
    Result<MigrationFolder> folder = ReadMigrationFolder(dir_);
    if (!folder) return folder.error();
    if (form_ == CallForm::kTable && CanOpenSide()) {
      if (Status status = OpenSide(); !status) return status.error();
    }
    while (true) {
      if (Status status = Plan(*folder); !status) {
        if (total_ == 0) return status.error();
        return Explained(status.error(), false, "no more were run");
      }
      if (pending_.empty()) return std::move(run_);
      if (total_ == 0) total_ = pending_.size();
      if (Status status = RefuseWhatCannotWork(); !status) return status.error();
      if (Status status = ApplySome(); !status) return status.error();
      // What ran brought everything up to the last script: no need to look again.
      if (pending_.empty()) return std::move(run_);
    }
  }

 private:
  bool CanOpenSide() const {
    return db_.InAutocommit() && !db_.MainPath().empty() &&
           sqlite3_txn_state(db_.handle(), "main") == SQLITE_TXN_NONE;
  }

  // Without one (a file that needs a key, which only the host has) the host's connection must do.
  // But never because somebody has the file locked: reading on the host's would keep a lock of our
  // own, and two that wait for each other.
  Status OpenSide() {
    return RetryWhileBusy(Interrupted(), [this]() -> Status {
      Result<std::unique_ptr<SideConnection>> side = SideConnection::Open(db_);
      if (side) {
        side_ = std::move(*side);
      } else if ((side.error().code & 0xFF) == SQLITE_BUSY) {
        return side.error();
      }
      return {};
    });
  }

  // What is read must not leave a lock on the host's connection, see the head of migrate.h.
  const Database& reader() const { return side_ ? side_->db() : db_; }
  InterruptCheck Interrupted() const {
    return [this] { return db_.IsInterrupted(); };
  }

  Status Plan(const MigrationFolder& folder) {
    Result<MigrationPlan> plan = PlanMigration(reader(), folder, target_);
    if (!plan) return plan.error();
    pending_ = std::move(plan->pending);
    run_.version = plan->version;
    return {};
  }

  Status RefuseWhatCannotWork() {
    if (JournalMode() == "off") {
      return MakeError(
          "this connection has journal_mode OFF, so that a script that fails could not be rolled "
          "back; run PRAGMA journal_mode = DELETE first");
    }
    if (!db_.InAutocommit()) return RefuseInTransaction(db_, pending_);
    for (PendingScript& script : pending_) {
      if (Status status = RefuseScript(script); !status) return status;
    }
    return {};
  }

  Status RefuseScript(PendingScript& script) {
    if (script.IsProgram()) {
      if (db_.MainPath().empty()) {
        return MakeError(script.migration().name +
                         " is a program, which cannot reach a database that has no file");
      }
      return RefuseProgram(script);
    }
    if (form_ == CallForm::kScalar) return {};
    ScriptSteps steps = StepsOf(script, reader());
    for (const ScriptStep& step : steps.steps) {
      if (step.outside == nullptr) continue;
      // What a reading statement has touched, this connection keeps open.
      bool leaves_wal = step.outside->name == "journal_mode" && JournalMode() == "wal";
      bool attaches = step.outside->kind == StatementKind::kAttach ||
                      step.outside->kind == StatementKind::kDetach ||
                      step.outside->kind == StatementKind::kVacuum;
      // The host's connection has its encoding fixed, and could read no other. Once there is a
      // table, SQLite passes over this pragma.
      bool recodes = step.outside->name == "encoding" && IsEmpty();
      if (!leaves_wal && !recodes && (side_ || !attaches)) continue;
      if (Status status = script.LoadText(); !status) return status;
      return MakeError(MessageAt(script.migration().name, script.sql().text, step.outside->offset,
                                 "SQLite refuses this in a statement that reads, as SELECT * FROM "
                                 "fastmigrate_apply() does; SELECT fastmigrate_apply(...) can do "
                                 "it") +
                       "\ndatabase stays at version " + std::to_string(run_.version) +
                       "; no script was run");
    }
    return {};
  }

  bool IsEmpty() const {
    Result<std::optional<int64_t>> objects =
        reader().QueryInteger("SELECT count(*) FROM main.sqlite_schema");
    return objects && objects->value_or(1) == 0;
  }

  std::string JournalMode() const {
    Result<std::string> mode = ReadPragma(reader(), "main", "journal_mode");
    return mode ? *mode : "";
  }

  // In the table form: what SQLite refuses in a statement that reads, and what would lock us out.
  bool NeedsSide(const PendingScript& script) const {
    if (script.IsProgram()) return true;
    return script.sql().drops || !StepsOf(script, reader()).IsOnePart();
  }

  // How many of the pending scripts, from the first on, run on one connection; and on which.
  size_t NextRun(bool* on_side) const {
    *on_side = false;
    if (form_ == CallForm::kScalar || !side_) return pending_.size();
    auto last = std::find_if(pending_.rbegin(), pending_.rend(),
                             [this](const PendingScript& script) { return NeedsSide(script); });
    if (last == pending_.rend()) return pending_.size();
    *on_side = true;
    return static_cast<size_t>(pending_.rend() - last);
  }

  Status ApplySome() {
    bool on_side = false;
    size_t count = NextRun(&on_side);
    std::vector<PendingScript> scripts(
        std::make_move_iterator(pending_.begin()),
        std::make_move_iterator(pending_.begin() + static_cast<std::ptrdiff_t>(count)));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    const Database& db = on_side ? side_->db() : db_;
    ApplyOptions options;
    options.interrupted = Interrupted();
    options.check_foreign_keys = db_.InAutocommit() && ForeignKeysEnforced(db_);
    // While a statement reads main, a second transaction could not begin (see migrate.h).
    options.one_transaction =
        !on_side &&
        (form_ == CallForm::kTable || sqlite3_txn_state(db_.handle(), "main") != SQLITE_TXN_NONE);
    if (!on_side && form_ == CallForm::kScalar) {
      options.on_side = [this](const std::function<Status(const Database&)>& action) -> Status {
        if (Status status = OpenSide(); !status) return status;
        if (!side_) {
          return MakeError(
              "VACUUM needs a second connection to the database, and none can be opened");
        }
        Status status = action(side_->db());
        side_.reset();  // an open connection would keep the database from leaving WAL
        return status;
      };
    }

    Applier applier(db, options);
    Status status = applier.Apply(scripts, run_.version);
    run_.applied.insert(run_.applied.end(), applier.applied().begin(), applier.applied().end());
    run_.version = applier.version();
    if (status) return {};
    return Explained(status.error(), on_side, applier.failure_note());
  }

  Error Explained(const Error& error, bool on_side, const std::string& note) const {
    std::string message = error.message;
    int code = error.code & 0xFF;
    if (on_side && IsMissingObject(error)) {
      message +=
          "\nthis script runs on a connection of its own here, which has not what only "
          "yours has";
      if (form_ == CallForm::kTable) message += "; SELECT fastmigrate_apply(...) runs it on yours";
    } else if (!on_side && form_ == CallForm::kTable && code == SQLITE_LOCKED) {
      message +=
          "\nSQLite drops no table or index while a statement reads, as this one does; "
          "SELECT fastmigrate_apply(...) can do it";
    } else if (!on_side && error.code == SQLITE_BUSY_SNAPSHOT) {
      message +=
          "\nanother connection has written since a statement of this one began to read; "
          "finish that statement and call again";
    }
    message += "\ndatabase stays at version " + std::to_string(run_.version) + "; " +
               std::to_string(run_.applied.size()) + " of " + std::to_string(total_) +
               " scripts were applied, " + note;
    return {error.code, message};
  }

  const Database& db_;
  const std::string& dir_;
  const std::optional<int> target_;
  const CallForm form_;
  std::unique_ptr<SideConnection> side_;
  std::vector<PendingScript> pending_;
  size_t total_ = 0;  // scripts that were pending when we began
  MigrationRun run_;
};

}  // namespace

Result<MigrationPlan> PlanMigration(const Database& db, const MigrationFolder& folder,
                                    std::optional<int> target) {
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  Result<std::map<int, std::string>> checksums = ReadChecksums(*ledger, folder);
  if (!checksums) return checksums.error();
  Result<std::vector<Migration>> migrations =
      PendingMigrations(*ledger, folder, *checksums, target);
  if (!migrations) return migrations.error();
  Result<std::vector<PendingScript>> pending = ReadPendingScripts(*migrations);
  if (!pending) return pending.error();
  return MigrationPlan{ledger->version.value_or(0), std::move(*pending)};
}

Status RefuseInTransaction(const Database& db, std::span<const PendingScript> scripts) {
  if (db.InAutocommit()) return {};
  if (ForeignKeysEnforced(db)) {
    return MakeError(
        "scripts cannot be applied in a transaction that was begun with foreign_keys on: a table "
        "rebuild would delete the rows of child tables, and SQLite does not let it be switched off "
        "now; COMMIT first, or run PRAGMA foreign_keys = OFF before BEGIN");
  }
  for (const PendingScript& script : scripts) {
    std::string outside = WhatNeedsNoTransaction(script, db);
    if (outside.empty()) continue;
    return MakeError(script.migration().name + " " + outside +
                     ", which cannot work inside your transaction; COMMIT first");
  }
  return {};
}

std::string WhatNeedsNoTransaction(const PendingScript& script, const Database& db) {
  if (script.IsProgram()) return "is a program with a connection of its own";
  ScriptSteps steps = StepsOf(script, db);
  for (const ScriptStep& step : steps.steps) {
    if (step.outside == nullptr) continue;
    const SpecialStatement& statement = *step.outside;
    switch (statement.kind) {
      case StatementKind::kVacuum:
        return "holds VACUUM";
      case StatementKind::kAttach:
        return "holds ATTACH";
      case StatementKind::kDetach:
        return "holds DETACH";
      default:
        if (statement.name != "synchronous") return "holds PRAGMA " + statement.name;
    }
  }
  return "";
}

Result<MigrationRun> Migrate(const Database& db, const std::string& dir, std::optional<int> target,
                             CallForm form) {
  return Migrator(db, dir, target, form).Run();
}

}  // namespace fastmigrate
