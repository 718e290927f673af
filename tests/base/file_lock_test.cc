#include "base/file_lock.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/file_lock_testing.h"

namespace fastmigrate {
namespace {

TEST_F(FileLockTest, IsHeldUntilItsEndOfLife) {
  {
    Result<FileLock> lock = FileLock::Acquire(file_, Never);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(IsFree(file_));
  }
  EXPECT_TRUE(IsFree(file_));
}

TEST_F(FileLockTest, SecondWaitsUntilFirstIsReleased) {
  Result<FileLock> acquired = FileLock::Acquire(file_, Never);
  ASSERT_TRUE(acquired);
  std::optional<FileLock> first(std::move(*acquired));
  int attempts = 0;
  Result<FileLock> second = FileLock::Acquire(file_, [&] {
    if (++attempts == 3) first.reset();
    return false;
  });
  EXPECT_TRUE(second);
  EXPECT_EQ(attempts, 3);
}

TEST_F(FileLockTest, InterruptEndsTheWait) {
  Result<FileLock> first = FileLock::Acquire(file_, Never);
  ASSERT_TRUE(first);
  Result<FileLock> second = FileLock::Acquire(file_, [] { return true; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, kCodeInterrupt);
  EXPECT_EQ(second.error().message,
            "interrupted while another process or thread was running " + file_);
  EXPECT_FALSE(IsFree(file_));
}

TEST_F(FileLockTest, FreeLockIsTakenWithoutAskingForInterrupts) {
  EXPECT_TRUE(FileLock::Acquire(file_, [] { return true; }));
}

TEST_F(FileLockTest, StaysHeldWhenMoved) {
  Result<FileLock> lock = FileLock::Acquire(file_, Never);
  ASSERT_TRUE(lock);
  {
    FileLock moved(std::move(*lock));
    EXPECT_FALSE(IsFree(file_));
  }
  EXPECT_TRUE(IsFree(file_));
}

TEST_F(FileLockTest, AssignmentReleasesTheLockHeldBefore) {
  std::string other_file = NewLockable("0002-second.py");
  Result<FileLock> lock = FileLock::Acquire(file_, Never);
  Result<FileLock> other = FileLock::Acquire(other_file, Never);
  ASSERT_TRUE(lock && other);
  *lock = std::move(*other);
  EXPECT_TRUE(IsFree(file_));
  EXPECT_FALSE(IsFree(other_file));
}

TEST_F(FileLockTest, FileThatIsMissingIsAnError) {
  Result<FileLock> lock = FileLock::Acquire(Path("missing"), Never);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, kCodeCantOpen);
  EXPECT_EQ(lock.error().message, "cannot open " + Path("missing") + ": No such file or directory");
}

// --- beside a database

TEST_F(LockBesideTest, IsOnAFileThatLastsAsLongAsIt) {
  {
    Result<FileLock> lock = FileLock::AcquireBeside(database_, Never);
    ASSERT_TRUE(lock);
    EXPECT_TRUE(IsThere());
    EXPECT_FALSE(IsFree(lock_));
    FileLock moved(std::move(*lock));
    EXPECT_FALSE(IsFree(lock_));
  }
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(folder_.Read("data.db"), "the database");
}

TEST_F(LockBesideTest, IsMadeAnewByWhoHasWaited) {
  Result<FileLock> acquired = FileLock::AcquireBeside(database_, Never);
  ASSERT_TRUE(acquired);
  std::optional<FileLock> first(std::move(*acquired));
  int attempts = 0;
  {
    Result<FileLock> second = FileLock::AcquireBeside(database_, [&] {
      if (++attempts == 3) first.reset();
      return false;
    });
    ASSERT_TRUE(second);
    EXPECT_EQ(attempts, 3);
    EXPECT_FALSE(IsFree(lock_));
  }
  EXPECT_FALSE(IsThere());
}

TEST_F(LockBesideTest, TakesOverAFileThatWasLeft) {
  folder_.Write("data.db.fastmigrate-lock", "");
  EXPECT_TRUE(FileLock::AcquireBeside(database_, Never));
  EXPECT_FALSE(IsThere());
}

TEST_F(LockBesideTest, InterruptEndsTheWait) {
  Result<FileLock> first = FileLock::AcquireBeside(database_, Never);
  ASSERT_TRUE(first);
  Result<FileLock> second = FileLock::AcquireBeside(database_, [] { return true; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, kCodeInterrupt);
  EXPECT_EQ(second.error().message,
            "interrupted while another process or thread was applying a script to " + database_);
  EXPECT_TRUE(IsThere());
}

}  // namespace
}  // namespace fastmigrate
