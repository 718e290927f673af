// Which version a database is like, or most like.

#ifndef FASTMIGRATE_PROVE_FIND_VERSION_H_
#define FASTMIGRATE_PROVE_FIND_VERSION_H_

#include <optional>
#include <vector>

#include "base/result.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The highest version whose replay equals `db`; nullopt when there is none. Replays once. A script
// that cannot be replayed ends the search: what was found before it stands.
Result<std::optional<int>> FindVersion(const Database& db, const Source& source);

struct NearestVersion {
  int version = 0;
  std::vector<Difference> differences;
};

// The version whose replay has the fewest differences from `db`, of those with equally many the
// highest. A script that cannot be replayed ends the search.
Result<NearestVersion> FindNearestVersion(const Database& db, const Source& source);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_FIND_VERSION_H_
