#include "migrate/ledger.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

constexpr char kPythonMeta[] =
    "CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT "
    "0)";

// The version, "unmanaged" or the error.
std::string VersionOrError(const Database& db, const std::string& schema = "main") {
  Result<std::optional<int>> version = ReadVersion(db, schema);
  if (!version) return version.error().message;
  return *version ? std::to_string(**version) : "unmanaged";
}

HistoryRecord RecordOf(int version, const std::string& origin,
                       std::optional<std::string> name = std::nullopt) {
  HistoryRecord record;
  record.version = version;
  record.origin = origin;
  record.name = std::move(name);
  return record;
}

std::string LedgerError(const Database& db) {
  Result<LedgerState> state = ReadLedger(db);
  return state ? "no error" : state.error().message;
}

Status Write(const Database& db, const HistoryRecord& record) {
  return WriteRecords(db, 1, [&](size_t) { return record; });
}

Status Advance(const Database& db, const HistoryRecord& record) {
  Result<std::optional<int>> version = ReadVersion(db);
  if (!version) return version.error();
  Result<bool> moved = MoveVersion(db, version->value_or(0), record.version);
  if (!moved) return moved.error();
  return *moved ? Write(db, record) : Status(MakeError("not moved"));
}

TEST(Ledger, MovesTheVersionOnlyFromWhereItIs) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  Result<VersionMove> move = VersionMove::Prepare(db);
  ASSERT_TRUE(move);
  EXPECT_EQ(*move->Run(0, 3), true);
  EXPECT_EQ(*move->Run(2, 4), false);
  EXPECT_EQ(VersionOrError(db), "3");
  ASSERT_EQ(Query(db, "DELETE FROM _meta"), "");
  EXPECT_EQ(*move->Run(3, 4), false);
  ASSERT_EQ(Query(db, "DROP TABLE _meta"), "");
  EXPECT_FALSE(move->Run(3, 4));
}

TEST(Ledger, SeesAVersionThatIsNotAsItWasToBeWritten) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(*MoveVersion(db, 0, 2));
  EXPECT_TRUE(CheckVersion(db, 2));
  EXPECT_FALSE(CheckVersion(db, 3));
  Query(db, "PRAGMA ignore_check_constraints = ON; INSERT INTO _meta VALUES (2, 7)");
  EXPECT_FALSE(CheckVersion(db, 2));
}

// An authorizer that answers SQLITE_IGNORE makes a write do nothing, and report nothing.
TEST(Ledger, SeesThatARecordIsNotWritten) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(1, "applied", "old")));
  static int ignored = 0;
  sqlite3_set_authorizer(
      db.handle(),
      [](void*, int action, const char*, const char* column, const char*, const char*) {
        const bool is_name = column == nullptr || std::string_view(column) == "name";
        return action == ignored && is_name ? SQLITE_IGNORE : SQLITE_OK;
      },
      nullptr);
  ignored = SQLITE_INSERT;
  const std::vector<HistoryRecord> two = {RecordOf(2, "applied"), RecordOf(3, "applied")};
  auto two_at = [&](size_t place) { return two[place]; };
  EXPECT_EQ(WriteRecords(db, two.size(), two_at).error().code, SQLITE_AUTH);
  EXPECT_FALSE(Write(db, RecordOf(1, "applied", "new")));
  ignored = SQLITE_UPDATE;
  EXPECT_EQ(RecordText(db, RecordOf(1, "applied", "new")).error().code, SQLITE_AUTH);
  EXPECT_TRUE(WriteRecords(db, two.size(), two_at));
  ignored = 0;
  EXPECT_TRUE(RecordText(db, RecordOf(1, "applied", "new")));
  EXPECT_FALSE(RecordText(db, RecordOf(9, "applied", "new")));
}

TEST(Ledger, OfAnEmptyDatabaseHasNoVersion) {
  Database db = OpenDatabase();
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->version, std::nullopt);
  EXPECT_FALSE(state->has_content);
  EXPECT_TRUE(state->records.empty());
}

TEST(Ledger, IsCreatedAsThePythonPackageDoes) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  EXPECT_EQ(Query(db, "SELECT sql FROM sqlite_schema WHERE name = '_meta'"), kPythonMeta);
  EXPECT_EQ(Query(db, "SELECT * FROM _meta"), "1|0");
  EXPECT_EQ(VersionOrError(db), "0");
}

TEST(Ledger, ReadsWhatThePythonPackageWrote) {
  Database db = OpenDatabase();
  Query(db, std::string(kPythonMeta) + "; INSERT INTO _meta VALUES (1, 42)");
  EXPECT_EQ(VersionOrError(db), "42");
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->version, 42);
  EXPECT_TRUE(state->records.empty());
}

TEST(Ledger, KeepsAMetaThatIsThere) {
  Database db = OpenDatabase();
  Query(db, std::string(kPythonMeta) + "; INSERT INTO _meta VALUES (1, 42)");
  ASSERT_TRUE(CreateLedger(db));
  EXPECT_EQ(VersionOrError(db), "42");
}

TEST(Ledger, IsInMainWhateverTempHolds) {
  Database db = OpenDatabase();
  Query(db, "CREATE TEMP TABLE _meta (x); CREATE TEMP TABLE _fastmigrate_history (x)");
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Advance(db, RecordOf(3, "applied")));
  EXPECT_EQ(VersionOrError(db), "3");
  EXPECT_EQ(ReadLedger(db)->records.size(), 1u);
}

TEST(Ledger, ReadsTheVersionOfAnAttachedDatabase) {
  Database db = OpenDatabase();
  Query(db,
        "ATTACH ':memory:' AS \"a b\"; CREATE TABLE \"a b\"._meta (id INTEGER PRIMARY KEY, "
        "version); INSERT INTO \"a b\"._meta VALUES (1, 7)");
  EXPECT_EQ(VersionOrError(db, "a b"), "7");
  EXPECT_EQ(VersionOrError(db), "unmanaged");
  EXPECT_EQ(VersionOrError(db, "nope"), "unknown database nope");
}

TEST(Ledger, SaysWhatIsWrongWithMeta) {
  const std::string help =
      "; fastmigrate needs it as CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), "
      "version "
      "INTEGER NOT NULL DEFAULT 0) and has not changed it";
  const std::string loose = "CREATE TABLE _meta (id INTEGER PRIMARY KEY, version); ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"CREATE VIEW _meta AS SELECT 1 AS id, 2 AS version", "is a view"},
      {"CREATE VIRTUAL TABLE _meta USING fts3(id, version)", "is a virtual table"},
      {"CREATE TABLE _meta (key TEXT PRIMARY KEY, value)", "has other columns"},
      {"CREATE TABLE _meta (version INTEGER)", "has other columns"},
      {"CREATE TABLE _meta (id INTEGER, version INTEGER)", "has other columns"},
      {"CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER, name)", "has other columns"},
      {"CREATE TABLE _meta (version INTEGER PRIMARY KEY, id INTEGER)", "has other columns"},
      {"CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER AS (7))", "has other columns"},
      {"CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER AS (7) STORED)",
       "has other columns"},
      {"CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER, more AS (1))",
       "has other columns"},
      {kPythonMeta, "holds no row, so the database has no version"},
      {loose + "INSERT INTO _meta VALUES (2, 3)", "holds a row whose id is not 1"},
      {loose + "INSERT INTO _meta VALUES (1, 3), (2, 4)", "holds more than one row"},
      {loose + "INSERT INTO _meta VALUES (0, 3), (1, 4)", "holds a row whose id is not 1"},
      {"CREATE TABLE _meta (id TEXT PRIMARY KEY, version); INSERT INTO _meta VALUES ('1', 3)",
       "holds a row whose id is not 1"},
      {loose + "INSERT INTO _meta VALUES (1, -1)",
       "holds the version -1, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, 10000)",
       "holds the version 10000, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, 9223372036854775807)",
       "holds the version 9223372036854775807, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, 4294967297)",
       "holds the version 4294967297, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, NULL)",
       "holds the version NULL, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, 1.5)",
       "holds the version 1.5, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, 'x')",
       "holds the version x, which is no whole number from 0 to 9999"},
      {loose + "INSERT INTO _meta VALUES (1, '3')",
       "holds the version 3, which is no whole number from 0 to 9999"},
  };
  for (const auto& [sql, what] : cases) {
    Database db = OpenDatabase();
    ASSERT_EQ(Query(db, sql), "") << sql;
    const std::string before = Query(db, "SELECT group_concat(sql) FROM sqlite_schema");
    EXPECT_EQ(VersionOrError(db), "main._meta " + what + help) << sql;
    EXPECT_EQ(LedgerError(db), "main._meta " + what + help) << sql;
    EXPECT_EQ(Query(db, "SELECT group_concat(sql) FROM sqlite_schema"), before) << sql;
  }
}

TEST(Ledger, SaysWhichSchemaHasTheWrongMeta) {
  Database db = OpenDatabase();
  Query(db, "ATTACH ':memory:' AS old; CREATE TABLE old._meta (x)");
  EXPECT_EQ(VersionOrError(db, "old").substr(0, 27), "old._meta has other columns");
}

TEST(Ledger, TakesAMetaThatDiffersInWhatDoesNotMatter) {
  const std::vector<std::string> same = {
      "CREATE TABLE _META (ID INTEGER PRIMARY KEY, Version INT); INSERT INTO _meta VALUES (1, 5)",
      "CREATE TABLE \"_meta\" (id INTEGER PRIMARY KEY, version INTEGER) STRICT; INSERT INTO _meta "
      "VALUES (1, 5)",
      "CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER); INSERT INTO _meta VALUES (1, "
      "5.0); CREATE INDEX i ON _meta (version)",
  };
  for (const std::string& sql : same) {
    if (sql.find("STRICT") != std::string::npos && sqlite3_libversion_number() < 3037000) continue;
    Database db = OpenDatabase();
    ASSERT_EQ(Query(db, sql), "") << sql;
    EXPECT_EQ(VersionOrError(db), "5") << sql;
  }
}

TEST(Ledger, RefusesTriggersOnOurTables) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  Query(db, "CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END");
  EXPECT_EQ(
      LedgerError(db),
      "main._meta has a trigger, r, which could change the version behind fastmigrate's back; "
      "drop it");
  Query(db,
        "DROP TRIGGER r; CREATE TRIGGER s AFTER INSERT ON _fastmigrate_history BEGIN SELECT 1; "
        "END");
  EXPECT_EQ(LedgerError(db),
            "main._fastmigrate_history has a trigger, s, which could change the version behind "
            "fastmigrate's back; drop it");
}

TEST(Ledger, SaysWhatIsWrongWithTheHistory) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"CREATE VIEW _fastmigrate_history AS SELECT 1",
       "main._fastmigrate_history is a view, not fastmigrate's table"},
      {"CREATE VIRTUAL TABLE _fastmigrate_history USING fts3(a)",
       "main._fastmigrate_history is a virtual table, not fastmigrate's table"},
      {"CREATE TABLE _fastmigrate_history (a)",
       "main._fastmigrate_history is not fastmigrate's table (no such column: version); rename or "
       "drop it"},
  };
  for (const auto& [sql, message] : cases) {
    Database db = OpenDatabase();
    ASSERT_EQ(Query(db, sql), "") << sql;
    EXPECT_EQ(LedgerError(db), message) << sql;
  }
}

TEST(Ledger, RefusesARecordedVersionThatIsNone) {
  for (const char* version : {"2147483648", "4294967297", "9223372036854775807", "10000", "-1"}) {
    for (bool previous : {false, true}) {
      Database db = OpenDatabase();
      ASSERT_TRUE(CreateLedger(db));
      const std::string versions =
          previous ? std::string("1, ") + version : version + std::string(", 0");
      ASSERT_EQ(Query(db, "INSERT INTO _fastmigrate_history VALUES (" + versions +
                              ", NULL, NULL, 'applied', NULL, '', NULL, NULL, '', NULL, NULL)"),
                "");
      EXPECT_EQ(LedgerError(db), std::string("main._fastmigrate_history holds the version ") +
                                     version +
                                     ", which is no whole number from 0 to 9999; delete that row");
    }
  }
}

TEST(Ledger, KnowsWhatIsContent) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {"CREATE TABLE t (a)", true},
      {"CREATE VIEW v AS SELECT 1", true},
      {"CREATE TABLE sqlitefoo (a)", true},
      {"CREATE TABLE _meta2 (a)", true},
      {"CREATE TEMP TABLE t (a)", false},
      {"PRAGMA user_version = 3", false},
      {std::string(kPythonMeta) +
           "; INSERT INTO _meta VALUES (1, 1); CREATE INDEX i ON _meta (version)",
       false},
      {"CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t", false},
      {"CREATE TABLE t (a); ANALYZE; DROP TABLE t", false},
  };
  for (const auto& [sql, has_content] : cases) {
    Database db = OpenDatabase();
    ASSERT_EQ(Query(db, sql), "") << sql;
    ASSERT_TRUE(ReadLedger(db)) << sql;
    EXPECT_EQ(ReadLedger(db)->has_content, has_content) << sql;
  }
}

TEST(Ledger, AdvancesVersionAndRecordTogether) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  HistoryRecord record;
  record.version = 3;
  record.previous_version = 1;
  record.name = "0003-it's.sql";
  record.kind = "sql";
  record.origin = "applied";
  record.checksum = "abc";
  record.text_hash = "def";
  record.duration_ms = 1.5;
  record.statements = 4;
  ASSERT_TRUE(Advance(db, record));
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->version, 3);
  ASSERT_EQ(state->records.size(), 1u);
  const HistoryRecord& read = state->records[0];
  EXPECT_EQ(read.version, 3);
  EXPECT_EQ(read.previous_version, 1);
  EXPECT_EQ(read.name, "0003-it's.sql");
  EXPECT_EQ(read.kind, "sql");
  EXPECT_EQ(read.origin, "applied");
  EXPECT_EQ(read.checksum, "abc");
  EXPECT_EQ(read.text_hash, "def");
  EXPECT_EQ(read.duration_ms, 1.5);
  EXPECT_EQ(read.statements, 4);
  EXPECT_EQ(read.extension_version, "0.1.0");
  EXPECT_EQ(Query(db,
                  "SELECT applied_at GLOB '20[0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5]"
                  "[0-9]:[0-5][0-9].[0-9][0-9][0-9]Z' FROM _fastmigrate_history"),
            "1");
}

TEST(Ledger, KeepsAbsentValuesAbsent) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(2, "enrolled")));
  const HistoryRecord record = ReadLedger(db)->records.at(0);
  EXPECT_EQ(record.name, std::nullopt);
  EXPECT_EQ(record.kind, std::nullopt);
  EXPECT_EQ(record.checksum, std::nullopt);
  EXPECT_EQ(record.text_hash, std::nullopt);
  EXPECT_EQ(record.duration_ms, std::nullopt);
  EXPECT_EQ(record.statements, std::nullopt);
}

TEST(Ledger, ReplacesTheRecordOfTheSameVersion) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(2, "applied", "old")));
  ASSERT_TRUE(Write(db, RecordOf(2, "applied", "new")));
  ASSERT_EQ(ReadLedger(db)->records.size(), 1u);
  EXPECT_EQ(ReadLedger(db)->records[0].name, "new");
}

TEST(Ledger, WritesARecordWithoutMovingTheVersion) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(2, "applied")));
  EXPECT_EQ(VersionOrError(db), "0");
}

TEST(Ledger, PutsAnotherTextIntoARecord) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(2, "applied", "old")));
  HistoryRecord accepted = RecordOf(2, "applied", "new");
  accepted.checksum = "b";
  accepted.text_hash = "c";
  ASSERT_TRUE(RecordText(db, accepted));
  const HistoryRecord record = ReadLedger(db)->records.at(0);
  EXPECT_EQ(record.name, "new");
  EXPECT_EQ(record.checksum, "b");
  EXPECT_EQ(record.text_hash, "c");
}

TEST(Ledger, FindsARecordByVersion) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  for (int version : {5, 2, 9}) {
    ASSERT_TRUE(Write(db, RecordOf(version, "applied")));
  }
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state);
  ASSERT_NE(state->Find(5), nullptr);
  EXPECT_EQ(state->Find(5)->version, 5);
  EXPECT_EQ(state->Find(3), nullptr);
  EXPECT_EQ(state->Find(10), nullptr);
}

// At version 1, with the history as it was before it had hashes of texts.
Database DatabaseOfAnOlderVersion() {
  Database db = OpenDatabase();
  EXPECT_EQ(
      Query(db, std::string(kPythonMeta) +
                    "; INSERT INTO _meta VALUES (1, 1); "
                    "CREATE TABLE _fastmigrate_history (version INTEGER PRIMARY KEY, "
                    "previous_version INTEGER NOT NULL, name TEXT, kind TEXT, origin TEXT NOT "
                    "NULL, checksum TEXT, applied_at TEXT NOT NULL, duration_ms REAL, statements "
                    "INTEGER, extension_version TEXT NOT NULL); "
                    "INSERT INTO _fastmigrate_history VALUES (1, 0, 'a', 'sql', 'applied', 'b', "
                    "'then', 1.5, 2, '0.0.9')"),
      "");
  return db;
}

TEST(Ledger, ReadsAHistoryOfAnOlderVersion) {
  Database db = DatabaseOfAnOlderVersion();
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->records.size(), 1u);
  EXPECT_EQ(state->records[0].checksum, "b");
  EXPECT_EQ(state->records[0].extension_version, "0.0.9");
  EXPECT_EQ(state->records[0].text_hash, std::nullopt);
}

TEST(Ledger, ExtendsAHistoryOfAnOlderVersion) {
  Database db = DatabaseOfAnOlderVersion();
  ASSERT_TRUE(CreateLedger(db));
  HistoryRecord record = RecordOf(2, "applied", "b");
  record.text_hash = "c";
  ASSERT_TRUE(Advance(db, record));
  EXPECT_EQ(Query(db, "SELECT version, checksum, text_hash, text_seal FROM _fastmigrate_history"),
            "1|b|NULL|NULL\n2|NULL|c|NULL");
  // The older version writes and reads what it knows.
  EXPECT_EQ(Query(db,
                  "INSERT OR REPLACE INTO _fastmigrate_history (version, previous_version, name, "
                  "kind, origin, checksum, applied_at, duration_ms, statements, extension_version) "
                  "VALUES (2, 1, 'c', 'sql', 'applied', 'd', 'now', 1, 1, '0.0.9')"),
            "");
  EXPECT_EQ(ReadLedger(db)->Find(2)->text_hash, std::nullopt);
}

TEST(Ledger, AddsEachColumnThatIsNotThere) {
  for (const char* there : {"text_hash TEXT", "text_seal BLOB"}) {
    Database db = DatabaseOfAnOlderVersion();
    ASSERT_EQ(Query(db, std::string("ALTER TABLE _fastmigrate_history ADD COLUMN ") + there), "");
    ASSERT_TRUE(CreateLedger(db));
    EXPECT_EQ(Query(db, "SELECT count(text_hash), count(text_seal) FROM _fastmigrate_history"),
              "0|0");
  }
}

// A newer version may keep more of a record.
TEST(Ledger, LeavesColumnsAloneThatItDoesNotKnow) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Advance(db, RecordOf(1, "applied", "a")));
  ASSERT_EQ(Query(db,
                  "ALTER TABLE _fastmigrate_history ADD COLUMN author TEXT; "
                  "UPDATE _fastmigrate_history SET author = 'Ada'"),
            "");
  ASSERT_TRUE(Advance(db, RecordOf(2, "applied", "b")));
  Result<LedgerState> state = ReadLedger(db);
  ASSERT_TRUE(state);
  ASSERT_NE(state->Find(2), nullptr);
  EXPECT_EQ(state->Find(2)->name, "b");
  EXPECT_EQ(Query(db,
                  "SELECT group_concat(name || ' ' || coalesce(author, 'NULL')) "
                  "FROM _fastmigrate_history"),
            "a Ada,b NULL");
}

TEST(LedgerFingerprint, ChangesWithEverythingInOurTables) {
  const std::vector<std::string> changes = {
      "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM \"_Meta\"; END",
      "CREATE TABLE t (a); CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN "
      "UPDATE _fastmigrate_history SET name = 'x'; END",
      "UPDATE _fastmigrate_history SET checksum = 'x'",
      "UPDATE _fastmigrate_history SET text_seal = x'00'",
      "UPDATE _fastmigrate_history SET previous_version = 7",
      "DELETE FROM _fastmigrate_history",
      "ALTER TABLE _meta ADD COLUMN more",
      "CREATE INDEX i ON _meta (version)",
      "CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END",
      "CREATE TEMP TRIGGER r AFTER UPDATE ON main._meta BEGIN SELECT 1; END",
  };
  for (const std::string& change : changes) {
    Database db = OpenDatabase();
    ASSERT_TRUE(CreateLedger(db));
    HistoryRecord record = RecordOf(1, "applied", "a");
    record.kind = "sql";
    record.checksum = "c";
    record.duration_ms = 1;
    record.statements = 1;
    ASSERT_TRUE(Advance(db, record));
    Result<LedgerFingerprint> before = ReadFingerprint(db);
    ASSERT_TRUE(before);
    ASSERT_EQ(*ReadFingerprint(db), *before);
    ASSERT_EQ(Query(db, change), "") << change;
    EXPECT_NE(*ReadFingerprint(db), *before) << change;
  }
}

TEST(LedgerFingerprint, IsTheSameInWhateverOrderThingsWereMade) {
  const std::string on_a = "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1 FROM _meta; END;";
  const std::string on_b = "CREATE TRIGGER b AFTER INSERT ON t BEGIN SELECT 2 FROM _meta; END;";
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  Query(db, "CREATE TABLE t (x);" + on_a + on_b);
  Result<LedgerFingerprint> before = ReadFingerprint(db);
  Query(db, "DROP TRIGGER a");
  EXPECT_NE(*ReadFingerprint(db), *before);
  Query(db, on_a);
  EXPECT_EQ(*ReadFingerprint(db), *before);
}

TEST(LedgerFingerprint, SeesARecordWithNulls) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  ASSERT_TRUE(Write(db, RecordOf(1, "enrolled")));
  Result<LedgerFingerprint> before = ReadFingerprint(db);
  Query(db, "UPDATE _fastmigrate_history SET origin = 'applied'");
  EXPECT_NE(*ReadFingerprint(db), *before);
}

// Also of a table whose columns stand in another order.
TEST(LedgerFingerprint, HasTheLastVersion) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  EXPECT_EQ(ReadFingerprint(db)->last_version, -1);
  ASSERT_TRUE(Write(db, RecordOf(7, "applied")));
  ASSERT_TRUE(Write(db, RecordOf(3, "applied")));
  EXPECT_EQ(ReadFingerprint(db)->last_version, 7);
  Query(db,
        "CREATE TABLE other (note TEXT, version INTEGER PRIMARY KEY, previous_version, name, kind, "
        "origin, checksum, applied_at, duration_ms, statements, extension_version, text_hash); "
        "DROP TABLE _fastmigrate_history; ALTER TABLE other RENAME TO _fastmigrate_history; "
        "INSERT INTO _fastmigrate_history (note, version) VALUES (9, 5), (8, 4)");
  EXPECT_EQ(ReadFingerprint(db)->last_version, 5);
}

TEST(DropRecordsAbove, DeletesThemWhereThereAreAny) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  for (int version = 1; version <= 3; ++version) {
    ASSERT_TRUE(Write(db, RecordOf(version, "applied")));
  }
  auto drop_above = [&db](int version) {
    return DropRecordsAbove(db, version, *ReadFingerprint(db));
  };
  static bool denies = true;
  sqlite3_set_authorizer(
      db.handle(),
      [](void*, int action, const char* table, const char* column, const char*, const char*) {
        if (action == SQLITE_DELETE) return denies ? SQLITE_DENY : SQLITE_OK;
        const bool is_version = action == SQLITE_READ &&
                                std::string_view(table) == "_fastmigrate_history" &&
                                std::string_view(column) == "version";
        return is_version && !denies ? SQLITE_IGNORE : SQLITE_OK;
      },
      nullptr);
  EXPECT_TRUE(drop_above(3));  // needs no permission
  EXPECT_FALSE(drop_above(1));
  const LedgerFingerprint present = *ReadFingerprint(db);
  denies = false;
  EXPECT_EQ(DropRecordsAbove(db, 1, present).error().code, SQLITE_AUTH);
  sqlite3_set_authorizer(db.handle(), nullptr, nullptr);
  EXPECT_TRUE(drop_above(1));
  EXPECT_EQ(Query(db, "SELECT group_concat(version) FROM _fastmigrate_history"), "1");
}

TEST(LedgerFingerprint, StaysWhenOtherTablesChange) {
  Database db = OpenDatabase();
  ASSERT_TRUE(CreateLedger(db));
  Result<LedgerFingerprint> before = ReadFingerprint(db);
  Query(db,
        "CREATE TABLE post_meta (a); INSERT INTO post_meta VALUES (1); PRAGMA user_version = 4;"
        "CREATE TRIGGER r AFTER INSERT ON post_meta BEGIN SELECT '_meta_'; END");
  EXPECT_EQ(*ReadFingerprint(db), *before);
}

TEST(LedgerTable, IsOneOfTwoInAnyLetterCase) {
  EXPECT_TRUE(IsLedgerTable("_meta"));
  EXPECT_TRUE(IsLedgerTable("_Fastmigrate_History"));
  EXPECT_FALSE(IsLedgerTable("meta"));
  EXPECT_FALSE(IsLedgerTable("_meta2"));
}

// Each of its statements begins with a call of the action; the database is in WAL mode, so that
// another connection can commit between them.
TEST(Ledger, IsReadAsOfOneMoment) {
  TempFolder temp;
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(other, "PRAGMA journal_mode = WAL"), "wal");
  Database db = OpenDatabase(temp.Path("a.db"));
  std::function<void(const std::string&)> before_statement = [&](const std::string& sql) {
    if (sql.find("EXISTS") == std::string::npos) return;
    ASSERT_TRUE(CreateLedger(other));
    ASSERT_EQ(Query(other, "CREATE TABLE content (x)"), "");
  };
  sqlite3_trace_v2(
      db.handle(), SQLITE_TRACE_STMT,
      [](unsigned, void* action, void*, void* sql) {
        (*static_cast<std::function<void(const std::string&)>*>(action))(
            static_cast<const char*>(sql));
        return 0;
      },
      &before_statement);
  Result<LedgerState> ledger = ReadLedger(db);
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_FALSE(ledger->version);
  EXPECT_FALSE(ledger->has_content);
  EXPECT_TRUE(db.InAutocommit());
}

}  // namespace
}  // namespace fastmigrate
