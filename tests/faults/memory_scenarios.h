// The calls that meet the memory faults, and the databases that they are made on.

#ifndef FASTMIGRATE_TESTS_FAULTS_MEMORY_SCENARIOS_H_
#define FASTMIGRATE_TESTS_FAULTS_MEMORY_SCENARIOS_H_

#include <sqlite3.h>

#include <string>
#include <utility>
#include <vector>

namespace fastmigrate {

// Which states between "as before" and "all done" are right.
enum class Between {
  kNone,
  kOwnInsert,       // what the caller did in its transaction, without what the call did
  kScripts,         // after any script; as plain SQLite makes it from the scripts
  kScriptsByApply,  // after any script; as apply makes it without faults, where the scripts call us
};

// Whether the call can be made again once it has done its work.
enum class Repeat { kAlways, kUnlessDone };

struct MemoryScenario {
  std::string name;
  std::string call;  // one statement; empty: the entry point
  std::vector<std::pair<std::string, std::string>> scripts = {};  // in migrations/, by version
  int made_by_scripts = 0;   // the database is made by so many of them, and is not managed
  std::string prepare = "";  // then this ran, with the extension
  std::pair<std::string, std::string> edit = {};  // then this script got another text
  std::string in_transaction = "";  // the caller has begun a transaction, and has run this in it
  Between between = Between::kNone;
  Repeat repeat = Repeat::kAlways;
  bool writes_before_commit = false;             // scripts, which a commit in doubt leaves
  bool fails = false;                            // without faults, too
  int (*more_functions)(sqlite3* db) = nullptr;  // beside those of the extension
};

const std::vector<MemoryScenario>& MemoryScenarios();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_MEMORY_SCENARIOS_H_
