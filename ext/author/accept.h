// An edit of an applied script, made on purpose.

#ifndef FASTMIGRATE_AUTHOR_ACCEPT_H_
#define FASTMIGRATE_AUTHOR_ACCEPT_H_

#include "base/result.h"
#include "migrate/source.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Records the present text of the version's script as the one that was applied.
Status AcceptEdit(const Database& db, int version, const Source& source);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_ACCEPT_H_
