#include "base/windows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/files.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

constexpr char kName[] = "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\xA7.sql";  // 2, 3 and 4 bytes a letter

// A path beyond the 260 units that a plain one may have, in folders that are made.
std::string LongFolder(const TempFolder& temp) {
  std::string folder = temp.path();
  while (folder.size() < 600) {
    folder += "/" + std::string(100, 'x');
    Result<NewFile> made = MakeFolder(folder);
    EXPECT_TRUE(made);
    if (made) made->Keep();
  }
  return folder;
}

void RemoveFolders(std::string folder, const TempFolder& temp) {
  for (; folder.size() > temp.path().size(); folder.resize(folder.rfind('/'))) {
    RemoveFile(folder.c_str());
  }
}

TEST(Windows, NeverOverwrites) {
  TempFolder temp;
  temp.Write("file", "old");
  EXPECT_FALSE(windows::OpenNew(temp.Path("file")).ok());
  EXPECT_EQ(windows::LastError(), std::errc::file_exists);
  EXPECT_EQ(temp.Read("file"), "old");
}

TEST(Windows, RenamesNothingOntoAFile) {
  TempFolder temp;
  temp.Write("from", "new");
  temp.Write("to", "old");
  EXPECT_FALSE(windows::Rename(temp.Path("from"), temp.Path("to")));
  EXPECT_EQ(windows::LastError(), std::errc::file_exists);
  EXPECT_EQ(temp.Read("to"), "old");
  EXPECT_EQ(temp.Read("from"), "new");
}

TEST(Windows, TakesNamesInUtf8) {
  TempFolder temp;
  Result<NewFile> folder = MakeFolder(temp.Path(kName));
  ASSERT_TRUE(folder) << folder.error().message;
  Result<NewFile> file = WriteNewFile(temp.Path(kName) + "/" + kName, "text");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*ListFolder(temp.Path(kName)), std::vector<std::string>{kName});
  EXPECT_EQ(*ReadFile(temp.Path(kName) + "/" + kName), "text");
}

TEST(Windows, HasNoFileWithANameThatIsNotUtf8) {
  Result<std::string> text = ReadFile("\xFF.sql");
  ASSERT_FALSE(text);
  EXPECT_TRUE(StartsWith(text.error().message, "cannot read \xFF.sql: No "));
}

// Can fail on Windows alone: wine has no limit.
TEST(Windows, TakesPathsOfAnyLength) {
  TempFolder temp;
  const std::string folder = LongFolder(temp);
  {
    Result<NewFile> file = WriteNewFile(folder + "/file", "text");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*ReadFile(folder + "/file"), "text");
    EXPECT_EQ(*TypeOf(folder), FileType::kFolder);
    EXPECT_EQ(*ListFolder(folder), std::vector<std::string>{"file"});
  }
  EXPECT_EQ(*TypeOf(folder + "/file"), FileType::kMissing);
  RemoveFolders(folder, temp);
}

TEST(Windows, RefusesAPathThatIsTooLong) {
  Result<std::string> text = ReadFile(std::string(5000, 'x'));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().message.ends_with(": File name too long")) << text.error().message;
}

TEST(Windows, LetsOneAtATimeOpenAFileAlone) {
  TempFolder temp;
  windows::Handle held = windows::OpenAloneAnew(temp.Path("file"));
  ASSERT_TRUE(held.ok());
  EXPECT_FALSE(windows::OpenAlone(temp.Path("file")).ok());
  EXPECT_TRUE(windows::IsHeld(windows::LastError()));
  EXPECT_FALSE(windows::OpenToRead(temp.Path("file")).ok());
  EXPECT_TRUE(held.Close());
  EXPECT_TRUE(windows::OpenAlone(temp.Path("file")).ok());
  EXPECT_FALSE(windows::OpenAloneAnew(temp.Path("file")).ok());
  EXPECT_EQ(windows::LastError(), std::errc::file_exists);
}

TEST(Windows, SaysWhatErrnoHasNoWordsFor) {
  constexpr int kNoUnicodeTranslation = 1113;
  const std::string text = windows::ReasonOf({kNoUnicodeTranslation, std::system_category()});
  EXPECT_TRUE(StartsWith(text, "No "));
  EXPECT_FALSE(text.ends_with(".") || text.ends_with("\n")) << text;
  EXPECT_EQ(windows::ReasonOf({999999, std::system_category()}), "error 999999 of Windows");
}

TEST(Windows, ReadsTheEnvironmentAsThisProcessHasSetIt) {
  EXPECT_EQ(EnvironmentVariable("FASTMIGRATE_TEST"), "");
  setenv("FASTMIGRATE_TEST", std::string(1000, 'x').c_str(), 1);
  EXPECT_EQ(EnvironmentVariable("FASTMIGRATE_TEST"), std::string(1000, 'x'));
  unsetenv("FASTMIGRATE_TEST");
  EXPECT_EQ(EnvironmentVariable("FASTMIGRATE_TEST"), "");
}

}  // namespace
}  // namespace fastmigrate
