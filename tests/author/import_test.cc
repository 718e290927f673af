#include "author/import.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/sync_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

// A folder of another tool, FROM in messages, and a database with its record.
class Foreign {
 public:
  explicit Foreign(const std::string& sql = "") : db_(OpenHost(folder_.Path("data.db"))) {
    EXPECT_EQ(Query(db_, sql), "");
  }

  const Foreign& With(const std::string& name, std::string_view text) const {
    folder_.Write("from/" + name, text);
    return *this;
  }
  std::string Import() const {
    return Shown(Query(db_, "SELECT fastmigrate_import(" + QuoteText(folder_.Path("from")) + ", " +
                                QuoteText(dir()) + ")"));
  }
  // The names in the folder of scripts; "none" when there is no such folder.
  std::string Scripts() const {
    if (!std::filesystem::exists(dir())) return "none";
    return Query(db_, "SELECT coalesce(group_concat(name, ' '), '') FROM fastmigrate_status(" +
                          QuoteText(dir()) + ")");
  }
  std::string Verify() const {
    return Query(db_, "SELECT * FROM fastmigrate_verify(" + QuoteText(dir()) + ")");
  }
  std::string Shown(std::string text) const {
    for (const char* name : {"from", "migrations"}) {
      const std::string path = folder_.Path(name);
      for (size_t at = 0; (at = text.find(path)) != std::string::npos;) {
        text.replace(at, path.size(), name[0] == 'f' ? "FROM" : "DIR");
      }
    }
    return text;
  }
  const TempFolder& folder() const { return folder_; }
  std::string dir() const { return folder_.Path("migrations"); }
  const Database& db() const { return db_; }

 private:
  TempFolder folder_;
  Database db_;
};

constexpr char kA[] = "CREATE TABLE a (x);\n";
constexpr char kRows[] = "INSERT INTO a VALUES (1);\n";
constexpr char kC[] = "CREATE TABLE c (x);\n";

struct Case {
  const char* tool;
  // Makes the record, and says that a and rows were applied.
  const char* record;
  const char* files[3];   // for a, rows and c
  const char* head = "";  // of each file
  const char* index = nullptr;
  const char* index_text = "";
};

void PrintTo(const Case& tool, std::ostream* out) { *out << tool.tool; }

class ImportOf : public testing::TestWithParam<Case> {};

// The second migration changes only rows: the record alone tells that it was applied.
TEST_P(ImportOf, EnrollsWhereTheToolLeftTheDatabase) {
  const Case& tool = GetParam();
  Foreign foreign(std::string(tool.record) + ";" + kA + kRows);
  const char* const texts[] = {kA, kRows, kC};
  for (size_t i = 0; i < 3; ++i) foreign.With(tool.files[i], std::string(tool.head) + texts[i]);
  if (tool.index != nullptr) foreign.With(tool.index, tool.index_text);
  const std::string record = Query(foreign.db(), "SELECT sql FROM sqlite_schema");
  EXPECT_EQ(foreign.Import(), "2");
  EXPECT_EQ(Version(foreign.db()), "2");
  EXPECT_EQ(foreign.Scripts(), "0001-a.sql 0002-rows.sql 0003-c.sql");
  EXPECT_EQ(foreign.folder().Read("migrations/0002-rows.sql"), kRows);
  EXPECT_EQ(foreign.Verify(), "");
  EXPECT_EQ(Query(foreign.db(), "SELECT version, name, origin FROM fastmigrate_history()"),
            "1|0001-a.sql|enrolled\n2|0002-rows.sql|enrolled");
  EXPECT_EQ(Query(foreign.db(), "SELECT fastmigrate_apply(" + QuoteText(foreign.dir()) + ")"), "3");
  EXPECT_EQ(Query(foreign.db(), "SELECT count(*) FROM a"), "1");
  EXPECT_TRUE(
      StartsWith(Query(foreign.db(), "SELECT sql FROM sqlite_schema"), record.substr(0, 40)));
}

INSTANTIATE_TEST_SUITE_P(
    All, ImportOf,
    testing::Values(
        Case{"golang-migrate",
             "CREATE TABLE schema_migrations (version uint64,dirty bool);"
             "INSERT INTO schema_migrations VALUES (2, 0)",
             {"1_a.up.sql", "2_rows.up.sql", "3_c.up.sql"}},
        Case{"dbmate",
             "CREATE TABLE schema_migrations (version varchar(128) primary key);"
             "INSERT INTO schema_migrations VALUES ('20240101'), ('20240102')",
             {"20240101_a.sql", "20240102_rows.sql", "20240103_c.sql"},
             "-- migrate:up\n"},
        Case{"goose",
             "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id "
             "INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT "
             "(datetime('now')));"
             "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1), "
             "(2, 0), (3, 1), (3, 0), (2, 1)",
             {"00001_a.sql", "00002_rows.sql", "00003_c.sql"},
             "-- +goose Up\n"},
        Case{"sql-migrate",
             "CREATE TABLE gorp_migrations (id varchar(255) not null primary key, applied_at "
             "datetime); INSERT INTO gorp_migrations VALUES ('1-a.sql', 0), ('2-rows.sql', 0)",
             {"1-a.sql", "2-rows.sql", "3-c.sql"},
             "-- +migrate Up\n"},
        Case{
            "sqlx",
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,"
            " installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,"
            " checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);"
            "INSERT INTO _sqlx_migrations VALUES (1, 'a', 0, 1, x'', 0), (2, 'rows', 0, 1, x'', 0)",
            {"0001_a.sql", "0002_rows.sql", "0003_c.sql"}},
        Case{"diesel",
             "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, "
             "run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);"
             "INSERT INTO __diesel_schema_migrations (version) VALUES ('20240101000000'), "
             "('20240102000000')",
             {"2024-01-01-000000_a/up.sql", "2024-01-02-000000_rows/up.sql",
              "2024-01-03-000000_c/up.sql"}},
        Case{"refinery",
             "CREATE TABLE refinery_schema_history(version INT4 PRIMARY KEY, name VARCHAR(255), "
             "applied_on VARCHAR(255), checksum VARCHAR(255));"
             "INSERT INTO refinery_schema_history VALUES (1, 'a', '', ''), (2, 'rows', '', '')",
             {"V1__a.sql", "U2__rows.sql", "V3__c.sql"}},
        Case{"Flyway",
             "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version "
             "VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script "
             "VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL, "
             "installed_on TEXT, execution_time INT NOT NULL, success BOOLEAN NOT NULL);"
             "INSERT INTO flyway_schema_history VALUES"
             "(1, NULL, 's', 'SCHEMA', 's', NULL, '', '', 0, 1),"
             "(2, '1', 'a', 'SQL', 'V1__a.sql', 0, '', '', 0, 1),"
             "(3, '1.2', 'rows', 'SQL', 'V1_2__rows.sql', 0, '', '', 0, 1),"
             "(4, '1.10', 'c', 'SQL', 'V1.10__c.sql', 0, '', '', 0, 1),"
             "(5, '1.10', 'c', 'UNDO_SQL', 'U1.10__c.sql', 0, '', '', 0, 1)",
             {"V1__a.sql", "V1_2__rows.sql", "V1.10__c.sql"}},
        Case{"a baseline of Flyway",
             "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version "
             "VARCHAR(50), type VARCHAR(20) NOT NULL, script VARCHAR(1000), checksum INT, success "
             "BOOLEAN NOT NULL);"
             "INSERT INTO flyway_schema_history VALUES (1, '2.5', 'BASELINE', 's', NULL, 1)",
             {"V1__a.sql", "V2__rows.sql", "V3__c.sql"}},
        Case{"drizzle",
             "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, "
             "created_at numeric);"
             "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('', 1700000000001), ('', "
             "1700000000002)",
             {"0000_a.sql", "0001_rows.sql", "0002_c.sql"},
             "",
             "meta/_journal.json",
             R"({"entries": [{"tag": "0000_a", "when": 1700000000001},
                             {"tag": "0001_rows", "when": 1700000000002},
                             {"tag": "0002_c", "when": 1700000000003}]})"},
        Case{"drizzle with folders",
             "CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, "
             "created_at numeric, name text, applied_at TEXT);"
             "INSERT INTO __drizzle_migrations (hash, created_at, name) VALUES ('', 1704067200000, "
             "'20240101000000_a'), ('', 1709209845000, NULL)",
             {"20240101000000_a/migration.sql", "20240229123045_rows/migration.sql",
              "20240301000000_c/migration.sql"}},
        Case{"Prisma",
             "CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT "
             "NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs TEXT, rolled_back_at "
             "DATETIME, started_at DATETIME, applied_steps_count INTEGER);"
             "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, "
             "rolled_back_at) VALUES ('1', '', 1, '20240101000000_a', NULL),"
             "('2', '', NULL, '20240102000000_rows', 5), ('3', '', 1, '20240102000000_rows', NULL)",
             {"20240101000000_a/migration.sql", "20240102000000_rows/migration.sql",
              "20240103000000_c/migration.sql"},
             "",
             "migration_lock.toml"},
        Case{"Atlas",
             "CREATE TABLE atlas_schema_revisions (version text NOT NULL, description text NOT "
             "NULL, type integer NOT NULL DEFAULT 2, applied integer NOT NULL DEFAULT 0, total "
             "integer NOT NULL DEFAULT 0, hash text NOT NULL, PRIMARY KEY (version));"
             "INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', '', 2, 0, 0, "
             "''), ('20240101', 'a', 1, 0, 0, ''), ('20240102', 'rows', 2, 1, 1, '')",
             {"20240101_a.sql", "20240102_rows.sql", "20240103_c.sql"},
             "",
             "atlas.sum"},
        Case{"D1",
             "CREATE TABLE d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
             "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
             "INSERT INTO d1_migrations (name) VALUES ('0001_a.sql'), ('0002_rows.sql')",
             {"0001_a.sql", "0002_rows.sql", "0003_c.sql"}},
        Case{"the npm package sqlite",
             "CREATE TABLE migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up TEXT NOT "
             "NULL, down TEXT NOT NULL); INSERT INTO migrations VALUES (1, 'a', '', ''), (2, "
             "'rows', '', '')",
             {"001-a.sql", "002-rows.sql", "003-c.sql"},
             "-- Up\n",
             "003-c.sql",
             "-- Up\nCREATE TABLE c (x);\n-- Down\n"},
        Case{"Sequelize",
             "CREATE TABLE SequelizeMeta (name VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY);"
             "INSERT INTO SequelizeMeta VALUES ('20240101-a.sql'), ('20240102-rows')",
             {"20240101-a.sql", "20240102-rows.sql", "20240103-c.sql"}},
        Case{"knex",
             "CREATE TABLE knex_migrations (id integer not null primary key autoincrement, name "
             "varchar(255), batch integer, migration_time datetime);"
             "INSERT INTO knex_migrations (name) VALUES ('1_a.sql'), ('2_rows.sql')",
             {"1_a.sql", "2_rows.sql", "3_c.sql"}}),
    [](const testing::TestParamInfo<Case>& tool) {
      std::string name = tool.param.tool;
      std::erase_if(name, [](char c) { return !isalnum(static_cast<unsigned char>(c)); });
      return name;
    });

constexpr char kGolang[] =
    "CREATE TABLE schema_migrations (version uint64,dirty bool);"
    "CREATE UNIQUE INDEX version_unique ON schema_migrations (version);";

TEST(Import, OfAnEmptyDatabaseWritesTheScriptsAlone) {
  Foreign foreign;
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  EXPECT_EQ(foreign.Import(), "0");
  EXPECT_EQ(foreign.Scripts(), "0001-a.sql 0002-c.sql");
  EXPECT_EQ(Version(foreign.db()), "NULL");
  EXPECT_EQ(std::filesystem::file_size(foreign.folder().Path("data.db")), 0U);
  EXPECT_EQ(Query(foreign.db(), "SELECT fastmigrate_apply(" + QuoteText(foreign.dir()) + ")"), "2");
  EXPECT_EQ(foreign.Import(),
            "error 1: the database is managed already, at version 2; it cannot be enrolled again "
            "(SELECT fastmigrate_unenroll() takes an enrolment back, as long as no script was "
            "applied behind it)");
}

TEST(Import, EnrollsAtZeroWhereTheToolHasAppliedNothing) {
  Foreign foreign(kGolang);
  foreign.With("1_a.up.sql", kA);
  EXPECT_EQ(foreign.Import(), "0");
  EXPECT_EQ(Version(foreign.db()), "0");
  EXPECT_EQ(Query(foreign.db(), "SELECT fastmigrate_apply(" + QuoteText(foreign.dir()) + ")"), "1");
  EXPECT_EQ(foreign.Verify(), "");
}

TEST(Import, RefusesWhatTheRecordDoesNotTell) {
  Foreign foreign(kA);
  foreign.With("1_a.up.sql", kA);
  EXPECT_EQ(foreign.Import(),
            "error 1: the database has content, and no record of a migration tool that says which "
            "migrations it has had; nothing was written\n"
            "  SELECT fastmigrate_import('FROM', 'FOLDER') in an empty database, such as :memory:, "
            "writes the scripts alone\n"
            "  then SELECT fastmigrate_find_version('FOLDER') here finds the version N, and SELECT "
            "fastmigrate_enroll(N, 'FOLDER') proves and records it");
  EXPECT_EQ(foreign.Scripts(), "none");
}

TEST(Import, RefusesADifferenceAndWritesNothing) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (2, 0);" + kA +
                  "CREATE TABLE x (y)");
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  EXPECT_EQ(foreign.Import(),
            "error 1: the record in the database says that it has had the migrations up to "
            "2_c.up.sql, but it is not what they produce:\n  table c: the scripts create it, this "
            "database does not have it\n  table x: this database has it, no script creates it");
  EXPECT_EQ(foreign.Scripts(), "none");
  EXPECT_EQ(Version(foreign.db()), "NULL");
}

TEST(Import, RefusesARecordThatIsNoBeginning) {
  Foreign foreign(
      "CREATE TABLE gorp_migrations (id varchar(255) not null primary key, applied_at datetime);"
      "INSERT INTO gorp_migrations VALUES ('1.sql', 0), ('3.sql', 0)");
  for (const char* name : {"1.sql", "2.sql", "3.sql"}) foreign.With(name, "-- +migrate Up\n");
  EXPECT_EQ(foreign.Import(),
            "error 1: the record of sql-migrate says that this database has not had 2.sql, but "
            "3.sql behind it; apply it with sql-migrate first");
  Query(foreign.db(), "INSERT INTO gorp_migrations VALUES ('4.sql', 0)");
  EXPECT_EQ(foreign.Import(),
            "error 1: the record of sql-migrate says that this database has had 4.sql, and 'FROM' "
            "holds no such migration");
}

TEST(Import, RefusesWhatWasLeftHalfDone) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 1)");
  foreign.With("1_a.up.sql", kA);
  EXPECT_EQ(foreign.Import(),
            "error 1: golang-migrate has left the migration 1 half done in this database, as its "
            "record says; finish or repair it with golang-migrate first");
}

TEST(Import, TakesTheRecordOfTheLayoutWhereThereAreSeveral) {
  const std::string knex =
      "CREATE TABLE knex_migrations (id integer, name varchar(255), batch integer);";
  Foreign foreign(knex + kGolang);
  foreign.With("1_a.up.sql", kA);
  EXPECT_EQ(foreign.Import(), "0");

  Foreign numbered(knex + kGolang);
  numbered.With("1_a.sql", kA);
  EXPECT_EQ(numbered.Import(),
            "error 1: the database holds the records of several migration tools (knex, "
            "golang-migrate), so that it is not known which of them ran the migrations in 'FROM'; "
            "drop the table of the other");
}

TEST(Import, NeverOverwrites) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA);
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  foreign.folder().Write("migrations/0001-other.sql", "SELECT 1;");
  EXPECT_EQ(foreign.Import(),
            "error 1: 'DIR' holds scripts already, 0001-other.sql the first of them, and they are "
            "not those that are imported (0001-a.sql is another); name a folder that holds none");
  std::filesystem::remove(foreign.dir() + "/0001-other.sql");
  foreign.folder().Write("migrations/V1__x.sql", "");
  EXPECT_EQ(foreign.Import(),
            "error 1: 'DIR' holds V1__x.sql, which is another migration tool's; name another "
            "folder for the scripts, SELECT fastmigrate_import('FROM', 'FOLDER')");
  std::filesystem::remove(foreign.dir() + "/V1__x.sql");
  // A folder cannot be overwritten, and is no script.
  std::filesystem::create_directory(foreign.dir() + "/0002-c.sql");
  EXPECT_EQ(foreign.Import(), "error 1: DIR/0002-c.sql exists already and is not overwritten");
  EXPECT_FALSE(std::filesystem::exists(foreign.dir() + "/0001-a.sql"));
  EXPECT_EQ(Version(foreign.db()), "NULL");
  std::filesystem::remove(foreign.dir() + "/0002-c.sql");
  EXPECT_EQ(foreign.Import(), "1");
}

// Each database of a program is imported once; the scripts are there then, and may be more.
TEST(Import, TakesTheScriptsThatItHasWrittenBefore) {
  const std::string at = std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA;
  Foreign foreign(at);
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  EXPECT_EQ(foreign.Import(), "1");
  foreign.folder().Write("migrations/0003-ours.sql", "CREATE TABLE ours (x);");
  Database other = OpenHost(foreign.folder().Path("other.db"));
  EXPECT_EQ(Query(other, at), "");
  EXPECT_EQ(Query(other, "SELECT fastmigrate_import(" + QuoteText(foreign.folder().Path("from")) +
                             ", " + QuoteText(foreign.dir()) + ")"),
            "1");
  EXPECT_EQ(Query(other, "SELECT fastmigrate_apply(" + QuoteText(foreign.dir()) + ")"), "3");
  foreign.folder().Write("migrations/0002-c.sql", "SELECT 'edited';");
  EXPECT_EQ(Query(foreign.db(), "SELECT fastmigrate_unenroll()"), "1");
  EXPECT_EQ(foreign.Import(),
            "error 1: 'DIR' holds scripts already, 0001-a.sql the first of them, and they are not "
            "those that are imported (0002-c.sql is another); name a folder that holds none");
}

TEST(Import, LeavesNothingWhenTheCommitFails) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA);
  foreign.With("1_a.up.sql", kA);
  sqlite3_commit_hook(
      foreign.db().handle(), [](void*) { return 1; }, nullptr);
  EXPECT_EQ(foreign.Import(), "error 531: constraint failed");
  EXPECT_EQ(foreign.Scripts(), "none");
  EXPECT_EQ(Version(foreign.db()), "NULL");
  EXPECT_TRUE(foreign.db().InAutocommit());
  sqlite3_commit_hook(foreign.db().handle(), nullptr, nullptr);
  EXPECT_EQ(foreign.Import(), "1");
}

#ifdef __linux__
// An enrolled database whose scripts a power cut has taken away could not be reproduced.
TEST(Import, EnrollsNothingBeforeTheScriptsAndTheirFolderAreOnDisk) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA);
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  struct Unwritten {
    std::string path;
    std::string error;
  };
  const std::string above = foreign.folder().path();
  for (const Unwritten& unwritten :
       {Unwritten{foreign.dir() + "/0002-c.sql", "cannot write DIR/0002-c.sql"},
        Unwritten{foreign.dir(), "cannot write folder DIR"},
        Unwritten{above, "cannot write folder " + above}}) {
    SyncFails fails(unwritten.path);
    EXPECT_EQ(foreign.Import(), "error 10: " + unwritten.error + ": Input/output error");
    EXPECT_EQ(Version(foreign.db()), "NULL") << unwritten.path;
    EXPECT_TRUE(foreign.db().InAutocommit());
    EXPECT_FALSE(std::filesystem::exists(foreign.dir())) << unwritten.path;
  }
  EXPECT_EQ(foreign.Import(), "1");
}
#endif  // __linux__

TEST(Import, NoticesWhatTheToolDoesMeanwhile) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA);
  foreign.With("1_a.up.sql", kA).With("2_c.up.sql", kC);
  Database other = OpenDatabase(foreign.folder().Path("data.db"));
  bool done = false;
  StatementTrace trace(foreign.db(), [&](std::string_view statement) {
    if (done || statement != "BEGIN IMMEDIATE") return;
    done = true;
    Query(other, std::string(kC) + "UPDATE schema_migrations SET version = 2");
  });
  EXPECT_EQ(foreign.Import(),
            "error 1: another program has applied migrations meanwhile; try again");
  EXPECT_EQ(foreign.Scripts(), "none");
  EXPECT_EQ(foreign.Import(), "2");
}

TEST(Import, RefusesScriptsThatCannotBeReplayed) {
  Foreign foreign(std::string(kGolang) + "INSERT INTO schema_migrations VALUES (1, 0);" + kA);
  foreign.With("1_a.up.sql", "CREATE TABEL a (x);\n");
  EXPECT_TRUE(StartsWith(foreign.Import(),
                         "error 1: cannot verify: replayed on an empty database, a script fails: "
                         "0001-a.sql:1:8: near \"TABEL\": syntax error"));
  EXPECT_EQ(foreign.Scripts(), "none");
}

}  // namespace
}  // namespace fastmigrate
