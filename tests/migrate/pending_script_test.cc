#include "migrate/pending_script.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "migrate/source.h"
#include "sql/checksum.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::vector<Migration> MigrationsIn(const TempFolder& temp) {
  Result<Source> folder = ReadSource(temp.path());
  EXPECT_TRUE(folder);
  return folder->migrations;
}

TEST(PendingScript, IsReadAndChecked) {
  TempFolder temp;
  temp.Write("0002-a.sql", "BEGIN; SELECT 1; COMMIT;");
  Result<PendingScript> script = PendingScript::Read(MigrationsIn(temp)[0], true);
  ASSERT_TRUE(script);
  EXPECT_EQ(script->version(), 2);
  EXPECT_FALSE(script->IsProgram());
  EXPECT_EQ(script->sql().file_name, "0002-a.sql");
  EXPECT_EQ(script->sql().text, "BEGIN; SELECT 1; COMMIT;");
  EXPECT_EQ(script->checksum(), script->sql().checksum);
}

TEST(PendingScript, KeepsItsStatementsWithoutItsText) {
  TempFolder temp;
  temp.Write("0001-a.sql", "BEGIN; COMMIT;");
  Result<PendingScript> script = PendingScript::Read(MigrationsIn(temp)[0], false);
  ASSERT_TRUE(script);
  EXPECT_EQ(script->sql().text, "");
  EXPECT_EQ(script->sql().specials.size(), 2u);
  ASSERT_TRUE(script->LoadText());
  EXPECT_EQ(script->sql().text, "BEGIN; COMMIT;");
}

TEST(PendingScript, LoadsNothingTwice) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  Result<PendingScript> script = PendingScript::Read(MigrationsIn(temp)[0], true);
  std::filesystem::remove(temp.Path("0001-a.sql"));
  EXPECT_TRUE(script->LoadText());
  EXPECT_EQ(script->sql().text, "SELECT 1;");
}

TEST(PendingScript, RefusesATextThatWasChangedSinceItWasChecked) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  Result<PendingScript> script = PendingScript::Read(MigrationsIn(temp)[0], false);
  temp.Write("0001-a.sql", "SELECT 2;");
  Status status = script->LoadText();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "0001-a.sql was changed while it was about to be applied; try again");
}

TEST(PendingScript, ReadsAProgramForItsChecksumOnly) {
  TempFolder temp;
  temp.Write("0001-a.sh", "'\xFF\n");
  Result<PendingScript> script = PendingScript::Read(MigrationsIn(temp)[0], true);
  ASSERT_TRUE(script);
  EXPECT_TRUE(script->IsProgram());
  EXPECT_EQ(script->checksum(), ProgramChecksum("'\xFF\n"));
}

TEST(TextHashes, AreOfTheBytesAndTheKind) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  temp.Write("0002-b.sql", "SELECT 1;");
  temp.Write("0003-c.sql", "SELECT  1;");
  temp.Write("0004-d.py", "SELECT 1;");
  temp.Write("0005-e.sql", "");
  Result<Source> source = ReadSource(temp.path());
  ASSERT_TRUE(source);
  TextHashes hashes;
  std::vector<Migration>& migrations = source->migrations;
  EXPECT_EQ(*hashes.Of(migrations[0]), TextHash("SELECT 1;", false));
  EXPECT_EQ(*hashes.Of(migrations[1]), *hashes.Of(migrations[0]));
  EXPECT_NE(*hashes.Of(migrations[2]), *hashes.Of(migrations[0]));
  EXPECT_EQ(*hashes.Of(migrations[3]), TextHash("SELECT 1;", true));
  EXPECT_NE(*hashes.Of(migrations[3]), *hashes.Of(migrations[0]));
  EXPECT_EQ(*hashes.Of(migrations[4]), TextHash("", false));
  for (const Migration& migration : migrations) {
    Result<PendingScript> script = PendingScript::Read(migration, false);
    ASSERT_TRUE(script);
    EXPECT_EQ(script->text_hash(), *hashes.Of(migration)) << migration.name;
  }
  migrations[0].name = "0009-gone.sql";
  EXPECT_EQ(hashes.Of(migrations[0]).error().code, SQLITE_CANTOPEN);
  EXPECT_NE(hashes.Of(migrations[0]).error().message.find(temp.Path("0009-gone.sql")),
            std::string::npos);
}

TEST(ReadPendingScripts, FailsWithTheFirstBadOne) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  temp.Write("0002-b.sql", "SELECT 'a");
  temp.Write("0003-c.sql", "SELECT 'b");
  Result<std::vector<PendingScript>> scripts = ReadPendingScripts(MigrationsIn(temp));
  ASSERT_FALSE(scripts);
  EXPECT_EQ(scripts.error().message,
            "0002-b.sql:1:8: this string has no end (a single quote)\n"
            "  1 | SELECT 'a\n"
            "    |        ^");
}

TEST(ReadPendingScripts, KeepsTheFirstTextAndAFewMegabytes) {
  TempFolder temp;
  const std::string big = "SELECT '" + std::string(3 << 20, 'a') + "';";
  temp.Write("0001-a.sql", big + big);
  temp.Write("0002-b.sql", "SELECT 1;");
  temp.Write("0003-c.sql", big);
  Result<std::vector<PendingScript>> scripts = ReadPendingScripts(MigrationsIn(temp));
  ASSERT_TRUE(scripts);
  ASSERT_EQ(scripts->size(), 3u);
  EXPECT_EQ((*scripts)[0].sql().text.size(), 2 * big.size());
  EXPECT_EQ((*scripts)[2].sql().text.size(), 0u);
}

}  // namespace
}  // namespace fastmigrate
