// What a database file holds, as plain SQLite reads it, and what it should hold.
//
// The oracle of a version is a new database in which sqlite3_exec has run the scripts up to it.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_ORACLE_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_ORACLE_H_

#include <string>
#include <vector>

#include "faults/fault_scenario.h"

namespace fastmigrate {

constexpr int kUnmanaged = -1;

struct FileState {
  std::string problem;       // why it cannot be read, or what integrity_check says; else empty
  int version = kUnmanaged;  // of _meta
  // The schema and all rows as text, but for _meta, the history and the rows of host_note.
  std::string content;
  int notes = 0;  // the rows of host_note

  bool operator==(const FileState& other) const {
    return problem == other.problem && version == other.version && content == other.content;
  }
};

// Reads through the VFS of the system, in which nothing fails.
FileState ReadFileState(const std::string& path);

// The state after the scripts up to each version; first the empty one, version 0. Between them,
// with the version before, the states after the single parts of a script.
std::vector<FileState> OracleStates(const FaultScripts& scripts, const std::string& folder);

// In one line: the first difference of two states, as "expected ..., found ...".
std::string DifferenceOf(const FileState& expected, const FileState& found);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_ORACLE_H_
