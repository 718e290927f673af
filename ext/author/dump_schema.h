// SQL that makes a database like this one: fastmigrate_schema() and fastmigrate_initialize().
//
// The script runs on an empty database, whose schema is then equal to this one's (schema.h). It has
// the stored CREATE texts as they are, comments included, in an order that runs: PRAGMA encoding
// and auto_vacuum where they are not SQLite's default; tables; rows, before the triggers that must
// not fire; indexes; views; virtual tables, since FTS4 may ask a view for its columns; triggers;
// PRAGMA user_version and application_id where they are not 0.

#ifndef FASTMIGRATE_AUTHOR_DUMP_SCHEMA_H_
#define FASTMIGRATE_AUTHOR_DUMP_SCHEMA_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Whether the records of other tools are written out as well (migrate/tool_records.h).
enum class ToolRecords { kKept, kLeftOut };

// Empty for an empty database with default settings. The rows of the tables named are part of the
// script (see dump_rows.h, also for the errors).
Result<std::string> DumpSchema(const Database& db, ToolRecords records,
                               const std::vector<std::string>& tables_with_rows = {});

// A stored text, with a semicolon and a line end behind it. It may end in a comment that would
// swallow the semicolon, or that has no end.
std::string AsStatement(const std::string& sql);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DUMP_SCHEMA_H_
