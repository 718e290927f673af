#include "migrate/script_runner.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// Applies one script to a database at version 0, in memory; "" or the error without the lines that
// say what became of the database.
std::string RunScript(const Database& db, const std::string& text) {
  Project project;
  project.Script("0001-a.sql", text);
  std::string result = Apply(db, project);
  if (result == "1") return "";
  size_t end = result.find("\ndatabase stays ");
  EXPECT_EQ(
      result.substr(std::min(end, result.size())),
      "\ndatabase stays without a version; 0 of 1 scripts were applied, this one was rolled back")
      << result;
  EXPECT_EQ(Version(db), "NULL");
  EXPECT_TRUE(db.InAutocommit());
  return result.substr(0, end);
}

std::string ErrorOf(const std::string& text) {
  Database db = OpenHost();
  return RunScript(db, text);
}

// What the table t holds after the script.
std::string RowsAfter(const std::string& text) {
  Database db = OpenHost();
  std::string error = RunScript(db, "CREATE TABLE t (a);\n" + text);
  return error.empty() ? Query(db, "SELECT coalesce(group_concat(a), '') FROM t") : error;
}

TEST(ScriptRunner, RunsEveryStatement) {
  EXPECT_EQ(RowsAfter("INSERT INTO t VALUES (1);;\n-- two\nINSERT INTO t VALUES (2); /* three */ "
                      "INSERT INTO t VALUES (3)"),
            "1,2,3");
}

TEST(ScriptRunner, RunsScriptsOfNothing) {
  for (const char* text : {"", "\n", "-- nothing", "/* nothing */", ";;;", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(ErrorOf(text), "") << text;
  }
}

TEST(ScriptRunner, RunsWhatStandsBehindAByteOrderMarkInTheMiddle) {
  EXPECT_EQ(RowsAfter("INSERT INTO t VALUES (1);\n\xEF\xBB\xBF"
                      "BEGIN;\nINSERT INTO t VALUES (2);\nCOMMIT;\n"),
            "1,2");
}

TEST(ScriptRunner, ReadsEveryRowOfASelect) {
  Database db = OpenHost();
  int calls = 0;
  std::function<void()> action = [&calls] { ++calls; };
  DefineAction(db, "act", &action);
  EXPECT_EQ(RunScript(db, "SELECT act() FROM (VALUES (1), (2), (3)); SELECT act();"), "");
  EXPECT_EQ(calls, 4);
}

TEST(ScriptRunner, PointsAtTheErrorWhereSqliteTellsThePlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SELEC 1;",
       "error 1: 0001-a.sql:1:1: near \"SELEC\": syntax error\n  1 | SELEC 1;\n    | ^"},
      {"CREATE TABLE t (a);\n\nUPDATE t SET emial = lower(a);\n",
       "error 1: 0001-a.sql:3:14: no such column: emial\n"
       "  3 | UPDATE t SET emial = lower(a);\n    |              ^"},
      {"SELECT 1;\nINSERT INTO users VALUES (1);",
       "error 1: 0001-a.sql:2:13: no such table: users\n"
       "  2 | INSERT INTO users VALUES (1);\n    |             ^"},
      {"SELECT 'grüß', nope;",
       "error 1: 0001-a.sql:1:16: no such column: nope\n"
       "  1 | SELECT 'grüß', nope;\n    |                ^"},
      {"SELECT\r\n  nope;\r\n",
       "error 1: 0001-a.sql:2:3: no such column: nope\n  2 |   nope;\n    |   ^"},
      {"SELECT 1;\nSELECT (1;",
       "error 1: 0001-a.sql:2:10: near \";\": syntax error\n  2 | SELECT (1;\n    |          ^"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(ErrorOf(text), error) << text;
}

TEST(ScriptRunner, PointsAtTheStatementWhenItFailsWhileItRuns) {
  EXPECT_EQ(ErrorOf("CREATE TABLE t (a UNIQUE);\n"
                    "-- the first\n  INSERT INTO t VALUES (1); INSERT INTO t\n  VALUES (1);"),
            "error 2067: 0001-a.sql:3:29: UNIQUE constraint failed: t.a\n"
            "  3 |   INSERT INTO t VALUES (1); INSERT INTO t\n"
            "    |                             ^");
}

TEST(ScriptRunner, NeverPointsOutsideOfTheStatement) {
  // SQLite finds these in SQL that is not the script's.
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"CREATE TABLE t (a, b);\nCREATE VIEW v AS SELECT a FROM t;\nALTER TABLE t DROP COLUMN a;",
       "error 1: 0001-a.sql:3:"},
      {"CREATE TABLE t (a);\nCREATE VIEW v AS SELECT nope FROM t;\nALTER TABLE t RENAME TO u;",
       "error 1: 0001-a.sql:3:"},
      {"CREATE TABLE t (a);\nCREATE VIEW v AS SELECT nope FROM t;\nSELECT * FROM v;",
       "error 1: 0001-a.sql:3:"},
      {"CREATE TABLE t (a);\nCREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (1); "
       "END;\nINSERT INTO t VALUES (1);",
       "error 1: 0001-a.sql:3:"},
  };
  for (const auto& [text, beginning] : cases) {
    EXPECT_EQ(ErrorOf(text).substr(0, beginning.size()), beginning) << text;
  }
}

// What SQLite is not given as it stands is a syntax error where it would be one.
TEST(ScriptRunner, RefusesWhatSqliteCannotParseThoughItHasNoEffectHere) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"PRAGMA foreign_keys = OFF (3);", "1:27: near \"(\": syntax error"},
      {"CREATE TABLE t (a);\nPRAGMA foreign_keys = ON 3;", "2:26: near \"3\": syntax error"},
      {"BEGIN; PRAGMA main.foreign_keys(1) 2; COMMIT;", "1:36: near \"2\": syntax error"},
      {"BEGIN; PRAGMA defer_foreign_keys = ON OFF; COMMIT;", "1:39: near \"OFF\": syntax error"},
      {"PRAGMA defer_foreign_keys = ;", "1:29: near \";\": syntax error"},
      {"PRAGMA \"synchronous\" = OFF, 2;", "1:27: near \",\": syntax error"},
      {"EXPLAIN QUERY PLAN PRAGMA synchronous = 1 x;", "1:43: near \"x\": syntax error"},
      {"PRAGMA journal_mode = OFF now;", "1:27: near \"now\": syntax error"},
      {"PRAGMA wal_checkpoint(a b);", "1:25: near \"b\": syntax error"},
      {"VACUUM main t;", "1:13: near \"t\": syntax error"},
      {"BEGIN now; COMMIT;", "1:7: near \"now\": syntax error"},
      {"BEGIN; COMMIT TRANSACTION a b;", "1:29: near \"b\": syntax error"},
      {"BEGIN; ROLLBACK TRANSACTION SAVEPOINT a;", "1:39: near \"a\": syntax error"},
      {"SAVEPOINT a b; RELEASE a;", "1:13: near \"b\": syntax error"},
      {"SAVEPOINT select; RELEASE select;", "1:11: near \"select\": syntax error"},
      {"SAVEPOINT a; RELEASE a, b;", "1:23: near \",\": syntax error"},
      {"SAVEPOINT a; ROLLBACK TO SAVEPOINT a now; RELEASE a;", "1:38: near \"now\": syntax error"},
      {"SELECT 1; COMMIT '", "1:18: this string has no end (a single quote)"},
  };
  for (const auto& [text, error] : cases) {
    Database db = OpenHost();
    Project project;
    project.Script("0001-a.sql", text);
    std::string result = Apply(db, project);
    EXPECT_EQ(result.substr(0, result.find('\n')), "error 1: 0001-a.sql:" + error) << text;
    EXPECT_EQ(TableNames(db), "") << text;
    EXPECT_EQ(Version(db), "NULL") << text;
    EXPECT_NE(sqlite3_exec(OpenDatabase().handle(), text.c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK)
        << text;
  }
}

TEST(ScriptRunner, ChangesNothingOfAScriptThatSqliteCannotParseBehindACommit) {
  Project project;
  Database db = project.Open();
  project.Script("0001-a.sql", "CREATE TABLE t (a);\nVACUUM;\nPRAGMA journal_mode = WAL 2;");
  EXPECT_EQ(Apply(db, project),
            "error 1: 0001-a.sql:3:27: near \"2\": syntax error\n"
            "  3 | PRAGMA journal_mode = WAL 2;\n"
            "    |                           ^\n"
            "database stays without a version; 0 of 1 scripts were applied, this one was not run");
  EXPECT_EQ(TableNames(db), "");
}

TEST(ScriptRunner, KeepsTheResultCode) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"CREATE TABLE t (a NOT NULL); INSERT INTO t VALUES (NULL);", "error 1299:"},
      {"CREATE TABLE t (a CHECK (a > 1)); INSERT INTO t VALUES (1);", "error 275:"},
      {"CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES ('x');", "error 20:"},
      {"SELECT nope;", "error 1:"},
  };
  for (const auto& [text, code] : cases) {
    EXPECT_EQ(ErrorOf(text).substr(0, std::string(code).size()), code) << text;
  }
}

// --- the script's own transactions

TEST(ScriptTransactions, MeanWhatTheyMeanInPlainSqlite) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"BEGIN; INSERT INTO t VALUES (1); COMMIT;", "1"},
      {"BEGIN IMMEDIATE; INSERT INTO t VALUES (1); END TRANSACTION;", "1"},
      {"BEGIN; INSERT INTO t VALUES (1); ROLLBACK; INSERT INTO t VALUES (2);", "2"},
      {"BEGIN; INSERT INTO t VALUES (1); COMMIT; BEGIN; INSERT INTO t VALUES (2); ROLLBACK; BEGIN; "
       "INSERT INTO t VALUES (3); COMMIT;",
       "1,3"},
      {"INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK;", "1"},
      {"SAVEPOINT a; INSERT INTO t VALUES (1); RELEASE a;", "1"},
      {"SAVEPOINT a; INSERT INTO t VALUES (1); ROLLBACK TO a; INSERT INTO t VALUES (2); RELEASE a;",
       "2"},
      {"SAVEPOINT a; INSERT INTO t VALUES (1); ROLLBACK;", ""},
      {"SAVEPOINT a; INSERT INTO t VALUES (1); COMMIT;", "1"},
      {"BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2); ROLLBACK TO s; "
       "INSERT "
       "INTO t VALUES (3); COMMIT;",
       "1,3"},
      {"BEGIN; SAVEPOINT a; INSERT INTO t VALUES (1); SAVEPOINT b; INSERT INTO t VALUES (2); "
       "ROLLBACK "
       "TO a; INSERT INTO t VALUES (3); RELEASE a; COMMIT;",
       "3"},
      {"SAVEPOINT x; INSERT INTO t VALUES (1); SAVEPOINT X; INSERT INTO t VALUES (2); ROLLBACK TO "
       "x; "
       "RELEASE x; RELEASE x;",
       "1"},
      {"BEGIN; SAVEPOINT a; SAVEPOINT b; INSERT INTO t VALUES (1); COMMIT;", "1"},
      {"BEGIN; SAVEPOINT a; SAVEPOINT b; INSERT INTO t VALUES (1); ROLLBACK;", ""},
      {"SAVEPOINT \"fastmigrate script\"; INSERT INTO t VALUES (1); ROLLBACK TO \"fastmigrate "
       "script\"; INSERT INTO t VALUES (2); RELEASE \"fastmigrate script\";",
       "2"},
      {"BEGIN; SAVEPOINT a; INSERT INTO t VALUES (1); ROLLBACK TRANSACTION x TO a; COMMIT;", ""},
  };
  for (const auto& [text, rows] : cases) {
    EXPECT_EQ(RowsAfter(text), rows) << text;
    // The oracle: the same statements without us.
    Database plain = OpenDatabase();
    EXPECT_EQ(Query(plain, "CREATE TABLE t (a);" + text), "") << text;
    EXPECT_EQ(Query(plain, "SELECT coalesce(group_concat(a), '') FROM t"), rows) << text;
  }
}

TEST(ScriptTransactions, MustBeClosedOnce) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SELECT 1;\nBEGIN;\nSELECT 2;",
       "error 1: 0001-a.sql:2:1: this BEGIN has no COMMIT in the script\n  2 | BEGIN;\n    | ^"},
      {"SAVEPOINT a;",
       "error 1: 0001-a.sql:1:1: this SAVEPOINT has no RELEASE in the script\n  1 | SAVEPOINT a;\n"
       "    | ^"},
      {"SAVEPOINT a;\nROLLBACK TO a;",
       "error 1: 0001-a.sql:1:1: this SAVEPOINT has no RELEASE in the script\n  1 | SAVEPOINT a;\n"
       "    | ^"},
      {"BEGIN;\n  BEGIN;",
       "error 1: 0001-a.sql:2:3: cannot start a transaction within a transaction\n  2 |   BEGIN;\n"
       "    |   ^"},
      {"SAVEPOINT a; BEGIN;",
       "error 1: 0001-a.sql:1:14: cannot start a transaction within a transaction\n"
       "  1 | SAVEPOINT a; BEGIN;\n    |              ^"},
      {"BEGIN; COMMIT;\nCOMMIT;",
       "error 1: 0001-a.sql:2:1: cannot commit - no transaction is active\n  2 | COMMIT;\n    | ^"},
      {"END;",
       "error 1: 0001-a.sql:1:1: cannot commit - no transaction is active\n  1 | END;\n"
       "    | ^"},
      {"ROLLBACK;",
       "error 1: 0001-a.sql:1:1: cannot rollback - no transaction is active\n  1 | ROLLBACK;\n"
       "    | ^"},
      {"RELEASE a;", "error 1: 0001-a.sql:1:1: no such savepoint: a\n  1 | RELEASE a;\n    | ^"},
      {"BEGIN; ROLLBACK TO a;",
       "error 1: 0001-a.sql:1:8: no such savepoint: a\n  1 | BEGIN; ROLLBACK TO a;\n"
       "    |        ^"},
      {"SAVEPOINT a; RELEASE a; RELEASE a;",
       "error 1: 0001-a.sql:1:25: no such savepoint: a\n  1 | SAVEPOINT a; RELEASE a; RELEASE a;\n"
       "    |                         ^"},
      // Ours are not to be reached.
      {"RELEASE \"fastmigrate script\";",
       "error 1: 0001-a.sql:1:1: no such savepoint: fastmigrate script\n"
       "  1 | RELEASE \"fastmigrate script\";\n    | ^"},
      {"BEGIN; ROLLBACK TO \"fastmigrate level 0\";",
       "error 1: 0001-a.sql:1:8: no such savepoint: fastmigrate level 0\n"
       "  1 | BEGIN; ROLLBACK TO \"fastmigrate level 0\";\n    |        ^"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(ErrorOf(text), error) << text;
}

TEST(ScriptTransactions, LeaveNothingOfAScriptThatFailsBehindItsCommit) {
  Database db = OpenHost();
  EXPECT_EQ(RunScript(db, "BEGIN; CREATE TABLE t (a); COMMIT;\nSELECT nope;"),
            "error 1: 0001-a.sql:2:8: no such column: nope\n  2 | SELECT nope;\n    |        ^");
  EXPECT_EQ(TableNames(db), "");
}

// --- the host's own things

TEST(ScriptRunner, RunsOnTheHostsConnection) {
  Database db = OpenHost();
  int calls = 0;
  std::function<void()> action = [&calls] { ++calls; };
  DefineAction(db, "host_function", &action);
  sqlite3_create_collation(
      db.handle(), "host_order", SQLITE_UTF8, nullptr,
      [](void*, int a, const void* x, int b, const void* y) {
        return -std::string_view(static_cast<const char*>(x), static_cast<size_t>(a))
                    .compare({static_cast<const char*>(y), static_cast<size_t>(b)});
      });
  Query(db, "CREATE TEMP TABLE staging (a); INSERT INTO staging VALUES ('x'), ('y')");
  EXPECT_EQ(RunScript(db,
                      "CREATE TABLE t (a COLLATE host_order, b DEFAULT (host_function()));\n"
                      "INSERT INTO t (a) SELECT a FROM staging;"),
            "");
  EXPECT_EQ(Query(db, "SELECT group_concat(a) FROM (SELECT a FROM t ORDER BY a)"), "y,x");
  EXPECT_EQ(calls, 2);
}

TEST(ScriptRunner, RunsWhatSqliteHasInStore) {
  Database db = OpenHost();
  EXPECT_EQ(RunScript(db,
                      "CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT, y AS (x * 2) STORED);\n"
                      "CREATE TABLE b (k TEXT PRIMARY KEY) WITHOUT ROWID;\n"
                      "CREATE VIRTUAL TABLE c USING fts3(body);\n"
                      "CREATE INDEX i ON a (x) WHERE x > 1;\n"
                      "CREATE VIEW v AS SELECT CASE WHEN x THEN 'END;' END AS e FROM a;\n"
                      "CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN\n"
                      "  SELECT CASE WHEN new.e IS NULL THEN RAISE(ABORT, 'no; END;') END;\n"
                      "  INSERT INTO a (x) VALUES (NULL);\nEND;\n"
                      "INSERT INTO v VALUES (1);\n"
                      "WITH n(i) AS (VALUES (1), (2)) INSERT INTO b SELECT i FROM n;\n"
                      "REINDEX; ANALYZE;\n"),
            "");
  EXPECT_EQ(Query(db, "SELECT x, y FROM a; SELECT count(*) FROM b; SELECT e FROM v"),
            "1|2\n2\nEND;");
}

// --- another connection holds a lock

TEST(ScriptRunner, WaitsForALockInAStatementOutsideOfTransactions) {
  struct Case {
    const char* journal;
    const char* script;
    const char* statement;  // that meets the lock
    const char* after;      // the journal mode
  };
  const std::vector<Case> cases = {
      {"DELETE", "PRAGMA journal_mode = WAL;", "PRAGMA journal_mode = WAL", "wal"},
      {"WAL", "PRAGMA journal_mode = DELETE;", "PRAGMA journal_mode = DELETE", "delete"},
      // Asks for no journal, and gets one.
      {"WAL", "PRAGMA journal_mode = OFF;", "PRAGMA journal_mode = DELETE", "delete"},
  };
  for (const Case& c : cases) {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE t (a);");
    Database db = project.Open();
    Query(db, std::string("PRAGMA journal_mode = ") + c.journal);
    ASSERT_EQ(Apply(db, project), "1");
    project.Script("0002-b.sql", c.script);
    std::optional<Database> other;
    int tries = 0;
    StatementTrace trace(db, [&](std::string_view sql) {
      if (!sql.starts_with(c.statement)) return;
      if (++tries == 1) {
        other.emplace(OpenDatabase(project.file()));
        EXPECT_EQ(Query(*other, "BEGIN; SELECT count(*) FROM t"), "0");
      }
      if (tries == 3) other.reset();
    });
    EXPECT_EQ(Apply(db, project), "2") << c.script;
    EXPECT_EQ(tries, 3) << c.script;
    EXPECT_EQ(Query(db, "PRAGMA journal_mode"), c.after);
  }
}

// --- another statement of the host still reads

TEST(ScriptRunner, QuotesTheStatementThatKeepsADropFromWorking) {
  const std::vector<std::string> cursors = {"SELECT a FROM t",
                                            "SELECT version FROM _fastmigrate_history",
                                            "SELECT * FROM fastmigrate_history()"};
  for (const std::string& cursor : cursors) {
    Project project;
    project.Script("0001-a.sql",
                   "CREATE TABLE t (a); CREATE TABLE u (a); INSERT INTO t VALUES (1), (2);");
    Database db = project.Open();
    ASSERT_EQ(Apply(db, project), "1");
    Result<Statement> reader = db.Prepare(cursor);
    ASSERT_TRUE(*reader->Step()) << cursor;
    project.Script("0002-b.sql", "DROP TABLE u;");
    EXPECT_EQ(
        Apply(db, project),
        "error 6: 0002-b.sql:1:1: database table is locked\n"
        "  1 | DROP TABLE u;\n"
        "    | ^\n"
        "another statement of this connection still reads; finish or reset it first: " +
            cursor +
            "\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back")
        << cursor;
    reader->Reset();
    EXPECT_EQ(Apply(db, project), "2");
  }
}

TEST(ScriptRunner, RunsWhatNeedsNoDropUnderAnOpenCursor) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);");
  Database db = project.Open();
  ASSERT_EQ(Apply(db, project), "1");
  Result<Statement> reader = db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*reader->Step());
  project.Script("0002-b.sql", "CREATE TABLE u (a); INSERT INTO u VALUES (1);");
  EXPECT_EQ(Apply(db, project), "2");
  ASSERT_TRUE(*reader->Step());
  EXPECT_EQ(reader->Integer(0), 2);
}

// Our own guard of the transaction reads too, and steps aside for what may drop.
TEST(ScriptRunner, DropsHoweverTheStatementBegins) {
  for (const char* drop :
       {"DROP TABLE u;", ";DROP TABLE u;", " ; /* a */ ;; -- b\n DROP TABLE u;",
        "\xEF\xBB\xBF"
        "DROP TABLE u;",
        "BEGIN;;DROP TABLE u;COMMIT;", ";SELECT fastmigrate_recreate_table('u', 'a, b');",
        ";VALUES (fastmigrate_recreate_table('u', 'a, b'));"}) {
    Project project;
    project.Script("0001-a.sql", std::string("CREATE TABLE u (a);\n") + drop);
    Database db = project.Open();
    const bool has_mark = std::string_view(drop).starts_with("\xEF\xBB\xBF");
    // SQLite 3.34 takes a byte order mark only for a name.
    if (has_mark && Query(db, "\xEF\xBB\xBFSELECT 1") != "1") continue;
    EXPECT_EQ(Apply(db, project), "1") << drop;
  }
}

}  // namespace
}  // namespace fastmigrate
