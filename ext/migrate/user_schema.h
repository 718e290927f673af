// The schema that scripts make: that of a live database without our own two tables.

#ifndef FASTMIGRATE_MIGRATE_USER_SCHEMA_H_
#define FASTMIGRATE_MIGRATE_USER_SCHEMA_H_

#include <vector>

#include "base/result.h"
#include "schema/parser.h"
#include "schema/schema.h"
#include "sqlite/database.h"

namespace fastmigrate {

// As ReadSchemaRows() (sqlite/schema_reader.h), without _meta and _fastmigrate_history and what is
// on them.
Result<std::vector<SchemaRow>> ReadUserSchemaRows(const Database& db);

// An error names the object whose text cannot be read: the file is damaged, or newer than we are.
Result<Schema> ReadUserSchema(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_USER_SCHEMA_H_
