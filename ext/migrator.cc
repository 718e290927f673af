#include "migrator.h"

#include <algorithm>

#include "exclusive_call.h"
#include "ledger.h"
#include "migration_folder.h"
#include "script_states.h"
#include "settings.h"
#include "side_connection.h"

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
      // Without a side connection (a key that only the host has), the host's must do.
      if (Status status = OpenSide(); !status) side_.reset();
    }
    while (true) {
      if (Status status = Plan(*folder); !status) return status.error();
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

  Status OpenSide() {
    if (side_) return {};
    Result<std::unique_ptr<SideConnection>> side = SideConnection::Open(db_);
    if (!side) return side.error();
    side_ = std::move(*side);
    return {};
  }

  // What is read must not leave a lock on the host's connection, see the head of migrator.h.
  const Database& reader() const { return side_ ? side_->db() : db_; }
  InterruptCheck Interrupted() const {
    return [this] { return db_.IsInterrupted(); };
  }

  Status Plan(const MigrationFolder& folder) {
    LedgerState ledger;
    Status read = RetryWhileBusy(Interrupted(), [&]() -> Status {
      Result<LedgerState> state = ReadLedger(reader());
      if (!state) return state.error();
      ledger = std::move(*state);
      return {};
    });
    if (!read) return read;
    Result<std::map<int, std::string>> checksums = ReadChecksums(ledger, folder);
    if (!checksums) return checksums.error();
    Result<std::vector<Migration>> migrations =
        PendingMigrations(ledger, folder, *checksums, target_);
    if (!migrations) return migrations.error();
    Result<std::vector<PendingScript>> pending = ReadPendingScripts(*migrations);
    if (!pending) return pending.error();
    pending_ = std::move(*pending);
    run_.version = ledger.version.value_or(0);
    return {};
  }

  Status RefuseWhatCannotWork() {
    bool in_transaction = !db_.InAutocommit();
    if (in_transaction && ForeignKeysEnforced(db_)) {
      return MakeError(
          "scripts cannot be applied in a transaction that was begun with foreign_keys on: a table "
          "rebuild would delete the rows of child tables, and SQLite does not let it be switched "
          "off now; COMMIT first, or run PRAGMA foreign_keys = OFF before BEGIN");
    }
    Result<std::string> journal = ReadPragma(reader(), "main", "journal_mode");
    if (journal && *journal == "off") {
      return MakeError(
          "this connection has journal_mode OFF, so that a script that fails could not be rolled "
          "back; run PRAGMA journal_mode = DELETE first");
    }
    for (const PendingScript& script : pending_) {
      if (!in_transaction && !(script.IsProgram() && db_.MainPath().empty())) continue;
      if (script.IsProgram()) {
        return MakeError(script.migration().name + " is a program, which cannot reach " +
                         (in_transaction ? "a database inside your transaction; COMMIT first"
                                         : "a database that has no file"));
      }
      if (Status status = RefuseOutsideInTransaction(script); !status) return status;
    }
    return {};
  }

  Status RefuseOutsideInTransaction(const PendingScript& script) const {
    ScriptSteps steps = StepsOf(script, db_);
    for (const ScriptStep& step : steps.steps) {
      if (step.outside == nullptr) continue;
      if (step.outside->kind == StatementKind::kPragma && step.outside->name == "synchronous") {
        continue;
      }
      return MakeError(script.migration().name + " holds " + NameOf(*step.outside) +
                       ", which cannot run inside your transaction; COMMIT first");
    }
    return {};
  }

  static std::string NameOf(const SpecialStatement& statement) {
    switch (statement.kind) {
      case StatementKind::kVacuum:
        return "VACUUM";
      case StatementKind::kAttach:
        return "ATTACH";
      case StatementKind::kDetach:
        return "DETACH";
      default:
        return "PRAGMA " + statement.name;
    }
  }

  bool NeedsSide(const PendingScript& script) const {
    if (script.IsProgram()) return form_ == CallForm::kTable;
    ScriptSteps steps = StepsOf(script, reader());
    bool vacuum = std::any_of(steps.steps.begin(), steps.steps.end(), [](const ScriptStep& step) {
      return step.outside != nullptr && step.outside->kind == StatementKind::kVacuum;
    });
    if (form_ == CallForm::kScalar) return vacuum;
    return vacuum || !steps.IsOnePart() || script.sql().Has(StatementKind::kDrop);
  }

  // How many of the pending scripts, from the first on, run on one connection; and on which.
  size_t NextRun(bool* on_side) const {
    if (!db_.InAutocommit()) {
      *on_side = false;
      return pending_.size();
    }
    auto needs_side = [this](const PendingScript& script) { return NeedsSide(script); };
    if (form_ == CallForm::kTable) {
      auto last = std::find_if(pending_.rbegin(), pending_.rend(), needs_side);
      *on_side = last != pending_.rend() && side_ != nullptr;
      return *on_side ? static_cast<size_t>(pending_.rend() - last) : pending_.size();
    }
    *on_side = needs_side(pending_.front());
    auto other = std::find_if(pending_.begin(), pending_.end(), [&](const PendingScript& script) {
      return needs_side(script) != *on_side;
    });
    return static_cast<size_t>(other - pending_.begin());
  }

  Status ApplySome() {
    bool on_side = false;
    size_t count = NextRun(&on_side);
    std::vector<PendingScript> scripts(
        std::make_move_iterator(pending_.begin()),
        std::make_move_iterator(pending_.begin() + static_cast<std::ptrdiff_t>(count)));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    if (on_side) {
      if (Status status = OpenSide(); !status) {
        return status.error().Within(scripts.front().migration().name +
                                     " needs a second connection to the database, which failed");
      }
    }
    const Database& db = on_side ? side_->db() : db_;
    ApplyOptions options;
    options.interrupted = Interrupted();
    options.check_foreign_keys = db_.InAutocommit() && ForeignKeysEnforced(db_);
    options.one_transaction = form_ == CallForm::kTable && !on_side;
    // Only a host that gives every new connection our functions can make this matter.
    std::optional<ExclusiveCall> exclusive;
    if (on_side) {
      Result<ExclusiveCall> mark = ExclusiveCall::Begin(db, "fastmigrate_apply");
      if (!mark) return mark.error();
      exclusive.emplace(std::move(*mark));
    }
    Applier applier(db, options);
    Status status = applier.Apply(&scripts, run_.version);
    run_.applied.insert(run_.applied.end(), applier.applied().begin(), applier.applied().end());
    run_.version = applier.version();
    if (status) return {};
    return Explained(status.error(), on_side, applier.failure_note());
  }

  Error Explained(const Error& error, bool on_side, const std::string& note) const {
    std::string message = error.message;
    int code = error.code & 0xFF;
    if (on_side && code == SQLITE_ERROR && message.find("no such ") != std::string::npos) {
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

Result<MigrationRun> Migrate(const Database& db, const std::string& dir, std::optional<int> target,
                             CallForm form) {
  return Migrator(db, dir, target, form).Run();
}

Result<int> CreateManaged(const Database& db) {
  InterruptCheck interrupted = [&db] { return db.IsInterrupted(); };
  Result<LedgerState> before = ReadLedger(db);
  if (!before) return before.error();
  if (before->version) return *before->version;
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, interrupted);
  if (!transaction) return transaction.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  if (ledger->version) return *ledger->version;  // another process was first
  if (ledger->has_content) {
    return MakeError(
        "the database has content but no version; if it is in the state that the scripts up to "
        "version N produce, run SELECT fastmigrate_enroll(N)");
  }
  if (Status status = CreateLedger(db); !status) return status.error();
  if (Status status = transaction->Commit(interrupted); !status) return status.error();
  return 0;
}

Status Enroll(const Database& db, int version) {
  InterruptCheck interrupted = [&db] { return db.IsInterrupted(); };
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db, interrupted);
  if (!transaction) return transaction.error();
  Result<std::optional<int>> present = ReadVersion(db);
  if (!present) return present.error();
  if (*present) {
    return MakeError("the database is managed already, at version " + std::to_string(**present) +
                     "; it cannot be enrolled again");
  }
  if (Status status = CreateLedger(db); !status) return status;
  HistoryRecord record;
  record.version = version;
  record.previous_version = version;
  record.origin = "enrolled";
  if (Status status = AdvanceLedger(db, record); !status) return status;
  return transaction->Commit(interrupted);
}

}  // namespace fastmigrate
