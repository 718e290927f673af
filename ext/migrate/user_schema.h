// The schema that scripts make: that of a live database without our own two tables, and, where
// schemas are compared, without the records of other tools (tool_records.h).

#ifndef FASTMIGRATE_MIGRATE_USER_SCHEMA_H_
#define FASTMIGRATE_MIGRATE_USER_SCHEMA_H_

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "schema/parser.h"
#include "schema/schema.h"
#include "sqlite/database.h"

namespace fastmigrate {

// As ReadSchemaRows() (sqlite/schema_reader.h), without _meta and _fastmigrate_history and what is
// on them.
Result<std::vector<SchemaRow>> ReadUserSchemaRows(const Database& db);

// How many objects there are of each type. Schemas that differ in this are not equal; it is told
// without reading their texts.
struct SchemaCounts {
  int64_t tables = 0;   // with shadow tables, where there are virtual ones
  int64_t indexes = 0;  // likewise; without automatic ones
  int64_t views = 0;
  int64_t triggers = 0;
  int64_t virtual_tables = 0;
};
Result<SchemaCounts> CountUserSchema(const Database& db);
// False: two schemas with these counts are not equal.
bool CanBeEqual(const SchemaCounts& a, const SchemaCounts& b);

// An error names the object whose text cannot be read: the file is damaged, or newer than we are.
Result<Schema> ReadUserSchema(const Database& db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_USER_SCHEMA_H_
