#include "migrate/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

// "1 0001-a.sql, 2 0002-b.py; ignored: x (reason)", or the error.
std::string Shown(const std::string& dir) {
  Result<Source> folder = ReadSource(dir);
  if (!folder) return std::to_string(folder.error().code) + ": " + folder.error().message;
  EXPECT_EQ(folder->dir, dir);
  std::string shown;
  for (const Migration& migration : folder->migrations) {
    EXPECT_EQ(migration.Path(), dir + "/" + migration.Name());
    shown += std::to_string(migration.version) + " " + migration.Name() + "\n";
  }
  for (const IgnoredFile& file : folder->ignored) {
    shown += "ignored " + file.name + ": " + file.reason + "\n";
  }
  return shown;
}

TEST(Source, HoldsTheScriptsByVersion) {
  TempFolder temp;
  for (const char* name : {"0010-c.sql", "0002-b.py", "0001-a.sql", "0003-d.sh"})
    temp.Write(name, "");
  EXPECT_EQ(Shown(temp.path()), "1 0001-a.sql\n2 0002-b.py\n3 0003-d.sh\n10 0010-c.sql\n");
}

TEST(Source, MayBeEmpty) {
  TempFolder temp;
  EXPECT_EQ(Shown(temp.path()), "");
  EXPECT_EQ(ReadSource(temp.path())->LastVersion(), 0);
}

TEST(Source, FindsAMigrationByVersion) {
  TempFolder temp;
  temp.Write("0001-a.sql", "");
  temp.Write("0003-b.sql", "");
  Result<Source> folder = ReadSource(temp.path());
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->LastVersion(), 3);
  ASSERT_NE(folder->Find(3), nullptr);
  EXPECT_EQ(folder->Find(3)->name, "0003-b.sql");
  EXPECT_EQ(folder->Find(2), nullptr);
  EXPECT_EQ(folder->Find(4), nullptr);
}

TEST(Source, KeepsTheReasonForWhatItPassesOver) {
  TempFolder temp;
  temp.Write("0001-a.sql", "");
  temp.Write("003-typo.sql", "");
  temp.Write("README.md", "");
  temp.Write("0002-folder.sql/0001-inner.sql", "");
  ASSERT_EQ(mkfifo(temp.Path("0003-pipe.sql").c_str(), 0600), 0);
  EXPECT_EQ(Shown(temp.path()),
            "1 0001-a.sql\n"
            "ignored 0002-folder.sql: a folder, not a file\n"
            "ignored 0003-pipe.sql: not a regular file\n"
            "ignored 003-typo.sql: the number has 3 digits, not 4\n"
            "ignored README.md: the name does not begin with a number of four digits\n");
}

TEST(Source, FollowsLinks) {
  TempFolder temp;
  temp.Write("elsewhere/text", "SELECT 1;");
  temp.Write("m/readme", "");
  fs::create_symlink(temp.Path("elsewhere/text"), temp.Path("m/0001-a.sql"));
  EXPECT_EQ(*ReadFile(ReadSource(temp.Path("m"))->Find(1)->Path()), "SELECT 1;");
}

TEST(Source, RefusesALinkThatLeadsNowhere) {
  TempFolder temp;
  fs::create_symlink(temp.Path("gone"), temp.Path("0001-a.sql"));
  EXPECT_EQ(Shown(temp.path()), "14: cannot read " + temp.Path("0001-a.sql") +
                                    ": it is a link to a file that does not exist");
}

TEST(Source, RefusesALinkToItself) {
  TempFolder temp;
  fs::create_symlink(temp.Path("0001-a.sql"), temp.Path("0001-a.sql"));
  EXPECT_EQ(Shown(temp.path()),
            "14: cannot read " + temp.Path("0001-a.sql") + ": Too many levels of symbolic links");
}

TEST(Source, RefusesTwoScriptsOfOneVersion) {
  TempFolder temp;
  temp.Write("0001-a.sql", "");
  temp.Write("0002-c.sql", "");
  temp.Write("0002-b.py", "");
  EXPECT_EQ(Shown(temp.path()), "1: two scripts in '" + temp.path() +
                                    "' have the version 2: 0002-b.py and 0002-c.sql; renumber one "
                                    "of them");
}

// Told by the names, in whatever order the folder has them.
TEST(Source, NamesTheFirstTwoScriptsOfOneVersion) {
  TempFolder temp;
  for (char letter = 'h'; letter >= 'a'; --letter)
    temp.Write(std::string("0002-") + letter + ".sql", "");
  EXPECT_EQ(Shown(temp.path()), "1: two scripts in '" + temp.path() +
                                    "' have the version 2: 0002-a.sql and 0002-b.sql; renumber one "
                                    "of them");
}

TEST(Source, RefusesTheNumberZero) {
  TempFolder temp;
  temp.Write("0000-a.sql", "");
  EXPECT_EQ(Shown(temp.path()), "1: script " + temp.Path("0000-a.sql") +
                                    " has the number 0000, which is the empty database; number "
                                    "scripts from 0001");
}

TEST(Source, RefusesThePythonPackagesConfig) {
  TempFolder temp;
  temp.Write("config.py", "");
  EXPECT_EQ(Shown(temp.path()),
            "1: migration folder '" + temp.path() +
                "' holds a config.py: it makes the Python package migrate another kind of "
                "database, which this extension cannot; move it away to migrate SQLite");
}

TEST(Source, MustExist) {
  TempFolder temp;
  EXPECT_EQ(
      Shown(temp.Path("nowhere")),
      "14: migration folder '" + temp.Path("nowhere") +
          "' does not exist; a relative path starts at the working directory of the process, " +
          fs::current_path().string());
}

TEST(Source, MustBeAFolder) {
  TempFolder temp;
  temp.Write("file", "");
  EXPECT_EQ(Shown(temp.Path("file")),
            "14: migration folder '" + temp.Path("file") + "' is not a folder");
}

TEST(Source, MayHaveAnyName) {
  TempFolder temp;
  temp.Write("a 'b' ü%20?#/0001-a.sql", "");
  EXPECT_EQ(Shown(temp.Path("a 'b' ü%20?#")), "1 0001-a.sql\n");
}

// --- bundles

// As Shown(), with the texts, of a bundle.
std::string ShownBundle(std::string_view json) {
  Result<Source> bundle = ReadSource(json);
  if (!bundle) return std::to_string(bundle.error().code) + ": " + bundle.error().message;
  EXPECT_TRUE(bundle->is_bundle);
  EXPECT_EQ(bundle->dir, "");
  std::string shown;
  for (const Migration& migration : bundle->migrations) {
    EXPECT_FALSE(migration.IsInFile());
    shown += std::to_string(migration.version) + " " + migration.Name() + " " +
             *ReadText(migration) + "\n";
  }
  for (const IgnoredFile& file : bundle->ignored) {
    shown += "ignored " + file.name + ": " + file.reason + "\n";
  }
  return shown;
}

TEST(SourceOfABundle, HoldsTheScriptsByVersion) {
  EXPECT_EQ(ShownBundle(R"({"0010-c.sql": "c", "0002-b.sql": "b", "0001-a.sql": "a"})"),
            "1 0001-a.sql a\n2 0002-b.sql b\n10 0010-c.sql c\n");
}

TEST(SourceOfABundle, MayBeEmpty) { EXPECT_EQ(ShownBundle("{}"), ""); }

TEST(SourceOfABundle, KeepsTheReasonForWhatItPassesOver) {
  EXPECT_EQ(
      ShownBundle(R"({"README.md": "", "0001-a.sql": "a", "003-typo.sql": "", "0004_b.sql": ""})"),
      "1 0001-a.sql a\n"
      "ignored 0004_b.sql: no hyphen follows the number\n"
      "ignored 003-typo.sql: the number has 3 digits, not 4\n"
      "ignored README.md: the name does not begin with a number of four digits\n");
}

TEST(SourceOfABundle, RefusesWhatAFolderMayNotHoldEither) {
  EXPECT_EQ(ShownBundle(R"({"0002-c.sql": "", "0002-b.sql": ""})"),
            "1: two scripts in the bundle have the version 2: 0002-b.sql and 0002-c.sql; renumber "
            "one of them");
  EXPECT_EQ(ShownBundle(R"({"0000-a.sql": ""})"),
            "1: script 0000-a.sql has the number 0000, which is the empty database; number scripts "
            "from 0001");
  EXPECT_EQ(ShownBundle(R"({"config.py": ""})"),
            "1: the bundle holds a config.py: it makes the Python package migrate another kind of "
            "database, which this extension cannot; move it away to migrate SQLite");
}

TEST(SourceOfABundle, RefusesPrograms) {
  for (const char* name : {"0001-a.py", "0001-a.sh"}) {
    EXPECT_EQ(ShownBundle("{\"" + std::string(name) + "\": \"\"}"),
              "1: " + std::string(name) +
                  " is a program, and programs cannot be in a bundle; only SQL can");
  }
}

TEST(SourceOfABundle, RefusesWhatIsNoBundle) {
  EXPECT_EQ(ShownBundle("{x"),
            "1: bundle:1:2: malformed JSON: expected the name of a script in double quotes, or }\n"
            "  1 | {x\n"
            "    |  ^");
  EXPECT_EQ(Shown("[\"SELECT 1\"]"),
            "14: argument dir begins with [ and is no folder; a bundle is a JSON object, "
            "{\"0001-name.sql\": \"text\", ...}");
  EXPECT_EQ(Shown("\"SELECT 1\""),
            "14: argument dir begins with \" and is no folder; a bundle is a JSON object, "
            "{\"0001-name.sql\": \"text\", ...}");
}

TEST(SourceOfABundle, NamesItselfInMessages) {
  Result<Source> bundle = ReadSource("{}");
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->HasNone(3).message, "the bundle holds no script of version 3");
  EXPECT_EQ(bundle->Argument(), "BUNDLE");
}

TEST(SourceOfAFolder, MayHaveANameThatABundleCannot) {
  TempFolder temp;
  temp.Write("[m]/0001-a.sql", "");
  temp.Write("{m}/0001-a.sql", "");
  fs::current_path(temp.path());
  EXPECT_EQ(Shown("[m]"), "1 0001-a.sql\n");
  EXPECT_EQ(Shown("./{m}"), "1 0001-a.sql\n");
  fs::current_path("/");
}

}  // namespace
}  // namespace fastmigrate
