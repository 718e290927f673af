#include "faults/fault_oracle.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>
#include <utility>

#include "faults/fault_host.h"

namespace fastmigrate {
namespace {

// A row a line. Sets `problem` when it fails.
std::string Rows(sqlite3* db, const std::string& sql, std::string* problem) {
  CallResult result = RunQuery(db, sql);
  if (result.code != SQLITE_OK && problem->empty()) *problem = result.message + " in " + sql;
  return result.text;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

FileState ReadOpened(sqlite3* db) {
  FileState state;
  std::string check = Rows(db, "PRAGMA integrity_check", &state.problem);
  if (state.problem.empty() && check != "ok") state.problem = "integrity_check: " + check;
  state.content = "user_version " + Rows(db, "PRAGMA user_version", &state.problem) + "\n" +
                  Rows(db, R"sql(
      SELECT type, name, tbl_name, sql FROM sqlite_schema
      WHERE tbl_name NOT IN ('_meta', '_fastmigrate_history') ORDER BY type, name)sql",
                       &state.problem);
  std::string tables = Rows(db, R"sql(
      SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name)sql",
                            &state.problem);
  for (const std::string& table : Lines(tables)) {
    if (table == "_fastmigrate_history") continue;
    std::string rows = Rows(db, "SELECT * FROM \"" + table + "\"", &state.problem);
    if (table == "_meta") {
      std::string version = Rows(db, "SELECT version FROM _meta", &state.problem);
      state.version = rows == "1|" + version ? atoi(version.c_str()) : -2;
    } else if (table == "host_note") {
      state.notes = static_cast<int>(Lines(rows).size());
    } else {
      state.content += "\n" + table + ":\n" + rows;
    }
  }
  return state;
}

}  // namespace

FileState ReadFileState(const std::string& path) {
  sqlite3* db = nullptr;
  FileState state;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, kPlainVfs) ==
      SQLITE_OK) {
    sqlite3_busy_timeout(db, 1000);
    state = ReadOpened(db);
  } else {
    state.problem = sqlite3_errmsg(db);
  }
  sqlite3_close(db);
  return state;
}

std::vector<FileState> OracleStates(const FaultScripts& scripts, const std::string& folder) {
  std::string path = folder + "/oracle.db";
  std::filesystem::remove(path);
  std::vector<FileState> states = {ReadFileState(path)};
  states[0].version = 0;
  for (const FaultScript& script : scripts) {
    std::vector<std::string> parts = script.parts;
    if (parts.empty()) parts = {script.text};
    // Each script is written for a connection of its own that does not enforce foreign keys.
    sqlite3* db = OpenHost(path, "");
    CallResult result = RunQuery(db, "PRAGMA foreign_keys = OFF");
    for (const std::string& part : parts) {
      if (result.code == SQLITE_OK) result = RunQuery(db, part);
      if (result.code != SQLITE_OK) break;
      int before = states.back().version;
      states.push_back(ReadFileState(path));
      states.back().version = before;
    }
    sqlite3_close(db);
    if (result.code != SQLITE_OK) break;  // the script that is meant to fail is the last one
    states.back().version = VersionOf(script);
  }
  return states;
}

std::string DifferenceOf(const FileState& expected, const FileState& found) {
  if (!found.problem.empty()) return found.problem;
  if (expected.version != found.version) {
    return "expected version " + std::to_string(expected.version) + ", found " +
           std::to_string(found.version);
  }
  std::vector<std::string> wanted = Lines(expected.content), present = Lines(found.content);
  for (size_t i = 0; i < wanted.size() || i < present.size(); ++i) {
    std::string left = i < wanted.size() ? wanted[i] : "nothing";
    std::string right = i < present.size() ? present[i] : "nothing";
    if (left == right) continue;
    return "expected '" + left.substr(0, 60) + "', found '" + right.substr(0, 60) + "'";
  }
  return "";
}

}  // namespace fastmigrate
