// Calls that do wrong on purpose when an allocation fails, to see that each kind of violation is
// found. The function misbehave(how) of the scenarios is ours, not the extension's.

#ifndef FASTMIGRATE_TESTS_FAULTS_MEMORY_SELF_TEST_H_
#define FASTMIGRATE_TESTS_FAULTS_MEMORY_SELF_TEST_H_

#include <string>
#include <vector>

#include "faults/memory_scenarios.h"

namespace fastmigrate {

struct SelfTest {
  MemoryScenario scenario;
  std::vector<std::string> kinds;  // of the violations that must be found, and no others
};

std::vector<SelfTest> SelfTests();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_MEMORY_SELF_TEST_H_
