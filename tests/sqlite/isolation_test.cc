#include "sqlite/isolation.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// A project at version 1 with a table t, and the host's connection with what is its own: in temp, a
// table, a view and a trigger; attached, a database whose name needs quotes.
class Started {
 public:
  Started() : db(project.Open()) {
    project.Script("0001-t.sql", "CREATE TABLE t (a);");
    EXPECT_EQ(Apply(db, project), "1");
    EXPECT_EQ(Query(db,
                    "CREATE TEMP TABLE own (a); CREATE TEMP VIEW own_view AS SELECT a FROM own; "
                    "CREATE TEMP TRIGGER own_trigger AFTER INSERT ON own BEGIN SELECT 1; END; "
                    "ATTACH ':memory:' AS \"Own data\"; CREATE TABLE \"Own data\".o (a)"),
              "");
  }
  std::string TempNames() const {
    return Query(db,
                 "SELECT group_concat(name, ' ') FROM (SELECT name FROM temp.sqlite_schema WHERE "
                 "name <> 'sqlite_sequence' ORDER BY name)");
  }
  std::string Attached() const {
    return Query(db, "SELECT group_concat(name, ', ') FROM pragma_database_list");
  }

  Project project;
  Database db;
};

constexpr char kOwnNames[] = "fastmigrate_apply own own_trigger own_view";
constexpr char kOwnDatabases[] = "main, temp, Own data";

// What a script leaves in temp.
const std::vector<std::string> kTempScripts = {
    "CREATE TEMP TABLE x (a); CREATE INDEX temp.i ON x (a); INSERT INTO x VALUES (1);",
    "CREATE TABLE temp.x (a INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE temp.\"a \"\"b\" (a);",
    "CREATE TEMPORARY VIEW x AS SELECT 1; CREATE TEMP VIEW y AS SELECT * FROM x;",
    "CREATE TEMP TABLE x (a); CREATE TEMP TRIGGER r AFTER INSERT ON x BEGIN SELECT 1; END;",
    "CREATE TEMP TRIGGER r AFTER INSERT ON main.t BEGIN SELECT 1; END;",
    "CREATE TEMP TRIGGER r AFTER INSERT ON own BEGIN SELECT 1; END;",
    // On a temp table they are in temp, without a word of it.
    "CREATE TRIGGER q AFTER INSERT ON own BEGIN SELECT 1; END;",
    "CREATE INDEX j ON own (a);",
    // Triggers have names of their own: it is not the host's table.
    "CREATE TEMP TRIGGER own AFTER INSERT ON main.t BEGIN SELECT 1; END;",
    "CREATE TEMP TABLE own_trigger (a);",
    "CREATE INDEX temp.i ON own (a);",
    "CREATE UNIQUE INDEX temp.\"i i\" ON own (a); CREATE TEMP TABLE x (a UNIQUE);",
    "CREATE TEMP TABLE x AS SELECT 1; CREATE TEMP VIEW y AS SELECT * FROM x; DROP TABLE x;",
    "CREATE VIRTUAL TABLE temp.x USING fts3(body); INSERT INTO temp.x VALUES ('a b');",
};

TEST(Isolation, DropsWhatAScriptHasMadeInTemp) {
  for (const char* around : {"", "ATTACH ':memory:' AS other;\n", "PRAGMA foreign_keys = ON;\n"}) {
    for (const std::string& script : kTempScripts) {
      Started test;
      test.project.Script("0002-b.sql", around + script);
      test.project.Script("0003-c.sql", around + script);  // as on a connection of its own
      EXPECT_EQ(Apply(test.db, test.project), "3") << around << script;
      EXPECT_EQ(test.TempNames(), kOwnNames) << around << script;
      EXPECT_EQ(test.Attached(), kOwnDatabases);
    }
  }
}

TEST(Isolation, DropsWhatAFailedScriptHasMadeInTemp) {
  for (const char* around : {"", "ATTACH ':memory:' AS other;\n"}) {
    for (const std::string& script : kTempScripts) {
      Started test;
      test.project.Script("0002-b.sql", around + script + "\nSELECT nope;");
      const std::string line = *around == '\0' ? "2" : "3";
      EXPECT_EQ(
          Apply(test.db, test.project),
          "error 1: 0002-b.sql:" + line + ":8: no such column: nope\n  " + line +
              " | SELECT nope;\n    |        ^\n"
              "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back")
          << around << script;
      EXPECT_EQ(Version(test.db), "1");
      EXPECT_EQ(test.TempNames(), kOwnNames) << around << script;
      EXPECT_EQ(test.Attached(), kOwnDatabases);
    }
  }
}

TEST(Isolation, LetsAScriptFillTheHostsTempTable) {
  Started test;
  test.project.Script("0002-b.sql", "CREATE TEMP TABLE x (a); INSERT INTO own VALUES (5);");
  EXPECT_EQ(Apply(test.db, test.project), "2");
  EXPECT_EQ(Query(test.db, "SELECT a FROM own_view"), "5");
}

TEST(Isolation, DetachesWhatAScriptHasAttachedWhateverItsName) {
  for (const char* name : {"other", "\"a b\"", "'it''s'", "\"say \"\"x\"\"\"", "[select]", "\"1\"",
                           "MixedCase", "\"\xC3\x84rger\""}) {
    Started test;
    const std::string script = std::string("ATTACH ':memory:' AS ") + name + ";";
    test.project.Script("0002-b.sql", script);
    test.project.Script("0003-c.sql", script + "\nINSERT INTO t VALUES (3);");
    EXPECT_EQ(Apply(test.db, test.project), "3") << name;
    EXPECT_EQ(test.Attached(), kOwnDatabases) << name;
  }
}

TEST(Isolation, LetsAScriptDetachWhatItHasAttachedWhateverItsName) {
  for (const char* name : {"other", "\"a b\"", "'it''s'", "[select]", "MixedCase"}) {
    Started test;
    test.project.Script("0002-b.sql", std::string("ATTACH ':memory:' AS ") + name +
                                          ";\nINSERT INTO t VALUES (2);\nDETACH DATABASE " + name +
                                          ";");
    EXPECT_EQ(Apply(test.db, test.project), "2") << name;
    EXPECT_EQ(test.Attached(), kOwnDatabases) << name;
  }
}

TEST(Isolation, KeepsTheHostsDatabasesAttached) {
  for (const char* name : {"\"Own data\"", "'own DATA'", "[own data]"}) {
    for (const char* behind :
         {"", "\nATTACH ':memory:' AS \"Own data\";", "\nATTACH ':memory:' AS x;"}) {
      Started test;
      const std::string detach = std::string("DETACH ") + name + ";";
      test.project.Script("0002-b.sql", detach + behind);
      const std::string shown = std::string(name) == "'own DATA'"   ? "own DATA"
                                : std::string(name) == "[own data]" ? "own data"
                                                                    : "Own data";
      EXPECT_EQ(
          Apply(test.db, test.project),
          "error 1: 0002-b.sql:1:1: the application has attached database " + shown +
              "; a script can detach only what it has attached itself\n  1 | " + detach +
              "\n    | ^\n"
              "database stays at version 1; 0 of 1 scripts were applied, this one was not run");
      EXPECT_EQ(test.Attached(), kOwnDatabases);
      EXPECT_EQ(Query(test.db, "SELECT count(*) FROM \"Own data\".o"), "0");
    }
  }
}

TEST(Isolation, ReadsASchemaThatWasEditedByHandForTheNextScript) {
  for (const char* around : {"", "BEGIN;\n"}) {
    Started test;
    const std::string end = *around == '\0' ? "" : "COMMIT;\n";
    test.project.Script("0002-b.sql",
                        around +
                            std::string("PRAGMA writable_schema = ON;\nUPDATE sqlite_schema SET "
                                        "sql = 'CREATE TABLE t (a, b)' WHERE name = 't';\n") +
                            end);
    test.project.Script("0003-c.sql", "INSERT INTO t (a, b) VALUES (1, 2);");
    EXPECT_EQ(Apply(test.db, test.project), "3");
    EXPECT_EQ(Query(test.db, "SELECT b FROM t; PRAGMA writable_schema"), "2\n0");
  }
}

TEST(Isolation, RefusesASchemaThatCannotBeReadAnyMore) {
  Started test;
  test.project.Script("0002-b.sql",
                      "PRAGMA writable_schema = ON;\nUPDATE sqlite_schema SET sql = 'CREATE TABLE' "
                      "WHERE name = 't';");
  EXPECT_EQ(Apply(test.db, test.project),
            "error 11: 0002-b.sql: malformed database schema (t) - incomplete input\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(Query(test.db, "SELECT count(*) FROM t; PRAGMA writable_schema"), "0\n0");
}

// SQLite carries it out.
TEST(Isolation, PutsBackWhatExplainPragmaHasSet) {
  for (const char* explain : {"EXPLAIN", "EXPLAIN QUERY PLAN"}) {
    Started test;
    test.project.Script("0002-b.sql", std::string(explain) + " PRAGMA recursive_triggers = ON;\n" +
                                          explain + " PRAGMA case_sensitive_like = ON;");
    EXPECT_EQ(Apply(test.db, test.project), "2");
    EXPECT_EQ(Query(test.db, "PRAGMA recursive_triggers; SELECT 'a' LIKE 'A'"), "0\n1");
  }
}

TEST(Isolation, GivesEachScriptARowidOfItsOwn) {
  Started test;
  test.project.Script("0002-b.sql", "INSERT INTO t (rowid) VALUES (50);");
  test.project.Script("0003-c.sql", "INSERT INTO t SELECT last_insert_rowid();");
  EXPECT_EQ(Query(test.db, "INSERT INTO own (rowid) VALUES (9); SELECT " + CallApply(test.project)),
            "3");
  EXPECT_EQ(Query(test.db, "SELECT last_insert_rowid(); SELECT a FROM t WHERE rowid = 51"), "9\n0");
}

}  // namespace
}  // namespace fastmigrate
