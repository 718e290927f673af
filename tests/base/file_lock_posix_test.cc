// Locks on POSIX systems alone: among processes that fork, permissions, links, descriptors.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file_lock.h"
#include "base/file_lock_testing.h"
#include "base/subprocess.h"

namespace fastmigrate {
namespace {

TEST_F(FileLockTest, IsReleasedWhenItsProcessDies) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  pid_t holder = fork();
  if (holder == 0) {
    Result<FileLock> lock = FileLock::Acquire(file_, Never);
    if (lock && write(ready[1], "x", 1) == 1) pause();
    _exit(1);
  }
  close(ready[1]);
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  EXPECT_FALSE(IsFree(file_));
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  EXPECT_TRUE(IsFree(file_));
}

// The program that ran under the lock may write on.
TEST_F(FileLockTest, IsHeldByTheProgramWhenItsProcessDies) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  pid_t holder = fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    Result<FileLock> lock = FileLock::Acquire(file_, Never);
    if (!lock) _exit(1);
    const std::string name =
        "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(ready[1]);
    // Writes once it runs, and then waits for a line that nobody writes.
    (void)RunProcess(
        {"sh", "-c", "mkfifo $1; echo x >" + name + "; read line <$1", "sh", Path("never")}, Never,
        lock->descriptor());
    _exit(1);
  }
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  EXPECT_FALSE(IsFree(file_));
  // A writer lets the program read to the end, and end.
  int never = open(Path("never").c_str(), O_WRONLY);
  Result<FileLock> lock = FileLock::Acquire(file_, [&] {
    if (never >= 0) close(std::exchange(never, -1));
    return false;
  });
  EXPECT_TRUE(lock);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(FileLockTest, ReleaseFreesItEvenWhenHostHasForked) {
  int end[2];
  ASSERT_EQ(pipe(end), 0);
  pid_t forked = 0;
  {
    Result<FileLock> lock = FileLock::Acquire(file_, Never);
    ASSERT_TRUE(lock);
    forked = fork();
    if (forked == 0) {
      close(end[1]);
      char byte = 0;
      _exit(static_cast<int>(read(end[0], &byte, 1)));
    }
  }
  EXPECT_TRUE(IsFree(file_));
  close(end[0]);
  close(end[1]);
  waitpid(forked, nullptr, 0);
}

TEST_F(FileLockTest, LeaksNoDescriptor) {
  std::vector<int> before = OpenDescriptors();
  EXPECT_TRUE(FileLock::Acquire(file_, Never));
  EXPECT_FALSE(FileLock::Acquire(Path("missing"), Never));
  {
    Result<FileLock> lock = FileLock::Acquire(file_, Never);
    EXPECT_FALSE(FileLock::Acquire(file_, [] { return true; }));
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(FileLockTest, IsNotInheritedByChildrenOfTheHost) {
  std::vector<int> before = InheritableDescriptors();
  Result<FileLock> lock = FileLock::Acquire(file_, Never);
  ASSERT_TRUE(lock);
  EXPECT_EQ(InheritableDescriptors(), before);
}

// --- beside a database

TEST_F(LockBesideTest, LeavesAFileThatIsAnothers) {
  {
    Result<FileLock> lock = FileLock::AcquireBeside(database_, Never);
    ASSERT_TRUE(lock);
    std::filesystem::remove(lock_);
    folder_.Write("data.db.fastmigrate-lock", "of another");
  }
  EXPECT_EQ(folder_.Read("data.db.fastmigrate-lock"), "of another");
}

TEST_F(LockBesideTest, IsAsAccessibleAsTheDatabase) {
  const mode_t before = umask(077);
  for (mode_t mode : {0600, 0640, 0666}) {
    ASSERT_EQ(chmod(database_.c_str(), mode), 0);
    Result<FileLock> lock = FileLock::AcquireBeside(database_, Never);
    ASSERT_TRUE(lock);
    struct stat status;
    ASSERT_EQ(stat(lock_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, mode);
  }
  umask(before);
}

TEST_F(LockBesideTest, FollowsNoLink) {
  folder_.Write("victim", "");
  std::filesystem::create_symlink(folder_.Path("victim"), lock_);
  Result<FileLock> lock = FileLock::AcquireBeside(database_, Never);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, kCodeCantOpen);
  EXPECT_TRUE(lock.error().message.starts_with("cannot make the lock file " + lock_ + ": "));
  EXPECT_TRUE(std::filesystem::is_symlink(lock_));
}

TEST_F(LockBesideTest, LeaksNoDescriptor) {
  std::vector<int> before = OpenDescriptors();
  EXPECT_TRUE(FileLock::AcquireBeside(database_, Never));
  EXPECT_FALSE(FileLock::AcquireBeside(folder_.Path("missing"), Never));
  EXPECT_EQ(OpenDescriptors(), before);
}

// Each of two processes counts to 500 in a file, reading it and writing it under the lock; the lock
// file is made and removed each time.
TEST_F(LockBesideTest, LetsOneProcessWorkAtATime) {
  folder_.Write("count", "0");
  auto count = [this](int times) {
    for (int i = 0; i < times; ++i) {
      Result<FileLock> lock = FileLock::AcquireBeside(database_, Never);
      if (!lock) return false;
      folder_.Write("count", std::to_string(std::stoi("0" + folder_.Read("count")) + 1));
    }
    return true;
  };
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(count(500) ? 0 : 1);
  EXPECT_TRUE(count(500));
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(folder_.Read("count"), "1000");
  EXPECT_FALSE(IsThere());
}

}  // namespace
}  // namespace fastmigrate
