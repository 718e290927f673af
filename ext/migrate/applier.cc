#include "migrate/applier.h"

#include <algorithm>
#include <utility>

#include "sqlite/isolation.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

constexpr std::chrono::seconds kBatchAge{1};
constexpr char kScriptSavepoint[] = "fastmigrate script";

// Whether the scripts before the one with this error can be expected to succeed once more.
bool IsOfTheScript(const Error& error) {
  return PrimaryCode(error) == SQLITE_CONSTRAINT || PrimaryCode(error) == SQLITE_ERROR;
}

// What a part of its own holds: several transactions, or what must be detached behind a commit.
bool SharesTransaction(const PendingScript& script) {
  return script.steps().IsOnePart() && !script.sql().Has(StatementKind::kAttach) &&
         !script.sql().Has(StatementKind::kDetach);
}

}  // namespace

std::string MigrationRun::State() const {
  return is_managed ? "database stays at version " + std::to_string(version)
                    : "database stays without a version";
}

Applier::Applier(const Database& db, ApplyOptions options, MigrationRun* run)
    : db_(db), options_(std::move(options)), run_(*run) {}

Status Applier::Apply(std::span<PendingScript> scripts) {
  RowidKeeper rowid(db_);
  EnforcementOff enforcement(db_);
  // An exception rolls back before enforcement is restored: a change of it makes SQLite forget the
  // statements that would.
  struct BatchEnd {
    std::optional<Batch>& batch;
    ~BatchEnd() { batch.reset(); }
  } batch_end{batch_};
  scripts_ = scripts;
  limit_ = scripts.size();
  Status status;
  do {
    again_ = false;
    status = RunUpTo(limit_);
  } while (again_);
  if (status && guilty_) {
    note_ = kRolledBack;
    status = *guilty_;
  }
  if (status) return {};
  batch_.reset();
  LearnVersion();
  return Finished(status.error());
}

Status Applier::RunUpTo(size_t limit) {
  for (current_ = 0; current_ < limit; ++current_) {
    PendingScript& script = scripts_[current_];
    if (script.version() <= Version()) continue;
    Status status = ApplyOne(&script);
    if (status && batch_ && MayCut()) status = CommitBatch();
    if (status) continue;
    if (!again_ && batch_ && !batch_->done.empty()) status = CommitEarlierScripts(status.error());
    if (!again_) batch_.reset();
    return status;
  }
  note_ = "what ran since the last commit was rolled back";
  return CommitBatch();
}

// Commits what ran before the script that failed with this error. What that has done to a virtual
// table can make SQLite refuse the commit (FTS5: a table made and filled in it), and then they run
// again without it. Returns what the call fails with: the error, or why the commit failed.
Status Applier::CommitEarlierScripts(const Error& error) {
  bool nested = batch_->transaction.IsNested();
  Status status = CommitBatch();
  if (again_ && limit_ > current_) RunAgain(current_, error);
  if (status || again_) return error;
  if (!nested && IsOfTheScript(status.error())) {
    RunAgain(current_, error);
    return error;
  }
  return Error{status.error().code, error.message + "\nthe scripts before it could not be kept: " +
                                        status.error().message};
}

void Applier::RunAgain(size_t limit, std::optional<Error> guilty) {
  batch_.reset();
  again_ = true;
  limit_ = limit;
  guilty_ = std::move(guilty);
}

int Applier::Version() const {
  return batch_ && !batch_->done.empty() ? VersionOf(batch_->done.back()) : run_.version;
}

Status Applier::ApplyOne(PendingScript* script) {
  Progress* const progress = options_.progress;
  if (progress != nullptr) {
    progress->Begin(script->migration().Name(), script->sql().statement_count);
  }
  Status status = RunOne(script);
  if (progress != nullptr) progress->End(status.ok());
  if (status && options_.behind_each) status = options_.behind_each(*script);
  return status;
}

Status Applier::RunOne(PendingScript* script) {
  note_ = "this one was not run";
  if (script->IsProgram()) {
    Status status = CommitBatch();
    return status ? ApplyProgram(*script) : status;
  }
  if (Status status = script->LoadText(); !status) return status;
  Status status;
  if (SharesTransaction(*script)) {
    status = ApplyInBatch(script);
  } else {
    status = CommitBatch();
    if (status) status = ApplyInParts(script);
  }
  script->DropText();
  return status;
}

Status Applier::OpenBatch() {
  if (batch_) return {};
  Result<Transaction> transaction = Transaction::Begin(db_);
  if (!transaction) return transaction.error();
  batch_.emplace(std::move(*transaction));
  batch_->done.reserve(limit_ - current_);
  if (Status status = OpenLedger(); !status) return status;
  if (look_ == Look::kBehindEach && options_.check_foreign_keys) {
    Result<std::vector<ForeignKeyViolation>> orphans = FindForeignKeyViolations(db_);
    if (!orphans) return orphans.error();
    batch_->orphans = std::move(*orphans);
  }
  Result<Savepoint> savepoint = Savepoint::Prepare(db_, kScriptSavepoint);
  if (!savepoint) return savepoint.error();
  batch_->savepoint.emplace(std::move(*savepoint));
  Result<VersionMove> move = VersionMove::Prepare(db_);
  if (!move) return move.error();
  batch_->move.emplace(std::move(*move));
  return {};
}

// Whether the shared transaction is old enough to be committed between two scripts, and leaves
// nothing that a later script may have to mend.
bool Applier::MayCut() {
  auto now = std::chrono::steady_clock::now();
  if (options_.one_transaction || now - batch_->began <= kBatchAge) return false;
  if (!options_.check_foreign_keys) return true;
  if (look_ == Look::kBehindEach) return batch_->clean == batch_->done.size();
  Result<std::vector<ForeignKeyViolation>> violations = FindForeignKeyViolations(db_);
  if (violations && violations->empty()) return true;
  batch_->began = now;
  return false;
}

Status Applier::CommitBatch() {
  if (batch_ && batch_->transaction.IsAlive() && !batch_->done.empty()) {
    if (Status status = CheckBatch(); !status) return status;
  }
  return CommitChecked();
}

// What can only be seen at the end of a transaction. Where something is wrong and the guilty script
// is not known, all of them run again, with a look behind each.
Status Applier::CheckBatch() {
  if (look_ == Look::kBehindEach) {
    if (!options_.check_foreign_keys || batch_->clean == batch_->done.size()) return {};
    Error orphan = batch_->orphan.value_or(MakeError("rows without a parent"));
    RunAgain(batch_->done[batch_->clean].place, orphan);
    return orphan;
  }
  Status untouched = CheckLedgerUntouched("");
  if (!untouched && IsFault(untouched.error())) return untouched;
  bool sound = untouched.ok();
  batch_->is_checked = sound;
  if (sound && options_.check_foreign_keys) {
    Result<std::vector<ForeignKeyViolation>> violations = FindForeignKeyViolations(db_);
    if (!violations) return violations.error();
    sound = violations->empty();
  }
  if (sound) return {};
  look_ = Look::kBehindEach;
  RunAgain(limit_, guilty_);
  return MakeError("the scripts run again, with a look behind each");
}

// Writes the records, and commits without a look at the scripts, which the caller has had.
Status Applier::CommitChecked() {
  if (!batch_) return {};
  if (!batch_->transaction.IsAlive()) {
    batch_.reset();
    return MakeError("SQLite has rolled the transaction back");
  }
  Status status = WriteBatchRecords();
  if (status && !batch_->is_checked) status = CheckVersion(db_, Version());
  if (!status) {
    batch_.reset();
    return status;
  }
  std::vector<Done> done = std::move(batch_->done);
  batch_->done.clear();
  status = batch_->transaction.Commit();
  batch_.reset();
  if (status) {
    Reached(done);
    return status;
  }
  auto name_of = [this](const Done& script) { return scripts_[script.place].migration().Name(); };
  std::string names;
  if (!done.empty()) names = " " + name_of(done.front());
  if (done.size() > 1) names += " to " + name_of(done.back());
  unsure_ = std::move(done);
  return Error{status.error().code, "cannot commit" + names + ": " + status.error().message};
}

Status Applier::ApplyInBatch(PendingScript* script) {
  if (Status status = OpenBatch(); !status) return status;
  if (script->version() <= Version()) return {};
  Status status = RunInSavepoint(script);
  if (status) return status;
  if (!batch_->savepoint->Rollback()) {
    Error why = db_.LastError();
    batch_->transaction.Rollback();
    if (IsFault(why) && PrimaryCode(why) != PrimaryCode(status.error())) {
      status = Error{why.code,
                     status.error().message + "\nrolling it back alone failed: " + why.message};
    }
  }
  if (batch_->transaction.IsAlive()) return status;
  if (IsPerhapsCommitted(status.error())) {
    note_ = kPerhapsInPart;
    unsure_ = std::move(batch_->done);
    batch_.reset();
    return status;
  }
  // SQLite has ended the transaction, and with it all that ran in it.
  bool nested = batch_->transaction.IsNested();
  bool others = !batch_->done.empty();
  batch_.reset();
  if (nested) {
    note_ = "SQLite has rolled back the whole transaction that was open";
  } else if (others && IsOfTheScript(status.error())) {
    RunAgain(current_, status.error());
  } else if (others) {
    note_ = "this one and those before it since the last commit were rolled back";
  }
  return status;
}

// Of the transaction that has ended with this error: whether it may be a COMMIT by a function of
// the application that has ended it. SQLite itself ends one with the code of a constraint or a
// fault.
bool Applier::IsPerhapsCommitted(const Error& error) const {
  if (PrimaryCode(error) != SQLITE_ERROR) return false;
  if (batch_->done.empty()) return true;
  Result<std::optional<int>> version = ReadVersionNow(db_);
  return !version || version->value_or(0) >= Version();
}

Status Applier::RunInSavepoint(PendingScript* script) {
  const SqlScript& sql = script->sql();
  if (Status status = batch_->savepoint->Open(); !status) return status;
  note_ = kRolledBack;
  Status orphans;  // with Look::kBehindEach
  {
    Isolation isolation(db_);
    Status begun = isolation.Begin(sql.makes_temp || host_has_temp_.value_or(true), false);
    if (!begun) return begun;
    ForgetRowid();
    Measure measure(db_);
    ScriptRunner runner(db_, sql, script->steps(), &isolation, options_.progress);
    if (Status status = runner.CheckSyntax(); !status) return status;
    for (const ScriptStep& part : script->steps().steps) {
      Status status = runner.RunPart(part, &batch_->transaction);
      if (!status) return status;
    }
    Status ended = isolation.EndIn(&batch_->transaction);
    if (!ended) return ended.error().Within(sql.file_name);
    if (look_ == Look::kBehindEach) {
      if (Status status = CheckLedgerUntouched(sql.file_name); !status) return status;
      orphans = CheckForeignKeys(sql.file_name, batch_->orphans);
      if (!orphans && orphans.error().code != SQLITE_CONSTRAINT_FOREIGNKEY) return orphans;
    }
    if (Status recorded = Record(*script, measure); !recorded) return recorded;
  }
  if (Status status = ReleaseSavepoint(sql.file_name); !status) {
    batch_->done.pop_back();
    return status;
  }
  NoteOrphans(orphans);
  return {};
}

// Shows whether the script ran in the transaction in which it began: a function of the application
// can end that and begin another.
Status Applier::ReleaseSavepoint(std::string_view file_name) {
  Status status = batch_->savepoint->Release();
  if (status || status.error().code != SQLITE_ERROR) return status;
  batch_->transaction.Rollback();
  return MakeError(std::string(file_name) +
                   ": a function that a statement of it calls has ended the transaction in which "
                   "the script runs (" +
                   status.error().message + ")");
}

// Which is the last script that leaves no new rows without a parent, and what the one behind it has
// left.
void Applier::NoteOrphans(const Status& orphans) {
  if (orphans) {
    batch_->clean = batch_->done.size();
    batch_->orphan.reset();
  } else if (!batch_->orphan) {
    batch_->orphan = orphans.error();
  }
}

Status Applier::CheckForeignKeys(std::string_view file_name,
                                 const std::vector<ForeignKeyViolation>& before) const {
  if (!options_.check_foreign_keys) return {};
  Result<std::vector<ForeignKeyViolation>> after = FindForeignKeyViolations(db_);
  if (!after) return after.error();
  std::vector<ForeignKeyViolation> violations = NewViolations(before, *after);
  if (violations.empty()) return {};
  return Error{SQLITE_CONSTRAINT_FOREIGNKEY,
               std::string(file_name) +
                   ": FOREIGN KEY constraint failed: " + DescribeViolations(violations)};
}

Error Applier::Finished(const Error& error) const {
  std::string message = error.message;
  if (options_.advice) message += options_.advice(error);
  if (!options_.tells_state) return {error.code, message};
  std::string version = std::to_string(run_.version);
  if (!unsure_.empty()) {
    message += "\ndatabase is at version " + version + " or " +
               std::to_string(VersionOf(unsure_.back())) +
               ", which cannot be read now; SELECT fastmigrate_version() tells";
    return {error.code, message};
  }
  message += "\n" + run_.State() + "; " + std::to_string(run_.applied.size()) + " of " +
             std::to_string(run_.total) + " scripts were applied, " + note_;
  return {error.code, message};
}

}  // namespace fastmigrate
