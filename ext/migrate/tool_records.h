// The tables in which other migration tools keep their record of what a database has had.
//
// Such a table is no part of the schema that scripts make: a database that another tool has managed
// would never equal what its scripts produce. It is known by name and columns, so that a table of
// the user's that happens to be called "migrations" stays one. All that is known of these tables is
// in the list in tool_records.cc.

#ifndef FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_
#define FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/parser.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The tool whose record this table is, "golang-migrate"; empty when it is none.
std::string_view ToolOfRecord(const SchemaRow& table);

// What a record says that the database has had.
struct RecordedMigration {
  enum class Covers {
    kItself = 0,
    kAllUpToIt = 1,  // the record holds the last one only
    kAllBelow = 2,   // what is below that version, too; of itself there need not be a file
  };
  std::string key;  // its version or name, as the tool knows it
  Covers covers = Covers::kItself;
};
struct AppliedRecord {
  std::string tool;
  std::vector<RecordedMigration> migrations;  // in no order
  std::optional<std::string> half_done;       // one that was begun and not finished
};

// The records of those tools of which the list says how to read them. Reads only.
Result<std::vector<AppliedRecord>> ReadAppliedRecords(const Database& db);

// Without the record tables and what is on them, which go to `records`.
std::vector<SchemaRow> WithoutToolRecords(std::vector<SchemaRow> rows,
                                          std::vector<SchemaRow>* records);

// As an SQL condition on a row of sqlite_schema: it is not on a table that has the name of a
// record, whatever its columns.
std::string HasNoRecordName();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_TOOL_RECORDS_H_
