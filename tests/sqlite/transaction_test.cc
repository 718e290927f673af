#include "sqlite/transaction.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

bool Never() { return false; }

TEST(RetryWhileBusy, TriesAgainUntilItWorks) {
  int tries = 0;
  Status status = RetryWhileBusy(Never, [&]() -> Status {
    if (++tries < 4) return Error{SQLITE_BUSY, "locked"};
    return {};
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(tries, 4);
}

TEST(RetryWhileBusy, DoesNotRetryOtherErrors) {
  for (int code : {SQLITE_ERROR, SQLITE_LOCKED, SQLITE_BUSY_SNAPSHOT, SQLITE_INTERRUPT}) {
    int tries = 0;
    Status status = RetryWhileBusy(Never, [&]() -> Status {
      ++tries;
      return Error{code, "no"};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, code);
    EXPECT_EQ(status.error().message, "no");
    EXPECT_EQ(tries, 1);
  }
}

TEST(RetryWhileBusy, RetriesTheOtherKindsOfBusy) {
  for (int code : {SQLITE_BUSY_RECOVERY, SQLITE_BUSY_TIMEOUT}) {
    int tries = 0;
    EXPECT_TRUE(RetryWhileBusy(Never, [&]() -> Status {
      if (++tries == 1) return Error{code, "locked"};
      return {};
    }));
  }
}

TEST(RetryWhileBusy, StopsWhenInterrupted) {
  int checks = 0;
  Status status = RetryWhileBusy([&] { return ++checks == 3; },
                                 []() -> Status {
                                   return Error{SQLITE_BUSY, "locked"};
                                 });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_INTERRUPT);
  EXPECT_EQ(status.error().message, "interrupted");
}

// The one test that waits as long as the product does.
TEST(RetryWhileBusy, GivesUpInTheEnd) {
  Status status = RetryWhileBusy(Never, []() -> Status {
    return Error{SQLITE_BUSY, "database is locked"};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_BUSY);
  EXPECT_EQ(status.error().message,
            "database is locked (another connection has held its lock for over 5 seconds)");
}

TEST(Transaction, TakesTheWriteLockFirst) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  Result<Transaction> transaction = Transaction::Begin(db, Never);
  ASSERT_TRUE(transaction);
  EXPECT_FALSE(transaction->IsNested());
  EXPECT_TRUE(transaction->IsAlive());
  EXPECT_EQ(Query(other, "BEGIN IMMEDIATE"), "error 5: database is locked");
}

TEST(Transaction, WaitsForTheLock) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  int checks = 0;
  Result<Transaction> transaction = Transaction::Begin(db, [&] {
    if (++checks == 3) {
      EXPECT_EQ(Query(other, "COMMIT"), "");
    }
    return false;
  });
  EXPECT_TRUE(transaction);
  EXPECT_EQ(checks, 3);
}

TEST(Transaction, IsInterruptedWhileItWaits) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  Result<Transaction> transaction = Transaction::Begin(db, [] { return true; });
  ASSERT_FALSE(transaction);
  EXPECT_EQ(transaction.error().code, SQLITE_INTERRUPT);
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Transaction, WaitsForReadersWhenItCommits) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(db, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)"), "");
  Result<Statement> reader = other.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*reader->Step());
  Result<Transaction> transaction = Transaction::Begin(db, Never);
  ASSERT_TRUE(db.Execute("DELETE FROM t"));
  Status status = transaction->Commit([&] {
    reader->Reset();
    return false;
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(Query(other, "SELECT count(*) FROM t"), "0");
}

TEST(Transaction, CallsTheHostsBusyHandlerAndLeavesItInPlace) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  int calls = 0;
  auto handler = [](void* count, int) {
    ++*static_cast<int*>(count);
    return 0;
  };
  sqlite3_busy_handler(db.handle(), handler, &calls);
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  ASSERT_FALSE(Transaction::Begin(db, [] { return true; }));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Query(db, "BEGIN IMMEDIATE"), "error 5: database is locked");
  EXPECT_EQ(calls, 2);
}

TEST(Transaction, UndoesItselfUnlessItIsCommitted) {
  Database db = OpenDatabase();
  {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
  }
  EXPECT_EQ(TableNames(db), "");
  {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
    ASSERT_TRUE(transaction->Commit(Never));
  }
  EXPECT_EQ(TableNames(db), "b");
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Transaction, IsASavepointInsideTheCallersTransaction) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN; CREATE TABLE a (x)"));
  {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    EXPECT_TRUE(transaction->IsNested());
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
  }
  EXPECT_EQ(TableNames(db), "a");
  EXPECT_FALSE(db.InAutocommit());
  {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE c (x)"));
    ASSERT_TRUE(transaction->Commit(Never));
  }
  EXPECT_FALSE(db.InAutocommit());
  ASSERT_TRUE(db.Execute("ROLLBACK"));
  EXPECT_EQ(TableNames(db), "");
}

TEST(Transaction, DoesNotMistakeTheCallersSavepointForItsOwn) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("SAVEPOINT \"fastmigrate transaction\"; CREATE TABLE a (x)"));
  { Result<Transaction> transaction = Transaction::Begin(db, Never); }
  EXPECT_EQ(TableNames(db), "a");
  EXPECT_TRUE(db.Execute("RELEASE \"fastmigrate transaction\""));
}

TEST(Transaction, SeesThatSqliteHasEndedIt) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)"));
  Result<Transaction> transaction = Transaction::Begin(db, Never);
  ASSERT_FALSE(db.Execute("INSERT OR ROLLBACK INTO t VALUES (1)"));
  EXPECT_FALSE(transaction->IsAlive());
  transaction->Rollback();
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Transaction, IsRolledBackWhenTheCommitFails) {
  Database db = OpenDatabase();
  ASSERT_TRUE(
      db.Execute("PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);"
                 "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)"));
  Result<Transaction> transaction = Transaction::Begin(db, Never);
  ASSERT_TRUE(db.Execute("INSERT INTO c VALUES (1)"));
  Status status = transaction->Commit(Never);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_CONSTRAINT_FOREIGNKEY);
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(Query(db, "SELECT count(*) FROM c"), "0");
}

TEST(Transaction, MovesWithItsDuties) {
  Database db = OpenDatabase();
  {
    std::optional<Transaction> kept;
    {
      Result<Transaction> transaction = Transaction::Begin(db, Never);
      kept.emplace(std::move(*transaction));
    }
    EXPECT_FALSE(db.InAutocommit());
  }
  EXPECT_TRUE(db.InAutocommit());
}

// --- while an interrupt is in force, no statement runs to its end

// Runs `action` from inside a statement, as a host calls us.
void FromSql(const Database& db, std::function<void()> action) {
  DefineAction(db, "act", &action);
  Query(db, "SELECT act()");
}

TEST(Transaction, IsRolledBackEvenWhenInterrupted) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE _meta (id, version); INSERT INTO _meta VALUES (1, 2)"));
  FromSql(db, [&] {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
    sqlite3_interrupt(db.handle());
  });
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(TableNames(db), "");
  EXPECT_EQ(Query(db, "SELECT * FROM _meta"), "1|2");
}

TEST(Transaction, IsRolledBackEvenWhenInterruptedWithoutOurTables) {
  Database db = OpenDatabase();
  FromSql(db, [&] {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
    sqlite3_interrupt(db.handle());
  });
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(TableNames(db), "");
}

TEST(Transaction, IsNotCommittedWhenInterrupted) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE _meta (id, version)"));
  FromSql(db, [&] {
    Result<Transaction> transaction = Transaction::Begin(db, Never);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
    sqlite3_interrupt(db.handle());
    Status status = transaction->Commit(Never);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, SQLITE_INTERRUPT);
  });
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(TableNames(db), "");
}

TEST(Savepoint, UndoesItselfUnlessItIsReleased) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN"));
  {
    Result<Savepoint> savepoint = Savepoint::Open(db, "a \"b\"");
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
  }
  {
    Result<Savepoint> savepoint = Savepoint::Open(db, "a \"b\"");
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
    ASSERT_TRUE(savepoint->Release());
  }
  EXPECT_EQ(TableNames(db), "b");
  EXPECT_EQ(Query(db, "RELEASE \"a \"\"b\"\"\""), "error 1: no such savepoint: a \"b\"");
}

TEST(Savepoint, IsGoneWithItsTransaction) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN"));
  {
    Result<Savepoint> savepoint = Savepoint::Open(db, "a");
    ASSERT_TRUE(db.Execute("ROLLBACK"));
  }
  EXPECT_TRUE(db.InAutocommit());
}

}  // namespace
}  // namespace fastmigrate
