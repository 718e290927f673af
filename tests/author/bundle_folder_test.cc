#include "author/bundle_folder.h"

#include <gtest/gtest.h>

#include <string>

#include "migrate/pending_script.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::string Bundled(const TempFolder& temp) {
  Result<Source> folder = ReadSource(temp.path());
  EXPECT_TRUE(folder);
  Result<std::string> bundle = BundleFolder(*folder);
  return bundle ? *bundle : "error: " + bundle.error().message;
}

TEST(BundleFolder, HoldsTheScriptsAlone) {
  TempFolder temp;
  temp.Write("0010-b.sql", "SELECT \"x\";\n");
  temp.Write("0002-a.sql", "SELECT 1;");
  temp.Write("README.md", "no script");
  EXPECT_EQ(Bundled(temp),
            "{\"0002-a.sql\": \"SELECT 1;\",\n \"0010-b.sql\": \"SELECT \\\"x\\\";\\n\"}");
}

TEST(BundleFolder, OfAnEmptyFolderIsEmpty) { EXPECT_EQ(Bundled(TempFolder()), "{}"); }

TEST(BundleFolder, IsReadAsTheFolderIs) {
  TempFolder temp;
  temp.Write("0001-a.sql", "\xEF\xBB\xBF-- größe \t \x01 \x7F 😀\r\nCREATE TABLE \"ü\" (a);\r\n");
  temp.Write("0002-b.sql", "SELECT '\\n', '\"', '</script>';");
  temp.Write("0003-c.sql", "");
  Result<Source> folder = ReadSource(temp.path());
  ASSERT_TRUE(folder);
  Result<Source> bundle = ReadSource(Bundled(temp));
  ASSERT_TRUE(bundle) << bundle.error().message;
  ASSERT_EQ(bundle->migrations.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    Result<PendingScript> of_folder = PendingScript::Read(folder->migrations[i], true);
    Result<PendingScript> of_bundle = PendingScript::Read(bundle->migrations[i], true);
    ASSERT_TRUE(of_folder && of_bundle);
    EXPECT_EQ(of_bundle->sql().text, of_folder->sql().text);
    EXPECT_EQ(of_bundle->checksum(), of_folder->checksum());
  }
}

TEST(BundleFolder, RefusesPrograms) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  temp.Write("0002-b.sh", "true");
  EXPECT_EQ(Bundled(temp),
            "error: 0002-b.sh is a program, and programs cannot be in a bundle; only SQL can");
}

TEST(BundleFolder, RefusesWhatApplyWould) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 'x;");
  EXPECT_EQ(Bundled(temp),
            "error: 0001-a.sql:1:8: this string has no end (a single quote)\n"
            "  1 | SELECT 'x;\n"
            "    |        ^");
  temp.Write("0001-a.sql", "-- fastmigrate: unfinished\n");
  EXPECT_EQ(Bundled(temp),
            "error: 0001-a.sql:1:1: this script is unfinished; write its SQL, and delete this "
            "line\n"
            "  1 | -- fastmigrate: unfinished\n"
            "    | ^");
}

TEST(BundleFolder, RefusesANameThatJsonCannotHold) {
  TempFolder temp;
  temp.Write("0001-\xFF.sql", "");
  EXPECT_EQ(Bundled(temp), "error: the name of script " + temp.Path("0001-\xFF.sql") +
                               " is not UTF-8, which that of a script in a bundle must be");
}

}  // namespace
}  // namespace fastmigrate
