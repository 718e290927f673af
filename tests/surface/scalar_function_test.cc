#include "surface/scalar_function.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

Result<Cell> Count(const Database&, const Arguments& arguments) {
  return Cell(static_cast<int64_t>(arguments.size()));
}
Result<Cell> Tables(const Database& db, const Arguments&) {
  Result<std::optional<int64_t>> count = db.QueryInteger("SELECT count(*) FROM sqlite_schema");
  if (!count) return count.error();
  return Cell(count->value_or(-1));
}
Result<Cell> Fail(const Database&, const Arguments&) {
  return Error{SQLITE_BUSY, "because of \"%s\""};
}
Result<Cell> ThrowNoMemory(const Database&, const Arguments&) { throw std::bad_alloc(); }
Result<Cell> ThrowOther(const Database&, const Arguments&) { throw std::runtime_error("thrown"); }

constexpr CallRules kReads{.access = Access::kAnywhere};
constexpr CallRules kWrites{.access = Access::kChanges};

constexpr ScalarFunction kCount = {"count_some", 1, 3, kReads, Count};
constexpr ScalarFunction kCountAny = {"count_any", 2, -1, kReads, Count};
constexpr ScalarFunction kTables = {"count_tables", 0, 0, kWrites, Tables};
constexpr ScalarFunction kFail = {"fail", 0, 0, kReads, Fail};
constexpr ScalarFunction kNoMemory = {"no_memory", 0, 0, kReads, ThrowNoMemory};
constexpr ScalarFunction kThrow = {"throw_it", 0, 0, kReads, ThrowOther};

Database OpenWith(const ScalarFunction& function) {
  Database db = OpenDatabase();
  EXPECT_EQ(RegisterScalarFunction(db.handle(), function), SQLITE_OK);
  return db;
}

TEST(ScalarFunction, TakesItsNumberOfArguments) {
  Database db = OpenWith(kCount);
  EXPECT_EQ(Query(db, "SELECT count_some(1), count_some(1, 2), count_some(1, 2, 3)"), "1|2|3");
  EXPECT_EQ(Query(db, "SELECT count_some()"),
            "error 1: wrong number of arguments to function count_some()");
  EXPECT_EQ(Query(db, "SELECT count_some(1, 2, 3, 4)"),
            "error 1: wrong number of arguments to function count_some()");
}

TEST(ScalarFunction, TakesAnyNumberFromTheLeast) {
  Database db = OpenWith(kCountAny);
  EXPECT_EQ(Query(db, "SELECT count_any(1, 2), count_any(1, 2, 3, 4, 5, 6, 7)"), "2|7");
  EXPECT_EQ(Query(db, "SELECT count_any(1)"), "error 1: count_any() needs at least 2 arguments");
}

TEST(ScalarFunction, IsCalledWithItsConnection) {
  Database db = OpenWith(kTables);
  Query(db, "CREATE TABLE a (x); CREATE TABLE b (x)");
  EXPECT_EQ(Query(db, "SELECT count_tables()"), "2");
}

TEST(ScalarFunction, FailsWithCodeAndMessage) {
  EXPECT_EQ(Query(OpenWith(kFail), "SELECT fail()"), "error 5: because of \"%s\"");
}

TEST(ScalarFunction, LetsNoExceptionOut) {
  EXPECT_EQ(Query(OpenWith(kNoMemory), "SELECT no_memory()"), "error 7: out of memory");
  EXPECT_EQ(Query(OpenWith(kThrow), "SELECT throw_it()"), "error 1: thrown");
}

TEST(ScalarFunction, ThatChangesIsForTheApplicationsSqlOnly) {
  Database db = OpenWith(kTables);
  Query(db, "CREATE VIEW v AS SELECT count_tables() AS x");
  EXPECT_EQ(Query(db, "SELECT x FROM v"), "error 1: unsafe use of count_tables()");
}

TEST(ScalarFunction, ThatChangesIsRefusedInsideAStatementThatWrites) {
  const std::string refusal =
      "error 1: count_tables() cannot be called inside a statement that writes (INSERT ... SELECT, "
      "CREATE TABLE AS, UPDATE); call it in a SELECT of its own";
  Database db = OpenWith(kTables);
  Query(db, "CREATE TABLE t (a)");
  EXPECT_EQ(Query(db, "INSERT INTO t SELECT count_tables()"), refusal);
  EXPECT_EQ(Query(db, "CREATE TABLE u AS SELECT count_tables()"), refusal);
  EXPECT_EQ(Query(db, "BEGIN; INSERT INTO t VALUES (1); SELECT count_tables()"), "1");
  EXPECT_EQ(Query(db, "UPDATE t SET a = count_tables()"), refusal);
}

TEST(ScalarFunction, ThatReadsMayStandInAStatementThatWrites) {
  Database db = OpenWith(kCount);
  EXPECT_EQ(Query(db, "CREATE TABLE t AS SELECT count_some(1) AS a; SELECT a FROM t"), "1");
}

TEST(ScalarFunction, ThatReadsMayStandInAView) {
  Database db = OpenWith(kCount);
  Query(db, "CREATE VIEW v AS SELECT count_some(1) AS x");
  EXPECT_EQ(Query(db, "SELECT x FROM v"), "1");
}

}  // namespace
}  // namespace fastmigrate
