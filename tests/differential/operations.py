"""Operations of several statements: table rebuilds in the styles people use, virtual tables,
transactions and savepoints of a script's own, pragmas, imports from another file.

Each takes the Writer of statements.py and writes to the script; see there for `optional` and `required`.
"""
import re

from statements import ROWS, STRUCTURE, create_table, quoted

SAVEPOINTS = ["a", "A", '"sp ace"', "[fast migrate]", "`tick`", "'string'", '"semi;colon"', "release_", '"naïve"', "fastmigrate"]


def choose(rng, weighted):
    return rng.choices([f for f, _ in weighted], [n for _, n in weighted])[0]


def some(w, low, high, share_of_structure=0.4):
    """A few short statements."""
    for _ in range(w.rng.randint(low, high)):
        choose(w.rng, STRUCTURE if w.rng.random() < share_of_structure else ROWS)(w)


# rebuilds

def renamed_definition(w, table, new_name):
    """The CREATE TABLE text of `table` under a new name, with a column more; None when it is too odd."""
    match = re.match(r"""CREATE TABLE ("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|'[^']*'|\w+)\s*\(""", table.sql)
    if not match:
        return None
    added = ""
    if w.rng.random() < 0.5:
        added = f"{w.name(w.new_name('added'))} TEXT DEFAULT 'new; column', "
    return f"CREATE TABLE {w.name(new_name)} ({added}{table.sql[match.end():]}"


def dependants(w, table):
    """The indexes and triggers of a table, which go with it, and the views that read it."""
    own = [sql for kind in ("index", "trigger") for _, sql in w.con.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = ? AND tbl_name = ? COLLATE NOCASE AND sql NOT NULL",
        (kind, table.name)).fetchall()]
    views = [(name, sql) for name, sql in w.objects("view") if table.name in sql]
    return own, views


def copy_rows(w, table, target, source=None):
    columns = w.names(c[1] for c in table.writable())
    w.required(f"INSERT INTO {w.name(target)} ({columns}) SELECT {columns} FROM {w.name(source or table.name)}")


def new_and_rename(w, table, temporary_name):
    """CREATE new, copy, DROP old, RENAME new: SQLite's own procedure, Django's, Rails'."""
    definition = renamed_definition(w, table, temporary_name)
    if definition is None:
        return
    own, views = dependants(w, table)
    legacy = w.rng.random() < 0.3
    if legacy:
        w.pragma("legacy_alter_table=ON", outside=False)
    else:
        for view, _ in views:
            w.required(f"DROP VIEW {w.name(view)}")
    w.required(definition)
    copy_rows(w, table, temporary_name)
    w.required(f"DROP TABLE {w.name(table.name)}")
    w.required(f"ALTER TABLE {w.name(temporary_name)} RENAME TO {w.name(table.name)}")
    if legacy:
        w.pragma("legacy_alter_table=OFF", outside=False)
    for sql in own + ([] if legacy else [sql for _, sql in views]):
        w.optional(sql)


def rename_first(w, table):
    """RENAME old away, CREATE again, copy, DROP: references in other tables follow the rename."""
    definition = renamed_definition(w, table, table.name)
    if definition is None:
        return
    old = f"_{table.name}_old_{w.number()}"
    own, _ = dependants(w, table)
    w.required(f"ALTER TABLE {w.name(table.name)} RENAME TO {w.name(old)}")
    w.required(definition)
    copy_rows(w, table, table.name, old)
    w.required(f"DROP TABLE {w.name(old)}")
    for sql in own:
        w.optional(sql)


def through_temporary(w, table):
    """The way of the SQLite FAQ: rows go to a temporary table and come back."""
    definition = renamed_definition(w, table, table.name)
    if definition is None:
        return
    backup = f"backup_{w.number()}"
    columns = w.names(c[1] for c in table.writable())
    w.required(f"CREATE TEMPORARY TABLE {backup} AS SELECT {columns} FROM {w.name(table.name)}")
    w.required(f"DROP TABLE {w.name(table.name)}")
    w.required(definition)
    w.required(f"INSERT INTO {w.name(table.name)} ({columns}) SELECT * FROM {backup}")
    w.required(f"DROP TABLE {backup}")


def rebuild(w):
    rng, table = w.rng, w.a_table()
    if any(c[6] for c in table.columns) and rng.random() < 0.5:
        return
    w.features.add("drop")
    pragma, begin = not w.in_transaction and rng.random() < 0.5, not w.in_transaction and rng.random() < 0.6
    if pragma:
        w.pragma(rng.choice(["foreign_keys=OFF", "foreign_keys = 0", "foreign_keys(off)"]))
    if begin:
        w.required(rng.choice(["BEGIN", "BEGIN TRANSACTION", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE TRANSACTION"]))
    style = rng.choice(["new", "django", "rename first", "temporary"])
    if style == "new":
        new_and_rename(w, table, f"new_{table.name}_{w.number()}")
    elif style == "django":
        new_and_rename(w, table, f"new__{w.number()}")
    elif style == "rename first":
        rename_first(w, table)
    else:
        through_temporary(w, table)
    if rng.random() < 0.4:
        w.required("PRAGMA foreign_key_check")
    if begin:
        w.required(rng.choice(["COMMIT", "END", "END TRANSACTION", "COMMIT TRANSACTION"]))
    if pragma and rng.random() < 0.9:
        w.pragma("foreign_keys=ON")


# virtual tables

def full_text(w):
    """FTS5: on its own, or over another table's rows and kept by triggers."""
    rng, name = w.rng, f"fts_{w.number()}"
    table = w.a_table()
    texts = [c[1] for c in table.writable() if c[2] in ("TEXT", "VARCHAR(20)", "")]
    keys = table.key()
    if rng.random() < 0.5 or not texts or len(keys) != 1 or table.without_rowid:
        w.optional(f"CREATE VIRTUAL TABLE {name} USING fts5(title, body, {rng.choice(['prefix=2', 'detail=column', 'tokenize=porter'])})")
        w.optional(f"INSERT INTO {name}(rowid, title, body) VALUES (7, 'semi;colon here', 'the quick END; fox')")
        w.optional(f"UPDATE {name} SET body = 'other words' WHERE {name} MATCH 'quick'")
        return
    key, text = w.name(keys[0]), w.name(texts[0])
    if '"' in texts[0] + table.name or "'" in texts[0] + table.name + keys[0]:
        return
    if not w.optional(f"CREATE VIRTUAL TABLE {name} USING fts5({quoted(texts[0])}, content='{table.name}', content_rowid='{keys[0]}')"):
        return
    w.optional(f"CREATE TRIGGER {name}_ai AFTER INSERT ON {w.name(table.name)} BEGIN\n"
               f"  INSERT INTO {name}(rowid, {text}) VALUES (new.{key}, new.{text});\nEND")
    w.optional(f"CREATE TRIGGER {name}_ad AFTER DELETE ON {w.name(table.name)} BEGIN\n"
               f"  INSERT INTO {name}({name}, rowid, {text}) VALUES ('delete', old.{key}, old.{text});\nEND")
    w.optional(f"INSERT INTO {name}({name}) VALUES ('rebuild')")


def full_text_rows(w):
    names = [name for name, sql in w.objects("table", "fts_%") if "fts5(title, body" in sql]
    if names:
        name = w.rng.choice(names)
        w.optional(w.rng.choice([
            f"INSERT INTO {name}(title, body) VALUES ('word{w.number()} two', 'many; words -- here')",
            f"DELETE FROM {name} WHERE {name} MATCH 'word*'",
            f"INSERT INTO {name}({name}) VALUES ('optimize')"]))
    else:
        full_text(w)


def spatial(w):
    name = f"rtree_{w.number()}"
    if w.optional(f"CREATE VIRTUAL TABLE {name} USING rtree(id, min_x, max_x, min_y, max_y)"):
        w.optional(f"INSERT INTO {name} VALUES (1, 0, 1, 0, 1), ({w.number()}, -5.5, 3, 2, 8)")
        w.optional(f"DELETE FROM {name} WHERE max_x > 2 AND id > 100")


def drop_virtual(w):
    found = w.objects("table", "fts_%") + w.objects("table", "rtree_%")
    found = [name for name, sql in found if sql.startswith("CREATE VIRTUAL")]
    if found:
        w.features.add("drop")
        w.optional(f"DROP TABLE {w.rng.choice(found)}")


# transactions of the script's own

def transaction(w):
    rng = w.rng
    if w.in_transaction:
        return savepoint(w)
    w.required(rng.choice(["BEGIN", "BEGIN TRANSACTION", "begin deferred", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"]))
    if rng.random() < 0.1:
        w.required(f"PRAGMA foreign_keys={rng.choice(['ON', 'OFF'])}")  # ignored in a transaction
    some(w, 1, 4)
    if rng.random() < 0.3:
        savepoint(w)
    if rng.random() < 0.2:
        w.required(f"SAVEPOINT {rng.choice(SAVEPOINTS)}")  # ends with the transaction
        some(w, 0, 2)
    w.required(rng.choice(["COMMIT", "END", "COMMIT TRANSACTION", "END TRANSACTION", "ROLLBACK", "ROLLBACK TRANSACTION"]))


def savepoint(w):
    rng = w.rng
    outermost = not w.in_transaction
    name = rng.choice(SAVEPOINTS)
    w.required(f"SAVEPOINT {name}")
    some(w, 0, 3)
    if rng.random() < 0.3:
        inner = rng.choice([name, rng.choice(SAVEPOINTS)])
        w.required(f"SAVEPOINT {inner}")
        some(w, 0, 2)
        if rng.random() < 0.5:
            w.required(f"ROLLBACK TO {inner}")
        if rng.random() < 0.5:
            w.required(f"RELEASE SAVEPOINT {inner}")
    if rng.random() < 0.4:
        w.required(f"ROLLBACK {rng.choice(['', 'TRANSACTION '])}TO {rng.choice(['', 'SAVEPOINT '])}{name}")
        some(w, 0, 2)
    if outermost and rng.random() < 0.25:
        w.required(rng.choice(["COMMIT", "ROLLBACK"]))  # a savepoint outside of BEGIN is a transaction, too
        return
    w.required(f"RELEASE {rng.choice(['', 'SAVEPOINT '])}{name}")
    while outermost and w.in_transaction:  # two of the same name
        w.required(f"RELEASE {name}")


# the rest

def inside_pragma(w):
    rng = w.rng
    w.required("PRAGMA " + rng.choice([
        f"user_version={rng.randint(-5, 10 ** 6)}", f"main.user_version = {rng.randint(0, 9)}",
        f"application_id={rng.randint(0, 10 ** 6)}", "foreign_key_check", "integrity_check", "quick_check",
        "table_info(sqlite_schema)", "foreign_keys", "journal_mode", "user_version", "optimize"]))


def connection_setting(w):
    rng = w.rng
    w.pragma(rng.choice([
        "recursive_triggers=ON", "recursive_triggers=OFF", "legacy_alter_table=ON", "legacy_alter_table=OFF",
        "cache_size=-4000", "cache_size = 500", "defer_foreign_keys=ON", "cache_spill=OFF", "temp_store=MEMORY",
        "ignore_check_constraints=ON", "reverse_unordered_selects=ON", "secure_delete=OFF", "automatic_index=OFF",
        "busy_timeout=1234", "checkpoint_fullfsync=ON", "trusted_schema=OFF", "cell_size_check=ON", "read_uncommitted=ON",
        "analysis_limit=100", "wal_autocheckpoint=500", "journal_size_limit=100000", "writable_schema=OFF"]), outside=False)


def outside_setting(w):
    if w.in_transaction:
        return
    rng = w.rng
    choice = rng.choice(["foreign_keys=ON", "foreign_keys=OFF", "synchronous=NORMAL", "synchronous=OFF", "synchronous = 2",
                         "journal_mode=WAL", "journal_mode = wal", "journal_mode=DELETE", "journal_mode=TRUNCATE", "wal_checkpoint"])
    if choice in ("journal_mode=DELETE", "journal_mode=TRUNCATE"):
        w.features.add("leave wal")
    if "journal_mode" in choice:
        w.features.add("journal_mode")
    w.pragma(choice)


def vacuum(w):
    if w.in_transaction:
        return
    if w.rng.random() < 0.3:
        w.features.add("layout")
        w.pragma(w.rng.choice(["page_size=1024", "page_size=8192", "auto_vacuum=FULL", "auto_vacuum=INCREMENTAL", "auto_vacuum=NONE"]))
    w.features.add("vacuum")
    w.required(w.rng.choice(["VACUUM", "vacuum main", "VACUUM"]), outside=True)


def import_from(w, path):
    """ATTACH, read, DETACH."""
    if w.in_transaction:
        return
    schema = w.rng.choice(["other", '"odd; name"', "[import]"])
    w.features.add("detach")
    w.required(f"ATTACH {w.rng.choice(['DATABASE ', ''])}'{path}' AS {schema}", outside=True)
    table = w.new_name("imported")
    w.required(f"CREATE TABLE {w.name(table)} (id INTEGER PRIMARY KEY, body TEXT)")
    w.required(f"INSERT INTO {w.name(table)} SELECT id, body FROM {schema}.source WHERE id % {w.rng.randint(1, 3)} = 0")
    w.required(f"DETACH {w.rng.choice(['DATABASE ', ''])}{schema}", outside=True)


def maintenance(w):
    w.optional(w.rng.choice(["ANALYZE", "REINDEX", "ANALYZE main", "REINDEX NOCASE"]))


def edit_schema(w):
    """What the manual calls dangerous and some applications do all the same."""
    if w.in_transaction:
        return
    w.pragma("writable_schema=ON", outside=False)
    w.required("UPDATE sqlite_schema SET sql = replace(sql, ' NOCASE', ' nocase') WHERE type = 'table' AND name = "
               f"'{w.log_table()}'")
    w.pragma("writable_schema=RESET", outside=False)


def first_layout(w):
    """What must be set before the first table."""
    w.features.add("layout")
    w.pragma(w.rng.choice(["page_size=1024", "page_size=16384", "auto_vacuum=FULL", "auto_vacuum=INCREMENTAL",
                           "encoding='UTF-8'"]))


LONG = [(rebuild, 8), (full_text, 2), (full_text_rows, 2), (spatial, 1), (drop_virtual, 1), (transaction, 6), (savepoint, 5),
        (inside_pragma, 5), (connection_setting, 4), (maintenance, 2), (create_table, 3), (edit_schema, 0.3)]
OUTSIDE = [(outside_setting, 5), (vacuum, 1)]
OUTSIDE_IN_MEMORY = [(outside_setting, 5)]
