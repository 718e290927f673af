// The tables in which other migration tools keep their record of what a database has had.
//
// Such a table is no part of the schema that scripts make: a database that another tool has managed
// would never equal what its scripts produce. It is known by name and columns, so that a table of
// the user's that happens to be called "migrations" stays one. All that is known of these tables is
// in the list in tool_records.cc.

#ifndef FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_
#define FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "schema/parser.h"

namespace fastmigrate {

// The tool whose record this table is, "golang-migrate"; empty when it is none.
std::string_view ToolOfRecord(const SchemaRow& table);

// Without the record tables and what is on them, which go to `records`.
std::vector<SchemaRow> WithoutToolRecords(std::vector<SchemaRow> rows,
                                          std::vector<SchemaRow>* records);

// As an SQL condition on a row of sqlite_schema: it is not on a table that has the name of a
// record, whatever its columns.
std::string HasNoRecordName();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_
