#include "author/foreign_layouts.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// The scripts that a folder of these files becomes: "[0001-a.sql]" and the text of each, or the
// error, in which the folder is called FROM.
std::string Converted(const Files& files, const std::vector<std::string>& recorded = {}) {
  TempFolder folder;
  for (const auto& [name, text] : files) folder.Write(name, text);
  Result<ConvertedFolder> converted = ConvertForeignFolder(folder.path(), recorded);
  if (!converted) {
    std::string message = converted.error().message;
    for (size_t at = 0; (at = message.find(folder.path())) != std::string::npos;) {
      message.replace(at, folder.path().size(), "FROM");
    }
    return "error: " + message;
  }
  std::string shown;
  for (const ConvertedMigration& migration : converted->migrations) {
    shown += "[" + migration.script.Name() + "]" + migration.script.Text();
  }
  return shown;
}

constexpr char kA[] = "CREATE TABLE a (x);\n";
constexpr char kB[] = "CREATE TABLE b (x);\n";
constexpr char kBoth[] = "[0001-a.sql]CREATE TABLE a (x);\n[0002-b.sql]CREATE TABLE b (x);\n";

TEST(Layout, GolangMigrate) {
  EXPECT_EQ(Converted({{"000002_b.up.sql", kB},
                       {"000002_b.down.sql", "DROP TABLE b;"},
                       {"000001_a.up.sql", kA},
                       {"000001_a.down.sql", "DROP TABLE a;"},
                       {"README.md", "x"}}),
            kBoth);
  EXPECT_EQ(Converted({{"9_a.up.sql", kA}, {"10_b.up.sql", kB}}), kBoth);
}

TEST(Layout, Goose) {
  EXPECT_EQ(Converted({{"00001_a.sql",
                        "-- The first.\n-- +goose Up\nCREATE TABLE a (x);\n-- +goose Down\nDROP "
                        "TABLE a;\n"},
                       {"20240101000000_b.sql",
                        "-- +goose NO TRANSACTION\n--  +goose up  \nCREATE TABLE b (x);\n"}}),
            "[0001-a.sql]-- The first.\nCREATE TABLE a (x);\n[0002-b.sql]CREATE TABLE b (x);\n");
}

TEST(Layout, GooseRefusesGo) {
  const std::string up = "-- +goose Up\nSELECT 1;\n";
  EXPECT_EQ(Converted({{"00001_a.sql", up}, {"00002_b.go", "package x"}}),
            "error: 00002_b.go is a migration in Go, which cannot be made a script of SQL; for a "
            "database that it has made, SELECT fastmigrate_initialize(...) writes a first script "
            "from the schema");
  EXPECT_TRUE(StartsWith(Converted({{"00002_b.go", "package x"}}),
                         "error: 00002_b.go is a migration in Go, "));
  EXPECT_EQ(Converted({{"00001_a.sql", up}, {"00001_a_test.go", ""}, {"main.go", ""}}),
            "[0001-a.sql]SELECT 1;\n");
}

TEST(Layout, SqlMigrate) {
  EXPECT_EQ(Converted({{"10-b.sql", "-- +migrate Up notransaction\nCREATE TABLE b (x);\n"},
                       {"2-a.sql",
                        "-- +migrate Up\nCREATE TABLE a (x);\n-- +migrate Down\nDROP "
                        "TABLE a;\n"},
                       {"later.sql", "-- +migrate Up\nSELECT 3;\n"}}),
            std::string(kBoth) + "[0003-later.sql]SELECT 3;\n");
}

TEST(Layout, Dbmate) {
  EXPECT_EQ(
      Converted({{"20240101000000_a.sql",
                  "-- migrate:up transaction:false\nCREATE TABLE a (x);\n\n-- "
                  "migrate:down\nDROP TABLE a;\n"},
                 {"20240102000000_b.sql", "--migrate:up\nCREATE TABLE b (x);\n-- migrate:down\n"}}),
      "[0001-a.sql]CREATE TABLE a (x);\n\n[0002-b.sql]CREATE TABLE b (x);\n");
}

// The files of a tool that goes by names; those that go by numbers are GolangMigrate and others.
constexpr char kByName[] =
    "[0001-a.sql]CREATE TABLE a (x);\n[0002-b.sql]CREATE TABLE b (x);\n[0003-c.sql]SELECT 3;\n";

TEST(Layout, DbmateGoesByTheNames) {
  const std::string up = "-- migrate:up\n";
  EXPECT_EQ(
      Converted({{"1_b.sql", up + kB}, {"10_a.sql", up + kA}, {"2_c.sql", up + "SELECT 3;\n"}}),
      kByName);
  EXPECT_EQ(Converted({{"01_a.sql", up}, {"02_b.sql", up}, {"1_c.sql", up}}),
            "error: 01_a.sql and 1_c.sql have one number, 1; renumber one of them");
}

TEST(Layout, DieselGoesByTheVersionAsText) {
  EXPECT_EQ(Converted({{"1_a/up.sql", kA}, {"10_b/up.sql", kB}, {"2_c/up.sql", "SELECT 3;\n"}}),
            kByName);
}

TEST(Layout, OfNumberedFilesIsThatOfTheRecord) {
  const Files files = {{"1_b.sql", kB}, {"10_a.sql", kA}, {"2_c.sql", "SELECT 3;\n"}};
  EXPECT_EQ(Converted(files, {"Sequelize"}), kByName);
  EXPECT_EQ(Converted(files, {"knex"}), kByName);
  const std::string by_number =
      "[0001-b.sql]CREATE TABLE b (x);\n[0002-c.sql]SELECT 3;\n[0003-a.sql]CREATE TABLE a (x);\n";
  EXPECT_EQ(Converted(files), by_number);
  EXPECT_EQ(Converted(files, {"D1"}), by_number);
  EXPECT_EQ(Converted(files, {"knex", "D1"}), by_number);
  EXPECT_EQ(Converted({{"1-a.sql", kA}, {"1-b.sql", kB}}, {"Sequelize"}), kBoth);
  const Files down = {{"1-a.sql", std::string(kA) + "-- down again\nDROP TABLE a;\n"},
                      {"2-b.sql", kB}};
  EXPECT_EQ(Converted(down, {"the npm package sqlite"}), kBoth);
}

// As umzug names a new file.
TEST(Layout, TakesADateWithDotsForANumber) {
  EXPECT_EQ(Converted({{"2024.01.02T12.30.00.a.sql", kA}, {"2024.01.02T12.30.01.b.sql", kB}}),
            kBoth);
  EXPECT_EQ(Converted({{"2024.01.a.sql", kA}, {"2025.01.b.sql", kB}}),
            "[0001-01-a.sql]CREATE TABLE a (x);\n[0002-01-b.sql]CREATE TABLE b (x);\n");
}

TEST(Layout, NodeSqlite) {
  EXPECT_EQ(
      Converted({{"001-a.sql", "-- Up\nCREATE TABLE a (x);\n-- Down\nDROP TABLE a;\n"},
                 {"002-b.sql",
                  "-----\n-- UP\n-----\nCREATE TABLE b (x);\n--  down again\nDROP TABLE b;\n"}}),
      "[0001-a.sql]CREATE TABLE a (x);\n[0002-b.sql]-----\n-----\nCREATE TABLE b (x);\n");
}

TEST(Layout, Sqlx) {
  EXPECT_EQ(Converted({{"1_a.sql", kA}, {"2_b.up.sql", kB}, {"2_b.down.sql", ""}}, {"sqlx"}),
            kBoth);
  EXPECT_EQ(Converted({{"1_a.sql", kA}, {"2_b.up.sql", kB}}),
            "error: 'FROM' looks like a folder of several migration tools; copy the files of the "
            "one that is meant into a folder of their own:\n  golang-migrate: 2_b.up.sql\n  sqlx: "
            "1_a.sql beside 2_b.up.sql");
}

TEST(Layout, Diesel) {
  EXPECT_EQ(Converted({{"2024-01-02-000000_b/up.sql", kB},
                       {"2024-01-02-000000_b/down.sql", "DROP TABLE b;"},
                       {"2024-01-01-000000_a/up.sql", kA},
                       {"notes/x.txt", ""}}),
            kBoth);
}

TEST(Layout, PrismaAndDrizzleWithFolders) {
  EXPECT_EQ(Converted({{"migration_lock.toml", "provider = \"sqlite\""},
                       {"20240101000000_a/migration.sql", kA},
                       {"20240102000000_b/migration.sql", kB}}),
            kBoth);
  EXPECT_EQ(Converted({{"0_a/migration.sql", kA}, {"20240102000000_b/migration.sql", kB}}), kBoth);
}

TEST(Layout, FlywayOrdersByTheNumbers) {
  EXPECT_EQ(Converted({{"V1.10__b.sql", kB}, {"V1_9__a.sql", kA}, {"U1.9__a.sql", "DROP TABLE a"}}),
            kBoth);
  EXPECT_EQ(Converted({{"V1__a.sql", ""}, {"V1.0__b.sql", ""}}),
            "error: V1.0__b.sql and V1__a.sql have one number, 1; renumber one of them");
}

TEST(Layout, FlywayBaselineStandsForWhatIsBelowIt) {
  EXPECT_EQ(Converted({{"B2__base.sql", kA}, {"V3__b.sql", kB}}),
            "[0001-base.sql]CREATE TABLE a (x);\n[0002-b.sql]CREATE TABLE b (x);\n");
  EXPECT_EQ(Converted({{"V1__a.sql", kA}, {"V2__b.sql", kB}, {"B2__base.sql", "SELECT 1"}}), kBoth);
}

TEST(Layout, FlywayRefusesRepeatablesPlaceholdersAndPrograms) {
  EXPECT_EQ(Converted({{"V1__a.sql", kA}, {"R__views.sql", ""}}),
            "error: R__views.sql is repeatable: Flyway runs it again when it has changed, and "
            "fastmigrate runs each script once; make it a V of its own, or move it away");
  EXPECT_EQ(Converted({{"V1__a.sql", "SELECT '${x}';\n"}}),
            "error: V1__a.sql:1:9: a placeholder, in whose place Flyway puts a value; write the "
            "value\n  1 | SELECT '${x}';\n    |         ^");
  EXPECT_EQ(Converted({{"V1__a.sql", "SELECT '${x}';\n"}}, {"refinery"}),
            "[0001-a.sql]SELECT '${x}';\n");
  EXPECT_TRUE(StartsWith(Converted({{"V1__a.sql", kA}, {"V2__b.rs", ""}}),
                         "error: V2__b.rs is a migration in Rust, "));
  EXPECT_TRUE(StartsWith(Converted({{"V1__a.sql", kA}, {"V2__b.java", ""}}),
                         "error: V2__b.java is a migration in Java, "));
  EXPECT_EQ(Converted({{"V1__a.sql", kA}, {"more/V2__b.sql", kB}}),
            "error: more/V2__b.sql is a migration as well; copy all of them into one folder");
}

TEST(Layout, RefineryUIsAMigration) {
  EXPECT_EQ(Converted({{"V1__a.sql", kA}, {"U2__b.sql", kB}}), kBoth);
}

TEST(Layout, DrizzleGoesByItsJournal) {
  EXPECT_EQ(
      Converted({{"meta/_journal.json",
                  R"({"version": "7", "entries": [
                     {"idx": 0, "when": 5, "tag": "0000_z", "more": {"tag": "no", "list": [{"tag": 1}]}},
                     {"idx": 1, "when": 6, "tag": "0001_a"}], "tag": "x"})"},
                 {"0001_a.sql", kB},
                 {"0000_z.sql",
                  "CREATE TABLE z (x) -- no semicolon\n--> statement-breakpoint\nCREATE TABLE y "
                  "(x);--> statement-breakpoint\nSELECT 1;"},
                 {"0002_stray.sql", kB}}),
      "[0001-z.sql]CREATE TABLE z (x); -- no semicolon\n--> statement-breakpoint\nCREATE TABLE y "
      "(x);--> statement-breakpoint\nSELECT 1;[0002-a.sql]CREATE TABLE b (x);\n");
}

TEST(Layout, DrizzleRefusesAJournalThatIsNone) {
  auto with = [](const std::string& journal) {
    return Converted({{"meta/_journal.json", journal}, {"0000_a.sql", kA}});
  };
  EXPECT_EQ(with("{\"entries\": ["),
            "error: meta/_journal.json:1:14: malformed JSON\n  1 | {\"entries\": [\n    |          "
            "    ^");
  EXPECT_EQ(with("[[[["), "error: meta/_journal.json:1:5: malformed JSON\n  1 | [[[[\n    |     ^");
  EXPECT_EQ(with("{}"), "error: meta/_journal.json has no list \"entries\"");
  EXPECT_EQ(with(R"({"entries": [{"tag": "0000_a"}]})"),
            "error: meta/_journal.json has an entry without \"tag\" or \"when\"");
  EXPECT_EQ(with(R"({"entries": [{"tag": "../x", "when": 1}]})"),
            "error: meta/_journal.json has the tag '../x', which is no file name");
  EXPECT_EQ(with(R"({"entries": [{"tag": "a", "when": 1}, {"tag": "a", "when": 2}]})"),
            "error: meta/_journal.json has the tag 'a' twice");
  EXPECT_EQ(with(R"({"entries": [{"tag": "b", "when": 1}]})"),
            "error: cannot read FROM/b.sql: there is no such file");
  EXPECT_TRUE(StartsWith(with(std::string(100000, '[')), "error: meta/_journal.json:1:100001: "));
}

TEST(Layout, AtlasGoesByName) {
  EXPECT_EQ(Converted({{"atlas.sum", "h1:x"},
                       {"20240101000000.sql", "-- atlas:txmode none\n\nSELECT 1;\n"},
                       {"20240102000000_b.sql", kB},
                       {"20240103000000_checkpoint.sql", "-- atlas:checkpoint\n\nSELECT 1;\n"}}),
            "[0001-20240101000000.sql]-- atlas:txmode none\n\nSELECT 1;\n[0002-b.sql]CREATE TABLE "
            "b (x);\n");
  EXPECT_EQ(Converted({{"atlas.sum", ""}, {"1_a.sql", "-- atlas:delimiter \\n\\n\nSELECT 1"}}),
            "error: 1_a.sql has the directive atlas:delimiter, by which Atlas reads it in another "
            "way than SQLite; write it as plain SQL");
  EXPECT_EQ(Converted({{"atlas.sum", ""}, {"1_a.sql", ""}, {"1_b.sql", ""}}),
            "error: 1_a.sql and 1_b.sql have one version, 1; give one of them another");
}

TEST(Layout, AtlasOnTheFolderOfAnotherToolIsThatOne) {
  EXPECT_EQ(Converted({{"atlas.sum", ""}, {"1_a.up.sql", kA}, {"2_b.up.sql", kB}}), kBoth);
}

TEST(Layout, SqitchGoesByItsPlan) {
  EXPECT_EQ(
      Converted({{"sqitch.plan",
                  "%syntax-version=1.0.0\n%project=x\n\n# comment\nz 2024-01-01T00:00:00Z A "
                  "<a@b.c> # first\n+ a [z] 2024-01-02T00:00:00Z A <a@b.c>\r\n@v1 "
                  "2024-01-02T00:00:00Z A <a@b.c>\nz [z@v1] 2024-01-03T00:00:00Z A <a@b.c>\n"},
                 {"deploy/z@v1.sql", "BEGIN;\nSELECT 1;\nCOMMIT;\n"},
                 {"deploy/z.sql", "SELECT 3;\n"},
                 {"deploy/a.sql", "SELECT 2;\n"},
                 {"revert/z.sql", "SELECT 0;\n"}}),
      "[0001-z-v1.sql]BEGIN;\nSELECT 1;\nCOMMIT;\n[0002-a.sql]SELECT 2;\n[0003-z.sql]SELECT 3;\n");
  EXPECT_EQ(Converted({{"sqitch.plan", "../x 2024\n"}}),
            "error: sqitch.plan holds the change '../x', which is no file name");
  EXPECT_EQ(Converted({{"sqitch.plan", "a/../../x 2024\n"}}),
            "error: sqitch.plan holds the change 'a/../../x', which is no file name");
  EXPECT_EQ(Converted({{"sqitch.plan", "a x\n"}}),
            "error: cannot read FROM/deploy/a.sql: there is no such file");
  EXPECT_EQ(Converted({{"sqitch.plan", "a x\na y\n"}}),
            "error: sqitch.plan holds the change 'a' twice without a tag between");
  EXPECT_EQ(Converted({{"sqitch.plan", "%project=x\n"}}),
            "error: 'FROM' is a folder of sqitch, and holds no migration that it would run");
}

TEST(Layout, NumberedFiles) {
  EXPECT_EQ(Converted({{"1_a.sql", kA}, {"10_b.sql", kB}, {"schema.sql", "x"}}), kBoth);
  EXPECT_EQ(Converted({{"20240101_a.sql", kA}, {"20240102_b.sql", kB}}), kBoth);
  EXPECT_EQ(Converted({{"2024-01-01_a.sql", kA}, {"2024-01-02-1200-b.sql", kB}}), kBoth);
  EXPECT_EQ(Converted({{"001.sql", kA}, {"003.sql", kB}}),
            "[0001-1.sql]CREATE TABLE a (x);\n[0002-3.sql]CREATE TABLE b (x);\n");
  EXPECT_EQ(Converted({{"1_a.sql", kA}, {"001_b.sql", kB}}),
            "error: 001_b.sql and 1_a.sql have one number, 1; renumber one of them");
}

TEST(Layout, NamesBecomeSlugs) {
  EXPECT_EQ(Converted({{"1_It's \"A\"\nTable.sql", ""}, {"2_größe.sql", ""}, {"3_---.sql", ""}}),
            "[0001-it-s-a-table.sql][0002-größe.sql][0003-3.sql]");
  const std::string big(240, 'x');
  EXPECT_EQ(Converted({{"1_" + big + ".sql", ""}}), "[0001-" + std::string(199, 'x') + ".sql]");
  EXPECT_EQ(Converted({{"1_\xff.sql", ""}}), "error: a name in 'FROM' is not UTF-8; rename it");
}

TEST(Layout, TextsSurviveByteForByte) {
  EXPECT_EQ(Converted({{"1_a.sql", "\xEF\xBB\xBFSELECT 1;\r\n\r\nSELECT 2"}}),
            "[0001-a.sql]\xEF\xBB\xBFSELECT 1;\r\n\r\nSELECT 2");
  EXPECT_EQ(
      Converted({{"1_a.sql", "\xEF\xBB\xBF-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nx\r\n"}}),
      "[0001-a.sql]\xEF\xBB\xBFSELECT 1;\r\n");
}

TEST(Layout, NoneIsAnError) {
  const std::string none =
      "error: 'FROM' holds no migrations as golang-migrate; sqlx; goose; sql-migrate; dbmate; the "
      "npm package sqlite; diesel; Prisma, drizzle; Flyway, refinery; drizzle; sqitch; Atlas or a "
      "folder of numbered .sql files have them";
  EXPECT_EQ(Converted({}), none);
  EXPECT_EQ(Converted({{"schema.sql", kA}, {"notes.txt", ""}}), none);
  EXPECT_TRUE(StartsWith(Converted({{"4f2a_users.py", ""}}),
                         "error: 4f2a_users.py is a migration in Python, "));
  EXPECT_EQ(Converted({{"0001-a.sql", kA}}),
            "error: 'FROM' holds scripts that are named as fastmigrate asks; they need not be "
            "imported");
  Result<ConvertedFolder> missing = ConvertForeignFolder("/no/such", {});
  EXPECT_TRUE(StartsWith(missing.error().message, "the folder '/no/such' does not exist; "));
  Result<ConvertedFolder> file = ConvertForeignFolder("/dev/null", {});
  EXPECT_EQ(file.error().message,
            "'/dev/null' is not a folder; name the one that holds the other tool's migrations");
}

TEST(Layout, InDoubtTheRecordDecides) {
  const Files files = {{"1_a.sql", "-- +goose Up\nSELECT 1;\n"},
                       {"2_b.sql", "-- migrate:up\nSELECT 2;\n"}};
  EXPECT_EQ(Converted(files),
            "error: 'FROM' looks like a folder of several migration tools; copy the files of the "
            "one that is meant into a folder of their own:\n  goose: 1_a.sql has a line -- +goose "
            "Up\n  dbmate: 2_b.sql has a line -- migrate:up");
  EXPECT_EQ(Converted(files, {"goose"}),
            "error: 2_b.sql has no line -- +goose Up, so that goose does not run it");
}

TEST(Layout, UnsoundScriptsAreErrorsWithTheirPlace) {
  EXPECT_EQ(
      Converted({{"1_a.sql", "-- +goose Up\n\nSELECT 'x;\n-- +goose Down\n"}}),
      "error: 1_a.sql:3:8: this string has no end (a single quote)\n  3 | SELECT 'x;\n    |   "
      "     ^");
  EXPECT_EQ(
      Converted({{"1_a.sql", std::string("SELECT 1;\0", 10)}}),
      "error: 1_a.sql:1:10: a NUL byte; SQLite would take it for the end of the script\n  1 | "
      "SELECT 1; \n    |          ^");
  EXPECT_TRUE(StartsWith(Converted({{"1_a.sql", "SELECT '\xff';"}}),
                         "error: 1_a.sql:1:9: this byte is not valid UTF-8; "));
  EXPECT_TRUE(StartsWith(Converted({{"1_a.sql", "\xFF\xFEx"}}),
                         "error: 1_a.sql:1:1: the file is UTF-16; "));
  EXPECT_TRUE(StartsWith(Converted({{"1_a.sql", "-- +goose Up\nSELECT 1;\n  -- +goose Down\n"}}),
                         "error: 1_a.sql:3:3: a script of fastmigrate cannot have this line; "));
}

TEST(Layout, LinksAreFollowedAndWhatIsNoFileIsAnError) {
  TempFolder folder;
  folder.Write("kept/a", kA);
  std::filesystem::create_directory(folder.Path("from"));
  std::filesystem::create_symlink("../kept/a", folder.Path("from/1_a.sql"));
  EXPECT_TRUE(ConvertForeignFolder(folder.Path("from"), {}));
  std::filesystem::create_symlink("nowhere", folder.Path("from/2_b.sql"));
  EXPECT_EQ(ConvertForeignFolder(folder.Path("from"), {}).error().message,
            "cannot read " + folder.Path("from/2_b.sql") + ": there is no such file");
  std::filesystem::remove(folder.Path("from/2_b.sql"));
  std::filesystem::create_symlink("/dev/zero", folder.Path("from/2_b.sql"));
  EXPECT_EQ(ConvertForeignFolder(folder.Path("from"), {}).error().message,
            "cannot read " + folder.Path("from/2_b.sql") + ": it is not a regular file");
}

TEST(Layout, EndsAtTheLastVersion) {
  TempFolder folder;
  for (int i = 1; i <= 10000; ++i) folder.Write(std::to_string(i) + "_a.sql", "");
  EXPECT_EQ(ConvertForeignFolder(folder.path(), {}).error().message,
            "'" + folder.path() + "' holds 10000 migrations, and versions end at 9999");
}

}  // namespace
}  // namespace fastmigrate
