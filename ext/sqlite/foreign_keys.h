// Rows that refer to a parent that does not exist, and which of them are new.
//
// Violations are compared by child table, parent table and the values that find no parent, not by
// rowid, so that an orphan from before is known again after its table was rebuilt. Where a table
// was renamed meanwhile, the values decide alone.

#ifndef FASTMIGRATE_SQLITE_FOREIGN_KEYS_H_
#define FASTMIGRATE_SQLITE_FOREIGN_KEYS_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

struct ForeignKeyViolation {
  std::string table;
  std::string rowid;  // "42"; empty for a WITHOUT ROWID table
  std::string parent;
  std::string values;  // "user_id = 7"
};

// By table and rowid. A foreign key that does not fit its parent (SQLite: "foreign key mismatch")
// is a violation too, without a rowid.
Result<std::vector<ForeignKeyViolation>> FindForeignKeyViolations(const Database& db);

// Those of `after` that have no counterpart in `before`.
std::vector<ForeignKeyViolation> NewViolations(const std::vector<ForeignKeyViolation>& before,
                                               const std::vector<ForeignKeyViolation>& after);

// "posts rowid 3 (user_id = 7) has no parent in users; ...", the first few of them.
std::string DescribeViolations(const std::vector<ForeignKeyViolation>& violations);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_FOREIGN_KEYS_H_
