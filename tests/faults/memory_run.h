// One call with one failed allocation, and the judgement of what is there afterwards.

#ifndef FASTMIGRATE_TESTS_FAULTS_MEMORY_RUN_H_
#define FASTMIGRATE_TESTS_FAULTS_MEMORY_RUN_H_

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/memory_injection.h"
#include "faults/memory_scenarios.h"
#include "faults/memory_state.h"

namespace fastmigrate {

struct MemoryMode {
  std::string_view name;
  FaultSource source;
  Persistence persistence;
  Lookaside lookaside;
  bool wal;
  int most_points;  // of a scenario, where not all are asked for
};

inline constexpr std::array<MemoryMode, 9> kMemoryModes = {{
    {"sqlite-once", FaultSource::kSqlite, Persistence::kOnce, Lookaside::kOff, false, 90},
    {"sqlite-on", FaultSource::kSqlite, Persistence::kFromThenOn, Lookaside::kOff, false, 60},
    {"new-once", FaultSource::kNew, Persistence::kOnce, Lookaside::kOff, false, 90},
    {"new-on", FaultSource::kNew, Persistence::kFromThenOn, Lookaside::kOff, false, 60},
    {"sqlite-once-lookaside", FaultSource::kSqlite, Persistence::kOnce, Lookaside::kOn, false, 20},
    {"sqlite-on-lookaside", FaultSource::kSqlite, Persistence::kFromThenOn, Lookaside::kOn, false,
     15},
    {"sqlite-once-wal", FaultSource::kSqlite, Persistence::kOnce, Lookaside::kOff, true, 20},
    {"sqlite-on-wal", FaultSource::kSqlite, Persistence::kFromThenOn, Lookaside::kOff, true, 15},
    {"new-once-wal", FaultSource::kNew, Persistence::kOnce, Lookaside::kOff, true, 20},
}};

struct Violation {
  std::string kind;
  std::string detail;
};

// A scenario in a mode, in the working directory of the process, which it fills as it likes; and
// in the folder "../tmp", which TMPDIR names.
class MemoryRun {
 public:
  // Prepares the database and makes the call without faults, to know what is right. No connection
  // of the process may be open.
  MemoryRun(const MemoryScenario& scenario, const MemoryMode& mode);

  // What is wrong even without faults: with the scenario, or with the engine.
  const std::vector<Violation>& violations_without_faults() const { return without_faults_; }
  // The number of allocations, which is that of the points.
  int64_t points() const { return points_; }

  // With `verbose` it prints what happens.
  std::vector<Violation> Run(int64_t point, bool verbose);

 private:
  struct Reply {
    int rc = 0;
    std::string message;
    std::string rows;
  };
  struct Outcome;

  Reply Call(sqlite3* db, const FaultPlan* plan, FaultReport* report);
  sqlite3* Open(bool register_functions);
  void BeginOwn(sqlite3* db) const;
  std::string SavepointLeft(sqlite3* db) const;
  void Prepare();
  void FindStatesBetween();
  std::string ContentAfterScripts(int version, bool own_insert) const;
  Outcome Observe(int64_t point, bool verbose);
  std::vector<Violation> Judge(const Outcome& outcome) const;
  bool IsRightState(const DatabaseState& state) const;
  std::string WhatIsWrong(const DatabaseState& state) const;
  void JudgeResult(const Outcome& outcome, std::vector<Violation>* violations) const;
  void JudgeAgain(const char* where, const Reply& reply, const DatabaseState& state,
                  std::vector<Violation>* violations) const;
  bool CanRepeat(const DatabaseState& state, const Files& files) const;

  const MemoryScenario& scenario_;
  const MemoryMode& mode_;
  Files template_;
  DatabaseState before_;
  DatabaseState after_;
  Files files_before_;
  Files files_after_;
  std::string surface_;
  std::set<std::string> savepoints_;  // the names that the call uses
  Reply reply_;
  std::vector<std::string> between_;  // the content by version, from the first of the template on
  std::vector<Violation> without_faults_;
  int64_t points_ = 0;
  bool known_ = false;  // what is right
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_MEMORY_RUN_H_
