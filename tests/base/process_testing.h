// What the tests of programs and of locks share.

#ifndef FASTMIGRATE_TESTS_BASE_PROCESS_TESTING_H_
#define FASTMIGRATE_TESTS_BASE_PROCESS_TESTING_H_

#include <fcntl.h>

#include <vector>

namespace fastmigrate {

inline bool Never() { return false; }

#ifndef _WIN32
inline std::vector<int> OpenDescriptors() {
  std::vector<int> open;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) open.push_back(descriptor);
  }
  return open;
}

// Those that a program would get which another thread of the host starts.
inline std::vector<int> InheritableDescriptors() {
  std::vector<int> inheritable = OpenDescriptors();
  std::erase_if(inheritable, [](int descriptor) { return fcntl(descriptor, F_GETFD) != 0; });
  return inheritable;
}
#endif

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_BASE_PROCESS_TESTING_H_
