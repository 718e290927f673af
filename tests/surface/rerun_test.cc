#include "surface/rerun.h"

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(SelectsFromOnly, IsTrueOfTheFunctionAndNothingElse) {
  for (const char* sql :
       {"SELECT * FROM f",
        "select * from F",
        "SELECT * FROM f;",
        "SELECT * FROM f('x', (1 + 2))",
        "SELECT a, count(*) FROM temp.f(?1) -- why\n",
        "SELECT a FROM \"f\" WHERE b = 'x'",
        "SELECT a FROM f AS t WHERE t.a > 1",
        "SELECT a FROM f t ORDER BY a, b LIMIT 1, 2",
        "/* SELECT */ SELECT 'SELECT', 'FROM' FROM f GROUP BY a HAVING b",
        "SELECT DISTINCT a FROM f() ORDER BY a",
        "SELECT mine(a), f.b FROM f WHERE mine(1) OR a",
        "SELECT * FROM f WHERE a = 'f' AND b IN ('x', 'y')",
        "SELECT max(a) OVER (ORDER BY b) FROM f",
        "SELECT * FROM (f)",
        "SELECT a FROM (SELECT a, b FROM f ORDER BY a) AS t LIMIT 1",
        "SELECT EXISTS (SELECT 1 FROM f WHERE a = 'x') AND 1",
        "SELECT (SELECT count(*) FROM f)",
        "WITH t AS (SELECT a FROM f) SELECT count(*), max (a) FROM T WHERE a IN (1, 2)",
        "WITH t AS (SELECT a FROM f), u AS (SELECT * FROM t) SELECT * FROM u, (SELECT 1)",
        "SELECT json_object('a', (SELECT json_group_array(a) FROM f('x')), 'b', 'mine(1)')",
        "SELECT * FROM (SELECT 1 AS b, 2) x LEFT JOIN f ON x.b = f.a, (SELECT 3)",
        "SELECT * FROM f WHERE a IN (SELECT 1)",
        "SELECT a FROM f WHERE b IN temp.t AND a IN u",
        "SELECT * FROM f((SELECT 'x'))"}) {
    EXPECT_TRUE(SelectsFromOnly(sql, "f")) << sql;
  }
}

TEST(SelectsFromOnly, IsFalseOfAnythingElse) {
  for (const char* sql :
       {"", "SELECT 1", "SELECT * FROM t", "SELECT * FROM f.t", "SELECT * FROM f, t",
        "SELECT * FROM t, f", "SELECT * FROM f JOIN t", "SELECT * FROM f('x') LEFT JOIN t",
        "SELECT * FROM f a JOIN t", "SELECT * FROM f NATURAL JOIN t", "SELECT * FROM f, temp.t",
        "SELECT * FROM f, 't'", "SELECT * FROM (t)", "SELECT * FROM f, (SELECT 1 FROM t)",
        "SELECT * FROM f ON a IN (SELECT 1), t", "SELECT * FROM f WHERE a IN (SELECT b FROM t)",
        // a table twice
        "SELECT * FROM f, f AS g", "SELECT * FROM f WHERE a IN f",
        "SELECT * FROM f WHERE a IN temp.f", "SELECT (SELECT 1 FROM f) FROM f",
        "SELECT a IS DISTINCT FROM f FROM f", "WITH t AS (SELECT a FROM f) SELECT * FROM t, t AS u",
        // rows from elsewhere
        "SELECT 1 UNION ALL SELECT * FROM f", "SELECT * FROM f UNION ALL SELECT 1",
        "SELECT * FROM f UNION ALL VALUES (1)", "VALUES (1) UNION ALL SELECT * FROM f",
        "SELECT * FROM f EXCEPT SELECT 1", "SELECT * FROM (VALUES (1), (2)), f",
        "WITH RECURSIVE t AS (SELECT 1) SELECT * FROM f", "SELECT * FROM json_each('[1]'), f",
        // functions that may do something, before the table is read
        "SELECT mine(1), (SELECT 1 FROM f)", "SELECT \"mine\"(1), (SELECT 1 FROM f)",
        "SELECT f(1), (SELECT 1 FROM f)", "WITH t AS (SELECT mine(1)) SELECT * FROM t, f",
        "SELECT 'a' REGEXP 'b', (SELECT 1 FROM f)", "SELECT filter(1), (SELECT 1 FROM f)",
        "SELECT * FROM f WHERE fastmigrate_backup() <> ''",
        // what is not understood
        "WITH t(a) AS (SELECT 1) SELECT * FROM t, f", "SELECT a IS DISTINCT FROM b FROM f",
        // no SELECT
        "INSERT INTO t SELECT * FROM f", "CREATE TABLE t AS SELECT * FROM f",
        "EXPLAIN SELECT * FROM f", "WITH t AS (SELECT * FROM f) INSERT INTO u SELECT * FROM t",
        "WITH t AS (SELECT * FROM f) DELETE FROM t"}) {
    EXPECT_FALSE(SelectsFromOnly(sql, "f")) << sql;
  }
}

// What StatementRun tells inside the statement that calls function f.
std::optional<StatementRun> RunOf(const Database& db, const std::string& sql) {
  static std::optional<StatementRun> run;
  run.reset();
  sqlite3_create_function_v2(
      db.handle(), "look", 0, SQLITE_UTF8, nullptr,
      [](sqlite3_context* context, int, sqlite3_value**) {
        run = StatementRun::Of(sqlite3_context_db_handle(context), "t");
      },
      nullptr, nullptr, nullptr);
  Query(db, sql);
  return run;
}

TEST(StatementRun, IsOfTheOneThatRuns) {
  Database db = OpenDatabase();
  Query(db, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
  EXPECT_TRUE(RunOf(db, "SELECT look() FROM t"));
  EXPECT_FALSE(RunOf(db, "SELECT look()"));
  EXPECT_FALSE(RunOf(db, "INSERT INTO t SELECT look() FROM t"));
  Result<Statement> other = db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*other->Step());
  EXPECT_FALSE(RunOf(db, "SELECT look() FROM t"));
}

}  // namespace
}  // namespace fastmigrate
