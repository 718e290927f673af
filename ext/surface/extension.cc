// The entry point, sqlite3_fastmigrate_init: the name that SQLite looks for in fastmigrate.so, and
// the only exported symbol. In a static build it is the function for sqlite3_auto_extension().

#include "sqlite/sqlite_api.h"
#include "surface/functions.h"

SQLITE_EXTENSION_INIT1

extern "C"
#ifdef _WIN32
    __declspec(dllexport)
#else
    __attribute__((visibility("default")))
#endif
        int sqlite3_fastmigrate_init(sqlite3* db, char** message, const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  if (sqlite3_libversion_number() < fastmigrate::kMinimumSqliteVersion) {
    *message = sqlite3_mprintf("fastmigrate needs SQLite 3.34.0 or newer, this is %s",
                               sqlite3_libversion());
    return SQLITE_ERROR;
  }
  return fastmigrate::RegisterFunctions(db);
}
