// The look that every start of every program pays for: that there is nothing to do.
//
// It compares the bytes of each script with what was recorded of them when it was applied, without
// a look at the SQL in them, and reads no more of the ledger than that takes.

#ifndef FASTMIGRATE_MIGRATE_UP_TO_DATE_H_
#define FASTMIGRATE_MIGRATE_UP_TO_DATE_H_

#include <optional>

#include "base/result.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The version of the database, when it is the target, or the last script's where there is none, and
// each script up to it is to the byte what was recorded. Nullopt when PlanMigration() has to look:
// there are scripts to apply, one was edited (if only in a comment), something has no record,
// cannot be read, or is locked. An error where that would be wrong: one that may have made SQLite
// roll the caller's transaction back (disk, memory, interrupt).
Result<std::optional<int>> VersionIfUpToDate(const Database& db, const Source& source,
                                             std::optional<int> target);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_UP_TO_DATE_H_
