"""The tools that run here themselves: from npm, into build/tools, and from Debian."""
import functools
import os
import shutil
import subprocess

from . import migrations as m
from .tool import Refusal, Tool

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
MODULES = os.path.abspath(os.path.join(ROOT, "build", "tools"))
# 120 MB in all. Install scripts do not run: what they would fetch or compile is not needed.
NPM = {"dbmate": "2", "drizzle-orm": "0.45", "sql.js": "1", "knex": "3", "umzug": "3", "sqlite": "5", "libsql": "0.5"}
DEADLINE = 600


def run(command, cwd=None, **environment):
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, timeout=DEADLINE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: status {done.returncode}: {done.stdout.strip()}")


@functools.cache
def install_from_npm():
    """Why it did not work, None when it did."""
    wanted = [f"{name}@{version}" for name, version in NPM.items()
              if not os.path.isdir(os.path.join(MODULES, "node_modules", name))]
    if not wanted:
        return None
    os.makedirs(MODULES, exist_ok=True)
    try:
        run(["npm", "install", "--prefix", MODULES, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *wanted])
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        return " ".join(str(error).split())
    return None


@functools.cache
def install_from_debian():
    try:
        run(["bash", os.path.join(ROOT, "tests", "install.sh"), "import"])
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        return " ".join(str(error).split())
    return None


def of_npm(*packages):
    """Why a tool made of these packages cannot be had, None when it can. A scope holds what is built for this machine."""
    def missing():
        if not shutil.which("node"):
            return "there is no node"
        why = install_from_npm()
        absent = [package for package in packages if not os.path.isdir(os.path.join(MODULES, "node_modules", package))]
        return why or f"npm has no {absent[0]} for this machine" if absent else None
    return missing


def of_debian(command, is_there):
    """Why the command cannot be had, None when it can: is_there() tells."""
    def missing():
        if is_there():
            return None
        why = install_from_debian()
        return None if is_there() else why or f"{command} does not run"
    return missing


def has_sql_migrate():
    return shutil.which("sql-migrate") is not None


def has_sqitch():
    needed = all(shutil.which(command) for command in ("sqitch", "perl", "sqlite3"))
    return needed and subprocess.run(["perl", "-MDBD::SQLite", "-e", "1"], capture_output=True).returncode == 0


def by_node(tool):
    def apply(database, folder, _):
        run(["node", os.path.join(HERE, "migrate.js"), tool, database, folder], NODE_PATH=os.path.join(MODULES, "node_modules"))
    return apply


def run_dbmate(database, folder, _):
    run([os.path.join(MODULES, "node_modules", ".bin", "dbmate"), "--no-dump-schema", "--migrations-dir", folder,
         "--url", f"sqlite:{database}", "up"])


def sql_migrate(table):
    def apply(database, folder, _):
        config = database + ".yml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"development:\n  dialect: sqlite3\n  datasource: {database}\n  dir: {folder}\n" +
                       (f"  table: {table}\n" if table else ""))
        run(["sql-migrate", "up", f"-config={config}"])
    return apply


def run_sqitch(database, folder, _):
    """Its record is in a database of its own, sqitch.db beside this one."""
    run(["sqitch", "--chdir", folder, "deploy", f"db:sqlite:{database}"], HOME=os.path.dirname(database),
        SQITCH_FULLNAME="Ada", SQITCH_EMAIL="ada@example.org")


def first(count, files):
    return dict(list(files.items())[:count])


def dbmate_files(count):
    return first(count, m.framed(lambda n, name: f"{m.dated(n)}_{name}.sql", "-- migrate:up", "-- migrate:down"))


def by_name(number, name):
    """In the order of the names, which is not that of the numbers: 10_, 1_, 2_, 3_."""
    return f"{dict(zip(m.NUMBERS, (10, 1, 2, 3)))[number]}_{name}.sql"


def dbmate_files_by_name(count):
    return first(count, m.framed(by_name, "-- migrate:up", "-- migrate:down"))


def umzug_files_by_name(count):
    return first(count, m.plain(by_name))


def sql_migrate_files(count):
    begin, end = "-- +migrate StatementBegin\n", "-- +migrate StatementEnd\n"
    return first(count, m.framed(lambda n, name: f"{n}-{name}.sql", "-- +migrate Up", "-- +migrate Down", (begin, end)))


def node_sqlite_files(count):
    return first(count, m.framed(lambda n, name: f"00{n}-{name}.sql", "-- Up", "-- Down"))


def drizzle_files(count, rebuilds=False):
    return {**first(count, m.breakpoints(rebuilds)), "meta/_journal.json": m.journal(count)}


def umzug_files(count):
    return first(count, m.plain(lambda n, name: f"{m.dated(n)}_{name}.sql"))


def sqitch_files(count):
    scripts = m.framed(lambda _, name: f"deploy/{name}.sql", "-- Deploy shop to sqlite\n\nBEGIN;\n", "\nCOMMIT;")
    scripts = {path: text.replace(m.DOWN, "").replace(m.DOWN.replace("\n", "\r\n"), "") for path, text in scripts.items()}
    reverts = {path.replace("deploy/", "revert/"): m.DOWN for path in scripts}
    return {**first(count, scripts), **first(count, reverts), "sqitch.plan": m.plan(count),
            "sqitch.conf": "[core]\n\tengine = sqlite\n"}


def template_literal(text):
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`").replace("$", "\\$").replace("\r", "\\r") + "`"


def program_files(count, head, call):
    """Migrations in JavaScript that run SQL, as knex and umzug have them."""
    def program(text):
        return f"exports.up = {head} {{\n  {call % template_literal(text)};\n}};\nexports.down = async () => {{}};\n"
    return {f"{m.dated(n)}_{name}.js": program(text) for n, name, text in list(zip(m.NUMBERS, m.NAMES, m.TEXTS))[:count]}


def knex_files(count):
    # knex.raw() takes one statement, the driver under it takes all.
    return program_files(count, "async (knex) =>", "(await knex.client.acquireConnection()).exec(%s)")


def umzug_program_files(count):
    return program_files(count, "async ({ context }) =>", "context.exec(%s)")


TWO_UP_PARTS = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n-- migrate:up\nSELECT 3;\n-- migrate:down\n"

TOOLS = [
    Tool("dbmate", dbmate_files, run_dbmate, "schema_migrations", of_npm("dbmate", "@dbmate"), [
        Refusal("two files of one version", {"20240102120000_again.sql": "-- migrate:up\nSELECT 1;\n"},
                message=m.twice("20240102120000_again.sql", "20240102120000_log.sql", "20240102120000")),
        Refusal("a file that is gone", {"20240105120000_email.sql": None}, message=m.unknown("dbmate", "20240105120000")),
    ]),
    Tool("dbmate, which goes by names", dbmate_files_by_name, run_dbmate, "schema_migrations", of_npm("dbmate", "@dbmate"), [
        Refusal("two up parts in a file", {"10_users.sql": TWO_UP_PARTS}, message=(
            "10_users.sql:5:1: an up part behind the down part, which the versions of dbmate do not read alike; make it a "
            "migration of its own\n  5 | -- migrate:up\n    | ^")),
    ]),
    Tool("sql-migrate", sql_migrate_files, sql_migrate(None), "gorp_migrations", of_debian("sql-migrate", has_sql_migrate), [
        Refusal("a file that is gone", {"5-email.sql": None}, message=m.unknown("sql-migrate", "5-email.sql")),
        Refusal("one that was left out", {"4-late.sql": "-- +migrate Up\nSELECT 1;\n"},
                message="the record of sql-migrate says that this database has not had 4-late.sql, but 5-email.sql behind it; "
                        "apply it with sql-migrate first"),
    ]),
    Tool("sql-migrate, its table named migrations", sql_migrate_files, sql_migrate("migrations"), "migrations",
         of_debian("sql-migrate", has_sql_migrate), []),
    Tool("drizzle", drizzle_files, by_node("drizzle"), "__drizzle_migrations", of_npm("drizzle-orm", "sql.js"), [
        Refusal("a file that is gone", {"0003_email.sql": None},
                message="cannot read FROM/0003_email.sql: there is no such file"),
        Refusal("a journal that is older than the database", {"meta/_journal.json": m.journal(3)},
                message=m.unknown("drizzle", "1700000000005")),
    ]),
    Tool("drizzle, which rebuilds a table", functools.partial(drizzle_files, rebuilds=True), by_node("drizzle"),
         "__drizzle_migrations", of_npm("drizzle-orm", "sql.js"), []),
    Tool("the npm package sqlite", node_sqlite_files, by_node("sqlite"), "migrations", of_npm("sqlite", "libsql", "@libsql"), [
        Refusal("two files of one number", {"2-again.sql": "-- Up\nSELECT 1;\n"},
                message=m.twice("002-log.sql", "2-again.sql", "2")),
    ]),
    Tool("umzug, files of SQL", umzug_files, by_node("umzug-sql"), "SequelizeMeta", of_npm("umzug", "libsql", "@libsql"), [
        Refusal("a program among them", {"20240106120000_rows.js": "exports.up = async () => {};\n"},
                message=m.no_sql("20240106120000_rows.js", "JavaScript")),
    ]),
    Tool("umzug, which goes by names", umzug_files_by_name, by_node("umzug-sql"), "SequelizeMeta",
         of_npm("umzug", "libsql", "@libsql"), []),
]

SQITCH = Tool("sqitch", sqitch_files, run_sqitch, None, of_debian("sqitch", has_sqitch), [
    Refusal("a command of the shell", {"deploy/email.sql": "BEGIN;\n" + m.EMAIL + ".mode csv\nCOMMIT;\n"},
            message="deploy/email.sql:4:1: a dot-command of the sqlite3 shell; only SQL can stand in a script\n"
                    "  4 | .mode csv\n    | ^"),
    Refusal("a change that is reverted in the plan", {"sqitch.plan": m.plan(4, "-email 2024-01-06T12:00:00Z Ada <a@b.c>\n")},
            message="sqitch.plan holds '-email 2024-01-06T12:00:00Z Ada <a@b.c>', which reverts a change; delete "
                    "both from the plan"),
])

PROGRAMS = [
    Tool("knex", knex_files, by_node("knex"), "knex_migrations", of_npm("knex", "libsql", "@libsql"), [
        Refusal("JavaScript", {}, message=m.no_sql("20240101120000_users.js", "JavaScript")),
    ]),
    Tool("umzug", umzug_program_files, by_node("umzug"), "SequelizeMeta", of_npm("umzug", "libsql", "@libsql"), [
        Refusal("JavaScript", {}, message=m.no_sql("20240101120000_users.js", "JavaScript")),
    ]),
]
