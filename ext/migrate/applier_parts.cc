// Scripts that one transaction cannot hold: those in several parts, and programs. Belongs to
// applier.h.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/subprocess.h"
#include "migrate/applier.h"
#include "sql/lexer.h"
#include "sqlite/isolation.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

// The line of the last SQL before the offset.
size_t LastLineBefore(const SqlScript& script, size_t offset) {
  size_t last = script.text.find_last_not_of(" \t\r\n", offset == 0 ? 0 : offset - 1);
  return PositionAt(script.text, last == std::string::npos ? 0 : last).line;
}

// What runs a program; FASTMIGRATE_PYTHON names another Python than the PATH's.
std::string InterpreterOf(const Migration& migration) {
  if (migration.kind != MigrationKind::kPython) return "sh";
  std::string python = EnvironmentVariable("FASTMIGRATE_PYTHON");
  return python.empty() ? "python3" : python;
}

}  // namespace

// A script that more than one transaction holds, while it runs.
struct Applier::PartedScript {
  PartedScript(const Database& db, PendingScript* pending_script, Progress* progress)
      : script(*pending_script),
        isolation(db),
        enforcement(db),
        measure(db),
        runner(db, script.sql(), script.steps(), &isolation, progress) {}

  PendingScript& script;
  Isolation isolation;
  EnforcementOff enforcement;  // for what the script itself sets
  Measure measure;
  ScriptRunner runner;
  std::vector<const SpecialStatement*> for_vacuum;  // what the next VACUUM obeys: page_size, ...
  bool begun = false;  // a part has been begun, so that nobody else can have applied it
  std::vector<ForeignKeyViolation> violations_before;
};

Status Applier::ApplyInParts(PendingScript* script) {
  const ScriptSteps& steps = script->steps();
  std::optional<FileLock> lock;
  Result<bool> locked = steps.PartCount() > 1 ? LockScript(*script, &lock) : Result<bool>(true);
  if (!locked) return locked.error();
  if (!*locked) return {};
  PartedScript run(db_, script, options_.progress);
  if (Status status = run.runner.CheckSyntax(); !status) return status;
  if (!host_has_temp_) {
    Result<bool> has_temp = Isolation::HasTempTables(db_);
    if (!has_temp) return has_temp.error();
    host_has_temp_ = *has_temp;
  }
  bool attaches =
      script->sql().Has(StatementKind::kAttach) || script->sql().Has(StatementKind::kDetach);
  Status status = run.isolation.Begin(script->sql().makes_temp || *host_has_temp_, attaches);
  for (size_t i = 0; i < steps.steps.size() && status; ++i) {
    const ScriptStep& step = steps.steps[i];
    if (step.outside != nullptr) {
      status = RunOutside(&run, *step.outside);
      continue;
    }
    bool last = !steps.HasPartBehind(i);
    status = ApplyPart(&run, &step, last);
    if (!run.begun) return status;  // another process has applied the script
    if (!status) break;
    std::string line = std::to_string(LastLineBefore(script->sql(), step.end));
    note_ = last ? "this one is committed, but what stands behind line " + line + " failed"
                 : "this one is committed up to line " + line;
  }
  // Where all of it stands outside of transactions, the version moves behind it.
  if (status && run_.version < script->version()) status = ApplyPart(&run, nullptr, true);
  if (!status) return status;
  status = run.isolation.EndOutside();
  return status ? status : status.error().Within(script->migration().Name());
}

// VACUUM goes to the side connection, where there is one, with the pragmas that it obeys.
Status Applier::RunOutside(PartedScript* run, const SpecialStatement& statement) {
  bool is_vacuum = statement.kind == StatementKind::kVacuum;
  if (!is_vacuum || !options_.on_side) {
    if (statement.name == "page_size" || statement.name == "auto_vacuum") {
      run->for_vacuum.push_back(&statement);
    }
    return run->runner.RunOutside(statement);
  }
  bool opened = false;
  Status status = options_.on_side([&](const Database& side) -> Status {
    opened = true;
    Isolation isolation(side);
    ScriptRunner runner(side, run->script.sql(), run->script.steps(), &isolation,
                        options_.progress);
    for (const SpecialStatement* pragma : run->for_vacuum) {
      if (Status set = runner.RunOutside(*pragma); !set) return set;
    }
    return runner.RunOutside(statement);
  });
  if (status || opened) return status;
  return run->runner.At(statement.offset, status.error());
}

// One part in its transaction, with the version when it is the last; a null part is empty. When it
// fails, its transaction is rolled back before what surrounds the script is undone.
Status Applier::ApplyPart(PartedScript* run, const ScriptStep* part, bool last) {
  Status status = RunAndCheckPart(run, part, last);
  if (status) {
    status = CommitChecked();
    return status ? status : status.error().Within(run->script.migration().Name());
  }
  if (batch_ && !batch_->transaction.IsAlive() && IsPerhapsCommitted(status.error())) {
    note_ = kPerhapsInPart;
  }
  batch_.reset();
  return status;
}

Status Applier::RunAndCheckPart(PartedScript* run, const ScriptStep* part, bool last) {
  const std::string file_name = run->script.migration().Name();
  if (Status status = OpenBatch(); !status) return status;
  if (run->script.version() <= Version()) {
    if (!run->begun) return {};
    return MakeError(file_name + ": another process has applied this script meanwhile");
  }
  if (!run->begun) {
    run->begun = true;
    ForgetRowid();
    note_ = kRolledBack;
    if (options_.check_foreign_keys) {
      Result<std::vector<ForeignKeyViolation>> before = FindForeignKeyViolations(db_);
      if (!before) return before.error();
      run->violations_before = std::move(*before);
    }
  }
  if (Status status = batch_->savepoint->Open(); !status) return status;
  if (part != nullptr) {
    Status status = run->runner.RunPart(*part, &batch_->transaction);
    if (!status) return status;
  }
  if (last) {
    Status status = run->isolation.EndIn(&batch_->transaction);
    if (!status) return status.error().Within(file_name);
  }
  if (Status status = ReleaseSavepoint(file_name); !status) return status;
  if (Status status = CheckLedgerUntouched(file_name); !status) return status;
  if (!last) return {};
  if (Status status = CheckForeignKeys(file_name, run->violations_before); !status) return status;
  return Record(run->script, run->measure);
}

// Of several processes that would run something that one transaction cannot hold, one does, and the
// others wait for it. False when another one has. A program is locked by its own file, which it
// holds on when this process dies; SQL, which may be in a bundle, or a copy of the folder, beside
// the database.
Result<bool> Applier::LockScript(const PendingScript& script, std::optional<FileLock>* lock) {
  auto interrupted = [this] { return db_.IsInterrupted(); };
  if (script.IsProgram()) {
    Result<FileLock> taken = FileLock::Acquire(script.migration().Path(), interrupted);
    if (!taken) return taken.error();
    lock->emplace(std::move(*taken));
  } else if (const std::string path = db_.MainPath(); !path.empty()) {
    // A VFS may have databases that are no files.
    Result<FileType> type = TypeOf(path);
    if (!type) return type.error();
    if (*type == FileType::kFile) {
      Result<FileLock> taken = FileLock::AcquireBeside(path, interrupted);
      if (!taken) return taken.error();
      lock->emplace(std::move(*taken));
    }
  }
  Result<std::optional<int>> version = ReadVersion(db_);
  if (!version) return version.error();
  run_.version = std::max(run_.version, version->value_or(0));
  return script.version() > run_.version;
}

Status Applier::ApplyProgram(const PendingScript& script) {
  const Migration& migration = script.migration();
  // The database is managed before the program fills it.
  if (Status status = OpenBatch(); !status) return status;
  if (Status status = CommitChecked(); !status) return status;
  std::optional<FileLock> lock;
  Result<bool> locked = LockScript(script, &lock);
  if (!locked) return locked.error();
  if (!*locked) return {};

  Measure measure(db_);
  Result<ProcessResult> run = RunProcess(
      {InterpreterOf(migration), migration.Path(), db_.MainPath()},
      [this] { return db_.IsInterrupted(); }, lock ? lock->descriptor() : -1);
  const bool was_started = run || PrimaryCode(run.error()) != SQLITE_CANTOPEN;
  if (was_started) note_ = "what this one has done meanwhile is not undone";
  if (!run) return run.error().Within(migration.name);
  if (run->signal != 0 || run->exit_code != 0) {
    std::string how = run->signal != 0 ? "was ended by signal " + std::to_string(run->signal)
                                       : "exited with status " + std::to_string(run->exit_code);
    if (!run->error_tail.empty()) how += "; its standard error ends:\n" + run->error_tail;
    return MakeError(migration.Name() + " " + how);
  }
  if (Status status = OpenBatch(); !status) return status;
  if (script.version() <= Version()) {
    return MakeError(migration.Name() + " has moved the version itself; fastmigrate does that");
  }
  if (Status status = Record(script, measure); !status) return status;
  return CommitChecked();
}

}  // namespace fastmigrate
