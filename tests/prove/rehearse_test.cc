#include "prove/rehearse.h"

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

// "1 1; 2 0 error", the version, ok and error of each script.
std::string Rehearsed(const Result<std::vector<RehearsedScript>>& scripts) {
  if (!scripts) return "error: " + scripts.error().message;
  std::string shown;
  for (const RehearsedScript& script : *scripts) {
    shown += shown.empty() ? "" : "; ";
    shown += std::to_string(script.script.version) + (script.error ? " 0 " + *script.error : " 1");
  }
  return shown;
}

// SQLite drops no table while a statement reads, so that nothing of ours may.
TEST(Rehearse, DropsTablesInPlaceAndOnACopy) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE b (x);");
  project.Script("0002-b.sql", "CREATE TEMP TABLE c (x); DROP TABLE b;");
  project.Script("0003-c.sql",
                 "CREATE TABLE d (x); SELECT fastmigrate_recreate_table('d', 'x, y');");
  Database db = project.Open();
  Result<Source> source = ReadSource(project.dir());
  ASSERT_TRUE(source);
  EXPECT_EQ(Rehearsed(RehearseInPlace(db, *source, std::nullopt)), "1 1; 2 1; 3 1");
  EXPECT_EQ(Rehearsed(RehearseOnCopy(db, *source, std::nullopt)), "1 1; 2 1; 3 1");
  EXPECT_EQ(TableNames(db), "");
}

// Rows without a parent are seen at the end, and the scripts run again to find whose they are: what
// stepped aside for the DROP the first time has to do so again.
TEST(Rehearse, FindsTheScriptThatLeavesRowsWithoutAParentBehindADrop) {
  Project project;
  project.Script("0001-a.sql",
                 "CREATE TABLE x (a); CREATE TABLE p (a PRIMARY KEY);\n"
                 "CREATE TABLE c (a REFERENCES p);");
  Database db = project.Open();
  ASSERT_EQ(Apply(db, project), "1");
  project.Script("0002-b.sql", "DROP TABLE x;");
  project.Script("0003-c.sql", "INSERT INTO c VALUES (1);");
  Query(db, "PRAGMA foreign_keys = ON");
  const std::string expected =
      "2 1; 3 0 0003-c.sql: FOREIGN KEY constraint failed: c rowid 1 (a = 1) has no parent";
  Result<Source> source = ReadSource(project.dir());
  ASSERT_TRUE(source);
  EXPECT_EQ(Rehearsed(RehearseInPlace(db, *source, std::nullopt)).substr(0, expected.size()),
            expected);
  EXPECT_EQ(Rehearsed(RehearseOnCopy(db, *source, std::nullopt)).substr(0, expected.size()),
            expected);
  EXPECT_EQ(TableNames(db), "c p x");
}

// Each call has a transaction of its own within the statement.
TEST(Rehearse, RecreatesTwoTablesInOneStatement) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x); CREATE TABLE b (x);");
  project.Script("0002-b.sql",
                 "SELECT fastmigrate_recreate_table('a', 'x, y'), "
                 "fastmigrate_recreate_table('b', 'x, y');");
  Database db = project.Open();
  Result<Source> source = ReadSource(project.dir());
  ASSERT_TRUE(source);
  EXPECT_EQ(Rehearsed(RehearseInPlace(db, *source, std::nullopt)), "1 1; 2 1");
  EXPECT_EQ(Apply(db, project), "2");
}

// SQLite copies nothing from a connection that writes, and would say that the database is locked.
TEST(Rehearse, RefusesACopyInATransactionThatWrites) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  Database db = project.Open();
  ASSERT_EQ(Apply(db, project), "1");
  project.Script("0002-b.sql", "INSERT INTO a VALUES (2);");
  Result<Source> source = ReadSource(project.dir());
  ASSERT_TRUE(source);
  for (const char* begin : {"BEGIN IMMEDIATE", "BEGIN; INSERT INTO a VALUES (1)"}) {
    Query(db, begin);
    EXPECT_EQ(Rehearsed(RehearseOnCopy(db, *source, std::nullopt)),
              "error: a copy would not hold what your open transaction has not committed; COMMIT "
              "first");
    EXPECT_EQ(Rehearsed(RehearseOnCopy(db, *source, 1)), "");  // there is nothing to copy for
    EXPECT_EQ(Rehearsed(RehearseInPlace(db, *source, std::nullopt)), "2 1");
    Query(db, "ROLLBACK");
  }
  Query(db, "BEGIN; SELECT * FROM a; CREATE TEMP TABLE b (x)");
  EXPECT_EQ(Rehearsed(RehearseOnCopy(db, *source, std::nullopt)), "2 1");
}

}  // namespace
}  // namespace fastmigrate
