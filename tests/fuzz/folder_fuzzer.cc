// Any texts as the scripts of a folder, applied through SQL; plain SQLite is the oracle.
//
// The input is a line of options and the scripts, parted by lines that are "====". Options: "file"
// (a database in a file, not in memory), "table" (the table form), "keys" (foreign keys on).
//
//   table keys
//   ====
//   CREATE TABLE t (a);
//   ====
//   INSERT INTO t VALUES (1);
//
// Whatever happens, the database says a version N, and is in the state that the scripts up to N
// produce: sqlite3_exec() of each on a connection of its own, where that succeeds. Where a script
// has failed that no one transaction can hold, the error says what of it is committed.

#include <sqlite3.h>

#include <cstdio>
#include <string>
#include <vector>

#include "fuzz_support.h"
#include "sql/sql_script.h"

namespace fastmigrate::fuzz {
namespace {

constexpr size_t kMostScripts = 5;
constexpr char kReference[] = "reference.db";

// What plain SQLite and we answer differently for a good reason: chance, clocks, the history of the
// connection, limits of the process, the stored schema itself; and what reaches out of the folder.
bool HasNoOneAnswer(const std::string& script) {
  return Holds(script, {"random",
                        "current_",
                        "date(",
                        "time(",
                        "unixepoch",
                        "julianday",
                        "now",
                        "changes",
                        "last_insert_rowid",
                        "_meta",
                        "_fastmigrate",
                        "fastmigrate_",
                        "heap_limit",
                        "_directory",
                        "attach",
                        "vacuum",
                        "writable_schema",
                        "sqlite_dbpage",
                        "sqlite_stmt",
                        "sqlite_offset",
                        "load_extension",
                        "sqlite_schema",
                        "sqlite_master",
                        "pragma_",
                        "data_version",
                        "schema_version",
                        "dbstat",
                        "cell_size_check",
                        "trusted_schema",
                        "temp_schema",
                        "temp_master",
                        "max_page_count"});
}

std::string ScriptName(size_t index) {
  char name[32];
  std::snprintf(name, sizeof(name), "%04zu-script.sql", index + 1);
  return name;
}

// What the scripts up to `version` produce; nullopt where plain SQLite does not run them.
std::optional<std::string> Expected(const std::vector<std::string>& scripts, size_t version) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::remove((std::string(kReference) + suffix).c_str());
  }
  for (size_t i = 0; i < version; ++i) {
    Connection db = Open(kReference, false);
    Result<SqlScript> script = ReadSqlScript("a.sql", scripts[i]);
    Require(script.ok(), "an applied script can be read", scripts[i]);
    if (!Run(db, script->text).ok() || sqlite3_get_autocommit(db.get()) == 0) return std::nullopt;
  }
  return Content(Open(kReference, false));
}

std::string Shown(const std::vector<std::string>& scripts, const std::string& more) {
  std::string shown;
  for (const std::string& script : scripts) shown += script + "\n====\n";
  return shown + more;
}

void CheckFolder(const std::string& options, const std::vector<std::string>& scripts) {
  for (size_t i = 0; i < scripts.size(); ++i) WriteFile("scripts/" + ScriptName(i), scripts[i]);
  Connection db = Open(Holds(options, {"file"}) ? "data.db" : ":memory:", true);
  if (Holds(options, {"keys"})) (void)Run(db, "PRAGMA foreign_keys = ON");
  const bool table = Holds(options, {"table"});
  Outcome applied = Run(db, table ? "SELECT count(*) FROM fastmigrate_apply('scripts')"
                                  : "SELECT fastmigrate_apply('scripts')");
  Require(sqlite3_get_autocommit(db.get()) != 0, "no transaction is left open",
          Shown(scripts, applied.message));
  Outcome version = Run(db, "SELECT coalesce(fastmigrate_version(), 0)");
  Require(version.ok(), "the version can be read", Shown(scripts, version.message));
  const size_t reached = std::stoul(*version.value);
  if (applied.ok()) {
    Require(reached == scripts.size(), "success is the last version", Shown(scripts, ""));
  }
  const bool in_parts = Holds(applied.message, {"this one is committed"});
  std::optional<std::string> actual = in_parts ? std::nullopt : Content(db);
  std::optional<std::string> expected = Expected(scripts, reached);
  if (actual && expected) {
    Require(*actual == *expected, "the database is at the state of its version",
            Shown(scripts, applied.message + "\n--- version " + *version.value + ", expected:\n" +
                               *expected + "--- is:\n" + *actual));
  }
  // What is applied stays applied: a second call does nothing, or fails in the same place.
  Outcome again = Run(db, "SELECT fastmigrate_apply('scripts')");
  Require(again.ok() || !applied.ok(), "a second call finds nothing to do",
          Shown(scripts, again.message));
}

}  // namespace
}  // namespace fastmigrate::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fastmigrate::fuzz::WorkInScratchFolder();
  sqlite3_hard_heap_limit64(64 << 20);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fastmigrate::fuzz;
  BeginInput();
  std::vector<std::string> parts = Parts(data, size);
  const std::string options = parts.front();
  parts.erase(parts.begin());
  if (parts.empty() || parts.size() > kMostScripts) return 0;
  for (const std::string& script : parts) {
    if (HasNoOneAnswer(script)) return 0;
  }
  EmptyScratchFolder();
  CheckFolder(options, parts);
  return 0;
}
