#include "migrate/migration.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace fastmigrate {
namespace {

// "1 sql" or why the name is not a script's.
std::string Parsed(std::string_view name) {
  std::optional<MigrationName> parsed = ParseMigrationName(name);
  if (!parsed) return WhyNotMigration(name);
  return std::to_string(parsed->version) + " " + std::string(KindName(parsed->kind));
}

TEST(MigrationName, IsFourDigitsAHyphenAndAnEndingThatIsKnown) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0001-initialize.sql", "1 sql"},
      {"0042-.py", "42 py"},
      {"9999-a b ü.sh", "9999 sh"},
      {"0007--.sql", "7 sql"},
      {"0003-a.sql.sql", "3 sql"},
      {"0003-a.py.sql", "3 sql"},
      {"0000-a.sql", "0 sql"},
      {"", "the name does not begin with a number of four digits"},
      {"README.md", "the name does not begin with a number of four digits"},
      {" 0001-a.sql", "the name does not begin with a number of four digits"},
      {".0001-a.sql", "the name does not begin with a number of four digits"},
      {"v0001-a.sql", "the name does not begin with a number of four digits"},
      {"-001-a.sql", "the name does not begin with a number of four digits"},
      {"٠٠٠١-a.sql", "the name does not begin with a number of four digits"},
      {"003-typo.sql", "the number has 3 digits, not 4"},
      {"00001-a.sql", "the number has 5 digits, not 4"},
      {"1-a.sql", "the number has 1 digits, not 4"},
      {"0001", "no hyphen follows the number"},
      {"0001_a.sql", "no hyphen follows the number"},
      {"0001.sql", "no hyphen follows the number"},
      {"0001-", "the name does not end with .sql, .py or .sh"},
      {"0001-a", "the name does not end with .sql, .py or .sh"},
      {"0001-a.SQL", "the name does not end with .sql, .py or .sh"},
      {"0001-a.sql.bak", "the name does not end with .sql, .py or .sh"},
      {"0001-a.sql~", "the name does not end with .sql, .py or .sh"},
      {"0001-sql", "the name does not end with .sql, .py or .sh"},
      {"0001-a\nb.sql", "the name holds a line break"},
  };
  for (const auto& [name, parsed] : cases) EXPECT_EQ(Parsed(name), parsed) << name;
}

TEST(MigrationFileName, IsMadeFromADescription) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"add email", "0007-add-email.sql"},
      {"Add  E-Mail!", "0007-add-e-mail.sql"},
      {"  padded  ", "0007-padded.sql"},
      {"../../etc/passwd", "0007-etc-passwd.sql"},
      {"a\nb", "0007-a-b.sql"},
      {"größe", "0007-größe.sql"},
      {"2nd", "0007-2nd.sql"},
      {"a_b.c", "0007-a-b-c.sql"},
  };
  for (const auto& [description, name] : cases) {
    Result<std::string> made = MigrationFileName(7, description);
    ASSERT_TRUE(made) << description;
    EXPECT_EQ(*made, name) << description;
    EXPECT_TRUE(ParseMigrationName(*made)) << description;
  }
}

TEST(MigrationFileName, HasFourDigits) {
  EXPECT_EQ(*MigrationFileName(1, "a"), "0001-a.sql");
  EXPECT_EQ(*MigrationFileName(123, "a"), "0123-a.sql");
  EXPECT_EQ(*MigrationFileName(9999, "a"), "9999-a.sql");
}

TEST(MigrationFileName, NeedsALetterOrDigit) {
  for (const char* description : {"", " ", "--", "/.."}) {
    Result<std::string> name = MigrationFileName(1, description);
    ASSERT_FALSE(name) << description;
    EXPECT_EQ(name.error().message, "a description needs a letter or a digit");
  }
}

}  // namespace
}  // namespace fastmigrate
