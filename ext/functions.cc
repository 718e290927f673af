#include "functions.h"

#include "database.h"
#include "exclusive_call.h"
#include "ledger.h"
#include "migration_folder.h"
#include "migrator.h"
#include "scalar_function.h"
#include "script_states.h"
#include "table_function.h"

namespace fastmigrate {
namespace {

// fastmigrate_version([schema TEXT]) -> INTEGER, or NULL when the database is not managed
Result<Cell> Version(const Database& db, const Arguments& arguments) {
  std::string schema = "main";
  if (arguments.Has(0)) {
    Result<std::string> given = arguments.Text(0, "schema");
    if (!given) return given.error();
    schema = *given;
  }
  Result<std::optional<int>> version = ReadVersion(db, schema);
  if (!version) return version.error();
  if (!*version) return Cell();
  return Cell(int64_t{**version});
}

// fastmigrate_extension_version() -> TEXT
Result<Cell> ExtensionVersion(const Database&, const Arguments&) {
  return Cell(std::string(FASTMIGRATE_VERSION));
}

// fastmigrate_create() -> INTEGER, the version
Result<Cell> Create(const Database& db, const Arguments&) {
  Result<ExclusiveCall> call = ExclusiveCall::Begin(db, "fastmigrate_create");
  if (!call) return call.error();
  Result<int> version = CreateManaged(db);
  if (!version) return version.error();
  return Cell(int64_t{*version});
}

// fastmigrate_enroll(version INTEGER) -> INTEGER, the version
Result<Cell> EnrollAt(const Database& db, const Arguments& arguments) {
  Result<int> version = arguments.Version(0, "version");
  if (!version) return version.error();
  Result<ExclusiveCall> call = ExclusiveCall::Begin(db, "fastmigrate_enroll");
  if (!call) return call.error();
  if (Status status = Enroll(db, *version); !status) return status.error();
  return Cell(int64_t{*version});
}

Result<MigrationRun> Apply(const Database& db, const Arguments& arguments, CallForm form) {
  Result<std::string> dir = arguments.Folder(0);
  if (!dir) return dir.error();
  Result<std::optional<int>> target = arguments.OptionalVersion(1, "target");
  if (!target) return target.error();
  Result<ExclusiveCall> call = ExclusiveCall::Begin(db, "fastmigrate_apply");
  if (!call) return call.error();
  return Migrate(db, *dir, *target, form);
}

// fastmigrate_apply([dir TEXT [, target INTEGER]]) -> INTEGER, the version reached
Result<Cell> ApplyScalar(const Database& db, const Arguments& arguments) {
  Result<MigrationRun> run = Apply(db, arguments, CallForm::kScalar);
  if (!run) return run.error();
  return Cell(int64_t{run->version});
}

// SELECT * FROM fastmigrate_apply([dir [, target]]): a row a script just applied
Result<std::vector<Row>> ApplyTable(const Database& db, const Arguments& arguments) {
  Result<MigrationRun> run = Apply(db, arguments, CallForm::kTable);
  if (!run) return run.error();
  std::vector<Row> rows;
  for (const AppliedScript& script : run->applied) {
    rows.push_back({int64_t{script.version}, script.name, script.kind, script.statements,
                    script.changes, script.duration_ms});
  }
  return rows;
}

// SELECT * FROM fastmigrate_status([dir]): a row a script and recorded version
Result<std::vector<Row>> StatusTable(const Database& db, const Arguments& arguments) {
  Result<std::string> dir = arguments.Folder(0);
  if (!dir) return dir.error();
  Result<MigrationFolder> folder = ReadMigrationFolder(*dir);
  if (!folder) return folder.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  Result<std::map<int, std::string>> checksums = ReadChecksums(*ledger, *folder);
  if (!checksums) return checksums.error();
  std::vector<Row> rows;
  for (const ScriptStatus& status : ScriptStates(*ledger, *folder, *checksums)) {
    Cell version;
    if (status.version) version = int64_t{*status.version};
    rows.push_back({version, OptionalCell(status.name), std::string(StateName(status.state)),
                    OptionalCell(status.kind), OptionalCell(status.origin),
                    OptionalCell(status.applied_at), OptionalCell(status.detail)});
  }
  return rows;
}

// SELECT * FROM fastmigrate_history(): a row a record
Result<std::vector<Row>> HistoryTable(const Database& db, const Arguments&) {
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  std::vector<Row> rows;
  for (const HistoryRecord& record : ledger->records) {
    Cell duration;
    if (record.duration_ms) duration = *record.duration_ms;
    Cell statements;
    if (record.statements) statements = *record.statements;
    rows.push_back({int64_t{record.version}, OptionalCell(record.name), OptionalCell(record.kind),
                    record.origin, OptionalCell(record.checksum), record.applied_at, duration,
                    statements, record.extension_version});
  }
  return rows;
}

// fastmigrate_new(dir TEXT, description TEXT) -> TEXT, the path of the new, empty script
Result<Cell> New(const Database&, const Arguments& arguments) {
  Result<std::string> dir = arguments.Text(0, "dir");
  if (!dir) return dir.error();
  Result<std::string> description = arguments.Text(1, "description");
  if (!description) return description.error();
  Result<std::string> path = CreateScript(*dir, *description, "");
  if (!path) return path.error();
  return Cell(*path);
}

constexpr ScalarFunction kScalarFunctions[] = {
    {"fastmigrate_version", 0, 1, Access::kReads, Version},
    {"fastmigrate_extension_version", 0, 0, Access::kReads, ExtensionVersion},
    {"fastmigrate_create", 0, 0, Access::kChanges, Create},
    {"fastmigrate_enroll", 1, 1, Access::kChanges, EnrollAt},
    {"fastmigrate_apply", 0, 2, Access::kChanges, ApplyScalar},
    {"fastmigrate_new", 2, 2, Access::kChanges, New},
};

constexpr TableFunction kTableFunctions[] = {
    {"fastmigrate_apply", "version, name, kind, statements, changes, duration_ms", "dir, target",
     Access::kChanges, true, ApplyTable},
    {"fastmigrate_status", "version, name, state, kind, origin, applied_at, detail", "dir",
     Access::kChanges, false, StatusTable},
    {"fastmigrate_history",
     "version, name, kind, origin, checksum, applied_at, duration_ms, statements, "
     "extension_version",
     "", Access::kReads, false, HistoryTable},
};

}  // namespace

int RegisterFunctions(sqlite3* db) {
  for (const ScalarFunction& function : kScalarFunctions) {
    if (int rc = RegisterScalarFunction(db, function); rc != SQLITE_OK) return rc;
  }
  for (const TableFunction& function : kTableFunctions) {
    if (int rc = RegisterTableFunction(db, function); rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

}  // namespace fastmigrate
