#include "migrate/ledger.h"

#include <algorithm>
#include <functional>

#include "migrate/migration.h"
#include "sql/lexer.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr char kMetaHelp[] =
    "; fastmigrate needs it as CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version "
    "INTEGER NOT NULL DEFAULT 0) and has not changed it";

Error BadMeta(const std::string& schema, const std::string& what) {
  return MakeError(schema + "._meta " + what + kMetaHelp);
}

struct LedgerTables {
  bool meta = false;
  bool history = false;
};

bool IsOrdinaryTable(const std::string& sql) {
  Lexer lexer(sql);
  return lexer.NextSql().Is("CREATE") && lexer.NextSql().Is("TABLE");
}

Result<LedgerTables> FindTables(const Database& db, const std::string& schema) {
  Result<Statement> rows = db.Prepare("SELECT type, name, tbl_name, sql FROM " + QuoteName(schema) +
                                      R"sql(.sqlite_schema
      WHERE tbl_name COLLATE NOCASE IN ('_meta', '_fastmigrate_history'))sql");
  if (!rows) {
    bool unknown = rows.error().message.starts_with("no such table");
    return unknown ? MakeError("unknown database " + schema) : rows.error();
  }
  LedgerTables tables;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return tables;
    std::string type = rows->Text(0);
    bool is_meta = EqualIgnoringCase(rows->Text(2), "_meta");
    if (type == "table" && IsOrdinaryTable(rows->Text(3))) {
      (is_meta ? tables.meta : tables.history) = true;
    } else if (type == "trigger") {
      return MakeError(schema + "." + rows->Text(2) + " has a trigger, " + rows->Text(1) +
                       ", which could change the version behind fastmigrate's back; drop it");
    } else if (type != "index") {
      std::string kind = type == "table" ? "virtual table" : type;
      if (is_meta) return BadMeta(schema, "is a " + kind);
      return MakeError(schema + "._fastmigrate_history is a " + kind + ", not fastmigrate's table");
    }
  }
}

Status CheckColumns(const Database& db, const std::string& schema) {
  Result<Statement> rows =
      db.Prepare("PRAGMA " + QuoteName(schema) + ".table_xinfo(" + QuoteName("_meta") + ")");
  if (!rows) return rows.error();
  std::string columns;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) break;
    columns += (columns.empty() ? "" : ", ") + rows->Text(1) + (rows->Integer(5) != 0 ? "*" : "");
  }
  if (EqualIgnoringCase(columns, "id*, version")) return {};
  return BadMeta(schema, "has other columns");
}

Result<int> ReadMetaRow(const Database& db, const std::string& schema) {
  Result<Statement> rows = db.Prepare("SELECT id, version, typeof(version) FROM " +
                                      QuoteName(schema) + "._meta LIMIT 2");
  if (!rows) return rows.error();
  Result<bool> row = rows->Step();
  if (!row) return row.error();
  if (!*row) return BadMeta(schema, "holds no row, so the database has no version");
  int64_t version = rows->Integer(1);
  std::string shown = rows->IsNull(1) ? "NULL" : rows->Text(1);
  if (rows->Type(0) != SQLITE_INTEGER || rows->Integer(0) != 1) {
    return BadMeta(schema, "holds a row whose id is not 1");
  }
  if (rows->Text(2) != "integer" || version < 0 || version > kMaxVersion) {
    return BadMeta(schema,
                   "holds the version " + shown + ", which is no whole number from 0 to 9999");
  }
  Result<bool> second = rows->Step();
  if (!second) return second.error();
  if (*second) return BadMeta(schema, "holds more than one row");
  return static_cast<int>(version);
}

Result<int> ReadCheckedMeta(const Database& db, const std::string& schema) {
  if (Status status = CheckColumns(db, schema); !status) return status.error();
  return ReadMetaRow(db, schema);
}

std::optional<std::string> OptionalText(const Statement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Text(column);
}

Result<std::vector<HistoryRecord>> ReadRecords(const Database& db) {
  Result<Statement> rows = db.Prepare(R"sql(
      SELECT version, previous_version, name, kind, origin, checksum, applied_at, duration_ms,
             statements, extension_version
      FROM main._fastmigrate_history ORDER BY version)sql");
  if (!rows) {
    if ((rows.error().code & 0xFF) != SQLITE_ERROR) return rows.error();
    return MakeError("main._fastmigrate_history is not fastmigrate's table (" +
                     rows.error().message + "); rename or drop it");
  }
  std::vector<HistoryRecord> records;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return records;
    HistoryRecord record;
    record.version = static_cast<int>(rows->Integer(0));
    record.previous_version = static_cast<int>(rows->Integer(1));
    record.name = OptionalText(*rows, 2);
    record.kind = OptionalText(*rows, 3);
    record.origin = rows->Text(4);
    record.checksum = OptionalText(*rows, 5);
    record.applied_at = rows->Text(6);
    if (!rows->IsNull(7)) record.duration_ms = rows->Real(7);
    if (!rows->IsNull(8)) record.statements = rows->Integer(8);
    record.extension_version = rows->Text(9);
    records.push_back(std::move(record));
  }
}

void BindOptional(Statement* statement, int index, const std::optional<std::string>& text) {
  text ? statement->Bind(index, *text) : statement->BindNull(index);
}

// Reads as of one moment; again while another connection has the file locked.
template <typename T>
Result<T> ReadWaiting(const Database& db, const std::function<Result<T>()>& read) {
  Result<T> result = T();
  Status status = RetryWhileBusy([&db] { return db.IsInterrupted(); },
                                 [&]() -> Status {
                                   ReadSnapshot snapshot(db);
                                   result = read();
                                   return result ? Status() : Status(result.error());
                                 });
  if (!status) return status.error();
  return result;
}

}  // namespace

const HistoryRecord* LedgerState::Find(int wanted) const {
  auto found = std::lower_bound(records.begin(), records.end(), wanted,
                                [](const HistoryRecord& r, int v) { return r.version < v; });
  return found != records.end() && found->version == wanted ? &*found : nullptr;
}

bool IsLedgerTable(std::string_view name) {
  return EqualIgnoringCase(name, "_meta") || EqualIgnoringCase(name, "_fastmigrate_history");
}

Result<std::optional<int>> ReadVersion(const Database& db, const std::string& schema) {
  return ReadWaiting<std::optional<int>>(db, [&]() -> Result<std::optional<int>> {
    Result<LedgerTables> tables = FindTables(db, schema);
    if (!tables) return tables.error();
    if (!tables->meta) return std::optional<int>();
    Result<int> version = ReadCheckedMeta(db, schema);
    if (!version) return version.error();
    return std::optional<int>(*version);
  });
}

Result<LedgerState> ReadLedger(const Database& db) {
  return ReadWaiting<LedgerState>(db, [&]() -> Result<LedgerState> {
    Result<LedgerTables> tables = FindTables(db, "main");
    if (!tables) return tables.error();
    LedgerState state;
    if (tables->meta) {
      Result<int> version = ReadCheckedMeta(db, "main");
      if (!version) return version.error();
      state.version = *version;
    }
    if (tables->history) {
      Result<std::vector<HistoryRecord>> records = ReadRecords(db);
      if (!records) return records.error();
      state.records = std::move(*records);
    }
    Result<std::optional<int64_t>> content = db.QueryInteger(R"sql(
        SELECT EXISTS (SELECT 1 FROM main.sqlite_schema
                       WHERE substr(name, 1, 7) <> 'sqlite_'
                         AND tbl_name COLLATE NOCASE NOT IN ('_meta', '_fastmigrate_history')))sql");
    if (!content) return content.error();
    state.has_content = content->value_or(0) != 0;
    return state;
  });
}

Status CreateLedger(const Database& db) {
  Result<LedgerTables> tables = FindTables(db, "main");
  if (!tables) return tables.error();
  if (!tables->meta) {
    Status status = db.Execute(R"sql(
        CREATE TABLE main._meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
        INSERT INTO main._meta (id, version) VALUES (1, 0))sql");
    if (!status) return status.error();
  }
  if (tables->history) return {};
  return db.Execute(R"sql(CREATE TABLE main._fastmigrate_history (
  version INTEGER PRIMARY KEY,
  previous_version INTEGER NOT NULL,
  name TEXT,
  kind TEXT,
  origin TEXT NOT NULL,
  checksum TEXT,
  applied_at TEXT NOT NULL,
  duration_ms REAL,
  statements INTEGER,
  extension_version TEXT NOT NULL
))sql");
}

Status WriteRecord(const Database& db, const HistoryRecord& record) {
  Result<Statement> insert = db.Prepare(R"sql(
      INSERT OR REPLACE INTO main._fastmigrate_history
        (version, previous_version, name, kind, origin, checksum, applied_at, duration_ms,
         statements, extension_version)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?7, ?8, ?9))sql");
  if (!insert) return insert.error();
  insert->Bind(1, int64_t{record.version});
  insert->Bind(2, int64_t{record.previous_version});
  BindOptional(&*insert, 3, record.name);
  BindOptional(&*insert, 4, record.kind);
  insert->Bind(5, record.origin);
  BindOptional(&*insert, 6, record.checksum);
  if (record.duration_ms) insert->Bind(7, *record.duration_ms);
  if (record.statements) insert->Bind(8, *record.statements);
  insert->Bind(9, std::string_view(FASTMIGRATE_VERSION));
  return insert->Run();
}

Status AdvanceLedger(const Database& db, const HistoryRecord& record) {
  Result<Statement> update = db.Prepare("UPDATE main._meta SET version = ?1 WHERE id = 1");
  if (!update) return update.error();
  update->Bind(1, int64_t{record.version});
  if (Status status = update->Run(); !status) return status;
  return WriteRecord(db, record);
}

Status RecordChecksum(const Database& db, int version, const std::string& name,
                      const std::string& checksum) {
  Result<Statement> update = db.Prepare(R"sql(
      UPDATE main._fastmigrate_history SET name = ?2, checksum = ?3 WHERE version = ?1)sql");
  if (!update) return update.error();
  update->Bind(1, int64_t{version});
  update->Bind(2, name);
  update->Bind(3, checksum);
  return update->Run();
}

Result<std::string> LedgerFingerprint(const Database& db) {
  std::string fingerprint;
  for (const char* sql : {R"sql(
           SELECT coalesce(group_concat(type || ' ' || name || ' ' || coalesce(sql, ''), char(10)), '')
           FROM (SELECT type, name, sql FROM main.sqlite_schema
                 WHERE tbl_name COLLATE NOCASE IN ('_meta', '_fastmigrate_history')
                 UNION ALL
                 SELECT type, name, sql FROM temp.sqlite_schema
                 WHERE tbl_name COLLATE NOCASE IN ('_meta', '_fastmigrate_history')
                 ORDER BY type, name))sql",
                          "SELECT group_concat(quote(id) || ' ' || quote(version)) FROM main._meta",
                          R"sql(
           SELECT group_concat(quote(version) || quote(previous_version) || quote(name) ||
                               quote(kind) || quote(origin) || quote(checksum) ||
                               quote(applied_at) || quote(duration_ms) || quote(statements) ||
                               quote(extension_version))
           FROM main._fastmigrate_history)sql"}) {
    Result<std::optional<std::string>> part = db.QueryText(sql);
    if (!part) return part.error();
    fingerprint += part->value_or("") + "\n";
  }
  return fingerprint;
}

}  // namespace fastmigrate
