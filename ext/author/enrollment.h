// How a database becomes managed, other than by applying every script to an empty one; and how an
// edit of an applied script is accepted.

#ifndef FASTMIGRATE_AUTHOR_ENROLLMENT_H_
#define FASTMIGRATE_AUTHOR_ENROLLMENT_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Makes an empty database managed, at version 0. Returns the version of a managed one; an
// unmanaged one with content is an error.
Result<int> CreateManaged(const Database& db);

// Marks an unmanaged database as being at the version. An error when it is managed.
Status Enroll(const Database& db, int version);

// The same, proved: the scripts of `dir` up to the version, replayed, must give this database's
// schema. An error lists the differences. Each script's checksum is recorded.
Status EnrollProved(const Database& db, int version, const std::string& dir);

// Writes dir/0001-initialize.sql from the schema of an unmanaged database and the rows of the
// tables named, proves by replay that it gives them, and enrolls at version 1. Returns the path.
// The folder is made when it is missing, and must hold no script. No file is left when it fails.
Result<std::string> Initialize(const Database& db, const std::string& dir,
                               const std::vector<std::string>& tables);

// Records the present text of the version's script as the one that was applied.
Status AcceptEdit(const Database& db, int version, const std::string& dir);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_ENROLLMENT_H_
