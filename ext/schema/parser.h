// The CREATE texts of sqlite_schema to a schema value.
//
// SQLite stores the text a user wrote, so this reads SQL: by tokens, for the parts that a schema
// value names; expressions, SELECTs and trigger bodies are taken as token sequences and brought to
// canonical spelling (canonical_sql.h). It accepts what SQLite accepts, older and odd forms
// included, and refuses everything else: what it cannot read it could not compare.

#ifndef FASTMIGRATE_SCHEMA_PARSER_H_
#define FASTMIGRATE_SCHEMA_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/schema.h"

namespace fastmigrate {

// One row of sqlite_schema.
struct SchemaRow {
  std::string type;
  std::string name;
  std::string table;  // column tbl_name
  std::string sql;
};

// `around` are the rows of tables that are not part of the schema, and whose columns its views,
// triggers and indexes may use: shadow tables, SQLite's and our own. An error starts with the
// object: `table users: expected "(" but found "x"`.
Result<Schema> ParseSchema(const std::vector<SchemaRow>& rows,
                           const std::vector<SchemaRow>& around = {});

// CREATE VIRTUAL TABLE alone; for CREATE TABLE see table_parser.h.
Result<VirtualTable> ParseVirtualTable(std::string_view sql);

// Whether the text starts with CREATE VIRTUAL.
bool IsVirtualTable(std::string_view sql);

// Whether something stands behind the first statement of the text that is neither comment nor white
// space nor a semicolon. SQLite, reading its schema, compiles the first statement and passes over
// the rest, so that a file can carry SQL that no one has seen.
bool HoldsMoreThanOneStatement(std::string_view sql);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_PARSER_H_
