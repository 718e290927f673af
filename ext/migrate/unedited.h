// The look that every start of every program pays for: that the scripts which a database has had
// are what they were.
//
// It compares the bytes of the scripts with the seal over what was recorded of them when they were
// applied (text_seal.h), without a look at the SQL in them.

#ifndef FASTMIGRATE_MIGRATE_UNEDITED_H_
#define FASTMIGRATE_MIGRATE_UNEDITED_H_

#include <optional>

#include "base/result.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The version of the database, when each script up to it is to the byte what was recorded, so that
// PendingAbove() (script_status.h) tells what is left to do. Nullopt when PlanMigration() has to
// look: a script was edited (if only in a comment), something has no record or no seal, cannot be
// read, or is locked. An error where that would be wrong: one that may have made SQLite roll the
// caller's transaction back (disk, memory, interrupt).
Result<std::optional<int>> UneditedVersion(const Database& db, const Source& source);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_UNEDITED_H_
