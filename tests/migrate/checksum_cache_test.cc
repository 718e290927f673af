#include "migrate/checksum_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "migrate/pending_script.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

const std::string kOne(32, '1');
const std::string kTwo(32, '2');

TEST(ChecksumCache, KnowsAFileAsLongAsItIsTheSame) {
  ForgetChecksums();
  const FileStamp stamp{1, 2, 3, 4, 5};
  EXPECT_EQ(KnownChecksum(stamp, MigrationKind::kSql), std::nullopt);
  RememberChecksum(stamp, MigrationKind::kSql, kOne);
  EXPECT_EQ(KnownChecksum(stamp, MigrationKind::kSql), kOne);
  EXPECT_EQ(KnownChecksum(stamp, MigrationKind::kShell), std::nullopt);
  for (const FileStamp& other :
       {FileStamp{9, 2, 3, 4, 5}, FileStamp{1, 9, 3, 4, 5}, FileStamp{1, 2, 9, 4, 5},
        FileStamp{1, 2, 3, 9, 5}, FileStamp{1, 2, 3, 4, 9}}) {
    EXPECT_EQ(KnownChecksum(other, MigrationKind::kSql), std::nullopt);
  }
  RememberChecksum({1, 2, 3, 4, 6}, MigrationKind::kSql, kTwo);
  EXPECT_EQ(KnownChecksum({1, 2, 3, 4, 6}, MigrationKind::kSql), kTwo);
  EXPECT_EQ(KnownChecksum(stamp, MigrationKind::kSql), std::nullopt);
  ForgetChecksums();
  EXPECT_EQ(KnownChecksum({1, 2, 3, 4, 6}, MigrationKind::kSql), std::nullopt);
}

TEST(ChecksumCache, KnowsMoreFilesThanItHoldsPlaces) {
  ForgetChecksums();
  for (uint64_t inode = 0; inode < 20000; ++inode) {
    const FileStamp stamp{1, inode, 1, 1, 1};
    RememberChecksum(stamp, MigrationKind::kSql, kOne);
    EXPECT_EQ(KnownChecksum(stamp, MigrationKind::kSql), kOne);
  }
  ForgetChecksums();
}

// What was changed a moment ago could be changed again in the same tick of the file system's clock.
TEST(FileStamp, IsNoneOfWhatChangesNow) {
  TempFolder folder;
  folder.Write("a.sql", "SELECT 1;");
  std::filesystem::last_write_time(
      folder.Path("a.sql"), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(StampOf(folder.Path("a.sql")), std::nullopt);
  EXPECT_EQ(StampOf(folder.Path("nowhere.sql")), std::nullopt);
}

#ifdef __linux__
TEST(FileStamp, TellsFilesApart) {
  // The program that runs is older than that.
  const std::string program = std::filesystem::canonical("/proc/self/exe");
  const std::string shell = std::filesystem::canonical("/bin/sh");
  const std::optional<FileStamp> stamp = StampOf(shell);
  ASSERT_NE(stamp, std::nullopt);
  EXPECT_EQ(StampOf(shell), stamp);
  EXPECT_EQ(stamp->size, static_cast<int64_t>(std::filesystem::file_size(shell)));
  EXPECT_NE(StampOf(program), stamp);
}
#endif

// A script that the process has read is not read again.
TEST(ChecksumCache, IsAskedBeforeAScriptIsRead) {
#ifdef __linux__
  ForgetChecksums();
  Migration migration = *ParseMigrationName("0001-a.sql");
  migration.path = std::filesystem::canonical("/etc/debian_version").string();
  const std::optional<FileStamp> stamp = StampOf(migration.path);
  if (!stamp) GTEST_SKIP() << "no file here that is old and small";
  Result<std::string> checksum = ReadChecksum(migration);
  ASSERT_TRUE(checksum) << checksum.error().message;
  EXPECT_EQ(KnownChecksum(*stamp, MigrationKind::kSql), *checksum);
  RememberChecksum(*stamp, MigrationKind::kSql, kTwo);
  EXPECT_EQ(*ReadChecksum(migration), kTwo);
  ForgetChecksums();
  EXPECT_EQ(*ReadChecksum(migration), *checksum);
#endif
}

}  // namespace
}  // namespace fastmigrate
