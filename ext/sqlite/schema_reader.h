// The schema of a live database, as rows of sqlite_schema and as a value.
//
// Everything is told from the stored CREATE texts, so that nothing the database contains is
// executed, and a virtual table whose module is not loaded can be read too. Only when a virtual
// table is of a module we do not know, PRAGMA table_list (SQLite 3.37) is asked which tables are
// its shadow tables.
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
// "sqlite_...", shadow tables and their indexes.
Result<std::vector<SchemaRow>> ReadSchemaRows(const Database& db);

// An error names the object whose text cannot be read: the file is damaged, or newer than we are.
Result<Schema> ReadSchema(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SCHEMA_READER_H_
