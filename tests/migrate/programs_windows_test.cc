// Scripts that are programs do not run on Windows, and nothing else of the run does then.

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

// A database at no version, with a program behind a script that is fit to run.
class ProgramsOnWindows : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    setenv("FASTMIGRATE_ALLOW_SCRIPTS", "1", 1);
    project_.Script("0001-a.sql", "CREATE TABLE a (x);");
    project_.Script("0002-b.py", "print()");
  }
  void TearDown() override { unsetenv("FASTMIGRATE_ALLOW_SCRIPTS"); }

  Project project_;
};

TEST_P(ProgramsOnWindows, AreRefusedBeforeAnythingIsDone) {
  Database db = project_.Open();
  EXPECT_EQ(
      GetParam() ? ApplyTable(db, project_) : Apply(db, project_),
      "error 1: 0002-b.py is a program, and on this system programs (.py, .sh) cannot be run");
  EXPECT_EQ(Version(db), "NULL");
  EXPECT_EQ(TableNames(db), "");
}

TEST_P(ProgramsOnWindows, DoNotStandInTheWayOfAnEarlierTarget) {
  Database db = project_.Open();
  EXPECT_EQ(Query(db, (GetParam() ? "SELECT version FROM " : "SELECT ") + CallApply(project_, "1")),
            "1");
}

INSTANTIATE_TEST_SUITE_P(InBothForms, ProgramsOnWindows, testing::Bool());

}  // namespace
}  // namespace fastmigrate
