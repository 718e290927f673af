// What the fault campaigns call: each function of the SQL surface that reads or writes a file, on a
// small database, with scripts in which there is something to lose.
//
// A scenario lives in a folder of its own: data.db, migrations/, perhaps foreign/ with the same
// scripts as another tool has them, and what the call makes.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_SCENARIO_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_SCENARIO_H_

#include <string>
#include <vector>

namespace fastmigrate {

struct FaultScript {
  std::string name = {};
  std::string text;
  // What is committed by itself, where a script is split in its middle; else empty.
  std::vector<std::string> parts;
};

using FaultScripts = std::vector<FaultScript>;

// A managed database at `version`; one in that state without `_meta`, or just enrolled; or an empty
// file.
enum class Start { kManaged, kUnmanaged, kEnrolled, kEmpty };

// Whether the states between the beginning and the end are those of scripts.
inline bool IsOfScripts(Start start) { return start == Start::kManaged || start == Start::kEmpty; }

struct Scenario {
  std::string name = {};
  std::string call = {};  // {dir} is the migration folder, {root} the one around it
  FaultScripts scripts = {};
  Start start = Start::kManaged;
  int version = 1;
  bool in_transaction = false;
  int error = 0;  // the primary code with which the call ends when nothing fails
  std::vector<std::string> makes = {};  // the files that it makes, relative to the root
  bool has_folder = true;               // false: the call makes the migration folder
  std::string by_hand = {};             // then the host has run this
  bool by_goose = false;                // the scripts and the record of what ran are goose's
  bool same_result = true;              // false: the result holds times or random names
  std::string probe = {};               // gives 1 after success, 0 before
  bool oracle_known = true;             // false: what it makes of the database is no script's doing
};

// Every function, for faults at single points.
std::vector<Scenario> SurfaceScenarios();

// Folders for power cuts, all applied from an empty file.
std::vector<Scenario> PowerCutScenarios();

// `call` with the folders in it.
std::string SqlOf(const Scenario& scenario, const std::string& root);

// The version in a script's name.
int VersionOf(const FaultScript& script);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_SCENARIO_H_
