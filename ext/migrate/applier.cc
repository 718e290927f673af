#include "migrate/applier.h"

#include <algorithm>
#include <cstdlib>

#include "base/subprocess.h"
#include "migrate/ledger.h"
#include "sql/lexer.h"
#include "sqlite/attachments.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

constexpr std::chrono::seconds kBatchAge{1};
constexpr char kScriptSavepoint[] = "fastmigrate script";

// Each script begins as on a new connection.
void ForgetRowid(const Database& db) { sqlite3_set_last_insert_rowid(db.handle(), 0); }

size_t LineOf(const SqlScript& script, size_t offset) {
  return PositionAt(script.text, offset).line;
}

// The last line of SQL before the offset.
size_t LastLineBefore(const SqlScript& script, size_t offset) {
  size_t last = script.text.find_last_not_of(" \t\r\n", offset == 0 ? 0 : offset - 1);
  return LineOf(script, last == std::string::npos ? 0 : last);
}

// A query of our tables that fails this way finds them changed: "no such table", "no such column".
bool IsAboutSchema(const Error& error) { return (error.code & 0xFF) == SQLITE_ERROR; }

}  // namespace

// Time and changed rows since it was made.
class Applier::Measure {
 public:
  explicit Measure(const Database& db)
      : db_(db), changes_(db.TotalChanges()), began_(std::chrono::steady_clock::now()) {}

  int64_t Changes() const { return db_.TotalChanges() - changes_; }
  double Milliseconds() const {
    std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - began_;
    return passed.count();
  }

 private:
  const Database& db_;
  int64_t changes_;
  std::chrono::steady_clock::time_point began_;
};

Status RefuseProgram(const PendingScript& script) {
  const char* allowed = std::getenv("FASTMIGRATE_ALLOW_SCRIPTS");
  if (!script.IsProgram() || (allowed != nullptr && std::string_view(allowed) == "1")) return {};
  return MakeError(script.migration().name +
                   " is a program, and programs are not run unless the environment of this process "
                   "has FASTMIGRATE_ALLOW_SCRIPTS=1");
}

ScriptSteps StepsOf(const PendingScript& script, const Database& db) {
  auto present = [&](const std::string& schema, const std::string& name) -> std::string {
    if (name == "foreign_keys") return "0";  // as it is while scripts run
    Result<std::string> value = ReadPragma(db, schema, name);
    return value ? NormalizedPragmaValue(name, *value) : "";
  };
  return PlanSteps(script.sql(), present, !db.MainPath().empty());
}

Applier::Applier(const Database& db, ApplyOptions options)
    : db_(db), options_(std::move(options)) {}

Status Applier::Apply(std::span<PendingScript> scripts, int version) {
  RowidKeeper rowid(db_);
  EnforcementOff enforcement(db_);
  AttachmentKeeper attachments(
      db_, std::any_of(scripts.begin(), scripts.end(), [](const PendingScript& script) {
        return script.sql().Has(StatementKind::kAttach);
      }));
  version_ = committed_version_ = version;
  Status status = Run(scripts);
  while (retry_with_) {
    care_ = *retry_with_;
    retry_with_.reset();
    status = Run(scripts);
  }
  return status;
}

Status Applier::Run(std::span<PendingScript> scripts) {
  version_ = committed_version_;
  uncommitted_.clear();
  for (PendingScript& script : scripts) {
    if (script.version() <= version_) continue;
    Status status = ApplyOne(&script);
    if (status && batch_ && (care_ == Care::kEachScript || BatchIsOld())) status = CommitBatch();
    if (status) continue;
    if (retry_with_) return status;
    // What ran before the failed one stays, as far as SQLite has left the transaction alive.
    if (!uncommitted_.empty()) KeepOthers();
    batch_.reset();
    return status;
  }
  failure_note_ = "what ran since the last commit was rolled back";
  return CommitBatch();
}

// Commits what ran before a script that failed. What that has done to a virtual table can make
// SQLite refuse the commit (FTS5: a table made and filled in it), and then they run again without
// it.
void Applier::KeepOthers() {
  bool nested = batch_ && batch_->IsNested();
  Status status = CommitBatch();
  if (status || retry_with_ || nested || care_ == Care::kEachScript) return;
  int code = status.error().code & 0xFF;
  if (code != SQLITE_BUSY && code != SQLITE_INTERRUPT) retry_with_ = Care::kEachScript;
}

Status Applier::ApplyOne(PendingScript* script) {
  failure_note_ = "this one was not run";
  if (script->IsProgram()) {
    if (Status status = CommitBatch(); !status) return status;
    return ApplyProgram(*script);
  }
  if (Status status = script->LoadText(); !status) return status;
  ScriptSteps steps = StepsOf(*script, db_);
  Status status;
  if (steps.IsOnePart()) {
    status = ApplyInBatch(script, steps);
  } else {
    status = CommitBatch();
    if (status) status = ApplyInParts(script, steps);
  }
  script->DropText();
  return status;
}

Status Applier::OpenBatch() {
  if (batch_) return {};
  Result<Transaction> transaction = Transaction::Begin(db_, options_.interrupted);
  if (!transaction) return transaction.error();
  batch_.emplace(std::move(*transaction));
  batch_began_ = std::chrono::steady_clock::now();
  if (care_ == Care::kKnowsBefore && options_.check_foreign_keys) {
    Result<std::vector<ForeignKeyViolation>> violations = FindForeignKeyViolations(db_);
    if (!violations) return violations.error();
    violations_before_batch_ = std::move(*violations);
  }
  return FollowVersion();
}

// Under the write lock: makes the tables of a new database, and sees whether another process has
// moved the version since it was read.
Status Applier::FollowVersion() {
  Result<LedgerState> ledger = ReadLedger(db_);
  if (!ledger) return ledger.error();
  if (!ledger->version && ledger->has_content) {
    return MakeError("the database has got content meanwhile, but no version");
  }
  int version = ledger->version.value_or(0);
  if (version < version_) {
    return MakeError("the database went back from version " + std::to_string(version_) + " to " +
                     std::to_string(version) + " meanwhile; try again");
  }
  version_ = committed_version_ = version;
  return CreateLedger(db_);
}

bool Applier::BatchIsOld() const {
  return !options_.one_transaction && std::chrono::steady_clock::now() - batch_began_ > kBatchAge;
}

Status Applier::CommitBatch() {
  if (batch_ && batch_->IsAlive() && options_.check_foreign_keys && care_ != Care::kEachScript &&
      !uncommitted_.empty()) {
    Result<std::vector<ForeignKeyViolation>> violations = FindForeignKeyViolations(db_);
    if (!violations) return violations.error();
    if (!NewViolations(violations_before_batch_, *violations).empty()) {
      batch_.reset();
      retry_with_ = care_ == Care::kNone ? Care::kKnowsBefore : Care::kEachScript;
      return MakeError("rows without a parent");
    }
  }
  return CommitChecked();
}

// Without a look at the foreign keys, which the caller has had.
Status Applier::CommitChecked() {
  if (!batch_) return {};
  Transaction transaction = std::move(*batch_);
  batch_.reset();
  if (!transaction.IsAlive()) {
    uncommitted_.clear();
    return MakeError("SQLite has rolled the transaction back");
  }
  if (Status status = transaction.Commit(options_.interrupted); !status) {
    return Error{status.error().code, "cannot commit: " + status.error().message};
  }
  committed_version_ = version_;
  applied_.insert(applied_.end(), uncommitted_.begin(), uncommitted_.end());
  uncommitted_.clear();
  return {};
}

Status Applier::ApplyInBatch(PendingScript* script, const ScriptSteps& steps) {
  if (Status status = OpenBatch(); !status) return status;
  if (script->version() <= version_) return {};
  Status status = RunInSavepoint(script, steps);
  if (status || batch_->IsAlive()) return status;
  // SQLite has ended the transaction, and with it all that ran in it.
  bool nested = batch_->IsNested();
  bool others = !uncommitted_.empty();
  batch_.reset();
  uncommitted_.clear();
  bool may_succeed = (status.error().code & 0xFF) == SQLITE_CONSTRAINT ||
                     (status.error().code & 0xFF) == SQLITE_ERROR;
  if (nested) {
    failure_note_ = "SQLite has rolled back the whole transaction that was open";
  } else if (others && may_succeed && care_ != Care::kEachScript) {
    retry_with_ = Care::kEachScript;
  } else if (others) {
    failure_note_ = "this one and those before it since the last commit were rolled back";
  }
  return status;
}

Status Applier::RunInSavepoint(PendingScript* script, const ScriptSteps& steps) {
  const SqlScript& sql = script->sql();
  Result<Savepoint> savepoint = Savepoint::Open(db_, kScriptSavepoint);
  if (!savepoint) return savepoint.error();
  failure_note_ = "this one was rolled back";
  std::vector<ForeignKeyViolation> violations_before;
  std::optional<std::string> fingerprint;
  Status look = LookBefore(&violations_before, &fingerprint, sql, care_ == Care::kEachScript);
  if (!look) return look;

  ForgetRowid(db_);
  Measure measure(db_);
  SettingsKeeper settings(db_);
  ScriptRunner runner(db_, sql, steps, &settings);
  for (const ScriptStep& part : steps.steps) {
    if (Status status = runner.RunPart(part); !status) return status;
  }
  settings.PutBackInTransaction();
  if (care_ == Care::kEachScript) {
    if (Status status = CheckForeignKeys(sql, violations_before); !status) return status;
  }
  if (Status status = CheckLedgerUntouched(sql, fingerprint); !status) return status;
  if (Status status = Record(*script, measure); !status) return status;
  return savepoint->Release();
}

// What is compared after the script: the rows without a parent, where the caller cares for them,
// and our own tables, where the script names them.
Status Applier::LookBefore(std::vector<ForeignKeyViolation>* violations,
                           std::optional<std::string>* fingerprint, const SqlScript& sql,
                           bool foreign_keys) {
  if (foreign_keys && options_.check_foreign_keys) {
    Result<std::vector<ForeignKeyViolation>> found = FindForeignKeyViolations(db_);
    if (!found) return found.error();
    *violations = std::move(*found);
  }
  if (sql.mentions_our_tables) {
    Result<std::string> present = LedgerFingerprint(db_);
    if (!present) return present.error();
    *fingerprint = *present;
  }
  return {};
}

Status Applier::CheckLedgerUntouched(const SqlScript& sql,
                                     const std::optional<std::string>& fingerprint) {
  bool untouched = false;
  if (fingerprint) {
    Result<std::string> present = LedgerFingerprint(db_);
    if (!present && !IsAboutSchema(present.error())) return present.error().Within(sql.file_name);
    untouched = present && *present == *fingerprint;
  } else {
    Result<std::optional<int64_t>> version =
        db_.QueryInteger("SELECT version FROM main._meta WHERE id = 1");
    if (!version && !IsAboutSchema(version.error())) return version.error().Within(sql.file_name);
    untouched = version && version->value_or(-1) == version_;
  }
  if (untouched) return {};
  return MakeError(sql.file_name +
                   ": a script must not change main._meta or main._fastmigrate_history; "
                   "fastmigrate moves the version itself");
}

Status Applier::CheckForeignKeys(const SqlScript& sql,
                                 const std::vector<ForeignKeyViolation>& before) const {
  if (!options_.check_foreign_keys) return {};
  Result<std::vector<ForeignKeyViolation>> after = FindForeignKeyViolations(db_);
  if (!after) return after.error();
  std::vector<ForeignKeyViolation> violations = NewViolations(before, *after);
  if (violations.empty()) return {};
  return Error{SQLITE_CONSTRAINT_FOREIGNKEY, sql.file_name + ": FOREIGN KEY constraint failed: " +
                                                 DescribeViolations(violations)};
}

Status Applier::Record(const PendingScript& script, const Measure& measure) {
  AppliedScript applied;
  applied.version = script.version();
  applied.name = script.migration().name;
  applied.kind = KindName(script.migration().kind);
  applied.statements = script.IsProgram() ? 1 : static_cast<int64_t>(script.sql().statement_count);
  applied.changes = measure.Changes();
  applied.duration_ms = measure.Milliseconds();

  HistoryRecord record;
  record.version = applied.version;
  record.previous_version = version_;
  record.name = applied.name;
  record.kind = applied.kind;
  record.origin = "applied";
  record.checksum = script.checksum();
  record.duration_ms = applied.duration_ms;
  record.statements = applied.statements;
  if (Status status = AdvanceLedger(db_, record); !status) return status;
  version_ = applied.version;
  sqlite3_log(SQLITE_NOTICE, "fastmigrate: %s, %lld statements, %.1f ms", applied.name.c_str(),
              static_cast<long long>(applied.statements), applied.duration_ms);
  uncommitted_.push_back(std::move(applied));
  return {};
}

// A script that more than one transaction holds, while it runs.
struct Applier::PartedScript {
  PartedScript(const Database& db, PendingScript* pending_script, const ScriptSteps& script_steps)
      : script(*pending_script),
        steps(script_steps),
        attachments(db, script.sql().Has(StatementKind::kAttach)),
        enforcement(db),
        measure(db),
        settings(db),
        runner(db, script.sql(), steps, &settings) {}

  PendingScript& script;
  const ScriptSteps& steps;
  AttachmentKeeper attachments;
  EnforcementOff enforcement;  // for what the script itself sets
  Measure measure;
  SettingsKeeper settings;
  ScriptRunner runner;
  std::vector<const SpecialStatement*> for_vacuum;  // what the next VACUUM obeys: page_size, ...
  bool begun = false;  // a part has been begun, so that nobody else can have applied it
  std::optional<std::string> fingerprint;
  std::vector<ForeignKeyViolation> violations_before;
};

Status Applier::ApplyInParts(PendingScript* script, const ScriptSteps& steps) {
  std::optional<FileLock> lock;
  Result<bool> turn = steps.PartCount() > 1 ? TakeTurn(*script, &lock) : Result<bool>(true);
  if (!turn) return turn.error();
  if (!*turn) return {};
  PartedScript run(db_, script, steps);
  Status status;
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
    failure_note_ = last ? "this one is committed, but what stands behind line " + line + " failed"
                         : "this one is committed up to line " + line;
  }
  // Where all of it stands outside of transactions, the version moves behind it.
  if (status && version_ < script->version()) status = ApplyPart(&run, nullptr, true);
  if (status) return status;
  batch_.reset();
  uncommitted_.clear();
  version_ = committed_version_;
  return status;
}

// VACUUM goes to the side connection, where there is one, with the pragmas that it obeys.
Status Applier::RunOutside(PartedScript* run, const SpecialStatement& statement) {
  bool is_vacuum = statement.kind == StatementKind::kVacuum;
  if (!is_vacuum || !options_.on_side) {
    if (statement.name == "page_size" || statement.name == "auto_vacuum") {
      run->for_vacuum.push_back(&statement);
    }
    return run->runner.RunOutside(statement, options_.interrupted);
  }
  bool opened = false;
  Status status = options_.on_side([&](const Database& side) -> Status {
    opened = true;
    SettingsKeeper settings(side);
    ScriptRunner runner(side, run->script.sql(), run->steps, &settings);
    for (const SpecialStatement* pragma : run->for_vacuum) {
      if (Status set = runner.RunOutside(*pragma, options_.interrupted); !set) return set;
    }
    return runner.RunOutside(statement, options_.interrupted);
  });
  if (status || opened) return status;
  return run->runner.At(statement.offset, status.error().code, status.error().message);
}

// One part in its transaction, with the version when it is the last; a null part is empty.
Status Applier::ApplyPart(PartedScript* run, const ScriptStep* part, bool last) {
  const SqlScript& sql = run->script.sql();
  if (Status status = OpenBatch(); !status) return status;
  if (run->script.version() <= version_) {
    if (!run->begun) return CommitBatch();
    return MakeError(sql.file_name + ": another process has applied this script meanwhile");
  }
  if (!run->begun) {
    run->begun = true;
    ForgetRowid(db_);
    failure_note_ = "this one was rolled back";
    if (Status status = LookBefore(&run->violations_before, &run->fingerprint, sql, true);
        !status) {
      return status;
    }
  }
  if (part != nullptr) {
    if (Status status = run->runner.RunPart(*part); !status) return status;
  }
  if (Status status = CheckLedgerUntouched(sql, run->fingerprint); !status) return status;
  if (last) {
    run->settings.PutBackInTransaction();
    if (Status status = CheckForeignKeys(sql, run->violations_before); !status) return status;
    Status status = Record(run->script, run->measure);
    if (!status) return status;
  }
  Status status = CommitChecked();
  return status ? status : status.error().Within(sql.file_name);
}

// Of several processes that would run something that one transaction cannot hold, one does, and the
// others wait for it. False when another one has.
Result<bool> Applier::TakeTurn(const PendingScript& script, std::optional<FileLock>* lock) {
#ifndef _WIN32
  Result<FileLock> taken = FileLock::Acquire(script.migration().path, options_.interrupted);
  if (!taken) return taken.error();
  lock->emplace(std::move(*taken));
#endif
  Result<std::optional<int>> version = ReadVersion(db_);
  if (!version) return version.error();
  version_ = committed_version_ = std::max(version_, version->value_or(0));
  return script.version() > version_;
}

Status Applier::ApplyProgram(const PendingScript& script) {
  const Migration& migration = script.migration();
  if (Status status = RefuseProgram(script); !status) return status;
  // The database is managed before the program fills it.
  if (Status status = OpenBatch(); !status) return status;
  if (Status status = CommitChecked(); !status) return status;
  std::optional<FileLock> lock;
  Result<bool> turn = TakeTurn(script, &lock);
  if (!turn) return turn.error();
  if (!*turn) return {};

  failure_note_ = "what this one has done meanwhile is not undone";
  Measure measure(db_);
  const char* interpreter = migration.kind == MigrationKind::kPython ? "python3" : "sh";
  Result<ProcessResult> run = RunProcess({interpreter, migration.path, db_.MainPath()},
                                         options_.interrupted, lock->descriptor());
  if (!run) return run.error().Within(migration.name);
  if (run->signal != 0 || run->exit_code != 0) {
    std::string how = run->signal != 0 ? "was ended by signal " + std::to_string(run->signal)
                                       : "exited with status " + std::to_string(run->exit_code);
    if (!run->error_tail.empty()) how += "; its standard error ends:\n" + run->error_tail;
    return MakeError(migration.name + " " + how);
  }
  if (Status status = OpenBatch(); !status) return status;
  if (script.version() <= version_) {
    return MakeError(migration.name + " has moved the version itself; fastmigrate does that");
  }
  if (Status status = Record(script, measure); !status) return status;
  return CommitChecked();
}

}  // namespace fastmigrate
