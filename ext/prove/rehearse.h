// What applying would do, found out on the real data, with nothing left behind.
//
// On a private copy (RehearseOnCopy) every kind of script can run, but without the host's modules
// and temp objects; in a transaction on the host's own connection that is rolled back
// (RehearseInPlace), with them, but only what a transaction can hold. It stops at the first script
// that fails.

#ifndef FASTMIGRATE_PROVE_REHEARSE_H_
#define FASTMIGRATE_PROVE_REHEARSE_H_

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

struct RehearsedScript {
  AppliedScript script;  // for one that failed, its version and name only
  std::optional<std::string> error;
};

// Errors are those of planning (script_status.h), of copying, and faults that say nothing about the
// scripts (memory, disk, locks, interrupts); a script that fails is a row.
Result<std::vector<RehearsedScript>> RehearseOnCopy(const Database& host, const Source& source,
                                                    std::optional<int> target);
Result<std::vector<RehearsedScript>> RehearseInPlace(const Database& host, const Source& source,
                                                     std::optional<int> target);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_REHEARSE_H_
