// Random SQL: the parser never crashes, and reads whatever SQLite takes. Meant for the sanitizers.

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "author/dump_schema.h"
#include "schema/parser.h"
#include "schema/schema_testing.h"

namespace fastmigrate {
namespace {

constexpr const char* kSeeds[] = {
    "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR(10, -2) NOT NULL ON CONFLICT "
    "FAIL "
    "DEFAULT (1 + 2) COLLATE NOCASE UNIQUE, c AS (a || 'x') STORED CHECK(c > 0))",
    "CREATE TABLE \"t\"([a b] int, 'c' text DEFAULT -1 CONSTRAINT x REFERENCES p(q) ON DELETE SET "
    "NULL "
    "MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED, `d`, PRIMARY KEY(a, `d` DESC), UNIQUE(d) "
    "CHECK(1) "
    "FOREIGN KEY(d) REFERENCES p) STRICT, WITHOUT ROWID",
    "CREATE TABLE t(id INTEGER PRIMARY KEY DESC, x GENERATED ALWAYS AS (id) VIRTUAL, y DEFAULT "
    "\"z\")",
    "CREATE UNIQUE INDEX IF NOT EXISTS i ON s(a COLLATE NOCASE DESC, lower(b), (c)) WHERE a IS NOT "
    "NULL",
    "CREATE INDEX i ON s('a', b || c COLLATE RTRIM ASC) WHERE (b) > (1)",
    "CREATE VIEW v(x, \"y\") AS SELECT a AS \"A\", CAST(b AS TEXT) FROM s AS t LEFT JOIN s ORDER "
    "BY 1 ASC",
    "CREATE TRIGGER r INSTEAD OF UPDATE OF a, b ON w FOR EACH ROW WHEN NEW.a > (1) BEGIN SELECT "
    "'x'; "
    "INSERT INTO s VALUES(1, \"b\", [c]); END",
    "CREATE TRIGGER r AFTER INSERT ON s BEGIN DELETE FROM s WHERE a = new.a; END",
    "CREATE VIRTUAL TABLE f USING fts5(a, \"b\", tokenize = 'porter')",
};

constexpr const char* kTokens[] = {
    "(",         ")",        ",",       ";",          ".",
    "'s'",       "\"q\"",    "[b]",     "`k`",        "1",
    "-",         "x'ab'",    "NULL",    "NOT",        "DEFAULT",
    "PRIMARY",   "KEY",      "UNIQUE",  "CHECK",      "CONSTRAINT",
    "GENERATED", "ALWAYS",   "AS",      "REFERENCES", "COLLATE",
    "ON",        "CONFLICT", "REPLACE", "DEFERRABLE", "FOREIGN",
    "WITHOUT",   "ROWID",    "STRICT",  "ASC",        "DESC",
    "WHERE",     "BEGIN",    "END",     "a",          "b",
    "TEMP",      "IF",       "EXISTS",  "+",          "AUTOINCREMENT",
    "INTEGER",   "/*c*/",    "--c\n",   "\"",         "'",
    "/*",        "\x01",     "é",       "left",       "join",
    "WHEN",
};

class SqlMutator {
 public:
  explicit SqlMutator(unsigned seed) : random_(seed) {}

  std::string Next() {
    std::vector<std::string> tokens = TokensOf(kSeeds[Below(std::size(kSeeds))]);
    for (size_t edits = 1 + Below(4); edits > 0; --edits) Edit(&tokens);
    std::string sql;
    for (const std::string& token : tokens) sql += token + " ";
    return sql;
  }

 private:
  static std::vector<std::string> TokensOf(const char* sql) {
    std::vector<std::string> tokens;
    Lexer lexer(sql);
    for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
      tokens.emplace_back(token.text);
    }
    return tokens;
  }
  size_t Below(size_t limit) { return random_() % limit; }

  void Edit(std::vector<std::string>* tokens) {
    if (tokens->empty()) return;
    const size_t at = Below(tokens->size());
    const auto place = tokens->begin() + static_cast<std::ptrdiff_t>(at);
    switch (Below(6)) {
      case 0:
        tokens->erase(place);
        break;
      case 1:
        *place = kTokens[Below(std::size(kTokens))];
        break;
      case 2:
        tokens->insert(place, kTokens[Below(std::size(kTokens))]);
        break;
      case 3:
        tokens->insert(place, (*tokens)[Below(tokens->size())]);
        break;
      case 4:
        std::swap((*tokens)[at], (*tokens)[Below(tokens->size())]);
        break;
      default:
        if (Below(8) == 0) tokens->resize(at);
    }
  }

  std::mt19937 random_;
};

TEST(SchemaFuzz, SurvivesAnyText) {
  SqlMutator mutator(1);
  for (int i = 0; i < 8000; ++i) {
    const std::string sql = mutator.Next();
    for (const char* type : {"table", "index", "view", "trigger"}) {
      Result<Schema> schema =
          ParseSchema({{"table", "s", "s", "CREATE TABLE s(a, b, c)"}, {type, "t", "t", sql}});
      EXPECT_TRUE(schema || !schema.error().message.empty());
    }
  }
}

TEST(SchemaFuzz, SurvivesDeepAndLongTexts) {
  const std::string open(100000, '(');
  const std::string close(100000, ')');
  for (const std::string& sql :
       {"CREATE TABLE t(a DEFAULT " + open, "CREATE TABLE t(a DEFAULT " + open + "1" + close + ")",
        "CREATE TABLE t(" + open + close, "CREATE VIRTUAL TABLE t USING x" + open + close}) {
    Result<Schema> schema = ParseSchema({{"table", "t", "t", sql}});
    EXPECT_TRUE(schema || !schema.error().message.empty());
  }
}

// What SQLite takes is read, and its script makes it again.
TEST(SchemaFuzz, ReadsWhateverSqliteTakes) {
  SqlMutator mutator(2);
  int taken = 0;
  for (int i = 0; i < 8000; ++i) {
    const std::string sql = mutator.Next();
    const Database db =
        MemoryDatabase("CREATE TABLE s(a, b, c); CREATE VIEW w AS SELECT a, b FROM s");
    if (!db.Execute(sql)) continue;
    ++taken;
    Result<Schema> schema = ReadSchema(db);
    ASSERT_TRUE(schema) << sql << "\n" << schema.error().message;
    Result<std::string> script = DumpSchema(db, ToolRecords::kKept);
    ASSERT_TRUE(script) << sql;
    const Database again = MemoryDatabase(*script);
    ASSERT_EQ(DifferencesText(*schema, ReadSchemaOrFail(again)), "") << sql;
  }
  EXPECT_GT(taken, 500);
}

}  // namespace
}  // namespace fastmigrate
