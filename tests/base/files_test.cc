#include "base/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(ReadFile, GivesEveryByte) {
  TempFolder temp;
  const std::string text("a\0\r\n\xFF", 5);
  temp.Write("file", text);
  Result<std::string> read = ReadFile(temp.Path("file"));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, text);
}

// It is read in steps of 256 KB.
TEST(ReadFile, GivesEveryByteOfABigFile) {
  TempFolder temp;
  for (size_t size : {262143, 262144, 262145, 600000}) {
    std::string text(size, 'a');
    for (size_t i = 0; i < size; i += 997) text[i] = static_cast<char>(i);
    temp.Write("file", text);
    Result<std::string> read = ReadFile(temp.Path("file"));
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read == text) << size;
  }
}

TEST(Folder, ReadsEveryByte) {
  TempFolder temp;
  for (size_t size : {0, 1, 8191, 8192, 8193, 262144, 300000}) {
    std::string written(size, 'a');
    if (size > 0) written.back() = 'z';
    temp.Write("file", written);
    Result<Folder> folder = Folder::Open(temp.path());
    ASSERT_TRUE(folder);
    std::string text = "of before";
    ASSERT_TRUE(folder->Read("file", [&](std::string_view read) { text = read; }));
    EXPECT_EQ(text, written) << size;
    text = "of before";
    ASSERT_TRUE(folder->ReadStamped("file", &text));
    EXPECT_EQ(text, written) << size;
  }
}

TEST(Folder, NamesTheFileThatItCannotRead) {
  TempFolder temp;
  std::filesystem::create_directory(temp.Path("sub"));
  Result<Folder> folder = Folder::Open(temp.path());
  ASSERT_TRUE(folder);
  std::string text;
  for (const char* name : {"sub", "missing"}) {
    const Status status = folder->Read(name, [&](std::string_view) { ADD_FAILURE() << name; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, kCodeCantOpen);
    EXPECT_EQ(status.error().message.find("cannot read " + temp.Path(name)), 0u);
    EXPECT_EQ(folder->ReadStamped(name, &text).error().message, status.error().message);
  }
}

TEST(ReadFile, GivesAnEmptyFile) {
  TempFolder temp;
  temp.Write("file", "");
  EXPECT_EQ(*ReadFile(temp.Path("file")), "");
}

TEST(ReadFile, NamesTheFileThatIsMissing) {
  TempFolder temp;
  Result<std::string> text = ReadFile(temp.Path("file"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, SQLITE_CANTOPEN);
  EXPECT_EQ(text.error().message,
            "cannot read " + temp.Path("file") + ": No such file or directory");
}

TEST(ReadFile, RefusesAFolder) {
  TempFolder temp;
  Result<std::string> text = ReadFile(temp.path());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "cannot read " + temp.path() + ": Is a directory");
}

TEST(WriteNewFile, NeverOverwrites) {
  TempFolder temp;
  temp.Write("file", "old");
  Result<NewFile> status = WriteNewFile(temp.Path("file"), "new");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, temp.Path("file") + " exists already and is not overwritten");
  EXPECT_EQ(temp.Read("file"), "old");
}

TEST(WriteNewFile, NamesTheFileThatItCannotCreate) {
  TempFolder temp;
  Result<NewFile> status = WriteNewFile(temp.Path("no/file"), "");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_CANTOPEN);
  EXPECT_EQ(status.error().message,
            "cannot create " + temp.Path("no/file") + ": No such file or directory");
}

}  // namespace
}  // namespace fastmigrate
