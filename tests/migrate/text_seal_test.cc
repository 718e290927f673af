#include "migrate/text_seal.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "migrate/ledger.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

Digest HashOf(const std::string& text) { return TextHash(text, false); }

// At version 2, with two records, sealed.
Database SealedDatabase() {
  Database db = OpenDatabase();
  EXPECT_TRUE(CreateLedger(db));
  HistoryRecord record;
  record.origin = "applied";
  for (const char* text : {"one", "two"}) {
    record.previous_version = record.version++;
    record.text_hash = Text(HashOf(text));
    EXPECT_TRUE(WriteRecords(db, 1, [&](size_t) { return record; }));
  }
  EXPECT_TRUE(*MoveVersion(db, 0, 2));
  EXPECT_TRUE(SealTexts(db, 2));
  return db;
}

Digest TextsOf(const std::vector<std::pair<int, std::string>>& texts) {
  TextsHash hash(0);
  for (const auto& [version, text] : texts) hash.Add(version, HashOf(text));
  return hash.Result();
}

// As an older version has made it. (SQLite 3.34 drops no column.)
constexpr char kWithoutSealColumn[] =
    "CREATE TABLE older AS SELECT version, text_hash FROM _fastmigrate_history; "
    "DROP TABLE _fastmigrate_history; ALTER TABLE older RENAME TO _fastmigrate_history";

// The version that a look at the seal gives; -1 where it gives none, -2 for an error.
int SealedVersion(const Database& db) {
  Result<std::optional<TextSeal>> seal = ReadSeal(db);
  if (!seal) return -2;
  return *seal ? (*seal)->version : -1;
}

// A database remembers it for years, so it must never change: "xxhsum -H2" of the bytes.
TEST(TextsHash, IsPinned) {
  TextsHash hash(2);
  hash.Add(1, HashOf(""));
  hash.Add(9999, HashOf("SELECT 1;\n"));
  EXPECT_EQ(Text(hash.Result()), "054fe9fa0a63019aeaa4c20cc0669223");
}

TEST(TextsHash, IsAnotherOfOtherTexts) {
  const Digest texts = TextsOf({{1, "one"}, {2, "two"}});
  EXPECT_NE(TextsOf({{1, "one"}}), texts);
  EXPECT_NE(TextsOf({{1, "one"}, {3, "two"}}), texts);
  EXPECT_NE(TextsOf({{1, "one"}, {258, "two"}}), texts);
  EXPECT_NE(TextsOf({{1, "two"}, {2, "one"}}), texts);
  EXPECT_EQ(TextsOf({{1, "one"}, {2, "two"}}), texts);
}

TEST(TextSeal, IsOverWhatIsRecorded) {
  Database db = SealedDatabase();
  Result<std::optional<TextSeal>> seal = ReadSeal(db);
  ASSERT_TRUE(seal && *seal);
  EXPECT_EQ((*seal)->version, 2);
  EXPECT_EQ((*seal)->texts, TextsOf({{1, "one"}, {2, "two"}}));
}

TEST(TextSeal, IsOverNoMoreThanTheVersion) {
  Database db = SealedDatabase();
  ASSERT_TRUE(*MoveVersion(db, 2, 1));
  EXPECT_EQ(SealedVersion(db), -1);
  ASSERT_TRUE(SealTexts(db, 1));
  Result<std::optional<TextSeal>> seal = ReadSeal(db);
  ASSERT_TRUE(seal && *seal);
  EXPECT_EQ((*seal)->texts, TextsOf({{1, "one"}}));
}

// As it was enrolled without scripts.
TEST(TextSeal, LeavesOutWhatHasNoTextHash) {
  Database db = SealedDatabase();
  ASSERT_EQ(Query(db, "UPDATE _fastmigrate_history SET text_hash = NULL WHERE version = 1"), "");
  ASSERT_TRUE(SealTexts(db, 2));
  EXPECT_EQ((*ReadSeal(db))->texts, TextsOf({{2, "two"}}));
}

// Of a record that is not there, and of no record at all.
TEST(TextSeal, IsNoneWhereTheVersionHasNoRecord) {
  Database db = SealedDatabase();
  ASSERT_TRUE(*MoveVersion(db, 2, 3));
  ASSERT_TRUE(SealTexts(db, 3));
  EXPECT_EQ(SealedVersion(db), -1);
}

TEST(TextSeal, HoldsWhenTheSchemaOfTheUserChanges) {
  Database db = SealedDatabase();
  for (const char* change : {"CREATE TABLE t (a)", "CREATE INDEX i ON t (a)", "VACUUM"}) {
    ASSERT_EQ(Query(db, change), "");
    EXPECT_EQ(SealedVersion(db), 2) << change;
  }
}

TEST(TextSeal, IsNotTakenFromWhatIsNotAsWeWriteIt) {
  const std::vector<std::string> changes = {
      "UPDATE _fastmigrate_history SET text_seal = NULL",
      "UPDATE _fastmigrate_history SET text_seal = text_seal || x'00'",
      "UPDATE _fastmigrate_history SET text_seal = substr(text_seal, 1, 19)",
      "UPDATE _fastmigrate_history SET text_seal = 12345678901234567890",
      "DELETE FROM _fastmigrate_history WHERE version = 2",
      "DROP TABLE _fastmigrate_history",
      kWithoutSealColumn,
      "ALTER TABLE _fastmigrate_history ADD COLUMN newer",
      "ALTER TABLE _meta ADD COLUMN newer",
      "DROP TABLE _meta",
      "DROP TABLE _meta; CREATE VIEW _meta AS SELECT 1 AS id, 2 AS version",
      "DROP TABLE _meta; CREATE TABLE _meta (id, version); INSERT INTO _meta VALUES (1, 2)",
      "DROP TABLE _meta; CREATE VIRTUAL TABLE _meta USING fts5(id, version); "
      "INSERT INTO _meta (rowid, id, version) VALUES (1, 1, 2)",
      "CREATE VIEW v AS SELECT * FROM _fastmigrate_history; ALTER TABLE _fastmigrate_history "
      "RENAME TO h; CREATE VIEW _fastmigrate_history AS SELECT * FROM h",
      "UPDATE _meta SET version = 'two'",
      "UPDATE _meta SET version = 2.5",
      "UPDATE _meta SET version = -1",
      "UPDATE _meta SET version = 4294967298",
      "DELETE FROM _meta",
      "PRAGMA ignore_check_constraints = 1; INSERT INTO _meta VALUES (2, 2)",
      "PRAGMA ignore_check_constraints = 1; UPDATE _meta SET id = 2",
  };
  for (const std::string& change : changes) {
    Database db = SealedDatabase();
    ASSERT_EQ(SealedVersion(db), 2);
    ASSERT_EQ(Query(db, change), "") << change;
    EXPECT_EQ(SealedVersion(db), -1) << change;
  }
}

// While the schema is the one that was sealed, the tables need no look.
TEST(TextSeal, TellsThatTheTablesAreWhatTheyWere) {
  Database db = SealedDatabase();
  ASSERT_EQ(Query(db, "ALTER TABLE _fastmigrate_history ADD COLUMN newer"), "");
  ASSERT_EQ(SealedVersion(db), -1);
  ASSERT_TRUE(SealTexts(db, 2));
  EXPECT_EQ(SealedVersion(db), 2);
}

TEST(TextSeal, IsAnErrorWhereATriggerIsOnOurTables) {
  Database db = SealedDatabase();
  ASSERT_EQ(Query(db, "CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END"), "");
  EXPECT_EQ(SealedVersion(db), -2);
}

TEST(TextSeal, IsNotMadeWithoutItsColumn) {
  Database db = SealedDatabase();
  ASSERT_EQ(Query(db, kWithoutSealColumn), "");
  EXPECT_EQ(SealTexts(db, 2).error().message, "no such column: text_seal");
}

// It is only for speed.
TEST(TextSeal, IsNoneWhereAnAuthorizerIsAgainstIt) {
  struct Case {
    int action;
    const char* name;
    int answer;
  };
  const std::vector<Case> cases = {
      {SQLITE_PRAGMA, "schema_version", SQLITE_DENY},
      {SQLITE_PRAGMA, "schema_version", SQLITE_IGNORE},
      {SQLITE_UPDATE, "_fastmigrate_history", SQLITE_DENY},
      {SQLITE_UPDATE, "_fastmigrate_history", SQLITE_IGNORE},
  };
  for (const Case& c : cases) {
    Database db = SealedDatabase();
    ASSERT_EQ(Query(db, "UPDATE _fastmigrate_history SET text_seal = NULL"), "");
    sqlite3_set_authorizer(
        db.handle(),
        [](void* data, int action, const char* name, const char*, const char*, const char*) {
          const Case& answered = *static_cast<const Case*>(data);
          const bool is_it = action == answered.action && name == std::string_view(answered.name);
          return is_it ? answered.answer : SQLITE_OK;
        },
        const_cast<Case*>(&c));
    EXPECT_TRUE(SealTexts(db, 2));
    sqlite3_set_authorizer(db.handle(), nullptr, nullptr);
    EXPECT_EQ(SealedVersion(db), -1) << c.action << " " << c.answer;
  }
}

// What cannot be asked for is looked at.
TEST(TextSeal, IsReadWhereAnAuthorizerIgnoresTheSchemaVersion) {
  Database db = SealedDatabase();
  sqlite3_set_authorizer(
      db.handle(),
      [](void*, int action, const char*, const char*, const char*, const char*) {
        return action == SQLITE_PRAGMA ? SQLITE_IGNORE : SQLITE_OK;
      },
      nullptr);
  EXPECT_EQ(SealedVersion(db), 2);
  ASSERT_EQ(Query(db, "CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END"), "");
  EXPECT_EQ(SealedVersion(db), -2);
}

}  // namespace
}  // namespace fastmigrate
