#include "surface/rerun.h"

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(SelectsFromAlone, IsTrueOfTheFunctionAndNothingElse) {
  for (const char* sql :
       {"SELECT * FROM f", "select * from F", "SELECT * FROM f;", "SELECT * FROM f('x', (1 + 2))",
        "SELECT a, count(*) FROM temp.f(?1) -- why\n", "SELECT a FROM \"f\" WHERE b = 'x'",
        "SELECT a FROM f AS t WHERE t.a > 1", "SELECT a FROM f t ORDER BY a, b LIMIT 1",
        "/* SELECT */ SELECT 'SELECT', 'FROM' FROM f GROUP BY a HAVING b",
        "SELECT DISTINCT a FROM f() ORDER BY a"}) {
    EXPECT_TRUE(SelectsFromAlone(sql, "f")) << sql;
  }
}

TEST(SelectsFromAlone, IsFalseOfAnythingElse) {
  for (const char* sql : {"",
                          "SELECT 1",
                          "SELECT * FROM t",
                          "SELECT * FROM f.t",
                          "SELECT * FROM f, t",
                          "SELECT * FROM t, f",
                          "SELECT * FROM f JOIN t",
                          "SELECT * FROM f('x') LEFT JOIN t",
                          "SELECT * FROM f a JOIN t",
                          "SELECT * FROM f NATURAL JOIN t",
                          "SELECT * FROM (f)",
                          "SELECT 1 UNION ALL SELECT * FROM f",
                          "SELECT * FROM f UNION ALL SELECT 1",
                          "SELECT * FROM f UNION ALL VALUES (1)",
                          "VALUES (1) UNION ALL SELECT * FROM f",
                          "SELECT * FROM f WHERE a IN (SELECT 1)",
                          "SELECT * FROM f WHERE a IN f",
                          "SELECT * FROM f WHERE a = 'f'",
                          "SELECT * FROM f((SELECT 1))",
                          "WITH t AS (SELECT 1) SELECT * FROM f",
                          "INSERT INTO t SELECT * FROM f",
                          "CREATE TABLE t AS SELECT * FROM f",
                          "EXPLAIN SELECT * FROM f",
                          "SELECT a IS DISTINCT FROM f FROM t"}) {
    EXPECT_FALSE(SelectsFromAlone(sql, "f")) << sql;
  }
}

bool IsFOrG(std::string_view name) { return EqualIgnoringCase(name, "f") || name == "g"; }

TEST(ReadsOnlyOurs, IsTrueOfOurTablesAndOfFunctionsThatOnlyTell) {
  for (const char* sql :
       {"SELECT 1", "SELECT * FROM f('x') UNION ALL SELECT * FROM g()",
        "WITH t AS (SELECT a FROM f) SELECT count(*), max (a) FROM t WHERE a IN (1, 2)",
        "WITH t AS (SELECT a FROM f), u AS (SELECT * FROM T) SELECT * FROM u, t ORDER BY a, b",
        "SELECT EXISTS (SELECT 1 FROM F()) AND (a OR (b)), 'mine(1)' -- mine(1)",
        "SELECT json_object('a', (SELECT json_group_array(a) FROM \"f\"('x')))",
        "SELECT count(*) OVER (ORDER BY a, b) FROM f JOIN (SELECT 1) USING (a, b)",
        "SELECT a, b FROM f('x', (SELECT 1)) AS x, main.g AS y WHERE a IN f GROUP BY a, b",
        "SELECT * FROM (f JOIN (g))", "SELECT * FROM f LEFT JOIN g ON max(a, b) = 1, g",
        "SELECT a FROM f WHERE a > 1 UNION SELECT b FROM g LIMIT 1, 2"}) {
    EXPECT_TRUE(ReadsOnlyOurs(sql, IsFOrG)) << sql;
  }
}

TEST(ReadsOnlyOurs, IsFalseOfAnythingElse) {
  for (const char* sql : {"SELECT mine(1)",
                          "SELECT mine (1) FROM f",
                          "SELECT \"mine\"(1) FROM f",
                          "SELECT * FROM f(mine())",
                          "SELECT load_extension('x')",
                          "SELECT writefile('x', 'y')",
                          "SELECT a /* ( */ FROM h('x')",
                          "SELECT counts(1)",
                          "SELECT \"count min\"(1)",
                          "SELECT * FROM h",
                          "SELECT * FROM f, h",
                          "SELECT * FROM f AS a, temp.h",
                          "SELECT * FROM 'h'",
                          "SELECT * FROM f JOIN h",
                          "SELECT * FROM (h)",
                          "SELECT * FROM (f JOIN (SELECT 1 FROM h))",
                          "SELECT * FROM f WHERE a IN h",
                          "SELECT (SELECT a FROM f WHERE b IN (1, 2)) FROM h",
                          "SELECT * FROM f JOIN g ON a IN (SELECT 1), h",
                          "SELECT * FROM f.h",
                          "WITH t AS (SELECT 1 FROM h) SELECT * FROM t",
                          "WITH t(a) AS (SELECT 1) SELECT * FROM t",
                          "SELECT a IS DISTINCT FROM b FROM f"}) {
    EXPECT_FALSE(ReadsOnlyOurs(sql, IsFOrG)) << sql;
  }
}

// What StatementRun has told last, inside a statement that calls max(), which is f to it.
struct Told {
  bool is_alone = false;
  bool may_begin_anew = false;
};
Told told;

Database OpenThatTells() {
  Database db = OpenDatabase();
  Query(db, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); CREATE TABLE f AS SELECT 1 AS a");
  sqlite3_create_function_v2(
      db.handle(), "max", 0, SQLITE_UTF8, nullptr,
      [](sqlite3_context* context, int, sqlite3_value**) {
        const auto run = StatementRun::Of(sqlite3_context_db_handle(context));
        told = {run.has_value(), run && run->MayBeginAnew("f", IsFOrG)};
      },
      nullptr, nullptr, nullptr);
  return db;
}

Told TellInside(const Database& db, const std::string& sql) {
  told = {};
  Query(db, sql);
  return told;
}

TEST(StatementRun, IsOfTheOnlyOneThatRuns) {
  Database db = OpenThatTells();
  EXPECT_TRUE(TellInside(db, "SELECT max()").is_alone);
  Result<Statement> other = db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*other->Step());
  EXPECT_FALSE(TellInside(db, "SELECT max()").is_alone);
}

TEST(StatementRun, MayBeginAnewBeforeItHasGivenARow) {
  Database db = OpenThatTells();
  EXPECT_TRUE(TellInside(db, "SELECT max()").may_begin_anew);
  EXPECT_FALSE(TellInside(db, "SELECT 1 UNION ALL SELECT max()").may_begin_anew);
  EXPECT_FALSE(TellInside(db, "SELECT max(), hex(1)").may_begin_anew);
  EXPECT_FALSE(TellInside(db, "INSERT INTO t SELECT max()").may_begin_anew);
}

// In a later run it cannot be told what it has given; but the function comes first where it stands
// alone.
TEST(StatementRun, MayBeginAnewInALaterRunWhereTheFunctionStandsAlone) {
  Database db = OpenThatTells();
  for (const char* sql : {"SELECT max()", "SELECT max() FROM f"}) {
    Result<Statement> statement = db.Prepare(sql);
    ASSERT_TRUE(statement->Run());
    EXPECT_TRUE(told.may_begin_anew);
    statement->Reset();
    ASSERT_TRUE(statement->Run());
    EXPECT_EQ(told.may_begin_anew, std::string_view(sql) == "SELECT max() FROM f");
  }
}

}  // namespace
}  // namespace fastmigrate
