"""Single facts that random folders cannot tell: what is documented to be different from plain SQLite, or
needs a particular host. Each check makes a folder of given scripts and asserts on the outcome.
"""
import os
import re
import sqlite3
import tempfile

from generator import write
from state import connect
from subject import Mode, apply, open_host


class Case:
    """A folder and a host connection, in a directory of their own."""

    def __init__(self, extension, root, scripts, mode=Mode()):
        self.directory, self.mode = os.path.join(root, "migrations"), mode
        self.path = ":memory:" if mode.place == "memory" else os.path.join(root, "data.db")
        os.mkdir(self.directory)
        for number, text in enumerate(scripts, 1):
            self.write(number, text)
        self.con = open_host(extension, self.path, mode)

    def write(self, number, text):
        write(os.path.join(self.directory, f"{number:04d}-step.sql"), text)

    def error(self, form=None):
        """The message of applying the folder, '' on success."""
        try:
            apply(self.con, form or self.mode.form, self.directory)
            return ""
        except sqlite3.Error as error:
            return str(error)

    def one(self, sql):
        return self.con.execute(sql).fetchone()[0]

    def version(self):
        return self.one("SELECT fastmigrate_version()")

    def tables(self):
        return [name for name, in self.con.execute(
            "SELECT name FROM main.sqlite_schema WHERE name NOT LIKE '%meta' AND name NOT LIKE '\\_fast%' ESCAPE '\\'"
            " AND name NOT LIKE 'sqlite%' ORDER BY name")]


def wrong(**checks):
    """The names of the facts that do not hold, with what was found instead."""
    return [f"{name}: {detail}" for name, (holds, detail) in checks.items() if not holds]


def script_in_parts(extension, root, form):
    """A failure after VACUUM in the middle: the first part stays, the version does not move, the error says so."""
    case = Case(extension, root, ["CREATE TABLE a (x);",
                                  "CREATE TABLE b (x);\nINSERT INTO b VALUES (1);\nVACUUM;\n"
                                  "CREATE TABLE c (x);\nINSERT INTO nowhere VALUES (1);"], Mode(form))
    error = case.error()
    return wrong(error=(re.match(r"0002-step\.sql:5:\d+: no such table: nowhere", error), error),
                 says_where=(re.search(r"committed up to line [23]\b|up to line [23]\b.*committed", error), error),
                 version=(case.version() == 1, case.version()), tables=(case.tables() == ["a", "b"], case.tables()))


def drop_in_memory_under_table_form(extension, root):
    """No side connection in memory: the table form names the scalar form, which then does it."""
    case = Case(extension, root, ["CREATE TABLE a (x); INSERT INTO a VALUES (1);", "CREATE TABLE b (x);",
                                  "CREATE TABLE c (x);\nDROP TABLE a;", "CREATE TABLE d (x);"], Mode("table", "memory"))
    error = case.error()
    first = wrong(error=(re.match(r"0003-step\.sql:2:\d+: ", error), error),
                  names_the_scalar_form=("SELECT fastmigrate_apply(" in error, error),
                  version=(case.version() == 2, case.version()), tables=(case.tables() == ["a", "b"], case.tables()))
    error = case.error("scalar")
    return first + wrong(scalar=(error == "", error), at_the_end=(case.version() == 4, case.version()),
                         all_tables=(case.tables() == ["b", "c", "d"], case.tables()))


def vacuum_in_memory(extension, root, form):
    """There is no file to make smaller, so VACUUM is passed over: SQLite cannot run it inside a statement."""
    case = Case(extension, root, ["CREATE TABLE a (x);", "CREATE TABLE b (x);\nVACUUM;"], Mode(form, "memory"))
    error = case.error()
    return wrong(error=(error == "", error), version=(case.version() == 2, case.version()))


def orphan_is_refused_by_name(extension, root, form):
    """The guilty one of five, with table, rowid and parent; the ones before are kept."""
    case = Case(extension, root, ["CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id));",
                                  "INSERT INTO p VALUES (1);", "INSERT INTO c (rowid, p) VALUES (77, 5);",
                                  "INSERT INTO p VALUES (2);", "INSERT INTO p VALUES (3);"], Mode(form, foreign_keys=True))
    error = case.error()
    return wrong(names=(all(word in error for word in ("0003-step.sql", "77", "c", "p")), error),
                 version=(case.version() == 2, case.version()), rows=(case.one("SELECT max(id) FROM p") == 1, "p"))


def old_orphans_do_not_count(extension, root, form):
    case = Case(extension, root, ["CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id));"
                                  "INSERT INTO c VALUES (5);"], Mode(form))
    first = case.error()
    case.con.execute("PRAGMA foreign_keys=ON")
    case.write(2, "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);")
    error = case.error()
    return wrong(first=(first == "", first), second=(error == "", error), version=(case.version() == 2, case.version()))


def deferred_violation_fails_the_scripts_own_commit(extension, root, form):
    """COMMIT checks deferred keys in plain SQLite, so it does where COMMIT is a savepoint's end."""
    case = Case(extension, root, [
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);",
        "PRAGMA foreign_keys=ON;\nBEGIN;\nINSERT INTO c VALUES (5);\nCOMMIT;\nINSERT INTO p VALUES (5);"], Mode(form))
    error = case.error()
    return wrong(error=("0002-step.sql" in error and "oreign key" in error.lower() + error, error),
                 version=(case.version() == 1, case.version()), rows=(case.one("SELECT count(*) FROM c") == 0, "c has rows"))


def enforcement_at_the_head_cascades(extension, root, form):
    case = Case(extension, root, [
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id) ON DELETE CASCADE);"
        "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1), (2);", "PRAGMA foreign_keys=ON;\nDELETE FROM p WHERE id = 1;"], Mode(form))
    error = case.error()
    return wrong(error=(error == "", error), rows=(case.one("SELECT group_concat(p) FROM c") == "2", "c"),
                 setting=(case.one("PRAGMA foreign_keys") == 0, "is on"))


def rebuild_of_a_parent_keeps_the_children(extension, root, form):
    case = Case(extension, root, [
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a); CREATE TABLE c (p REFERENCES p(id) ON DELETE CASCADE);"
        "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1), (2);",
        "CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;"],
        Mode(form, foreign_keys=True))
    error = case.error()
    return wrong(error=(error == "", error), rows=(case.one("SELECT count(*) FROM c") == 2, "children are gone"),
                 setting=(case.one("PRAGMA foreign_keys") == 1, "is off"))


def broken_key_from_before_does_not_count(extension, root, form):
    """foreign_key_check itself fails on a key whose parent column is not unique."""
    case = Case(extension, root, ["CREATE TABLE p (a); CREATE TABLE c (p REFERENCES p(a));"], Mode(form))
    first = case.error()
    case.con.execute("PRAGMA foreign_keys=ON")
    case.write(2, "CREATE TABLE d (x);")
    error = case.error()
    return wrong(first=(first == "", first), error=(error == "", error), version=(case.version() == 2, case.version()))


def hosts_temporary_tables_survive(extension, root, form):
    """temp_store in a script makes SQLite drop temporary tables; the host's are not the script's to drop."""
    case = Case(extension, root, ["PRAGMA temp_store=MEMORY;\nCREATE TABLE a (x);"], Mode(form))
    case.con.execute("CREATE TEMP TABLE hosts_own (x)")
    error = case.error()
    kept = case.one("SELECT count(*) FROM sqlite_temp_schema WHERE name = 'hosts_own'")
    return wrong(error=(error == "", error), kept=(kept == 1, "the host's temporary table is gone"),
                 table_form=(not case.error("table"), case.error("table")))


def script_uses_the_hosts_function(extension, root, form):
    """Table rebuilds with the host's function and temporary table; under the table form DROP needs the side
    connection, which has neither, so there the error says so."""
    case = Case(extension, root, ["CREATE TABLE a (x); INSERT INTO a VALUES (1);", "UPDATE a SET x = hosts(x) + (SELECT y FROM ours);"],
                Mode(form))
    case.con.create_function("hosts", 1, lambda x: x + 40)
    case.con.execute("CREATE TEMP TABLE ours AS SELECT 1 AS y")
    error = case.error()
    return wrong(error=(error == "", error), value=(case.one("SELECT x FROM a") == 42, "a"))


def encoding_that_cannot_be_had_is_refused(extension, root):
    """Loading the extension fixes the encoding; a script that asks for another one is an error."""
    case = Case(extension, root, ["PRAGMA encoding='UTF-16le'; CREATE TABLE a (x);"])
    error = case.error()
    return wrong(
        error=("encoding fixed already" in error, error),
        tables=(case.tables() == [], case.tables()))


def first_row_only(extension, root):
    """All scripts have run before the first row is fetched."""
    case = Case(extension, root, ["CREATE TABLE a (x);", "CREATE TABLE b (x);", "CREATE TABLE c (x);"])
    cursor = case.con.execute("SELECT version FROM fastmigrate_apply(?) LIMIT 1", (case.directory,))
    row = cursor.fetchone()
    cursor.close()
    return wrong(row=(row == (1,), row), version=(case.version() == 3, case.version()))


def failed_script_with_full_text_keeps_the_ones_before(extension, root, form):
    """After ROLLBACK TO, FTS5 still wants to write to the table that the script had made: the commit fails."""
    case = Case(extension, root, ["CREATE TABLE a (x);", "CREATE VIRTUAL TABLE f USING fts5(x);\nINSERT INTO f VALUES ('a');\n"
                                  "INSERT INTO nowhere VALUES (1);"], Mode(form))
    error = case.error()
    return wrong(error=(re.match(r"0002-step\.sql:3:\d+: no such table: nowhere", error), error),
                 version=(case.version() == 1, case.version()), tables=(case.tables() == ["a"], case.tables()))


def journal_mode_of_the_file_is_kept(extension, root, form):
    """TRUNCATE is the connection's and put back, WAL is the file's and stays."""
    case = Case(extension, root, ["PRAGMA journal_mode=TRUNCATE;\nCREATE TABLE a (x);\nPRAGMA journal_mode=WAL;"], Mode(form))
    error, fresh = case.error(), connect(case.path)
    mode = fresh.execute("PRAGMA journal_mode").fetchone()[0]
    fresh.close()
    return wrong(error=(error == "", error), mode=(mode == "wal", mode))


BOTH_FORMS = [failed_script_with_full_text_keeps_the_ones_before, journal_mode_of_the_file_is_kept,
              script_in_parts, vacuum_in_memory, orphan_is_refused_by_name, old_orphans_do_not_count,
              deferred_violation_fails_the_scripts_own_commit, enforcement_at_the_head_cascades,
              rebuild_of_a_parent_keeps_the_children, broken_key_from_before_does_not_count,
              hosts_temporary_tables_survive, script_uses_the_hosts_function]
ONCE = [drop_in_memory_under_table_form, encoding_that_cannot_be_had_is_refused, first_row_only]


def run_all(extension):
    """{name: failures}"""
    results = {}
    checks = [(f"{check.__name__} ({form})", check, (form,)) for check in BOTH_FORMS for form in ("scalar", "table")]
    for name, check, arguments in checks + [(check.__name__, check, ()) for check in ONCE]:
        with tempfile.TemporaryDirectory() as root:
            try:
                results[name] = check(extension, root, *arguments)
            except sqlite3.Error as error:
                results[name] = [f"raised {error}"]
    return results
