#include "author/draft.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/sync_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

// A folder with one script, and a database that has had it.
class Development {
 public:
  explicit Development(const std::string& first) : db_(project_.Open()) {
    project_.Script("0001-first.sql", first);
    EXPECT_EQ(Query(db_, "SELECT fastmigrate_apply(" + QuoteText(project_.dir()) + ")"), "1");
  }

  // Gives the path without the folder.
  std::string Draft(const std::string& schema_file = "") const {
    std::string sql = "SELECT fastmigrate_draft(" + QuoteText(project_.dir()) + ", 'next'";
    if (!schema_file.empty()) sql += ", " + QuoteText(schema_file);
    std::string text = Query(db_, sql + ")");
    for (size_t at; (at = text.find(project_.folder().path())) != std::string::npos;) {
      text.replace(at, project_.folder().path().size(), "ROOT");
    }
    return text;
  }
  std::string Script() const { return project_.Read("0002-next.sql"); }
  bool HasScript() const { return std::filesystem::exists(project_.dir() + "/0002-next.sql"); }
  std::string Verify() const {
    return Query(db_, "SELECT * FROM fastmigrate_verify(" + QuoteText(project_.dir()) + ")");
  }
  const Database& db() const { return db_; }
  const Project& project() const { return project_; }

 private:
  Project project_;
  Database db_;
};

constexpr char kDrafted[] = "ROOT/migrations/0002-next.sql";
constexpr char kSetsAside[] =
    "-- So that no row goes with a table that is set aside, and what names it keeps its name:\n"
    "PRAGMA foreign_keys = OFF;\nPRAGMA legacy_alter_table = ON;\n\n";
constexpr char kEndsAside[] = "\nPRAGMA legacy_alter_table = OFF;\n";

TEST(Draft, WritesTheScriptThatLeadsToTheDatabase) {
  struct Case {
    std::string before;
    std::string by_hand;
    std::string script;
  };
  const Case cases[] = {
      {"CREATE TABLE t (a)", "ALTER TABLE t ADD COLUMN b INT NOT NULL DEFAULT -1",
       "ALTER TABLE t ADD COLUMN b INT NOT NULL DEFAULT -1;\n"},
      {"CREATE TABLE t (a)", "CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t",
       "CREATE INDEX i ON t (a);\n\nCREATE VIEW v AS SELECT a FROM t;\n"},
      {"CREATE TABLE t (a); CREATE VIEW v AS SELECT 1",
       "DROP TABLE t; DROP VIEW v; PRAGMA user_version = 3; PRAGMA application_id = 4",
       "DROP VIEW v;\n\n-- The rows of t are lost.\nDROP TABLE t;\n\nPRAGMA user_version = 3;\n"
       "PRAGMA application_id = 4;\n"},
      {"CREATE TABLE t (a)", "ALTER TABLE t RENAME TO u",
       "-- Guessed: t is called u now, since the two have the same columns. If u is another table, "
       "DROP\n-- TABLE t and CREATE TABLE u instead.\nALTER TABLE t RENAME TO u;\n"},
      {"CREATE TABLE t (a, b INT)", "ALTER TABLE t RENAME COLUMN b TO c",
       "-- Guessed: t.b is called c now, since the two have the same definition. If c is another "
       "column,\n-- ADD COLUMN c and DROP COLUMN b instead.\nALTER TABLE t RENAME COLUMN b TO "
       "c;\n"},
      {"CREATE TABLE t (a, b); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT a FROM t",
       "DROP TABLE t; CREATE TABLE t (a TEXT, n NOT NULL); CREATE INDEX i ON t (n)",
       std::string(kSetsAside) +
           "ALTER TABLE t RENAME TO old_t;\nCREATE TABLE t (a TEXT, n NOT NULL);\n"
           "-- FILL IN n: it is NOT NULL and has no default. As long as NULL stands here for its "
           "value, this\n-- fails where there are rows.\n"
           "-- The values of t.b are lost.\n"
           "INSERT INTO t (rowid, a, n)\nSELECT rowid, a, NULL\nFROM old_t;\nDROP TABLE old_t;\n" +
           kEndsAside + "\nCREATE INDEX i ON t (n);\n"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
       "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE ON CONFLICT "
       "IGNORE)",
       std::string(kSetsAside) +
           "ALTER TABLE t RENAME TO old_t;\n"
           "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE ON CONFLICT IGNORE);\n"
           "INSERT OR ABORT INTO t (id, a)\nSELECT id, a\nFROM old_t;\n"
           "DELETE FROM sqlite_sequence WHERE name = 't';\n"
           "UPDATE sqlite_sequence SET name = 't' WHERE name = 'old_t';\nDROP TABLE old_t;\n" +
           kEndsAside},
  };
  for (const Case& c : cases) {
    Development development(c.before);
    ASSERT_EQ(Query(development.db(), c.by_hand), "");
    EXPECT_EQ(development.Draft(), kDrafted) << c.by_hand;
    EXPECT_EQ(development.Script(), c.script) << c.by_hand;
    EXPECT_EQ(development.Verify(), "") << c.by_hand;
    EXPECT_EQ(Query(development.db(),
                    "SELECT version, previous_version, name, kind, origin, statements IS NULL FROM "
                    "_fastmigrate_history WHERE version = 2"),
              "2|1|0002-next.sql|sql|drafted|1");
    EXPECT_EQ(Version(development.db()), "2");
  }
}

// The rows of a database that was not changed by hand, when it gets the script.
TEST(Draft, KeepsTheRows) {
  struct Case {
    std::string before;
    std::string rows;
    std::string by_hand;
    std::string look;
  };
  const Case cases[] = {
      {"CREATE TABLE t (a, b)", "INSERT INTO t (rowid, a, b) VALUES (7, 1, 'x'), (9, NULL, 2.5)",
       "DROP TABLE t; CREATE TABLE t (b, a, c DEFAULT 5)", "SELECT rowid, a, b FROM t"},
      {"CREATE TABLE t (a)", "INSERT INTO t (rowid, a) VALUES (7, 1)",
       "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "SELECT rowid, a FROM t"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (7, 1)",
       "DROP TABLE t; CREATE TABLE t (a UNIQUE)", "SELECT rowid, a FROM t"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
       "INSERT INTO t (a) VALUES (1), (2); DELETE FROM t",
       "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
       "SELECT name, seq FROM sqlite_sequence"},
      // SQLite renames no table whose CHECK names it.
      {"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a CHECK (t.a > 0))",
       "INSERT INTO t (a) VALUES (1), (2); DELETE FROM t WHERE id = 2",
       "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a CHECK (t.a > -1))",
       "SELECT *, (SELECT seq FROM sqlite_sequence) FROM t"},
      {"CREATE TABLE t (a CHECK (t.a > 0))", "INSERT INTO t (rowid, a) VALUES (7, 1)",
       "DROP TABLE t; CREATE TABLE t (a CHECK (t.a > -1))", "SELECT rowid, a FROM t"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t);"
       "CREATE TABLE child (t REFERENCES t ON DELETE CASCADE)",
       "INSERT INTO t VALUES (1, NULL), (2, 1); INSERT INTO child VALUES (2)",
       "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t)",
       "SELECT id, up, t FROM t LEFT JOIN child ON t = id"},
      {"CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID", "INSERT INTO t VALUES ('b', 1)",
       "DROP TABLE t; CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)", "SELECT k, v + 0 FROM t"},
      {"CREATE TABLE \"a b\" (\"select\" INT, g AS (1))", "INSERT INTO \"a b\" VALUES (3)",
       "DROP TABLE \"a b\"; CREATE TABLE \"a b\" (\"select\" TEXT, g)",
       "SELECT \"select\" + 0, g FROM \"a b\""},
      {"CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE other (x);"
       "CREATE TRIGGER r AFTER INSERT ON other BEGIN INSERT INTO t VALUES (new.x); END",
       "INSERT INTO other VALUES (3)", "DROP TABLE t; CREATE TABLE t (a, b)", "SELECT a FROM v"},
      {"CREATE VIRTUAL TABLE f USING fts4(a)", "INSERT INTO f (rowid, a) VALUES (7, 'one two')",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts4(a, b)",
       "SELECT rowid, a FROM f WHERE f MATCH 'two'"},
      {"CREATE TABLE d (body)", "INSERT INTO d VALUES ('one two')",
       "CREATE VIRTUAL TABLE f USING fts4(content='d', body)", "SELECT rowid FROM d"},
      // SQLite adds no STORED column to a table with rows.
      {"CREATE TABLE t (b INT)", "INSERT INTO t VALUES (1)",
       "DROP TABLE t; CREATE TABLE t (b INT, g AS (b * 2) STORED)", "SELECT b FROM t"},
      {"CREATE TABLE t (a, \"rowid\" TEXT)", "INSERT INTO t (oid, a) VALUES (7, 1)",
       "DROP TABLE t; CREATE TABLE t (a)", "SELECT oid, a FROM t"},
      // FTS3 takes the user's table for its own.
      {"CREATE VIRTUAL TABLE mail USING fts3(a); CREATE TABLE mail_stat (day)",
       "INSERT INTO mail_stat VALUES (5)",
       "ALTER TABLE mail_stat RENAME TO away; DROP TABLE mail;"
       "CREATE VIRTUAL TABLE mail USING fts3(a, b); ALTER TABLE away RENAME TO mail_stat",
       "SELECT day FROM mail_stat"},
      {"CREATE VIRTUAL TABLE mail USING fts3(a); CREATE TABLE mail_stat (day)",
       "INSERT INTO mail_stat VALUES (5)",
       "ALTER TABLE mail_stat RENAME TO away; ALTER TABLE mail RENAME TO post;"
       "ALTER TABLE away RENAME TO mail_stat",
       "SELECT day FROM mail_stat"},
      {"CREATE VIRTUAL TABLE log USING fts5(a, columnsize=0); CREATE TABLE log_docsize (n)",
       "INSERT INTO log_docsize VALUES (5)",
       "ALTER TABLE log_docsize RENAME TO away; ALTER TABLE log RENAME TO post;"
       "ALTER TABLE away RENAME TO log_docsize",
       "SELECT n FROM log_docsize"},
      {"CREATE VIRTUAL TABLE mail USING fts3(a); CREATE TABLE old_mail_stat (day)",
       "INSERT INTO old_mail_stat VALUES (5)",
       "DROP TABLE mail; CREATE VIRTUAL TABLE mail USING fts3(a, b);"
       "CREATE TABLE IF NOT EXISTS old_mail_stat (day)",
       "SELECT day FROM old_mail_stat"},
      {"CREATE VIRTUAL TABLE r USING rtree(id, x, y)", "INSERT INTO r VALUES (7, 1, 2)",
       "DROP TABLE r; CREATE VIRTUAL TABLE r USING rtree(i, x, y, z, w)",
       "SELECT max(x, y) FROM r"},
  };
  for (const Case& c : cases) {
    Development development(c.before);
    std::filesystem::copy(development.project().file(),
                          development.project().folder().Path("full.db"));
    ASSERT_EQ(Query(development.db(), c.by_hand), "") << c.by_hand;
    EXPECT_EQ(development.Draft(), kDrafted) << c.by_hand;

    Database full = OpenHost(development.project().folder().Path("full.db"));
    ASSERT_EQ(Query(full, c.rows), "");
    const std::string before = Query(full, c.look);
    ASSERT_NE(before, "");
    const std::string dir = QuoteText(development.project().dir());
    EXPECT_EQ(Query(full, "SELECT fastmigrate_apply(" + dir + ")"), "2") << development.Script();
    EXPECT_EQ(Query(full, "SELECT * FROM fastmigrate_verify(" + dir + ")"), "");
    EXPECT_EQ(Query(full, c.look), before) << development.Script();
  }
}

// What is indexed without its content is nowhere else.
TEST(Draft, SaysThatAnIndexIsLost) {
  constexpr char kIsLost[] = "-- What f has indexed is lost: there is no content to index again.\n";
  struct Case {
    std::string before;
    std::string by_hand;
    bool is_lost;
  };
  const std::string tables = "CREATE TABLE d (a); ";
  const Case cases[] = {
      {"CREATE VIRTUAL TABLE f USING fts4(content='', a)", "DROP TABLE f", true},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='')", "DROP TABLE f", true},
      {"CREATE VIRTUAL TABLE f USING fts4(content='', a)",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts4(content='', a, tokenize=porter)", true},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='')",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='d')", true},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='d')",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='')", true},
      // Its rows are, and that is said.
      {"CREATE VIRTUAL TABLE f USING fts5(a)",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='')", false},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='')", "ALTER TABLE f RENAME TO g", false},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='d')", "DROP TABLE f", false},
      {"CREATE VIRTUAL TABLE f USING fts5(a, content='d')",
       "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='d', prefix='2')", false},
      {"CREATE VIRTUAL TABLE f USING fts4(a)", "DROP TABLE f", false},
  };
  for (const Case& c : cases) {
    Development development(tables + c.before);
    ASSERT_EQ(Query(development.db(), c.by_hand), "") << c.by_hand;
    EXPECT_EQ(development.Draft(), kDrafted) << c.by_hand;
    EXPECT_EQ(development.Script().find(kIsLost) != std::string::npos, c.is_lost)
        << c.before << "; " << c.by_hand << "\n"
        << development.Script();
  }
}

// A view is made behind the tables.
TEST(Draft, IndexesTheRowsOfAView) {
  struct Case {
    std::string before;
    std::string by_hand;
  };
  const std::string index = "CREATE VIRTUAL TABLE f USING fts5(a, content='v', content_rowid='id')";
  const Case cases[] = {
      {"", "CREATE VIEW v AS SELECT id, a FROM d; " + index},
      {"CREATE VIEW v AS SELECT id, a, 1 FROM d; CREATE VIRTUAL TABLE f USING fts5(a)",
       "DROP TABLE f; DROP VIEW v; CREATE VIEW v AS SELECT id, a FROM d; " + index},
  };
  for (const Case& c : cases) {
    Development development("CREATE TABLE d (id INTEGER PRIMARY KEY, a); " + c.before);
    const std::string path = development.project().folder().Path("full.db");
    std::filesystem::copy(development.project().file(), path);
    ASSERT_EQ(Query(development.db(), c.by_hand), "") << c.by_hand;
    EXPECT_EQ(development.Draft(), kDrafted) << c.by_hand;
    Database full = OpenHost(path);
    ASSERT_EQ(Query(full, "INSERT INTO d VALUES (7, 'one two')"), "");
    EXPECT_EQ(
        Query(full, "SELECT fastmigrate_apply(" + QuoteText(development.project().dir()) + ")"),
        "2");
    EXPECT_EQ(Query(full, "SELECT rowid FROM f WHERE f MATCH 'two'"), "7") << development.Script();
  }

  Development nowhere("CREATE TABLE d (a)");
  Query(nowhere.db(), "CREATE VIRTUAL TABLE f USING fts5(a, content='nowhere')");
  EXPECT_EQ(nowhere.Draft(), kDrafted);
  EXPECT_EQ(nowhere.Script(),
            "CREATE VIRTUAL TABLE f USING fts5(a, content='nowhere');\n\n"
            "-- The index of f is empty: its content cannot be read.\n");
}

TEST(Draft, FailsClearlyUntilAValueIsFilledIn) {
  Development development("CREATE TABLE t (a)");
  std::filesystem::copy(development.project().file(),
                        development.project().folder().Path("full.db"));
  Query(development.db(), "DROP TABLE t; CREATE TABLE t (a, n NOT NULL)");
  ASSERT_EQ(development.Draft(), kDrafted);
  Database full = OpenHost(development.project().folder().Path("full.db"));
  Query(full, "INSERT INTO t VALUES (1)");
  const std::string apply =
      "SELECT fastmigrate_apply(" + QuoteText(development.project().dir()) + ")";
  EXPECT_TRUE(StartsWith(Query(full, apply),
                         "error 1299: 0002-next.sql:9:1: NOT NULL constraint failed: t.n"));
  std::string script = development.Script();
  script.replace(script.find("SELECT rowid, a, NULL"), 21, "SELECT rowid, a, 'new'");
  development.project().Script("0002-next.sql", script);
  EXPECT_EQ(Query(full, apply), "2");
  EXPECT_EQ(Query(full, "SELECT * FROM t"), "1|new");
}

// The replay has rows where the scripts make some.
TEST(Draft, SaysWhereTheScriptsOwnRowsAreRefused) {
  Development defaults("CREATE TABLE t (a); INSERT INTO t VALUES (NULL), (1)");
  Query(defaults.db(), "DROP TABLE t; CREATE TABLE t (a NOT NULL DEFAULT 'x')");
  EXPECT_EQ(defaults.Draft(), kDrafted);
  EXPECT_NE(defaults.Script().find("SELECT rowid, ifnull(a, 'x')\nFROM old_t"), std::string::npos)
      << defaults.Script();
  EXPECT_EQ(defaults.Verify(), "");

  for (const std::string renamed : {"t", "renamed"}) {
    Development none("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2)");
    Query(none.db(), "DROP TABLE t; CREATE TABLE " + renamed + " (a, b, c NOT NULL)");
    EXPECT_EQ(none.Draft(), kDrafted);
    EXPECT_EQ(Version(none.db()), "2");
    if (renamed != "t") continue;  // has no rows
    EXPECT_NE(none.Script().find("-- The scripts before this one make rows that break it: NOT NULL "
                                 "constraint failed: t.c.\n"),
              std::string::npos)
        << none.Script();
    EXPECT_TRUE(StartsWith(none.Verify(),
                           "error 1299: cannot verify: replayed on an empty "
                           "database, a script fails: 0002-next.sql"));
    std::string script = none.Script();
    script.replace(script.find("NULL\nFROM"), 4, "'c'");
    none.project().Script("0002-next.sql", script);
    EXPECT_EQ(none.Verify(), "");
  }
}

// A view that names a table that is not there keeps SQLite from following a new name.
TEST(Draft, RenamesATableBesideABrokenView) {
  Development development("CREATE TABLE t (a); CREATE VIEW v AS SELECT x FROM nowhere");
  Query(development.db(),
        "PRAGMA legacy_alter_table = ON; ALTER TABLE t RENAME TO u; "
        "PRAGMA legacy_alter_table = OFF");
  EXPECT_EQ(development.Draft(), kDrafted);
  const std::string script = development.Script();
  EXPECT_NE(script.find("PRAGMA legacy_alter_table = ON;\nALTER TABLE t RENAME TO u;\n"
                        "PRAGMA legacy_alter_table = OFF;\n"),
            std::string::npos)
      << script;
}

TEST(Draft, WritesNothingWhenNothingIsDifferent) {
  Development development("CREATE TABLE t (a); PRAGMA user_version = 3");
  EXPECT_EQ(development.Draft(), "NULL");
  EXPECT_FALSE(development.HasScript());
  EXPECT_EQ(Version(development.db()), "1");
}

TEST(Draft, RefusesADatabaseThatIsNotWhereTheScriptsLead) {
  Development development("CREATE TABLE t (a)");
  development.project().Script("0002-more.sql", "CREATE TABLE u (a)");
  EXPECT_EQ(development.Draft(),
            "error 1: this database has not had 0002-more.sql; run SELECT "
            "fastmigrate_apply('ROOT/migrations') first, and change the database behind it");
  Database other = OpenHost();
  Query(other, "CREATE TABLE t (a)");
  EXPECT_TRUE(StartsWith(
      Query(other, "SELECT fastmigrate_draft(" + QuoteText(development.project().dir()) + ", 'x')"),
      "error 1: the database has content but no version"));
  development.project().Script("0001-first.sql", "CREATE TABLE t (b)");
  EXPECT_TRUE(StartsWith(development.Draft(), "error 1: 0001-first.sql was edited"));
}

TEST(Draft, FromAFileLeavesTheDatabaseAlone) {
  Development development("CREATE TABLE t (a)");
  const TempFolder& folder = development.project().folder();
  folder.Write("schema.sql", "-- wanted\nCREATE TABLE t (a, b);\nCREATE INDEX i ON t (b);\n");
  EXPECT_EQ(development.Draft(folder.Path("schema.sql")), kDrafted);
  EXPECT_EQ(development.Script(), "ALTER TABLE t ADD COLUMN b;\n\nCREATE INDEX i ON t (b);\n");
  EXPECT_EQ(Version(development.db()), "1");
  EXPECT_EQ(Query(development.db(), "SELECT sql FROM sqlite_schema WHERE name = 't'"),
            "CREATE TABLE t (a)");
  Query(development.db(),
        "SELECT fastmigrate_apply(" + QuoteText(development.project().dir()) + ")");
  EXPECT_EQ(development.Draft(folder.Path("schema.sql")), "NULL");
  folder.Write("schema.sql", "CREATE TABLE t (a);\nCREATE TABEL u (a);\n");
  EXPECT_TRUE(StartsWith(development.Draft(folder.Path("schema.sql")),
                         "error 1: cannot run the schema file on an empty database: "
                         "ROOT/schema.sql:2:8: near \"TABEL\": syntax error"));
  EXPECT_EQ(development.Draft(folder.Path("nowhere.sql")),
            "error 14: cannot read ROOT/nowhere.sql: No such file or directory");
}

// Behind the first statement of a stored text SQLite compiles nothing: who knows what stands there?
TEST(Draft, RefusesAStoredTextThatHoldsASecondStatement) {
  Development development("CREATE TABLE t (a); CREATE TABLE victim (a)");
  Query(development.db(),
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a, b); DROP "
        "TABLE victim' WHERE name = 't'; PRAGMA writable_schema = RESET");
  // SQLite 3.54 reads no such text itself.
  const bool is_read = sqlite3_libversion_number() < 3050000;
  EXPECT_EQ(development.Draft(),
            is_read ? "error 1: table t: its stored text holds more than one statement"
                    : "error 11: malformed database schema (t)");
  EXPECT_FALSE(development.HasScript());
}

TEST(Draft, LeavesNothingWhenTheCommitFails) {
  Development development("CREATE TABLE t (a)");
  Query(development.db(), "CREATE TABLE u (a)");
  sqlite3_commit_hook(
      development.db().handle(), [](void*) { return 1; }, nullptr);
  EXPECT_EQ(development.Draft(), "error 531: constraint failed");
  EXPECT_FALSE(development.HasScript());
  EXPECT_EQ(Version(development.db()), "1");
  EXPECT_TRUE(development.db().InAutocommit());
  sqlite3_commit_hook(development.db().handle(), nullptr, nullptr);
  EXPECT_EQ(development.Draft(), kDrafted);
}

#ifdef __linux__
TEST(Draft, MovesNoVersionBeforeTheScriptIsOnDisk) {
  Development development("CREATE TABLE t (a)");
  Query(development.db(), "CREATE TABLE u (a)");
  const std::string dir = development.project().dir();
  for (const std::string& path : {dir + "/0002-next.sql", dir}) {
    SyncFails fails(path);
    EXPECT_TRUE(StartsWith(development.Draft(), "error 10: cannot write ")) << path;
    EXPECT_FALSE(development.HasScript());
    EXPECT_EQ(Version(development.db()), "1");
  }
}
#endif  // __linux__

}  // namespace
}  // namespace fastmigrate
