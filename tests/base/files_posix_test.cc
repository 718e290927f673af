// What files are on POSIX systems alone: permissions, limits, faults that the kernel is made to
// give.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>

#include "base/files.h"
#include "base/sync_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(ReadFile, ReadsWhatDoesNotSayItsSize) {
  Result<std::string> text = ReadFile("/proc/self/status");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_GT(text->size(), 100u);
}

TEST(WriteNewFile, RemovesAFileThatCouldNotBeWrittenWhole) {
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit small = before;
  small.rlim_cur = 1 << 16;
  auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  TempFolder temp;
  Result<NewFile> status = WriteNewFile(temp.Path("file"), std::string(1 << 20, 'a'));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_IOERR);
  EXPECT_EQ(status.error().message, "cannot write " + temp.Path("file") + ": File too large");
  EXPECT_FALSE(std::filesystem::exists(temp.Path("file")));
}

TEST(CreateFileLike, GivesItThePermissionsOfTheOther) {
  TempFolder temp;
  temp.Write("model", "text");
  for (auto permissions : {std::filesystem::perms(0600), std::filesystem::perms(0666)}) {
    std::filesystem::permissions(temp.Path("model"), permissions);
    Result<NewFile> file = CreateFileLike(temp.Path("file"), temp.Path("model"));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(std::filesystem::status(temp.Path("file")).permissions(), permissions);
    EXPECT_EQ(temp.Read("file"), "");
  }
}

#ifdef __linux__
// No close() of this process succeeds from now on.
bool MakeCloseFail() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog filter = {static_cast<unsigned short>(std::size(program)), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Runs the action in a process in which no file can be closed, and ends it: 0 after the error that
// names the path, whose text is printed.
void RunWhereCloseFails(const std::function<Result<NewFile>()>& action) {
  if (!MakeCloseFail()) _exit(2);
  Result<NewFile> file = action();
  if (file) _exit(1);
  std::fprintf(stderr, "%d: %s", file.error().code, file.error().message.c_str());
  _exit(0);
}

// Network file systems report there that a write has failed.
TEST(NewFiles, AreRemovedWhenTheyCannotBeClosed) {
  TempFolder temp;
  const std::string path = temp.Path("file");
  temp.Write("model", "");
  EXPECT_EXIT(RunWhereCloseFails([&] { return WriteNewFile(path, "text"); }),
              testing::ExitedWithCode(0), "10: cannot write " + path + ": Input/output error$");
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EXIT(RunWhereCloseFails([&] { return CreateFileLike(path, temp.Path("model")); }),
              testing::ExitedWithCode(0), "10: cannot create " + path + ": Input/output error$");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(NewFiles, AreRemovedWhenTheyCannotBeSynced) {
  TempFolder temp;
  const std::string path = temp.Path("file");
  SyncFails fails(path);
  Result<NewFile> file = WriteNewFile(path, "text");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, SQLITE_IOERR);
  EXPECT_EQ(file.error().message, "cannot write " + path + ": Input/output error");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(NewFiles, SayThatTheDiskIsFull) {
  TempFolder temp;
  SyncFails fails(temp.Path("file"), ENOSPC);
  Result<NewFile> file = WriteNewFile(temp.Path("file"), "text");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, SQLITE_FULL);
  EXPECT_TRUE(file.error().message.ends_with(": No space left on device")) << file.error().message;
}

TEST(SyncFolder, NamesTheFolderThatCannotBeSynced) {
  TempFolder temp;
  EXPECT_TRUE(SyncFolder(temp.path()));
  SyncFails fails(temp.path());
  Status status = SyncFolder(temp.path());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_IOERR);
  EXPECT_EQ(status.error().message, "cannot write folder " + temp.path() + ": Input/output error");
}
#endif  // __linux__

}  // namespace
}  // namespace fastmigrate
