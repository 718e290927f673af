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
