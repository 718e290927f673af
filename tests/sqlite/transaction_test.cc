#include "sqlite/transaction.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "test_support.h"

namespace fastmigrate {
namespace {

// Calls `action` while the connection waits for a lock.
void WhileWaiting(const Database& db, std::function<void()>* action) {
  auto handler = [](void* data, int) {
    (*static_cast<std::function<void()>*>(data))();
    return 0;
  };
  sqlite3_busy_handler(db.handle(), handler, action);
}

// Runs `action` from inside a statement, as a host calls us.
void FromSql(const Database& db, std::function<void()> action) {
  DefineAction(db, "act", &action);
  Query(db, "SELECT act()");
}

TEST(Transaction, TakesTheWriteLockFirst) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  Result<Transaction> transaction = Transaction::Begin(db);
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
  int tries = 0;
  std::function<void()> commit = [&] {
    if (++tries == 3) {
      EXPECT_EQ(Query(other, "COMMIT"), "");
    }
  };
  WhileWaiting(db, &commit);
  EXPECT_TRUE(Transaction::Begin(db));
  EXPECT_EQ(tries, 3);
}

TEST(Transaction, IsInterruptedWhileItWaits) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  std::function<void()> interrupt = [&] { sqlite3_interrupt(db.handle()); };
  WhileWaiting(db, &interrupt);
  FromSql(db, [&] {
    Result<Transaction> transaction = Transaction::Begin(db);
    ASSERT_FALSE(transaction);
    EXPECT_EQ(transaction.error().code, SQLITE_INTERRUPT);
    EXPECT_EQ(transaction.error().message, "interrupted");
  });
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Transaction, WaitsForReadersWhenItCommits) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(db, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)"), "");
  Result<Statement> reader = other.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*reader->Step());
  Result<Transaction> transaction = Transaction::Begin(db);
  ASSERT_TRUE(db.Execute("DELETE FROM t"));
  std::function<void()> finish = [&] { reader->Reset(); };
  WhileWaiting(db, &finish);
  EXPECT_TRUE(transaction->Commit());
  EXPECT_EQ(Query(other, "SELECT count(*) FROM t"), "0");
}

TEST(Transaction, CallsTheHostsBusyHandlerAndLeavesItInPlace) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  int calls = 0;
  std::function<void()> count = [&] { ++calls; };
  WhileWaiting(db, &count);
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  db.SetWaitLimit(std::chrono::milliseconds(0));
  ASSERT_FALSE(Transaction::Begin(db));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Query(db, "BEGIN IMMEDIATE"), "error 5: database is locked");
  EXPECT_EQ(calls, 2);
}

TEST(Transaction, UndoesItselfUnlessItIsCommitted) {
  Database db = OpenDatabase();
  {
    Result<Transaction> transaction = Transaction::Begin(db);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
  }
  EXPECT_EQ(TableNames(db), "");
  {
    Result<Transaction> transaction = Transaction::Begin(db);
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
    ASSERT_TRUE(transaction->Commit());
  }
  EXPECT_EQ(TableNames(db), "b");
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Transaction, IsASavepointInsideTheCallersTransaction) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN; CREATE TABLE a (x)"));
  {
    Result<Transaction> transaction = Transaction::Begin(db);
    EXPECT_TRUE(transaction->IsNested());
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
  }
  EXPECT_EQ(TableNames(db), "a");
  EXPECT_FALSE(db.InAutocommit());
  {
    Result<Transaction> transaction = Transaction::Begin(db);
    ASSERT_TRUE(db.Execute("CREATE TABLE c (x)"));
    ASSERT_TRUE(transaction->Commit());
  }
  EXPECT_FALSE(db.InAutocommit());
  ASSERT_TRUE(db.Execute("ROLLBACK"));
  EXPECT_EQ(TableNames(db), "");
}

TEST(Transaction, DoesNotMistakeTheCallersSavepointForItsOwn) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("SAVEPOINT \"fastmigrate transaction\"; CREATE TABLE a (x)"));
  { Result<Transaction> transaction = Transaction::Begin(db); }
  EXPECT_EQ(TableNames(db), "a");
  EXPECT_TRUE(db.Execute("RELEASE \"fastmigrate transaction\""));
}

TEST(Transaction, SeesThatSqliteHasEndedIt) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)"));
  Result<Transaction> transaction = Transaction::Begin(db);
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
  Result<Transaction> transaction = Transaction::Begin(db);
  ASSERT_TRUE(db.Execute("INSERT INTO c VALUES (1)"));
  Status status = transaction->Commit();
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
      Result<Transaction> transaction = Transaction::Begin(db);
      kept.emplace(std::move(*transaction));
    }
    EXPECT_FALSE(db.InAutocommit());
  }
  EXPECT_TRUE(db.InAutocommit());
}

// --- while an interrupt is in force, no statement runs to its end

TEST(Transaction, IsRolledBackEvenWhenInterrupted) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE _meta (id, version); INSERT INTO _meta VALUES (1, 2)"));
  FromSql(db, [&] {
    Result<Transaction> transaction = Transaction::Begin(db);
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
    Result<Transaction> transaction = Transaction::Begin(db);
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
    Result<Transaction> transaction = Transaction::Begin(db);
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
    sqlite3_interrupt(db.handle());
    Status status = transaction->Commit();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, SQLITE_INTERRUPT);
  });
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(TableNames(db), "");
}

TEST(Transaction, RefusesToBeginWhereItCouldNotBeUndone) {
  Database db = OpenDatabase();
  sqlite3_set_authorizer(
      db.handle(),
      [](void*, int action, const char* operation, const char*, const char*, const char*) {
        bool rollback = action == SQLITE_TRANSACTION && std::string_view(operation) == "ROLLBACK";
        return rollback ? SQLITE_DENY : SQLITE_OK;
      },
      nullptr);
  Result<Transaction> transaction = Transaction::Begin(db);
  ASSERT_FALSE(transaction);
  EXPECT_EQ(transaction.error().code, SQLITE_AUTH);
  EXPECT_EQ(
      transaction.error().message,
      "this connection's authorizer forbids ROLLBACK, so that what fails could not be undone: "
      "not authorized");
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Savepoint, UndoesItselfUnlessItIsReleased) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN"));
  {
    Result<Savepoint> savepoint = Savepoint::Prepare(db, "a \"b\"");
    ASSERT_TRUE(savepoint->Open());
    ASSERT_TRUE(db.Execute("CREATE TABLE a (x)"));
  }
  {
    Result<Savepoint> savepoint = Savepoint::Prepare(db, "a \"b\"");
    ASSERT_TRUE(savepoint->Open());
    ASSERT_TRUE(db.Execute("CREATE TABLE b (x)"));
    ASSERT_TRUE(savepoint->Release());
  }
  EXPECT_EQ(TableNames(db), "b");
  EXPECT_EQ(Query(db, "RELEASE \"a \"\"b\"\"\""), "error 1: no such savepoint: a \"b\"");
}

TEST(Savepoint, OpensAsOftenAsItIsNeeded) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN"));
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "a");
  for (const char* table : {"a", "b", "c"}) {
    ASSERT_TRUE(savepoint->Open());
    ASSERT_TRUE(db.Execute(std::string("CREATE TABLE ") + table + " (x)"));
    if (table[0] == 'b') {
      savepoint->Rollback();
    } else {
      ASSERT_TRUE(savepoint->Release());
    }
  }
  EXPECT_EQ(TableNames(db), "a c");
}

TEST(Savepoint, NeedsATransaction) {
  Database db = OpenDatabase();
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "a");
  Status status = savepoint->Open();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "no transaction is open for a savepoint");
}

TEST(Savepoint, IsGoneWithItsTransaction) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("BEGIN"));
  {
    Result<Savepoint> savepoint = Savepoint::Prepare(db, "a");
    ASSERT_TRUE(savepoint->Open());
    ASSERT_TRUE(db.Execute("ROLLBACK"));
  }
  EXPECT_TRUE(db.InAutocommit());
}

TEST(ReadSnapshot, SeesOneMoment) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  Query(db, "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
  {
    ReadSnapshot snapshot(db);
    ASSERT_TRUE(snapshot.status());
    Query(other, "INSERT INTO t VALUES (1)");
    EXPECT_EQ(Query(db, "SELECT count(*) FROM t"), "0");
  }
  EXPECT_EQ(Query(db, "SELECT count(*) FROM t"), "1");
}

TEST(ReadSnapshot, BeginsNoTransaction) {
  Database db = OpenDatabase();
  ReadSnapshot snapshot(db);
  EXPECT_TRUE(snapshot.status());
  EXPECT_TRUE(db.InAutocommit());
}

TEST(ReadSnapshot, SaysThatTheFileIsLocked) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  Query(other, "CREATE TABLE t (a); BEGIN EXCLUSIVE");
  ReadSnapshot snapshot(db);
  ASSERT_FALSE(snapshot.status());
  EXPECT_EQ(snapshot.status().error().code, SQLITE_BUSY);
}

TEST(ReadSnapshot, WaitsForTheLockWhenItIsToldTo) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Database other = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(other, "CREATE TABLE t (a); BEGIN EXCLUSIVE"), "");
  int tries = 0;
  std::function<void()> commit = [&] {
    if (++tries == 3) {
      EXPECT_EQ(Query(other, "COMMIT"), "");
    }
  };
  WhileWaiting(db, &commit);
  ReadSnapshot snapshot(db, ReadSnapshot::Locked::kWaits);
  EXPECT_TRUE(snapshot.status());
  EXPECT_EQ(tries, 3);
}

// The authorizer is asked again when the statement is compiled anew, since the schema has changed.
TEST(Savepoint, SaysThatAnAuthorizerLetsItsRollbackDoNothing) {
  Database db = OpenDatabase();
  Query(db, "CREATE TABLE t (a); BEGIN");
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "mine");
  ASSERT_TRUE(savepoint && savepoint->Open());
  Query(db, "INSERT INTO t VALUES (1); CREATE TABLE u (a)");
  sqlite3_set_authorizer(
      db.handle(),
      [](void*, int action, const char* operation, const char*, const char*, const char*) {
        const bool is_rollback =
            action == SQLITE_SAVEPOINT && std::string_view(operation) == "ROLLBACK";
        return is_rollback ? SQLITE_IGNORE : SQLITE_OK;
      },
      nullptr);
  Query(db, "CREATE INDEX i ON u (a)");
  EXPECT_FALSE(savepoint->Rollback());
  EXPECT_EQ(Query(db, "SELECT a FROM t"), "1");
  EXPECT_EQ(Query(db, "ROLLBACK; SELECT count(*) FROM t"), "0");
}

TEST(Savepoint, RollsBackWhateverHasExpiredItsStatement) {
  Database db = OpenDatabase();
  Query(db, "CREATE TABLE t (a); BEGIN");
  Result<Savepoint> savepoint = Savepoint::Prepare(db, "mine");
  for (const char* sql : {"INSERT INTO t VALUES (1)", "CREATE TABLE u (a); CREATE INDEX i ON u (a)",
                          "ANALYZE", "DROP TABLE t", "SELECT 1"}) {
    ASSERT_TRUE(savepoint->Open()) << sql;
    Query(db, sql);
    EXPECT_TRUE(savepoint->Rollback()) << sql;
    EXPECT_EQ(Query(db, "SELECT name FROM sqlite_schema"), "t") << sql;
    EXPECT_EQ(Query(db, "SELECT count(*) FROM t"), "0") << sql;
  }
}

}  // namespace
}  // namespace fastmigrate
