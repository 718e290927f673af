#include "sqlite/foreign_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

std::vector<ForeignKeyViolation> FindOrFail(const Database& db) {
  Result<std::vector<ForeignKeyViolation>> found = FindForeignKeyViolations(db);
  EXPECT_TRUE(found) << found.error().message;
  return found ? *found : std::vector<ForeignKeyViolation>();
}
std::string Described(const Database& db) { return DescribeViolations(FindOrFail(db)); }

constexpr char kTables[] =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users);";

TEST(ForeignKeyViolations, AreNoneWhereEveryRowHasItsParent) {
  Database db = OpenDatabase();
  Query(db, std::string(kTables) +
                "INSERT INTO users VALUES (1, 'a'); INSERT INTO posts VALUES (1, "
                "1), (2, NULL); CREATE TABLE other (a)");
  EXPECT_EQ(Described(db), "");
}

TEST(ForeignKeyViolations, NameTableRowidValueAndParent) {
  Database db = OpenDatabase();
  Query(db, std::string(kTables) + "INSERT INTO posts VALUES (3, 7)");
  std::vector<ForeignKeyViolation> violations = FindOrFail(db);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].table, "posts");
  EXPECT_EQ(violations[0].rowid, "3");
  EXPECT_EQ(violations[0].parent, "users");
  EXPECT_EQ(violations[0].values, "user_id = 7");
  EXPECT_EQ(DescribeViolations(violations), "posts rowid 3 (user_id = 7) has no parent in users");
}

TEST(ForeignKeyViolations, AreDescribedForEveryKindOfTable) {
  struct Case {
    const char* sql;
    const char* described;
  };
  const std::vector<Case> cases = {
      {"CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE c (x, y, FOREIGN KEY (x, y) "
       "REFERENCES p); INSERT INTO c VALUES ('it''s', x'00')",
       "c rowid 1 (x = 'it''s', y = X'00') has no parent in p"},
      {"CREATE TABLE c (x REFERENCES nowhere); INSERT INTO c VALUES (1)",
       "c rowid 1 (x = 1) has no parent in nowhere"},
      {"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (k PRIMARY KEY, x REFERENCES p) "
       "WITHOUT ROWID; INSERT INTO c VALUES (1, 2)",
       "c (x = 2) has no parent in p"},
      // The key of the parent has another order than its columns.
      {"CREATE TABLE p (a, b, PRIMARY KEY (b, a)); CREATE TABLE c (k PRIMARY KEY, x, y, FOREIGN "
       "KEY "
       "(x, y) REFERENCES p) WITHOUT ROWID; INSERT INTO p VALUES (1, 2); INSERT INTO c VALUES (1, "
       "1, "
       "2), (2, 2, 1)",
       "c (x = 1, y = 2) has no parent in p"},
      {"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (k PRIMARY KEY, x REFERENCES p) "
       "WITHOUT ROWID; INSERT INTO c VALUES (1, NULL), (2, 7), (3, NULL)",
       "c (x = 7) has no parent in p"},
      {"CREATE TABLE \"p q\" (id INTEGER PRIMARY KEY); CREATE TABLE \"c\"\"d\" (\"x y\" REFERENCES "
       "\"p q\"); INSERT INTO \"c\"\"d\" VALUES (5)",
       "c\"d rowid 1 (x y = 5) has no parent in p q"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t); INSERT INTO t VALUES (1, 1), (2, "
       "9)",
       "t rowid 2 (up = 9) has no parent in t"},
      {"create table p (id integer primary key); create table c (x references p); insert into c "
       "values (1)",
       "c rowid 1 (x = 1) has no parent in p"},
      {"CREATE TABLE p (a); CREATE TABLE c (x REFERENCES p(a)); INSERT INTO c VALUES (1)",
       "foreign key mismatch - \"c\" referencing \"p\""},
      {"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (rowid TEXT, x REFERENCES p); "
       "INSERT "
       "INTO c VALUES ('mine', 4)",
       "c rowid 1 (x = 4) has no parent in p"},
      {"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE "
       "TABLE c (x REFERENCES p, y REFERENCES q); INSERT INTO c VALUES (1, 2)",
       "c rowid 1 (y = 2) has no parent in q; c rowid 1 (x = 1) has no parent in p"},
  };
  for (const Case& c : cases) {
    Database db = OpenDatabase();
    ASSERT_EQ(Query(db, c.sql), "") << c.sql;
    EXPECT_EQ(Described(db), c.described) << c.sql;
  }
}

TEST(ForeignKeyViolations, AreDescribedUpToTheFifth) {
  Database db = OpenDatabase();
  Query(db,
        std::string(kTables) +
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8) INSERT "
            "INTO posts SELECT i, i FROM n");
  EXPECT_EQ(
      Described(db),
      "posts rowid 1 (user_id = 1) has no parent in users; posts rowid 2 (user_id = 2) has no "
      "parent in users; posts rowid 3 (user_id = 3) has no parent in users; posts rowid 4 "
      "(user_id = 4) has no parent in users; posts rowid 5 (user_id = 5) has no parent in "
      "users; and 3 more");
}

ForeignKeyViolation Orphan(const std::string& table, const std::string& rowid,
                           const std::string& parent, const std::string& values) {
  return {table, rowid, parent, values};
}

TEST(NewViolations, AreThoseWithoutACounterpart) {
  const ForeignKeyViolation old_one = Orphan("c", "1", "p", "x = 7");
  const ForeignKeyViolation moved = Orphan("c", "99", "p", "x = 7");
  const ForeignKeyViolation renamed = Orphan("c2", "1", "p", "x = 7");
  const ForeignKeyViolation other = Orphan("c", "2", "p", "x = 8");
  const ForeignKeyViolation no_rowid = Orphan("w", "", "p", "");
  using List = std::vector<ForeignKeyViolation>;
  EXPECT_EQ(NewViolations({}, {}).size(), 0u);
  EXPECT_EQ(NewViolations({}, {old_one}).size(), 1u);
  EXPECT_EQ(NewViolations({old_one}, {}).size(), 0u);
  EXPECT_EQ(NewViolations({old_one}, {old_one}).size(), 0u);
  EXPECT_EQ(NewViolations({old_one}, {moved}).size(), 0u);
  EXPECT_EQ(NewViolations({old_one}, {renamed}).size(), 0u);
  EXPECT_EQ(NewViolations({old_one}, {old_one, moved}).size(), 1u);
  EXPECT_EQ(NewViolations({no_rowid}, {no_rowid}).size(), 0u);
  EXPECT_EQ(NewViolations({no_rowid}, {no_rowid, no_rowid}).size(), 1u);
  // Without values nothing says that one of another table is the same.
  EXPECT_EQ(NewViolations({{"a", "", "p", ""}}, {{"b", "", "p", ""}}).size(), 1u);
  List found = NewViolations({old_one}, {other, old_one});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].values, "x = 8");
}

// --- through scripts, with the caller's enforcement on

class EnforcedProject {
 public:
  EnforcedProject() : db(project.Open()) {
    project.Script("0001-tables.sql",
                   "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT);\n"
                   "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE);\n"
                   "INSERT INTO p VALUES (1, 'a'), (2, 'b');\n"
                   "INSERT INTO c VALUES (10, 1), (20, 2);");
    EXPECT_EQ(Query(db, "PRAGMA foreign_keys = ON"), "");
    EXPECT_EQ(Apply(db, project), "1");
  }
  // In one of the two forms; the version reached, or the error.
  std::string ApplyIn(bool table_form) {
    if (!table_form) return Apply(db, project);
    std::string versions = ApplyTable(db, project);
    return versions.starts_with("error") ? versions : Version(db);
  }
  std::string Children() { return Query(db, "SELECT group_concat(id) FROM c"); }

  Project project;
  Database db;
};

constexpr char kRebuild[] =
    "CREATE TABLE p_new (id INTEGER PRIMARY KEY, a TEXT NOT NULL);\n"
    "INSERT INTO p_new SELECT * FROM p;\n"
    "DROP TABLE p;\n"
    "ALTER TABLE p_new RENAME TO p;\n";

TEST(ForeignKeyScripts, RebuildOfAParentLosesNoChild) {
  for (bool table_form : {false, true}) {
    for (const std::string& script :
         {std::string(kRebuild), std::string("BEGIN;\n") + kRebuild + "COMMIT;\n",
          std::string("PRAGMA foreign_keys = OFF;\nBEGIN;\n") + kRebuild +
              "COMMIT;\nPRAGMA foreign_keys = ON;\n"}) {
      EnforcedProject test;
      test.project.Script("0002-rebuild.sql", script);
      EXPECT_EQ(test.ApplyIn(table_form), "2") << script;
      EXPECT_EQ(test.Children(), "10,20") << script;
      EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys; PRAGMA foreign_key_check"), "1") << script;
    }
  }
}

TEST(ForeignKeyScripts, OneOfFiveThatLeavesAnOrphanIsNamedAndLeftOut) {
  for (bool table_form : {false, true}) {
    EnforcedProject test;
    for (int version = 2; version <= 6; ++version) {
      std::string number = std::to_string(version);
      test.project.Script("000" + number + "-x.sql", "CREATE TABLE t" + number + " (a);");
    }
    test.project.Script("0004-x.sql", "CREATE TABLE t4 (a);\nINSERT INTO c VALUES (30, 3);");
    EXPECT_EQ(
        test.ApplyIn(table_form),
        "error 787: 0004-x.sql: FOREIGN KEY constraint failed: c rowid 30 (p = 3) has no parent "
        "in p\n"
        "database stays at version 3; 2 of 5 scripts were applied, this one was rolled back");
    EXPECT_EQ(TableNames(test.db), "c p t2 t3");
    EXPECT_EQ(Version(test.db), "3");
    EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys"), "1");
    EXPECT_TRUE(test.db.InAutocommit());
  }
}

TEST(ForeignKeyScripts, OrphanThatALaterScriptOfTheTransactionGivesAParentIsFine) {
  EnforcedProject test;
  test.project.Script("0002-a.sql", "INSERT INTO c VALUES (30, 3);");
  test.project.Script("0003-b.sql", "INSERT INTO p VALUES (3, 'c');");
  EXPECT_EQ(test.ApplyIn(false), "3");
}

TEST(ForeignKeyScripts, OrphansFromBeforeDoNotCount) {
  for (bool table_form : {false, true}) {
    EnforcedProject test;
    Query(test.db,
          "PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (60, 6), (70, 7), (71, 7); PRAGMA "
          "foreign_keys = ON");
    test.project.Script("0002-a.sql", "INSERT INTO c VALUES (11, 1);");
    test.project.Script("0003-b.sql", kRebuild);
    // Their own table, rebuilt with other rowids; then renamed.
    test.project.Script("0004-c.sql",
                        "CREATE TABLE c_new (id INTEGER PRIMARY KEY, p REFERENCES p);\n"
                        "INSERT INTO c_new SELECT id + 1000, p FROM c;\n"
                        "DROP TABLE c;\nALTER TABLE c_new RENAME TO c;");
    test.project.Script("0005-d.sql", "ALTER TABLE c RENAME TO children;");
    EXPECT_EQ(test.ApplyIn(table_form), "5");
    EXPECT_EQ(Query(test.db, "SELECT group_concat(id) FROM children"),
              "1010,1011,1020,1060,1070,1071");
  }
}

TEST(ForeignKeyScripts, NewOrphanBesideOldOnesIsRefused) {
  EnforcedProject test;
  Query(test.db,
        "PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (60, 6); PRAGMA foreign_keys = ON");
  test.project.Script("0002-a.sql", "INSERT INTO c VALUES (61, 6);");
  EXPECT_EQ(
      test.ApplyIn(false),
      "error 787: 0002-a.sql: FOREIGN KEY constraint failed: c rowid 61 (p = 6) has no parent in "
      "p\ndatabase stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
}

TEST(ForeignKeyScripts, PairThatRepairsItselfIsFineBesideOldOrphans) {
  EnforcedProject test;
  Query(test.db,
        "PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (60, 6); PRAGMA foreign_keys = ON");
  test.project.Script("0002-a.sql", "INSERT INTO c VALUES (30, 3);");
  test.project.Script("0003-b.sql", "INSERT INTO p VALUES (3, 'c');");
  EXPECT_EQ(test.ApplyIn(false), "3");
}

TEST(ForeignKeyScripts, OldOrphansInATableWithoutRowidDoNotCount) {
  Project project;
  Database db = project.Open();
  project.Script("0001-a.sql",
                 "CREATE TABLE p (id INTEGER PRIMARY KEY);\n"
                 "CREATE TABLE w (k PRIMARY KEY, p REFERENCES p) WITHOUT ROWID;\n"
                 "INSERT INTO w VALUES ('a', 7);");
  ASSERT_EQ(Apply(db, project), "1");
  project.Script("0002-b.sql", "CREATE TABLE t (a);");
  Query(db, "PRAGMA foreign_keys = ON");
  EXPECT_EQ(Apply(db, project), "2");
}

// SQLite's check gives no rowid of such a row, only the table.
TEST(ForeignKeyScripts, NewOrphanInATableWithoutRowidIsRefusedWhereOldOnesWere) {
  struct Case {
    const char* script;
    const char* orphan;
  };
  const std::vector<Case> cases = {
      {"DELETE FROM w;\nINSERT INTO w VALUES ('b', 8);", "w (p = 8) has no parent in p"},
      {"INSERT INTO w VALUES ('b', 7);", "w (p = 7) has no parent in p"},
      {"INSERT INTO p VALUES (7);\nINSERT INTO w VALUES ('b', 9);", "w (p = 9) has no parent in p"},
      {"UPDATE w SET p = 6;", "w (p = 6) has no parent in p"},
  };
  for (const Case& c : cases) {
    Project project;
    Database db = project.Open();
    project.Script("0001-a.sql",
                   "CREATE TABLE p (id INTEGER PRIMARY KEY);\n"
                   "CREATE TABLE w (k PRIMARY KEY, p REFERENCES p) WITHOUT ROWID;\n"
                   "INSERT INTO w VALUES ('a', 7);");
    ASSERT_EQ(Apply(db, project), "1");
    project.Script("0002-b.sql", c.script);
    Query(db, "PRAGMA foreign_keys = ON");
    EXPECT_EQ(
        Apply(db, project),
        std::string("error 787: 0002-b.sql: FOREIGN KEY constraint failed: ") + c.orphan +
            "\ndatabase stays at version 1; 0 of 1 scripts were applied, this one was rolled back")
        << c.script;
    EXPECT_EQ(Query(db, "SELECT * FROM w"), "a|7");
  }
}

TEST(ForeignKeyScripts, OrphanOfAKeyInLowerCaseIsRefused) {
  for (bool table_form : {false, true}) {
    EnforcedProject test;
    test.project.Script("0002-a.sql",
                        "create table d (x references p);\ninsert into d values (3);");
    EXPECT_EQ(
        test.ApplyIn(table_form),
        "error 787: 0002-a.sql: FOREIGN KEY constraint failed: d rowid 1 (x = 3) has no parent in "
        "p\n"
        "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
    EXPECT_EQ(TableNames(test.db), "c p");
  }
}

TEST(ForeignKeyScripts, EnforcementAskedForAtTheHeadCascades) {
  for (bool table_form : {false, true}) {
    for (const char* host : {"ON", "OFF"}) {
      EnforcedProject test;
      Query(test.db, std::string("PRAGMA foreign_keys = ") + host);
      std::string before = Query(test.db, "PRAGMA foreign_keys");
      test.project.Script("0002-a.sql", "PRAGMA foreign_keys = ON;\nDELETE FROM p WHERE id = 1;");
      test.project.Script("0003-b.sql",
                          "DELETE FROM c WHERE id = 20;\nDELETE FROM p WHERE id = 2;");
      EXPECT_EQ(test.ApplyIn(table_form), "3");
      EXPECT_EQ(Query(test.db, "SELECT count(*) FROM c"), "0");
      EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys"), before);
    }
  }
}

TEST(ForeignKeyScripts, EnforcementAskedForEndsWithItsScript) {
  EnforcedProject test;
  test.project.Script("0002-a.sql", "PRAGMA foreign_keys = ON;\nSELECT 1;");
  test.project.Script("0003-b.sql", kRebuild);
  EXPECT_EQ(test.ApplyIn(false), "3");
  EXPECT_EQ(test.Children(), "10,20");
}

TEST(ForeignKeyScripts, EnforcementAskedForRefusesWithThePlace) {
  EnforcedProject test;
  test.project.Script("0002-a.sql", "PRAGMA foreign_keys = ON;\nINSERT INTO c VALUES (77, 7);");
  EXPECT_EQ(test.ApplyIn(false),
            "error 787: 0002-a.sql:2:1: FOREIGN KEY constraint failed\n"
            "  2 | INSERT INTO c VALUES (77, 7);\n"
            "    | ^\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys"), "1");
}

// What a deferred constraint refuses at the commit must name the script all the same.
TEST(ForeignKeyScripts, DeferredViolationAtTheCommitNamesTheScript) {
  Project project;
  Database db = project.Open();
  project.Script("0001-a.sql",
                 "CREATE TABLE p (id INTEGER PRIMARY KEY);\n"
                 "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);");
  ASSERT_EQ(Apply(db, project), "1");
  project.Script("0002-b.sql", "PRAGMA foreign_keys = ON;\nINSERT INTO c VALUES (7);");
  EXPECT_EQ(Apply(db, project),
            "error 787: 0002-b.sql:2:1: FOREIGN KEY constraint failed\n"
            "  2 | INSERT INTO c VALUES (7);\n"
            "    | ^\n"
            "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(Version(db), "1");
  EXPECT_TRUE(db.InAutocommit());
}

// Where plain SQLite refuses a script under foreign_keys=ON, so do we, at the same statement.
TEST(ForeignKeyScripts, DeferredViolationsUnderEnforcementAreRefusedWhereSqliteRefusesThem) {
  const std::string tables =
      "CREATE TABLE p (id INTEGER PRIMARY KEY);\n"
      "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n"
      "CREATE TABLE d (p REFERENCES p);\n";
  // One statement each; the last one that runs is the one that fails.
  const std::vector<std::vector<std::string>> cases = {
      {"INSERT INTO c VALUES (7);", "INSERT INTO p VALUES (7);"},
      {"BEGIN;", "INSERT INTO c VALUES (7);", "INSERT INTO p VALUES (7);", "COMMIT;"},
      {"BEGIN;", "INSERT INTO c VALUES (7);", "COMMIT;"},
      {"BEGIN;", "INSERT INTO c VALUES (7);", "END TRANSACTION;"},
      {"BEGIN;", "INSERT INTO c VALUES (7);", "ROLLBACK;"},
      {"SAVEPOINT a;", "INSERT INTO c VALUES (7);", "RELEASE a;"},
      {"SAVEPOINT a;", "INSERT INTO c VALUES (7);", "INSERT INTO p VALUES (7);", "RELEASE a;"},
      {"SAVEPOINT a;", "SAVEPOINT b;", "INSERT INTO c VALUES (7);", "RELEASE b;",
       "INSERT INTO p VALUES (7);", "RELEASE a;"},
      {"SAVEPOINT a;", "SAVEPOINT b;", "INSERT INTO c VALUES (7);", "RELEASE b;", "RELEASE a;"},
      {"SAVEPOINT a;", "SAVEPOINT b;", "INSERT INTO c VALUES (7);", "RELEASE a;"},
      {"SAVEPOINT a;", "INSERT INTO c VALUES (7);", "ROLLBACK TO a;", "RELEASE a;"},
      {"SAVEPOINT a;", "INSERT INTO c VALUES (7);", "COMMIT;"},
      {"BEGIN;", "SAVEPOINT a;", "INSERT INTO c VALUES (7);", "RELEASE a;", "COMMIT;"},
      {"BEGIN;", "INSERT INTO d VALUES (7);", "COMMIT;"},
      {"PRAGMA defer_foreign_keys = ON;", "INSERT INTO d VALUES (7);"},
      {"BEGIN;", "PRAGMA defer_foreign_keys = ON;", "INSERT INTO d VALUES (7);",
       "INSERT INTO p VALUES (7);", "COMMIT;"},
      {"BEGIN;", "PRAGMA defer_foreign_keys = ON;", "INSERT INTO d VALUES (7);", "COMMIT;"},
      {"BEGIN;", "PRAGMA defer_foreign_keys = ON;", "COMMIT;", "INSERT INTO d VALUES (7);"},
      {"BEGIN;", "PRAGMA defer_foreign_keys = ON;", "COMMIT;", "BEGIN;",
       "INSERT INTO d VALUES (7);", "COMMIT;"},
      {"BEGIN;", "PRAGMA defer_foreign_keys = ON;", "ROLLBACK;", "INSERT INTO d VALUES (7);"},
  };
  for (const std::vector<std::string>& statements : cases) {
    Database plain = OpenDatabase();
    ASSERT_EQ(Query(plain, tables + "PRAGMA foreign_keys = ON"), "");
    size_t failed = 0;
    while (failed < statements.size() && Query(plain, statements[failed]).empty()) ++failed;

    Project project;
    Database db = project.Open();
    project.Script("0001-a.sql", tables);
    ASSERT_EQ(Apply(db, project), "1");
    std::string script = "PRAGMA foreign_keys = ON;\n";
    for (const std::string& statement : statements) script += statement + "\n";
    project.Script("0002-b.sql", script);
    std::string expected = "2";
    if (failed < statements.size()) {
      expected =
          "error 787: 0002-b.sql:" + std::to_string(failed + 2) +
          ":1: FOREIGN KEY constraint failed\n  " + std::to_string(failed + 2) + " | " +
          statements[failed] +
          "\n    | ^\n"
          "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back";
    }
    EXPECT_EQ(Apply(db, project), expected) << script;
    EXPECT_EQ(Query(db, "PRAGMA foreign_key_check; PRAGMA foreign_keys; PRAGMA defer_foreign_keys"),
              "0\n0")
        << script;
  }
}

// The script that is named stands behind the last state without new orphans.
TEST(ForeignKeyScripts, OrphansOfSeveralScriptsCountAtTheEndOfTheCall) {
  struct Case {
    std::vector<std::string> scripts;  // from version 2 on
    int version;                       // reached
    const char* orphan;                // that the next one leaves; empty: none
  };
  const std::vector<Case> cases = {
      {{"INSERT INTO c VALUES (30, 3);", "SELECT 1;", "INSERT INTO p VALUES (3, 'c');"}, 4, ""},
      {{"INSERT INTO c VALUES (30, 3);", "INSERT INTO p VALUES (3, 'c');",
        "INSERT INTO c VALUES (40, 4);", "SELECT 1;"},
       3,
       "c rowid 40 (p = 4) has no parent in p"},
      {{"SELECT 1;", "INSERT INTO c VALUES (30, 3);", "INSERT INTO c VALUES (40, 4);",
        "INSERT INTO p VALUES (4, 'd');"},
       2,
       "c rowid 30 (p = 3) has no parent in p"},
      {{"INSERT INTO c VALUES (30, 3);", "DELETE FROM c WHERE id = 30;",
        "DELETE FROM p WHERE id = 1;"},
       3,
       "c rowid 10 (p = 1) has no parent in p"},
  };
  for (bool table_form : {false, true}) {
    for (const Case& c : cases) {
      EnforcedProject test;
      for (size_t i = 0; i < c.scripts.size(); ++i) {
        test.project.Script("000" + std::to_string(i + 2) + "-x.sql", c.scripts[i]);
      }
      std::string expected = std::to_string(c.version);
      if (*c.orphan != '\0') {
        expected = "error 787: 000" + std::to_string(c.version + 1) +
                   "-x.sql: FOREIGN KEY constraint failed: " + c.orphan +
                   "\ndatabase stays at version " + expected + "; " +
                   std::to_string(c.version - 1) + " of " + std::to_string(c.scripts.size()) +
                   " scripts were applied, this one was rolled back";
      }
      EXPECT_EQ(test.ApplyIn(table_form), expected);
      EXPECT_EQ(Version(test.db), std::to_string(c.version));
      EXPECT_EQ(Query(test.db, "PRAGMA foreign_key_check; PRAGMA foreign_keys"), "1");
    }
  }
}

TEST(ForeignKeyScripts, WhoeverHasEnforcementOffIsNotChecked) {
  for (bool table_form : {false, true}) {
    EnforcedProject test;
    Query(test.db, "PRAGMA foreign_keys = OFF");
    test.project.Script("0002-a.sql", "INSERT INTO c VALUES (77, 7);");
    EXPECT_EQ(test.ApplyIn(table_form), "2");
    EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys"), "0");
  }
}

TEST(ForeignKeyScripts, ScriptThatRefersToAMissingTableIsRefused) {
  EnforcedProject test;
  test.project.Script("0002-a.sql",
                      "CREATE TABLE d (x REFERENCES nowhere);\nINSERT INTO d VALUES (1);");
  EXPECT_EQ(
      test.ApplyIn(false),
      "error 787: 0002-a.sql: FOREIGN KEY constraint failed: d rowid 1 (x = 1) has no parent in "
      "nowhere\n"
      "database stays at version 1; 0 of 1 scripts were applied, this one was rolled back");
}

TEST(ForeignKeyScripts, EnforcementIsOnAgainAfterAFailure) {
  for (bool table_form : {false, true}) {
    EnforcedProject test;
    test.project.Script("0002-a.sql", "SELECT nope;");
    EXPECT_EQ(test.ApplyIn(table_form), FailedAtNope("0002-a.sql", 1, 0, 1));
    EXPECT_EQ(Query(test.db, "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(Query(test.db, "INSERT INTO c VALUES (77, 7)"),
              "error 787: FOREIGN KEY constraint failed");
  }
}

TEST(ForeignKeyScripts, EnforcementIsOnAgainAfterAnInterrupt) {
  for (const char* statement : {"SELECT interrupt();", "INSERT INTO p VALUES (3, interrupt());"}) {
    EnforcedProject test;
    std::function<void()> action = [&] { sqlite3_interrupt(test.db.handle()); };
    DefineAction(test.db, "interrupt", &action);
    test.project.Script("0002-a.sql", statement);
    EXPECT_TRUE(StartsWith(test.ApplyIn(false), "error 9:"));
    EXPECT_TRUE(test.db.InAutocommit());
    EXPECT_EQ(Query(test.db, "INSERT INTO c VALUES (77, 7)"),
              "error 787: FOREIGN KEY constraint failed");
  }
}

}  // namespace
}  // namespace fastmigrate
