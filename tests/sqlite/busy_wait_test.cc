#include "sqlite/busy_wait.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

const Error kLocked{SQLITE_BUSY, "database is locked"};

TEST(WaitWhileBusy, TriesAgainUntilItWorks) {
  Database db = OpenDatabase();
  int tries = 0;
  EXPECT_TRUE(WaitWhileBusy(db, [&] { return ++tries < 4 ? Status(kLocked) : Status(); }));
  EXPECT_EQ(tries, 4);
}

TEST(WaitWhileBusy, DoesNotRetryOtherErrors) {
  Database db = OpenDatabase();
  for (int code : {SQLITE_ERROR, SQLITE_LOCKED, SQLITE_BUSY_SNAPSHOT, SQLITE_INTERRUPT}) {
    int tries = 0;
    Status status = WaitWhileBusy(db, [&]() -> Status {
      ++tries;
      return Error{code, "no"};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, code);
    EXPECT_EQ(status.error().message, "no");
    EXPECT_EQ(tries, 1);
  }
}

TEST(WaitWhileBusy, RetriesTheOtherKindsOfBusy) {
  Database db = OpenDatabase();
  for (int code : {SQLITE_BUSY_RECOVERY, SQLITE_BUSY_TIMEOUT}) {
    int tries = 0;
    EXPECT_TRUE(WaitWhileBusy(db, [&]() -> Status {
      if (++tries == 1) return Error{code, "locked"};
      return {};
    }));
  }
}

TEST(WaitWhileBusy, StopsWhenInterrupted) {
  Database db = OpenDatabase();
  std::function<void()> action = [&] {
    Status status = WaitWhileBusy(db, [&]() -> Status {
      sqlite3_interrupt(db.handle());
      return kLocked;
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, SQLITE_INTERRUPT);
    EXPECT_EQ(status.error().message, "interrupted");
  };
  DefineAction(db, "act", &action);
  Query(db, "SELECT act()");
}

TEST(WaitWhileBusy, SaysThatAnotherConnectionKeptItsLock) {
  Database db = OpenDatabase();
  db.SetWaitLimit(std::chrono::milliseconds(0));
  Status status = WaitWhileBusy(db, []() -> Status { return kLocked; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_BUSY);
  EXPECT_EQ(status.error().message,
            "database is locked (another connection has held its lock for over 0 seconds)");
}

TEST(WaitWhileBusy, SaysThatOthersWroteInTurn) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  Query(other, "CREATE TABLE t (a)");
  db.SetWaitLimit(std::chrono::milliseconds(1000));
  Status status = WaitWhileBusy(db, [&]() -> Status {
    Query(other, "INSERT INTO t VALUES (1)");
    return kLocked;
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_BUSY);
  EXPECT_EQ(status.error().message,
            "database is locked (other connections have been writing one after the other for over "
            "1 seconds)");
}

// Waiting would not help: the host's own statement ends when our call does.
TEST(WaitWhileBusy, DoesNotWaitForTheHostsOwnLock) {
  TempFolder temp;
  Database host = OpenDatabase(temp.Path("a.db"));
  Query(host, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
  Database own = OpenDatabase(temp.Path("a.db"));
  own.Obey(host);
  Result<Statement> reader = host.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*reader->Step());
  int tries = 0;
  Status status = WaitWhileBusy(own, [&]() -> Status {
    ++tries;
    return kLocked;
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(
      status.error().message,
      "database is locked (by this connection itself: a second connection is needed here, and "
      "a statement of this one still reads; finish or reset it first: SELECT a FROM t)");
}

TEST(WaitWhileBusy, WaitsAsLongAsLongWaitSaysWhereItWaitsLong) {
  Database db = OpenDatabase();
  db.SetWaitLimit(std::chrono::milliseconds(0));
  db.SetWaitsLong();
  int tries = 0;
  EXPECT_TRUE(WaitWhileBusy(db, [&]() -> Status { return ++tries < 3 ? kLocked : Status(); }));
  EXPECT_EQ(tries, 3);
}

TEST(LongWait, IsAMinuteOrTheHostsBusyTimeout) {
  Database db = OpenDatabase();
  EXPECT_EQ(LongWait(db), std::chrono::seconds(60));
  sqlite3_busy_timeout(db.handle(), 90000);
  EXPECT_EQ(LongWait(db), std::chrono::seconds(90));
}

}  // namespace
}  // namespace fastmigrate
