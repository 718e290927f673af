// The two forms of fastmigrate_apply, and where they may be called from.

#include "migrate/migrate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// A project at version 1 with a table t of rows 1 and 2.
class Started {
 public:
  Started() : db(project.Open()) {
    project.Script("0001-t.sql", "CREATE TABLE t (a);\nINSERT INTO t VALUES (1), (2);");
    EXPECT_EQ(Apply(db, project), "1");
  }
  std::string State() {
    Database other = project.Open();
    return Version(other) + ": " + TableNames(other);
  }

  Project project;
  Database db;
};

constexpr char kRebuild[] =
    "CREATE TABLE t_new (a INTEGER);\nINSERT INTO t_new SELECT a FROM t;\nDROP TABLE t;\n"
    "ALTER TABLE t_new RENAME TO t;\n";

// --- both forms

TEST(Migrator, GivesTheVersionReachedOrARowAScript) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  project.Script("0005-b.sql", "CREATE TABLE b (x);");
  EXPECT_EQ(Apply(OpenHost(), project), "5");
  EXPECT_EQ(ApplyTable(OpenHost(), project), "1\n5");
}

TEST(Migrator, GivesTheVersionAndNoRowsWhenUpToDate) {
  Started test;
  EXPECT_EQ(Apply(test.db, test.project), "1");
  EXPECT_EQ(ApplyTable(test.db, test.project), "");
}

TEST(Migrator, GoesUpToTheTarget) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
  EXPECT_EQ(Query(test.db, "SELECT " + CallApply(test.project, "2")), "2");
  EXPECT_EQ(Query(test.db, "SELECT version FROM " + CallApply(test.project, "3")), "3");
}

TEST(Migrator, ReadsEveryScriptBeforeTheFirstRuns) {
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    test.project.Script("0003-c.sql", "SELECT 'open;");
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
              "error 1: 0003-c.sql:1:8: this string has no end (a single quote)\n"
              "  1 | SELECT 'open;\n"
              "    |        ^");
    EXPECT_EQ(test.State(), "1: t");
  }
}

TEST(Migrator, WorksInMemory) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);\nVACUUM;\nPRAGMA journal_mode = WAL;");
  project.Script("0002-b.sql", kRebuild);
  Database db = OpenHost();
  EXPECT_EQ(Apply(db, project), "2");
  EXPECT_EQ(TableNames(db), "t");
}

TEST(Migrator, WorksOnATemporaryFile) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  Database db = OpenHost("");
  EXPECT_EQ(ApplyTable(db, project), "1");
}

TEST(Migrator, RunsADropInBothForms) {
  for (const char* journal : {"DELETE", "WAL"}) {
    for (bool table_form : {false, true}) {
      Started test;
      Query(test.db, std::string("PRAGMA journal_mode = ") + journal);
      test.project.Script("0002-b.sql", kRebuild);
      test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
      EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
                table_form ? "2\n3" : "3");
      EXPECT_EQ(test.State(), "3: c t");
      EXPECT_EQ(Query(test.db, "SELECT typeof(a) FROM t"), "integer\ninteger");
    }
  }
}

TEST(Migrator, RunsVacuumInBothForms) {
  const std::vector<std::string> scripts = {"VACUUM;", "VACUUM;\nCREATE TABLE b (x);",
                                            "CREATE TABLE b (x);\nVACUUM;",
                                            "CREATE TABLE b (x);\nVACUUM;\nCREATE TABLE c (x);"};
  for (const char* journal : {"DELETE", "WAL"}) {
    for (bool table_form : {false, true}) {
      for (const std::string& script : scripts) {
        Started test;
        Query(test.db, std::string("PRAGMA journal_mode = ") + journal);
        test.project.Script("0002-b.sql", script);
        test.project.Script("0003-c.sql", "CREATE TABLE d (x);");
        EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
                  table_form ? "2\n3" : "3")
            << script;
        EXPECT_EQ(Version(test.db), "3");
        EXPECT_EQ(Query(test.db, "PRAGMA integrity_check"), "ok");
      }
    }
  }
}

TEST(Migrator, SideConnectionFailsWithTheSameMessage) {
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    test.project.Script("0003-c.sql", "VACUUM;\nSELECT\n  nope;");
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
              "error 1: 0003-c.sql:3:3: no such column: nope\n"
              "  3 |   nope;\n"
              "    |   ^\n"
              "database stays at version 2; 1 of 2 scripts were applied, this one was rolled back");
    EXPECT_EQ(test.State(), "2: b t");
  }
}

TEST(Migrator, VacuumChangesThePageSize) {
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql", "PRAGMA page_size = 8192;\nVACUUM;");
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project), "2");
    EXPECT_EQ(Query(test.project.Open(), "PRAGMA page_size"), "8192");
  }
}

TEST(Migrator, ScriptOnTheSideConnectionMayNotMigrateEither) {
  for (const char* call :
       {"fastmigrate_apply()", "fastmigrate_create()", "fastmigrate_enroll(9)"}) {
    Started test;
    test.project.Script("0002-b.sql", std::string("VACUUM;\nSELECT ") + call + ";");
    std::string name = std::string(call).substr(0, std::string(call).find('('));
    std::string error =
        "error 1: 0002-b.sql:2:1: " + name + "() cannot be called from within a migration script\n";
    EXPECT_EQ(Apply(test.db, test.project).substr(0, error.size()), error);
    EXPECT_EQ(ApplyTable(test.db, test.project).substr(0, error.size()), error);
    EXPECT_EQ(test.State(), "1: t");
  }
}

// A deserialized database has a name but no file; a connection beside it would see another one.
TEST(Migrator, AppliesToADeserializedDatabaseItself) {
  for (bool table_form : {false, true}) {
    Started test;
    sqlite3_int64 size = 0;
    unsigned char* bytes = sqlite3_serialize(test.db.handle(), "main", &size, 0);
    Database db = OpenHost();
    ASSERT_EQ(sqlite3_deserialize(db.handle(), "main", bytes, size, size,
                                  SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
              SQLITE_OK);
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    EXPECT_EQ(table_form ? ApplyTable(db, test.project) : Apply(db, test.project), "2");
    EXPECT_EQ(Version(db) + ": " + TableNames(db), "2: b t");
  }
}

// --- what only the host's connection has

TEST(Migrator, TableFormRunsOnTheHostsConnectionWhereItCan) {
  Started test;
  std::function<void()> action = [] {};
  DefineAction(test.db, "host_function", &action);
  Query(test.db, "CREATE TEMP TABLE staging (a); INSERT INTO staging VALUES (7)");
  test.project.Script("0002-b.sql", "INSERT INTO t SELECT a + host_function() FROM staging;");
  EXPECT_EQ(ApplyTable(test.db, test.project), "2");
  EXPECT_EQ(Query(test.db, "SELECT max(a) FROM t"), "8");
}

TEST(Migrator, TableFormFindsTheHostsFunctionsBesideItsConnection) {
  Started test;
  int calls = 0;
  std::function<void()> action = [&] { ++calls; };
  DefineAction(test.db, "host_function", &action);
  test.project.Script("0002-b.sql", std::string(kRebuild) + "SELECT host_function();");
  EXPECT_EQ(ApplyTable(test.db, test.project), "2");
  EXPECT_EQ(calls, 1);
}

TEST(Migrator, TableFormSaysWhereAnAggregateOfTheHostIsFound) {
  Started test;
  sqlite3_create_function(
      test.db.handle(), "host_sum", 1, SQLITE_UTF8, nullptr, nullptr,
      [](sqlite3_context*, int, sqlite3_value**) {},
      [](sqlite3_context* context) { sqlite3_result_int(context, 1); });
  test.project.Script("0002-b.sql", std::string(kRebuild) + "SELECT host_sum(a) FROM t;");
  EXPECT_EQ(ApplyTable(test.db, test.project),
            "error 1: 0002-b.sql:5:8: no such function: host_sum\n"
            "  5 | SELECT host_sum(a) FROM t;\n"
            "    |        ^\n"
            "this script runs on a connection of its own here, which has not what only yours has; "
            "SELECT fastmigrate_apply(...) runs it on yours\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
}

TEST(Migrator, ScalarFormRunsVacuumBesideWhatOnlyTheHostHas) {
  Started test;
  std::function<void()> action = [] {};
  DefineAction(test.db, "host_function", &action);
  Query(test.db, "CREATE TEMP TABLE staging (a); INSERT INTO staging VALUES (7)");
  test.project.Script("0002-b.sql",
                      "INSERT INTO t SELECT a + host_function() FROM staging;\nVACUUM;\n"
                      "INSERT INTO t SELECT a + host_function() FROM staging;");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(Query(test.db, "SELECT count(*) FROM t WHERE a = 8"), "2");
}

TEST(Migrator, TableFormInMemoryNamesTheFormThatCanDrop) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sql", "DROP TABLE t;");
  Database db = OpenHost();
  EXPECT_EQ(ApplyTable(db, project),
            "error 6: 0002-b.sql:1:1: database table is locked\n"
            "  1 | DROP TABLE t;\n"
            "    | ^\n"
            "SQLite drops no table or index while a statement reads, as this one does; SELECT "
            "fastmigrate_apply(...) can do it\n"
            "database stays at version 1; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_EQ(Apply(db, project), "2");
}

TEST(Migrator, SaysWhatBecameOfTheDatabaseWhenTheSideConnectionFails) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sql", "VACUUM INTO 'copy.db';");
  Database db = OpenHost();
  EXPECT_EQ(Apply(db, project),
            "error 1: 0002-b.sql:1:1: VACUUM needs a second connection to the database, and none "
            "can be opened: the database has no file\n"
            "  1 | VACUUM INTO 'copy.db';\n"
            "    | ^\n"
            "database stays at version 1; 1 of 2 scripts were applied, this one was not run");
  EXPECT_EQ(Version(db), "1");
}

// --- the table form and its statement

TEST(TableForm, HasRunAllScriptsBeforeTheFirstRow) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
  EXPECT_EQ(Query(test.db, "SELECT version FROM " + CallApply(test.project) + " LIMIT 1"), "2");
  EXPECT_EQ(test.State(), "3: b c t");
}

TEST(TableForm, LeavesNoLockBehind) {
  for (const char* journal : {"DELETE", "WAL"}) {
    for (const char* script : {"CREATE TABLE b (x);", kRebuild, "VACUUM;"}) {
      Started test;
      Query(test.db, std::string("PRAGMA journal_mode = ") + journal);
      test.project.Script("0002-b.sql", script);
      test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
      EXPECT_EQ(ApplyTable(test.db, test.project), "2\n3");
      EXPECT_EQ(sqlite3_txn_state(test.db.handle(), nullptr), SQLITE_TXN_NONE);
      EXPECT_EQ(Query(test.project.Open(), "BEGIN EXCLUSIVE; DROP TABLE c; COMMIT"), "");
    }
  }
}

TEST(TableForm, LocksNothingOfMainWhileItIsRead) {
  for (const char* journal : {"DELETE", "WAL"}) {
    for (const char* function : {"apply", "status", "history", "verify", "rehearse"}) {
      Started test;
      Query(test.db, std::string("PRAGMA journal_mode = ") + journal);
      test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
      test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
      std::string arguments = "(" + QuoteText(test.project.dir()) + ")";
      if (std::string_view(function) == "history") arguments = "";
      if (std::string_view(function) == "verify") arguments.insert(arguments.size() - 1, ", 3");
      Result<Statement> rows =
          test.db.Prepare("SELECT * FROM fastmigrate_" + std::string(function) + arguments);
      ASSERT_TRUE(*rows->Step()) << function;
      EXPECT_EQ(sqlite3_txn_state(test.db.handle(), "main"), SQLITE_TXN_NONE) << function;
      EXPECT_EQ(Query(test.project.Open(), "BEGIN EXCLUSIVE; DROP TABLE t; COMMIT"), "")
          << function;
    }
  }
}

TEST(TableForm, LocksNothingOfMainWhileItIsReadWhenAllRanOnTheSideConnection) {
  Started test;
  test.project.Script("0002-b.sql", kRebuild);
  Result<Statement> rows = test.db.Prepare("SELECT * FROM " + CallApply(test.project));
  ASSERT_TRUE(*rows->Step());
  EXPECT_EQ(sqlite3_txn_state(test.db.handle(), "main"), SQLITE_TXN_NONE);
  EXPECT_EQ(Query(test.project.Open(), "BEGIN EXCLUSIVE; DROP TABLE t; COMMIT"), "");
}

TEST(TableForm, CanBeSteppedAgain) {
  Started test;
  Result<Statement> rows = test.db.Prepare("SELECT version FROM " + CallApply(test.project));
  ASSERT_TRUE(rows->Run());
  test.project.Script("0002-b.sql", kRebuild);
  ASSERT_TRUE(*rows->Step());
  EXPECT_EQ(rows->Integer(0), 2);
  rows->Reset();
  test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
  ASSERT_TRUE(*rows->Step());
  EXPECT_EQ(rows->Integer(0), 3);
}

TEST(ScalarForm, CanBeSteppedAgain) {
  Started test;
  Result<Statement> call = test.db.Prepare("SELECT " + CallApply(test.project));
  for (int version : {1, 2, 3}) {
    if (version > 1) {
      std::string number = std::to_string(version);
      test.project.Script("000" + number + "-x.sql", "DROP TABLE IF EXISTS x; CREATE TABLE x (a);");
    }
    ASSERT_TRUE(*call->Step());
    EXPECT_EQ(call->Integer(0), version);
    call->Reset();
  }
}

TEST(TableForm, JoinsWithValues) {
  Started test;
  test.project.Script("0002-b.sql", kRebuild);
  EXPECT_EQ(Query(test.db, "SELECT v.column1, a.version FROM (VALUES ('x'), ('y')) v JOIN " +
                               CallApply(test.project) + " a"),
            "x|2");
}

TEST(TableForm, JoinsWithATableOfTheDatabase) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  EXPECT_EQ(Query(test.db, "SELECT a.version FROM " + CallApply(test.project) +
                               " a CROSS JOIN t WHERE t.a = 1"),
            "2");
  EXPECT_EQ(test.State(), "2: b t");
}

TEST(TableForm, RefusesADropInAJoinThatReadsTheDatabase) {
  Started test;
  test.project.Script("0002-b.sql", kRebuild);
  const std::string sql = "SELECT t.a FROM t CROSS JOIN " + CallApply(test.project) + " a";
  EXPECT_EQ(Query(test.db, sql),
            "error 6: 0002-b.sql:3:1: database table is locked\n"
            "  3 | DROP TABLE t;\n"
            "    | ^\n"
            "SQLite drops no table or index while a statement reads, as this one does; SELECT "
            "fastmigrate_apply(...) can do it\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(test.State(), "1: t");
  EXPECT_TRUE(test.db.InAutocommit());
}

TEST(TableForm, TakesItsArgumentsAsHiddenColumns) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  test.project.Script("0003-c.sql", "CREATE TABLE c (x);");
  EXPECT_EQ(Query(test.db, "SELECT version FROM fastmigrate_apply WHERE target = 2 AND dir = " +
                               QuoteText(test.project.dir())),
            "2");
}

TEST(TableForm, ExplainDoesNothing) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Query(test.db, "EXPLAIN SELECT * FROM " + CallApply(test.project));
  Query(test.db, "EXPLAIN QUERY PLAN SELECT * FROM " + CallApply(test.project));
  Query(test.db, "EXPLAIN SELECT " + CallApply(test.project));
  EXPECT_EQ(test.State(), "1: t");
}

// The table in temp is what keeps main free. A host may load the extension while another process
// commits.
// --- another connection holds a lock

// While it lives, calls `action` each time a lock is in the way of a connection that is opened
// meanwhile; SQLite itself then gives up.
class BusyHookOfNewConnections {
 public:
  explicit BusyHookOfNewConnections(std::function<void()> action) {
    action_ = std::move(action);
    EXPECT_EQ(sqlite3_auto_extension(reinterpret_cast<void (*)()>(Install)), SQLITE_OK);
  }
  ~BusyHookOfNewConnections() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(Install));
    action_ = nullptr;
  }

 private:
  static int Install(sqlite3* db, char**, const sqlite3_api_routines*) {
    auto call = [](void*, int) { return action_(), 0; };
    return sqlite3_busy_handler(db, call, nullptr);
  }
  static inline std::function<void()> action_;
};

TEST(SideConnection, WaitsForALockOnItsFile) {
  for (const char* script : {kRebuild, "CREATE TABLE b (x);", "VACUUM;"}) {
    Started test;
    test.project.Script("0002-b.sql", script);
    Database other = test.project.Open();
    ASSERT_EQ(Query(other, "BEGIN EXCLUSIVE"), "");
    int tries = 0;
    BusyHookOfNewConnections hook([&] {
      if (++tries == 4) {
        EXPECT_EQ(Query(other, "COMMIT"), "");
      }
    });
    EXPECT_EQ(ApplyTable(test.db, test.project), "2") << script;
    EXPECT_GE(tries, 4) << script;
  }
}

TEST(SideConnection, ForAVacuumWaitsForALockOnItsFile) {
  Started test;
  test.project.Script("0002-b.sql", "VACUUM;");
  std::optional<Database> other;
  int tries = 0;
  // The last statement before the connection is opened asks for the locking mode.
  StatementTrace trace(test.db, [&](std::string_view sql) {
    if (sql.find("locking_mode") == std::string_view::npos || other) return;
    other.emplace(test.project.Open());
    EXPECT_EQ(Query(*other, "BEGIN EXCLUSIVE"), "");
  });
  BusyHookOfNewConnections hook([&] {
    if (++tries == 4) {
      EXPECT_EQ(Query(*other, "COMMIT"), "");
    }
  });
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_GE(tries, 4);
}

// --- inside what the caller has begun

TEST(InTransaction, RollbackUndoesItAll) {
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql",
                        "CREATE TABLE b (x);\nBEGIN;\nINSERT INTO t VALUES (3);\nCOMMIT;");
    Query(test.db, "BEGIN; INSERT INTO t VALUES (9)");
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project), "2");
    EXPECT_FALSE(test.db.InAutocommit());
    EXPECT_EQ(Version(test.db), "2");
    EXPECT_EQ(Query(test.db, "ROLLBACK"), "");
    EXPECT_EQ(test.State(), "1: t");
    EXPECT_EQ(Query(test.db, "SELECT count(*) FROM t"), "2");
  }
}

TEST(InTransaction, CommitKeepsIt) {
  Started test;
  test.project.Script("0002-b.sql", kRebuild);
  EXPECT_EQ(Query(test.db, "BEGIN; SELECT " + CallApply(test.project) + "; COMMIT"), "2");
  EXPECT_EQ(test.State(), "2: t");
}

TEST(InTransaction, WorksInTheCallersSavepoint) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Query(test.db, "SAVEPOINT mine");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(Query(test.db, "ROLLBACK TO mine; RELEASE mine"), "");
  EXPECT_EQ(test.State(), "1: t");
}

TEST(InTransaction, FailingScriptAloneIsRolledBack) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  test.project.Script("0003-c.sql", "CREATE TABLE c (x);\nSELECT nope;");
  Query(test.db, "BEGIN; CREATE TABLE mine (x)");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: 0003-c.sql:2:8: no such column: nope\n"
            "  2 | SELECT nope;\n"
            "    |        ^\n"
            "database stays at version 2; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_FALSE(test.db.InAutocommit());
  EXPECT_EQ(Query(test.db, "COMMIT"), "");
  EXPECT_EQ(test.State(), "2: b mine t");
}

TEST(InTransaction, SaysWhenSqliteHasRolledItAllBack) {
  Started test;
  test.project.Script("0002-b.sql",
                      "CREATE TABLE b (x UNIQUE);\nINSERT OR ROLLBACK INTO b VALUES (1), (1);");
  Query(test.db, "BEGIN; CREATE TABLE mine (x)");
  EXPECT_EQ(
      Apply(test.db, test.project),
      "error 2067: 0002-b.sql:2:1: UNIQUE constraint failed: b.x\n"
      "  2 | INSERT OR ROLLBACK INTO b VALUES (1), (1);\n"
      "    | ^\n"
      "database stays at version 1; 0 of 1 scripts were applied, SQLite has rolled back the whole "
      "transaction that was open");
  EXPECT_EQ(test.State(), "1: t");
}

TEST(InTransaction, IsRefusedWithForeignKeysOn) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Query(test.db, "PRAGMA foreign_keys = ON; BEGIN");
  const std::string error =
      "error 1: scripts cannot be applied in a transaction that was begun with foreign_keys on: a "
      "table rebuild would delete the rows of child tables, and SQLite does not let it be switched "
      "off now; COMMIT first, or run PRAGMA foreign_keys = OFF before BEGIN";
  EXPECT_EQ(Apply(test.db, test.project), error);
  EXPECT_EQ(ApplyTable(test.db, test.project), error);
  EXPECT_FALSE(test.db.InAutocommit());
  Query(test.db, "COMMIT");
  EXPECT_EQ(test.State(), "1: t");
}

TEST(InTransaction, IsFineWithForeignKeysOnWhenUpToDate) {
  Started test;
  EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys = ON; BEGIN; SELECT " + CallApply(test.project)),
            "1");
}

TEST(InTransaction, RefusesWhatNeedsNoTransactionBeforeAnythingRuns) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"VACUUM;", "holds VACUUM"},
      {"SELECT 1; VACUUM; SELECT 2;", "holds VACUUM"},
      {"ATTACH ':memory:' AS o;", "holds ATTACH"},
      {"DETACH o;", "holds DETACH"},
      {"PRAGMA journal_mode = WAL;", "holds PRAGMA journal_mode"},
      {"PRAGMA foreign_keys = ON; SELECT 1;", "holds PRAGMA foreign_keys"},
      {"PRAGMA wal_checkpoint;", "holds PRAGMA wal_checkpoint"},
  };
  for (const auto& [script, what] : cases) {
    Started test;
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    test.project.Script("0003-c.sql", script);
    Query(test.db, "BEGIN");
    EXPECT_EQ(
        Apply(test.db, test.project),
        "error 1: 0003-c.sql " + what + ", which cannot work inside your transaction; COMMIT first")
        << script;
    EXPECT_EQ(Version(test.db), "1") << script;
    EXPECT_FALSE(test.db.InAutocommit()) << script;
  }
}

TEST(InTransaction, RefusesAProgramBeforeAnythingRuns) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  test.project.Script("0003-c.sh", "exit 0");
  Query(test.db, "BEGIN");
  EXPECT_EQ(
      Apply(test.db, test.project),
      "error 1: 0003-c.sh is a program with a connection of its own, which cannot work inside "
      "your transaction; COMMIT first");
  EXPECT_EQ(Version(test.db), "1");
}

TEST(InTransaction, TakesPragmasThatMakeNoDifference) {
  Started test;
  test.project.Script(
      "0002-b.sql",
      "PRAGMA foreign_keys = OFF;\nPRAGMA journal_mode = DELETE;\nPRAGMA auto_vacuum = "
      "NONE;\nBEGIN;\nCREATE TABLE b (x);\nCOMMIT;\nPRAGMA foreign_keys = ON;");
  EXPECT_EQ(Query(test.db, "BEGIN; SELECT " + CallApply(test.project) + "; COMMIT"), "2");
}

TEST(InTransaction, InterruptRollsBackTheCallersTransactionToo) {
  Started test;
  std::function<void()> interrupt = [&] { sqlite3_interrupt(test.db.handle()); };
  DefineAction(test.db, "interrupt", &interrupt);
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (3);\nSELECT interrupt();");
  Query(test.db, "BEGIN; CREATE TABLE mine (x)");
  EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 9:"));
  Query(test.db, "COMMIT");
  EXPECT_EQ(Version(test.project.Open()), "1");
  EXPECT_EQ(Query(test.db, "SELECT count(*) FROM t"), "2");
}

// --- inside a statement that writes

TEST(InStatement, ThatWritesIsRefused) {
  const std::string refusal =
      "error 1: fastmigrate_apply() cannot be called inside a statement that writes (INSERT ... "
      "SELECT, CREATE TABLE AS, UPDATE); call it in a SELECT of its own";
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  const std::string call = CallApply(test.project);
  for (const std::string& sql :
       {"INSERT INTO t SELECT " + call, "INSERT INTO t SELECT version FROM " + call,
        "INSERT INTO t VALUES (" + call + ")", "UPDATE t SET a = " + call,
        "DELETE FROM t WHERE a < " + call, "CREATE TABLE c AS SELECT " + call,
        "CREATE TABLE c AS SELECT * FROM " + call}) {
    EXPECT_EQ(Query(test.db, sql), refusal) << sql;
    EXPECT_EQ(test.State(), "1: t") << sql;
    EXPECT_TRUE(test.db.InAutocommit()) << sql;
  }
}

TEST(InStatement, ThatWritesIsRefusedInATransactionToo) {
  const std::string refusal =
      "error 1: fastmigrate_apply() cannot be called inside a statement that writes (INSERT ... "
      "SELECT, CREATE TABLE AS, UPDATE); call it in a SELECT of its own";
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Query(test.db, "BEGIN");
  EXPECT_EQ(Query(test.db, "INSERT INTO t SELECT " + CallApply(test.project)), refusal);
  EXPECT_EQ(Query(test.db, "INSERT INTO t SELECT version FROM " + CallApply(test.project)),
            refusal);
  EXPECT_EQ(Version(test.db), "1");
}

TEST(InStatement, ThatWritesToATempTableIsRefused) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Query(test.db, "CREATE TEMP TABLE log (x)");
  EXPECT_EQ(Query(test.db, "INSERT INTO temp.log SELECT " + CallApply(test.project)),
            "error 1: fastmigrate_apply() cannot be called inside a statement that writes (INSERT "
            "... SELECT, CREATE TABLE AS, UPDATE); call it in a SELECT of its own");
  EXPECT_EQ(test.State(), "1: t");
}

TEST(InStatement, OfAViewOrTriggerIsRefused) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  const std::string call = CallApply(test.project);
  Query(test.db, "CREATE VIEW v AS SELECT " + call + "; CREATE VIEW w AS SELECT * FROM " + call +
                     "; CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT " + call + "; END");
  EXPECT_EQ(Query(test.db, "SELECT * FROM v"), "error 1: unsafe use of fastmigrate_apply()");
  EXPECT_EQ(Query(test.db, "SELECT * FROM w"),
            "error 1: unsafe use of virtual table \"fastmigrate_apply\"");
  EXPECT_EQ(Query(test.db, "DELETE FROM t"), "error 1: unsafe use of fastmigrate_apply()");
  EXPECT_EQ(Version(test.db), "1");
}

// --- under an open cursor

TEST(UnderACursor, WalSnapshotThatIsOutOfDateIsExplained) {
  Started test;
  Query(test.db, "PRAGMA journal_mode = WAL");
  Result<Statement> cursor = test.db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*cursor->Step());
  Query(test.project.Open(), "INSERT INTO t VALUES (3)");
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  EXPECT_EQ(
      Apply(test.db, test.project),
      "error 517: database is locked\n"
      "another connection has written since a statement of this one began to read; finish that "
      "statement and call again\n"
      "database stays at version 1; 0 of 1 scripts were applied, this one was not run");
  cursor->Reset();
  EXPECT_EQ(Apply(test.db, test.project), "2");
}

TEST(UnderACursor, TableFormDropIsRefusedAndQuotesIt) {
  Started test;
  Result<Statement> cursor = test.db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*cursor->Step());
  test.project.Script("0002-b.sql", "DROP TABLE t;");
  EXPECT_EQ(ApplyTable(test.db, test.project),
            "error 6: 0002-b.sql:1:1: database table is locked\n"
            "  1 | DROP TABLE t;\n"
            "    | ^\n"
            "another statement of this connection still reads; finish or reset it first: SELECT a "
            "FROM t\n"
            "SQLite drops no table or index while a statement reads, as this one does; SELECT "
            "fastmigrate_apply(...) can do it\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  cursor->Reset();
  EXPECT_EQ(ApplyTable(test.db, test.project), "2");
}

// --- nothing to do, and refusals

TEST(UpToDate, WritesNothingAndTakesNoWriteLock) {
  for (bool table_form : {false, true}) {
    Started test;
    Database other = test.project.Open();
    ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");  // would make a writer wait
    int begins = 0;
    StatementTrace trace(test.db, [&](std::string_view sql) {
      if (sql.find("BEGIN IMMEDIATE") != std::string_view::npos) ++begins;
    });
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
              table_form ? "" : "1");
    EXPECT_EQ(begins, 0);
  }
}

TEST(UpToDate, SucceedsOnAReadOnlyFile) {
  Started test;
  for (const char* parameters : {"?mode=ro", "?immutable=1", "?mode=rwc&immutable=1"}) {
    Database db = OpenHost("file:" + test.project.file() + parameters);
    EXPECT_EQ(Apply(db, test.project), "1") << parameters;
    EXPECT_EQ(ApplyTable(db, test.project), "") << parameters;
  }
}

TEST(UpToDate, MakesNothingOfAnEmptyDatabaseAndAnEmptyFolder) {
  Project project;
  std::filesystem::create_directories(project.dir());
  Database db = project.Open();
  EXPECT_EQ(Apply(db, project), "0");
  EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema"), "0");
}

TEST(Refused, ReadOnlyFileThatIsNotUpToDate) {
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    Database db = OpenHost("file:" + test.project.file() + "?mode=ro");
    EXPECT_EQ(table_form ? ApplyTable(db, test.project) : Apply(db, test.project),
              "error 8: cannot write " + test.project.file() +
                  ": attempt to write a readonly database\n"
                  "database stays at version 1; 0 of 1 scripts were applied, this one was not run");
    EXPECT_EQ(test.State(), "1: t");
  }
}

TEST(Refused, ConnectionWithoutAJournal) {
  Started test;
  Query(test.db, "PRAGMA journal_mode = OFF");
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: this connection has journal_mode OFF, so that what fails could not be "
            "rolled back; run PRAGMA journal_mode = DELETE first");
  EXPECT_EQ(test.State(), "1: t");
}

// How often a call on this connection waits for a lock: each time it asks whether it is
// interrupted.
class WaitCounter {
 public:
  explicit WaitCounter(const Database& db)
      : trace_(db, [this](std::string_view sql) { count_ += sql == "SELECT 1" ? 1 : 0; }) {}
  int count() const { return count_; }

 private:
  int count_ = 0;
  StatementTrace trace_;
};

// What a connection of ours could do, and the host's could not.
TEST(TableForm, IsRefusedWhereTheHostsConnectionCannotRollBack) {
  for (const char* script : {"CREATE TABLE b (x);", kRebuild, "VACUUM;"}) {
    Started test;
    Query(test.db, "PRAGMA journal_mode = OFF");
    test.project.Script("0002-b.sql", script);
    WaitCounter waits(test.db);
    EXPECT_EQ(ApplyTable(test.db, test.project),
              "error 1: this connection has journal_mode OFF, so that what fails could not be "
              "rolled back; run PRAGMA journal_mode = DELETE first");
    EXPECT_EQ(waits.count(), 0);
    EXPECT_EQ(test.State(), "1: t");
  }
}

TEST(TableForm, IsRefusedWhereTheHostsConnectionMayOnlyQuery) {
  for (bool table_form : {false, true}) {
    for (const char* script : {"CREATE TABLE b (x);", kRebuild, "INSERT INTO t VALUES (9);"}) {
      Started test;
      Query(test.db, "PRAGMA query_only = ON");
      test.project.Script("0002-b.sql", script);
      WaitCounter waits(test.db);
      EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
                "error 8: attempt to write a readonly database\n"
                "database stays at version 1; 0 of 1 scripts were applied, this one was not run");
      EXPECT_EQ(waits.count(), 0);
      EXPECT_EQ(test.State(), "1: t");
      EXPECT_EQ(Query(test.db, "SELECT count(*) FROM t"), "2");
    }
  }
}

TEST(TableForm, DoesWithoutASideConnectionWhereTheHostsMustBeAlone) {
  struct Case {
    const char* setting;
    const char* why;
  };
  const std::vector<Case> cases = {
      {"PRAGMA locking_mode = EXCLUSIVE",
       "this connection has locking_mode EXCLUSIVE, which keeps a second one out"},
      {"PRAGMA journal_mode = MEMORY",
       "this connection has journal_mode memory, and a second one would not"},
  };
  for (const Case& c : cases) {
    Started test;
    Query(test.db, c.setting);
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    WaitCounter waits(test.db);
    EXPECT_EQ(ApplyTable(test.db, test.project), "2") << c.setting;
    test.project.Script("0003-c.sql", "DROP TABLE b;");
    EXPECT_EQ(
        ApplyTable(test.db, test.project),
        std::string("error 6: 0003-c.sql:1:1: database table is locked\n"
                    "  1 | DROP TABLE b;\n"
                    "    | ^\n") +
            c.why +
            "\nSQLite drops no table or index while a statement reads, as this one does; SELECT "
            "fastmigrate_apply(...) can do it\n"
            "database stays at version 2; 0 of 1 scripts were applied, this one was rolled back");
    EXPECT_EQ(Apply(test.db, test.project), "3");
    EXPECT_EQ(waits.count(), 0);
    EXPECT_EQ(Version(test.db) + ": " + TableNames(test.db), "3: t");
  }
}

TEST(TableForm, IsRefusedWhenAnotherFileHasTakenThePlaceOfTheHosts) {
  for (const char* script : {"CREATE TABLE b (x);", kRebuild}) {
    Started test;
    Database other = OpenDatabase(test.project.folder().Path("other.db"));
    Query(other, "CREATE TABLE other (a)");
    std::filesystem::rename(test.project.folder().Path("other.db"), test.project.file());
    test.project.Script("0002-b.sql", script);
    EXPECT_EQ(ApplyTable(test.db, test.project),
              "error 14: the database's file has been renamed or replaced since this connection "
              "opened it, so that a second connection would open another one; reconnect first");
    EXPECT_EQ(TableNames(other), "other");
  }
}

// Texts of more than 4 MB are not kept; the error shows a line of one that was let go.
TEST(TableForm, RefusesAStatementOfAScriptWhoseTextWasLetGo) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);\n--" + std::string(5 << 20, 'x'));
  project.Script("0002-b.sql", "INSERT INTO t VALUES (1);\n  ATTACH ':memory:' AS o;");
  Database db = OpenHost();
  EXPECT_EQ(ApplyTable(db, project),
            "error 1: 0002-b.sql:2:3: SQLite refuses this in a statement that reads, as SELECT * "
            "FROM fastmigrate_apply() does; SELECT fastmigrate_apply(...) can do it\n"
            "  2 |   ATTACH ':memory:' AS o;\n"
            "    |   ^\n"
            "database stays without a version; no script was run");
  EXPECT_EQ(TableNames(db), "");
  EXPECT_EQ(Apply(db, project), "2");
}

// It drops all temp tables, ours among them.
TEST(TableForm, ComesBackAfterPragmaTempStore) {
  Started test;
  Query(test.db, "PRAGMA temp_store = MEMORY");
  test.project.Script("0002-b.sql", kRebuild);
  EXPECT_EQ(ApplyTable(test.db, test.project), "2");
  EXPECT_EQ(test.State(), "2: t");
}

TEST(TableForm, TakesNoFolderFromACondition) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  const std::string dir = QuoteText(test.project.dir());
  for (const std::string& where :
       {"lower(dir) = lower(" + dir + ")", "dir LIKE " + dir, "dir = " + dir + " AND target < 3"}) {
    EXPECT_EQ(Query(test.db, "SELECT version FROM fastmigrate_apply WHERE " + where),
              "error 1: fastmigrate_apply: dir, target are arguments; give them with =")
        << where;
    EXPECT_EQ(test.State(), "1: t");
  }
}

TEST(Refused, DatabaseWithContentAndNoVersion) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  Database db = project.Open();
  Query(db, "CREATE TABLE t (a)");
  const std::string dir = QuoteText(project.dir());
  const std::string error =
      "error 1: the database has content but no version, so it is not known which scripts it has "
      "had already\n"
      "  if these scripts made it, SELECT fastmigrate_find_version(" +
      dir +
      ") finds the version "
      "N, and SELECT fastmigrate_enroll(N, " +
      dir +
      ") proves and records it\n"
      "  if there are no scripts yet, SELECT fastmigrate_initialize(" +
      dir +
      ") writes the first\n"
      "  if another migration tool made it, SELECT fastmigrate_import('FOLDER OF THE TOOL', " +
      dir + ") takes its migrations over, and enrolls the database where the tool left it";
  EXPECT_EQ(Apply(db, project), error);
  EXPECT_EQ(ApplyTable(db, project), error);
  EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema"), "1");
}

TEST(Refused, ScriptThatWasEditedSince) {
  Started test;
  test.project.Script("0001-t.sql", "CREATE TABLE t (b);\nINSERT INTO t VALUES (1), (2);");
  test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
  const std::string error =
      "error 1: 0001-t.sql was edited after it was applied; restore it, or, if the present text is "
      "right, run SELECT fastmigrate_accept(1, " +
      QuoteText(test.project.dir()) + ")";
  EXPECT_EQ(Apply(test.db, test.project), error);
  EXPECT_EQ(ApplyTable(test.db, test.project), error);
  EXPECT_EQ(test.State(), "1: t");
}

TEST(Refused, ProgramsUnlessTheEnvironmentAllowsThem) {
  unsetenv("FASTMIGRATE_ALLOW_SCRIPTS");
  for (bool table_form : {false, true}) {
    Started test;
    test.project.Script("0002-b.sql", "CREATE TABLE b (x);");
    test.project.Script("0003-c.sh", "touch " + test.project.folder().Path("ran"));
    EXPECT_EQ(table_form ? ApplyTable(test.db, test.project) : Apply(test.db, test.project),
              "error 1: 0003-c.sh is a program, and programs are not run unless the environment of "
              "this process has FASTMIGRATE_ALLOW_SCRIPTS=1");
    EXPECT_FALSE(std::filesystem::exists(test.project.folder().Path("ran")));
    EXPECT_EQ(test.State(), "1: t");
  }
}

TEST(Refused, ProgramForADatabaseWithoutAFile) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.py", "");
  Database db = OpenHost();
  EXPECT_EQ(Apply(db, project),
            "error 1: 0002-b.py is a program, which cannot reach a database that has no file");
  EXPECT_EQ(TableNames(db), "");
}

}  // namespace
}  // namespace fastmigrate
