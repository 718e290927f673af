#include "author/enroll.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "test_support.h"

namespace fastmigrate {
namespace {

// What a call gives when another connection runs `sql` after it has looked at the database and
// before it has the write lock.
std::string CallBehind(const std::string& call, const std::string& sql) {
  Project project;
  Database db = project.Open();
  Database other = project.Open();
  bool done = false;
  StatementTrace trace(db, [&](std::string_view statement) {
    if (done || statement != "BEGIN IMMEDIATE") return;
    done = true;
    Query(other, sql);
  });
  std::string result = Query(db, "SELECT " + call);
  EXPECT_TRUE(done);
  EXPECT_TRUE(db.InAutocommit());
  return result;
}

TEST(CreateManaged, GivesTheVersionThatAnotherConnectionHasWrittenMeanwhile) {
  EXPECT_EQ(CallBehind("fastmigrate_create()", "SELECT fastmigrate_enroll(7)"), "7");
  EXPECT_EQ(CallBehind("fastmigrate_create()", "SELECT fastmigrate_create()"), "0");
}

TEST(CreateManaged, RefusesWhatAnotherConnectionHasFilledMeanwhile) {
  EXPECT_EQ(
      CallBehind("fastmigrate_create()", "CREATE TABLE t (a)"),
      "error 1: the database has content but no version; if it is in the state that the scripts "
      "up to version N produce, run SELECT fastmigrate_enroll(N)");
}

TEST(Enroll, RefusesWhatAnotherConnectionHasEnrolledMeanwhile) {
  EXPECT_EQ(CallBehind("fastmigrate_enroll(3)", "SELECT fastmigrate_enroll(7)"),
            "error 1: the database is managed already, at version 7; it cannot be enrolled again "
            "(SELECT fastmigrate_unenroll() takes an enrolment back, as long as no script was "
            "applied behind it)");
}

TEST(Enroll, TakesTheSameEnrolmentOfAnotherConnection) {
  EXPECT_EQ(CallBehind("fastmigrate_enroll(7)", "SELECT fastmigrate_enroll(7)"), "7");
}

// A driver may run a statement twice.
TEST(Enroll, AtTheVersionItHasJustGotChangesNothing) {
  Database db = OpenHost();
  Query(db, "CREATE TABLE t (a); SELECT fastmigrate_enroll(7)");
  std::string history = Query(db, "SELECT * FROM fastmigrate_history()");
  std::string changes = Query(db, "PRAGMA data_version; SELECT total_changes()");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll(7)"), "7");
  EXPECT_EQ(Query(db, "SELECT * FROM fastmigrate_history()"), history);
  EXPECT_EQ(Query(db, "PRAGMA data_version; SELECT total_changes()"), changes);
  EXPECT_TRUE(db.InAutocommit());
}

// An authorizer that answers SQLITE_IGNORE makes a write do nothing, and report nothing.
TEST(Enroll, FailsWhereAnAuthorizerIgnoresItsWrites) {
  for (const char* call : {"fastmigrate_enroll(3)", "fastmigrate_create()"}) {
    Database db = OpenHost();
    sqlite3_set_authorizer(
        db.handle(),
        [](void*, int action, const char* table, const char*, const char*, const char*) {
          bool writes = action == SQLITE_UPDATE || action == SQLITE_INSERT;
          bool ours = table != nullptr && std::string_view(table) == "_meta";
          return writes && ours ? SQLITE_IGNORE : SQLITE_OK;
        },
        nullptr);
    EXPECT_EQ(Query(db, std::string("SELECT ") + call),
              "error 23: the version and its record could not be written as they are (does this "
              "connection's authorizer ignore writes to main._meta and "
              "main._fastmigrate_history?)")
        << call;
    EXPECT_TRUE(db.InAutocommit());
    EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema"), "0") << call;
  }
}

}  // namespace
}  // namespace fastmigrate
