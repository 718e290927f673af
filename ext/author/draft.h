// The next script, written from what is different.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_H_
#define FASTMIGRATE_AUTHOR_DRAFT_H_

#include <optional>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Writes the script that leads from what the scripts in `dir` produce to the schema of the
// database, which must be at their last version and was changed since; proves by replaying them
// with it that it does; and moves the database to its version, with origin "drafted". Returns the
// path, nullopt when nothing is different. The script is on disk before the version is committed;
// none is left when it fails. Never overwrites.
Result<std::optional<std::string>> Draft(const Database& db, const std::string& dir,
                                         const std::string& description);

// The same, to the schema that the statements in the file make. The database is not touched, and
// has the script applied to it like any other. `dir` is made when it is missing.
Result<std::optional<std::string>> DraftFromFile(const Database& db, const std::string& dir,
                                                 const std::string& description,
                                                 const std::string& schema_file);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_H_
