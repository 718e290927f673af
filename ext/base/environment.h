// The variables of the process's environment.

#ifndef FASTMIGRATE_BASE_ENVIRONMENT_H_
#define FASTMIGRATE_BASE_ENVIRONMENT_H_

#include <string>

namespace fastmigrate {

// In UTF-8 on Windows; empty when there is no such variable. There it is what the process has set
// itself, too, by whichever of Windows' libraries of C.
std::string EnvironmentVariable(const char* name);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_ENVIRONMENT_H_
