#include "migrate/migrate.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "sqlite/busy_wait.h"
#include "sqlite/own_connection.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

// Everything about one call.
class Migrator {
 public:
  Migrator(const Database& host, const Source& source, std::optional<int> target, CallForm form)
      : host_(host), source_(source), target_(target), form_(form) {}

  Result<MigrationRun> Run() {
    if (form_ == CallForm::kTable && CanOpenSide()) {
      if (Status status = OpenSide(); !status) return status.error();
    }
    while (true) {
      Result<MigrationPlan> plan = PlanMigration(reader(), source_, target_);
      if (!plan) return run_.total == 0 ? plan.error() : NoMoreWereRun(plan.error());
      run_.version = plan->version;
      run_.is_managed = plan->is_managed;
      if (plan->pending.empty()) return std::move(run_);
      if (run_.total == 0) run_.total = plan->pending.size();
      if (Status status = RefuseWhatCannotWork(plan->pending); !status) return status.error();
      if (!progress_) {
        progress_ = Progress::FromEnvironment([&] { return NamesOf(plan->pending); });
      }
      // What runs brings everything up to the last script, or some of it ran beside the host's
      // connection, and it is looked at once more.
      Result<bool> finished = ApplySome(plan->pending);
      if (!finished) return finished.error();
      if (*finished) return std::move(run_);
    }
  }

 private:
  bool CanOpenSide() const {
    return host_.InAutocommit() && !host_.MainPath().empty() &&
           sqlite3_txn_state(host_.handle(), "main") == SQLITE_TXN_NONE;
  }

  // Without one (a file that needs a key, which only the host has) the host's connection must do,
  // and why_no_side_ says what forbade it. A lock of another connection is waited for: reading on
  // the host's connection would keep a lock of our own, and two that do so would wait for each
  // other. What is no answer (no memory, an I/O error) is an error.
  Status OpenSide() {
    return WaitWhileBusy(host_, [this]() -> Status {
      Result<std::unique_ptr<OwnConnection>> side = OwnConnection::OpenBeside(host_);
      if (side) {
        side_ = std::move(*side);
        return {};
      }
      switch (PrimaryCode(side.error())) {
        case SQLITE_ERROR:
        case SQLITE_NOTADB:
          why_no_side_ = side.error().message;
          return {};
        default:
          return side.error();
      }
    });
  }

  // What is read must not leave a lock on the host's connection, see the head of migrate.h.
  const Database& reader() const { return side_ ? side_->db() : host_; }

  Status RefuseWhatCannotWork(std::vector<PendingScript>& pending) {
    if (Status status = RefuseWithoutJournal(host_); !status) return status;
    if (!host_.InAutocommit()) return RefuseInTransaction(host_, pending);
    for (PendingScript& script : pending) {
      if (Status status = RefuseProgram(script, host_); !status) return status;
      if (form_ == CallForm::kScalar) continue;
      Status status = RefuseInTableForm(script, reader(), side_ != nullptr);
      if (!status) {
        return Error{status.error().code,
                     status.error().message + "\n" + run_.State() + "; no script was run"};
      }
    }
    return {};
  }

  // How many of the pending scripts, from the first on, run beside the host's connection.
  size_t CountForSide(const std::vector<PendingScript>& pending) const {
    if (form_ == CallForm::kScalar || !side_) return 0;
    auto last = std::find_if(pending.rbegin(), pending.rend(), NeedsOtherConnection);
    return static_cast<size_t>(pending.rend() - last);
  }

  // True when that was all of them.
  Result<bool> ApplySome(std::vector<PendingScript>& pending) {
    const size_t for_side = CountForSide(pending);
    const bool on_side = for_side > 0;
    Applier applier(on_side ? side_->db() : host_, OptionsFor(on_side), &run_);
    Status status = applier.Apply({pending.data(), on_side ? for_side : pending.size()});
    if (!status) return status.error();
    return !on_side || for_side == pending.size();
  }

  ApplyOptions OptionsFor(bool on_side) {
    ApplyOptions options;
    options.check_foreign_keys = host_.InAutocommit() && ForeignKeysEnforced(host_);
    options.tells_state = true;
    options.progress = progress_.get();
    options.advice = [this, on_side](const Error& error) { return Advice(error, on_side); };
    // While a statement reads main, a second transaction could not begin (see migrate.h).
    options.one_transaction =
        !on_side &&
        (form_ == CallForm::kTable || sqlite3_txn_state(host_.handle(), "main") != SQLITE_TXN_NONE);
    if (!on_side && form_ == CallForm::kScalar) {
      options.on_side = [this](const std::function<Status(const Database&)>& action) {
        return RunOnSide(action);
      };
    }
    return options;
  }

  Status RunOnSide(const std::function<Status(const Database&)>& action) {
    if (Status status = OpenSide(); !status) return status;
    if (!side_) {
      return MakeError(
          "VACUUM needs a second connection to the database, and none can be opened: " +
          why_no_side_);
    }
    Status status = action(side_->db());
    side_.reset();  // an open connection would keep the database from leaving WAL
    return status;
  }

  std::string Advice(const Error& error, bool on_side) const {
    if (on_side && IsMissingObject(error)) {
      return "\nthis script runs on a connection of its own here, which has not what only yours "
             "has; SELECT fastmigrate_apply(...) runs it on yours";
    }
    if (!on_side && form_ == CallForm::kTable && PrimaryCode(error) == SQLITE_LOCKED) {
      std::string advice =
          "\nSQLite drops no table or index while a statement reads, as this one does; "
          "SELECT fastmigrate_apply(...) can do it";
      return why_no_side_.empty() ? advice : "\n" + why_no_side_ + advice;
    }
    if (!on_side && error.code == SQLITE_BUSY_SNAPSHOT) {
      return "\nanother connection has written since a statement of this one began to read; "
             "finish that statement and call again";
    }
    return "";
  }

  Error NoMoreWereRun(const Error& error) const {
    return {error.code, error.message + "\n" + run_.State() + "; " +
                            std::to_string(run_.applied.size()) + " of " +
                            std::to_string(run_.total) + " scripts were applied, no more were run"};
  }

  const Database& host_;
  const Source& source_;
  const std::optional<int> target_;
  const CallForm form_;
  std::unique_ptr<OwnConnection> side_;
  std::string why_no_side_;
  MigrationRun run_;
  std::unique_ptr<Progress> progress_;
};

}  // namespace

Result<MigrationRun> Migrate(const Database& host, const Source& source, std::optional<int> target,
                             CallForm form) {
  return Migrator(host, source, target, form).Run();
}

}  // namespace fastmigrate
