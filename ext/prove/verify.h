// A live database compared with what its scripts produce.

#ifndef FASTMIGRATE_PROVE_VERIFY_H_
#define FASTMIGRATE_PROVE_VERIFY_H_

#include <optional>
#include <vector>

#include "base/result.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "sqlite/database.h"

namespace fastmigrate {

// What is different in `db` from what the scripts up to `version` produce, or up to its own when
// that is left out; an error then when it is not managed. Other errors: see replay.h.
//
// A version that is given is a question, and a schema does not answer it alone: a row of the type
// "script" names each of the last scripts that changes only rows, unless the database is managed
// and says that it has had it.
Result<std::vector<Difference>> Verify(const Database& db, const Source& source,
                                       std::optional<int> version);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_VERIFY_H_
