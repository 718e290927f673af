#include "migrate/unedited.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migrate/text_seal.h"
#include "sql/checksum.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::optional<int> Look(const Database& db, const Project& project) {
  Result<Source> source = ReadSource(project.dir());
  EXPECT_TRUE(source);
  Result<std::optional<int>> version = UneditedVersion(db, *source);
  EXPECT_TRUE(version) << version.error().message;
  return version ? *version : std::nullopt;
}

// Two scripts that were applied.
struct Applied {
  Applied() : db(project.Open()) {
    project.Script("0001-a.sql", "CREATE TABLE a (x); -- first\n");
    project.Script("0002-b.sql", "CREATE TABLE b (x);");
    EXPECT_EQ(Apply(db, project), "2");
  }

  Project project;
  Database db;
};

TEST(Unedited, IsTheVersionOfADatabaseWhoseScriptsAreAsTheyWere) {
  Applied applied;
  EXPECT_EQ(Look(applied.db, applied.project), 2);
  // The script behind it is not applied, and does not count.
  applied.project.Script("0003-c.sql", "not read");
  EXPECT_EQ(Look(applied.db, applied.project), 2);
}

TEST(Unedited, IsSeenWithoutALookAtTheSql) {
  Applied applied;
  const std::string broken = "SELECT 'no end";
  applied.project.Script("0002-b.sql", broken);
  Query(applied.db, "UPDATE _fastmigrate_history SET text_hash = " +
                        QuoteText(Text(TextHash(broken, false))) + " WHERE version = 2");
  ASSERT_TRUE(SealTexts(applied.db, 2));
  EXPECT_EQ(Look(applied.db, applied.project), 2);
}

TEST(Unedited, IsLeftToThePlanWhereAnythingIsAmiss) {
  struct Case {
    const char* name;
    std::function<void(const Applied&)> change;
  };
  auto sql = [](const char* text) {
    return [text](const Applied& applied) { EXPECT_EQ(Query(applied.db, text), ""); };
  };
  auto script = [](const char* name, const char* text) {
    return [=](const Applied& applied) { applied.project.Script(name, text); };
  };
  const std::vector<Case> cases = {
      {"a byte of a comment", script("0001-a.sql", "CREATE TABLE a (x); -- First\n")},
      {"edited", script("0002-b.sql", "CREATE TABLE b (y);")},
      {"no seal", sql("UPDATE _fastmigrate_history SET text_seal = NULL WHERE version = 2")},
      {"a seal of other texts",
       sql("UPDATE _fastmigrate_history SET text_seal = zeroblob(20) WHERE version = 2")},
      {"set back", sql("UPDATE _meta SET version = 1")},
      {"the database is ahead", sql("UPDATE _meta SET version = 3")},
      {"not managed", sql("DROP TABLE _meta")},
      {"no history", sql("DROP TABLE _fastmigrate_history")},
      {"a trigger on the version",
       sql("CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END")},
      {"two rows in _meta",
       sql("PRAGMA ignore_check_constraints = 1; INSERT INTO _meta VALUES (2, 2)")},
      {"a row of another id", sql("PRAGMA ignore_check_constraints = 1; UPDATE _meta SET id = 2")},
      {"a version that is a text", sql("UPDATE _meta SET version = 'two'")},
      {"a version that is no integer", sql("UPDATE _meta SET version = 2.5")},
      {"a version below 0", sql("UPDATE _meta SET version = -1")},
      {"a version that is no int", sql("UPDATE _meta SET version = 4294967298")},
      {"_meta has more columns", sql("ALTER TABLE _meta ADD COLUMN more")},
  };
  for (const Case& c : cases) {
    Applied applied;
    ASSERT_EQ(Look(applied.db, applied.project), 2);
    c.change(applied);
    EXPECT_EQ(Look(applied.db, applied.project), std::nullopt) << c.name;
  }
}

TEST(Unedited, IsLeftToThePlanWhereAScriptWasNotThere) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  project.Script("0003-c.sql", "CREATE TABLE c (x);");
  Database db = project.Open();
  ASSERT_EQ(Apply(db, project), "3");
  ASSERT_EQ(Look(db, project), 3);
  project.Script("0002-b.sql", "CREATE TABLE b (x);");
  EXPECT_EQ(Look(db, project), std::nullopt);
}

// What is not in the seal, as its text is not known, is not taken for a script that is not needed.
TEST(Unedited, IsLeftToThePlanWhereTheLastScriptIsGone) {
  Applied applied;
  ASSERT_EQ(Query(applied.db, "UPDATE _fastmigrate_history SET text_hash = NULL WHERE version = 2"),
            "");
  ASSERT_TRUE(SealTexts(applied.db, 2));
  std::filesystem::remove(applied.project.dir() + "/0002-b.sql");
  EXPECT_EQ(Look(applied.db, applied.project), std::nullopt);
}

TEST(Unedited, IsLeftToThePlanWhereThereIsNoScript) {
  Project project;
  std::filesystem::create_directories(project.dir());
  Database db = project.Open();
  EXPECT_EQ(Look(db, project), std::nullopt);
  ASSERT_EQ(Query(db, "SELECT fastmigrate_create()"), "0");
  EXPECT_EQ(Look(db, project), std::nullopt);
}

// Whatever makes a database managed, or takes a text for what it was, records the bytes.
TEST(Unedited, IsSeenOnceTheScriptsWereEnrolled) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  Database db = project.Open();
  ASSERT_EQ(Query(db, "CREATE TABLE a (x)"), "");
  ASSERT_EQ(Query(db, "SELECT fastmigrate_enroll(1, " + QuoteText(project.dir()) + ")"), "1");
  EXPECT_EQ(Look(db, project), 1);
}

TEST(Unedited, IsSeenOnceAnEditWasAccepted) {
  Applied applied;
  applied.project.Script("0002-b.sql", "CREATE TABLE b (x, y);");
  ASSERT_EQ(Look(applied.db, applied.project), std::nullopt);
  ASSERT_EQ(
      Query(applied.db, "SELECT fastmigrate_accept(2, " + QuoteText(applied.project.dir()) + ")"),
      "2");
  EXPECT_EQ(Look(applied.db, applied.project), 2);
}

TEST(Unedited, IsSeenOnceAScriptWasDrafted) {
  Applied applied;
  ASSERT_EQ(Query(applied.db, "CREATE TABLE c (x)"), "");
  ASSERT_NE(Query(applied.db,
                  "SELECT fastmigrate_draft(" + QuoteText(applied.project.dir()) + ", 'third')"),
            "NULL");
  EXPECT_EQ(Look(applied.db, applied.project), 3);
}

TEST(Unedited, IsNotWhatAProgramOfTheSameBytesWas) {
  Applied applied;
  std::filesystem::rename(applied.project.dir() + "/0002-b.sql",
                          applied.project.dir() + "/0002-b.sh");
  EXPECT_EQ(Look(applied.db, applied.project), std::nullopt);
  EXPECT_TRUE(StartsWith(Apply(applied.db, applied.project),
                         "error 1: 0002-b.sh is not what was applied as version 2"));
}

// A table that somebody has copied, and with it lost what its columns were.
TEST(Unedited, IsNotSeenWhereAVersionIsRecordedAsAText) {
  Applied applied;
  ASSERT_EQ(Query(applied.db,
                  "CREATE TABLE copy AS SELECT * FROM _fastmigrate_history; "
                  "DROP TABLE _fastmigrate_history; "
                  "CREATE TABLE _fastmigrate_history (version, previous_version, name, kind, "
                  "origin, checksum, applied_at, duration_ms, statements, extension_version, "
                  "text_hash, text_seal); "
                  "INSERT INTO _fastmigrate_history SELECT CAST(version AS TEXT), "
                  "previous_version, name, kind, origin, checksum, applied_at, duration_ms, "
                  "statements, extension_version, text_hash, text_seal FROM copy; DROP TABLE copy"),
            "");
  EXPECT_EQ(Look(applied.db, applied.project), std::nullopt);
  EXPECT_EQ(Apply(applied.db, applied.project),
            "error 1: main._fastmigrate_history holds the version 1, which is no whole number from "
            "0 to 9999; delete that row");
}

TEST(Unedited, HoldsForABundle) {
  Database db = OpenHost();
  const std::string bundle = R"({"0001-a.sql": "CREATE TABLE a (x);"})";
  ASSERT_EQ(Query(db, "SELECT fastmigrate_apply(" + QuoteText(bundle) + ")"), "1");
  Result<Source> source = ReadSource(bundle);
  ASSERT_TRUE(source);
  EXPECT_EQ(*UneditedVersion(db, *source), 1);
  source = ReadSource(R"({"0001-a.sql": "CREATE TABLE a (y);"})");
  EXPECT_EQ(*UneditedVersion(db, *source), std::nullopt);
}

// It would be found wrong, or right, in another transaction than the caller's.
TEST(Unedited, IsAnErrorWhereTheTransactionMayHaveEnded) {
  Applied applied;
  Result<Source> source = ReadSource(applied.project.dir());
  ASSERT_TRUE(source);
  sqlite3_progress_handler(
      applied.db.handle(), 1, [](void*) { return 1; }, nullptr);
  Result<std::optional<int>> version = UneditedVersion(applied.db, *source);
  sqlite3_progress_handler(applied.db.handle(), 0, nullptr, nullptr);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, SQLITE_INTERRUPT);
}

TEST(Unedited, IsLeftToThePlanWhileAnotherConnectionHasTheLock) {
  Applied applied;
  Database other = applied.project.Open();
  ASSERT_EQ(Query(other, "BEGIN EXCLUSIVE"), "");
  EXPECT_EQ(Look(applied.db, applied.project), std::nullopt);
  ASSERT_EQ(Query(other, "COMMIT"), "");
  EXPECT_EQ(Look(applied.db, applied.project), 2);
}

// Nothing that was read stays locked.
TEST(Unedited, LeavesNoReadOpen) {
  Applied applied;
  ASSERT_EQ(Look(applied.db, applied.project), 2);
  EXPECT_EQ(sqlite3_txn_state(applied.db.handle(), "main"), SQLITE_TXN_NONE);
}

}  // namespace
}  // namespace fastmigrate
