// The schema of a live database, as rows of sqlite_schema and as a value.
//
// Everything is told from the stored CREATE texts, so that nothing the database contains is
// executed, and a virtual table whose module is not loaded can be read too. Which tables are shadow
// tables follows from the arguments of the virtual table (module_arguments.h), not from the name:
// docs_content is the user's beside fts5(body, content='docs_content'). Only when a virtual table
// is of a module we do not know, PRAGMA table_list (SQLite 3.37) is asked.
//
// SQLite compiles the first statement of a stored text and passes over what stands behind it. Such
// a text is an error here, so that nothing is copied or run that nobody has seen:
// `table users: its stored text holds more than one statement`.
//
// Reads `main`. Several statements are run: a caller who needs one state of a database that others
// write holds a transaction.

#ifndef FASTMIGRATE_SQLITE_SCHEMA_READER_H_
#define FASTMIGRATE_SQLITE_SCHEMA_READER_H_

#include <vector>

#include "base/result.h"
#include "schema/parser.h"
#include "schema/schema.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The rows that make the schema, in order of creation: without automatic indexes, what is named
// "sqlite_...", shadow tables and the indexes that their modules made. A user's index or trigger on
// a shadow table is among them.
Result<std::vector<SchemaRow>> ReadSchemaRows(const Database& db);

// The same, and those left out.
struct SortedRows {
  std::vector<SchemaRow> schema;
  std::vector<SchemaRow> others;  // shadow tables, SQLite's, and what is on the latter
};
Result<SortedRows> ReadSortedRows(const Database& db);

// An error names the object whose text cannot be read: the file is damaged, or newer than we are.
Result<Schema> ReadSchema(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SCHEMA_READER_H_
