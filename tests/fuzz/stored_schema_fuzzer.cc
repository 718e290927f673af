// Any rows of sqlite_schema, put there behind SQLite's back, under every function that reads the
// stored texts.
//
// The input is good SQL and then rows, parted by lines that are "====". A row is a line "type name
// table", with "+" in front when a second statement is to be put behind its text, and the text:
//
//   CREATE TABLE t (a); CREATE INDEX i ON t (a);
//   ====
//   +table t t
//   CREATE TABLE t (a, b)
//
// The n-th row takes the place of the n-th object, whose root page it keeps. The second statement
// is a call of canary(), which nothing may ever run. What fastmigrate_schema() gives runs on an
// empty database.

#include <sqlite3.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "fuzz_support.h"

namespace fastmigrate::fuzz {
namespace {

constexpr size_t kMostRecreated = 4;
constexpr char kCanary[] = "; SELECT canary() ";

// On every connection of the process, so on those of the extension, too.
int AddCanary(sqlite3* db, char**, const sqlite3_api_routines*) {
  auto sing = [](sqlite3_context*, int, sqlite3_value**) {
    Require(false, "nothing behind the first statement of a stored text is run");
  };
  return sqlite3_create_function(db, "canary", 0, SQLITE_UTF8, nullptr, sing, nullptr, nullptr);
}

// False when SQLite does not take the row.
bool Forge(const Connection& db, const std::string& row, size_t place) {
  std::istringstream in(row);
  std::string line;
  std::getline(in, line);
  bool second = line.starts_with("+");
  std::istringstream words(line.substr(second ? 1 : 0));
  std::string type;
  std::string name;
  std::string table;
  words >> type >> name >> table;
  std::string text(row.substr(std::min(row.size(), line.size() + 1)));
  if (second) text += kCanary;
  const std::string where =
      " WHERE rowid = (SELECT rowid FROM sqlite_schema ORDER BY rowid LIMIT "
      "1 OFFSET " +
      std::to_string(place) + ")";
  return Run(db, "UPDATE sqlite_schema SET type = " + Quote(type) + ", name = " + Quote(name) +
                     ", tbl_name = " + Quote(table) + ", sql = " + Quote(text) + where)
      .ok();
}

// A fresh database with the forged schema; null when SQLite itself does not read it.
Connection Forged(const std::vector<std::string>& parts) {
  Connection db = Open(":memory:", true);
  if (!Run(db, parts.front()).ok() || sqlite3_get_autocommit(db.get()) == 0) return nullptr;
  if (!Run(db, "PRAGMA writable_schema = ON").ok()) return nullptr;
  for (size_t i = 1; i < parts.size(); ++i) {
    if (!Forge(db, parts[i], i - 1)) return nullptr;
  }
  // Reads the schema again.
  if (!Run(db, "PRAGMA writable_schema = RESET").ok()) return nullptr;
  if (!Run(db, "SELECT count(*) FROM sqlite_schema").ok()) return nullptr;
  return db;
}

void RequireThatItRuns(const std::string& script, const std::string& shown) {
  Connection empty = Open(":memory:", false);
  Outcome outcome = Run(empty, script);
  // What the host's connection has not either.
  const bool lacks =
      Holds(outcome.message, {"no such module", "no such function", "no such collation",
                              "unknown tokenizer", "no such tokenizer"});
  Require(outcome.ok() || lacks || outcome.code == SQLITE_INTERRUPT || outcome.code == SQLITE_NOMEM,
          "what fastmigrate_schema() gives runs on an empty database",
          shown + "\n--- script:\n" + script + "\n--- " + outcome.message);
}

std::vector<std::string> TableNames(const Connection& db) {
  std::vector<std::string> names;
  sqlite3_stmt* row = nullptr;
  sqlite3_prepare_v2(db.get(), "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &row,
                     nullptr);
  while (row != nullptr && sqlite3_step(row) == SQLITE_ROW) {
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(row, 0));
    names.emplace_back(name == nullptr ? "" : name);
  }
  sqlite3_finalize(row);
  return names;
}

// Whether each table is one that SQLite can use. It reads a schema without asking the modules of
// virtual tables, which may refuse the arguments in a text when their table is used or made.
bool CanUseTables(const Connection& db) {
  const std::vector<std::string> names = TableNames(db);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return Run(db, "SELECT * FROM main." + QuoteName(name) + " LIMIT 1").ok();
  });
}

void CheckSchema(const std::vector<std::string>& parts, const std::string& shown) {
  Connection db = Forged(parts);
  if (db == nullptr) return;
  Outcome schema = Run(db, "SELECT fastmigrate_schema()");
  if (schema.ok() && CanUseTables(db)) RequireThatItRuns(schema.value.value_or(""), shown);

  EmptyScratchFolder();
  WriteFile("scripts/0001-one.sql", parts.front());
  (void)Run(db, "SELECT fastmigrate_find_version('scripts')");
  (void)Run(db, "SELECT fastmigrate_enroll(1, 'scripts')");
  (void)Run(db, "SELECT fastmigrate_enroll(1)");
  (void)Run(db, "SELECT * FROM fastmigrate_verify('scripts')");
  (void)Run(db, "SELECT * FROM fastmigrate_rehearse('scripts')");
  std::vector<std::string> names = TableNames(db);
  names.resize(std::min(names.size(), kMostRecreated));
  for (const std::string& name : names) {
    (void)Run(db, "SELECT fastmigrate_recreate_table(" + Quote(name) + ", 'a, b, c DEFAULT 1')");
  }
  Require(sqlite3_get_autocommit(db.get()) != 0, "no transaction is left open", shown);
}

void CheckInitialize(const std::vector<std::string>& parts, const std::string& shown) {
  Connection db = Forged(parts);
  if (db == nullptr) return;
  EmptyScratchFolder();
  WriteFile("new/README", "");
  Outcome path = Run(db, "SELECT fastmigrate_initialize('new')");
  Outcome version = Run(db, "SELECT fastmigrate_version()");
  if (path.ok()) {
    Require(version.value == "1", "what was initialized is at version 1", shown);
    Outcome verified = Run(db, "SELECT count(*) FROM fastmigrate_verify('new')");
    Require(!verified.ok() || verified.value == "0", "what was initialized is verified", shown);
  } else if (version.ok()) {
    Require(!version.value || *version.value != "1" || Holds(shown, {"_meta"}),
            "what fails does not enroll", shown);
  }
}

}  // namespace
}  // namespace fastmigrate::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  using namespace fastmigrate::fuzz;
  WorkInScratchFolder();
  sqlite3_hard_heap_limit64(64 << 20);
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(AddCanary));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fastmigrate::fuzz;
  BeginInput();
  const std::string shown(reinterpret_cast<const char*>(data), size);
  if (Holds(shown, {"canary", "attach", "vacuum", "_directory", "heap_limit", "fastmigrate_",
                    "fts3_tokenizer", "writable_schema"})) {
    return 0;
  }
  std::vector<std::string> parts = Parts(data, size);
  CheckSchema(parts, shown);
  CheckInitialize(parts, shown);
  return 0;
}
