#include "migrate/text_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "migrate/pending_script.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

Digest Filled(char c) {
  Digest digest;
  digest.fill(c);
  return digest;
}
const Digest kOne = Filled('1');
const Digest kTwo = Filled('2');

TEST(TextCache, KnowsAFileAsLongAsItIsTheSame) {
  ForgetTextHashes();
  EXPECT_FALSE(KnowsTextHashes());
  const FileStamp stamp{1, 2, 3, 4, 5};
  EXPECT_EQ(KnownTextHash(stamp, false), std::nullopt);
  RememberTextHash(stamp, false, kOne);
  EXPECT_TRUE(KnowsTextHashes());
  EXPECT_EQ(KnownTextHash(stamp, false), kOne);
  EXPECT_EQ(KnownTextHash(stamp, true), std::nullopt);
  for (const FileStamp& other :
       {FileStamp{9, 2, 3, 4, 5}, FileStamp{1, 9, 3, 4, 5}, FileStamp{1, 2, 9, 4, 5},
        FileStamp{1, 2, 3, 9, 5}, FileStamp{1, 2, 3, 4, 9}}) {
    EXPECT_EQ(KnownTextHash(other, false), std::nullopt);
  }
  RememberTextHash({1, 2, 3, 4, 6}, false, kTwo);
  EXPECT_EQ(KnownTextHash({1, 2, 3, 4, 6}, false), kTwo);
  EXPECT_EQ(KnownTextHash(stamp, false), std::nullopt);
  ForgetTextHashes();
  EXPECT_FALSE(KnowsTextHashes());
  EXPECT_EQ(KnownTextHash({1, 2, 3, 4, 6}, false), std::nullopt);
}

TEST(TextCache, IsWorthItFromTheSecondTimeOn) {
  ForgetTextHashes();
  EXPECT_FALSE(MayRememberTextHashes());
  EXPECT_TRUE(MayRememberTextHashes());
  EXPECT_TRUE(MayRememberTextHashes());
  ForgetTextHashes();
  EXPECT_FALSE(MayRememberTextHashes());
  ForgetTextHashes();
}

TEST(TextCache, KnowsMoreFilesThanItHoldsPlaces) {
  ForgetTextHashes();
  for (uint64_t inode = 0; inode < 20000; ++inode) {
    const FileStamp stamp{1, inode, 1, 1, 1};
    RememberTextHash(stamp, false, kOne);
    EXPECT_EQ(KnownTextHash(stamp, false), kOne);
  }
  // The last ones have taken the places of the first.
  EXPECT_EQ(KnownTextHash({1, 0, 1, 1, 1}, false), std::nullopt);
  EXPECT_EQ(KnownTextHash({1, 15000, 1, 1, 1}, false), kOne);
  ForgetTextHashes();
  EXPECT_EQ(KnownTextHash({1, 15000, 1, 1, 1}, false), std::nullopt);
}

// What was changed a moment ago could be changed again in the same tick of the file system's clock.
TEST(FileStamp, IsNoneOfWhatChangesNow) {
  TempFolder temp;
  temp.Write("a.sql", "SELECT 1;");
  std::filesystem::last_write_time(
      temp.Path("a.sql"), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  Result<Folder> folder = Folder::Open(temp.path());
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->StampOf("a.sql"), std::nullopt);
  EXPECT_EQ(folder->StampOf("nowhere.sql"), std::nullopt);
  std::string text;
  Result<std::optional<FileStamp>> stamp = folder->ReadStamped("a.sql", &text);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(*stamp, std::nullopt);
  EXPECT_EQ(text, "SELECT 1;");
}

#ifdef __linux__
TEST(FileStamp, TellsFilesApart) {
  Result<Folder> etc = Folder::Open("/etc");
  ASSERT_TRUE(etc);
  const std::optional<FileStamp> stamp = etc->StampOf("passwd");
  ASSERT_NE(stamp, std::nullopt);
  EXPECT_EQ(etc->StampOf("passwd"), stamp);
  EXPECT_EQ(stamp->size, static_cast<int64_t>(std::filesystem::file_size("/etc/passwd")));
  EXPECT_NE(etc->StampOf("services"), stamp);
  std::string text = "longer than what is read into it";
  EXPECT_EQ(*etc->ReadStamped("passwd", &text), stamp);
  EXPECT_EQ(text, *ReadFile("/etc/passwd"));
}

// A script that the process has read is not read again.
TEST(TextCache, IsAskedBeforeAScriptIsRead) {
  ForgetTextHashes();
  Result<Folder> etc = Folder::Open("/etc");
  ASSERT_TRUE(etc);
  const std::optional<FileStamp> stamp = etc->StampOf("passwd");
  Migration migration;
  migration.name = "passwd";
  migration.home = std::make_shared<const ScriptHome>(ScriptHome{std::move(*etc), "passwd", ""});
  if (!stamp) GTEST_SKIP() << "no file here that is old";
  const Digest hash = *TextHashes().Of(migration);
  EXPECT_EQ(hash, TextHash(*ReadFile("/etc/passwd"), false));
  EXPECT_FALSE(KnowsTextHashes());  // what is read for the first time is not remembered
  EXPECT_EQ(*TextHashes().Of(migration), hash);
  EXPECT_EQ(KnownTextHash(*stamp, false), hash);
  RememberTextHash(*stamp, false, kTwo);
  EXPECT_EQ(*TextHashes().Of(migration), kTwo);
  migration.kind = MigrationKind::kShell;
  EXPECT_NE(*TextHashes().Of(migration), kTwo);
  ForgetTextHashes();
  migration.kind = MigrationKind::kSql;
  EXPECT_EQ(*TextHashes().Of(migration), hash);
  ForgetTextHashes();
}
#endif

}  // namespace
}  // namespace fastmigrate
