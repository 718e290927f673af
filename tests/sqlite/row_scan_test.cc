#include "sqlite/row_scan.h"

#include <gtest/gtest.h>

#include <new>
#include <set>
#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

const Scan kScan{"a, b", "main.t"};

Database WithRows() {
  Database db = OpenDatabase();
  EXPECT_TRUE(
      db.Execute("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2.5, NULL), "
                 "(x'00ff', 'a' || char(0) || 'b')"));
  return db;
}

Database WithFunction() {
  Database db = WithRows();
  EXPECT_EQ(RegisterRowScan(db.handle()), SQLITE_OK);
  return db;
}

std::string Scanned(const Database& db, const Scan& scan = kScan) {
  std::string text;
  Status status = ScanRows(db, scan, [&](const RowValues& row) {
    for (size_t column = 0; column < row.size(); ++column) {
      text += std::to_string(row.Type(column)) + ":";  // the text of a BLOB makes it one
      text += std::string(row.View(column)) + " ";
    }
    text += "| ";
  });
  return status ? text : "error: " + status.error().message;
}

const std::string kRows("1:1 3:x | 2:2.5 5: | 4:\0\xFF 3:a\0b | ", 34);

// How often an authorizer was asked for the function, and what it answers the first time and later.
struct Asked {
  int answer = SQLITE_OK;
  int later = answer;
  int functions = 0;
};
int Answer(void* data, int action, const char*, const char* name, const char*, const char*) {
  auto* asked = static_cast<Asked*>(data);
  if (action != SQLITE_FUNCTION || std::string(name) != "fastmigrate_row") return SQLITE_OK;
  return ++asked->functions == 1 ? asked->answer : asked->later;
}

TEST(RowScan, GivesEachRowOnce) {
  Database db = WithFunction();
  Asked asked;
  sqlite3_set_authorizer(db.handle(), Answer, &asked);
  EXPECT_EQ(Scanned(db), kRows);
  EXPECT_EQ(asked.functions, 1);
}

TEST(RowScan, GivesEachRowOnceWithoutTheFunction) { EXPECT_EQ(Scanned(WithRows()), kRows); }

TEST(RowScan, GivesEachRowOnceWhereTheFunctionCannotBeCalled) {
  for (int answer : {SQLITE_DENY, SQLITE_IGNORE}) {
    Database db = WithFunction();
    Asked asked{answer};
    sqlite3_set_authorizer(db.handle(), Answer, &asked);
    EXPECT_EQ(Scanned(db), kRows) << answer;
    EXPECT_EQ(asked.functions, 1);
  }
  Database db = WithFunction();
  sqlite3_limit(db.handle(), SQLITE_LIMIT_FUNCTION_ARG, 2);
  EXPECT_EQ(Scanned(db), kRows);
}

// Another connection has changed the schema, so that SQLite compiles the statement once more.
TEST(RowScan, GivesEachRowOnceWhereAnAuthorizerChangesItsMind) {
  for (int later : {SQLITE_DENY, SQLITE_IGNORE}) {
    TempFolder temp;
    Database db = OpenDatabase(temp.Path("a.db"));
    ASSERT_EQ(RegisterRowScan(db.handle()), SQLITE_OK);
    ASSERT_TRUE(db.Execute("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x')"));
    ASSERT_TRUE(OpenDatabase(temp.Path("a.db")).Execute("CREATE TABLE u (a)"));
    Asked asked{SQLITE_OK, later};
    sqlite3_set_authorizer(db.handle(), Answer, &asked);
    EXPECT_EQ(Scanned(db), "1:1 3:x | ") << later;
    EXPECT_EQ(asked.functions, 2);
  }
}

TEST(RowScan, GivesEachRowOnceWhereTheNameIsAnotherFunctions) {
  for (int arguments : {-1, 3}) {
    Database db = WithFunction();
    auto one = [](sqlite3_context* context, int, sqlite3_value**) {
      sqlite3_result_int(context, 1);
    };
    sqlite3_create_function(db.handle(), "fastmigrate_row", arguments, SQLITE_UTF8, nullptr, one,
                            nullptr, nullptr);
    EXPECT_EQ(Scanned(db), kRows) << arguments;
  }
}

TEST(RowScan, TakesAllColumns) { EXPECT_EQ(Scanned(WithFunction(), {"*", "main.t"}), kRows); }

TEST(RowScan, KeepsToTheCondition) {
  const Scan scan{"b", "main.t", "a = 1"};
  EXPECT_EQ(Scanned(WithFunction(), scan), "3:x | ");
  EXPECT_EQ(Scanned(WithRows(), scan), "3:x | ");
}

TEST(RowScan, KeepsToTheOrder) {
  const Scan scan{"b", "main.t", "a < 3", "rowid"};
  for (const Database& db : {WithFunction(), WithRows()}) {
    ASSERT_TRUE(db.Execute("PRAGMA reverse_unordered_selects = ON"));
    EXPECT_EQ(Scanned(db, {"b", "main.t", "a < 3"}), "5: | 3:x | ");
    EXPECT_EQ(Scanned(db, scan), "3:x | 5: | ");
  }
}

TEST(RowScan, SaysWhatSqliteSays) {
  for (const Database& db : {WithFunction(), WithRows()}) {
    EXPECT_EQ(Scanned(db, {"a", "main.missing"}), "error: no such table: main.missing");
    EXPECT_EQ(Scanned(db, {"c", "main.t"}), "error: no such column: c");
  }
}

TEST(RowScan, EndsWithoutMemory) {
  Database db = WithFunction();
  int rows = 0;
  Status status = ScanRows(db, kScan, [&](const RowValues&) {
    ++rows;
    throw std::bad_alloc();
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_NOMEM);
  EXPECT_EQ(rows, 1);
}

// SQLite makes NULL of it.
TEST(RowScan, EndsWithoutMemoryWhereANumberIsMadeAText) {
  for (const Database& db : {WithFunction(), WithRows()}) {
    Status status = ScanRows(db, {"a", "main.t", "a = 1"}, [&](const RowValues& row) {
      NoMemory none(db);
      if (!none.ok()) GTEST_SKIP() << "SQLite has memory set aside";
      EXPECT_THROW(row.View(0), std::bad_alloc);
    });
  }
}

// What is put behind another value must not look like it.
TEST(RowScan, AppendsValuesThatDifferAsBytesThatDo) {
  Database db = WithFunction();
  std::vector<std::string> values;
  const Scan scan{"a",
                  "(SELECT 1 AS a UNION ALL VALUES ('1'), (x'31'), (1.0), (NULL), (''), ('11'))"};
  ASSERT_TRUE(ScanRows(db, scan,
                       [&](const RowValues& row) { row.AppendValue(0, &values.emplace_back()); }));
  ASSERT_EQ(values.size(), 7u);
  EXPECT_EQ(std::set<std::string>(values.begin(), values.end()).size(), 7u);
}

TEST(RowScan, IsNotForOthers) {
  Database db = WithFunction();
  for (const char* call : {"fastmigrate_row()", "fastmigrate_row(NULL)", "fastmigrate_row(1, 2)"}) {
    Result<std::optional<int64_t>> called = db.QueryInteger(std::string("SELECT ") + call);
    ASSERT_FALSE(called) << call;
    EXPECT_EQ(called.error().message, "fastmigrate_row() is for fastmigrate itself");
  }
}

}  // namespace
}  // namespace fastmigrate
