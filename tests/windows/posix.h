// What the tests and their runner call of POSIX and Windows has under another name, or not at all:
// in front of each of their files. What needs the latter is named in left_out.txt.

#ifndef FASTMIGRATE_TESTS_WINDOWS_POSIX_H_
#define FASTMIGRATE_TESTS_WINDOWS_POSIX_H_

#include <direct.h>
#include <stdlib.h>

#include <cstring>
#include <random>
#include <string>

inline int setenv(const char* name, const char* value, int) { return _putenv_s(name, value); }
inline int unsetenv(const char* name) { return _putenv_s(name, ""); }

inline char* mkdtemp(char* pattern) {
  char* digits = pattern + std::strlen(pattern) - 6;
  std::random_device random;
  for (int tries = 0; tries < 10000; ++tries) {
    std::memcpy(digits, std::to_string(1'000'000 + random() % 1'000'000).c_str() + 1, 6);
    if (_mkdir(pattern) == 0) return pattern;
  }
  return nullptr;
}

inline int mkfifo(const char*, int) { return -1; }

#endif  // FASTMIGRATE_TESTS_WINDOWS_POSIX_H_
