// A live database compared with what its scripts produce.

#ifndef FASTMIGRATE_PROVE_VERIFY_H_
#define FASTMIGRATE_PROVE_VERIFY_H_

#include <vector>

#include "base/result.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "sqlite/database.h"

namespace fastmigrate {

// What is different in `db` from what the scripts up to `version` produce. Errors: see replay.h.
Result<std::vector<Difference>> Verify(const Database& db, const Source& source, int version);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_VERIFY_H_
