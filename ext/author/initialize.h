// The first script of a database that exists already.

#ifndef FASTMIGRATE_AUTHOR_INITIALIZE_H_
#define FASTMIGRATE_AUTHOR_INITIALIZE_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Writes dir/0001-initialize.sql from the schema of an unmanaged database and the rows of the
// tables named, proves by replay that it gives them, and enrolls at version 1. Returns the path.
// The folder is made when it is missing, and must hold no script. The script is on disk before the
// enrollment is committed, and no file is left when it fails.
Result<std::string> Initialize(const Database& db, const std::string& dir,
                               const std::vector<std::string>& tables);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_INITIALIZE_H_
