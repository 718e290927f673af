// Whether "x" is a name or a string, asked of SQLite: every double-quoted token of many schemas is
// written as [x], as 'x' and in the other letter case. Where SQLite makes the same bytecode of it
// the schemas are equal, and nowhere else.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "schema/schema_testing.h"
#include "schema/sqlite_facts.h"

namespace fastmigrate {
namespace {

// What surrounds the statements of a case.
constexpr char kAround[] = R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a, "b c", "order");
CREATE TABLE u(a, z COLLATE NOCASE, PRIMARY KEY(a)) WITHOUT ROWID;
CREATE TABLE log(what, n);
CREATE VIEW w(x, y) AS SELECT id, a FROM t;
CREATE VIEW s AS SELECT t.*, a + 1, upper(a) AS "Up", (a) COLLATE NOCASE FROM t;
)sql";

// One statement each.
constexpr const char* kStatements[] = {
    R"(CREATE TABLE c(a CHECK("a" <> "c"), b CHECK("A" <> "Open" AND "rowid" > 1)))",
    R"(CREATE TABLE c(a INTEGER PRIMARY KEY, b AS ("a" || "oid") CHECK("c"."b" > "_rowid_")))",
    R"(CREATE TABLE c(a PRIMARY KEY, CHECK("rowid" > "a")) WITHOUT ROWID)",
    R"(CREATE TABLE c("a" DEFAULT "a", "b" "TEXT" DEFAULT "B" COLLATE "nocase", UNIQUE("a")))",
    R"(CREATE TABLE c("true", false, CHECK(true <> "true" AND "false" <> false)))",
    R"(CREATE TABLE c(a, b AS ("a" IS DISTINCT FROM "Open"), CHECK(a IS NOT DISTINCT FROM "B")))",
    R"(CREATE INDEX i ON t(a) WHERE a IS NOT DISTINCT FROM "Open" AND id IS DISTINCT FROM "A")",
    R"(CREATE INDEX i ON t("a", "oid" || "A", lower("Open") COLLATE "rtrim"))",
    R"(CREATE INDEX i ON t(a) WHERE "oid" > "a" AND "t"."rowid" < 5 AND "t" <> "x")",
    R"(CREATE INDEX i ON u("z") WHERE "rowid" > "a")",
    R"(CREATE VIEW v AS SELECT "a", "A" AS "B", "Open", "t"."a" AS "al" FROM "t" WHERE "al" = "Al")",
    R"(CREATE VIEW v AS SELECT "rowid", "oid" AS o FROM t ORDER BY "oid", "o")",
    R"(CREATE VIEW v AS SELECT "rowid" AS r, "_ROWID_" AS q FROM u)",
    R"(CREATE VIEW v AS SELECT "x", "y", "X" AS n FROM w WHERE "id" = "y" GROUP BY "n" HAVING "n" > "m")",
    R"(CREATE VIEW v AS SELECT "Up" AS u, "a + 1" AS b, "a+1" AS c, "id" AS d, "B C" AS e FROM s)",
    R"(CREATE VIEW v AS SELECT (SELECT "z" FROM u WHERE "id" = "a" AND "q" = "z") AS q FROM t)",
    R"(CREATE VIEW v AS SELECT "a" AS k FROM t WHERE EXISTS (SELECT 1 FROM log WHERE "k" = "what"))",
    R"(CREATE VIEW v AS SELECT "k" AS m FROM (SELECT a AS "k" FROM t) AS "sub" WHERE "sub" = "k")",
    R"(CREATE VIEW v AS SELECT "k", "l" AS l FROM (SELECT "a" k FROM t) JOIN u ON "z" = "k" AND "l" = 1)",
    R"(CREATE VIEW v AS WITH "c"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "c") SELECT "n", "c" AS s FROM c)",
    R"(CREATE VIEW v AS WITH c AS (SELECT "x" AS y, "a" AS "z" FROM t) SELECT "y", "Z" AS b FROM c)",
    R"(CREATE VIEW v AS WITH c AS (SELECT "x" AS y) SELECT (SELECT y FROM c) AS q FROM w)",
    R"(CREATE VIEW v AS WITH c AS (SELECT a FROM t), d AS (SELECT "a", "A1" AS k FROM c) SELECT * FROM d)",
    R"(CREATE VIEW v AS SELECT "a" AS "k" FROM t UNION SELECT "z" FROM u ORDER BY "k")",
    R"(CREATE VIEW v AS SELECT sum("n") OVER (PARTITION BY "what" ORDER BY "N", "q") AS q FROM log)",
    R"(CREATE VIEW v AS SELECT sum("n") OVER "win" AS q FROM log WINDOW "win" AS (ORDER BY "q", "n"))",
    R"(CREATE VIEW v AS SELECT count(*) FILTER (WHERE "n" > "m") AS c FROM "log" GROUP BY "what" LIMIT "3" OFFSET "1")",
    R"(CREATE VIEW v AS SELECT CAST("a" AS "text") AS c, "a" COLLATE "nocase" AS d, "a" IN "log2" AS e FROM t)",
    R"(CREATE VIEW v AS SELECT "a" IN (SELECT "z" FROM u) AS c, "a" IN ("a", "b") AS d FROM t)",
    R"(CREATE VIEW v AS SELECT CASE "a" WHEN "b" THEN "c" ELSE "A" END "k", "a" LIKE "x%" ESCAPE "%" FROM t)",
    R"(CREATE VIEW v AS SELECT "key" AS k, "value", "json" AS j, "nope" AS n FROM json_each("[1]") AS "e")",
    R"(CREATE VIEW v AS SELECT "e"."key" AS k, "a" AS b FROM t, json_each("t"."a", "b c") e)",
    R"(CREATE VIEW v AS VALUES("a", "b"), ("A", 'c'))",
    R"(CREATE VIEW v AS SELECT "column1" AS a, "column3" AS b FROM (VALUES(1, 2)))",
    R"(CREATE VIEW v AS SELECT "a" AS a, "z" AS b FROM (t JOIN u USING ("a")))",
    R"(CREATE VIEW v AS SELECT q."a", "q" AS s, "main"."t"."id" AS i FROM "main"."t" AS "r", t "q", "main"."t")",
    R"(CREATE VIEW v AS SELECT "a" IS DISTINCT FROM "A" AS b, "a" IS NOT "Open" AS c FROM t)",
    R"(CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES("after", "a"), ("NEW", NEW."a"); END)",
    R"(CREATE TRIGGER r AFTER INSERT ON t WHEN "a" = NEW."a" BEGIN UPDATE "u" SET "z" = "a" WHERE "z" = "Z1"; END)",
    R"(CREATE TRIGGER r AFTER UPDATE OF "a" ON t BEGIN DELETE FROM log WHERE "n" = OLD."rowid" AND "what" <> "N1"; END)",
    R"(CREATE TRIGGER r AFTER DELETE ON t BEGIN INSERT INTO "log"("what", "n") SELECT "a", "id" FROM "t" WHERE "x" > 1; END)",
    R"(CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, "Text") WHERE "a" = "b"; END)",
    R"(CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO u("a") VALUES(1) ON CONFLICT("a") DO UPDATE SET "z" = "excluded" || "a" || excluded."a" WHERE "z" > "y"; END)",
    R"(CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET ("a", "b c") = (SELECT "z", "id" FROM u) FROM log WHERE "n" = "rowid"; END)",
    R"(CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = "z", "order" = "order" FROM u AS "q" WHERE "q"."a" = "what"; END)",
    R"(CREATE TRIGGER r INSTEAD OF INSERT ON w BEGIN INSERT INTO log VALUES("x", NEW."x"); SELECT "x" FROM w; END)",
    R"(CREATE TRIGGER r INSTEAD OF DELETE ON w WHEN OLD."y" > "y" BEGIN DELETE FROM t WHERE "id" = OLD."x" AND "y" = 1; END)",
};

struct Counts {
  int same = 0;
  int different = 0;
  std::vector<std::string> reported;  // the same to SQLite, reported by us
};

// Where the scope is not known, or SQLite's optimizer knows more than we do: few, and listed here.
void ExpectReported(const Counts& counts, size_t limit) {
  std::string text;
  for (const std::string& sql : counts.reported) text += sql + "\n";
  EXPECT_LE(counts.reported.size(), limit) << text;
}

// Of the object a statement makes, the relation that SQLite is asked about.
std::string RelationOfRow(const SchemaRow& row) {
  return row.type == "index" || row.type == "trigger" ? row.table : row.name;
}

std::optional<Database> Make(const std::string& sql) {
  Result<Database> db = Database::Open(":memory:", SQLITE_OPEN_READWRITE);
  if (!db || !db->Execute(sql)) return std::nullopt;
  return std::move(*db);
}

std::string OtherCase(std::string text) {
  for (char& c : text) c ^= std::isalpha(static_cast<unsigned char>(c)) ? 0x20 : 0;
  return text;
}

std::string With(const std::vector<Token>& tokens, size_t changed, const std::string& text) {
  std::string sql;
  for (size_t i = 0; i < tokens.size(); ++i) {
    sql += (i == changed ? text : std::string(tokens[i].text)) + " ";
  }
  return sql;
}

class Differential {
 public:
  // `before` and `after` are SQL around the statement.
  Differential(std::string before, std::string statement, std::string after, std::string relation)
      : before_(std::move(before)),
        statement_(std::move(statement)),
        after_(std::move(after)),
        relation_(std::move(relation)) {}

  void Run(Counts* counts) {
    const std::optional<Database> db = Make(before_ + statement_ + "\n;" + after_);
    ASSERT_TRUE(db) << statement_;
    schema_ = ReadSchemaOrFail(*db);
    facts_ = SqliteFacts(*db, relation_);
    if (facts_.find("no statement: SELECT *") != std::string::npos) return;  // a view of nothing
    const std::vector<Token> tokens = SqlTokens(statement_);
    for (size_t i = 4; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      const std::string name = Unquoted(token);
      if (token.kind == TokenKind::kString) {
        Check(With(tokens, i, Quoted(OtherCase(name), '\'')), counts);
        Check(With(tokens, i, Quoted(name, '"')), counts);
      }
      if (token.kind != TokenKind::kQuotedName || token.text[0] != '"') continue;
      Check(With(tokens, i, Quoted(OtherCase(name), '"')), counts);
      Check(With(tokens, i, Quoted(name, '\'')), counts);
      Check(With(tokens, i, "[" + name + "]"), counts);
    }
  }

 private:
  void Check(const std::string& changed, Counts* counts) {
    const std::optional<Database> db = Make(before_ + changed + "\n;" + after_);
    if (!db) return;
    const bool is_same = SqliteFacts(*db, relation_) == facts_;
    const bool is_equal = ReadSchemaOrFail(*db) == schema_;
    EXPECT_FALSE(is_equal && !is_same) << "equal to us: " << statement_ << "\n" << changed;
    if (is_same && !is_equal) counts->reported.push_back(changed);
    ++(is_same ? counts->same : counts->different);
  }

  std::string before_;
  std::string statement_;
  std::string after_;
  std::string relation_;
  Schema schema_;
  std::string facts_;
};

TEST(SchemaQuotes, AreReadAsSqliteReadsThem) {
  if (sqlite3_libversion_number() < 3039000) GTEST_SKIP() << "has IS DISTINCT FROM and STRICT";
  Counts counts;
  for (const char* statement : kStatements) {
    const std::string around = std::string(kAround) + "CREATE TABLE log2(a);";
    const Database db = MemoryDatabase(around + statement);
    Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
    ASSERT_TRUE(rows);
    Differential(around, statement, "", RelationOfRow(rows->back())).Run(&counts);
  }
  EXPECT_GT(counts.same, 400);
  EXPECT_GT(counts.different, 150);
  ExpectReported(counts, sqlite3_libversion_number() < 3041000 ? 9 : 10);
}

TEST(SchemaQuotes, AreReadAsSqliteReadsThemInWholeSchemas) {
  if (sqlite3_libversion_number() < 3037000) GTEST_SKIP() << "has STRICT tables";
  Counts counts;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SOURCE_DIR) + "/tests/mutation/schemas")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const Database db = MemoryDatabase({std::istreambuf_iterator<char>(in), {}});
    Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
    ASSERT_TRUE(rows);
    auto is_later = [](const SchemaRow& row) {
      return row.type != "table" || IsVirtualTable(row.sql);
    };
    for (const SchemaRow& row : *rows) {
      if (IsVirtualTable(row.sql)) continue;
      std::string before;
      std::string after;
      for (const SchemaRow& other : *rows) {
        if (&other == &row) continue;
        const bool is_after = is_later(other) && (!is_later(row) || &other > &row);
        (is_after ? after : before) += other.sql + "\n;";
      }
      Differential(before, row.sql, after, RelationOfRow(row)).Run(&counts);
    }
  }
  EXPECT_GT(counts.same, 350);
  EXPECT_GT(counts.different, 50);
  ExpectReported(counts, 2);
}

}  // namespace
}  // namespace fastmigrate
