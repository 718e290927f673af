#!/usr/bin/python3
"""fastmigrate_import, on folders and databases that other migration tools have made.

A tool applies a folder of its own migrations, all or the first of them. Then the folder is imported into a new connection,
and what follows must be what a database of ours would give; and the tool must still find its own record as it was.
Which tools run themselves is in tools/real.py; of the others, tools/fixtures.py has the folder and the record.

    import_tools.py [--extension PATH]

What is missing is installed: by npm into build/tools, and from Debian. A tool that cannot be had is skipped, by name.
"""
import argparse
import contextlib
import functools
import os
import sqlite3
import sys
import tempfile

from tools import fixtures, real
from tools.checks import Checks
from tools.migrations import COUNT

HERE = os.path.dirname(os.path.abspath(__file__))
MANAGED = ("the database is managed already, at version {}; it cannot be enrolled again (SELECT fastmigrate_unenroll() takes "
           "an enrolment back, as long as no script was applied behind it)")
SCRIPTS = ["0001-users.sql", "0002-log.sql", "0003-trigger.sql", "0004-email.sql"]
FIRST = 2  # how many the tool has applied where it has not applied all


class Place:
    """A folder with another tool's migrations in FROM, its database, and DIR for the scripts."""

    def __init__(self, extension, root):
        self.extension = extension
        self.source = os.path.join(root, "from")
        self.scripts = os.path.join(root, "migrations")
        self.database = os.path.join(root, "data.db")

    def write(self, files):
        for path, text in files.items():
            path = os.path.join(self.source, path)
            if text is None:
                os.remove(path)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)

    def connect(self, database=None):
        con = sqlite3.connect(database or self.database, isolation_level=None)
        con.enable_load_extension(True)
        con.load_extension(self.extension)
        return contextlib.closing(con)

    def call(self, con, sql, *values):
        """The first value, or the message of the error."""
        try:
            return con.execute(sql, values).fetchone()[0]
        except sqlite3.Error as error:
            return str(error).replace(self.source, "FROM").replace(self.scripts, "DIR")

    def import_into(self, con):
        return self.call(con, "SELECT fastmigrate_import(?, ?)", self.source, self.scripts)

    def apply(self, con):
        return self.call(con, "SELECT fastmigrate_apply(?)", self.scripts)

    def verify(self, con):
        return con.execute("SELECT type, name, difference FROM fastmigrate_verify(?)", (self.scripts,)).fetchall()


def contents(con):
    """All that is in the database but our own tables: name to its SQL and, of a table, its rows."""
    schema = con.execute("SELECT name, type, sql FROM sqlite_schema "
                         "WHERE name NOT IN ('_meta', '_fastmigrate_history') AND name NOT LIKE 'sqlite#_%' ESCAPE '#'").fetchall()
    return {name: (sql, con.execute(f'SELECT * FROM "{name}"').fetchall() if kind == "table" else None)
            for name, kind, sql in schema}


def of_scripts(con):
    """What the scripts lead to: the schema, white space aside, and the rows of their tables."""
    schema = {name: " ".join(sql.split()) for name, table, sql in con.execute("SELECT name, tbl_name, sql FROM sqlite_schema")
              if table in ("users", "log", "emails")}
    return schema, [con.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in ("users", "log")]


def check_new_database(checks, name, place, expected):
    with place.connect(":memory:") as con:
        checks.check(f"{name}: the scripts in an empty database", place.apply(con), COUNT)
        checks.check(f"{name}: lead to the same schema and rows", of_scripts(con), expected)


def check_scripts(checks, name, place):
    written = sorted(os.listdir(place.scripts)) if os.path.isdir(place.scripts) else []
    checks.check(f"{name}: the scripts", written, SCRIPTS)


def check_import(checks, extension, tool, count):
    name = f"{tool.name}, {count} of {COUNT}"
    with tempfile.TemporaryDirectory() as root:
        place = Place(extension, root)
        place.write(tool.files(count))
        tool.apply(place.database, place.source, count)
        place.write(tool.files(COUNT))
        with place.connect() as con:
            before = contents(con)
            checks.check(f"{name}: the tool has a record", tool.record in before, True)
            checks.check(f"{name}: import", place.import_into(con), count)
            checks.check(f"{name}: what was there", contents(con), before)
            checks.check(f"{name}: verify", place.verify(con), [])
            check_scripts(checks, name, place)
            checks.check(f"{name}: import again", place.import_into(con), MANAGED.format(count))
            if count == COUNT:
                tool.apply(place.database, place.source, 0)
                checks.check(f"{name}: the tool has nothing to do", contents(con), before)
            checks.check(f"{name}: apply", place.apply(con), COUNT)
            checks.check(f"{name}: verify after apply", place.verify(con), [])
            checks.check(f"{name}: the record after apply", contents(con).get(tool.record), before.get(tool.record))
            result = of_scripts(con)
        check_new_database(checks, name, place, result)


def check_refusals(checks, extension, tool):
    for refusal in tool.refusals:
        name = f"{tool.name}: {refusal.what}"
        with tempfile.TemporaryDirectory() as root:
            place = Place(extension, root)
            place.write(tool.files(COUNT))
            tool.apply(place.database, place.source, COUNT)
            place.write(refusal.files)
            with place.connect() as con:
                con.execute(refusal.sql)
                before = contents(con)
                checks.check(f"{name}: is refused", place.import_into(con), refusal.message)
                checks.check(f"{name}: changes nothing", contents(con), before)
                checks.check(f"{name}: is not managed", place.call(con, "SELECT fastmigrate_version()"), None)
            checks.check(f"{name}: writes nothing", os.path.exists(place.scripts), False)


def check_sqitch(checks, extension, tool, count):
    """Whose record is not in the database: the scripts are written beside it, and the version is found and proved."""
    name = f"{tool.name}, {count} of {COUNT}"
    with tempfile.TemporaryDirectory() as root:
        place = Place(extension, root)
        place.write(tool.files(count))
        tool.apply(place.database, place.source, count)
        place.write(tool.files(COUNT))
        with place.connect() as con:
            before = contents(con)
            checks.check(f"{name}: import says how", place.import_into(con),
                         "the database has content, and no record of a migration tool that says which migrations it has had; "
                         "nothing was written\n"
                         "  SELECT fastmigrate_import('FROM', 'FOLDER') in an empty database, such as :memory:, writes the "
                         "scripts alone\n"
                         "  then SELECT fastmigrate_find_version('FOLDER') here finds the version N, and SELECT "
                         "fastmigrate_enroll(N, 'FOLDER') proves and records it")
            with place.connect(":memory:") as empty:
                checks.check(f"{name}: import in an empty database", place.import_into(empty), 0)
            check_scripts(checks, name, place)
            checks.check(f"{name}: find_version", place.call(con, "SELECT fastmigrate_find_version(?)", place.scripts), count)
            checks.check(f"{name}: enroll", place.call(con, "SELECT fastmigrate_enroll(?, ?)", count, place.scripts), count)
            checks.check(f"{name}: what was there", contents(con), before)
            checks.check(f"{name}: verify", place.verify(con), [])
            if count == COUNT:
                tool.apply(place.database, place.source, 0)
                checks.check(f"{name}: the tool has nothing to do", contents(con), before)
            checks.check(f"{name}: apply", place.apply(con), COUNT)
            checks.check(f"{name}: verify after apply", place.verify(con), [])
            result = of_scripts(con)
        check_new_database(checks, name, place, result)


def check_programs(checks, extension, tool):
    """Whose migrations cannot be converted: the record is no difference, and initialize is the way."""
    name = tool.name
    with tempfile.TemporaryDirectory() as root:
        place = Place(extension, root)
        place.write(tool.files(COUNT))
        tool.apply(place.database, place.source, COUNT)
        with place.connect() as con:
            before = contents(con)
            checks.check(f"{name}: the tool has a record", tool.record in before, True)
            os.mkdir(place.scripts)
            checks.check(f"{name}: initialize", place.call(con, "SELECT fastmigrate_initialize(?, 'users', 'log')", place.scripts),
                         os.path.join(place.scripts, "0001-initialize.sql"))
            checks.check(f"{name}: verify", place.verify(con), [])
            checks.check(f"{name}: what was there", contents(con), before)
            tool.apply(place.database, place.source, COUNT)
            checks.check(f"{name}: the tool has nothing to do", contents(con), before)
            result = of_scripts(con)
            checks.check(f"{name}: unenroll", place.call(con, "SELECT fastmigrate_unenroll()"), 1)
            checks.check(f"{name}: enroll", place.call(con, "SELECT fastmigrate_enroll(1, ?)", place.scripts), 1)
            checks.check(f"{name}: find_version", place.call(con, "SELECT fastmigrate_find_version(?)", place.scripts), 1)
        with place.connect(":memory:") as con:
            checks.check(f"{name}: the script in an empty database", place.apply(con), 1)
            checks.check(f"{name}: leads to the same", of_scripts(con), result)


check_import_of_all = functools.partial(check_import, count=COUNT)
check_import_of_first = functools.partial(check_import, count=FIRST)
check_sqitch_of_all = functools.partial(check_sqitch, count=COUNT)
check_sqitch_of_first = functools.partial(check_sqitch, count=FIRST)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extension", default=os.path.join(HERE, "..", "..", "build", "fastmigrate.so"))
    extension = os.path.abspath(parser.parse_args().extension)
    checks = Checks()

    def each(tools, *parts):
        for tool in tools:
            why_not = tool.missing()
            if why_not is not None:
                checks.skip(tool.name, why_not)
                continue
            for part in parts:
                try:
                    part(checks, extension, tool)
                except (RuntimeError, sqlite3.Error, OSError) as error:
                    checks.check(f"{tool.name} runs", str(error), "")

    each(real.TOOLS, check_import_of_all, check_import_of_first, check_refusals)
    each([real.SQITCH], check_sqitch_of_all, check_sqitch_of_first, check_refusals)
    each(real.PROGRAMS, check_programs, check_refusals)
    each(fixtures.TOOLS, check_import_of_all, check_import_of_first, check_refusals)
    print(f"{checks.passed} passed, {checks.failed} failed" + (f", {checks.skipped} skipped" if checks.skipped else ""))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
