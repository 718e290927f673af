#include "migrate/tool_records.h"

#include <gtest/gtest.h>

#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

struct Record {
  const char* tool;
  const char* sql;  // as the tool itself writes it
};

void PrintTo(const Record& record, std::ostream* out) { *out << record.tool << ": " << record.sql; }

class ToolRecord : public testing::TestWithParam<Record> {};

SchemaRow TableRow(const std::string& sql) {
  Database db = OpenDatabase();
  EXPECT_EQ(Query(db, sql), "");
  const std::string from = " FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'";
  return {"table", Query(db, "SELECT name" + from), "", Query(db, "SELECT sql" + from)};
}

TEST_P(ToolRecord, IsKnown) { EXPECT_EQ(ToolOfRecord(TableRow(GetParam().sql)), GetParam().tool); }

TEST_P(ToolRecord, IsNoDifference) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x); CREATE INDEX i ON a (x);");
  project.Script("0002-b.sql", "CREATE TABLE b (x);");
  Database db = project.Open();
  EXPECT_EQ(Query(db, "CREATE TABLE a (x); CREATE INDEX i ON a (x)"), "");
  EXPECT_EQ(Query(db, GetParam().sql), "");
  const std::string dir = QuoteText(project.dir());
  EXPECT_EQ(Query(db, "SELECT fastmigrate_find_version(" + dir + ")"), "1");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll(1, " + dir + ")"), "1");
  EXPECT_EQ(Query(db, "SELECT * FROM fastmigrate_verify(" + dir + ")"), "");
  EXPECT_EQ(Apply(db, project), "2");
  EXPECT_EQ(Query(db, "SELECT * FROM fastmigrate_verify(" + dir + ")"), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, ToolRecord,
    testing::Values(
        Record{"golang-migrate",
               "CREATE TABLE schema_migrations (version uint64,dirty bool);"
               "CREATE UNIQUE INDEX version_unique ON schema_migrations (version)"},
        Record{
            "dbmate, Rails",
            "CREATE TABLE IF NOT EXISTS \"schema_migrations\" (version varchar(128) primary key)"},
        Record{"dbmate, Rails",
               "CREATE TABLE \"schema_migrations\" (\"version\" varchar NOT NULL PRIMARY KEY)"},
        Record{"Rails",
               "CREATE TABLE \"ar_internal_metadata\" (\"key\" varchar NOT NULL PRIMARY KEY, "
               "\"value\" varchar, \"created_at\" datetime(6) NOT NULL, \"updated_at\" datetime(6) "
               "NOT NULL)"},
        Record{"Ecto",
               "CREATE TABLE \"schema_migrations\" (\"version\" INTEGER PRIMARY KEY, "
               "\"inserted_at\" TEXT)"},
        Record{"goose",
               "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id "
               "INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT "
               "(datetime('now')))"},
        Record{"sql-migrate",
               "CREATE TABLE \"gorp_migrations\" (\"id\" varchar(255) not null primary key, "
               "\"applied_at\" datetime)"},
        Record{"sql-migrate",
               "CREATE TABLE \"migrations\" (\"id\" varchar(255) not null primary key, "
               "\"applied_at\" datetime)"},
        Record{"sqlx",
               "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT "
               "NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN "
               "NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)"},
        Record{"diesel",
               "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, "
               "run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"},
        Record{"refinery",
               "CREATE TABLE refinery_schema_history(version INT4 PRIMARY KEY, name VARCHAR(255), "
               "applied_on VARCHAR(255), checksum VARCHAR(255))"},
        Record{"Flyway",
               "CREATE TABLE \"flyway_schema_history\" (\"installed_rank\" INT NOT NULL PRIMARY "
               "KEY, \"version\" VARCHAR(50), \"description\" VARCHAR(200) NOT NULL, \"type\" "
               "VARCHAR(20) NOT NULL, \"script\" VARCHAR(1000) NOT NULL, \"checksum\" INT, "
               "\"installed_by\" VARCHAR(100) NOT NULL, \"installed_on\" TEXT NOT NULL DEFAULT "
               "(strftime('%Y-%m-%d %H:%M:%f','now')), \"execution_time\" INT NOT NULL, "
               "\"success\" BOOLEAN NOT NULL);"
               "CREATE INDEX \"flyway_schema_history_s_idx\" ON \"flyway_schema_history\" "
               "(\"success\")"},
        Record{"drizzle",
               "CREATE TABLE \"__drizzle_migrations\" (id SERIAL PRIMARY KEY, hash text NOT NULL, "
               "created_at numeric)"},
        Record{"Prisma",
               "CREATE TABLE \"_prisma_migrations\" (\"id\" TEXT PRIMARY KEY NOT NULL, "
               "\"checksum\" TEXT NOT NULL, \"finished_at\" DATETIME, \"migration_name\" TEXT NOT "
               "NULL, \"logs\" TEXT, \"rolled_back_at\" DATETIME, \"started_at\" DATETIME NOT NULL "
               "DEFAULT current_timestamp, \"applied_steps_count\" INTEGER UNSIGNED NOT NULL "
               "DEFAULT 0)"},
        Record{"Atlas",
               "CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text "
               "NOT NULL, `type` integer NOT NULL DEFAULT 2, `applied` integer NOT NULL DEFAULT 0, "
               "`total` integer NOT NULL DEFAULT 0, `executed_at` datetime NOT NULL, "
               "`execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, "
               "`hash` text NOT NULL, `partial_hashes` json NULL, `operator_version` text NOT "
               "NULL, PRIMARY KEY (`version`))"},
        Record{"knex",
               "CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement, "
               "`name` varchar(255), `batch` integer, `migration_time` datetime)"},
        Record{"knex",
               "CREATE TABLE `knex_migrations_lock` (`index` integer not null primary key "
               "autoincrement, `is_locked` integer)"},
        Record{"Alembic",
               "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT "
               "alembic_version_pkc PRIMARY KEY (version_num))"},
        Record{"Django",
               "CREATE TABLE \"django_migrations\" (\"id\" integer NOT NULL PRIMARY KEY "
               "AUTOINCREMENT, \"app\" varchar(255) NOT NULL, \"name\" varchar(255) NOT NULL, "
               "\"applied\" datetime NOT NULL)"},
        Record{"EF Core",
               "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" TEXT NOT NULL CONSTRAINT "
               "\"PK___EFMigrationsHistory\" PRIMARY KEY, \"ProductVersion\" TEXT NOT NULL)"},
        Record{"D1",
               "CREATE TABLE d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
               "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)"},
        Record{"D1", "CREATE TABLE _cf_METADATA (key INTEGER PRIMARY KEY, value BLOB)"},
        Record{"D1", "CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"},
        Record{"the npm package sqlite",
               "CREATE TABLE \"migrations\" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, up TEXT "
               "NOT NULL, down TEXT NOT NULL)"},
        Record{"TypeORM",
               "CREATE TABLE \"migrations\" (\"id\" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "
               "\"timestamp\" bigint NOT NULL, \"name\" varchar NOT NULL)"},
        Record{"Laravel",
               "CREATE TABLE \"migrations\" (\"id\" integer primary key autoincrement not null, "
               "\"migration\" varchar not null, \"batch\" integer not null)"},
        Record{"Sequelize",
               "CREATE TABLE `SequelizeMeta` (`name` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY)"}));

TEST(ToolOfRecord, IsNoneForATableThatOnlyHasTheName) {
  for (const char* sql :
       {"CREATE TABLE migrations (id INTEGER PRIMARY KEY, name TEXT, up TEXT, down TEXT, season)",
        "CREATE TABLE migrations (bird TEXT, autumn INTEGER)",
        "CREATE TABLE migrations (id INTEGER PRIMARY KEY, applied_at, bird TEXT)",
        "CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB, owner TEXT)",
        "CREATE TABLE schema_migrations (version, comment)", "CREATE TABLE alembic_version (x)",
        "CREATE TABLE users (version)"}) {
    EXPECT_EQ(ToolOfRecord(TableRow(sql)), "") << sql;
  }
}

TEST(ToolOfRecord, ATableThatOnlyHasTheNameIsADifference) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  Database db = project.Open();
  Query(db, "CREATE TABLE a (x); CREATE TABLE migrations (bird TEXT, autumn INTEGER)");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_find_version(" + QuoteText(project.dir()) + ")"), "NULL");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll(1, " + QuoteText(project.dir()) + ")"),
            "error 1: the database is not what the scripts in '" + project.dir() +
                "' up to version 1 produce:\n"
                "  table migrations: this database has it, no script creates it");
}

// The script that initialize writes is the user's; fastmigrate_schema() tells all.
TEST(ToolOfRecord, IsLeftOutByInitialize) {
  Project project;
  Database db = project.Open();
  Query(db,
        "CREATE TABLE a (x); CREATE TABLE alembic_version (version_num); "
        "CREATE TRIGGER t AFTER INSERT ON alembic_version BEGIN SELECT 1; END");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_schema()"),
            "CREATE TABLE a (x);\nCREATE TABLE alembic_version (version_num);\n"
            "CREATE TRIGGER t AFTER INSERT ON alembic_version BEGIN SELECT 1; END;\n");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_initialize(" + QuoteText(project.dir()) + ")"),
            project.dir() + "/0001-initialize.sql");
  EXPECT_EQ(project.Read("0001-initialize.sql"), "CREATE TABLE a (x);\n");
  EXPECT_EQ(Query(db, "SELECT version_num FROM alembic_version"), "");
}

}  // namespace
}  // namespace fastmigrate
