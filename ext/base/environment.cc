#include "base/environment.h"

#ifdef _WIN32
#include "base/windows.h"
#else
#include <cstdlib>
#endif

namespace fastmigrate {

std::string EnvironmentVariable(const char* name) {
#ifdef _WIN32
  return windows::EnvironmentVariable(name);
#else
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
#endif
}

}  // namespace fastmigrate
