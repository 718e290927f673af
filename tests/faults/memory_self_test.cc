#include "faults/memory_self_test.h"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fastmigrate {
namespace {

void* volatile leaked = nullptr;  // seen, so that no compiler leaves the allocation out
bool refuses_now_on = false;      // as after a mark that was left

void WriteFile(const std::string& path) {
  if (FILE* file = std::fopen(path.c_str(), "w")) std::fclose(file);
}

void DoWrong(sqlite3* db, std::string_view how) {
  auto run = [db](const char* sql) { sqlite3_exec(db, sql, nullptr, nullptr, nullptr); };
  sqlite3_stmt* left = nullptr;
  if (how == "leak of SQLite") leaked = sqlite3_malloc(100);
  if (how == "leak of new") leaked = new char[64];
  if (how == "file") WriteFile("left.sql");
  if (how == "temp file") WriteFile(std::string(std::getenv("TMPDIR")) + "/left");
  if (how == "transaction") run("BEGIN");
  if (how == "setting") run("PRAGMA recursive_triggers = ON");
  if (how == "statement") sqlite3_prepare_v2(db, "SELECT 1", -1, &left, nullptr);
  if (how == "half") run("CREATE TABLE half (a)");
  if (how == "crash") std::abort();
  if (how == "mark") refuses_now_on = true;
}

void Misbehave(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  std::string_view how = text == nullptr ? "" : text;
  if (refuses_now_on) {
    sqlite3_result_error(context, "called from within", -1);
    return;
  }
  void* memory = sqlite3_malloc(10);
  if (memory != nullptr) {
    sqlite3_free(memory);
    sqlite3_result_int(context, 1);
    return;
  }
  DoWrong(sqlite3_context_db_handle(context), how);
  if (how == "code") {
    sqlite3_result_error(context, "wrong", -1);
  } else if (how == "success") {
    sqlite3_result_int(context, 2);
  } else {
    sqlite3_result_error_nomem(context);
  }
}

int Register(sqlite3* db) {
  return sqlite3_create_function(db, "misbehave", 1, SQLITE_UTF8, nullptr, Misbehave, nullptr,
                                 nullptr);
}

}  // namespace

std::vector<SelfTest> SelfTests() {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"nothing", {}},
      {"code", {"result"}},
      {"success", {"false success"}},
      {"transaction", {"autocommit"}},
      {"half", {"state"}},
      {"setting", {"settings"}},
      {"file", {"files"}},
      {"temp file", {"temp files"}},
      {"statement", {"close", "leak (SQLite)"}},
      {"leak of SQLite", {"leak (SQLite)"}},
      {"leak of new", {"leak (new)"}},
      {"mark", {"again, new connection", "again, same connection"}},
      {"crash", {"crash"}},
  };
  std::vector<SelfTest> tests;
  for (const auto& [how, kinds] : cases) {
    MemoryScenario scenario;
    scenario.name = how;
    scenario.call = "SELECT misbehave('" + how + "')";
    scenario.more_functions = Register;
    tests.push_back({scenario, kinds});
  }
  return tests;
}

}  // namespace fastmigrate
