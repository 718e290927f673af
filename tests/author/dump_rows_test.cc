// Rows as INSERT statements: every value comes back bit by bit.

#include "author/dump_rows.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "author/dump_schema.h"
#include "schema/schema_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::string RowsOf(const Database& db, const std::string& table) {
  Result<std::string> script = DumpRows(db, table);
  return script ? *script : "error: " + script.error().message;
}

// Every value of t with its type, as hexadecimal bytes.
std::string Dump(const Database& db) {
  Result<Statement> statement = db.Prepare("SELECT * FROM t");
  EXPECT_TRUE(statement) << statement.error().message;
  std::string dump;
  while (*statement->Step()) {
    for (int i = 0; i < sqlite3_column_count(statement->handle()); ++i) {
      const int type = statement->Type(i);
      dump += std::to_string(type) + ":";
      if (type == SQLITE_FLOAT) {
        const double value = statement->Real(i);
        uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        dump += std::to_string(bits);
      } else {
        const void* bytes = sqlite3_column_blob(statement->handle(), i);
        const int size = sqlite3_column_bytes(statement->handle(), i);
        dump.append(static_cast<const char*>(bytes), static_cast<size_t>(bytes ? size : 0));
      }
      dump += '|';
    }
    dump += '\n';
  }
  return dump;
}

void ExpectSameRows(const Database& db) {
  Result<std::string> script = DumpSchema(db, ToolRecords::kKept, {"t"});
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(Dump(MemoryDatabase(*script)), Dump(db)) << *script;
}

struct ValueCase {
  const char* value;
  const char* sql;
};

class Values : public testing::TestWithParam<ValueCase> {};

TEST_P(Values, ComeBackExactly) {
  const Database db = MemoryDatabase("CREATE TABLE t(a); INSERT INTO t VALUES(" +
                                     std::string(GetParam().value) + ")");
  EXPECT_EQ(RowsOf(db, "t"),
            "INSERT INTO \"t\"(\"a\") VALUES(" + std::string(GetParam().sql) + ");\n");
  ExpectSameRows(db);
}

INSTANTIATE_TEST_SUITE_P(All, Values,
                         testing::ValuesIn(std::vector<ValueCase>{
                             {"NULL", "NULL"},
                             {"0", "0"},
                             {"9007199254740993", "9007199254740993"},
                             {"9223372036854775807", "9223372036854775807"},
                             {"-9223372036854775807 - 1", "-9223372036854775808"},
                             {"0.0", "0.0"},
                             {"-0.0", "-0.0"},
                             {"5.0", "5.0"},
                             {"0.1", "0.1"},
                             {"-100000.0", "-100000.0"},
                             {"0.1 + 0.2", "0.30000000000000004"},
                             {"1.0 / 3", "0.3333333333333333"},
                             {"1e300", "1e+300"},
                             {"9e999", "9e999"},
                             {"-9e999", "-9e999"},
                             {"''", "''"},
                             {"'it''s'", "'it''s'"},
                             {"'a' || char(10) || 'b'", "'a\nb'"},
                             {"'größe 表 😀'", "'größe 表 😀'"},
                             {"'a' || char(13) || 'b'", "CAST(x'610d62' AS TEXT)"},
                             {"'a' || char(0) || 'b'", "CAST(x'610062' AS TEXT)"},
                             {"CAST(x'ff' AS TEXT)", "CAST(x'ff' AS TEXT)"},
                             {"CAST(x'eda080' AS TEXT)", "CAST(x'eda080' AS TEXT)"},
                             {"x''", "x''"},
                             {"x'00fF'", "x'00ff'"},
                             {"zeroblob(3)", "x'000000'"},
                         }));

TEST(RowsScript, KeepsEveryBitOfReals) {
  const Database db = MemoryDatabase("CREATE TABLE t(a, b REAL)");
  Result<Statement> insert = db.Prepare("INSERT INTO t VALUES(?1, ?1)");
  ASSERT_TRUE(insert);
  std::mt19937_64 random(1);
  std::vector<double> values = {std::numeric_limits<double>::max(),
                                std::numeric_limits<double>::min(),
                                std::numeric_limits<double>::denorm_min(),
                                1e15,
                                123456789012345678.0,
                                1.0 / 3,
                                1e23,
                                8.41e21,
                                5e-324};
  for (int i = 0; i < 3000; ++i) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) values.push_back(value);
  }
  for (double value : values) {
    insert->Bind(1, value);
    ASSERT_TRUE(insert->Run());
  }
  ExpectSameRows(db);
}

// The locale, which few systems have, is made here.
TEST(RowsScript, WritesPointsInRealsWhateverTheLocale) {
  TempFolder locales;
  const std::string make = "localedef -i de_DE -f UTF-8 '" + locales.Path("de_DE.UTF-8") + "' >'" +
                           locales.Path("log") + "' 2>&1";
  const bool is_made = std::system(make.c_str()) == 0;
  const Database db = MemoryDatabase("CREATE TABLE t(a); INSERT INTO t VALUES(0.1)");
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  setenv("LOCPATH", locales.path().c_str(), 1);
  const bool is_set = is_made && std::setlocale(LC_NUMERIC, "de_DE.UTF-8") != nullptr;
  const std::string rows = RowsOf(db, "t");
  std::setlocale(LC_NUMERIC, before.c_str());
  unsetenv("LOCPATH");
  if (!is_set) GTEST_SKIP() << "localedef cannot make the locale de_DE.UTF-8";
  EXPECT_EQ(rows, "INSERT INTO \"t\"(\"a\") VALUES(0.1);\n");
}

TEST(RowsScript, KeepsTextOfUtf16Databases) {
  const Database db = MemoryDatabase(
      "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(a); INSERT INTO t VALUES('é'), ('a' || "
      "char(13)),"
      "('a' || char(0) || 'b'), (CAST(x'00d8' AS TEXT)), (char(0xfffd)), ('')");
  ExpectSameRows(db);
}

TEST(RowsScript, LeavesOutGeneratedColumns) {
  const Database db = MemoryDatabase(
      "CREATE TABLE t(a, b AS (a + 1), \"c d\", e AS (a) STORED); INSERT INTO t VALUES(1, 2)");
  EXPECT_EQ(RowsOf(db, "t"), "INSERT INTO \"t\"(\"a\", \"c d\") VALUES(1, 2);\n");
  ExpectSameRows(db);
}

TEST(RowsScript, KeepsTheOrderOfTheKey) {
  const Database db = MemoryDatabase(
      "CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES('b'), ('a');"
      "CREATE TABLE u(rowid, oid, _rowid_, id INTEGER PRIMARY KEY);"
      "INSERT INTO u VALUES(1, 1, 1, 9), (2, 2, 2, 5); PRAGMA reverse_unordered_selects = ON");
  EXPECT_EQ(RowsOf(db, "t"),
            "INSERT INTO \"t\"(\"a\") VALUES('a');\nINSERT INTO \"t\"(\"a\") VALUES('b');\n");
  EXPECT_EQ(RowsOf(db, "u"),
            "INSERT INTO \"u\"(\"rowid\", \"oid\", \"_rowid_\", \"id\") VALUES(2, 2, 2, 5);\n"
            "INSERT INTO \"u\"(\"rowid\", \"oid\", \"_rowid_\", \"id\") VALUES(1, 1, 1, 9);\n");
}

TEST(RowsScript, KeepsTheSequence) {
  const Database db = MemoryDatabase(
      "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT);"
      "INSERT INTO t VALUES(3), (50); DELETE FROM t WHERE id = 50");
  EXPECT_EQ(RowsOf(db, "T"),
            "INSERT INTO \"t\"(\"id\") VALUES(3);\n"
            "DELETE FROM sqlite_sequence WHERE name = 't';\n"
            "INSERT INTO sqlite_sequence(name, seq) VALUES('t', 50);\n");
  const Database again = MemoryDatabase(*DumpSchema(db, ToolRecords::kKept, {"t"}));
  EXPECT_EQ(again.QueryInteger("SELECT seq FROM sqlite_sequence")->value_or(0), 50);
}

TEST(RowsScript, RefusesWhatIsNoTable) {
  const Database db = MemoryDatabase(
      "CREATE TABLE t(a); CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(a);"
      "CREATE TABLE _meta(a); CREATE TEMP TABLE temporary(a)");
  EXPECT_EQ(RowsOf(db, "x"), "error: no such table: x");
  EXPECT_EQ(RowsOf(db, "V"), "error: V is a view, which has no rows of its own");
  EXPECT_EQ(RowsOf(db, "f"), "error: f is a virtual table; its rows cannot be written as a script");
  EXPECT_EQ(RowsOf(db, "_meta"), "error: no such table: _meta");
  EXPECT_EQ(RowsOf(db, "temporary"), "error: no such table: temporary");
}

}  // namespace
}  // namespace fastmigrate
