#include "prove/find_version.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "test_support.h"

namespace fastmigrate {
namespace {

// The version found when another connection makes the table b before the n-th statement of the
// call; "none" when there is no such statement.
std::string FoundWhenChangedBefore(int n) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Database db = project.Open();
  Query(db, "PRAGMA journal_mode = WAL; CREATE TABLE a (x)");
  Database other = project.Open();
  int statements = 0;
  StatementTrace trace(db, [&](std::string_view sql) {
    if (sql.find("fastmigrate_find_version") != std::string_view::npos || ++statements != n) return;
    EXPECT_EQ(Query(other, "CREATE TABLE b (x)"), "");
  });
  std::string found =
      Query(db, "SELECT fastmigrate_find_version(" + QuoteText(project.dir()) + ")");
  return statements < n ? "none" : found;
}

// The first statement is the one with which it begins to read.
TEST(FindVersion, SeesTheDatabaseAsOfOneMoment) {
  EXPECT_EQ(FoundWhenChangedBefore(1), "2");
  int n = 2;
  for (; FoundWhenChangedBefore(n) != "none"; ++n) EXPECT_EQ(FoundWhenChangedBefore(n), "1") << n;
  EXPECT_GT(n, 3);
}

// That a script has been at our record is found when all have run, and they run again up to it:
// what was seen above it the first time does not count.
TEST(FindVersion, CountsNothingThatASecondRunDoesNotReach) {
  const std::string index = "CREATE INDEX i ON _meta (version);";
  auto refused = [](const std::string& script) {
    return "error 1: cannot verify: replayed on an empty database, a script fails: " + script +
           ": a script must not change main._meta or main._fastmigrate_history; fastmigrate moves "
           "the version itself";
  };
  struct Case {
    std::string first, third, schema, found;
  };
  for (const Case& c :
       {Case{"", index, "CREATE TABLE a (x)", "2"},
        Case{"", index, "CREATE TABLE a (x); CREATE TABLE b (x)", refused("0003-c.sql")},
        Case{index, "", "CREATE TABLE a (x); CREATE TABLE b (x)", refused("0001-a.sql")}}) {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE a (x);" + c.first);
    project.Script("0002-b.sql", "INSERT INTO a VALUES (1);");
    project.Script("0003-c.sql", c.third);
    project.Script("0004-d.sql", "CREATE TABLE b (x);");
    Database db = project.Open();
    Query(db, c.schema);
    EXPECT_EQ(Query(db, "SELECT fastmigrate_find_version(" + QuoteText(project.dir()) + ")"),
              c.found)
        << c.schema;
  }
}

// Of equally many differences, the higher version.
TEST(FindNearestVersion, HasTheFewestDifferences) {
  for (const auto& [schema, version] : std::initializer_list<std::pair<std::string, int>>{
           {"CREATE TABLE z (x)", 0},
           {"CREATE TABLE a (x); CREATE TABLE z (x)", 1},
           {"CREATE TABLE a (x, y)", 3},
           {"CREATE TABLE a (x, y); CREATE TABLE b (x); CREATE VIEW z AS SELECT 1", 4},
           {"CREATE TABLE b (x, z); CREATE TABLE a (x, y)", 4}}) {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE a (x);");
    project.Script("0002-b.sql", "ALTER TABLE a ADD COLUMN y;");
    project.Script("0003-c.sql", "INSERT INTO a VALUES (1, 2);");
    project.Script("0004-d.sql", "CREATE TABLE b (x);");
    project.Script("0005-e.sql", "CREATE TABLE nothing_has_it (x); DROP TABLE nowhere;");
    Database db = project.Open();
    Query(db, schema);
    Result<NearestVersion> nearest = FindNearestVersion(db, *ReadSource(project.dir()));
    ASSERT_TRUE(nearest) << nearest.error().message;
    EXPECT_EQ(nearest->version, version) << schema;
    EXPECT_EQ(nearest->differences.empty(), version == 3) << schema;
  }
}

}  // namespace
}  // namespace fastmigrate
