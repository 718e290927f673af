// Another migration tool's folder, made ours.

#ifndef FASTMIGRATE_AUTHOR_IMPORT_H_
#define FASTMIGRATE_AUTHOR_IMPORT_H_

#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Writes the migrations in `from` (foreign_layouts.h) as scripts 0001-..., 0002-... into `dir`,
// which is made when it is missing, and enrolls the database where the tool left it. The tool's
// record in the database (migrate/tool_records.h) tells which migrations it has had; the scripts of
// these, replayed, must give its schema. The record is not changed.
//
// Returns the database's version: 0 for an empty database, in which nothing is written.
//
// Scripts that are in `dir` already must be those that would be written, as a call has left them
// for another database or when its commit was in doubt; then none is written. All scripts are on
// disk before the enrolment is committed, and none is left when it fails.
Result<int> Import(const Database& db, const std::string& from, const std::string& dir);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_IMPORT_H_
