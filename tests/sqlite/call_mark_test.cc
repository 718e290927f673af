#include "sqlite/call_mark.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(CallMark, MarksItsConnectionAsLongAsItLives) {
  Database db = OpenDatabase();
  {
    Result<CallMark> call = CallMark::Set(db, "first");
    ASSERT_TRUE(call);
    Result<CallMark> second = CallMark::Set(db, "fastmigrate_enroll");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, SQLITE_ERROR);
    EXPECT_EQ(second.error().message,
              "fastmigrate_enroll() cannot be called from within a migration script");
  }
  EXPECT_TRUE(CallMark::Set(db, "first"));
}

TEST(CallMark, RefusedOneDoesNotEndTheFirst) {
  Database db = OpenDatabase();
  Result<CallMark> call = CallMark::Set(db, "first");
  EXPECT_FALSE(CallMark::Set(db, "second"));
  EXPECT_FALSE(CallMark::Set(db, "third"));
}

TEST(CallMark, LeavesOtherConnectionsAlone) {
  Database db = OpenDatabase();
  Database other = OpenDatabase();
  Result<CallMark> call = CallMark::Set(db, "first");
  EXPECT_TRUE(CallMark::Set(other, "first"));
}

TEST(CallMark, MovesWithItsMark) {
  Database db = OpenDatabase();
  std::optional<CallMark> kept;
  {
    Result<CallMark> call = CallMark::Set(db, "first");
    kept.emplace(std::move(*call));
  }
  EXPECT_FALSE(CallMark::Set(db, "second"));
  kept.reset();
  EXPECT_TRUE(CallMark::Set(db, "second"));
}

TEST(CallMark, IsFineInATransactionThatHasWritten) {
  Database db = OpenDatabase();
  Query(db, "BEGIN; CREATE TABLE t (a)");
  EXPECT_TRUE(CallMark::Set(db, "fastmigrate_apply"));
}

// --- through SQL

TEST(CallMarks, ScriptMayNotMakeAnyThatMovesTheVersion) {
  for (const char* call : {"fastmigrate_apply('m')", "fastmigrate_create()",
                           "fastmigrate_enroll(3)", "fastmigrate_enroll(3, 'm')",
                           "fastmigrate_initialize('m')", "fastmigrate_accept(1, 'm')"}) {
    Project project;
    project.Script("0001-a.sql", std::string("CREATE TABLE t (a);\nSELECT ") + call + ";");
    Database db = project.Open();
    std::string name = std::string(call).substr(0, std::string(call).find('('));
    std::string beginning =
        "error 1: 0001-a.sql:2:1: " + name + "() cannot be called from within a migration script\n";
    EXPECT_EQ(Apply(db, project).substr(0, beginning.size()), beginning);
    EXPECT_EQ(TableNames(db), "");
  }
}

TEST(CallMarks, ScriptMayNotUseTheTableFormEither) {
  Project project;
  project.Script("0001-a.sql", "SELECT * FROM fastmigrate_apply('m');");
  Database db = project.Open();
  EXPECT_TRUE(
      StartsWith(Apply(db, project),
                 "error 1: 0001-a.sql:1:1: fastmigrate_apply() cannot be called from within "
                 "a migration script\n"));
}

TEST(CallMarks, ScriptMayAskForTheVersion) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sql", "INSERT INTO t SELECT fastmigrate_version();");
  Database db = project.Open();
  EXPECT_EQ(Apply(db, project), "2");
  EXPECT_EQ(Query(db, "SELECT a FROM t"), "1");
}

TEST(CallMarks, CanBeMadeAgainAfterAFailure) {
  Project project;
  project.Script("0001-a.sql", "SELECT nope;");
  Database db = project.Open();
  EXPECT_EQ(Apply(db, project), FailedAtNope("0001-a.sql", 0, 0, 1));
  project.Script("0001-a.sql", "SELECT 1;");
  EXPECT_EQ(Apply(db, project), "1");
}

}  // namespace
}  // namespace fastmigrate
