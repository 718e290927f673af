// The entry point, sqlite3_fastmigrate_init: the name that SQLite looks for in fastmigrate.so, and
// the only exported symbol. In a static build it is the function for sqlite3_auto_extension().

#include <new>

#include "fastmigrate.h"
#include "sqlite/busy_wait.h"
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

// An error when the connection has no functions of ours yet. They cannot be registered again while
// a statement runs, as in SELECT load_extension().
Result<std::optional<std::string>> LoadedVersion(const Database& db) {
  return db.QueryText("SELECT fastmigrate_extension_version()");
}

int Register(const Database& db, char** message) {
  int rc = RegisterFunctions(db.handle());
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM) Refuse(message, sqlite3_errmsg(db.handle()));
  return rc;
}

// Another connection may hold a lock on main, so that its schema cannot be read. That is no reason
// to wait: the functions are there without. But SQLite 3.49, and some before it, compile not even
// SELECT f() on a connection that has not read a schema. A call could then not wait for the lock by
// itself, and what it would wait is waited here.
int Load(sqlite3* handle, char** message) {
  if (sqlite3_libversion_number() < kMinimumSqliteVersion) {
    const std::string text =
        std::string("fastmigrate needs SQLite 3.34.0 or newer, this is ") + sqlite3_libversion();
    return Refuse(message, text.c_str());
  }
  Database db = Database::Borrow(handle);
  db.SetWaitLimit(LongWait(db));
  WithoutBusyTimeout at_once(db);
  if (Result<std::optional<std::string>> loaded = LoadedVersion(db)) {
    if (*loaded == FASTMIGRATE_VERSION) return SQLITE_OK;
    return Refuse(message, ("fastmigrate " + loaded->value_or("") +
                            " is loaded on this connection already, " + FASTMIGRATE_VERSION +
                            " cannot take its place")
                               .c_str());
  }
  ForgetLeftSettings(handle);
  if (int rc = Register(db, message); rc != SQLITE_OK) return rc;
  Status compiled = WaitWhileBusy(db, [&]() -> Status {
    Result<std::optional<std::string>> version = LoadedVersion(db);
    return version ? Status() : version.error();
  });
  if (compiled) return SQLITE_OK;
  if (PrimaryCode(compiled.error()) == SQLITE_NOMEM) return SQLITE_NOMEM;
  // What was done without stays the connection's last error until a statement succeeds; of an
  // automatic extension, sqlite3_open() would give it back.
  return db.Execute("PRAGMA busy_timeout") ? SQLITE_OK : sqlite3_errcode(handle);
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
