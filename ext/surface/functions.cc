#include "surface/functions.h"

#include <charconv>
#include <map>

#include "author/accept.h"
#include "author/bundle_folder.h"
#include "author/draft.h"
#include "author/dump_schema.h"
#include "author/enroll.h"
#include "author/import.h"
#include "author/initialize.h"
#include "author/new_script.h"
#include "author/table_rebuild.h"
#include "base/json.h"
#include "fastmigrate.h"
#include "migrate/ledger.h"
#include "migrate/migrate.h"
#include "migrate/script_status.h"
#include "migrate/source.h"
#include "prove/find_version.h"
#include "prove/rehearse.h"
#include "prove/verify.h"
#include "sqlite/backup.h"
#include "sqlite/database.h"
#include "sqlite/row_scan.h"
#include "sqlite/transaction.h"
#include "surface/scalar_function.h"
#include "surface/table_function.h"

namespace fastmigrate {
namespace {

// The scripts in the folder that this argument names, or in the bundle that it is.
Result<Source> SourceOf(const Arguments& arguments, size_t index) {
  Result<std::string_view> dir = arguments.FolderOrBundle(index);
  if (!dir) return dir.error();
  return ReadSource(*dir);
}

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
  Result<int> version = CreateManaged(db);
  if (!version) return version.error();
  return Cell(int64_t{*version});
}

// fastmigrate_enroll(version INTEGER [, dir TEXT]) -> INTEGER, the version; with dir: proved first
Result<Cell> EnrollAt(const Database& db, const Arguments& arguments) {
  Result<int> version = arguments.Version(0, "version");
  if (!version) return version.error();
  if (!arguments.Has(1)) {
    if (Status status = Enroll(db, *version); !status) return status.error();
    return Cell(int64_t{*version});
  }
  Result<Source> source = SourceOf(arguments, 1);
  if (!source) return source.error();
  if (Status status = EnrollProved(db, *version, *source); !status) return status.error();
  return Cell(int64_t{*version});
}

// fastmigrate_unenroll() -> INTEGER, the version that the database was enrolled at
Result<Cell> UnenrollIt(const Database& db, const Arguments&) {
  Result<int> version = Unenroll(db);
  if (!version) return version.error();
  return Cell(int64_t{*version});
}

Result<MigrationRun> Apply(const Database& db, const Arguments& arguments, CallForm form) {
  Result<std::optional<int>> target = arguments.OptionalVersion(1, "target");
  if (!target) return target.error();
  Result<Source> source = SourceOf(arguments, 0);
  if (!source) return source.error();
  return Migrate(db, *source, *target, form);
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
    rows.push_back({int64_t{script.version}, script.name, std::string(script.kind),
                    script.statements, script.changes, script.duration_ms});
  }
  return rows;
}

// SELECT * FROM fastmigrate_status([dir]): a row a script and recorded version
Result<std::vector<Row>> StatusTable(const Database& db, const Arguments& arguments) {
  Result<Source> source = SourceOf(arguments, 0);
  if (!source) return source.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  Result<std::map<int, std::string>> checksums = ReadChecksums(*ledger, *source);
  if (!checksums) return checksums.error();
  std::vector<Row> rows;
  for (const ScriptStatus& status : ListStatus(*ledger, *source, *checksums)) {
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

// fastmigrate_new(dir TEXT, description TEXT) -> TEXT, the path of the new script
Result<Cell> New(const Database& db, const Arguments& arguments) {
  Result<std::string> dir = arguments.Folder(0, "fastmigrate_new");
  if (!dir) return dir.error();
  Result<std::string> description = arguments.Text(1, "description");
  if (!description) return description.error();
  Result<NewFile> folder = MakeFolder(*dir);
  if (!folder) return folder.error();
  Result<Source> source = ReadSource(*dir);
  if (!source) return source.error();
  Result<std::optional<int>> version = ReadVersion(db);
  if (!version) return version.error();
  if (version->value_or(0) > source->LastVersion()) {
    return AheadOfSource(**version, *source);
  }
  Result<NewFile> script = CreateScript(*source, *description);
  if (!script) return script.error();
  Cell path = script->path();
  if (Status status = db.CheckCaller(); !status) return status.error();
  script->Keep();
  folder->Keep();
  return path;
}

// fastmigrate_find_version([dir TEXT]) -> INTEGER, or NULL when no version's replay equals this
Result<Cell> FindVersionOf(const Database& db, const Arguments& arguments) {
  Result<Source> source = SourceOf(arguments, 0);
  if (!source) return source.error();
  Result<std::optional<int>> version = FindVersion(db, *source);
  if (!version) return version.error();
  if (!*version) return Cell();
  return Cell(int64_t{**version});
}

// fastmigrate_initialize(dir TEXT [, table TEXT, ...]) -> TEXT, the path of the script
Result<Cell> InitializeFrom(const Database& db, const Arguments& arguments) {
  Result<std::string> dir = arguments.Folder(0, "fastmigrate_initialize");
  if (!dir) return dir.error();
  std::vector<std::string> tables;
  for (size_t i = 1; i < arguments.size(); ++i) {
    Result<std::string> table = arguments.Text(i, "table");
    if (!table) return table.error();
    tables.push_back(*table);
  }
  Result<std::string> path = Initialize(db, *dir, tables);
  if (!path) return path.error();
  return Cell(std::move(*path));
}

// fastmigrate_import(from TEXT [, dir TEXT]) -> INTEGER, the database's version
Result<Cell> ImportFrom(const Database& db, const Arguments& arguments) {
  Result<std::string> from = arguments.Text(0, "from");
  if (!from) return from.error();
  Result<std::string> dir = arguments.Folder(1, "fastmigrate_import");
  if (!dir) return dir.error();
  Result<int> version = Import(db, *from, *dir);
  if (!version) return version.error();
  return Cell(int64_t{*version});
}

// fastmigrate_draft(dir TEXT, description TEXT [, schema TEXT]) -> TEXT, the path of the script, or
// NULL when there is nothing to write
Result<Cell> DraftIt(const Database& db, const Arguments& arguments) {
  Result<std::string> dir = arguments.Folder(0, "fastmigrate_draft");
  if (!dir) return dir.error();
  Result<std::string> description = arguments.Text(1, "description");
  if (!description) return description.error();
  Result<std::optional<std::string>> path = std::optional<std::string>();
  if (arguments.Has(2)) {
    Result<std::string> schema = arguments.Text(2, "schema");
    if (!schema) return schema.error();
    path = DraftFromFile(db, *dir, *description, *schema);
  } else {
    path = Draft(db, *dir, *description);
  }
  if (!path) return path.error();
  return OptionalCell(*path);
}

// fastmigrate_bundle([dir TEXT]) -> TEXT, the scripts of the folder as a bundle
Result<Cell> Bundle(const Database&, const Arguments& arguments) {
  Result<std::string> dir = arguments.Folder(0, "fastmigrate_bundle");
  if (!dir) return dir.error();
  Result<Source> source = ReadSource(*dir);
  if (!source) return source.error();
  Result<std::string> bundle = BundleFolder(*source);
  if (!bundle) return bundle.error();
  return Cell(std::move(*bundle));
}

// fastmigrate_accept(version INTEGER [, dir TEXT]) -> INTEGER, the version
Result<Cell> Accept(const Database& db, const Arguments& arguments) {
  Result<int> version = arguments.Version(0, "version");
  if (!version) return version.error();
  Result<Source> source = SourceOf(arguments, 1);
  if (!source) return source.error();
  if (Status status = AcceptEdit(db, *version, *source); !status) return status.error();
  return Cell(int64_t{*version});
}

// fastmigrate_schema() -> TEXT
Result<Cell> SchemaText(const Database& db, const Arguments&) {
  ReadSnapshot snapshot(db, ReadSnapshot::Locked::kWaits);
  if (!snapshot.status()) return snapshot.status().error();
  Result<std::string> script = DumpSchema(db, ToolRecords::kKept);
  if (!script) return script.error();
  return Cell(*script);
}

// fastmigrate_backup([path TEXT]) -> TEXT, the path of the copy
Result<Cell> Backup(const Database& db, const Arguments& arguments) {
  Result<std::string> path = arguments.Has(0) ? arguments.Text(0, "path") : DefaultBackupPath(db);
  if (!path) return path.error();
  Status status = BackupDatabase(db, *path);
  if (!status) return status.error();
  return Cell(std::move(*path));
}

// SELECT * FROM fastmigrate_verify([dir [, version]]): a row a difference
Result<std::vector<Row>> VerifyTable(const Database& db, const Arguments& arguments) {
  Result<std::optional<int>> version = arguments.OptionalVersion(1, "version");
  if (!version) return version.error();
  Result<Source> source = SourceOf(arguments, 0);
  if (!source) return source.error();
  Result<std::vector<Difference>> differences = Verify(db, *source, *version);
  if (!differences) return differences.error();
  std::vector<Row> rows;
  for (const Difference& difference : *differences) {
    auto sql = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
    rows.push_back({difference.type, difference.name, difference.difference,
                    sql(difference.expected), sql(difference.actual)});
  }
  return rows;
}

using RehearseFunction = Result<std::vector<RehearsedScript>> (*)(const Database& db,
                                                                  const Source& source,
                                                                  std::optional<int> target);

Result<std::vector<RehearsedScript>> Rehearse(const Database& db, const Arguments& arguments,
                                              RehearseFunction rehearse) {
  Result<std::optional<int>> target = arguments.OptionalVersion(1, "target");
  if (!target) return target.error();
  Result<Source> source = SourceOf(arguments, 0);
  if (!source) return source.error();
  return rehearse(db, *source, *target);
}

// SELECT * FROM fastmigrate_rehearse([dir [, target]]): a row a script, run on a private copy
Result<std::vector<Row>> RehearseTable(const Database& db, const Arguments& arguments) {
  Result<std::vector<RehearsedScript>> scripts = Rehearse(db, arguments, RehearseOnCopy);
  if (!scripts) return scripts.error();
  std::vector<Row> rows;
  for (const auto& [script, error] : *scripts) {
    Row row = {int64_t{script.version}, script.name, int64_t{!error}, OptionalCell(error)};
    if (!error) row.insert(row.end(), {script.statements, script.changes, script.duration_ms});
    rows.push_back(std::move(row));
  }
  return rows;
}

// fastmigrate_rehearse([dir [, target]]) -> TEXT, the same rows as JSON, run on this connection
Result<Cell> RehearseScalar(const Database& db, const Arguments& arguments) {
  Result<std::vector<RehearsedScript>> scripts = Rehearse(db, arguments, RehearseInPlace);
  if (!scripts) return scripts.error();
  std::string rows;
  for (const auto& [script, error] : *scripts) {
    rows += rows.empty() ? "" : ",";
    rows +=
        "{\"version\":" + std::to_string(script.version) + ",\"name\":" + JsonString(script.name);
    if (error) {
      rows += ",\"ok\":0,\"error\":" + JsonString(*error) +
              ",\"statements\":null,\"changes\":null,\"duration_ms\":null}";
    } else {
      rows += ",\"ok\":1,\"error\":null,\"statements\":" + std::to_string(script.statements) +
              ",\"changes\":" + std::to_string(script.changes) +
              ",\"duration_ms\":" + JsonNumber(script.duration_ms) + "}";
    }
  }
  return Cell("[" + rows + "]");
}

// fastmigrate_recreate_table(table TEXT, column_defs TEXT) -> INTEGER, the number of its rows
Result<Cell> RecreateTable(const Database& db, const Arguments& arguments) {
  Result<std::string> table = arguments.Text(0, "table");
  if (!table) return table.error();
  Result<std::string> definitions = arguments.Text(1, "column_defs");
  if (!definitions) return definitions.error();
  Result<int64_t> rows = RebuildTable(db, *table, *definitions);
  if (!rows) return rows.error();
  return Cell(*rows);
}

// The name of a table, called as a function: SQLite would say that there is no such function.
Error IsATable(const std::string& name) {
  return MakeError(name + " is a table: SELECT * FROM " + name + "(...)");
}

Result<Cell> StatusIsATable(const Database&, const Arguments&) {
  return IsATable("fastmigrate_status");
}

Result<Cell> HistoryIsATable(const Database&, const Arguments&) {
  return IsATable("fastmigrate_history");
}

Result<Cell> VerifyIsATable(const Database&, const Arguments&) {
  return IsATable("fastmigrate_verify");
}

// Who may call what, from where: see call.h.
constexpr CallRules kEverywhere{.access = Access::kAnywhere};
constexpr CallRules kReads{.access = Access::kApplication};
constexpr CallRules kReadsFiles{.access = Access::kChanges};
constexpr CallRules kInScripts{.access = Access::kChanges};
constexpr CallRules kChanges{.access = Access::kChanges, .reentry = Reentry::kRefused};
constexpr CallRules kApplies{
    .access = Access::kChanges, .reentry = Reentry::kRefused, .wait = Wait::kLong};

constexpr ScalarFunction kScalarFunctions[] = {
    {"fastmigrate_version", 0, 1, kEverywhere, Version},
    {"fastmigrate_extension_version", 0, 0, kEverywhere, ExtensionVersion},
    {"fastmigrate_create", 0, 0, kChanges, Create},
    {"fastmigrate_enroll", 1, 2, kChanges, EnrollAt},
    {"fastmigrate_unenroll", 0, 0, kChanges, UnenrollIt},
    {"fastmigrate_find_version", 0, 1, kChanges, FindVersionOf},
    {"fastmigrate_initialize", 1, -1, kChanges, InitializeFrom},
    {"fastmigrate_import", 1, 2, kChanges, ImportFrom},
    {"fastmigrate_apply", 0, 2, kApplies, ApplyScalar},
    {"fastmigrate_rehearse", 0, 2, kChanges, RehearseScalar},
    {"fastmigrate_accept", 1, 2, kChanges, Accept},
    {"fastmigrate_draft", 2, 3, kChanges, DraftIt},
    {"fastmigrate_bundle", 0, 1, kReadsFiles, Bundle},
    {"fastmigrate_schema", 0, 0, kReads, SchemaText},
    {"fastmigrate_backup", 0, 1, kChanges, Backup},
    {"fastmigrate_new", 2, 2, kChanges, New},
    {"fastmigrate_recreate_table", 2, 2, kInScripts, RecreateTable},
    {"fastmigrate_status", 0, -1, kReads, StatusIsATable},
    {"fastmigrate_history", 0, -1, kReads, HistoryIsATable},
    {"fastmigrate_verify", 0, -1, kReads, VerifyIsATable},
};

constexpr TableFunction kTableFunctions[] = {
    {"fastmigrate_apply", "version, name, kind, statements, changes, duration_ms", "dir, target",
     kApplies, "scripts applied", ApplyTable},
    {"fastmigrate_status", "version, name, state, kind, origin, applied_at, detail", "dir",
     kReadsFiles, nullptr, StatusTable},
    {"fastmigrate_history",
     "version, name, kind, origin, checksum, applied_at, duration_ms, statements, "
     "extension_version",
     "", kReads, nullptr, HistoryTable},
    {"fastmigrate_verify", "type, name, difference, expected, actual", "dir, version", kChanges,
     nullptr, VerifyTable},
    {"fastmigrate_rehearse", "version, name, ok, error, statements, changes, duration_ms",
     "dir, target", kChanges, nullptr, RehearseTable},
};

// On a connection of our own nothing is called in the table form that changes it.
enum class Owner { kHost, kOurs };

int RegisterFor(sqlite3* db, Owner owner) {
  if (int rc = RegisterRowScan(db); rc != SQLITE_OK) return rc;
  for (const ScalarFunction& function : kScalarFunctions) {
    if (int rc = RegisterScalarFunction(db, function); rc != SQLITE_OK) return rc;
  }
  for (const TableFunction& function : kTableFunctions) {
    int rc = RegisterTableFunction(db, function);
    if (rc == SQLITE_OK && function.done != nullptr && owner == Owner::kHost) {
      rc = CreateTableFunctionInTemp(db, function);
    }
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

}  // namespace

int RegisterFunctions(sqlite3* db) {
  SetConnectionSetup([](sqlite3* own) { return RegisterFor(own, Owner::kOurs); });
  return RegisterFor(db, Owner::kHost);
}

}  // namespace fastmigrate
