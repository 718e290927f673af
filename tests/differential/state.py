"""What a database holds, as one comparable value, and what plain SQLite makes of a folder.

A state is a dict from a title ("table users", "user_version") to lines. Two databases are equal when
their states are. Left out are fastmigrate's own two tables, and what plain SQLite itself does not
determine: root pages, the rowids of statistics, and the segments of full text indexes (they follow
the transactions; their contents are compared through fts5vocab).

The oracle is plain SQLite: one fresh connection a script, the whole script, nothing loaded. It keeps
the file as it was after every version.
"""
import os
import re
import sqlite3
from collections import Counter

OWN_TABLES = ("_meta", "_fastmigrate_history")
FILE_FACTS = ("journal_mode", "auto_vacuum", "page_size")
IN_OWN_TABLES = "('_meta', '_fastmigrate_history')"


def connect(path):
    con = sqlite3.connect(path, isolation_level=None)
    con.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    con.execute("PRAGMA synchronous=OFF")
    return con


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def lines_of(con, sql):
    """The rows as sorted text, so that 1, 1.0, '1' and x'31' differ; or the error of reading them."""
    try:
        return sorted(repr(row) for row in con.execute(sql))
    except sqlite3.Error as error:
        return ["error: " + str(error)]


def without_own(table, column):
    return f"SELECT * FROM {table} WHERE {column} NOT IN {IN_OWN_TABLES}"


def snapshot(con, file_facts=True):
    """The state of `con`'s main schema. Writes nothing but a temporary fts5vocab table."""
    state = {"schema": lines_of(con, f"""SELECT type, name, tbl_name, sql FROM main.sqlite_schema
                                         WHERE tbl_name NOT IN {IN_OWN_TABLES}""")}
    listed = con.execute("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'").fetchall()
    indexed = [name for name, sql in con.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%USING%fts5%'")]
    segments = {name + suffix for name in indexed for suffix in ("_data", "_idx")}
    for name, kind, without_rowid in listed:
        if name in OWN_TABLES or name in segments or name in ("sqlite_schema", "sqlite_temp_schema"):
            continue
        if name == "sqlite_sequence":
            rows = lines_of(con, without_own("main.sqlite_sequence", "name"))
        elif name.startswith("sqlite_stat"):
            # How full-text search has laid out its own tables depends on when it was committed.
            rows = [row for row in lines_of(con, without_own("main." + name, "tbl"))
                    if not any(segment in row for segment in segments)]
        else:
            key = "" if without_rowid or kind == "view" else "rowid, "
            rows = lines_of(con, f"SELECT {key}* FROM main.{quoted(name)}")
        state[f"{kind} {name}"] = rows
    for name in indexed:
        con.execute(f"CREATE VIRTUAL TABLE temp.differential_terms"
                    f" USING fts5vocab(main, {quoted(name)}, instance)")
        state["terms of " + name] = lines_of(con, "SELECT * FROM temp.differential_terms")
        con.execute("DROP TABLE temp.differential_terms")
    facts = ("user_version", "application_id", "integrity_check", "encoding")
    for fact in facts + (FILE_FACTS if file_facts else ()):
        state[fact] = lines_of(con, "PRAGMA " + fact)
    return state


def differences(expected, actual, ignored=()):
    """One line a difference; empty when equal."""
    found = []
    for title in sorted(set(expected) | set(actual)):
        if title in ignored or expected.get(title) == actual.get(title):
            continue
        here, there = Counter(expected.get(title, ["(absent)"])), Counter(actual.get(title, ["(absent)"]))
        missing, extra = list((here - there).elements()), list((there - here).elements())
        found.append(f"{title}: expected {missing[:3]}, got {extra[:3]}")
    return found


def snapshot_of_connection(con):
    """The state of a live in-memory database, read on a connection of its own."""
    copy = connect(":memory:")
    con.backup(copy)
    try:
        return snapshot(copy, file_facts=False)
    finally:
        copy.close()


def snapshot_of_file(path):
    con = connect(path)
    try:
        return snapshot(con)
    finally:
        con.close()


def violations_of(con):
    """Foreign key violations as a Counter of (table, rowid, parent, key); None when the check cannot run."""
    try:
        return Counter(con.execute("PRAGMA foreign_key_check").fetchall())
    except sqlite3.Error:
        return None


def script_text(path):
    with open(path, "rb") as file:
        return file.read().decode("utf-8")


def scripts_of(folder):
    """[(version, path)] of the SQL scripts of a folder, in order."""
    names = sorted(name for name in os.listdir(folder) if re.match(r"^[0-9]{4}-.*\.sql$", name))
    return [(int(name[:4]), os.path.join(folder, name)) for name in names]


class Oracle:
    """Plain SQLite's result after every version. `error` is set, and `versions` stops, at the first
    script that plain SQLite refuses or that leaves a transaction open."""

    def __init__(self, folder, work, journal="delete", settings=()):
        self.path = os.path.join(work, "oracle.db")
        self.settings, self.error = settings, None
        self.versions, self.images, self.states = [0], {}, {}
        con = connect(self.path)
        con.execute("PRAGMA journal_mode=" + journal)
        con.close()
        self.images[0] = self._image()
        for version, path in scripts_of(folder):
            self.error = self.run(script_text(path))
            if self.error:
                self.error = f"{os.path.basename(path)}: {self.error}"
                return
            self.versions.append(version)
            self.images[version] = self._image()

    def _image(self):
        with open(self.path, "rb") as file:
            return file.read()

    def restore(self, version):
        for suffix in ("-wal", "-shm", "-journal"):
            if os.path.exists(self.path + suffix):
                os.remove(self.path + suffix)
        with open(self.path, "wb") as file:
            file.write(self.images[version])

    def run(self, text):
        """Runs one script on a fresh connection; the error, or None."""
        con = connect(self.path)
        try:
            for setting in self.settings:
                con.execute(setting)
            con.executescript(text)
            return "left a transaction open" if con.in_transaction else None
        except sqlite3.Error as error:
            return str(error)
        finally:
            con.close()

    def fails_at(self, version, text):
        """Whether `text`, run on the database at `version`, fails or leaves a transaction open."""
        self.restore(version)
        return self.run(text) is not None

    def _read(self, version):
        self.restore(version)
        con = connect(self.path)
        try:
            self.states[version] = (snapshot(con), violations_of(con))
        finally:
            con.close()

    def state(self, version):
        if version not in self.states:
            self._read(version)
        return self.states[version][0]

    def new_violations(self, version, since):
        """(certain, possible) violations that `version` has and `since` had not. Certain ones are told by
        their number in a table; possible ones differ only in rowid or key. None: the check cannot run."""
        self.state(version), self.state(since)
        now, before = self.states[version][1], self.states[since][1]
        if now is None or before is None:
            return None
        per_table = Counter(row[0] for row in now.elements()) - Counter(row[0] for row in before.elements())
        new = now - before
        return Counter({row: n for row, n in new.items() if row[0] in per_table}), new
