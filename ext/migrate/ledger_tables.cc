#include "migrate/ledger_tables.h"

#include <algorithm>
#include <vector>

#include "sql/lexer.h"
#include "sqlite/row_scan.h"

namespace fastmigrate {
namespace {

// As an SQL condition on a row of sqlite_schema.
constexpr char kIsOurs[] = "tbl_name COLLATE NOCASE IN ('_meta', '_fastmigrate_history')";

constexpr char kMetaHelp[] =
    "; fastmigrate needs it as CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version "
    "INTEGER NOT NULL DEFAULT 0) and has not changed it";

constexpr char kMetaSql[] =
    "CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT "
    "0)";

constexpr char kHistoryDefinition[] = R"sql(_fastmigrate_history (
  version INTEGER PRIMARY KEY,
  previous_version INTEGER NOT NULL,
  name TEXT,
  kind TEXT,
  origin TEXT NOT NULL,
  checksum TEXT,
  applied_at TEXT NOT NULL,
  duration_ms REAL,
  statements INTEGER,
  extension_version TEXT NOT NULL,
  text_hash TEXT,
  text_seal BLOB
))sql";

bool IsOrdinaryTable(std::string_view sql) {
  Lexer lexer(sql);
  return lexer.NextSql().Is("CREATE") && lexer.NextSql().Is("TABLE");
}

// The columns of sqlite_schema that TakeObject() takes.
constexpr char kSchemaColumns[] = "type, name, tbl_name, sql";

// What is in the schema under one of our names, or on one of our tables.
Status TakeObject(const RowValues& row, const std::string& schema, LedgerTables* tables) {
  const std::string_view type = row.View(0);
  const std::string table(row.View(2));
  const bool is_meta = EqualIgnoringCase(table, kMetaTable);
  const std::string_view sql = row.View(3);
  if (type == "table" && IsOrdinaryTable(sql)) {
    (is_meta ? tables->meta : tables->history) = true;
    if (is_meta) tables->is_plain = sql == kMetaSql;
    if (!is_meta) {
      tables->is_plain_history = sql == std::string("CREATE TABLE ") + kHistoryDefinition;
      tables->has_text_hash = sql.find("text_hash") != std::string_view::npos;
      tables->has_text_seal = sql.find("text_seal") != std::string_view::npos;
    }
    return {};
  }
  if (type == "trigger") {
    return MakeError(schema + "." + table + " has a trigger, " + std::string(row.View(1)) +
                     ", which could change the version behind fastmigrate's back; drop it");
  }
  if (type == "index") return {};
  const std::string kind(type == "table" ? "virtual table" : type);
  if (is_meta) return BadMeta(schema, "is a " + kind);
  return MakeError(schema + "." + kHistoryTable + " is a " + kind + ", not fastmigrate's table");
}

// Whether the statement names one of our tables. Most do not hold the names at all, which costs
// little to see.
bool NamesLedger(std::string_view sql) {
  auto is_name = [sql](size_t at) {
    const std::string_view rest = sql.substr(at);
    return EqualIgnoringCase(rest.substr(0, std::string_view(kMetaTable).size()), kMetaTable) ||
           EqualIgnoringCase(rest.substr(0, std::string_view(kHistoryTable).size()), kHistoryTable);
  };
  size_t at = sql.find('_');
  while (at != std::string_view::npos && !is_name(at)) at = sql.find('_', at + 1);
  if (at == std::string_view::npos) return false;
  Lexer lexer(sql);
  for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    if (IsLedgerTable(Unquoted(token))) return true;
  }
  return false;
}

// As Isolation::HasTempTables() tells it.
bool IsOfExtension(std::string_view name) {
  constexpr std::string_view kPrefix = "fastmigrate_";
  return EqualIgnoringCase(name.substr(0, kPrefix.size()), kPrefix);
}

// Or the columns that it lacks.
Status CreateHistory(const Database& db, const LedgerTables& tables) {
  if (!tables.history) return db.Execute(std::string("CREATE TABLE main.") + kHistoryDefinition);
  Status status;
  auto add = [&](const char* column) {
    const std::string alter = std::string("ALTER TABLE main.") + kHistoryTable + " ADD COLUMN ";
    if (status) status = db.Execute(alter + column);
  };
  if (!tables.has_text_hash) add("text_hash TEXT");
  if (!tables.has_text_seal) add("text_seal BLOB");
  return status;
}

}  // namespace

Error BadMeta(const std::string& schema, const std::string& what) {
  return MakeError(schema + "._meta " + what + kMetaHelp);
}

Result<LedgerTables> FindTables(const Database& db, const std::string& schema) {
  LedgerTables tables;
  Status sound;
  Status status = ScanRows(db, {kSchemaColumns, QuoteName(schema) + ".sqlite_schema", kIsOurs},
                           [&](const RowValues& row) {
                             if (!sound || !IsLedgerTable(row.View(2))) return;
                             sound = TakeObject(row, schema, &tables);
                           });
  if (!status) {
    bool unknown = status.error().message.starts_with("no such table");
    return unknown ? MakeError("unknown database " + schema) : status.error();
  }
  if (!sound) return sound.error();
  return tables;
}

std::string NotOfLedger() { return std::string("NOT (") + kIsOurs + ")"; }

bool IsLedgerTable(std::string_view name) {
  return EqualIgnoringCase(name, kMetaTable) || EqualIgnoringCase(name, kHistoryTable);
}

// In no order: that costs the least. They are put into an order here, since what is made anew
// stands behind the rest.
Result<LedgerLook> LookAtLedger(const Database& db) {
  LedgerLook look;
  std::vector<std::string> objects;
  auto take = [&](const RowValues& row, bool is_in_main) {
    if (!is_in_main && !IsOfExtension(row.View(1))) look.has_temp = true;
    const bool is_ours = IsLedgerTable(row.View(2));
    if (!is_ours && (row.View(0) != "trigger" || !NamesLedger(row.View(3)))) return;
    if (is_ours && is_in_main) {
      Status taken = TakeObject(row, "main", &look.tables);
      if (look.sound) look.sound = taken;
    }
    std::string& object = objects.emplace_back(is_in_main ? "m" : "t");
    for (size_t column = 0; column < row.size(); ++column) row.AppendValue(column, &object);
  };
  Status status = ScanRows(db, {kSchemaColumns, "main.sqlite_schema"},
                           [&](const RowValues& row) { take(row, true); });
  if (status) {
    status = ScanRows(db, {kSchemaColumns, "temp.sqlite_schema"},
                      [&](const RowValues& row) { take(row, false); });
  }
  if (!status) return status.error();
  std::sort(objects.begin(), objects.end());
  for (const std::string& object : objects) look.objects += object;
  return look;
}

Status CreateLedger(const Database& db) {
  Result<LedgerLook> look = LookAtLedger(db);
  if (!look) return look.error();
  Result<bool> created = CreateLedger(db, *look);
  return created ? Status() : Status(created.error());
}

Result<bool> CreateLedger(const Database& db, const LedgerLook& look) {
  if (!look.sound) return look.sound.error();
  Status status;
  if (!look.tables.meta) {
    status = db.Execute(R"sql(
        CREATE TABLE main._meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
        INSERT INTO main._meta (id, version) VALUES (1, 0))sql");
  }
  const bool has_history =
      look.tables.history && look.tables.has_text_hash && look.tables.has_text_seal;
  if (status && !has_history) status = CreateHistory(db, look.tables);
  if (!status) return status.error();
  return !look.tables.meta || !has_history;
}

Status DropLedger(const Database& db) {
  return db.Execute(
      "DROP TABLE IF EXISTS main._fastmigrate_history; DROP TABLE IF EXISTS main._meta");
}

}  // namespace fastmigrate
