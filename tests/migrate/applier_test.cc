// Scripts with their versions, as the scalar form applies them on the host's connection; what the
// two forms and side connections add is in migrate_test.cc.

#include "migrate/applier.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// A project at version 1 that has a table t, and a connection to it.
class Started {
 public:
  explicit Started(const std::string& more = "") : db(project.Open()) {
    project.Script("0001-t.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY);\n" + more);
    EXPECT_EQ(Apply(db, project), "1");
  }
  std::string Rows() { return Query(db, "SELECT coalesce(group_concat(a), '') FROM t"); }
  // Version, rows of t and whether a transaction is open, as another connection sees them.
  std::string State() {
    Database other = project.Open();
    return Version(other) + ": " +
           Query(other, "SELECT coalesce(group_concat(a), '') FROM (SELECT a FROM t ORDER BY a)") +
           (db.InAutocommit() ? "" : " (in a transaction)");
  }

  Project project;
  Database db;
};

TEST(Applier, AppliesInOrderAndRecordsEach) {
  Started test;
  test.project.Script("0003-c.sql", "UPDATE t SET a = a + 10;\nSELECT 1;");
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (1), (2);");
  EXPECT_EQ(Apply(test.db, test.project), "3");
  EXPECT_EQ(test.State(), "3: 11,12");
  EXPECT_EQ(Query(test.db,
                  "SELECT version, previous_version, name, kind, origin, statements, "
                  "length(checksum) FROM _fastmigrate_history"),
            "1|0|0001-t.sql|sql|applied|1|32\n"
            "2|1|0002-b.sql|sql|applied|1|32\n"
            "3|2|0003-c.sql|sql|applied|2|32");
}

TEST(Applier, GivesStatementsAndChanges) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); DELETE FROM t;");
  project.Script("0002-b.sql", "-- nothing");
  Database db = project.Open();
  EXPECT_EQ(Query(db, "SELECT version, name, kind, statements, changes, duration_ms >= 0 FROM " +
                          CallApply(project)),
            "1|0001-a.sql|sql|3|4|1\n2|0002-b.sql|sql|0|0|1");
}

TEST(Applier, GoesOnWhereItFailed) {
  Started test;
  test.project.Script("0002-b.sql", "SELECT nope;");
  EXPECT_EQ(Apply(test.db, test.project), FailedAtNope("0002-b.sql", 1, 0, 1));
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(test.State(), "2: 2");
}

// --- SQLite ends the transaction by itself

TEST(Applier, KeepsTheScriptsBeforeOneThatRollsAllBack) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"INSERT INTO t VALUES (3);\nINSERT OR ROLLBACK INTO t VALUES (1);",
       "error 1555: 0004-d.sql:2:1: UNIQUE constraint failed: t.a\n"
       "  2 | INSERT OR ROLLBACK INTO t VALUES (1);\n"},
      {"BEGIN;\nINSERT OR ROLLBACK INTO t VALUES (1);\nCOMMIT;",
       "error 1555: 0004-d.sql:2:1: UNIQUE constraint failed: t.a\n"
       "  2 | INSERT OR ROLLBACK INTO t VALUES (1);\n"},
      {"CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'keep them'); END;\n"
       "DELETE FROM t;",
       "error 1811: 0004-d.sql:2:1: keep them\n"
       "  2 | DELETE FROM t;\n"},
  };
  for (const auto& [script, error] : cases) {
    Started test("INSERT INTO t VALUES (1);");
    test.project.Script("0002-b.sql", "INSERT INTO t VALUES (22);");
    test.project.Script("0003-c.sql", "INSERT INTO t VALUES (33);");
    test.project.Script("0004-d.sql", script);
    test.project.Script("0005-e.sql", "INSERT INTO t VALUES (55);");
    EXPECT_EQ(
        Apply(test.db, test.project),
        error +
            "    | ^\n"
            "database stays at version 3; 2 of 4 scripts were applied, this one was rolled back");
    EXPECT_EQ(test.State(), "3: 1,22,33");
  }
}

TEST(Applier, SurvivesARollbackInTheVeryFirstScript) {
  Project project;
  project.Script("0001-a.sql",
                 "CREATE TABLE t (a UNIQUE);\nINSERT OR ROLLBACK INTO t VALUES (1), (1);");
  Database db = project.Open();
  EXPECT_EQ(
      Apply(db, project),
      "error 2067: 0001-a.sql:2:1: UNIQUE constraint failed: t.a\n"
      "  2 | INSERT OR ROLLBACK INTO t VALUES (1), (1);\n"
      "    | ^\n"
      "database stays without a version; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_TRUE(db.InAutocommit());
  EXPECT_EQ(TableNames(db), "");
}

// --- a script must not move the version

TEST(Applier, RefusesAScriptThatChangesOurTables) {
  const std::vector<std::string> scripts = {
      "UPDATE _meta SET version = 7;",
      "DELETE FROM main._meta;",
      "UPDATE \"_META\" SET version = 1; UPDATE [_meta] SET version = version + 1;",
      "DROP TABLE _meta;",
      "ALTER TABLE _meta RENAME TO other;",
      "ALTER TABLE _meta ADD COLUMN x;",
      "ALTER TABLE _meta RENAME COLUMN version TO v;",
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE _meta SET version = 9; END;\n"
      "INSERT INTO t VALUES (5);",
      "CREATE TRIGGER r AFTER UPDATE ON _meta BEGIN SELECT 1; END;",
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM _fastmigrate_history; END;",
      "CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN UPDATE _meta SET version = 9; END;\n"
      "INSERT INTO t VALUES (5);",
      "CREATE INDEX i ON _meta (version);",
      "DELETE FROM _fastmigrate_history;",
      "UPDATE _fastmigrate_history SET checksum = 'x';",
      "DROP TABLE _fastmigrate_history;",
      "INSERT INTO _fastmigrate_history (version, previous_version, origin, applied_at, "
      "extension_version) VALUES (9, 8, 'applied', '', '');",
      "BEGIN; UPDATE _meta SET version = 7; COMMIT;",
  };
  for (const std::string& script : scripts) {
    Started test;
    test.project.Script("0002-b.sql", script);
    EXPECT_EQ(Apply(test.db, test.project),
              "error 1: 0002-b.sql: a script must not change main._meta or "
              "main._fastmigrate_history; fastmigrate moves the version itself\n"
              "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back")
        << script;
    EXPECT_EQ(test.State(), "1: ") << script;
    EXPECT_EQ(Query(test.db, "SELECT count(*) FROM _fastmigrate_history"), "1") << script;
  }
}

TEST(Applier, RefusesAScriptThatChangesAColumnThatAnotherVersionHasAdded) {
  Started test;
  ASSERT_EQ(Query(test.db, "ALTER TABLE _fastmigrate_history ADD COLUMN newer"), "");
  test.project.Script("0002-b.sql", "UPDATE _fastmigrate_history SET newer = 1;");
  EXPECT_TRUE(StartsWith(Apply(test.db, test.project),
                         "error 1: 0002-b.sql: a script must not change main._meta"));
}

// What it sets holds while it is looked whether it has been at our tables: it runs in parts.
TEST(Applier, ReadsTheRecordsInTheirOrderWhateverAScriptSets) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (1);");
  test.project.Script("0003-c.sql",
                      "PRAGMA reverse_unordered_selects = ON;\nPRAGMA foreign_keys = ON;\n"
                      "INSERT INTO t VALUES (2);");
  EXPECT_EQ(Apply(test.db, test.project), "3");
  EXPECT_EQ(test.State(), "3: 1,2");
}

TEST(Applier, RefusesAScriptWhoseOlderTriggerMovesTheVersion) {
  Started test;
  Query(test.db, "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE _meta SET version = 9; END");
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (1);");
  EXPECT_EQ(
      Apply(test.db, test.project),
      "error 1: 0002-b.sql: a script must not change main._meta or main._fastmigrate_history; "
      "fastmigrate moves the version itself\n"
      "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
}

// The trigger acts in a later script.
TEST(Applier, RefusesTheScriptThatMakesATriggerNotTheOneInWhichItActs) {
  for (const char* action : {"DELETE FROM _fastmigrate_history", "UPDATE \"_META\" SET version = 9",
                             "INSERT INTO [_meta] VALUES (2, 2)"}) {
    for (const char* temp : {"", "TEMP "}) {
      Started test;
      test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
      test.project.Script(
          "0003-c.sql",
          std::string("CREATE ") + temp + "TRIGGER r AFTER INSERT ON t BEGIN " + action + "; END;");
      test.project.Script("0004-d.sql", "INSERT INTO t VALUES (4);");
      EXPECT_EQ(
          Apply(test.db, test.project),
          *temp != '\0'
              ? "4"
              : "error 1: 0003-c.sql: a script must not change main._meta or "
                "main._fastmigrate_history; fastmigrate moves the version itself\n"
                "database stays at version 2; 1 of 3 scripts were applied, this one was rolled "
                "back")
          << action;
      EXPECT_EQ(test.State(), *temp != '\0' ? "4: 2,4" : "2: 2");
      EXPECT_EQ(Query(test.db, "SELECT count(*) FROM _fastmigrate_history"),
                *temp != '\0' ? "4" : "2");
    }
  }
}

TEST(Applier, ShowsAScriptTheVersionBeforeIt) {
  struct Case {
    std::string first, second, fourth;
  };
  const std::vector<Case> cases = {
      {"", "", "INSERT INTO t SELECT 100 + version FROM _meta;"},
      {"", "", "INSERT INTO t VALUES (100 + Fastmigrate_Version());"},
      {"", "", "SELECT see_it();"},
      {"", "", "WITH w AS (SELECT see_it() a) INSERT INTO w2 SELECT a FROM w;"},
      {"CREATE VIEW v AS SELECT version FROM [_META];", "",
       "INSERT INTO t SELECT 100 + version FROM v;"},
      {"", "CREATE VIEW v AS SELECT version FROM [_META];",
       "INSERT INTO t SELECT 100 + version FROM v;"},
      {"CREATE TABLE d (a, b DEFAULT (fastmigrate_version()));", "",
       "INSERT INTO d (a) VALUES (1); INSERT INTO t SELECT 100 + b FROM d;"},
      {"", "CREATE TABLE d (a, b DEFAULT (fastmigrate_version()));",
       "INSERT INTO d (a) VALUES (1); INSERT INTO t SELECT 100 + b FROM d;"},
      {"CREATE TRIGGER r AFTER DELETE ON w2 BEGIN INSERT INTO t SELECT 100 + version FROM _meta; "
       "END;",
       "", "INSERT INTO w2 VALUES (1); DELETE FROM w2;"},
  };
  for (const Case& c : cases) {
    Started test("CREATE TABLE w2 (a);");
    EXPECT_EQ(Query(test.db, c.first), "");
    std::function<void()> see = [&] {
      EXPECT_EQ(Query(test.db, "INSERT OR REPLACE INTO t SELECT 100 + version FROM _meta"), "");
    };
    DefineAction(test.db, "see_it", &see);
    test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);\n" + c.second);
    test.project.Script("0003-c.sql", "INSERT INTO t VALUES (3);");
    test.project.Script("0004-d.sql", c.fourth);
    EXPECT_EQ(Apply(test.db, test.project), "4") << c.fourth;
    EXPECT_EQ(test.State(), "4: 2,3,103") << c.first << c.second << c.fourth;
  }
}

// A function of the application can change our tables in a script that does not name them.
TEST(Applier, FindsTheScriptInWhichAFunctionOfTheHostMovesTheVersion) {
  for (const char* action : {"UPDATE _meta SET version = 9", "DELETE FROM _fastmigrate_history"}) {
    for (const char* last : {"INSERT INTO t VALUES (5);", "SELECT 5;"}) {
      Started test;
      std::function<void()> meddle = [&] { EXPECT_EQ(Query(test.db, action), ""); };
      DefineAction(test.db, "meddle", &meddle);
      test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
      test.project.Script("0003-c.sql", "INSERT INTO t VALUES (2 + meddle());");
      test.project.Script("0004-d.sql", "INSERT INTO t VALUES (4);");
      test.project.Script("0005-e.sql", last);
      EXPECT_EQ(Apply(test.db, test.project),
                "error 1: 0003-c.sql: a script must not change main._meta or "
                "main._fastmigrate_history; fastmigrate moves the version itself\n"
                "database stays at version 2; 1 of 4 scripts were applied, this one was rolled "
                "back");
      EXPECT_EQ(test.State(), "2: 2");
      EXPECT_EQ(Query(test.db, "SELECT count(*) FROM _fastmigrate_history"), "2");
    }
  }
}

// An authorizer that answers SQLITE_IGNORE makes a write do nothing, and report nothing.
TEST(Applier, FailsWhereAnAuthorizerIgnoresItsWrites) {
  struct Case {
    int action;
    const char* table;
    const char* script;
    const char* error;
  };
  const std::vector<Case> cases = {
      {SQLITE_UPDATE, "_meta", "INSERT INTO t VALUES (2);", ""},
      {SQLITE_INSERT, "_fastmigrate_history", "INSERT INTO t VALUES (2);", ""},
      {SQLITE_UPDATE, "_meta", "PRAGMA foreign_keys = ON;\nINSERT INTO t VALUES (2);",
       "0002-b.sql: "},
      {SQLITE_INSERT, "_fastmigrate_history",
       "PRAGMA foreign_keys = ON;\nINSERT INTO t VALUES (2);", "0002-b.sql: "},
  };
  for (const Case& c : cases) {
    Started test;
    test.project.Script("0002-b.sql", c.script);
    sqlite3_set_authorizer(
        test.db.handle(),
        [](void* data, int action, const char* table, const char*, const char*, const char*) {
          const Case& ignored = *static_cast<const Case*>(data);
          bool ours = table != nullptr && std::string_view(table) == ignored.table;
          return action == ignored.action && ours ? SQLITE_IGNORE : SQLITE_OK;
        },
        const_cast<Case*>(&c));
    EXPECT_TRUE(StartsWith(
        Apply(test.db, test.project),
        std::string("error 23: ") + c.error +
            "the version and its record could not be written as they are (does this connection's "
            "authorizer ignore writes to main._meta and main._fastmigrate_history?)\n"
            "database stays at version 1; 0 of 1 scripts were applied, "));
    sqlite3_set_authorizer(test.db.handle(), nullptr, nullptr);
    EXPECT_EQ(test.State(), "1: ");
    EXPECT_EQ(Query(test.db, "SELECT count(*) FROM _fastmigrate_history"), "1");
    EXPECT_EQ(Apply(test.db, test.project), "2");
  }
}

// --- statements that no transaction can hold

TEST(Applier, RunsThemAtTheHeadAndTheTail) {
  Started test;
  test.project.folder().Write("other.db", "");
  const std::string attach =
      "ATTACH " + QuoteText(test.project.folder().Path("other.db")) + " AS o;\n";
  test.project.Script("0002-b.sql", attach +
                                        "CREATE TABLE o.u (x);\nINSERT INTO o.u VALUES (5);\n"
                                        "INSERT INTO t SELECT x FROM o.u;\nDETACH o;\n");
  test.project.Script("0003-c.sql", "PRAGMA journal_mode = WAL;\nINSERT INTO t VALUES (6);");
  EXPECT_EQ(Apply(test.db, test.project), "3");
  EXPECT_EQ(test.State(), "3: 5,6");
  EXPECT_EQ(Query(test.db, "PRAGMA journal_mode"), "wal");
}

TEST(Applier, DetachesWhatAScriptLeftAttached) {
  Started test;
  test.project.Script("0002-b.sql", "ATTACH ':memory:' AS o; CREATE TABLE o.u (x);");
  test.project.Script("0003-c.sql", "ATTACH ':memory:' AS o; SELECT nope;");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: 0003-c.sql:1:32: no such column: nope\n"
            "  1 | ATTACH ':memory:' AS o; SELECT nope;\n"
            "    |                                ^\n"
            "database stays at version 2; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_EQ(Version(test.db), "2");
  EXPECT_EQ(Query(test.db, "SELECT count(*) FROM pragma_database_list WHERE name = 'o'"), "0");
}

TEST(Applier, CommitsPartsOnEitherSideOfOneInTheMiddle) {
  Started test;
  test.project.Script(
      "0002-b.sql",
      "INSERT INTO t VALUES (2);\nATTACH ':memory:' AS o;\nINSERT INTO t VALUES (3);\n"
      "DETACH o;\nINSERT INTO t VALUES (4);");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(test.State(), "2: 2,3,4");
  EXPECT_EQ(Query(test.db, "SELECT statements FROM _fastmigrate_history WHERE version = 2"), "5");
}

TEST(Applier, MovesTheVersionBehindAScriptThatIsAllOutside) {
  Started test;
  test.project.Script("0002-b.sql", "PRAGMA journal_mode = WAL;");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(Query(test.db, "PRAGMA journal_mode"), "wal");
}

TEST(Applier, LeavesWalForARollbackJournalWhenAScriptAsksForNone) {
  for (const char* mode : {"OFF", "MEMORY"}) {
    Started test;
    ASSERT_EQ(Query(test.db, "PRAGMA journal_mode = WAL"), "wal");
    test.project.Script("0002-b.sql", std::string("PRAGMA journal_mode = ") + mode +
                                          ";\nINSERT INTO t VALUES (2);\nSELECT nope;");
    EXPECT_EQ(Apply(test.db, test.project),
              "error 1: 0002-b.sql:3:8: no such column: nope\n"
              "  3 | SELECT nope;\n"
              "    |        ^\n"
              "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
    EXPECT_EQ(test.State(), "1: ") << mode;
    EXPECT_EQ(Query(test.db, "PRAGMA journal_mode"), "delete");
    EXPECT_EQ(Query(test.db, "PRAGMA integrity_check"), "ok") << mode;
  }
}

TEST(Applier, RollsBackAScriptThatSwitchedTheJournalOffInItsOwnTransaction) {
  Started test("INSERT INTO t VALUES (1), (2), (3);");
  test.project.Script("0002-b.sql",
                      "BEGIN;\nPRAGMA journal_mode = OFF;\nDELETE FROM t;\nSELECT nope;\nCOMMIT;");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: 0002-b.sql:4:8: no such column: nope\n"
            "  4 | SELECT nope;\n"
            "    |        ^\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(test.State(), "1: 1,2,3");
  EXPECT_EQ(Query(test.db, "PRAGMA integrity_check"), "ok");
}

// --- a function of the application ends the transaction

TEST(Applier, DoesNotSayRolledBackWhenAFunctionOfTheHostHasCommitted) {
  for (bool second : {false, true}) {
    for (const std::string& head : {std::string(), std::string("PRAGMA foreign_keys = ON;\n")}) {
      Started test;
      std::function<void()> commit = [&] { EXPECT_EQ(Query(test.db, "COMMIT"), ""); };
      DefineAction(test.db, "commit_it", &commit);
      if (second) test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
      test.project.Script("0003-c.sql", head +
                                            "INSERT INTO t VALUES (3);\n"
                                            "SELECT commit_it();\nINSERT INTO t VALUES (4);");
      test.project.Script("0004-d.sql", "INSERT INTO t VALUES (5);");
      EXPECT_EQ(Apply(test.db, test.project),
                std::string("error 1: 0003-c.sql:") + (head.empty() ? "2" : "3") +
                    ":1: a function that this statement calls has ended the transaction in which "
                    "the script runs\n  " +
                    (head.empty() ? "2" : "3") +
                    " | SELECT commit_it();\n    | ^\ndatabase stays at version " +
                    (second ? "2; 1 of 3" : "1; 0 of 2") +
                    " scripts were applied, a part of this one may be committed");
      EXPECT_EQ(test.State(), second ? "2: 2,3" : "1: 3");
    }
  }
}

// With STAT4, SQLite calls a deterministic function while it compiles a statement, when nothing is
// written yet. Then a COMMIT succeeds in one that would write.
TEST(Applier, HasMovedTheVersionWhenAFunctionCommitsWhileAStatementIsCompiled) {
  if (sqlite3_compileoption_used("ENABLE_STAT4") == 0) GTEST_SKIP() << "SQLite without STAT4";
  Started test;
  EXPECT_EQ(Query(test.db,
                  "CREATE TABLE s (a, b); CREATE INDEX sa ON s (a); CREATE INDEX sb ON s (b); "
                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
                  "INSERT INTO s SELECT i, i % 50 FROM n; ANALYZE"),
            "");
  auto commit = [](sqlite3_context* context, int, sqlite3_value**) {
    sqlite3_exec(sqlite3_context_db_handle(context), "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_result_int(context, 1);
  };
  ASSERT_EQ(sqlite3_create_function_v2(test.db.handle(), "commit_it", 0,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, commit, nullptr,
                                       nullptr, nullptr),
            SQLITE_OK);
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  test.project.Script("0003-c.sql",
                      "INSERT INTO t VALUES (3);\n"
                      "UPDATE s SET b = 1 WHERE a > commit_it() AND b > 3;");
  const std::string message = Apply(test.db, test.project);
  EXPECT_NE(message.find("database stays at version 2; 1 of 2 scripts were applied, a part of this "
                         "one may be committed"),
            std::string::npos)
      << message;
  EXPECT_EQ(test.State(), "2: 2,3");
}

// The script has no transaction of its own any more, but is in one. (That the first was not
// committed cannot be told.)
TEST(Applier, FindsThatAFunctionOfTheHostHasBegunAnotherTransaction) {
  for (const std::string& head : {std::string(), std::string("PRAGMA foreign_keys = ON;\n")}) {
    Started test;
    std::function<void()> begin_again = [&] { EXPECT_EQ(Query(test.db, "ROLLBACK; BEGIN"), ""); };
    DefineAction(test.db, "begin_again", &begin_again);
    test.project.Script("0002-b.sql", head +
                                          "INSERT INTO t VALUES (2);\nSELECT begin_again();\n"
                                          "INSERT INTO t VALUES (3);");
    EXPECT_EQ(Apply(test.db, test.project),
              "error 1: 0002-b.sql: a function that a statement of it calls has ended the "
              "transaction in which the script runs (no such savepoint: fastmigrate script)\n"
              "database stays at version 1; 0 of 1 scripts were applied, a part of this one may be "
              "committed");
    EXPECT_EQ(test.State(), "1: ");
  }
}

TEST(Applier, GoesOnWithoutTheScriptInWhichAFunctionOfTheHostRollsBack) {
  Started test;
  std::function<void()> rollback = [&] { EXPECT_EQ(Query(test.db, "ROLLBACK"), ""); };
  DefineAction(test.db, "roll_back", &rollback);
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  test.project.Script("0003-c.sql", "INSERT INTO t VALUES (3);\nSELECT roll_back();");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: 0003-c.sql:2:1: a function that this statement calls has ended the "
            "transaction in which the script runs\n"
            "  2 | SELECT roll_back();\n"
            "    | ^\n"
            "database stays at version 2; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_EQ(test.State(), "2: 2");
  test.project.Script("0003-c.sql", "INSERT INTO t VALUES (3);\nINSERT INTO t SELECT roll_back();");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 516: 0003-c.sql:2:1: abort due to ROLLBACK\n"
            "  2 | INSERT INTO t SELECT roll_back();\n"
            "    | ^\n"
            "database stays at version 2; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(test.State(), "2: 2");
}

// --- a script of several transactions

// Of several processes one runs it, whether its text comes out of a folder, a copy of the folder,
// or a bundle: they meet beside the database.
TEST(Applier, LocksOutOthersWhileAScriptOfSeveralTransactionsRuns) {
  for (const bool is_bundle : {false, true}) {
    Started test;
    const std::string lock = test.project.file() + ".fastmigrate-lock";
    std::string seen;
    std::function<void()> look = [&] {
      Result<FileLock> second = FileLock::AcquireBeside(test.project.file(), [] { return true; });
      seen += second ? "free " : "locked ";
    };
    DefineAction(test.db, "look", &look);
    test.project.Script("0002-b.sql",
                        "SELECT look();\nVACUUM;\nSELECT look();\nCREATE TABLE b (x);");
    const std::string scripts = is_bundle
                                    ? "fastmigrate_bundle(" + QuoteText(test.project.dir()) + ")"
                                    : QuoteText(test.project.dir());
    EXPECT_EQ(Query(test.db, "SELECT fastmigrate_apply(" + scripts + ")"), "2");
    EXPECT_EQ(seen, "locked locked ");
    EXPECT_FALSE(std::filesystem::exists(lock));
  }
}

TEST(Applier, MakesNoLockFileForAScriptOfOneTransactionOrADatabaseWithoutAFile) {
  Started test;
  std::string seen;
  std::function<void()> look = [&] {
    const std::string path = test.project.file() + ".fastmigrate-lock";
    seen += std::filesystem::exists(path) ? "lock " : "none ";
  };
  DefineAction(test.db, "look", &look);
  test.project.Script("0002-b.sql", "SELECT look();");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  Database memory = OpenHost();
  DefineAction(memory, "look", &look);
  test.project.Script("0003-c.sql",
                      "CREATE TABLE c (x); ATTACH ':memory:' AS o; SELECT look(); DETACH o; "
                      "CREATE TABLE d (x);");
  EXPECT_EQ(Apply(memory, test.project), "3");
  EXPECT_EQ(seen, "none none none ");
}

// --- commits

TEST(Applier, SharesOneCommitAmongScripts) {
  Started test;
  for (int version = 2; version < 30; ++version) {
    test.project.Script((version < 10 ? "000" : "00") + std::to_string(version) + "-x.sql",
                        "INSERT INTO t VALUES (" + std::to_string(version) + ");");
  }
  int commits = 0;
  sqlite3_commit_hook(
      test.db.handle(), [](void* count) { return ++*static_cast<int*>(count), 0; }, &commits);
  EXPECT_EQ(Apply(test.db, test.project), "29");
  // One, unless the machine is so slow that they took seconds.
  EXPECT_LT(commits, 14);
}

TEST(Applier, ObeysACommitHookThatRefuses) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  sqlite3_commit_hook(
      test.db.handle(), [](void*) { return 1; }, nullptr);
  EXPECT_EQ(Apply(test.db, test.project),
            "error 531: cannot commit 0002-b.sql: constraint failed\n"
            "database stays at version 1; 0 of 1 scripts were applied, what ran since the last "
            "commit was rolled back");
  EXPECT_EQ(test.State(), "1: ");
  sqlite3_commit_hook(test.db.handle(), nullptr, nullptr);
  EXPECT_EQ(Apply(test.db, test.project), "2");
}

TEST(Applier, ObeysACommitHookThatRefusesAPart) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);\nATTACH ':memory:' AS o;");
  sqlite3_commit_hook(
      test.db.handle(), [](void*) { return 1; }, nullptr);
  EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 531:"));
  EXPECT_EQ(test.State(), "1: ");
}

// --- a version that was set back by hand

// The record of a script that the folder has no more, and that this database has not had as it is
// now, would say of it that it is missing, and that those below it came late.
TEST(Applier, ForgetsWhatWasRecordedAboveAVersionThatWasSetBack) {
  for (const char* script : {"INSERT INTO t VALUES (4);",
                             "ATTACH ':memory:' AS o;\nINSERT INTO t VALUES (4);\nDETACH o;"}) {
    Started test;
    test.project.Script("0003-c.sql", "INSERT INTO t VALUES (3);");
    EXPECT_EQ(Apply(test.db, test.project), "3");
    Query(test.db, "UPDATE _meta SET version = 1; DELETE FROM t");
    std::filesystem::remove(test.project.dir() + "/0003-c.sql");
    test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
    test.project.Script("0004-d.sql", script);
    test.project.Script("0005-fails.sql", "INSERT INTO missing VALUES (1);");
    EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 1: 0005-fails.sql:1:")) << script;
    EXPECT_EQ(test.State(), "4: 2,4") << script;
    EXPECT_EQ(Query(test.db, "SELECT version, name FROM fastmigrate_history()"),
              "1|0001-t.sql\n2|0002-b.sql\n4|0004-d.sql")
        << script;
  }
}

// Whatever part of it is committed.
TEST(Applier, KeepsWhatWasRecordedAboveAVersionThatDoesNotMove) {
  for (const char* script :
       {"INSERT INTO missing VALUES (1);",
        "INSERT INTO t VALUES (7);\nATTACH ':memory:' AS o;\nINSERT INTO missing VALUES (1);"}) {
    Started test;
    test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
    EXPECT_EQ(Apply(test.db, test.project), "2");
    Query(test.db, "UPDATE _meta SET version = 1");
    test.project.Script("0002-b.sql", script);
    EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 1: 0002-b.sql:")) << script;
    EXPECT_EQ(Query(test.db, "SELECT group_concat(version) FROM fastmigrate_history()"), "1,2")
        << script;
  }
}

// A table that neither program has made, in which nothing keeps two records of a version apart.
TEST(Applier, LeavesOneRecordOfAVersionInATableWithoutAKey) {
  Project project;
  Database db = project.Open();
  project.Script("0001-one.sql", "CREATE TABLE one (a);");
  project.Script("0002-two.sql", "INSERT INTO one VALUES (1);");
  Query(db,
        "CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER); CREATE TABLE one (a);"
        "INSERT INTO _meta VALUES (1, 1); CREATE TABLE _fastmigrate_history (version, "
        "previous_version, name, kind, origin, checksum, applied_at, duration_ms, statements, "
        "extension_version); INSERT INTO _fastmigrate_history VALUES (2, 0, '0001-one.sql', 'sql', "
        "'applied', 'x', 'now', 1.5, 1, '9')");
  for (int call = 1; call <= 2; ++call) EXPECT_EQ(Apply(db, project), "2");
  EXPECT_EQ(Query(db, "SELECT name FROM fastmigrate_history()"), "0002-two.sql");
}

// --- other processes

TEST(Applier, PassesOverWhatAnotherConnectionHasAppliedMeanwhile) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  test.project.Script("0003-c.sql", "INSERT INTO t VALUES (3);");
  Database other = test.project.Open();
  bool done = false;
  StatementTrace trace(test.db, [&](std::string_view sql) {
    if (done || sql.find("BEGIN IMMEDIATE") == std::string_view::npos) return;
    done = true;
    EXPECT_EQ(Query(other, "SELECT " + CallApply(test.project, "2")), "2");
  });
  EXPECT_EQ(Apply(test.db, test.project), "3");
  EXPECT_TRUE(done);
  EXPECT_EQ(test.State(), "3: 2,3");
  EXPECT_EQ(Query(test.db, "SELECT count(*) FROM _fastmigrate_history"), "3");
}

TEST(Applier, PassesOverAllThatAnotherConnectionHasApplied) {
  for (const char* script : {"INSERT INTO t VALUES (2);",
                             "ATTACH ':memory:' AS o;\nINSERT INTO t VALUES (2);\nDETACH o;"}) {
    Started test;
    test.project.Script("0002-b.sql", script);
    Database other = test.project.Open();
    bool done = false;
    StatementTrace trace(test.db, [&](std::string_view sql) {
      if (done || sql.find("BEGIN IMMEDIATE") == std::string_view::npos) return;
      done = true;
      EXPECT_EQ(Apply(other, test.project), "2");
    });
    EXPECT_EQ(Apply(test.db, test.project), "2") << script;
    EXPECT_TRUE(done);
    EXPECT_EQ(test.State(), "2: 2") << script;
  }
}

TEST(Applier, RefusesWhenTheVersionWentBackMeanwhile) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  Database other = test.project.Open();
  StatementTrace trace(test.db, [&](std::string_view sql) {
    if (sql.find("BEGIN IMMEDIATE") == std::string_view::npos) return;
    Query(other, "UPDATE _meta SET version = 0");
  });
  EXPECT_EQ(Apply(test.db, test.project),
            "error 1: the database went back from version 1 to 0 meanwhile; try again\n"
            "database stays at version 0; 0 of 1 scripts were applied, this one was not run");
  EXPECT_EQ(test.State(), "0: ");
}

TEST(Applier, WaitsForAnotherConnectionsLock) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  Database other = test.project.Open();
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  int begins = 0;
  StatementTrace trace(test.db, [&](std::string_view sql) {
    if (sql.find("BEGIN IMMEDIATE") == std::string_view::npos) return;
    if (++begins == 3) {
      EXPECT_EQ(Query(other, "COMMIT"), "");
    }
  });
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(begins, 3);
}

TEST(Applier, WaitsForAnotherConnectionThatCommits) {
  // An exclusive lock keeps even the version from being read.
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  Database other = test.project.Open();
  ASSERT_EQ(Query(other, "BEGIN EXCLUSIVE"), "");
  int tries = 0;
  BusyHook hook(test.db, [&] {
    if (++tries == 3) {
      EXPECT_EQ(Query(other, "COMMIT"), "");
    }
  });
  EXPECT_EQ(Apply(test.db, test.project), "2");
}

// --- interrupts

TEST(Applier, InterruptLeavesNoTransactionOpenAndNothingHalfDone) {
  const std::vector<std::string> scripts = {
      "SELECT interrupt();",
      "INSERT INTO t SELECT interrupt();",
      "INSERT INTO t VALUES (interrupt());\nINSERT INTO t VALUES (5);",
      "BEGIN;\nINSERT INTO t VALUES (5);\nSELECT interrupt();\nCOMMIT;",
      "SAVEPOINT a;\nINSERT INTO t VALUES (5);\nSELECT interrupt();\nRELEASE a;",
      "INSERT INTO t VALUES (5);\nATTACH ':memory:' AS o;\nINSERT INTO t VALUES (6);\nDETACH o;\n"
      "SELECT interrupt();",
      "DROP TABLE _meta;\nSELECT interrupt();",
      "DELETE FROM _meta;\nSELECT interrupt();",
      "CREATE TEMP TABLE x AS SELECT interrupt();",
  };
  for (const std::string& script : scripts) {
    Started test;
    std::function<void()> interrupt = [&] { sqlite3_interrupt(test.db.handle()); };
    DefineAction(test.db, "interrupt", &interrupt);
    test.project.Script("0002-b.sql", script);
    EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 9:")) << script;
    EXPECT_TRUE(test.db.InAutocommit()) << script;
    EXPECT_EQ(Version(test.project.Open()), "1") << script;
    // The connection works as before.
    test.project.Script("0002-b.sql", "INSERT INTO t VALUES (7);");
    EXPECT_EQ(Apply(test.db, test.project), "2") << script;
  }
}

TEST(Applier, InterruptIsReportedWithItsPlace) {
  Started test;
  std::function<void()> interrupt = [&] { sqlite3_interrupt(test.db.handle()); };
  DefineAction(test.db, "interrupt", &interrupt);
  test.project.Script("0002-b.sql", "SELECT 1;\nSELECT interrupt() FROM (VALUES (1), (2), (3));");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 9: 0002-b.sql:2:1: interrupted\n"
            "  2 | SELECT interrupt() FROM (VALUES (1), (2), (3));\n"
            "    | ^\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
}

TEST(Applier, InterruptFromAnUpdateHookStopsAScript) {
  Started test;
  sqlite3_update_hook(
      test.db.handle(),
      [](void* handle, int, const char*, const char*, sqlite3_int64) {
        sqlite3_interrupt(static_cast<sqlite3*>(handle));
      },
      test.db.handle());
  test.project.Script(
      "0002-b.sql",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t "
      "SELECT i FROM n;");
  EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 9:"));
  EXPECT_EQ(test.State(), "1: ");
}

TEST(Applier, InterruptWhileItWaitsForALockStopsTheWaiting) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  Database other = test.project.Open();
  ASSERT_EQ(Query(other, "BEGIN IMMEDIATE"), "");
  StatementTrace trace(test.db, [&](std::string_view sql) {
    if (sql.find("BEGIN IMMEDIATE") != std::string_view::npos) sqlite3_interrupt(test.db.handle());
  });
  EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 9:"));
  EXPECT_EQ(Version(test.db), "1");
}

TEST(Applier, ProgressHandlerThatStopsStopsAScript) {
  for (int operations : {1, 50}) {
    Started test;
    test.project.Script("0002-b.sql",
                        "INSERT INTO t VALUES (5);\n"
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                        "count(*) FROM n;");
    static int calls;
    calls = 0;
    // Lets a while pass, then stops whatever runs, the undoing as well.
    sqlite3_progress_handler(
        test.db.handle(), operations, [](void*) { return ++calls > 100000 ? 1 : 0; }, nullptr);
    EXPECT_TRUE(StartsWith(Apply(test.db, test.project), "error 9:"));
    EXPECT_TRUE(test.db.InAutocommit());
    EXPECT_GT(calls, 100000);
    sqlite3_progress_handler(test.db.handle(), 0, nullptr, nullptr);
    EXPECT_EQ(test.State(), "1: ");
  }
}

// --- hooks of the host

TEST(Applier, LeavesTheHostsHooksInPlace) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  static int updates, commits, rollbacks, authorizations;
  updates = commits = rollbacks = authorizations = 0;
  sqlite3* handle = test.db.handle();
  sqlite3_update_hook(
      handle, [](void*, int, const char*, const char*, sqlite3_int64) { ++updates; }, nullptr);
  sqlite3_commit_hook(
      handle, [](void*) { return ++commits, 0; }, nullptr);
  sqlite3_rollback_hook(
      handle, [](void*) { ++rollbacks; }, nullptr);
  sqlite3_set_authorizer(
      handle,
      [](void*, int, const char*, const char*, const char*, const char*) {
        return ++authorizations, SQLITE_OK;
      },
      nullptr);
  ASSERT_EQ(Apply(test.db, test.project), "2");
  EXPECT_GT(updates, 0);
  EXPECT_EQ(commits, 1);
  EXPECT_GT(authorizations, 0);
  updates = commits = authorizations = 0;
  Query(test.db, "INSERT INTO t VALUES (3); BEGIN; ROLLBACK");
  EXPECT_EQ(updates, 1);
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(rollbacks, 1);
  EXPECT_GT(authorizations, 0);
}

TEST(Applier, ObeysTheHostsAuthorizer) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t VALUES (2);\nDROP TABLE t;");
  sqlite3_set_authorizer(
      test.db.handle(),
      [](void*, int action, const char*, const char*, const char*, const char*) {
        return action == SQLITE_DROP_TABLE ? SQLITE_DENY : SQLITE_OK;
      },
      nullptr);
  EXPECT_EQ(Apply(test.db, test.project),
            "error 23: 0002-b.sql:2:1: not authorized\n"
            "  2 | DROP TABLE t;\n"
            "    | ^\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(test.State(), "1: ");
}

// --- what a folder gives, behind version 1, and what is there then

struct FolderCase {
  const char* fact;
  std::vector<std::pair<std::string, std::string>> scripts;  // behind 0001-t.sql
  std::string result;
  std::string state;
};

void PrintTo(const FolderCase& folder, std::ostream* out) { *out << folder.fact; }

class AppliedFolder : public testing::TestWithParam<FolderCase> {};

TEST_P(AppliedFolder, GivesItsResultAndState) {
  Started test;
  for (const auto& [name, text] : GetParam().scripts) test.project.Script(name, text);
  EXPECT_EQ(Apply(test.db, test.project), GetParam().result);
  EXPECT_EQ(test.State(), GetParam().state);
}

const FolderCase kFolders[] = {
    {"FailingScriptAloneIsRolledBack",
     {{"0002-b.sql", "INSERT INTO t VALUES (2);"},
      {"0003-c.sql", "INSERT INTO t VALUES (3);\nINSERT INTO t VALUES (nope);"},
      {"0004-d.sql", "INSERT INTO t VALUES (4);"}},
     "error 1: 0003-c.sql:2:23: no such column: nope\n"
     "  2 | INSERT INTO t VALUES (nope);\n"
     "    |                       ^\n"
     "database stays at version 2; 1 of 3 scripts were applied, this one was rolled back",
     "2: 2"},
    {"LetsAScriptReadOurTables",
     {{"0002-b.sql", "INSERT INTO t SELECT version + 40 FROM _meta;"}},
     "2",
     "2: 41"},
    {"RefusesAChangeOfOurTablesInAPartToo",
     {{"0002-b.sql", "PRAGMA foreign_keys = ON;\nUPDATE _meta SET version = 7;"}},
     "error 1: 0002-b.sql: a script must not change main._meta or main._fastmigrate_history; "
     "fastmigrate moves the version itself\n"
     "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back",
     "1: "},
    {"SaysUpToWhichLineAScriptIsCommitted",
     {{"0002-b.sql",
       "INSERT INTO t\n  VALUES (2);\n\nATTACH ':memory:' AS o;\nINSERT INTO t VALUES (3);\n"
       "DETACH o;\nINSERT INTO t VALUES (4);\nINSERT INTO t VALUES (nope);"}},
     "error 1: 0002-b.sql:8:23: no such column: nope\n"
     "  8 | INSERT INTO t VALUES (nope);\n"
     "    |                       ^\n"
     "database stays at version 1; 0 of 1 scripts were applied, this one is committed up to "
     "line 5",
     "1: 2,3"},
    {"FailingFirstPartIsRolledBack",
     {{"0002-b.sql", "INSERT INTO t VALUES (2);\nSELECT nope;\nATTACH ':memory:' AS o;"}},
     "error 1: 0002-b.sql:2:8: no such column: nope\n"
     "  2 | SELECT nope;\n"
     "    |        ^\n"
     "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back",
     "1: "},
    {"FailingHeadLeavesNothing",
     {{"0002-b.sql", "ATTACH '/nowhere/at/all' AS o;\nINSERT INTO t VALUES (2);"}},
     "error 14: 0002-b.sql:1:1: unable to open database: /nowhere/at/all\n"
     "  1 | ATTACH '/nowhere/at/all' AS o;\n"
     "    | ^\n"
     "database stays at version 1; 0 of 1 scripts were applied, this one was not run",
     "1: "},
    {"FailingTailIsToldFromTheScript",
     {{"0002-b.sql", "INSERT INTO t VALUES (2);\n\nDETACH nope;"}},
     "error 1: 0002-b.sql:3:1: no such database: nope\n"
     "  3 | DETACH nope;\n"
     "    | ^\n"
     "database stays at version 2; 1 of 1 scripts were applied, this one is committed, but what "
     "stands behind line 1 failed",
     "2: 2"},
};

INSTANTIATE_TEST_SUITE_P(Applier, AppliedFolder, testing::ValuesIn(kFolders),
                         [](const testing::TestParamInfo<FolderCase>& one) {
                           return std::string(one.param.fact);
                         });

}  // namespace
}  // namespace fastmigrate
