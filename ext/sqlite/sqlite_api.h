// The only place that includes SQLite's header.
//
// As a loadable extension, every sqlite3_*() call goes through the host's table of functions
// (`sqlite3_api`, filled in by sqlite3_fastmigrate_init); linked statically, with SQLITE_CORE
// defined, it is a plain call. A call newer than kMinimumSqliteVersion must be guarded twice: by
// SQLITE_VERSION_NUMBER, since the header may be older, and by sqlite3_libversion_number(), since
// the host may be, and its table of functions is then shorter than the header says.

#ifndef FASTMIGRATE_SQLITE_SQLITE_API_H_
#define FASTMIGRATE_SQLITE_SQLITE_API_H_

#include <sqlite3ext.h>

#include "base/result.h"

#ifndef SQLITE_CORE
extern "C" const sqlite3_api_routines* sqlite3_api;
#endif

namespace fastmigrate {

inline constexpr int kMinimumSqliteVersion = 3034000;  // sqlite3_txn_state()

static_assert(kCodeError == SQLITE_ERROR && kCodePermission == SQLITE_PERM &&
              kCodeInterrupt == SQLITE_INTERRUPT && kCodeIoError == SQLITE_IOERR &&
              kCodeFull == SQLITE_FULL && kCodeCantOpen == SQLITE_CANTOPEN);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SQLITE_API_H_
