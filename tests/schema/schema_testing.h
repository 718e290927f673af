// What the schema tests share: databases in memory, made by SQL.

#ifndef FASTMIGRATE_TESTS_SCHEMA_TESTING_H_
#define FASTMIGRATE_TESTS_SCHEMA_TESTING_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "schema/diff.h"
#include "schema/schema.h"
#include "sql/lexer.h"
#include "sqlite/database.h"
#include "sqlite/schema_reader.h"

namespace fastmigrate {

inline Database MemoryDatabase(const std::string& sql = "") {
  Result<Database> db =
      Database::Open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
  EXPECT_TRUE(db) << db.error().message;
  Status status = db->Execute(sql);
  EXPECT_TRUE(status) << status.error().message << "\n" << sql;
  return std::move(*db);
}

// What the SQL has that the SQLite in use is too old for; empty when it can run it.
inline std::string TooNew(std::string_view sql) {
  const int version = sqlite3_libversion_number();
  Lexer lexer(sql);
  Token last;
  for (Token token = lexer.NextSql(); token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    if (version < 3037000 && token.Is("STRICT")) return "STRICT came with SQLite 3.37";
    if (version < 3035000 && last.Is("DROP") && token.Is("COLUMN")) {
      return "DROP COLUMN came with SQLite 3.35";
    }
    if (version < 3039000 && last.Is("DISTINCT") && token.Is("FROM")) {
      return "IS DISTINCT FROM came with SQLite 3.39";
    }
    last = token;
  }
  return "";
}

inline Schema ReadSchemaOrFail(const Database& db) {
  Result<Schema> schema = ReadSchema(db);
  EXPECT_TRUE(schema) << schema.error().message;
  return schema ? *schema : Schema();
}

inline Schema SchemaOf(const std::string& sql) { return ReadSchemaOrFail(MemoryDatabase(sql)); }

// One line a difference.
inline std::string DifferencesText(const Schema& expected, const Schema& actual) {
  std::string text;
  for (const Difference& difference : CompareSchemas(expected, actual)) {
    text += DifferenceText(difference) + "\n";
  }
  return text;
}

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_SCHEMA_TESTING_H_
