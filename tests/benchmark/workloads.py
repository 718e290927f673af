"""The migration folders that run.py measures; the same bytes every time.

Each function writes scripts into a folder that it makes:

    small     of one to three statements: tables, columns, indexes, rows
    rows      of three INSERTs, so that one costs SQLite the same as the one before
    big       one script of many INSERTs of some 100 bytes
    long      one script of long statements: triggers, comments, INSERTs of 1,500 rows
    rebuild   one script that rebuilds a table; what makes the table is first_database()
"""

import random
import sqlite3
from pathlib import Path

WORDS = "apple bread chair dozen earth fruit grape house inbox joint knife lemon".split()


def words(source, count):
    return " ".join(source.choices(WORDS, k=count))


def write(folder, scripts):
    folder.mkdir(parents=True)
    for number, text in enumerate(scripts, 1):
        (folder / f"{number:04d}-step.sql").write_text(text)


def small(folder, count):
    source = random.Random(1)
    tables = 0
    scripts = []
    for number in range(1, count + 1):
        kind = source.choices(("table", "column", "index", "rows"), weights=(25, 15, 15, 45))[0]
        if kind == "table" or tables == 0:
            tables += 1
            parent = f" REFERENCES t{source.randint(1, tables)}(id)" if source.random() < 0.3 else ""
            text = (f"CREATE TABLE t{tables} (\n  id INTEGER PRIMARY KEY,\n  title TEXT NOT NULL,\n"
                    f"  parent_id INTEGER{parent},\n  amount NUMERIC DEFAULT 0\n);\n")
        else:
            table = f"t{source.randint(1, tables)}"
            if kind == "column":
                text = f"ALTER TABLE {table} ADD COLUMN c{number} TEXT DEFAULT 'none';\n"
            elif kind == "index":
                text = f"CREATE INDEX i{number} ON {table} (title, amount);\n"
            else:
                text = "".join(f"INSERT INTO {table} (title, amount) VALUES "
                               f"('{words(source, 3)}', {source.randrange(10000)});\n"
                               for _ in range(source.randint(1, 3)))
        scripts.append(text)
    write(folder, scripts)


def rows(folder, count):
    source = random.Random(2)
    scripts = ["".join(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, title TEXT, amount INTEGER);\n"
                       for n in range(10))]
    for number in range(2, count + 1):
        scripts.append("".join(f"INSERT INTO t{number % 10} (title, amount) VALUES "
                               f"('{words(source, 3)}', {source.randrange(10000)});\n"
                               for _ in range(3)))
    write(folder, scripts)


def big(folder, count):
    source = random.Random(3)
    texts = [words(source, 4) for _ in range(997)]
    statements = ["CREATE TABLE event (id INTEGER PRIMARY KEY, kind TEXT, amount INTEGER, body TEXT);\n"]
    statements += [f"INSERT INTO event (id, kind, amount, body) VALUES ({number}, 'kind{number % 17}', "
                   f"{source.randrange(10 ** 6)}, '{texts[number % 997]}');\n"
                   for number in range(1, count + 1)]
    write(folder, ["".join(statements)])


def long(folder, triggers=200, inserts=60):
    source = random.Random(4)
    note = "".join(f" * it's said; {words(source, 10)} -- \"so\" (\n" for _ in range(24))
    comment = f"/*\n{note} */\n"
    statements = ["CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y INTEGER);\n",
                  "CREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT, y INTEGER);\n"]
    for number in range(triggers):
        body = "".join(f"  UPDATE b SET x = 'it''s; {words(source, 4)}',  -- that's it;\n"
                       f"    y = y + OLD.y + {n} WHERE id = OLD.id + {n};\n" for n in range(40))
        statements.append(f"{comment}CREATE TRIGGER g{number} AFTER DELETE ON a WHEN OLD.id = {number}\n"
                          f"BEGIN\n{body}END;\n")
    for _ in range(inserts):
        values = ",\n".join(f"  ('{words(source, 6)}; it''s', {source.randrange(10 ** 6)})"
                            + (" /* a row; */" if n % 50 == 0 else "") for n in range(1500))
        statements.append(f"{comment}INSERT INTO a (x, y)\nVALUES\n{values};\n")
    write(folder, ["".join(statements)])


REBUILD = """\
CREATE TABLE new_item (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),
  price REAL,
  note TEXT,
  state TEXT DEFAULT 'new'
);
INSERT INTO new_item (id, name, amount, price, note) SELECT id, name, amount, price, note FROM item;
DROP TABLE item;
ALTER TABLE new_item RENAME TO item;
CREATE INDEX item_amount ON item (amount);
"""


def rebuild(folder):
    write(folder, [REBUILD])


def first_database(path: Path, count):
    """What `rebuild` needs, at version 0."""
    source = random.Random(5)
    texts = [words(source, 6) for _ in range(997)]
    db = sqlite3.connect(path)
    db.executescript("""
        PRAGMA synchronous = OFF;
        CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER, price REAL, note TEXT);
        CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
        INSERT INTO _meta (id, version) VALUES (1, 0);""")
    db.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?)",
                   ((n, f"name {n}", n % 1000, n * 0.25, texts[n % 997]) for n in range(count)))
    db.execute("CREATE INDEX item_amount ON item (amount)")
    db.commit()
    db.close()
