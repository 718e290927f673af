// Any SQL that makes a database, its _meta and its _fastmigrate_history above all, under every
// function that reads or moves the version.
//
// Whether a _meta is ours is told by what it is to plain SQLite: one row, id 1, a whole number from
// 0 to 9999. Where fastmigrate_version() is an error every call is one, and nothing is altered.

#include <sqlite3.h>

#include <string>

#include "fuzz_support.h"

namespace fastmigrate::fuzz {
namespace {

// Those that read, and those that write: the latter must leave everything as it is when they fail.
constexpr const char* kReads[] = {
    "SELECT fastmigrate_version()",
    "SELECT * FROM fastmigrate_status('scripts')",
    "SELECT * FROM fastmigrate_history()",
    "SELECT * FROM fastmigrate_verify('scripts')",
    "SELECT fastmigrate_find_version('scripts')",
    "SELECT fastmigrate_schema()",
    "SELECT fastmigrate_rehearse('scripts')",
    "SELECT * FROM fastmigrate_rehearse('scripts')",
};
constexpr const char* kWrites[] = {
    "SELECT fastmigrate_create()",
    "SELECT fastmigrate_accept(2, 'scripts')",
    "SELECT fastmigrate_enroll(1, 'scripts')",
    "SELECT fastmigrate_enroll(2)",
    "SELECT * FROM fastmigrate_apply('scripts', 2)",
    "SELECT fastmigrate_apply('scripts')",
};

void WriteScripts() {
  WriteFile("scripts/0001-one.sql", "CREATE TABLE one (a);");
  WriteFile("scripts/0002-two.sql", "INSERT INTO one VALUES (1);");
  WriteFile("scripts/0003-three.sql", "CREATE TABLE three (a);\nDROP TABLE one;");
}

// That the version which we read is the one that plain SQLite reads.
void CheckVersion(const Connection& db, const Outcome& version, const std::string& sql) {
  if (!version.ok() || !version.value) return;
  Outcome plain = Run(db,
                      "SELECT group_concat(id || typeof(id) || version || typeof(version), ',') "
                      "FROM main._meta");
  Require(plain.ok() && plain.value.value_or("") == "1integer" + *version.value + "integer",
          "a version is that of the one row of _meta", sql + "\n" + plain.value.value_or(""));
  Require(std::stoll(*version.value) >= 0 && std::stoll(*version.value) <= 9999,
          "a version is from 0 to 9999", sql);
}

bool TellsThatScriptsWereApplied(const std::string& message) {
  return message.find("scripts applied by this call") != std::string::npos ||
         (message.find("scripts were applied") != std::string::npos &&
          message.find("; 0 of ") == std::string::npos);
}

void CheckCalls(const Connection& db, const std::string& sql) {
  Outcome version = Run(db, "SELECT fastmigrate_version()");
  CheckVersion(db, version, sql);
  Outcome history = Run(db, "SELECT * FROM fastmigrate_history()");
  const bool is_ours = version.ok() && history.ok();
  std::optional<std::string> before = EverythingIn(db);
  if (!before) return;  // an interrupt, or a schema that cannot be read
  auto call = [&](const char* statement, bool writes) {
    Outcome outcome = Run(db, statement);
    std::optional<std::string> after = EverythingIn(db);
    const std::string details = sql + "\n" + statement + "\n" + outcome.message;
    Require(sqlite3_get_autocommit(db.get()) != 0, "no transaction is left open", details);
    if (!is_ours && writes) Require(!outcome.ok(), "what is not ours is refused", details);
    if (writes && outcome.ok()) {
      Outcome now = Run(db, "SELECT fastmigrate_version()");
      CheckVersion(db, now, details);
      Require(now.ok() && now.value == Run(db, "SELECT version FROM _meta").value,
              "what succeeds leaves a version", details);
      before = after;
    } else if (after && !TellsThatScriptsWereApplied(outcome.message)) {
      Require(*after == *before, "what fails or reads changes nothing",
              details + "\n--- before:\n" + *before + "--- after:\n" + *after);
    } else {
      before = after;
    }
    return before.has_value();
  };
  for (const char* statement : kReads) {
    if (!call(statement, false)) return;
  }
  for (const char* statement : kWrites) {
    if (!call(statement, true)) return;
  }
}

}  // namespace
}  // namespace fastmigrate::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fastmigrate::fuzz::WorkInScratchFolder();
  fastmigrate::fuzz::WriteScripts();
  sqlite3_hard_heap_limit64(64 << 20);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fastmigrate::fuzz;
  BeginInput();
  const std::string sql(reinterpret_cast<const char*>(data), size);
  if (Holds(sql, {"attach", "vacuum", "_directory", "heap_limit", "random", "fastmigrate_a",
                  "fastmigrate_e", "fastmigrate_c"})) {
    return 0;
  }
  Connection db = Open(":memory:", true);
  (void)Run(db, sql);
  if (sqlite3_get_autocommit(db.get()) != 0) CheckCalls(db, sql);
  return 0;
}
