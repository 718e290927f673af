"""Random SQL statements that are valid for the database as it is.

A Writer has a scratch database. Every statement it writes is run there at once, and dropped when plain
SQLite refuses it, so what follows can look at the real schema instead of a model of it. `optional`
is for one statement that may be refused, `required` for one that others build on: a refusal there ends
the script (Discard) and the generator starts it again.

`operations.py` has the longer operations: rebuilds, virtual tables, transactions.
"""
import re
import sqlite3
from dataclasses import dataclass, field

ODD_NAMES = ["order", "sp ace", 'quo"te', "naïve", "таблица", "semi;colon", "it's", "begin", "-- dash",
             "per.iod", "Case", "end", "日本"]
TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "VARCHAR(20)", "INT", "", "DECIMAL(10, 2)", "BOOLEAN"]
STRICT_TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "ANY", "INT"]
TEXTS = ["plain", "semi;colon", "it''s", "-- no comment", "/* nor this */", "BEGIN; COMMIT;", "two\nlines",
         "ünïcode ☃", "", "END;", "a\"b", "[x]", "%_", "0"]


class Discard(Exception):
    """The script being written cannot go on."""


@dataclass
class Statement:
    sql: str
    outside: bool = False  # it may have to run outside of a transaction: see Script.splits


@dataclass
class Table:
    name: str
    sql: str
    without_rowid: bool
    strict: bool
    columns: list = field(default_factory=list)  # rows of table_xinfo: cid, name, type, notnull, default, pk, hidden

    def writable(self):
        return [c for c in self.columns if c[6] == 0]

    def key(self):
        return [c[1] for c in self.columns if c[5]]


class Writer:
    def __init__(self, rng, con, serial):
        self.rng, self.con, self.serial = rng, con, serial
        self.statements, self.features, self._tables = [], set(), None

    # writing

    def optional(self, sql, outside=False):
        try:
            self.con.execute(sql).fetchall()
        except sqlite3.Error:
            self._tables = None
            return False
        if not re.match(r"(?i)(insert|update|delete|select|replace|with)\b", sql):
            self._tables = None
        self.statements.append(Statement(sql, outside))
        return True

    def required(self, sql, outside=False):
        if not self.optional(sql, outside):
            raise Discard(sql)

    def pragma(self, text, outside=True):
        self.required("PRAGMA " + text, outside)

    @property
    def in_transaction(self):
        return self.con.in_transaction

    # reading the scratch database

    def tables(self):
        if self._tables is None:
            self._tables = []
            for name, wr, strict, sql in self.con.execute(
                    """SELECT l.name, l.wr, l.strict, s.sql
                       FROM pragma_table_list AS l JOIN main.sqlite_schema AS s USING (name)
                       WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite_%'
                       ORDER BY s.rowid""").fetchall():
                table = Table(name, sql, bool(wr), bool(strict))
                table.columns = self.con.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
                self._tables.append(table)
        return self._tables

    def a_table(self):
        tables = self.tables()
        if not tables:
            create_table(self)
            tables = self.tables()
        if not tables:
            raise Discard("no table")
        return self.rng.choice(tables)

    def objects(self, kind, name_like="%"):
        return self.con.execute("""SELECT name, sql FROM main.sqlite_schema
                                   WHERE type = ? AND sql NOT NULL AND name LIKE ? ORDER BY rowid""",
                                (kind, name_like)).fetchall()

    # names and values

    def number(self):
        self.serial[0] += 1
        return self.serial[0]

    def new_name(self, prefix):
        if self.rng.random() < 0.25:
            return f"{self.rng.choice(ODD_NAMES)} {prefix}{self.number()}"
        return f"{prefix}_{self.number()}"

    def name(self, name):
        """The name, quoted in one of SQLite's four ways, or bare where that is possible."""
        if re.fullmatch(r"[a-z]+(_+[a-z]+)*_\d+", name) and self.rng.random() < 0.7:
            return name
        styles = ['"' + name.replace('"', '""') + '"', "`" + name + "`"]
        if "]" not in name:
            styles.append("[" + name + "]")
        return self.rng.choice(styles)

    def names(self, names):
        return ", ".join(self.name(n) for n in names)

    def value(self, type_, unique=False, strict=False):
        rng, n = self.rng, self.number()
        if strict and type_ == "ANY":
            type_ = rng.choice(["INTEGER", "TEXT", "BLOB"])
        family = type_.split("(")[0].upper()
        if not unique and not strict and rng.random() < 0.1:
            family = rng.choice(["INTEGER", "TEXT", "BLOB", "REAL"])  # SQLite lets any type in
        if family in ("INTEGER", "INT", "BOOLEAN"):
            return str(n) if unique else rng.choice([str(n), "0", "-1", str(2 ** 62), "1"])
        if family in ("REAL", "DECIMAL", "NUMERIC"):
            return f"{n}.5" if unique else rng.choice([f"{n}.25", "1e10", "-0.5", "3.0"])
        if family == "BLOB":
            return f"x'{n:08x}'"
        text = rng.choice(TEXTS)
        return f"'{text}{n}'" if unique or rng.random() < 0.5 else f"'{text}'"

    def literal(self, column, table):
        """A value for a column; unique where the column is a key."""
        if not column[3] and not column[5] and self.rng.random() < 0.1:
            return "NULL"
        return self.value(column[2], unique=bool(column[5]) or self.rng.random() < 0.3, strict=table.strict)

    def log_table(self):
        """A table that triggers write to."""
        if not any(t.name == "trigger_log" for t in self.tables()):
            self.required("CREATE TABLE trigger_log (id INTEGER PRIMARY KEY, what TEXT, n)")
        return "trigger_log"


# tables

def column_definition(w, strict, generated_from):
    rng = w.rng
    name = w.new_name("c")
    type_ = rng.choice(STRICT_TYPES if strict else TYPES)
    parts = [w.name(name), type_]
    if generated_from and rng.random() < 0.1:
        source = w.name(rng.choice(generated_from))
        parts.append(f"GENERATED ALWAYS AS (length({source}) + 1) {rng.choice(['VIRTUAL', 'STORED'])}"
                     if not strict or type_ in ("INTEGER", "INT", "ANY") else "")
        return name, " ".join(p for p in parts if p)
    if rng.random() < 0.2:
        parts.append("NOT NULL DEFAULT " + w.value(type_, strict=strict))
    elif rng.random() < 0.15:
        parts.append("DEFAULT " + (w.value(type_, strict=strict) if strict else
                                   rng.choice([w.value(type_), "(1 + 2)", "NULL", "('x;' || 'y')", "-5"])))
    if rng.random() < 0.12:
        parts.append(f"CHECK ({w.name(name)} IS NULL OR {w.name(name)} <> 'forbidden; value')")
    if rng.random() < 0.12:
        parts.append("COLLATE " + rng.choice(["NOCASE", "RTRIM", "BINARY"]))
    if rng.random() < 0.08:
        parts.append("UNIQUE" + rng.choice(["", " ON CONFLICT IGNORE", " ON CONFLICT REPLACE"]))
    return name, " ".join(p for p in parts if p)


def create_table(w, name=None):
    rng = w.rng
    name = name or w.new_name("t")
    strict, without_rowid = rng.random() < 0.15, rng.random() < 0.12
    key = w.new_name("id")
    parents = [t for t in w.tables() if len(t.key()) == 1]
    if without_rowid:
        definitions = [f"{w.name(key)} {rng.choice(['TEXT', 'INTEGER'])} PRIMARY KEY NOT NULL"]
    else:
        definitions = [rng.choice([f"{w.name(key)} INTEGER PRIMARY KEY", f"{w.name(key)} TEXT PRIMARY KEY",
                                   f"{w.name(key)} INTEGER PRIMARY KEY AUTOINCREMENT",
                                   f"{w.name(key)} INTEGER NOT NULL PRIMARY KEY", f"{w.name(key)} TEXT"])]
    columns = [key]
    for _ in range(rng.randint(1, 5)):
        column, definition = column_definition(w, strict, columns)
        columns.append(column)
        definitions.append(definition)
    actions = ["", " ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", " ON DELETE RESTRICT",
               " DEFERRABLE INITIALLY DEFERRED", " ON UPDATE NO ACTION ON DELETE SET DEFAULT"]
    if parents and rng.random() < 0.5:
        parent = rng.choice(parents)
        reference = f"REFERENCES {w.name(parent.name)}({w.names(parent.key())}){rng.choice(actions)}"
        child = w.new_name("parent")
        definitions.append(f"{w.name(child)} {'INTEGER ' if strict else ''}{reference}")
        columns.append(child)
        if rng.random() < 0.3:
            definitions.append(f"FOREIGN KEY ({w.name(columns[1])}) {reference}")
    if rng.random() < 0.15:
        definitions.append(f"CONSTRAINT {w.name(w.new_name('k'))} CHECK (length({w.name(columns[1])}) < 99999)")
    options = ", ".join(o for o, on in (("WITHOUT ROWID", without_rowid), ("STRICT", strict)) if on)
    separator = rng.choice([", ", ",\n    ", ", -- a column; really\n  "])
    exists = rng.choice(["", "", "IF NOT EXISTS "])
    w.optional(f"CREATE TABLE {exists}{w.name(name)} ({separator.join(definitions)}) {options}".rstrip())


def create_table_as(w):
    source = w.a_table()
    w.optional(f"CREATE TABLE {w.name(w.new_name('t'))} AS SELECT * FROM {w.name(source.name)}")


def add_column(w):
    table = w.a_table()
    _, definition = column_definition(w, table.strict, [])
    w.optional(f"ALTER TABLE {w.name(table.name)} ADD {w.rng.choice(['COLUMN ', ''])}{definition}")


def rename_column(w):
    table = w.a_table()
    old = w.rng.choice(table.columns)[1]
    w.optional(f"ALTER TABLE {w.name(table.name)} RENAME COLUMN {w.name(old)} TO {w.name(w.new_name('c'))}")


def rename_table(w):
    w.optional(f"ALTER TABLE {w.name(w.a_table().name)} RENAME TO {w.name(w.new_name('t'))}")


def drop_column(w):
    table = w.a_table()
    if len(table.columns) > 2:
        w.optional(f"ALTER TABLE {w.name(table.name)} DROP COLUMN {w.name(w.rng.choice(table.columns)[1])}")


def drop_table(w):
    if len(w.tables()) < 3:
        return
    table = w.a_table()
    for view, sql in w.objects("view"):
        if table.name in sql:
            w.required(f"DROP VIEW {w.name(view)}")
    w.features.add("drop")
    w.optional(f"DROP TABLE {w.rng.choice(['', 'IF EXISTS '])}{w.name(table.name)}")


def drop_other(w):
    kind = w.rng.choice(["index", "view", "trigger"])
    found = w.objects(kind)
    if found:
        if kind == "index":
            w.features.add("drop")
        w.optional(f"DROP {kind.upper()} {w.name(w.rng.choice(found)[0])}")
    else:
        w.optional(f"DROP {kind.upper()} IF EXISTS no_such_thing")


def create_index(w):
    table = w.a_table()
    columns = w.rng.sample(table.columns, min(len(table.columns), w.rng.randint(1, 2)))
    terms = [w.rng.choice(["{}", "{} DESC", "lower({})", "{} COLLATE NOCASE", "length({}) + 1"])
             .format(w.name(c[1])) for c in columns]
    where = w.rng.choice(["", "", f" WHERE {w.name(columns[0][1])} IS NOT NULL"])
    unique = "UNIQUE " if w.rng.random() < 0.15 else ""
    w.optional(f"CREATE {unique}INDEX {w.name(w.new_name('i'))} ON {w.name(table.name)} ({', '.join(terms)}){where}")


def create_view(w):
    table = w.a_table()
    column = w.name(table.columns[-1][1])
    body = w.rng.choice([
        f"SELECT * FROM {w.name(table.name)}",
        f"SELECT count(*) AS n, CASE WHEN count(*) > 1 THEN 'many; rows' ELSE 'few' END AS size FROM {w.name(table.name)}",
        f"WITH a AS (SELECT {column} AS v FROM {w.name(table.name)}) SELECT v, count(*) AS n FROM a GROUP BY v"])
    view = w.new_name("v")
    if w.optional(f"CREATE VIEW {w.name(view)} AS {body}") and "count" not in body and w.rng.random() < 0.5:
        w.optional(f"CREATE TRIGGER {w.name(w.new_name('g'))} INSTEAD OF DELETE ON {w.name(view)} BEGIN "
                   f"INSERT INTO {w.log_table()}(what) VALUES ('instead; of'); END")


def create_trigger(w):
    rng, table, log = w.rng, w.a_table(), w.log_table()
    if table.name == log:
        return
    column = rng.choice(table.columns)[1]
    event = rng.choice(["INSERT", "UPDATE", "DELETE", f"UPDATE OF {w.name(column)}"])
    row = "OLD" if event == "DELETE" else "NEW"
    when = rng.choice(["", f"WHEN {row}.{w.name(column)} IS NOT NULL ",
                       f"WHEN CASE {row}.{w.name(column)} WHEN 1 THEN 0 ELSE 1 END "])
    bodies = [f"INSERT INTO {log}(what, n) VALUES ('a;b', {row}.{w.name(column)});",
              f"INSERT INTO {log}(what, n) SELECT CASE WHEN {row}.{w.name(column)} > 3 THEN 'big; END;' ELSE 'small' END, 1;",
              f"SELECT RAISE(ABORT, 'no; END') WHERE {row}.{w.name(column)} = 'forbidden;';",
              f"SELECT CASE WHEN {row}.{w.name(column)} = 'never;' THEN RAISE(ROLLBACK, 'x') END;",
              f"UPDATE {log} SET n = coalesce(n, 0) + 1 WHERE what = 'a;b'; -- END; of it\n",
              f"/* END; */ DELETE FROM {log} WHERE what = 'old;';"]
    w.optional(f"CREATE TRIGGER {w.name(w.new_name('g'))} {rng.choice(['BEFORE', 'AFTER', ''])} {event} ON {w.name(table.name)} "
               f"{rng.choice(['', 'FOR EACH ROW '])}{when}BEGIN {' '.join(rng.sample(bodies, rng.randint(1, 3)))} END")


# rows

def insert(w):
    rng, table = w.rng, w.a_table()
    columns = [c for c in table.writable() if c[3] or c[5] or rng.random() < 0.8] or table.writable()[:1]
    verb = rng.choice(["INSERT INTO", "INSERT INTO", "INSERT OR IGNORE INTO", "INSERT OR REPLACE INTO", "REPLACE INTO",
                       "INSERT OR ABORT INTO"])
    rows = ", ".join("(" + ", ".join(w.literal(c, table) for c in columns) + ")" for _ in range(rng.randint(1, 4)))
    tail = rng.choice(["", "", "", " RETURNING *", " RETURNING 1"])
    done = w.optional(
        f"{verb} {w.name(table.name)} ({w.names(c[1] for c in columns)}) VALUES {rows}{tail}")
    if done and rng.random() < 0.15:
        w.optional(f"INSERT INTO {w.log_table()}(what, n) VALUES ('rowid', last_insert_rowid())")


def insert_many(w):
    table = w.a_table()
    columns = table.writable()
    start = w.number() * 1000
    values = ", ".join(f"'row;' || n" if c[2] in ("TEXT", "", "VARCHAR(20)") else "CAST(n AS BLOB)" if c[2] == "BLOB" else "n"
                       for c in columns)
    w.optional(f"WITH RECURSIVE c(n) AS (VALUES({start}) UNION ALL SELECT n + 1 FROM c WHERE n < {start + w.rng.randint(3, 120)}) "
               f"INSERT INTO {w.name(table.name)} ({w.names(c[1] for c in columns)}) SELECT {values} FROM c")


def update(w):
    rng, table = w.rng, w.a_table()
    column = rng.choice(table.writable())
    other = w.name(rng.choice(table.columns)[1])
    where = rng.choice(["", f" WHERE {other} IS NOT NULL", f" WHERE {other} > 1", f" WHERE {other} LIKE '%;%'"])
    done = w.optional(f"UPDATE {rng.choice(['', '', 'OR IGNORE ', 'OR REPLACE '])}{w.name(table.name)} "
                      f"SET {w.name(column[1])} = {w.literal(column, table)}{where}")
    if done and rng.random() < 0.15:
        w.optional(f"INSERT INTO {w.log_table()}(what, n) VALUES ('changed', changes())")


def delete(w):
    table = w.a_table()
    other = w.name(w.rng.choice(table.columns)[1])
    w.optional(f"DELETE FROM {w.name(table.name)} WHERE {w.rng.choice([other + ' > 100', other + ' IS NULL', f'length({other}) % 3 = 1', '1'])}"
               if w.rng.random() < 0.9 else f"DELETE FROM {w.name(table.name)}")


def upsert(w):
    table = w.a_table()
    key, others = table.key(), [c for c in table.writable() if not c[5]]
    if len(key) != 1 or not others:
        return
    present = w.con.execute(f"SELECT quote({quoted(key[0])}) FROM {quoted(table.name)} LIMIT 1").fetchone()
    columns = [c for c in table.writable() if c[1] == key[0]] + others
    values = [present[0] if present else w.literal(columns[0], table)] + [w.literal(c, table) for c in others]
    w.optional(f"INSERT INTO {w.name(table.name)} ({w.names(c[1] for c in columns)}) VALUES ({', '.join(values)}) "
               f"ON CONFLICT ({w.name(key[0])}) DO UPDATE SET {w.name(others[0][1])} = excluded.{w.name(others[0][1])}")


def read(w):
    table = w.a_table()
    w.optional(w.rng.choice([f"SELECT * FROM {w.name(table.name)}", "VALUES (1, 'a;b'), (2, NULL)", "SELECT 1",
                             f"EXPLAIN QUERY PLAN DELETE FROM {w.name(table.name)}",
                             f"EXPLAIN INSERT INTO {w.name(table.name)} DEFAULT VALUES"]))


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


ROWS = [(insert, 10), (insert_many, 3), (update, 5), (delete, 2), (upsert, 3), (read, 1)]
STRUCTURE = [(create_table, 8), (create_table_as, 1), (add_column, 4), (rename_column, 2), (rename_table, 2), (drop_column, 2),
             (drop_table, 2), (drop_other, 2), (create_index, 5), (create_view, 3), (create_trigger, 4)]
