"""The tools that do not run here: their folders and records are written by hand, as they write them.

The tables are those of their sources: golang-migrate database/sqlite3, goose internal/dialect, sqlx-sqlite, diesel_migrations,
refinery-core, Flyway's database for SQLite, Prisma's schema engine, Atlas's revision schema, wrangler's D1 commands.
"""
import contextlib
import sqlite3

from . import migrations as m
from .tool import Refusal, Tool

AT = "2024-01-06 12:00:00"
HASH = "00" * 32


def by_hand(begin, row, texts):
    """`begin` makes the record, row(index, number, name) is what a migration adds to it."""
    def apply(database, _, count):
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as con:
            if con.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
                return  # it has run before, and has nothing to do
            con.executescript(begin)
            for index in range(count):
                con.executescript(texts[index] + row(index, m.NUMBERS[index], m.NAMES[index]))
    return apply


def tool(name, files, record, begin, row, *refusals, texts=m.TEXTS):
    def first(count):
        return {path: text for path, text in files.items()
                if not any(left_out in path for left_out in m.NAMES[count:])}
    return Tool(name, first, by_hand(begin, row, texts), record, lambda: None, list(refusals))


GOOSE_LINES = ("-- +goose StatementBegin\n", "-- +goose StatementEnd\n")
WITH_REBUILD = (*m.TEXTS[:-1], m.REBUILD)
SQLX_RECORD = """CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);"""
PRISMA_RECORD = """CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);"""


def prisma_row(_, number, name):
    return ("INSERT INTO _prisma_migrations VALUES "
            f"('{number}0b1', '{HASH}', 17045{number}, '{m.dated(number)}_{name}', NULL, NULL, 17045{number}, 1);")


TOOLS = [
    tool("golang-migrate",
         m.with_down_files(m.plain(lambda n, name: f"00000{n}_{name}.up.sql"), lambda path: path.replace(".up.", ".down.")),
         "schema_migrations",
         """CREATE TABLE IF NOT EXISTS schema_migrations (version uint64,dirty bool);
  CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations (version);""",
         lambda _, n, __: f"DELETE FROM schema_migrations; INSERT INTO schema_migrations (version, dirty) VALUES ({n}, 0);",
         Refusal("two files of one number", {"02_again.up.sql": "SELECT 1;\n"},
                 message=m.twice("000002_log.up.sql", "02_again.up.sql", "2")),
         Refusal("a dirty database", {}, "UPDATE schema_migrations SET dirty = 1", message=m.half_done("golang-migrate", "5"))),
    tool("goose",
         m.framed(lambda n, name: f"0000{n}_{name}.sql", "-- +goose Up", "-- +goose Down", GOOSE_LINES),
         "goose_db_version",
         """CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (0, 1, '2024-01-06 12:00:00');""",
         lambda _, n, __: f"INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES ({n}, 1, '{AT}');",
         Refusal("a migration in Go", {"00006_rows.go": "package migrations\n"}, message=m.no_sql("00006_rows.go", "Go"))),
    tool("sqlx",
         m.plain(lambda n, name: f"{m.dated(n)}_{name}.sql"),
         "_sqlx_migrations",
         SQLX_RECORD,
         lambda _, n, name: f"INSERT INTO _sqlx_migrations VALUES ({m.dated(n)}, '{name}', '{AT}', TRUE, x'{HASH}', 1200);",
         Refusal("a file that is gone", {"20240105120000_email.sql": None}, message=m.unknown("sqlx", "20240105120000"))),
    tool("sqlx, with down files",
         m.with_down_files(m.plain(lambda n, name: f"{n}_{name}.up.sql"), lambda path: path.replace(".up.", ".down.")),
         "_sqlx_migrations",
         SQLX_RECORD,
         lambda _, n, name: f"INSERT INTO _sqlx_migrations VALUES ({n}, '{name}', '{AT}', TRUE, x'{HASH}', 1200);",
         Refusal("one that failed", {}, "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 5",
                 message=m.half_done("sqlx", "5"))),
    tool("diesel",
         m.with_down_files({**m.plain(lambda n, name: f"2024-01-0{n}-120000_{name}/up.sql")},
                           lambda path: path.replace("up.sql", "down.sql")),
         "__diesel_schema_migrations",
         """CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);""",
         lambda _, n, __: f"INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('{m.dated(n)}', '{AT}');",
         Refusal("a migration in Rust", {"2024-01-06-120000_rows.rs": "fn main() {}\n"},
                 message=m.no_sql("2024-01-06-120000_rows.rs", "Rust")),
         Refusal("a folder that is gone", {"2024-01-05-120000_email/up.sql": None},
                 message=m.unknown("diesel", "20240105120000"))),
    tool("refinery",
         m.plain(lambda n, name: f"V{n}__{name}.sql"),
         "refinery_schema_history",
         """CREATE TABLE IF NOT EXISTS refinery_schema_history(
             version INT4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));""",
         lambda _, n, name: f"INSERT INTO refinery_schema_history VALUES ({n}, '{name}', '2024-01-06T12:00:00Z', '1234567{n}');",
         Refusal("a migration in Rust", {"V6__rows.rs": "pub fn migration() -> String {}\n"},
                 message=m.no_sql("V6__rows.rs", "Rust"))),
    tool("Flyway",
         m.plain(lambda n, name: f"V1.{n}__{name}.sql"),
         "flyway_schema_history",
         """CREATE TABLE "main"."flyway_schema_history" (
    "installed_rank" INT NOT NULL PRIMARY KEY,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INT,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "execution_time" INT NOT NULL,
    "success" BOOLEAN NOT NULL
);
CREATE INDEX "main"."flyway_schema_history_s_idx" ON "flyway_schema_history" ("success");""",
         lambda index, n, name: "INSERT INTO flyway_schema_history VALUES "
                                f"({index + 1}, '1.{n}', '{name}', 'SQL', 'V1.{n}__{name}.sql', -18{n}, '', '{AT}', 3, 1);",
         Refusal("a repeatable migration", {"R__emails.sql": "SELECT 1;\n"},
                 message="R__emails.sql is repeatable: Flyway runs it again when it has changed, and fastmigrate runs each script "
                         "once; make it a V of its own, or move it away"),
         Refusal("two files of one version", {"V1_2__again.sql": "SELECT 1;\n"},
                 message=m.twice("V1.2__log.sql", "V1_2__again.sql", "1.2"))),
    tool("Prisma",
         {**m.plain(lambda n, name: f"{m.dated(n)}_{name}/migration.sql"), "migration_lock.toml": 'provider = "sqlite"\n'},
         "_prisma_migrations",
         PRISMA_RECORD,
         prisma_row,
         Refusal("one that failed", {}, "UPDATE _prisma_migrations SET finished_at = NULL, logs = 'no' WHERE id = '50b1'",
                 message=m.half_done("Prisma", "20240105120000_email"))),
    tool("Prisma, which rebuilds a table",
         {**m.plain(lambda n, name: f"{m.dated(n)}_{name}/migration.sql", WITH_REBUILD),
          "migration_lock.toml": 'provider = "sqlite"\n'},
         "_prisma_migrations", PRISMA_RECORD, prisma_row, texts=WITH_REBUILD),
    tool("Atlas",
         {**m.plain(lambda n, name: f"{m.dated(n)}_{name}.sql"), "atlas.sum": "h1:AAAA=\n"},
         "atlas_schema_revisions",
         "CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text NOT NULL, `type` integer NOT NULL "
         "DEFAULT (2), `applied` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `executed_at` datetime NOT "
         "NULL, `execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, `hash` text NOT NULL, "
         "`partial_hashes` json NULL, `operator_version` text NOT NULL, PRIMARY KEY (`version`));"
         "INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'c0ffee', 0, 0, 0, '2024-01-06', 0, NULL, NULL, "
         "'', NULL, 'Atlas CLI v0.31');",
         lambda _, n, name: f"INSERT INTO atlas_schema_revisions VALUES ('{m.dated(n)}', '{name}', 2, 2, 2, '{AT}', 9, NULL, "
                            "NULL, 'h1=', 'null', 'Atlas CLI v0.31');",
         Refusal("one that was left half done", {},
                 "UPDATE atlas_schema_revisions SET applied = 1, error = 'no' WHERE description = 'email'",
                 message=m.half_done("Atlas", "20240105120000"))),
    # The file that wrangler keeps for local work has a table of the runtime's, too.
    tool("D1",
         m.plain(lambda n, name: f"000{n}_{name}.sql"),
         "d1_migrations",
         """CREATE TABLE _cf_METADATA (
        key INTEGER PRIMARY KEY,
        value BLOB
      );
INSERT INTO _cf_METADATA VALUES (2, 18);
CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);""",
         lambda _, n, name: f"INSERT INTO d1_migrations (name, applied_at) VALUES ('000{n}_{name}.sql', '{AT}');",
         Refusal("a file that is gone", {"0005_email.sql": None}, message=m.unknown("D1", "0005_email.sql"))),
]
