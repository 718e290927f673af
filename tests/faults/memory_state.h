// What can be seen of a database, a connection and a folder, as values to compare. All of it is
// read with plain SQLite, without the extension.

#ifndef FASTMIGRATE_TESTS_FAULTS_MEMORY_STATE_H_
#define FASTMIGRATE_TESTS_FAULTS_MEMORY_STATE_H_

#include <sqlite3.h>

#include <map>
#include <string>
#include <vector>

namespace fastmigrate {

constexpr int kUnmanaged = -1;

struct DatabaseState {
  int version = kUnmanaged;
  std::string content;               // schema, rows, user_version; without our own tables
  std::string ledger;                // the schema of our own tables
  std::vector<std::string> history;  // a line a record, in order of version, without times
  std::string error;                 // why it could not be read, or what is damaged

  bool operator==(const DatabaseState&) const = default;
};

DatabaseState ReadDatabaseState(const std::string& file);

// A few lines for people.
std::string Describe(const DatabaseState& state);

// Name to value: what a call must leave as it was.
using Settings = std::map<std::string, std::string>;
Settings ReadSettings(sqlite3* db);
// "synchronous 1 -> 2, ..."; empty when they are equal.
std::string Differences(const Settings& before, const Settings& after);

// What the extension has registered.
std::string ReadSurface(sqlite3* db);

// All rows as lines, "error: ..." at their end when it fails.
std::string QueryText(sqlite3* db, const std::string& sql);

// Relative path to bytes, for all regular files.
using Files = std::map<std::string, std::string>;
Files ReadFiles(const std::string& folder);
// Makes the folder hold these files and no others.
void WriteFiles(const std::string& folder, const Files& files);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_MEMORY_STATE_H_
