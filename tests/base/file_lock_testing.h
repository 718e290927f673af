// What the tests of locks share.

#ifndef FASTMIGRATE_TESTS_BASE_FILE_LOCK_TESTING_H_
#define FASTMIGRATE_TESTS_BASE_FILE_LOCK_TESTING_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/file_lock.h"
#include "base/process_testing.h"
#include "test_support.h"

namespace fastmigrate {

// Whether nobody holds the lock.
inline bool IsFree(const std::string& path) {
  return FileLock::Acquire(path, [] { return true; }).ok();
}

class FileLockTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }

  std::string NewLockable(const std::string& name) const {
    folder_.Write(name, "\n");
    return Path(name);
  }

  TempFolder folder_;
  std::string file_ = NewLockable("0001-first.py");
};

// A lock beside a database.
class LockBesideTest : public testing::Test {
 protected:
  bool IsThere() const { return std::filesystem::exists(lock_); }

  TempFolder folder_;
  std::string database_ = folder_.Path("data.db");
  std::string lock_ = database_ + ".fastmigrate-lock";
  void SetUp() override { folder_.Write("data.db", "the database"); }
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_BASE_FILE_LOCK_TESTING_H_
