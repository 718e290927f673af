// The index files in which other tools keep the order of their migrations.

#ifndef FASTMIGRATE_AUTHOR_FOREIGN_INDEX_H_
#define FASTMIGRATE_AUTHOR_FOREIGN_INDEX_H_

#include <string>
#include <string_view>
#include <vector>

#include "author/foreign_folder.h"
#include "base/result.h"

namespace fastmigrate {

// drizzle's meta/_journal.json: {"entries": [{"when": 1700000000000, "tag": "0000_name"}, ...]}.
// `when` is the version, since drizzle's record holds it. `path` is for messages.
Result<std::vector<ForeignMigration>> ReadDrizzleJournal(const std::string& path,
                                                         std::string_view json);

// sqitch.plan, a line for each change: "name [needed] 2024-01-01T12:00:00Z Ada <a@b.c> # note", and
// "@tag ..." behind the changes of a release. A change that is there twice was reworked: the script
// of its earlier state is name@tag.sql, with one of the tags in between.
Result<std::vector<ForeignMigration>> ReadSqitchPlan(const ForeignFolder& folder,
                                                     const std::string& path,
                                                     std::string_view plan);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_FOREIGN_INDEX_H_
