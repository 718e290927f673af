// The entry point, sqlite3_fastmigrate_init: the name that SQLite looks for in fastmigrate.so, and
// the only exported symbol. In a static build it is the function for sqlite3_auto_extension().

#include <new>

#include "fastmigrate.h"
#include "sqlite/database.h"
#include "sqlite/settings.h"
#include "sqlite/sqlite_api.h"
#include "surface/functions.h"

SQLITE_EXTENSION_INIT1

namespace fastmigrate {
namespace {

int Refuse(char** message, const char* text) {
  if (message != nullptr) *message = sqlite3_mprintf("%s", text);
  return SQLITE_ERROR;
}

// Nothing when the connection has no functions of ours yet. They cannot be registered again while a
// statement runs, as in SELECT load_extension().
std::optional<std::string> LoadedVersion(sqlite3* db) {
  Result<std::optional<std::string>> version =
      Database::Borrow(db).QueryText("SELECT fastmigrate_extension_version()");
  return version ? *version : std::nullopt;
}

int Load(sqlite3* db, char** message) {
  if (sqlite3_libversion_number() < kMinimumSqliteVersion) {
    const std::string text =
        std::string("fastmigrate needs SQLite 3.34.0 or newer, this is ") + sqlite3_libversion();
    return Refuse(message, text.c_str());
  }
  if (std::optional<std::string> loaded = LoadedVersion(db)) {
    if (*loaded == FASTMIGRATE_VERSION) return SQLITE_OK;
    return Refuse(message, ("fastmigrate " + *loaded + " is loaded on this connection already, " +
                            FASTMIGRATE_VERSION + " cannot take its place")
                               .c_str());
  }
  ForgetLeftSettings(db);
  int rc = RegisterFunctions(db);
  if (rc != SQLITE_OK) {
    if (rc != SQLITE_NOMEM) Refuse(message, sqlite3_errmsg(db));
    return rc;
  }
  // What was tried and did without stays the connection's error until a statement succeeds, and
  // sqlite3_open() gives it back where we are an automatic extension.
  return LoadedVersion(db) ? SQLITE_OK : sqlite3_errcode(db);
}

}  // namespace
}  // namespace fastmigrate

extern "C"
#ifdef _WIN32
    __declspec(dllexport)
#else
    __attribute__((visibility("default")))
#endif
        int sqlite3_fastmigrate_init(sqlite3* db, char** message, const sqlite3_api_routines* api) {
#ifndef SQLITE_CORE
  // Set once, since another thread may be using it. All connections of an SQLite have the same.
  static const sqlite3_api_routines* const kFirst = sqlite3_api = api;
  if (api != kFirst) {
    *message = api->mprintf(
        "fastmigrate serves another SQLite library in this process already; load a second copy of "
        "its file for this one");
    return SQLITE_ERROR;
  }
#else
  (void)api;
#endif
  try {
    return fastmigrate::Load(db, message);
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}
