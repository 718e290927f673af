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

// A driver may run a statement twice.
TEST(CreateScript, TakesTheOneThatIsMadeAndUnwritten) {
  TempFolder temp;
  EXPECT_EQ(*CreateIn(temp, "users"), temp.Path("0001-users.sql"));
  EXPECT_EQ(*CreateIn(temp, "users"), temp.Path("0001-users.sql"));
  EXPECT_EQ(*CreateIn(temp, "posts"), temp.Path("0002-posts.sql"));
  EXPECT_EQ(*CreateIn(temp, "users"), temp.Path("0003-users.sql"));
  temp.Write("0003-users.sql", "CREATE TABLE users (a);\n");
  EXPECT_EQ(*CreateIn(temp, "users"), temp.Path("0004-users.sql"));
}

// It is not new, so that it stays when what follows fails.
TEST(CreateScript, LeavesTheOneThatIsMadeWhenItIsNotKept) {
  TempFolder temp;
  EXPECT_EQ(*CreateIn(temp, "users"), temp.Path("0001-users.sql"));
  ASSERT_TRUE(CreateScript(*ReadSource(temp.path()), "users"));
  EXPECT_EQ(temp.Read("0001-users.sql"),
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
