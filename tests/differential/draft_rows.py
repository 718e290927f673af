"""Rows for the test of drafts: put into every table, read back, and compared across a migration.

`fill` inserts rows; `held_rows` reads what the tables hold; `lost_rows` says what of it is gone.
`schema_facts` is a schema as SQLite's pragmas tell it, without a line of fastmigrate.
"""
import contextlib
import functools
import re
import sqlite3
from collections import Counter
from dataclasses import dataclass

from state import OWN_TABLES, connect
from statements import quoted

ROWS_PER_TABLE = 6
ROWID_NAMES = ("rowid", "_rowid_", "oid")
WITH_ROWS = ("fts3", "fts4", "fts5", "rtree", "rtree_i32")  # modules whose tables hold rows
TOOL_RECORDS = ("schema_migrations", "ar_internal_metadata")  # are no difference
ODD_VALUES = ["text; 3", 3.5, b"\x03\xff", 3]


@dataclass
class Table:
    name: str
    sql: str
    module: str          # of a virtual table, else ""
    without_rowid: bool
    strict: bool
    info: list           # rows of table_xinfo: cid, name, type, notnull, default, pk, hidden
    integer_key: str     # the column that is the rowid, in small letters, or None
    rowid: str           # a name for the rowid, or None

    def ordinary(self):
        return [c for c in self.info if c[6] == 0]

    def content(self):
        """What an option content= of a full-text table says; None without."""
        match = self.module.startswith("fts") and re.search(r"(?i)\bcontent\s*=\s*([^,)]*)", self.sql)
        return match[1].strip().strip("\"'`[]") if match else None

    def holds_rows(self):
        return not self.module or self.module in WITH_ROWS and self.content() is None


@functools.cache
def made_by(sql):
    """The tables that a virtual table makes for itself, in small letters; None when it cannot be made alone."""
    with contextlib.closing(connect(":memory:")) as con:
        try:
            con.execute(sql)
        except sqlite3.Error:
            return None
        return {name.lower() for name, in con.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")}


def shadow_tables(listed):
    """The tables of modules, in small letters. SQLite goes by the name alone, which the user's may have too."""
    virtual = [(name.lower(), sql) for name, kind, _, _, sql in listed if kind == "virtual"]
    alone = [made_by(sql) for _, sql in virtual]
    contents = " ".join(sql.lower() for (_, sql), made in zip(virtual, alone) if made is None)
    shadows = set().union(*(made for made in alone if made))
    for name, kind, _, _, sql in listed:
        made_later = sql.endswith("(id INTEGER PRIMARY KEY, value BLOB)")  # what FTS3 makes when it merges
        unknown = contents and not re.search(r"content\s*=\s*['\"]?" + re.escape(name.lower()), contents)
        if kind == "shadow" and (made_later or unknown):
            shadows.add(name.lower())
    return shadows


def tables_of(con):
    """The tables that hold the user's rows, also those that SQLite takes for shadow tables."""
    listed = con.execute("""SELECT l.name, l.type, l.wr, l.strict, s.sql
                            FROM pragma_table_list AS l JOIN main.sqlite_schema AS s USING (name)
                            WHERE l.schema = 'main' AND s.type = 'table' ORDER BY s.rowid""").fetchall()
    shadows = shadow_tables(listed)
    return [table_of(con, name, wr, strict, sql) for name, kind, wr, strict, sql in listed
            if name not in OWN_TABLES and not name.startswith("sqlite_")
            and name.lower() not in shadows]


def table_of(con, name, without_rowid, strict, sql):
    info = con.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
    module = re.search(r"(?i)^CREATE\s+VIRTUAL\b.*?\bUSING\s+\W?(\w+)", sql or "", re.DOTALL)
    taken = {c[1].lower() for c in info}
    key = [c[1].lower() for c in info if c[5]]
    has_index = any(row[3] == "pk" for row in con.execute("SELECT * FROM pragma_index_list(?)", (name,)))
    return Table(name, sql or "", module[1].lower() if module else "", bool(without_rowid), bool(strict), info,
                 key[0] if len(key) == 1 and not has_index and not without_rowid and not module else None,
                 None if without_rowid else next((n for n in ROWID_NAMES if n not in taken), None))


# putting rows in

def fill(path, rows=""):
    """The statements of `rows`, then rows in every table where SQLite lets them in."""
    with contextlib.closing(connect(path)) as con:
        con.executescript(rows)
        tables = tables_of(con)
        for table in tables:
            for k in range(1, ROWS_PER_TABLE + 1):
                if table.holds_rows():
                    fill_row(con, table, k)
            if re.search(r"(?i)\bAUTOINCREMENT\b", table.sql):  # so that the counter is ahead
                attempt(con, f"DELETE FROM {quoted(table.name)} WHERE rowid = (SELECT max(rowid) FROM {quoted(table.name)})")
        for table in tables:
            if table.content():
                attempt(con, f"INSERT INTO {quoted(table.name)}({quoted(table.name)}) VALUES ('rebuild')")


def attempt(con, sql, values=()):
    """Whether the statement changed a row; a refusal is none."""
    before = con.total_changes
    try:
        con.execute(sql, values).fetchall()
    except (sqlite3.Error, OverflowError):
        return False
    return con.total_changes > before


def fill_row(con, table, k):
    """A row of values; where SQLite refuses that, one of fewer."""
    for columns in (table.ordinary(), needed(table), [c for c in table.ordinary() if c[5]]):
        names = [quoted(c[1]) for c in columns]
        values = [value(c, k, table) for c in columns]
        if table.rowid and not table.integer_key and not table.module.startswith("rtree"):
            names, values = [table.rowid] + names, [10 * k] + values
        if names and attempt(con, f"INSERT OR IGNORE INTO {quoted(table.name)} ({', '.join(names)})"
                                  f" VALUES ({', '.join('?' * len(names))})", values):
            return


def needed(table):
    return [c for c in table.ordinary() if c[5] or c[3] and c[4] is None]


def value(column, k, table):
    cid, _, type_, not_null, _, key, _ = column
    kind = type_.upper()
    if table.module.startswith("rtree"):
        return k + cid
    if table.module:
        return f"word{k} column{cid}"
    if k == 2 and not not_null and not key:
        return None
    if k == 3 and not table.strict and not key:
        return ODD_VALUES[cid % len(ODD_VALUES)]
    if "INT" in kind or kind in ("", "NUMERIC", "BOOLEAN"):
        return 3 * k
    if "CHAR" in kind or "TEXT" in kind or "CLOB" in kind or kind == "ANY":
        return f"it's; v{k}" if k == 5 else f"v{k}"
    return bytes([k, 0, 255]) if "BLOB" in kind else k + 0.25


# reading rows back

@dataclass
class Held:
    columns: dict        # name in small letters -> (type, strict), of those that hold values
    all_columns: set     # and the generated ones
    integer_key: str
    module: str
    rows: list           # (rowid or None, {column: value})
    has_counter: bool    # AUTOINCREMENT
    sequence: int        # the counter, or None


def held_rows(con):
    """{table in small letters: Held} of every table that holds rows."""
    has_sequence = con.execute("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'").fetchone()
    held = {}
    for table in tables_of(con):
        if not table.holds_rows():
            continue
        names = [c[1] for c in table.ordinary()]
        terms = ", ".join([table.rowid or "NULL"] + [quoted(n) for n in names])
        rows = con.execute(f"SELECT {terms} FROM main.{quoted(table.name)}").fetchall()
        has_counter = bool(re.search(r"(?i)\bAUTOINCREMENT\b", table.sql))
        sequence = con.execute("SELECT seq FROM main.sqlite_sequence WHERE name = ?", (table.name,)).fetchone() \
            if has_sequence and has_counter else None
        held[table.name.lower()] = Held(
            {c[1].lower(): (c[2].upper(), table.strict) for c in table.ordinary()},
            {c[1].lower() for c in table.info}, table.integer_key, table.module,
            [(row[0], dict(zip(map(str.lower, names), row[1:]))) for row in rows],
            has_counter, sequence and sequence[0])
    return held


class Stored:
    """What a column of a type makes of a value."""

    def __init__(self):
        self.con, self.tables = connect(":memory:"), {}

    def __call__(self, value_, type_, strict):
        name = self.tables.setdefault((type_, strict), f"t{len(self.tables)}")
        try:
            self.con.execute(f"CREATE TABLE IF NOT EXISTS {name} (v {type_}) {'STRICT' if strict else ''}")
            self.con.execute(f"INSERT INTO {name} VALUES (?)", (value_,))
            return self.con.execute(f"DELETE FROM {name} RETURNING v").fetchone()[0]
        except sqlite3.Error:
            return value_


STORED = Stored()


def lost_rows(before, after):
    """(table, line) for each table that has lost something of what it held."""
    return [(name, f"table {name}: {line}") for name in sorted(set(before) & set(after))
            for line in lost_of(before[name], after[name])]


def lost_of(before, after):
    common = sorted(set(before.columns) & set(after.columns))
    new_key = after.integer_key if after.integer_key != before.integer_key else None
    has_rowids = new_key is None and all(rows and rows[0][0] is not None for rows in (before.rows, after.rows))
    if new_key in common and any(row[new_key] is None for _, row in before.rows):
        common.remove(new_key)  # NULL becomes a number

    def line_of(rowid, row, columns):
        values = [STORED(row[c], *after.columns[c]) if columns[c] != after.columns[c] else row[c] for c in common]
        return repr((rowid if has_rowids else None, values))

    expected = Counter(line_of(rowid, row, before.columns) for rowid, row in before.rows)
    found = Counter(line_of(rowid, row, after.columns) for rowid, row in after.rows)
    if common and expected != found:
        yield (f"{common} were {list((expected - found).elements())[:3]},"
               f" are {list((found - expected).elements())[:3]}")
    if before.sequence is not None and after.has_counter and after.sequence != before.sequence:
        yield f"sqlite_sequence was {before.sequence}, is {after.sequence}"


def full_text_faults(con):
    """One line for each full-text table whose index does not match its content, or is empty and need not be."""
    faults = []
    for table in tables_of(con):
        name = quoted(table.name)
        if not table.module.startswith("fts") or table.module == "fts3tokenize" or table.content() == "":
            continue
        if table.module not in WITH_ROWS:
            continue
        try:
            con.execute(f"INSERT INTO {name}({name}) VALUES ('integrity-check')")
        except sqlite3.Error as error:
            faults.append(f"full-text table {table.name}: integrity-check: {error}")
        try:
            if not terms_of(con, table) and terms_rebuilt(con, table):
                faults.append(f"full-text table {table.name}: its index is empty")
        except sqlite3.Error as error:
            faults.append(f"full-text table {table.name}: {error}")
    return faults


def terms_of(con, table):
    module = "fts5vocab(main, {}, 'row')" if table.module == "fts5" else "fts4aux(main, {})"
    con.execute(f"CREATE VIRTUAL TABLE temp.draft_terms USING {module.format(quoted(table.name))}")
    try:
        return con.execute("SELECT count(*) FROM temp.draft_terms").fetchone()[0]
    finally:
        con.execute("DROP TABLE temp.draft_terms")


def terms_rebuilt(con, table):
    """What SQLite itself would index: nothing of rows without words, or of columns that are UNINDEXED."""
    name = quoted(table.name)
    con.execute("BEGIN")
    try:
        con.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
        return terms_of(con, table)
    finally:
        con.execute("ROLLBACK")


# schemas

def drop_everything(con):
    """Leaves nothing but fastmigrate's own tables."""
    own = ", ".join(f"'{name}'" for name in OWN_TABLES)
    for kind in ("trigger", "view"):
        for name, in con.execute("SELECT name FROM main.sqlite_schema WHERE type = ?", (kind,)).fetchall():
            con.execute(f"DROP {kind} {quoted(name)}")
    for condition in ("sql LIKE 'CREATE VIRTUAL%'", "name <> 'sqlite_sequence'"):
        for name, in con.execute(f"SELECT name FROM main.sqlite_schema WHERE type = 'table' AND {condition}"
                                 f" AND name NOT IN ({own})").fetchall():
            con.execute(f"DROP TABLE {quoted(name)}")
    con.execute("PRAGMA user_version=0")
    con.execute("PRAGMA application_id=0")


def refusals(empty, source):
    """The errors with which the schema of `empty` refuses the rows of `source`, as they are."""
    with contextlib.closing(connect(source)) as con:
        held, found = held_rows(con), orphans_of(con)  # an orphan of before counts anew under a new column name
    with contextlib.closing(connect(empty)) as con:
        for name, in con.execute("SELECT name FROM main.sqlite_schema WHERE type = 'trigger'").fetchall():
            con.execute(f"DROP TRIGGER {quoted(name)}")
        con.executescript("".join(f"DELETE FROM {quoted(t.name)};" for t in tables_of(con) if not t.module))
        for table in tables_of(con):
            if table.name.lower() in held and not table.module:
                found += refused_rows(con, table, held[table.name.lower()])
        return found + orphans_of(con)


def orphans_of(con):
    try:
        return [f"FOREIGN KEY constraint failed {row}" for row in con.execute("PRAGMA foreign_key_check").fetchall()]
    except sqlite3.Error as error:
        return [str(error)]


def refused_rows(con, table, held):
    columns = [c[1] for c in table.ordinary() if c[1].lower() in held.columns]
    for rowid, row in held.rows:
        names, values = [quoted(c) for c in columns], [row[c.lower()] for c in columns]
        if table.rowid and not table.integer_key and rowid is not None:
            names, values = names + [table.rowid], values + [rowid]
        if not names:
            return
        try:
            con.execute(f"INSERT OR ABORT INTO {quoted(table.name)} ({', '.join(names)})"
                        f" VALUES ({', '.join('?' * len(names))})", values)
        except sqlite3.Error as error:
            yield str(error)


def schema_facts(con):
    """{title: lines} of a schema."""
    facts = {name: [repr(con.execute(f"PRAGMA {name}").fetchone())] for name in ("user_version", "application_id")}
    for table in tables_of(con):
        if table.name in TOOL_RECORDS:
            continue
        facts[f"table {table.name.lower()}"] = [repr((table.module, table.without_rowid, table.strict,
                                                      table.integer_key))]
        facts[f"columns of {table.name.lower()}"] = [
            repr((c[1].lower(), "".join(c[2].lower().split()), bool(c[3]) or c[1].lower() == table.integer_key, c[4] is None, *c[5:]))
            for c in table.info]
        if not table.module:
            facts[f"indexes of {table.name.lower()}"] = sorted(index_facts(con, table.name))
            facts[f"keys of {table.name.lower()}"] = sorted(key_facts(con, table.name))
    for kind in ("view", "trigger", "index"):
        facts[kind] = sorted(repr((name.lower(), on.lower())) for name, on in con.execute(
            "SELECT name, tbl_name FROM main.sqlite_schema WHERE type = ? AND sql NOT NULL", (kind,)))
    return facts


def index_facts(con, table):
    for _, name, unique, origin, partial in con.execute("SELECT * FROM pragma_index_list(?)", (table,)).fetchall():
        columns = con.execute("SELECT cid, lower(name), desc, lower(coll), key FROM pragma_index_xinfo(?)", (name,))
        yield repr((name.lower() if origin == "c" else "", unique, origin, partial, columns.fetchall()))


def key_facts(con, table):
    """The foreign keys; one that names no columns of the parent means its primary key."""
    keys = {}
    for number, _, parent, here, there, on_update, on_delete, _ in con.execute(
            "SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", (table,)).fetchall():
        keys.setdefault((number, parent.lower(), on_update, on_delete), []).append((here.lower(), there and there.lower()))
    for (_, parent, on_update, on_delete), columns in keys.items():
        key = [n for n, in con.execute("SELECT lower(name) FROM pragma_table_info(?) WHERE pk ORDER BY pk", (parent,))]
        if columns[0][1] is None and len(key) == len(columns):
            columns = [(here, there) for (here, _), there in zip(columns, key)]
        yield repr((parent, columns, on_update, on_delete))
