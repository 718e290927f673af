// The whole SQL surface of fastmigrate, registered from one table in functions.cc.

#ifndef FASTMIGRATE_SURFACE_FUNCTIONS_H_
#define FASTMIGRATE_SURFACE_FUNCTIONS_H_

#include "sqlite/sqlite_api.h"

namespace fastmigrate {

// Gives the connection every function. Returns an SQLite result code.
int RegisterFunctions(sqlite3* db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_FUNCTIONS_H_
