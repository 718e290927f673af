#include "author/new_script.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

Result<std::string> CreateIn(const TempFolder& temp, const std::string& description) {
  Result<Source> folder = ReadSource(temp.path());
  if (!folder) return folder.error();
  Result<NewFile> script = CreateScript(*folder, description);
  if (!script) return script.error();
  script->Keep();
  return script->path();
}

TEST(CreateScript, TakesTheNextNumber) {
  TempFolder temp;
  EXPECT_EQ(*CreateIn(temp, "First one"), temp.Path("0001-first-one.sql"));
  temp.Write("0007-x.py", "");
  EXPECT_EQ(*CreateIn(temp, "next"), temp.Path("0008-next.sql"));
  EXPECT_EQ(temp.Read("0008-next.sql"),
            "-- fastmigrate: unfinished; write the SQL, and delete this line\n");
}

TEST(CreateScript, HasNoNumberBehindTheLast) {
  TempFolder temp;
  temp.Write("9999-last.sql", "");
  Result<std::string> path = CreateIn(temp, "more");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().message,
            "'" + temp.path() + "' has a script of the last number there is, 9999");
}

}  // namespace
}  // namespace fastmigrate
