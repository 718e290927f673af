#include "faults/fault_host.h"

#include <stdio.h>
#include <stdlib.h>

struct sqlite3_api_routines;
extern "C" int sqlite3_fastmigrate_init(sqlite3*, char**, const sqlite3_api_routines*);

namespace fastmigrate {
namespace {

// cache_size and synchronous differ from the defaults and from what the scripts set.
constexpr char kHostSettings[] = R"sql(
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -1234;
    PRAGMA synchronous = EXTRA;
)sql";

void Expect(sqlite3* db, int rc, const char* what) {
  if (rc == SQLITE_OK) return;
  fprintf(stderr, "%s: %s\n", what, db == nullptr ? sqlite3_errstr(rc) : sqlite3_errmsg(db));
  exit(2);
}

bool function_returned = false;

void Returned(sqlite3_context* context, int, sqlite3_value** values) {
  function_returned = true;
  sqlite3_result_value(context, values[0]);
}

}  // namespace

void LoadExtension(sqlite3* db) {
  char* message = nullptr;
  Expect(db, sqlite3_fastmigrate_init(db, &message, nullptr), "init");
  sqlite3_create_function(db, "fault_returned", 1, SQLITE_UTF8, nullptr, Returned, nullptr,
                          nullptr);
}

bool FunctionReturned() { return function_returned; }
void ForgetReturn() { function_returned = false; }

sqlite3* OpenHost(const std::string& path, const std::string& journal_mode) {
  sqlite3* db = nullptr;
  Expect(db, sqlite3_open(path.c_str(), &db), "open");
  sqlite3_extended_result_codes(db, 1);
  LoadExtension(db);
  if (!journal_mode.empty()) {
    Expect(db, RunQuery(db, "PRAGMA journal_mode = " + journal_mode).code, "journal_mode");
  }
  Expect(db, RunQuery(db, kHostSettings).code, "settings");
  return db;
}

CallResult RunQuery(sqlite3* db, const std::string& sql) {
  CallResult result;
  for (const char* rest = sql.c_str(); *rest != '\0' && result.code == SQLITE_OK;) {
    sqlite3_stmt* statement = nullptr;
    int rc = sqlite3_prepare_v2(db, rest, -1, &statement, &rest);
    while (statement != nullptr && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
      if (!result.text.empty()) result.text += "\n";
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const unsigned char* cell = sqlite3_column_text(statement, i);
        result.text += i > 0 ? "|" : "";
        result.text += cell == nullptr ? "NULL" : reinterpret_cast<const char*>(cell);
      }
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE) {
      result.code = rc & 0xFF;
      result.extended = rc;
      result.message = sqlite3_errmsg(db);
    }
    sqlite3_finalize(statement);
  }
  return result;
}

std::string SettingsOf(sqlite3* db) {
  std::string settings;
  auto add = [&](const std::string& name, const std::string& sql) {
    CallResult result = RunQuery(db, sql);
    settings += name + "=" + (result.code == SQLITE_OK ? result.text : result.message) + " ";
  };
  settings += "last_insert_rowid=" + std::to_string(sqlite3_last_insert_rowid(db)) + " ";
  for (const char* name :
       {"foreign_keys", "recursive_triggers", "legacy_alter_table", "secure_delete", "synchronous",
        "cache_size", "writable_schema", "journal_mode", "defer_foreign_keys", "query_only"}) {
    add(name, std::string("PRAGMA ") + name);
  }
  add("like_ignores_case", "SELECT 'a' LIKE 'A'");
  add("attached", "SELECT group_concat(name) FROM pragma_database_list WHERE name <> 'temp'");
  // A table-valued function of ours is created there when it is first used.
  add("temp",
      "SELECT group_concat(name) FROM temp.sqlite_schema WHERE name NOT GLOB 'fastmigrate_*'");
  return settings;
}

}  // namespace fastmigrate
