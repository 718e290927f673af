"""Random, seeded folders of migration scripts that plain SQLite runs.

    folder = generate(seed, directory, work, import_path)     # writes directory/0001-....sql and on

Scripts are written against a scratch database (statements.py). A script that plain SQLite refuses as a
whole is thrown away and written anew, so a folder is valid when it is handed out.
"""
import os
import random
import sqlite3
from dataclasses import dataclass, field

import operations as ops
from state import connect
from statements import Discard, Statement, Writer

COMMENTS = ["-- a comment; with ' and \" in it\n", "/* block; 'one */", "-- BEGIN;\n", "/* two\n lines -- */\n", "--\n",
            "/* END; */ ", "-- +goose StatementBegin\n", "\n\n", "\t", " ;", " ; ;\n", "/***/"]


@dataclass
class Script:
    version: int
    path: str
    text: str
    statements: list = field(default_factory=list)
    features: set = field(default_factory=set)  # "drop", "detach", "vacuum", "journal_mode", "leave wal", "layout"

    def body(self):
        """The range of statements between the head and the tail of what may run outside of a transaction;
        None when such a statement stands in the middle: then the script is committed in parts."""
        inside = [i for i, statement in enumerate(self.statements) if not statement.outside]
        if not inside:
            return (len(self.statements), len(self.statements))
        if any(s.outside for s in self.statements[inside[0]:inside[-1]]):
            return None
        return (inside[0], inside[-1] + 1)


@dataclass
class Folder:
    directory: str
    scripts: list
    import_path: str


def reformat(sql, rng):
    """White space outside of strings, names and comments becomes other white space or a comment, now and then."""
    out, end = [], None
    for i, c in enumerate(sql):
        if end is None:
            if c in "'\"`":
                end = c
            elif c == "[":
                end = "]"
            elif sql.startswith("--", i):
                end = "\n"
            elif sql.startswith("/*", i):
                end = "/"
            elif c == " " and rng.random() < 0.04:
                c = rng.choice(["\n  ", "\t", "  ", " /* c; ' */ ", " -- it's;\n", "\n"])
        elif c == end and not (end == "/" and sql[i - 1] != "*"):
            end = None
        out.append(c)
    text = "".join(out)
    if rng.random() < 0.15:
        word, space, rest = text.partition(" ")
        text = rng.choice([word.lower(), word.capitalize()]) + space + rest
    return text


def render(statements, rng):
    """The script's text, in odd formatting."""
    tidy = rng.random() < 0.4
    parts = []
    for statement in statements:
        if not tidy and rng.random() < 0.3:
            parts.append(rng.choice(COMMENTS))
        parts.append(statement.sql if tidy else reformat(statement.sql, rng))
        parts.append(";\n" if tidy else rng.choice([";\n", ";\n\n", ";", " ;\n", "\n;\n", ";; \n", ";/* ; */"]))
    if statements and rng.random() < 0.1:
        parts[-1] = rng.choice(["", "\n", " -- no semicolon", "\n/* the end; */"])
    text = "".join(parts) + (rng.choice(["", "-- end", "\n\n", "/* ; */"]) if not tidy else "")
    if rng.random() < 0.1:
        text = text.replace("\n", "\r\n")
    if rng.random() < 0.1:
        text = "\ufeff" + text
    return text


def write(path, text):
    with open(path, "wb") as file:
        file.write(text.encode("utf-8"))


def compose(w, version, import_path, outside, layout):
    """Writes one script's statements."""
    rng = w.rng
    style = rng.random()
    if style < 0.03:
        return
    if layout and version == 1 and rng.random() < 0.15:
        ops.first_layout(w)
    if rng.random() < 0.12:
        ops.choose(rng, outside)(w)
    if style < 0.15 and version > 1:
        return ops.rebuild(w)
    if version == 1:
        for _ in range(rng.randint(1, 3)):
            ops.create_table(w)
    for _ in range(rng.randint(1, 5)):
        if rng.random() < 0.45:
            ops.choose(rng, ops.LONG)(w)
        else:
            ops.some(w, 1, 3)
        if rng.random() < 0.04:
            ops.choose(rng, outside)(w)
    if rng.random() < 0.05:
        ops.import_from(w, import_path)
        if rng.random() < 0.5:
            ops.some(w, 1, 2)
    if rng.random() < 0.1:
        ops.choose(rng, outside)(w)


def make_import_file(path):
    con = connect(path)
    con.executescript("""CREATE TABLE source (id INTEGER PRIMARY KEY, body TEXT);
                         INSERT INTO source VALUES (1, 'one; 1'), (2, 'two'), (3, NULL), (6, x'06');""")
    con.close()


def image_of(path):
    with open(path, "rb") as file:
        return file.read()


def put_back(path, image):
    for suffix in ("-wal", "-shm", "-journal"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    with open(path, "wb") as file:
        file.write(image)


def connect_with(path, settings):
    con = connect(path)
    for setting in settings:
        con.execute(setting)
    return con


def write_script(rng, scratch, serial, settings, *what):
    """(writer, text); the text is None when the script has to be thrown away."""
    con = connect_with(scratch, settings)
    writer = Writer(rng, con, serial)
    try:
        compose(writer, *what)
        return writer, None if con.in_transaction else render(writer.statements, rng)
    except Discard:
        return writer, None
    finally:
        con.close()


def runs(scratch, text, settings):
    con = connect_with(scratch, settings)
    try:
        con.executescript(text)
        return True
    except sqlite3.Error:  # a comment in a place that ALTER TABLE does not expect, for one
        return False
    finally:
        con.close()


def generate(seed, directory, work, import_path, settings=(), vacuum=True, layout=True):
    """`settings` are PRAGMAs that the connections of oracle and subject start with; `layout` allows page_size
    and auto_vacuum before the first table."""
    rng, serial, scripts = random.Random(seed), [0], []
    scratch = os.path.join(work, "scratch.db")
    connect(scratch).close()
    version = 0
    outside = ops.OUTSIDE if vacuum else ops.OUTSIDE_IN_MEMORY
    for _ in range(rng.randint(3, 9)):
        version += rng.choice([1, 1, 1, 1, 2, 10])
        before = image_of(scratch)
        text = None
        while text is None:
            put_back(scratch, before)
            writer, text = write_script(rng, scratch, serial, settings, version, import_path, outside, layout)
            # What the next script builds on is what the text gives, run as a whole.
            put_back(scratch, before)
            if text is not None and not runs(scratch, text, settings):
                text = None
        path = os.path.join(directory, f"{version:04d}-{rng.choice(['add', 'Fix it', 'naïve', 'a.b', 'x-y'])}.sql")
        write(path, text)
        scripts.append(Script(version, path, text, writer.statements, writer.features))
    return Folder(directory, scripts, import_path)


FAULTS = {
    "syntax": ["CREATE TABEL fault (a)"],
    "no such table": ["INSERT INTO no_such_table VALUES (1)"],
    "no such column": ["SELECT no_such_column FROM sqlite_schema"],
    "check": ["CREATE TABLE fault (a, CHECK (a <> 13))", "INSERT INTO fault VALUES (1), (13)"],
    "unique": ["CREATE TABLE fault (a UNIQUE)", "INSERT INTO fault VALUES (1), (2), (1)"],
    "or fail": ["CREATE TABLE fault (a UNIQUE)", "INSERT OR FAIL INTO fault VALUES (1), (2), (1)"],
    "or rollback": ["CREATE TABLE fault (a UNIQUE)", "INSERT INTO fault VALUES (1)",
                    "INSERT OR ROLLBACK INTO fault VALUES (2), (1)"],
    "raise abort": ["CREATE TABLE fault (a)",
                    "CREATE TRIGGER faulty BEFORE INSERT ON fault BEGIN SELECT RAISE(ABORT, 'no; END'); END",
                    "INSERT INTO fault VALUES (1)"],
    "raise rollback": ["CREATE TABLE fault (a)",
                       "CREATE TRIGGER faulty AFTER INSERT ON fault BEGIN SELECT RAISE(ROLLBACK, 'no; END'); END",
                       "INSERT INTO fault VALUES (1)"],
    "unclosed begin": ["BEGIN", "CREATE TABLE fault (a)"],
    "unclosed savepoint": ["SAVEPOINT fault", "CREATE TABLE fault (a)"],
    "commit": ["CREATE TABLE fault (a)", "COMMIT"],
    "commit twice": ["BEGIN", "CREATE TABLE fault (a)", "COMMIT", "END"],
    "rollback": ["CREATE TABLE fault (a)", "ROLLBACK"],
    "release": ["CREATE TABLE fault (a)", "RELEASE no_such_savepoint"],
    "rollback to": ["CREATE TABLE fault (a)", "ROLLBACK TO no_such_savepoint"],
}


def with_fault(script, rng):
    """(kind, text): the script with a failing statement at a random place, or None when it is committed in
    parts. Whether it really fails is for the oracle to say."""
    place = script.body()
    if place is None or "vacuum" in script.features:
        return None
    kind = rng.choice(sorted(FAULTS))
    at = rng.randint(*place)
    fault = [Statement(sql) for sql in FAULTS[kind]]
    return kind, render(script.statements[:at] + fault + script.statements[at:], rng)
