#include "prove/find_version.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

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

}  // namespace
}  // namespace fastmigrate
