#include "faults/memory_state.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

bool IsError(const std::string& text) {
  return text.starts_with("error: ") || text.find("\nerror: ") != std::string::npos;
}

std::string ReadContent(sqlite3* db) {
  constexpr char kOurs[] = "('_meta', '_fastmigrate_history')";
  std::string content =
      QueryText(db, std::string("SELECT type, name, tbl_name, sql FROM main.sqlite_schema "
                                "WHERE tbl_name NOT IN ") +
                        kOurs + " ORDER BY type, name");
  content += "\nuser_version " + QueryText(db, "PRAGMA user_version");
  content += "\napplication_id " + QueryText(db, "PRAGMA application_id");
  std::string tables = QueryText(
      db, std::string("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN ") +
              kOurs + " ORDER BY name");
  for (const std::string& table : Lines(tables)) {
    content += "\n" + table + ":\n" + QueryText(db, "SELECT * FROM main." + QuotedName(table));
  }
  return content;
}

void ReadInto(sqlite3* db, DatabaseState* state) {
  std::string check = QueryText(db, "PRAGMA quick_check");
  if (check != "ok") {
    state->error = check;
    return;
  }
  state->ledger = QueryText(db,
                            "SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name IN "
                            "('_meta', '_fastmigrate_history') ORDER BY type, name");
  if (state->ledger.find("table|_meta|") != std::string::npos) {
    std::string version = QueryText(db, "SELECT version FROM main._meta WHERE id = 1");
    state->version = version.empty() || IsError(version) ? 99999 : std::stoi(version);
  }
  if (state->ledger.find("table|_fastmigrate_history|") != std::string::npos) {
    std::string history =
        QueryText(db,
                  "SELECT version, previous_version, name, kind, origin, checksum, statements, "
                  "extension_version, applied_at IS NOT NULL, duration_ms IS NOT NULL "
                  "FROM main._fastmigrate_history ORDER BY version");
    state->history = Lines(history);
  }
  state->content = ReadContent(db);
  if (IsError(state->content)) state->error = state->content;
}

}  // namespace

DatabaseState ReadDatabaseState(const std::string& file) {
  DatabaseState state;
  sqlite3* db = nullptr;
  int rc = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  if (rc == SQLITE_OK) {
    ReadInto(db, &state);
  } else {
    state.error = sqlite3_errstr(rc);
  }
  sqlite3_close(db);
  return state;
}

std::string Describe(const DatabaseState& state) {
  if (!state.error.empty()) return "unreadable: " + state.error;
  std::string text =
      state.version == kUnmanaged ? "not managed" : "version " + std::to_string(state.version);
  for (const std::string& record : state.history) text += "\n  record " + record;
  for (const std::string& line : Lines(state.content)) text += "\n  " + line;
  return text;
}

Settings ReadSettings(sqlite3* db) {
  Settings settings;
  for (const char* name : {"foreign_keys", "recursive_triggers", "legacy_alter_table",
                           "synchronous", "cache_size", "writable_schema", "defer_foreign_keys",
                           "journal_mode", "ignore_check_constraints", "query_only"}) {
    settings[name] = QueryText(db, std::string("PRAGMA ") + name);
  }
  settings["case_sensitive_like"] = QueryText(db, "SELECT 'a' NOT LIKE 'A'");
  settings["last_insert_rowid"] = std::to_string(sqlite3_last_insert_rowid(db));
  // A table-valued function of ours is created there when it is first used.
  settings["temp"] = QueryText(db,
                               "SELECT group_concat(name) FROM temp.sqlite_schema "
                               "WHERE name NOT GLOB 'fastmigrate_*'");
  settings["databases"] =
      QueryText(db, "SELECT group_concat(name) FROM pragma_database_list WHERE name <> 'temp'");
  return settings;
}

std::string Differences(const Settings& before, const Settings& after) {
  std::string text;
  for (const auto& [name, value] : before) {
    auto found = after.find(name);
    std::string now = found == after.end() ? "" : found->second;
    if (now == value) continue;
    text += text.empty() ? "" : ", ";
    text += name;
    text += " " + value;
    text += " -> " + now;
  }
  return text;
}

std::string ReadSurface(sqlite3* db) {
  return QueryText(db,
                   "SELECT name || '/' || narg FROM pragma_function_list "
                   "WHERE name LIKE 'fastmigrate%' ORDER BY 1") +
         "\n" +
         QueryText(db,
                   "SELECT name FROM pragma_module_list WHERE name LIKE 'fastmigrate%' "
                   "ORDER BY 1") +
         "\n" + QueryText(db, "SELECT name FROM temp.sqlite_schema ORDER BY 1");
}

std::string QueryText(sqlite3* db, const std::string& sql) {
  std::string text;
  sqlite3_stmt* statement = nullptr;
  int rc = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
  while (rc == SQLITE_OK) {
    int step = sqlite3_step(statement);
    if (step != SQLITE_ROW) {
      if (step != SQLITE_DONE) rc = step;
      break;
    }
    if (!text.empty()) text += "\n";
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const unsigned char* value = sqlite3_column_text(statement, i);
      text += i > 0 ? "|" : "";
      text += value == nullptr ? "NULL" : reinterpret_cast<const char*>(value);
    }
  }
  if (rc != SQLITE_OK)
    text += (text.empty() ? "" : "\n") + std::string("error: ") + sqlite3_errmsg(db);
  sqlite3_finalize(statement);
  return text;
}

Files ReadFiles(const std::string& folder) {
  Files files;
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ec)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[fs::relative(entry.path(), folder).string()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

void WriteFiles(const std::string& folder, const Files& files) {
  Files present = ReadFiles(folder);
  for (const auto& [name, bytes] : present) {
    if (files.find(name) == files.end()) fs::remove(fs::path(folder) / name);
  }
  for (const auto& [name, bytes] : files) {
    auto found = present.find(name);
    if (found != present.end() && found->second == bytes) continue;
    fs::path path = fs::path(folder) / name;
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
  }
}

}  // namespace fastmigrate
