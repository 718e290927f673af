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

}  // namespace
}  // namespace fastmigrate
