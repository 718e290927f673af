// Which version a database is like.

#ifndef FASTMIGRATE_PROVE_FIND_VERSION_H_
#define FASTMIGRATE_PROVE_FIND_VERSION_H_

#include <optional>

#include "base/result.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The highest version whose replay equals `db`; nullopt when there is none. Replays once.
Result<std::optional<int>> FindVersion(const Database& db, const Source& source);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_FIND_VERSION_H_
