// What applying would do, found out on the real data, with nothing left behind.
//
// On a private copy (RehearseOnCopy) every kind of script can run, but without the host's
// functions; in a transaction on the host's own connection that is rolled back (RehearseInPlace),
// with them, but only what a transaction can hold. It stops at the first script that fails.

#ifndef FASTMIGRATE_REHEARSAL_H_
#define FASTMIGRATE_REHEARSAL_H_

#include <optional>
#include <string>
#include <vector>

#include "applier.h"
#include "database.h"
#include "result.h"

namespace fastmigrate {

struct RehearsedScript {
  AppliedScript script;  // for one that failed, its version and name only
  std::optional<std::string> error;
};

// Errors are those of planning (script_states.h) and of copying; a script that fails is a row.
Result<std::vector<RehearsedScript>> RehearseOnCopy(const Database& db, const std::string& dir,
                                                    std::optional<int> target);
Result<std::vector<RehearsedScript>> RehearseInPlace(const Database& db, const std::string& dir,
                                                     std::optional<int> target);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_REHEARSAL_H_
