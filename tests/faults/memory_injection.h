// Allocations that fail on purpose: the n-th one of SQLite, or the n-th `new` of C++.
//
// The program that links this in has its operator new replaced. Nothing fails, and nothing is
// counted, but between ArmFaults() and DisarmFaults(), where only the code under test may allocate:
//
//   ArmFaults({FaultSource::kSqlite, 12, Persistence::kOnce});
//   ... the call ...
//   FaultReport report = DisarmFaults();
//
// It is for a program of one thread.

#ifndef FASTMIGRATE_TESTS_FAULTS_MEMORY_INJECTION_H_
#define FASTMIGRATE_TESTS_FAULTS_MEMORY_INJECTION_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fastmigrate {

enum class FaultSource { kSqlite, kNew };
enum class Persistence { kOnce, kFromThenOn };
enum class Lookaside { kOff, kOn };

struct FaultPlan {
  FaultSource source;
  int64_t point;  // the first allocation is 1; with 0 none fails
  Persistence persistence;
};

struct FaultReport {
  int64_t allocations;  // of the source of the plan, while it was armed
  bool failed;          // whether one failed
};

// Puts the wrapped allocator under SQLite. No connection may be open. With Lookaside::kOff every
// small allocation of every connection goes through it.
void InstallSqliteAllocator(Lookaside lookaside);

void ArmFaults(const FaultPlan& plan);
FaultReport DisarmFaults();

// The bytes that `new` gave since the last ArmFaults(), while armed, and that were not given back.
int64_t LiveNewBytes();

// The call stack of the first allocation that failed, and the present one. They have the names of
// functions where addr2line is there.
void RememberFaultPlace(bool on);
void PrintFaultPlace();
void PrintPresentPlace();

// The functions of this program on the present call stack, innermost first, as hexadecimal offsets,
// with blanks between. Their names are asked for where there is time and memory.
void WriteProgramFrames(FILE* to);
std::vector<std::string> FunctionNames(const std::string& offsets);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_MEMORY_INJECTION_H_
