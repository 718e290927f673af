#include "migrate/ledger.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "base/ascii.h"
#include "fastmigrate.h"
#include "migrate/migration.h"
#include "sqlite/busy_wait.h"
#include "sqlite/row_scan.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

// Hidden columns (generated ones) are not what the two programs create.
Status CheckColumns(const Database& db, const std::string& schema) {
  std::string columns;
  Status status = db.ForEach(
      "PRAGMA " + QuoteName(schema) + ".table_xinfo(" + QuoteName(kMetaTable) + ")",
      [&](const Statement& row) {
        columns += (columns.empty() ? "" : ", ") + row.Text(1) + (row.Integer(5) != 0 ? "*" : "") +
                   (row.Integer(6) != 0 ? " hidden" : "");
      });
  if (!status) return status;
  if (EqualIgnoringCase(columns, "id*, version")) return {};
  return BadMeta(schema, "has other columns");
}

Result<int> ReadMetaRow(const Database& db, const std::string& schema) {
  Result<Statement> rows =
      db.Prepare("SELECT id, version FROM " + QuoteName(schema) + "._meta LIMIT 2");
  if (!rows) return rows.error();
  Result<bool> row = rows->Step();
  if (!row) return row.error();
  if (!*row) return BadMeta(schema, "holds no row, so the database has no version");
  int64_t version = rows->Integer(1);
  if (rows->Type(0) != SQLITE_INTEGER || rows->Integer(0) != 1) {
    return BadMeta(schema, "holds a row whose id is not 1");
  }
  if (rows->Type(1) != SQLITE_INTEGER || version < 0 || version > kMaxVersion) {
    const std::string shown = rows->IsNull(1) ? "NULL" : rows->Text(1);
    return BadMeta(schema,
                   "holds the version " + shown + ", which is no whole number from 0 to 9999");
  }
  Result<bool> second = rows->Step();
  if (!second) return second.error();
  if (*second) return BadMeta(schema, "holds more than one row");
  return static_cast<int>(version);
}

Result<int> ReadCheckedMeta(const Database& db, const std::string& schema, bool is_plain) {
  if (!is_plain) {
    if (Status status = CheckColumns(db, schema); !status) return status.error();
  }
  return ReadMetaRow(db, schema);
}

std::optional<std::string> OptionalText(const Statement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Text(column);
}

Result<int> RecordedVersion(const Statement& row, int column) {
  const int64_t version = row.Integer(column);
  if (row.Type(column) == SQLITE_INTEGER && version >= 0 && version <= kMaxVersion) {
    return static_cast<int>(version);
  }
  return MakeError(std::string("main.") + kHistoryTable + " holds the version " + row.Text(column) +
                   ", which is no whole number from 0 to 9999; delete that row");
}

constexpr char kRecordColumns[] =
    "version, previous_version, name, kind, origin, checksum, applied_at, duration_ms, statements, "
    "extension_version, text_hash";

// Of a table that an older version has made.
std::string RecordColumns(const LedgerTables& tables) {
  std::string columns = kRecordColumns;
  if (!tables.has_text_hash) columns.replace(columns.rfind("text_hash"), 9, "NULL");
  return columns;
}

Result<HistoryRecord> RecordOf(const Statement& row) {
  HistoryRecord record;
  Result<int> version = RecordedVersion(row, 0);
  if (!version) return version.error();
  Result<int> previous = RecordedVersion(row, 1);
  if (!previous) return previous.error();
  record.version = *version;
  record.previous_version = *previous;
  record.name = OptionalText(row, 2);
  record.kind = OptionalText(row, 3);
  record.origin = row.Text(4);
  record.checksum = OptionalText(row, 5);
  record.applied_at = row.Text(6);
  if (!row.IsNull(7)) record.duration_ms = row.Real(7);
  if (!row.IsNull(8)) record.statements = row.Integer(8);
  record.extension_version = row.Text(9);
  record.text_hash = OptionalText(row, 10);
  return record;
}

Result<std::vector<HistoryRecord>> ReadRecords(const Database& db, const LedgerTables& tables) {
  Result<Statement> rows = db.Prepare("SELECT " + RecordColumns(tables) + " FROM main." +
                                      kHistoryTable + " ORDER BY version");
  if (!rows) {
    if (PrimaryCode(rows.error()) != SQLITE_ERROR) return rows.error();
    return MakeError(std::string("main.") + kHistoryTable + " is not fastmigrate's table (" +
                     rows.error().message + "); rename or drop it");
  }
  std::vector<HistoryRecord> records;
  Status status = ForEachRow(*rows, [&]() -> Status {
    Result<HistoryRecord> record = RecordOf(*rows);
    if (!record) return record.error();
    records.push_back(std::move(*record));
    return {};
  });
  if (!status) return status.error();
  return records;
}

// 2024-05-01T12:00:00.000Z
std::string UtcNow() {
  using std::chrono::floor;
  const auto now = floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto day = floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

void BindOptional(Statement* statement, int index, const std::optional<std::string>& text) {
  text ? statement->BindStatic(index, *text) : statement->BindNull(index);
}

// Reads as of one moment; again while another connection holds a lock on the file.
template <typename T>
Result<T> ReadWaiting(const Database& db, const std::function<Result<T>()>& read) {
  Result<T> result = T();
  Status status = WaitWhileBusy(db, [&]() -> Status {
    ReadSnapshot snapshot(db);
    if (!snapshot.status()) return snapshot.status();
    result = read();
    return result ? Status() : Status(result.error());
  });
  if (!status) return status.error();
  return result;
}

Result<std::optional<int>> VersionIn(const Database& db, const std::string& schema,
                                     const LedgerTables& tables) {
  if (!tables.meta) return std::optional<int>();
  Result<int> version = ReadCheckedMeta(db, schema, tables.is_plain);
  if (!version) return version.error();
  return std::optional<int>(*version);
}

Result<std::optional<int>> ReadVersionOnce(const Database& db, const std::string& schema) {
  Result<LedgerTables> tables = FindTables(db, schema);
  if (!tables) return tables.error();
  return VersionIn(db, schema, *tables);
}

Result<std::optional<int>> ReadVersionAtOnce(const Database& db) {
  ReadSnapshot snapshot(db);
  if (!snapshot.status()) return snapshot.status().error();
  return ReadVersionOnce(db, "main");
}

Result<bool> HasContentAtOnce(const Database& db) {
  Result<std::optional<int64_t>> content = db.QueryInteger(
      "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_' AND " +
      NotOfLedger() + ")");
  if (!content) return content.error();
  return content->value_or(0) != 0;
}

bool IsText(const Statement& row, int column, const std::optional<std::string>& text) {
  return text ? row.Type(column) == SQLITE_TEXT && row.View(column) == *text : row.IsNull(column);
}

Error NotWritten() {
  return {SQLITE_AUTH,
          "the version and its record could not be written as they are (does this connection's "
          "authorizer ignore writes to main._meta and main._fastmigrate_history?)"};
}

}  // namespace

const HistoryRecord* LedgerState::Find(int wanted) const {
  auto found = std::lower_bound(records.begin(), records.end(), wanted,
                                [](const HistoryRecord& r, int v) { return r.version < v; });
  return found != records.end() && found->version == wanted ? &*found : nullptr;
}

Result<std::optional<int>> ReadVersion(const Database& db, const std::string& schema) {
  return ReadWaiting<std::optional<int>>(db, [&] { return ReadVersionOnce(db, schema); });
}

Result<std::optional<int>> ReadVersionNow(const Database& db) {
  Result<std::optional<int>> version = ReadVersionAtOnce(db);
  if (version || !db.InAutocommit() || db.MainPath().empty()) return version;
  Result<Database> beside = Database::OpenBeside(db);
  return beside ? ReadVersionAtOnce(*beside) : version;
}

Result<LedgerState> ReadLedger(const Database& db) {
  return ReadWaiting<LedgerState>(db, [&]() -> Result<LedgerState> {
    Result<LedgerTables> tables = FindTables(db, "main");
    if (!tables) return tables.error();
    LedgerState state;
    Result<std::optional<int>> version = VersionIn(db, "main", *tables);
    if (!version) return version.error();
    state.version = *version;
    if (tables->history) {
      Result<std::vector<HistoryRecord>> records = ReadRecords(db, *tables);
      if (!records) return records.error();
      state.records = std::move(*records);
    }
    if (state.version) return state;
    Result<bool> content = HasContentAtOnce(db);
    if (!content) return content.error();
    state.has_content = *content;
    return state;
  });
}

Result<bool> HasContent(const Database& db) {
  return ReadWaiting<bool>(db, [&] { return HasContentAtOnce(db); });
}

Result<std::optional<int>> ReadVersion(const Database& db, const LedgerLook& look) {
  if (!look.sound) return look.sound.error();
  return VersionIn(db, "main", look.tables);
}

Result<VersionMove> VersionMove::Prepare(const Database& db) {
  Result<Statement> update =
      db.Prepare("UPDATE main._meta SET version = ?2 WHERE id = 1 AND version = ?1");
  if (!update) return update.error();
  return VersionMove(db, std::move(*update));
}

Result<bool> VersionMove::Run(int from, int to) {
  update_.Bind(1, int64_t{from});
  update_.Bind(2, int64_t{to});
  if (Status status = update_.Run(); !status) return status.error();
  return sqlite3_changes(db_->handle()) == 1;
}

Result<bool> MoveVersion(const Database& db, int from, int to) {
  Result<VersionMove> move = VersionMove::Prepare(db);
  if (!move) return move.error();
  return move->Run(from, to);
}

Status WriteRecords(const Database& db, size_t count,
                    const std::function<HistoryRecord(size_t)>& record_at) {
  if (count == 0) return {};
  const std::string now = UtcNow();
  const int64_t changes = db.TotalChanges();
  Result<Statement> insert =
      db.Prepare(std::string("INSERT OR REPLACE INTO main.") + kHistoryTable + " (" +
                 kRecordColumns + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  if (!insert) return insert.error();
  insert->BindStatic(7, now);
  insert->BindStatic(10, FASTMIGRATE_VERSION);
  for (size_t place = 0; place < count; ++place) {
    const HistoryRecord record = record_at(place);
    insert->Bind(1, int64_t{record.version});
    insert->Bind(2, int64_t{record.previous_version});
    BindOptional(&*insert, 3, record.name);
    BindOptional(&*insert, 4, record.kind);
    insert->BindStatic(5, record.origin);
    BindOptional(&*insert, 6, record.checksum);
    record.duration_ms ? insert->Bind(8, *record.duration_ms) : insert->BindNull(8);
    record.statements ? insert->Bind(9, *record.statements) : insert->BindNull(9);
    BindOptional(&*insert, 11, record.text_hash);
    if (Status status = insert->Run(); !status) return status;
  }
  // The count may have gone round.
  const auto written = static_cast<uint32_t>(db.TotalChanges() - changes);
  return written == static_cast<uint32_t>(count) ? Status() : Status(NotWritten());
}

Status CheckVersion(const Database& db, int version) {
  Result<std::string> row = VersionRow(db);
  if (!row) return row.error();
  return *row == VersionRowOf(version) ? Status() : Status(NotWritten());
}

Status RecordText(const Database& db, const HistoryRecord& record) {
  Result<Statement> update = db.Prepare(R"sql(
      UPDATE main._fastmigrate_history SET name = ?2, checksum = ?3, text_hash = ?4
      WHERE version = ?1)sql");
  if (!update) return update.error();
  update->Bind(1, int64_t{record.version});
  BindOptional(&*update, 2, record.name);
  BindOptional(&*update, 3, record.checksum);
  BindOptional(&*update, 4, record.text_hash);
  if (Status status = update->Run(); !status) return status;
  Result<Statement> read = db.Prepare(
      "SELECT name, checksum, text_hash FROM main._fastmigrate_history WHERE version = ?1");
  if (!read) return read.error();
  read->Bind(1, int64_t{record.version});
  Result<bool> there = read->Step();
  if (!there) return there.error();
  const bool is_written = *there && IsText(*read, 0, record.name) &&
                          IsText(*read, 1, record.checksum) && IsText(*read, 2, record.text_hash);
  return is_written ? Status() : Status(NotWritten());
}

Result<LedgerFingerprint> ReadFingerprint(const Database& db, LedgerLook&& look) {
  LedgerFingerprint print{std::move(look.objects)};
  // All columns, also those that another version has added.
  const std::string columns =
      look.tables.is_plain_history ? std::string(kRecordColumns) + ", text_seal" : "version, *";
  const Scan scan{columns, std::string("main.") + kHistoryTable, "1", "version"};
  Status status = ScanRows(db, scan, [&print](const RowValues& row) {
    print.last_version = std::max(print.last_version, row.Integer(0));
    for (size_t column = 0; column < row.size(); ++column) row.AppendValue(column, &print.bytes);
  });
  if (!status) return status.error();
  return print;
}

Result<LedgerFingerprint> ReadFingerprint(const Database& db) {
  Result<LedgerLook> look = LookAtLedger(db);
  if (!look) return look.error();
  return ReadFingerprint(db, std::move(*look));
}

Status DropRecordsAbove(const Database& db, int version, const LedgerFingerprint& present) {
  if (present.last_version <= version) return {};
  const int64_t changes = db.TotalChanges();
  Status status = db.Execute(std::string("DELETE FROM main.") + kHistoryTable +
                             " WHERE version > " + std::to_string(version));
  if (!status) return status;
  return db.TotalChanges() != changes ? Status() : Status(NotWritten());
}

std::string VersionRowOf(int version) { return "1 " + std::to_string(version); }

Result<std::string> VersionRow(const Database& db) {
  std::string text;
  Status status =
      db.ForEach("SELECT id, version FROM main._meta ORDER BY id", [&](const Statement& row) {
        text += (text.empty() ? "" : "; ") + row.Text(0) + " " + row.Text(1);
      });
  if (!status) return status.error();
  return text;
}

Error LedgerChanged(std::string_view file_name) {
  return MakeError(std::string(file_name) +
                   ": a script must not change main._meta or main._fastmigrate_history; "
                   "fastmigrate moves the version itself");
}

}  // namespace fastmigrate
