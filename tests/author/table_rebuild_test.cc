// Rebuilding a table. Databases are compared as one text: every row of sqlite_schema, of temp's
// too, and every row of every table, with rowids and types.

#include "author/table_rebuild.h"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "sqlite/database.h"
#include "sqlite/settings.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

Database DatabaseOf(const std::string& sql) {
  Database db = OpenHost();
  EXPECT_EQ(Query(db, sql), "");
  return db;
}

std::string Recreate(const Database& db, const std::string& table, const std::string& definitions) {
  return Query(db, "SELECT fastmigrate_recreate_table(" + QuoteText(table) + ", " +
                       QuoteText(definitions) + ")");
}

// The error's message alone, or "" when it worked.
std::string ErrorOf(const Database& db, const std::string& table, const std::string& definitions) {
  Result<int64_t> rows = RebuildTable(db, table, definitions);
  return rows ? "" : rows.error().message;
}

std::string SqlOf(const Database& db, const std::string& name) {
  return Query(db, "SELECT sql FROM sqlite_schema WHERE name = " + QuoteText(name));
}

// The rows of a table, with rowids, and with values as literals, which shows their types.
std::string RowsOf(const Database& db, const std::string& table) {
  const std::string values =
      Query(db,
            "SELECT coalesce(group_concat('quote(' || name || ')', ', '), 'NULL') FROM "
            "pragma_table_info(" +
                QuoteText(table) + ", 'main')");
  return Query(db, "SELECT rowid, " + values + " FROM main." + table + " ORDER BY rowid");
}

// Everything in the database, and the settings that must come back.
std::string State(const Database& db) {
  std::string state =
      Query(db,
            "SELECT 'main', type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY type, name;"
            "SELECT 'temp', type, name, tbl_name, sql FROM temp.sqlite_schema ORDER BY type, name;"
            "PRAGMA foreign_keys; PRAGMA legacy_alter_table; SELECT last_insert_rowid()");
  for (const char* table : {"users", "posts", "log", "sqlite_sequence"}) {
    state += "\n" + std::string(table) + "\n" + RowsOf(db, table);
  }
  return state;
}

// Nothing changes when the call fails.
void ExpectRefused(const Database& db, const std::string& table, const std::string& definitions,
                   const std::string& error) {
  const std::string before = State(db);
  const bool autocommit = db.InAutocommit();
  EXPECT_EQ(Recreate(db, table, definitions), error);
  EXPECT_EQ(State(db), before);
  EXPECT_EQ(db.InAutocommit(), autocommit);
}

constexpr char kUsers[] =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"
    "INSERT INTO users VALUES (1, 'ann'), (5, 'bob'), (9, NULL)";

// Rows

TEST(TableRebuild, ReturnsTheNumberOfRows) {
  Database db = DatabaseOf(kUsers);
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT"), "3");
}

TEST(TableRebuild, RebuildsAnEmptyTable) {
  Database db = DatabaseOf("CREATE TABLE users (a)");
  EXPECT_EQ(Recreate(db, "users", "a INT NOT NULL, b INT NOT NULL"), "0");
}

TEST(TableRebuild, KeepsNamesThatNeedQuotes) {
  Database db = DatabaseOf(
      "CREATE TABLE \"a \"\"b\" (\"select\" INT, [c'd] TEXT, \"é\" INT);"
      "INSERT INTO \"a \"\"b\" VALUES (1, 'x', 2)");
  EXPECT_EQ(Recreate(db, "a \"b", "\"é\" INT, [c'd] TEXT, 'select' INT"), "1");
  EXPECT_EQ(SqlOf(db, "a \"b"), "CREATE TABLE \"a \"\"b\" (\"é\" INT, [c'd] TEXT, 'select' INT)");
  EXPECT_EQ(Query(db, "SELECT * FROM \"a \"\"b\""), "2|x|1");
}

TEST(TableRebuild, DropsNoRowForAConflictClause) {
  Database db = DatabaseOf("CREATE TABLE users (a); INSERT INTO users VALUES (1), (1), (NULL)");
  ExpectRefused(db, "users", "a UNIQUE ON CONFLICT REPLACE",
                "error 2067: cannot rebuild table users: copying its rows: UNIQUE constraint "
                "failed: users.a");
  ExpectRefused(db, "users", "a NOT NULL ON CONFLICT IGNORE",
                "error 1299: cannot rebuild table users: copying its rows: NOT NULL constraint "
                "failed: users.a (a new column needs a DEFAULT; the NULLs of an old one must be "
                "replaced first)");
  ExpectRefused(db, "users", "a CHECK (a IS NOT NULL) ON CONFLICT ROLLBACK",
                "error 1: cannot rebuild table users: its new definitions: near \"ON\": syntax "
                "error");
}

TEST(TableRebuild, KeepsLastInsertRowid) {
  Database db = DatabaseOf(kUsers);
  EXPECT_EQ(Query(db, "INSERT INTO users VALUES (3, 'c'); SELECT last_insert_rowid()"), "3");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name"), "4");
  EXPECT_EQ(Query(db, "SELECT last_insert_rowid()"), "3");
}

// Rowids

struct RowidCase {
  const char* name;
  const char* before;
  const char* definitions;
  const char* rows;  // after, with the rowid first
};

class KeptRowids : public testing::TestWithParam<RowidCase> {};

TEST_P(KeptRowids, AreTheOldOnes) {
  Database db = DatabaseOf(GetParam().before);
  EXPECT_EQ(ErrorOf(db, "t", GetParam().definitions), "");
  EXPECT_EQ(Query(db, GetParam().rows[0] == '#' ? "SELECT '#', * FROM t" : "SELECT oid, * FROM t"),
            GetParam().rows);
}

const RowidCase kRowids[] = {
    {"NoPrimaryKey", "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (3, 'x'), (-7, 'y')",
     "a TEXT", "-7|y\n3|x"},
    {"OtherPrimaryKey",
     "CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t (rowid, a) VALUES (3, 'x'), (7, 'b')",
     "a TEXT PRIMARY KEY, b", "3|x|NULL\n7|b|NULL"},
    {"ColumnNamedRowid",
     "CREATE TABLE t (rowid TEXT); INSERT INTO t (_rowid_, rowid) VALUES (3, 'x'), (7, 'y')",
     "rowid TEXT, b", "3|x|NULL\n7|y|NULL"},
    {"NewColumnNamedRowid",
     "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (3, 'x'), (7, 'y')",
     "a, rowid INT, _rowid_ TEXT", "3|x|NULL|NULL\n7|y|NULL|NULL"},
    {"PrimaryKeyNamedRowid",
     "CREATE TABLE t (rowid INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (3, 'x'), (7, 'y')",
     "rowid INTEGER PRIMARY KEY, a, b", "3|3|x|NULL\n7|7|y|NULL"},
    {"NewPrimaryKeyIsTheRowid",
     "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (3, 'x'), (7, 'y')",
     "id INTEGER PRIMARY KEY, a", "3|3|x\n7|7|y"},
    {"OldColumnBecomesPrimaryKey",
     "CREATE TABLE t (id INT, a); INSERT INTO t VALUES (30, 'x'), (70, 'y')",
     "id INTEGER PRIMARY KEY, a", "30|30|x\n70|70|y"},
    {"PrimaryKeyBecomesColumn",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (3, 'x'), (7, 'y')",
     "id INT, a", "3|3|x\n7|7|y"},
    {"PrimaryKeyMoves",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT); INSERT INTO t VALUES (3, 70), (7, 30)",
     "id INT, a INTEGER PRIMARY KEY", "30|7|30\n70|3|70"},
    {"DescendingKeyIsNoRowid",
     "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a);"
     "INSERT INTO t (oid, id, a) VALUES (3, 30, 'x'), (7, 70, 'y')",
     "id INTEGER PRIMARY KEY DESC, a", "3|30|x\n7|70|y"},
    {"KeyOfTheTableIsTheRowid",
     "CREATE TABLE t (id INTEGER, a, PRIMARY KEY (id)); INSERT INTO t VALUES (3, 'x')",
     "a, [ID] INTEGER, CONSTRAINT pk PRIMARY KEY (id)", "3|x|3"},
    {"LeavesWithoutRowid",
     "CREATE TABLE t (a TEXT PRIMARY KEY, b UNIQUE) WITHOUT ROWID;"
     "INSERT INTO t VALUES ('z', 1), ('m', 2), ('a', 3)",
     "(a TEXT PRIMARY KEY, b)", "1|a|3\n2|m|2\n3|z|1"},
    {"StaysWithoutRowid",
     "CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('z', 1), ('a', "
     "2)",
     "a TEXT PRIMARY KEY, b, c DEFAULT 0", "#|a|2|0\n#|z|1|0"},
    {"BecomesWithoutRowid",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (3, 'x'), (1, 'y')",
     "(id INTEGER PRIMARY KEY, b) WITHOUT ROWID", "#|1|y\n#|3|x"},
    {"AllNamesTaken",
     "CREATE TABLE t (rowid, oid, _rowid_); INSERT INTO t VALUES (1, 2, 3), (4, 5, 6)",
     "rowid, oid, _rowid_, a", "#|1|2|3|NULL\n#|4|5|6|NULL"},
    {"NamesItself",
     "CREATE TABLE t (a CHECK (t.a > 0)); INSERT INTO t (rowid, a) VALUES (-3, 1.0), (7, '2')",
     "a CHECK (t.a > 0)", "-3|1.0\n7|2"},
    {"NamesItselfAndPrimaryKey",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHECK (t.a > 0)); INSERT INTO t VALUES (3, 1.0)",
     "id INTEGER PRIMARY KEY, a CHECK (t.a > 0)", "3|3|1.0"},
    {"NamesItselfWithoutRowid",
     "CREATE TABLE t (a PRIMARY KEY CHECK (t.a > 0)) WITHOUT ROWID; INSERT INTO t VALUES (5), (3)",
     "a PRIMARY KEY, b", "#|3|NULL\n#|5|NULL"},
};
INSTANTIATE_TEST_SUITE_P(TableRebuild, KeptRowids, testing::ValuesIn(kRowids),
                         [](const auto& suite) { return std::string(suite.param.name); });

// The text of the new table

struct TextCase {
  const char* name;
  const char* before;
  const char* definitions;
  const char* text;
};

class NewText : public testing::TestWithParam<TextCase> {};

TEST_P(NewText, IsThatOfAFreshTable) {
  Database db = DatabaseOf(GetParam().before);
  EXPECT_EQ(ErrorOf(db, "users", GetParam().definitions), "");
  EXPECT_EQ(SqlOf(db, "users"), GetParam().text);
}

const TextCase kTexts[] = {
    {"BareName", "CREATE TABLE users(a)", "a INT", "CREATE TABLE users (a INT)"},
    {"QuotedName", "create table if not exists main.[users] (a)", "a INT",
     "CREATE TABLE [users] (a INT)"},
    {"RenamedTable", "CREATE TABLE b (a); ALTER TABLE b RENAME TO users", "a INT",
     "CREATE TABLE \"users\" (a INT)"},
    {"LayoutAndComments", "CREATE TABLE users (a)", "\n  a INT, -- one\n  b /* two */ TEXT\n",
     "CREATE TABLE users (\n  a INT, -- one\n  b /* two */ TEXT\n)"},
    {"CommentAtTheEnd", "CREATE TABLE users (a)", "a INT -- one",
     "CREATE TABLE users (a INT -- one\n)"},
    {"ParenthesisInCommentAndString", "CREATE TABLE users (a)", "a DEFAULT ');' /* ); */",
     "CREATE TABLE users (a DEFAULT ');' /* ); */)"},
    {"WithoutRowidStays", "CREATE TABLE users (a PRIMARY KEY)WITHOUT ROWID", "a TEXT PRIMARY KEY",
     "CREATE TABLE users (a TEXT PRIMARY KEY) WITHOUT ROWID"},
    {"WithoutRowidGoes", "CREATE TABLE users (a PRIMARY KEY) WITHOUT ROWID", " (a TEXT) ",
     "CREATE TABLE users (a TEXT)"},
    {"WithoutRowidComes", "CREATE TABLE users (a)", "(a TEXT PRIMARY KEY) WITHOUT ROWID",
     "CREATE TABLE users (a TEXT PRIMARY KEY) WITHOUT ROWID"},
    {"CheckNamesTheTable", "CREATE TABLE users (a CHECK (users.a > 0))",
     "a INT CHECK (users.a > 0), CHECK (\"users\".\"a\" < 9)",
     "CREATE TABLE users (a INT CHECK (users.a > 0), CHECK (\"users\".\"a\" < 9))"},
    {"SelfReference", "CREATE TABLE users (id INTEGER PRIMARY KEY, boss REFERENCES users(id))",
     "id INTEGER PRIMARY KEY, boss INT REFERENCES users(id) ON DELETE CASCADE",
     "CREATE TABLE users (id INTEGER PRIMARY KEY, boss INT REFERENCES users(id) ON DELETE "
     "CASCADE)"},
    {"CreatedFromSelect", "CREATE TABLE users AS SELECT 1 AS a", "a INT",
     "CREATE TABLE users (a INT)"},
    {"ColumnAddedLater", "CREATE TABLE users (a); ALTER TABLE users ADD COLUMN b DEFAULT 'x'",
     "b TEXT, a INT", "CREATE TABLE users (b TEXT, a INT)"},
};
INSTANTIATE_TEST_SUITE_P(TableRebuild, NewText, testing::ValuesIn(kTexts),
                         [](const auto& suite) { return std::string(suite.param.name); });

TEST(TableRebuild, KeepsStrict) {
  if (sqlite3_libversion_number() < 3037000) GTEST_SKIP() << "STRICT came with SQLite 3.37";
  Database db = DatabaseOf(
      "CREATE TABLE users (a INT PRIMARY KEY) WITHOUT ROWID, STRICT; INSERT INTO users VALUES (1)");
  EXPECT_EQ(Recreate(db, "users", "a INT PRIMARY KEY, b TEXT"), "1");
  EXPECT_EQ(SqlOf(db, "users"),
            "CREATE TABLE users (a INT PRIMARY KEY, b TEXT) STRICT, WITHOUT ROWID");
}

TEST(TableRebuild, MakesATableStrict) {
  if (sqlite3_libversion_number() < 3037000) GTEST_SKIP() << "STRICT came with SQLite 3.37";
  Database db = DatabaseOf("CREATE TABLE users (a INT); INSERT INTO users VALUES ('x')");
  ExpectRefused(db, "users", "(a INT) STRICT",
                "error 3091: cannot rebuild table users: copying its rows: cannot store TEXT value "
                "in INT column users.a");
  EXPECT_EQ(Query(db, "UPDATE users SET a = 1"), "");
  EXPECT_EQ(Recreate(db, "users", "(a INT) STRICT"), "1");
}

// What is on the table, and what refers to it

TEST(TableRebuild, KeepsIndexesAndTriggersAndWhatRefersToTheTable) {
  Database db = DatabaseOf(
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age);"
      "CREATE TABLE posts (id INTEGER PRIMARY KEY, user INT REFERENCES users(id) ON DELETE CASCADE,"
      " name TEXT REFERENCES \"users\"(name));"
      "CREATE TABLE log (x);"
      "CREATE INDEX by_age ON users (age, lower(name)) WHERE users.age > 3;"
      "create unique index [by name] on [users] (name collate nocase desc);"
      "CREATE TRIGGER on_users AFTER UPDATE OF name ON users WHEN NEW.name IS NOT NULL BEGIN"
      " UPDATE users SET age = users.age + 1 WHERE id = NEW.id;"
      " INSERT INTO log SELECT name FROM users; END;"
      "CREATE TRIGGER on_posts AFTER INSERT ON posts BEGIN"
      " UPDATE users SET name = 'x' || NEW.id WHERE users.id = NEW.user; END;"
      "CREATE VIEW v AS SELECT users.id, u.name FROM users JOIN users AS u USING (id);"
      "CREATE TRIGGER on_v INSTEAD OF DELETE ON v BEGIN DELETE FROM users WHERE id = OLD.id; END;"
      "CREATE TEMP VIEW tv AS SELECT * FROM users;"
      "CREATE TEMP TRIGGER on_temp AFTER DELETE ON main.users BEGIN"
      " INSERT INTO log VALUES (OLD.name); END;"
      "INSERT INTO users VALUES (1, 'ann', 10), (2, 'bob', 20);"
      "INSERT INTO posts VALUES (7, 1, 'x7'); DELETE FROM log");
  const std::string others =
      "SELECT name, tbl_name, sql FROM sqlite_schema WHERE name <> 'users' ORDER BY name;"
      "SELECT name, tbl_name, sql FROM temp.sqlite_schema WHERE name NOT LIKE 'f%' ORDER BY name;"
      "SELECT * FROM users; SELECT * FROM posts";
  const std::string before = Query(db, others);
  EXPECT_EQ(Query(db, "PRAGMA foreign_keys = ON"), "");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT UNIQUE, age"), "2");
  EXPECT_EQ(Query(db, others), before);
  EXPECT_EQ(Query(db, "PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA foreign_keys"),
            "ok\n1");

  EXPECT_EQ(Query(db,
                  "INSERT INTO posts VALUES (8, 2, NULL); SELECT * FROM log; DELETE FROM log;"
                  "DELETE FROM v WHERE id = 2; SELECT * FROM posts; SELECT * FROM log;"
                  "SELECT * FROM v; SELECT * FROM tv"),
            "x8\nx7\n7|1|x7\nx8\n1|x7\n1|x7|11");
}

TEST(TableRebuild, LeavesATemporaryTableOfTheSameNameAlone) {
  Database db = DatabaseOf(
      "CREATE TABLE main.users (a); CREATE INDEX main.i ON users (a);"
      "CREATE TRIGGER main.r AFTER INSERT ON users BEGIN SELECT 1; END;"
      "INSERT INTO users VALUES (1);"
      "CREATE TEMP TABLE users (b); CREATE INDEX temp.i ON users (b);"
      "CREATE TEMP TRIGGER tr AFTER INSERT ON temp.users BEGIN SELECT 2; END;"
      "CREATE TEMP TRIGGER mr AFTER INSERT ON main.users BEGIN SELECT 3; END;"
      "INSERT INTO temp.users VALUES (5)");
  const std::string others =
      "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE name <> 'users' ORDER BY 1, "
      "2;"
      "SELECT type, name, tbl_name, sql FROM temp.sqlite_schema WHERE name NOT LIKE 'f%' ORDER BY "
      "1, 2; SELECT * FROM temp.users";
  const std::string before = Query(db, others);
  EXPECT_EQ(Recreate(db, "users", "a, c"), "1");
  EXPECT_EQ(Query(db, others), before);
  EXPECT_EQ(Query(db, "SELECT * FROM main.users"), "1|NULL");
}

TEST(TableRebuild, WorksWhereATemporaryTableHidesAnotherOne) {
  Database db = DatabaseOf(
      std::string(kUsers) +
      "; CREATE TABLE posts (a CHECK (posts.a > 0)); CREATE INDEX i ON posts (a) WHERE posts.a > 1;"
      "CREATE TRIGGER r AFTER INSERT ON posts BEGIN DELETE FROM users; END;"
      "CREATE TEMP TABLE posts (b)");
  const std::string others = "SELECT sql FROM main.sqlite_schema WHERE name <> 'users'";
  const std::string before = Query(db, others);
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT"), "3");
  EXPECT_EQ(Query(db, others), before);
}

TEST(TableRebuild, NamesTheIndexThatNoLongerFits) {
  Database db = DatabaseOf("CREATE TABLE users (a); INSERT INTO users VALUES (1)");
  std::function<void()> nothing = [] {};
  DefineAction(db, "host", &nothing);
  EXPECT_EQ(Query(db, "CREATE INDEX i ON users (abs(a)); INSERT INTO users VALUES ('2')"), "");
  EXPECT_EQ(Query(db, "CREATE UNIQUE INDEX u ON users (a)"), "");
  ExpectRefused(db, "users", "a, b AS (random())",
                "error 1: cannot rebuild table users: its new definitions: non-deterministic "
                "functions prohibited in generated columns");
  EXPECT_EQ(Query(db, "DELETE FROM users; INSERT INTO users VALUES (1), ('1')"), "");
  ExpectRefused(
      db, "users", "a INT",
      "error 2067: cannot rebuild table users: index u: UNIQUE constraint failed: users.a");
}

// Generated columns

// AUTOINCREMENT

TEST(TableRebuild, KeepsTheCounterOfAnEmptyTable) {
  Database db = DatabaseOf(
      "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, a CHECK (users.a > 0));"
      "INSERT INTO users VALUES (50, 1); DELETE FROM users");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY AUTOINCREMENT, a"), "0");
  EXPECT_EQ(Query(db,
                  "SELECT * FROM sqlite_sequence; INSERT INTO users(a) VALUES (1);"
                  "SELECT last_insert_rowid()"),
            "users|50\n51");
}

// Foreign keys

constexpr char kFamily[] =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, boss INT REFERENCES users ON DELETE CASCADE);"
    "CREATE TABLE posts (user INT REFERENCES users ON DELETE CASCADE);"
    "INSERT INTO users VALUES (1, NULL), (2, 1); INSERT INTO posts VALUES (1), (2);"
    "PRAGMA foreign_keys = ON";

TEST(TableRebuild, LosesNoChildRow) {
  Database db = DatabaseOf(kFamily);
  EXPECT_EQ(Recreate(db, "users",
                     "id INTEGER PRIMARY KEY, boss INT REFERENCES users ON DELETE CASCADE, x"),
            "2");
  EXPECT_EQ(Query(db, "SELECT * FROM users; SELECT * FROM posts; PRAGMA foreign_keys"),
            "1|NULL|NULL\n2|1|NULL\n1\n2\n1");
  EXPECT_EQ(Query(db, "DELETE FROM users WHERE id = 1; SELECT count(*) FROM posts"), "0");
}

TEST(TableRebuild, RefusesToLeaveARowWithoutAParent) {
  Database db = DatabaseOf(kFamily);
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, boss INT DEFAULT 0 REFERENCES posts(user)",
                "error 787: cannot rebuild table users: FOREIGN KEY constraint failed: foreign key "
                "mismatch - \"users\" referencing \"posts\"");
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, boss INT, x INT DEFAULT 7 REFERENCES users",
                "error 787: cannot rebuild table users: FOREIGN KEY constraint failed: users rowid "
                "1 (x = 7) has no parent in users; users rowid 2 (x = 7) has no parent in users");
}

TEST(TableRebuild, RefusesToTakeAParentKeyAway) {
  Database db = DatabaseOf(
      "CREATE TABLE users (mail UNIQUE); CREATE TABLE posts (mail REFERENCES users(mail));"
      "PRAGMA foreign_keys = ON");
  ExpectRefused(db, "users", "mail",
                "error 787: cannot rebuild table users: FOREIGN KEY constraint failed: foreign key "
                "mismatch - \"posts\" referencing \"users\"");
}

TEST(TableRebuild, OrphansFromBeforeDoNotCount) {
  Database db = DatabaseOf(std::string(kFamily) +
                           "; PRAGMA foreign_keys = OFF; INSERT INTO posts VALUES (9);"
                           "INSERT INTO users VALUES (3, 33); PRAGMA foreign_keys = ON");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, boss INT REFERENCES users"), "3");
}

TEST(TableRebuild, ChecksNothingForWhoeverHasEnforcementOff) {
  Database db = DatabaseOf(std::string(kFamily) + "; PRAGMA foreign_keys = OFF");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, boss INT DEFAULT 0 REFERENCES nowhere"),
            "2");
}

TEST(TableRebuild, IsRefusedInATransactionWithForeignKeysOn) {
  Database db = DatabaseOf(std::string(kFamily) + "; BEGIN");
  ExpectRefused(
      db, "users", "id INTEGER PRIMARY KEY, boss INT",
      "error 1: a table cannot be rebuilt in a transaction that was begun with foreign_keys on: it "
      "would delete the rows of child tables, and SQLite does not let it be switched off now; "
      "COMMIT first, or run PRAGMA foreign_keys = OFF before BEGIN");
}

// Transactions and settings

TEST(TableRebuild, IsUndoneWithTheCallersTransaction) {
  Database db = DatabaseOf(
      "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name);"
      "CREATE INDEX i ON users (name); INSERT INTO users VALUES (1, 'x');"
      "CREATE TEMP TRIGGER r AFTER INSERT ON users BEGIN SELECT 1; END");
  const std::string before = State(db);
  EXPECT_EQ(Query(db, "BEGIN"), "");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT, x"), "1");
  EXPECT_EQ(Query(db, "ROLLBACK"), "");
  EXPECT_EQ(State(db), before);
}

TEST(TableRebuild, FailsInTheCallersTransactionAlone) {
  Database db = DatabaseOf(std::string(kUsers) + "; BEGIN; INSERT INTO users VALUES (10, 'x')");
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, name NOT NULL",
                "error 1299: cannot rebuild table users: copying its rows: NOT NULL constraint "
                "failed: users.name (a new column needs a DEFAULT; the NULLs of an old one must be "
                "replaced first)");
  EXPECT_EQ(Query(db, "COMMIT; SELECT count(*) FROM users"), "4");
}

TEST(TableRebuild, PutsLegacyAlterTableBack) {
  for (const char* value : {"0", "1"}) {
    Database db = DatabaseOf(kUsers);
    EXPECT_EQ(Query(db, "PRAGMA legacy_alter_table = " + std::string(value)), "");
    EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT"), "3");
    EXPECT_EQ(Query(db, "PRAGMA legacy_alter_table"), value);
  }
}

TEST(TableRebuild, DoesNotCareForBrokenViews) {
  Database db = DatabaseOf(std::string(kUsers) + "; CREATE VIEW v AS SELECT x FROM nowhere");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT"), "3");
}

TEST(TableRebuild, WorksInAScript) {
  Project project;
  project.Script("0001-users.sql",
                 "CREATE TABLE users (id INTEGER PRIMARY KEY, a CHECK (users.a > 0));\n"
                 "CREATE TABLE posts (user REFERENCES users ON DELETE CASCADE);\n"
                 "INSERT INTO users VALUES (1, 5); INSERT INTO posts VALUES (1);\n");
  project.Script(
      "0002-rebuild.sql",
      "SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, a INT, b');\n"
      "BEGIN; SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, a, b');"
      "ROLLBACK;\n");
  Database db = project.Open();
  EXPECT_EQ(Query(db, "PRAGMA foreign_keys = ON"), "");
  EXPECT_EQ(Apply(db, project), "2");
  EXPECT_EQ(SqlOf(db, "users"), "CREATE TABLE users (id INTEGER PRIMARY KEY, a INT, b)");
  EXPECT_EQ(Query(db, "SELECT * FROM users; SELECT * FROM posts; PRAGMA foreign_keys"),
            "1|5|NULL\n1\n1");
}

TEST(TableRebuild, RollsAFailingScriptBack) {
  Project project;
  project.Script("0001-users.sql", "CREATE TABLE users (a); INSERT INTO users VALUES (1), (1);\n");
  project.Script("0002-rebuild.sql",
                 "CREATE TABLE log (x);\n"
                 "SELECT fastmigrate_recreate_table('users', 'a UNIQUE');\n");
  Database db = project.Open();
  EXPECT_EQ(
      Apply(db, project),
      "error 2067: 0002-rebuild.sql:2:1: cannot rebuild table users: copying its rows: UNIQUE "
      "constraint failed: users.a\n"
      "  2 | SELECT fastmigrate_recreate_table('users', 'a UNIQUE');\n"
      "    | ^\n"
      "database stays at version 1; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_EQ(TableNames(db), "users");
}

TEST(TableRebuild, IsUndoneByAnInterrupt) {
  Database db = DatabaseOf(std::string(kFamily));
  const std::string before = State(db);
  std::string error;
  {
    StatementTrace trace(db, [&](std::string_view sql) {
      if (sql.substr(0, 6) == "INSERT") sqlite3_interrupt(db.handle());
    });
    error = Recreate(db, "users", "id INTEGER PRIMARY KEY, boss INT");
  }
  EXPECT_EQ(error, "error 9: cannot rebuild table users: copying its rows: interrupted");
  EXPECT_EQ(State(db), before);
  EXPECT_TRUE(db.InAutocommit());
}

TEST(TableRebuild, ObeysTheHostsAuthorizer) {
  Database db = DatabaseOf(kUsers);
  const std::string before = State(db);
  auto deny = [](void*, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_DROP_TABLE ? SQLITE_DENY : SQLITE_OK;
  };
  sqlite3_set_authorizer(db.handle(), deny, nullptr);
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name TEXT"),
            "error 23: cannot rebuild table users: not authorized");
  sqlite3_set_authorizer(db.handle(), nullptr, nullptr);
  EXPECT_EQ(State(db), before);
}

TEST(TableRebuild, WorksInDefensiveMode) {
  Database db = DatabaseOf(kFamily);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY AUTOINCREMENT, boss INT"), "2");
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY AUTOINCREMENT, boss INT"), "2");
}

TEST(TableRebuild, IsRefusedWithJournalModeOff) {
  Database db = DatabaseOf(kUsers);
  EXPECT_EQ(Query(db, "PRAGMA journal_mode = OFF"), "off");
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, name TEXT",
                "error 1: this connection has journal_mode OFF, so that what fails could not "
                "be rolled back; run PRAGMA journal_mode = DELETE first");
}

// Inside other statements

TEST(TableRebuild, IsRefusedInASelectThatReads) {
  Database db = DatabaseOf(kUsers);
  const std::string before = State(db);
  EXPECT_EQ(Query(db,
                  "SELECT fastmigrate_recreate_table(name, 'id INTEGER PRIMARY KEY, name') FROM "
                  "sqlite_schema WHERE name = 'users'"),
            "error 6: cannot rebuild table users: database table is locked: a statement of this "
            "connection reads, and SQLite drops no table meanwhile; call "
            "fastmigrate_recreate_table() in a SELECT without FROM, and finish or reset other "
            "statements first");
  EXPECT_EQ(State(db), before);
}

TEST(TableRebuild, NamesTheStatementThatStillReads) {
  Database db = DatabaseOf(kUsers);
  Result<Statement> cursor = db.Prepare("SELECT id FROM users");
  ASSERT_TRUE(cursor);
  ASSERT_TRUE(cursor->Step());
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name"),
            "error 6: cannot rebuild table users: database table is locked: a statement of this "
            "connection reads, and SQLite drops no table meanwhile; call "
            "fastmigrate_recreate_table() in a SELECT without FROM, and finish or reset other "
            "statements first: SELECT id FROM users");
  cursor->Reset();
  EXPECT_EQ(Recreate(db, "users", "id INTEGER PRIMARY KEY, name"), "3");
}

TEST(TableRebuild, IsRefusedInAStatementThatWrites) {
  Database db = DatabaseOf(std::string(kUsers) + "; CREATE TABLE log (x)");
  const std::string before = State(db);
  const std::string error =
      "error 1: fastmigrate_recreate_table() cannot be called inside a statement that writes "
      "(INSERT ... SELECT, CREATE TABLE AS, UPDATE); call it in a SELECT of its own";
  const std::string call = "SELECT fastmigrate_recreate_table('users', 'id, name')";
  EXPECT_EQ(Query(db, "INSERT INTO log " + call), error);
  EXPECT_EQ(Query(db, "CREATE TABLE x AS " + call), error);
  EXPECT_EQ(Query(db, "UPDATE log SET x = (" + call + ")"), "");
  EXPECT_EQ(State(db), before);
  EXPECT_EQ(Query(db, "BEGIN; INSERT INTO log " + call), error);
}

TEST(TableRebuild, CannotBeCalledFromTheSchema) {
  Database db = DatabaseOf(std::string(kUsers) +
                           "; CREATE VIEW v AS SELECT fastmigrate_recreate_table('users', 'id')");
  EXPECT_EQ(Query(db, "SELECT * FROM v"), "error 1: unsafe use of fastmigrate_recreate_table()");
}

// Refusals

TEST(TableRebuild, RefusesToLoseAColumn) {
  Database db = DatabaseOf(kUsers);
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, nam TEXT",
                "error 1: cannot rebuild table users: column name is not among the new "
                "definitions, so its data would be lost; add it, or rename or drop it with ALTER "
                "TABLE first");
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, name AS (id)",
                "error 1: cannot rebuild table users: column name would become a generated column, "
                "so its data would be lost; drop it with ALTER TABLE first");
}

TEST(TableRebuild, ReportsANewColumnWithoutDefault) {
  Database db = DatabaseOf(kUsers);
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY, name, email TEXT NOT NULL",
                "error 1299: cannot rebuild table users: copying its rows: NOT NULL constraint "
                "failed: users.email (a new column needs a DEFAULT; the NULLs of an old one must "
                "be replaced first)");
}

TEST(TableRebuild, ReportsAValueThatIsNoRowid) {
  Database db = DatabaseOf("CREATE TABLE users (id); INSERT INTO users VALUES ('x')");
  ExpectRefused(db, "users", "id INTEGER PRIMARY KEY",
                "error 20: cannot rebuild table users: copying its rows: datatype mismatch");
}

struct RefusedCase {
  const char* name;
  const char* table;
  const char* error;
};

class RefusedTables : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedTables, AreNamed) {
  Database db = DatabaseOf(
      "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX i ON users (id);"
      "CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(a);"
      "CREATE TEMP TABLE scratch (a); ATTACH ':memory:' AS other; CREATE TABLE other.away (a);"
      "CREATE TABLE _meta (id); CREATE TABLE _fastmigrate_history (id)");
  ExpectRefused(db, GetParam().table, "id", std::string("error 1: ") + GetParam().error);
}

const RefusedCase kRefused[] = {
    {"Missing", "userz", "no such table: userz"},
    {"Qualified", "main.users", "no such table: main.users"},
    {"Index", "i", "no such table: i"},
    {"InOtherDatabase", "away", "no such table: away"},
    {"Temporary", "scratch", "scratch is a temporary table; only tables of main can be rebuilt"},
    {"View", "v", "v is a view; only tables can be rebuilt"},
    {"Virtual", "F", "F is a virtual table, which cannot be rebuilt"},
    {"Shadow", "f_content", "f_content is a shadow table, which belongs to a virtual table"},
    {"Sequence", "sqlite_sequence",
     "sqlite_sequence is SQLite's own table, which cannot be rebuilt"},
    {"Schema", "SQLITE_SCHEMA", "SQLITE_SCHEMA is SQLite's own table, which cannot be rebuilt"},
    {"Meta", "_META", "_META is fastmigrate's own table, which cannot be rebuilt"},
    {"History", "_fastmigrate_history",
     "_fastmigrate_history is fastmigrate's own table, which cannot be rebuilt"},
};
INSTANTIATE_TEST_SUITE_P(TableRebuild, RefusedTables, testing::ValuesIn(kRefused),
                         [](const auto& suite) { return std::string(suite.param.name); });

struct DefinitionsCase {
  const char* name;
  const char* definitions;
  const char* error;
};

class RefusedDefinitions : public testing::TestWithParam<DefinitionsCase> {};

TEST_P(RefusedDefinitions, AreExplained) {
  Database db = DatabaseOf("CREATE TABLE users (a); CREATE TABLE log (x)");
  ExpectRefused(db, "users", GetParam().definitions, std::string("error 1: ") + GetParam().error);
}

#define BAD_DEFINITIONS \
  "argument column_defs must be what stands between the parentheses of CREATE TABLE, but it "
const DefinitionsCase kDefinitions[] = {
    {"Empty", "", "argument column_defs is empty"},
    {"OnlyAComment", " /* a */ -- b", BAD_DEFINITIONS "is empty"},
    {"Injection", "a INT); DROP TABLE log; --",
     BAD_DEFINITIONS "closes a parenthesis that it has not opened"},
    {"InjectionInFullForm", "(a INT); DROP TABLE log", BAD_DEFINITIONS "holds a semicolon"},
    {"Semicolon", "a INT;", BAD_DEFINITIONS "holds a semicolon"},
    {"Closed", "a INT) STRICT", BAD_DEFINITIONS "closes a parenthesis that it has not opened"},
    {"ClosedTwice", "(a INT))", BAD_DEFINITIONS "closes a parenthesis that it has not opened"},
    {"Reopened", "a INT) STRICT, (b",
     BAD_DEFINITIONS "closes a parenthesis that it has not opened"},
    {"LeftOpen", "a INT CHECK (a > 0", BAD_DEFINITIONS "leaves a parenthesis open"},
    {"LeftOpenInFullForm", "(a INT", BAD_DEFINITIONS "leaves a parenthesis open"},
    {"OpenString", "a DEFAULT 'x",
     BAD_DEFINITIONS "holds a string, name or comment that does not end: 'x"},
    {"OpenName", "a, \"b",
     BAD_DEFINITIONS "holds a string, name or comment that does not end: \"b"},
    {"OpenComment", "a /* b",
     BAD_DEFINITIONS "holds a string, name or comment that does not end: /* b"},
    {"Syntax", "a INT NOT",
     "cannot rebuild table users: its new definitions: near \")\": syntax error"},
    {"Select", "(a) AS SELECT 1",
     "cannot rebuild table users: its new definitions: near \"AS\": syntax error"},
    {"UnknownOption", "(a) WITHOUT COLUMNS",
     "cannot rebuild table users: its new definitions: unknown table option: COLUMNS"},
    {"NoPrimaryKey", "(a) WITHOUT ROWID",
     "cannot rebuild table users: its new definitions: PRIMARY KEY missing on table users"},
    {"Parameter", "a DEFAULT (?1)",
     "cannot rebuild table users: its new definitions: default value of column [a] is not "
     "constant"},
    {"ColumnTwice", "a, A",
     "cannot rebuild table users: its new definitions: duplicate column name: A"},
    {"UnknownColumn", "a CHECK (b > 0)",
     "cannot rebuild table users: its new definitions: no such column: b"},
};
INSTANTIATE_TEST_SUITE_P(TableRebuild, RefusedDefinitions, testing::ValuesIn(kDefinitions),
                         [](const auto& suite) { return std::string(suite.param.name); });

TEST(TableRebuild, NamesAWrongArgument) {
  Database db = DatabaseOf(kUsers);
  EXPECT_EQ(Query(db, "SELECT fastmigrate_recreate_table(NULL, 'a')"),
            "error 1: argument table must be a text, not NULL");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_recreate_table('users', 1)"),
            "error 1: argument column_defs must be a text, not 1");
}

// A table rebuilt, and what a query gives then

struct RebuildCase {
  const char* fact;
  std::string database;
  std::string table;
  std::string definitions;
  std::string rows;  // what the call returns
  std::string query;
  std::string result;
};

void PrintTo(const RebuildCase& rebuild, std::ostream* out) { *out << rebuild.fact; }

class RebuiltTable : public testing::TestWithParam<RebuildCase> {};

TEST_P(RebuiltTable, IsWhatItsDefinitionsSay) {
  const RebuildCase& rebuild = GetParam();
  Database db = DatabaseOf(rebuild.database);
  EXPECT_EQ(Recreate(db, rebuild.table, rebuild.definitions), rebuild.rows);
  EXPECT_EQ(Query(db, rebuild.query), rebuild.result);
}

const RebuildCase kRebuilds[] = {
    {"GivesNewColumnsTheirDefault", kUsers, "users",
     "email TEXT NOT NULL DEFAULT '-', id INTEGER PRIMARY KEY, name", "3", "SELECT * FROM users",
     "-|1|ann\n-|5|bob\n-|9|NULL"},
    {"MatchesColumnsByNameInAnyCaseAndOrder", kUsers, "USERS",
     "[NAME] TEXT, \"Id\" INTEGER PRIMARY KEY", "3", "SELECT * FROM users", "ann|1\nbob|5\nNULL|9"},
    {"ConvertsValuesByTheNewTypes",
     "CREATE TABLE users (a TEXT, b, c INT);"
     "INSERT INTO users VALUES ('12', 3.0, 7), ('x', x'00ff', 1e300), (NULL, '5', 'y')",
     "users", "a INT, b, c TEXT", "3", "SELECT quote(a), quote(b), quote(c) FROM users",
     "12|3.0|'7'\n'x'|X'00FF'|'1.0e+300'\nNULL|'5'|'y'"},
    {"FiresNoTrigger",
     "CREATE TABLE users (a); CREATE TABLE log (x); INSERT INTO users VALUES (1), (2);"
     "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO log VALUES (NEW.a); END;"
     "CREATE TRIGGER d AFTER DELETE ON users BEGIN INSERT INTO log VALUES (OLD.a); END;"
     "CREATE TEMP TRIGGER tt AFTER INSERT ON users BEGIN INSERT INTO log VALUES (NEW.a); END;"
     "PRAGMA recursive_triggers = ON",
     "users", "a INT", "2", "SELECT * FROM log", ""},
    {"UsesTheOldIndexesAgain", std::string(kUsers) + "; CREATE INDEX by_name ON users (name)",
     "users", "id INTEGER PRIMARY KEY, name TEXT", "3",
     "SELECT id FROM users INDEXED BY by_name WHERE name = 'bob'", "5"},
    {"KeepsStatistics", std::string(kUsers) + "; CREATE INDEX by_name ON users (name); ANALYZE",
     "users", "id INTEGER PRIMARY KEY, name TEXT", "3", "SELECT * FROM sqlite_stat1",
     "users|by_name|3 1"},
    {"ComputesGeneratedColumns",
     "CREATE TABLE users (a, b AS (a + 1) STORED, c AS (a + 2)); INSERT INTO users VALUES (1)",
     "users", "a, b AS (a + 10) STORED, c AS (a + 20), d AS (a)", "1", "SELECT * FROM users",
     "1|11|21|1"},
    {"KeepsTheValuesOfColumnsNoLongerGenerated",
     "CREATE TABLE users (a, b AS (a + 1) STORED, c AS (a + 2)); INSERT INTO users VALUES (1)",
     "users", "a, b, c", "1", "SELECT * FROM users", "1|2|3"},
    {"KeepsTheCounterOfAutoincrement",
     "CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT);"
     "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, a);"
     "INSERT INTO posts VALUES (4); INSERT INTO users VALUES (1, 'x'), (50, 'y');"
     "DELETE FROM users WHERE id = 50",
     "users", "id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT", "1", "SELECT * FROM sqlite_sequence",
     "posts|4\nusers|50"},
    {"RaisesTheCounterWithTheRowids",
     "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT);"
     "INSERT INTO users VALUES (5, 70)",
     "users", "id INT, a INTEGER PRIMARY KEY AUTOINCREMENT", "1", "SELECT * FROM sqlite_sequence",
     "users|70"},
    {"AddsAutoincrement", kUsers, "users", "id INTEGER PRIMARY KEY AUTOINCREMENT, name", "3",
     "SELECT * FROM sqlite_sequence", "users|9"},
    {"RemovesAutoincrement",
     "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO users VALUES (5)",
     "users", "id INTEGER PRIMARY KEY", "1", "SELECT * FROM sqlite_sequence", ""},
};

INSTANTIATE_TEST_SUITE_P(TableRebuild, RebuiltTable, testing::ValuesIn(kRebuilds),
                         [](const testing::TestParamInfo<RebuildCase>& one) {
                           return std::string(one.param.fact);
                         });

}  // namespace
}  // namespace fastmigrate
