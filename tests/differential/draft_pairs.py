"""Pairs of schemas for draft.py, one for each kind of difference. Each is drafted there and back.

`rows` fill the first schema, `rows_back` the second; generated rows come on top. `must` and
`must_not` are patterns of the draft, `holds` are queries that give 1 after it was applied.
"""
import contextlib
import sqlite3
from dataclasses import dataclass

# In every schema, on both sides; no draft may name it.
BYSTANDER = """CREATE TABLE bystander (id INTEGER PRIMARY KEY, note TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE);
CREATE INDEX bystander_notes ON bystander (note DESC) WHERE note <> '';
CREATE VIEW bystander_view AS SELECT note FROM bystander;
CREATE TRIGGER bystander_trigger AFTER DELETE ON bystander BEGIN SELECT 1; END;
"""
REBUILD = r"(?i)\bDROP TABLE\b"
TABLE_WORK = r"(?i)\b(DROP|ALTER|CREATE) TABLE\b"


@dataclass
class Pair:
    name: str
    before: str
    after: str
    rows: str = ""
    rows_back: str = ""
    must: tuple = ()
    must_not: tuple = ()
    holds: tuple = ()
    must_back: tuple = ()
    must_not_back: tuple = ()
    holds_back: tuple = ()
    needs: str = ""      # a module


def missing(pair):
    """Why the pair cannot be used here, or None."""
    if "STRICT" in pair.before + pair.after and sqlite3.sqlite_version_info < (3, 37):
        return "SQLite has no STRICT"
    with contextlib.closing(sqlite3.connect(":memory:")) as con:
        if pair.needs and not con.execute("SELECT 1 FROM pragma_module_list WHERE name = ?", (pair.needs,)).fetchone():
            return f"SQLite has no {pair.needs}"
    return None


T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT);\n"
T_ROWS = "INSERT INTO t VALUES (1, 'one', 1), (20, 'two', NULL), (300, NULL, 3);"
P_C = """CREATE TABLE p (id INTEGER PRIMARY KEY, v{p});
CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE{c});
"""
P_C_ROWS = "INSERT INTO p (id, v) VALUES (1, 'a'), (2, 'b'); INSERT INTO c (id, p) VALUES (1, 1), (2, 2), (3, 2);"

COLUMNS = [
    Pair("column added", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c REAL);", T_ROWS,
         must=("ALTER TABLE",), must_not=(REBUILD,)),
    Pair("column added with a default", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT NOT NULL DEFAULT 'new');", T_ROWS,
         must_not=(REBUILD,), holds=("SELECT count(*) > 2 AND min(c) = 'new' AND max(c) = 'new' FROM t",)),
    Pair("column added with a default that is no constant", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT DEFAULT CURRENT_TIMESTAMP,"
         " d DEFAULT (abs(-5)));", T_ROWS, holds=("SELECT min(d) = 5 AND max(d) = 5 FROM t",)),
    Pair("column added in the middle", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, c REAL, a TEXT, b INT);", T_ROWS),
    Pair("two columns added", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c, d);", T_ROWS,
         must_not=(REBUILD,)),
    Pair("column added that refers", T + "CREATE TABLE p (id INTEGER PRIMARY KEY);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, p INT REFERENCES p(id));"
         "CREATE TABLE p (id INTEGER PRIMARY KEY);", T_ROWS, must_not=(REBUILD,)),
    Pair("column added that refers and has a default", T + "CREATE TABLE p (id INTEGER PRIMARY KEY);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, p INT DEFAULT 1 REFERENCES p(id));"
         "CREATE TABLE p (id INTEGER PRIMARY KEY);", T_ROWS + "INSERT INTO p VALUES (1)"),
    Pair("column added with CHECK", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c CHECK (c IS NULL"
         " OR c > 0));", T_ROWS),
    Pair("column added, UNIQUE", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c UNIQUE);", T_ROWS),
    Pair("column added, NOT NULL without a default", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT NOT NULL);", T_ROWS),
    Pair("column renamed", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT);", T_ROWS,
         must=("(?i)RENAME COLUMN", "(?m)^--"), must_not=(REBUILD,),
         holds=("SELECT count(*) = 2 FROM t WHERE title IN ('one', 'two')",)),
    Pair("column renamed that index, view and trigger name",
         T + "CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t;"
         "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN DELETE FROM t WHERE a = new.a; END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT); CREATE INDEX i ON t (title);"
         "CREATE VIEW v AS SELECT title FROM t;"
         "CREATE TRIGGER g AFTER UPDATE OF title ON t BEGIN DELETE FROM t WHERE title = new.title; END;", T_ROWS,
         holds=("SELECT count(*) = 2 FROM t WHERE title IN ('one', 'two')",)),
    Pair("column renamed and another added", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT, c);", T_ROWS,
         holds=("SELECT count(*) = 2 FROM t WHERE title IN ('one', 'two')",)),
    Pair("two columns of one type renamed", "CREATE TABLE t (a TEXT, b TEXT, c TEXT);",
         "CREATE TABLE t (x TEXT, y TEXT, c TEXT);", "INSERT INTO t VALUES ('a', 'b', 'c');",
         holds=("SELECT count(*) = 1 FROM t WHERE x = 'a' AND y = 'b' AND c = 'c'",)),
    Pair("columns renamed in a circle", "CREATE TABLE t (a TEXT, b TEXT, k INT);", "CREATE TABLE t (b TEXT, a TEXT, k INT);",
         "INSERT INTO t VALUES ('a', 'b', 1);"),
    Pair("column moved", T, "CREATE TABLE t (b INT, a TEXT, id INTEGER PRIMARY KEY);", T_ROWS),
    Pair("column retyped", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(80), b TEXT);", T_ROWS),
    Pair("column retyped to none", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b BLOB);", T_ROWS),
    Pair("letter case of a column", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, A TEXT, b INT);", T_ROWS),
    Pair("column dropped with its index, view and trigger",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b UNIQUE, c REFERENCES t(id), CHECK (b <> c)); CREATE INDEX i ON t (c);"
         "CREATE VIEW v AS SELECT b, c FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT new.b; END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a);", "INSERT INTO t VALUES (5, 1, 2, NULL), (7, 3, 4, 5);"),
    Pair("NOT NULL", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT);",
         rows_back="INSERT INTO t VALUES (1, 'one', 1)"),
    Pair("NOT NULL with a default", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT '', b INT);",
         "INSERT INTO t VALUES (1, 'one', 1)"),
    Pair("NOT NULL ON CONFLICT IGNORE", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL ON CONFLICT IGNORE, b INT);",
         T_ROWS),
    Pair("NOT NULL ON CONFLICT REPLACE", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'r', b INT);", T_ROWS),
    Pair("DEFAULT", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'it''s', b INT DEFAULT (1 + 1));", T_ROWS),
    Pair("COLLATE", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT);", T_ROWS),
    Pair("COLLATE under a UNIQUE", "CREATE TABLE t (a TEXT UNIQUE, b);", "CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b);",
         "INSERT INTO t VALUES ('a', 1), ('A', 2)"),
    Pair("column added, NOT NULL DEFAULT NULL", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c INT NOT NULL DEFAULT NULL);",
         T_ROWS),
    Pair("column added with defaults of all forms", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c DEFAULT -5, d DEFAULT +1.5e3,"
         " e DEFAULT x'00ff', f DEFAULT TRUE, g DEFAULT word, h DEFAULT \"two words\", i DEFAULT (1), j DEFAULT ('x'), k DEFAULT (NULL));", T_ROWS,
         holds=("SELECT count(*) > 2 FROM t WHERE c = -5 AND d = 1500 AND e = x'00ff' AND f = 1 AND g = 'word' AND h = 'two words'"
                " AND i = 1 AND j = 'x'",)),
    Pair("column renamed that CHECK, generated column and foreign key name",
         "CREATE TABLE p (k INT UNIQUE, v); CREATE TABLE t (a REFERENCES p(k), g AS (a + 1), CHECK (a <> 5), UNIQUE (a));",
         "CREATE TABLE p (kk INT UNIQUE, v); CREATE TABLE t (aa REFERENCES p(kk), g AS (aa + 1), CHECK (aa <> 5), UNIQUE (aa));",
         "INSERT INTO p VALUES (1, 'x'); INSERT INTO t (a) VALUES (1);", holds=("SELECT count(*) >= 1 FROM t JOIN p ON aa = kk",)),
    Pair("key column renamed, WITHOUT ROWID", "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID;", "CREATE TABLE t (key TEXT PRIMARY KEY, v) WITHOUT ROWID;",
         "INSERT INTO t VALUES ('x', 1)", holds=("SELECT count(*) = 1 FROM t WHERE key = 'x' AND v = 1",)),
    Pair("column renamed beside a CHECK that qualifies", "CREATE TABLE t (a TEXT, b INT, CHECK (t.b < 1000));",
         "CREATE TABLE t (title TEXT, b INT, CHECK (t.b < 1000));", "INSERT INTO t VALUES ('x', 1)", holds=("SELECT count(*) = 1 FROM t WHERE title = 'x'",)),
    Pair("column renamed in a table that is rebuilt, too", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT NOT NULL DEFAULT 0, c UNIQUE);",
         "INSERT INTO t VALUES (1, 'one', 1), (20, 'two', 2)", holds=("SELECT count(*) = 2 FROM t WHERE title IN ('one', 'two')",)),
    Pair("table and its column renamed at once", T, "CREATE TABLE things (id INTEGER PRIMARY KEY, title TEXT, b INT);", T_ROWS, must=("(?m)^--",)),
    Pair("nothing of a table stays but its name", T, "CREATE TABLE t (x REAL, y BLOB);", T_ROWS, must=("(?m)^--",)),
    Pair("NOT NULL with a default, rows have NULL", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'none', b INT);", T_ROWS),
]

CONSTRAINTS = [
    Pair("CHECK of a column", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT CHECK (b < 1000));", T_ROWS),
    Pair("CHECK of a table", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, CHECK (b IS NOT a));", T_ROWS),
    Pair("CHECK that rows break", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT CHECK (b > 1));", T_ROWS),
    Pair("CHECK that qualifies", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, CHECK (t.b < 1000 OR t.a = 'x'));",
         T_ROWS),
    Pair("CHECK that qualifies, changed", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, CHECK (t.b < 1000));",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT '', b INT, CHECK (\"t\".b < 2000));",
         "INSERT INTO t VALUES (5, 'x', 1), (9, 'y', 2)"),
    Pair("CHECK that qualifies, of a table without INTEGER PRIMARY KEY", "CREATE TABLE t (a TEXT, b INT, CHECK (t.b < 1000));",
         "CREATE TABLE t (b INT, a TEXT, CHECK (t.b < 2000));",
         "INSERT INTO t (rowid, a, b) VALUES (5, 'x', 1), (9, 'y', 2), (70, 'z', 3); DELETE FROM t WHERE rowid = 9;"),
    Pair("CHECK that qualifies, STRICT", "CREATE TABLE t (a ANY, b INT, r REAL, CHECK (t.b < 1000)) STRICT;",
         "CREATE TABLE t (b INT, a ANY, r REAL, CHECK (t.b < 2000)) STRICT;",
         "INSERT INTO t VALUES ('007', 1, 1.0), (7, 2, 0.1), ('1e3', 3, NULL), (x'31', 4, 2)"),
    Pair("CHECK that qualifies, odd types", "CREATE TABLE t (a ANY, b DECIMAL(5), c DATETIME, d BOOLEAN, e \"\", f BLOB, CHECK (t.b IS NOT 4));",
         "CREATE TABLE t (b DECIMAL(5), a ANY, c DATETIME, d BOOLEAN, e \"\", f BLOB, CHECK (t.b IS NOT 5));",
         "INSERT INTO t VALUES ('007', '1.5', '2020-01-01', 'yes', '008', '009'), (x'31', 1e99, 5.0, 1, 7, 0.1)"),
    Pair("CHECK that qualifies, with index, trigger, view and child", "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT, CHECK (t.b < 1000)); CREATE INDEX i ON t (b);"
         "CREATE VIEW v AS SELECT b FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TABLE c (t REFERENCES t(id) ON DELETE CASCADE);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT, CHECK (t.b < 2000)); CREATE INDEX i ON t (b);"
         "CREATE VIEW v AS SELECT b FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TABLE c (t REFERENCES t(id) ON DELETE CASCADE);",
         "INSERT INTO t VALUES (5, 1), (9, 2); INSERT INTO c VALUES (5), (9)", holds=("SELECT count(*) >= 2 FROM c JOIN t ON c.t = t.id",)),
    Pair("CHECK that qualifies, AUTOINCREMENT", "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b INT, CHECK (t.b < 1000));",
         "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, CHECK (t.b < 2000));",
         "INSERT INTO t VALUES (5, 1), (900, 2); DELETE FROM t WHERE id = 900;"),
    Pair("UNIQUE", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INT);", T_ROWS),
    Pair("UNIQUE of two", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, UNIQUE (a, b));", T_ROWS),
    Pair("UNIQUE that rows break", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT UNIQUE);",
         "INSERT INTO t VALUES (1, 'a', 7), (2, 'b', 7)"),
    Pair("UNIQUE ON CONFLICT IGNORE that rows break", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT UNIQUE ON CONFLICT IGNORE);",
         "INSERT INTO t VALUES (1, 'a', 7), (2, 'b', 7)"),
    Pair("UNIQUE ON CONFLICT REPLACE that rows break", T,
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, UNIQUE (b) ON CONFLICT REPLACE);",
         "INSERT INTO t VALUES (1, 'a', 7), (2, 'b', 7)"),
    Pair("foreign key", P_C.format(p="", c="").replace(" REFERENCES p(id) ON DELETE CASCADE", ""), P_C.format(p="", c=""),
         P_C_ROWS, P_C_ROWS, holds=("SELECT count(*) >= 3 FROM c",)),
    Pair("foreign key action", P_C.format(p="", c=""), P_C.format(p="", c="").replace("CASCADE", "SET NULL"), P_C_ROWS, P_C_ROWS),
    Pair("foreign key deferred", P_C.format(p="", c=""), P_C.format(p="", c=" DEFERRABLE INITIALLY DEFERRED"), P_C_ROWS, P_C_ROWS),
    Pair("foreign key that rows break", T + "CREATE TABLE p (id INTEGER PRIMARY KEY);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT REFERENCES p(id)); CREATE TABLE p (id INTEGER PRIMARY KEY);",
         "INSERT INTO t VALUES (1, 'x', 77777);"),
    Pair("foreign key of two columns", "CREATE TABLE p (a, b, UNIQUE (a, b)); CREATE TABLE c (x, y);",
         "CREATE TABLE p (a, b, UNIQUE (a, b)); CREATE TABLE c (x, y, FOREIGN KEY (x, y) REFERENCES p(a, b));"),
    Pair("PRIMARY KEY of another column", "CREATE TABLE t (a TEXT PRIMARY KEY, b INT);", "CREATE TABLE t (a TEXT, b INT PRIMARY KEY);",
         "INSERT INTO t VALUES ('x', 1), ('y', 2)", "INSERT INTO t VALUES ('x', 1), ('y', 2)"),
    Pair("PRIMARY KEY of two", "CREATE TABLE t (a TEXT, b INT);", "CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (b, a));",
         "INSERT INTO t VALUES ('x', 1), ('y', 2)", "INSERT INTO t (rowid, a, b) VALUES (7, 'x', 1), (9, 'y', 2)"),
    Pair("INTEGER PRIMARY KEY", "CREATE TABLE t (id INTEGER, a TEXT);", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);",
         "INSERT INTO t (rowid, id, a) VALUES (1, 70, 'a'), (2, 80, 'b')", "INSERT INTO t VALUES (70, 'a'), (80, 'b')"),
    Pair("INTEGER PRIMARY KEY that came", "CREATE TABLE t (a TEXT);", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);",
         "INSERT INTO t (rowid, a) VALUES (5, 'x'), (9, 'y')", "INSERT INTO t VALUES (70, 'a'), (80, 'b')",
         holds=("SELECT a = 'x' FROM t WHERE id = 5",)),
    Pair("INTEGER PRIMARY KEY renamed", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);",
         "CREATE TABLE t (t_id INTEGER PRIMARY KEY, a TEXT);", "INSERT INTO t VALUES (70, 'a'), (80, 'b')",
         holds=("SELECT a = 'b' FROM t WHERE t_id = 80",)),
    Pair("INTEGER PRIMARY KEY DESC, which is no rowid", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a TEXT);", "INSERT INTO t VALUES (70, 'a'), (80, 'b')"),
    Pair("AUTOINCREMENT", T, T.replace("KEY", "KEY AUTOINCREMENT"), T_ROWS, T_ROWS),
    Pair("AUTOINCREMENT, table changed", T.replace("KEY", "KEY AUTOINCREMENT"),
         "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a BLOB, b TEXT);",
         T_ROWS + "INSERT INTO t VALUES (5000, 'x', 1); DELETE FROM t WHERE id >= 300;",
         T_ROWS + "DELETE FROM t;", holds=("SELECT seq >= 5000 FROM sqlite_sequence WHERE name = 't'",)),
    Pair("AUTOINCREMENT, empty table changed", T.replace("KEY", "KEY AUTOINCREMENT"),
         "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a BLOB, b TEXT);",
         "INSERT INTO t VALUES (5000, 'x', 1); DELETE FROM t;"),
    Pair("AUTOINCREMENT, table renamed", T.replace("KEY", "KEY AUTOINCREMENT"),
         T.replace("KEY", "KEY AUTOINCREMENT").replace(" t ", " things "),
         T_ROWS + "INSERT INTO t VALUES (5000, 'x', 1); DELETE FROM t WHERE id >= 300;",
         holds=("SELECT seq >= 5000 FROM sqlite_sequence WHERE name = 'things'", "SELECT count(*) >= 2 FROM things")),
    Pair("generated column, virtual, added", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, g INT AS (b * 2));", T_ROWS,
         must_not=(REBUILD,)),
    Pair("generated column, stored, added", T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, g INT AS (b * 2) STORED);",
         T_ROWS, holds=("SELECT count(*) = 1 FROM t WHERE id = 300 AND g = 6",)),
    Pair("generated column in the middle", "CREATE TABLE t (a, b);", "CREATE TABLE t (a, g AS (a || b), b, h AS (g || 'x') STORED UNIQUE);"),
    Pair("generated column, virtual and stored", "CREATE TABLE t (a, g AS (a || 'x') VIRTUAL);", "CREATE TABLE t (a, g AS (a || 'x') STORED);"),
    Pair("generated column, other expression", "CREATE TABLE t (a, g AS (a || 'x'), b);", "CREATE TABLE t (a, g AS (a || 'y'), b);"),
    Pair("generated column and an ordinary one", "CREATE TABLE t (a, g AS (a || 'x'));", "CREATE TABLE t (a, g);",
         "INSERT INTO t (a) VALUES ('k')"),
    Pair("generated column NOT NULL added", "CREATE TABLE t (a);", "CREATE TABLE t (a, g AS (coalesce(a, 0)) NOT NULL);"),
    Pair("STRICT", "CREATE TABLE t (a INTEGER, b TEXT);", "CREATE TABLE t (a INTEGER, b TEXT) STRICT;",
         "INSERT INTO t VALUES (1, 'x')", "INSERT INTO t VALUES (1, 'x')"),
    Pair("STRICT and other types", "CREATE TABLE t (a BOOLEAN, b VARCHAR(9), c);", "CREATE TABLE t (a INTEGER, b TEXT, c ANY) STRICT;",
         "INSERT INTO t VALUES (1, 'x', '007')", "INSERT INTO t VALUES (1, 'x', '007')"),
    Pair("WITHOUT ROWID", "CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL, b);", "CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL, b) WITHOUT ROWID;",
         "INSERT INTO t VALUES ('x', 1), ('y', 2)", "INSERT INTO t VALUES ('x', 1), ('y', 2)"),
    Pair("WITHOUT ROWID, changed", "CREATE TABLE t (a TEXT, b INT, c, PRIMARY KEY (a, b)) WITHOUT ROWID;",
         "CREATE TABLE t (a TEXT, b INT, c TEXT DEFAULT 'x', PRIMARY KEY (b DESC, a)) WITHOUT ROWID;"),
    Pair("WITHOUT ROWID and INTEGER PRIMARY KEY", "CREATE TABLE t (id INTEGER PRIMARY KEY, a);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a) WITHOUT ROWID;", "INSERT INTO t VALUES (70, 'a')", "INSERT INTO t VALUES (70, 'a')"),
    Pair("a column that is called rowid", "CREATE TABLE t (rowid TEXT, a INT);", "CREATE TABLE t (rowid TEXT, a TEXT);",
         "INSERT INTO t (_rowid_, rowid, a) VALUES (70, 'r', 1)"),
    Pair("columns with all names of the rowid", "CREATE TABLE t (rowid TEXT, oid INT, _rowid_ INT);",
         "CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ INT);", "INSERT INTO t VALUES ('x', 1, 2)"),
    Pair("a column called rowid added", "CREATE TABLE t (a INT);", "CREATE TABLE t (rowid TEXT, a TEXT);",
         "INSERT INTO t (rowid, a) VALUES (70, 1), (5, 2)", "INSERT INTO t (_rowid_, rowid, a) VALUES (70, 'r', 1)"),
]

TABLES = [
    Pair("table created", "", T + "CREATE INDEX i ON t (a);", must_not=(REBUILD,), must_back=("(?m)^--",)),
    Pair("table created that refers to a later one", "", "CREATE TABLE a (b REFERENCES z(id)); CREATE TABLE z (id INTEGER PRIMARY KEY);"),
    Pair("tables that refer to one another", "", "CREATE TABLE a (id INTEGER PRIMARY KEY, z REFERENCES z(id));"
         "CREATE TABLE z (id INTEGER PRIMARY KEY, a REFERENCES a(id));"),
    Pair("CREATE TABLE AS", "", "CREATE TABLE t AS SELECT 1 AS \"one two\", 'x' AS y;"),
    Pair("table renamed", T + "CREATE INDEX i ON t (a);", "CREATE TABLE things (id INTEGER PRIMARY KEY, a TEXT, b INT);"
         "CREATE INDEX i ON things (a);", T_ROWS, must=("(?i)RENAME TO", "(?m)^--"), must_not=(REBUILD,),
         holds=("SELECT count(*) >= 3 FROM things",)),
    Pair("table renamed that others name", P_C.format(p="", c="") + "CREATE VIEW v AS SELECT id FROM p;"
         "CREATE TRIGGER g AFTER INSERT ON c BEGIN UPDATE p SET v = 1 WHERE id = new.p; END;",
         P_C.format(p="", c="").replace("TABLE p", "TABLE parent").replace("REFERENCES p", "REFERENCES parent") + "CREATE VIEW v AS SELECT id FROM parent;"
         "CREATE TRIGGER g AFTER INSERT ON c BEGIN UPDATE parent SET v = 1 WHERE id = new.p; END;", P_C_ROWS,
         holds=("SELECT count(*) >= 2 FROM c JOIN parent ON c.p = parent.id",)),
    Pair("two tables swap their names", "CREATE TABLE a (x INT); CREATE TABLE b (y TEXT);", "CREATE TABLE a (y TEXT); CREATE TABLE b (x INT);"),
    Pair("letter case of a table", "CREATE TABLE users (a);", "CREATE TABLE Users (a);", "INSERT INTO users VALUES (1)"),
    Pair("self reference", "CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t(id) ON DELETE CASCADE, v INT);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t(id) ON DELETE CASCADE, v TEXT NOT NULL DEFAULT '');",
         "INSERT INTO t VALUES (1, NULL, 1), (2, 1, 2), (3, 2, 3)", "INSERT INTO t VALUES (1, NULL, 1), (2, 1, 2)"),
    Pair("parent rebuilt", P_C.format(p="", c=""), P_C.format(p=" TEXT COLLATE NOCASE", c=""), P_C_ROWS, P_C_ROWS,
         must_not=(r"\bc \(",), holds=("SELECT count(*) >= 3 FROM c",)),
    Pair("parent and child rebuilt", P_C.format(p="", c=""), P_C.format(p=" TEXT", c=" ON UPDATE CASCADE"), P_C_ROWS, P_C_ROWS,
         holds=("SELECT count(*) >= 3 FROM c",)),
    Pair("parent dropped with its child's key", P_C.format(p="", c=""), "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT);", P_C_ROWS,
         holds=("SELECT count(*) >= 3 FROM c",)),
    Pair("view over a rebuilt table", T + "CREATE VIEW v AS SELECT id, a FROM t; CREATE VIEW w AS SELECT a FROM v;",
         T.replace("INT", "TEXT", 2).replace("TEXTEGER", "INTEGER") + "CREATE VIEW v AS SELECT id, a FROM t; CREATE VIEW w AS SELECT a FROM v;",
         T_ROWS, must_not=(r"(?i)\b(CREATE|DROP) VIEW w\b",)),
    Pair("view with * over a rebuilt table", "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT * FROM t;",
         "CREATE TABLE t (b, c, a); CREATE VIEW v AS SELECT * FROM t;"),
    Pair("view and table change places", "CREATE TABLE t (a); CREATE VIEW x AS SELECT a FROM t;", "CREATE TABLE x (a); CREATE VIEW t AS SELECT a FROM x;",
         "INSERT INTO t VALUES (1)"),
    Pair("a view becomes a table", T + "CREATE VIEW x AS SELECT a FROM t;", T + "CREATE TABLE x (a);", T_ROWS),
    Pair("trigger on a rebuilt table", T + "CREATE TABLE log (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b INT); CREATE TABLE log (x);"
         "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;", T_ROWS),
    Pair("trigger on another table that names the rebuilt one",
         T + "CREATE TABLE o (x); CREATE TRIGGER g AFTER INSERT ON o BEGIN UPDATE t SET a = new.x; DELETE FROM t WHERE t.b = 4711; END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b INT); CREATE TABLE o (x);"
         "CREATE TRIGGER g AFTER INSERT ON o BEGIN UPDATE t SET a = new.x; DELETE FROM t WHERE t.b = 4711; END;", T_ROWS,
         must_not=(r"(?i)TRIGGER g\b",)),
    Pair("trigger that would fire while rows are copied",
         T + "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'closed'); END;"
         "CREATE TRIGGER h BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b INT);"
         "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'closed'); END;"
         "CREATE TRIGGER h BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;"),
    Pair("trigger changed", T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;", T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 2; END;",
         T_ROWS, must_not=(TABLE_WORK,), must_not_back=(TABLE_WORK,)),
    Pair("trigger moved to another table", T + "CREATE TABLE o (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
         T + "CREATE TABLE o (x); CREATE TRIGGER g AFTER INSERT ON o BEGIN SELECT 1; END;", T_ROWS, must_not=(TABLE_WORK,)),
    Pair("INSTEAD OF trigger", T + "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;",
         T + "CREATE VIEW v AS SELECT a, b FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;", T_ROWS,
         must_not=(TABLE_WORK,), must_not_back=(TABLE_WORK,)),
    Pair("INSTEAD OF trigger over a rebuilt table",
         T + "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END;",
         "CREATE TABLE t (a TEXT, id INTEGER PRIMARY KEY, b INT);"
         "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END;", T_ROWS),
    Pair("INSTEAD OF trigger dropped", T + "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END;",
         T + "CREATE VIEW v AS SELECT a FROM t;", T_ROWS, must_not=(TABLE_WORK, "(?i)DROP VIEW")),
    Pair("view changed that another reads", T + "CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;",
         T + "CREATE VIEW v AS SELECT a || 'x' AS a FROM t; CREATE VIEW w AS SELECT a FROM v;", T_ROWS, must_not=(TABLE_WORK, r"VIEW w\b")),
    Pair("broken view beside a rebuilt table", T + "CREATE VIEW broken AS SELECT gone FROM nowhere;",
         "CREATE TABLE t (a TEXT, id INTEGER PRIMARY KEY, b INT); CREATE VIEW broken AS SELECT gone FROM nowhere;", T_ROWS),
    Pair("broken view beside a renamed column", T + "CREATE VIEW broken AS SELECT gone FROM nowhere;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT); CREATE VIEW broken AS SELECT gone FROM nowhere;", T_ROWS,
         holds=("SELECT count(*) = 2 FROM t WHERE title IN ('one', 'two')",)),
    Pair("broken view beside a renamed table", T + "CREATE VIEW broken AS SELECT gone FROM nowhere;",
         T.replace(" t ", " things ") + "CREATE VIEW broken AS SELECT gone FROM nowhere;", T_ROWS,
         holds=("SELECT count(*) >= 3 FROM things",)),
    Pair("an index term that was a string becomes a column", "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a, \"note\");",
         "CREATE TABLE t (a TEXT, note TEXT); CREATE INDEX i ON t (a, \"note\");", "INSERT INTO t VALUES ('x'), ('y');"),
    Pair("a string in WHERE of an index becomes a column", "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a) WHERE \"note\" IS NOT NULL;",
         "CREATE TABLE t (a TEXT, note TEXT); CREATE INDEX i ON t (a) WHERE \"note\" IS NOT NULL;", "INSERT INTO t VALUES ('x'), ('y');"),
    Pair("a string in a stored column becomes a column", "CREATE TABLE t (a TEXT, g AS (a || \"note\") STORED);",
         "CREATE TABLE t (a TEXT, g AS (a || \"note\") STORED, note TEXT DEFAULT 'n');", "INSERT INTO t (a) VALUES ('x'), ('y');",
         holds=("SELECT count(*) = 2 FROM t WHERE g IN ('xn', 'yn')",)),
    Pair("index on a renamed table and column", T + "CREATE UNIQUE INDEX i ON t (lower(a)) WHERE b IS NOT NULL;",
         T.replace(" t ", " things ") + "CREATE UNIQUE INDEX i ON things (lower(a)) WHERE b IS NOT NULL;", T_ROWS, must_not=(REBUILD,)),
    Pair("names go round between index, trigger and view", T + "CREATE INDEX x ON t (a); CREATE VIEW y AS SELECT 1 AS one; CREATE TRIGGER z AFTER INSERT ON t BEGIN SELECT 1; END;",
         T + "CREATE INDEX y ON t (a); CREATE VIEW z AS SELECT 1 AS one; CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;", T_ROWS, must_not=(TABLE_WORK,)),
    Pair("a view with an INSTEAD OF trigger becomes a table", T + "CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END;",
         T + "CREATE TABLE v (a); CREATE TRIGGER g AFTER INSERT ON v BEGIN SELECT 1; END;", T_ROWS),
    Pair("views in a chain, the first changed", "CREATE TABLE t (a, b); CREATE VIEW c AS SELECT a FROM t; CREATE VIEW b AS SELECT a FROM c; CREATE VIEW a AS SELECT a FROM b;",
         "CREATE TABLE t (a, b, c); CREATE VIEW c AS SELECT a, c FROM t; CREATE VIEW b AS SELECT a FROM c; CREATE VIEW a AS SELECT a FROM b;"),
    Pair("trigger that reads a table that goes", T + "CREATE TABLE o (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO o VALUES (1); END;",
         T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 2; END;", T_ROWS),
    Pair("view over a table that goes", T + "CREATE TABLE o (x); CREATE VIEW v AS SELECT x FROM o;", T + "CREATE VIEW v AS SELECT a AS x FROM t;", T_ROWS),
    Pair("child whose parent's name another table takes", "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id));",
         "CREATE TABLE p (id INTEGER PRIMARY KEY, x); CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES q(id));"),
    Pair("three tables that refer in a circle, all rebuilt",
         "CREATE TABLE x (id INTEGER PRIMARY KEY, y REFERENCES y(id), v INT); CREATE TABLE y (id INTEGER PRIMARY KEY, z REFERENCES z(id), v INT);"
         "CREATE TABLE z (id INTEGER PRIMARY KEY, x REFERENCES x(id), v INT);",
         "CREATE TABLE x (id INTEGER PRIMARY KEY, v TEXT, y REFERENCES y(id)); CREATE TABLE y (id INTEGER PRIMARY KEY, v TEXT, z REFERENCES z(id));"
         "CREATE TABLE z (id INTEGER PRIMARY KEY, v TEXT, x REFERENCES x(id));"),
    Pair("index created", T, T + "CREATE INDEX i ON t (a, b DESC);", T_ROWS, must_not=(TABLE_WORK,), must_not_back=(TABLE_WORK,)),
    Pair("unique index", T + "CREATE INDEX i ON t (a);", T + "CREATE UNIQUE INDEX i ON t (a);", T_ROWS, must_not=(TABLE_WORK,)),
    Pair("partial index", T + "CREATE INDEX i ON t (a);", T + "CREATE INDEX i ON t (a) WHERE b > 5 AND a <> 'x;';", T_ROWS, must_not=(TABLE_WORK,)),
    Pair("expression index", T + "CREATE INDEX i ON t (lower(a));", T + "CREATE INDEX i ON t (upper(a) COLLATE NOCASE, b + 1 DESC);", T_ROWS,
         must_not=(TABLE_WORK,)),
    Pair("indexes of a rebuilt table", T + "CREATE INDEX i ON t (lower(a)) WHERE b > 5; CREATE UNIQUE INDEX u ON t (id, a);",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT); CREATE INDEX i ON t (lower(a)) WHERE b > 5;"
         "CREATE UNIQUE INDEX u ON t (id, a);", T_ROWS),
    Pair("index moved to another table", T + "CREATE TABLE o (a); CREATE INDEX i ON t (a);", T + "CREATE TABLE o (a); CREATE INDEX i ON o (a);", T_ROWS,
         must_not=(TABLE_WORK,)),
    Pair("a table takes the name of an index", T + "CREATE INDEX x ON t (a);", T + "CREATE TABLE x (a);", T_ROWS),
]

VIRTUAL = [
    Pair("FTS5 created", "", "CREATE VIRTUAL TABLE f USING fts5(title, body);", needs="fts5", must_back=("(?m)^--",)),
    Pair("FTS5 column added", "CREATE VIRTUAL TABLE f USING fts5(title, body);", "CREATE VIRTUAL TABLE f USING fts5(title, body, tags);",
         "INSERT INTO f (rowid, title, body) VALUES (7, 'a b', 'c'), (9, 'd', 'e')", needs="fts5",
         holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'd' AND rowid = 9",)),
    Pair("FTS5 tokenizer", "CREATE VIRTUAL TABLE f USING fts5(title);", "CREATE VIRTUAL TABLE f USING fts5(title, tokenize='porter ascii', prefix='2 3');",
         "INSERT INTO f (rowid, title) VALUES (7, 'running')", needs="fts5", holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'run' AND rowid = 7",)),
    Pair("FTS5 table renamed", "CREATE VIRTUAL TABLE f USING fts5(title);", "CREATE VIRTUAL TABLE search USING fts5(title);",
         "INSERT INTO f (rowid, title) VALUES (7, 'running')", needs="fts5", holds=("SELECT count(*) = 1 FROM search WHERE search MATCH 'running'",)),
    Pair("FTS5 with external content", T, T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');"
         "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END;", T_ROWS, needs="fts5",
         holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 over a rebuilt table", T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');"
         "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END;"
         "CREATE TRIGGER t_ad AFTER DELETE ON t BEGIN INSERT INTO f (f, rowid, a) VALUES ('delete', old.id, old.a); END;",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT '', b INT);"
         "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');"
         "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END;"
         "CREATE TRIGGER t_ad AFTER DELETE ON t BEGIN INSERT INTO f (f, rowid, a) VALUES ('delete', old.id, old.a); END;",
         "INSERT INTO t VALUES (1, 'one', 1), (20, 'two', NULL)", "INSERT INTO t VALUES (1, 'one', 1), (20, 'two', NULL)", needs="fts5",
         holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",),
         holds_back=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 with external content, changed", T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');",
         T + "CREATE VIRTUAL TABLE f USING fts5(a, b, content='t', content_rowid='id');", T_ROWS, needs="fts5",
         holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 over a table called like a shadow table",
         "CREATE TABLE f_content (id INTEGER PRIMARY KEY, a TEXT); CREATE VIRTUAL TABLE f USING fts5(a, content='f_content', content_rowid='id');",
         "CREATE TABLE f_content (id INTEGER PRIMARY KEY, a TEXT, b); CREATE VIRTUAL TABLE f USING fts5(a, content='f_content', content_rowid='id');",
         "INSERT INTO f_content VALUES (5, 'five');", "INSERT INTO f_content VALUES (5, 'five', 1);", needs="fts5"),
    Pair("FTS5 with its own content and FTS5 with external", T + "CREATE VIRTUAL TABLE f USING fts5(a);",
         T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');", T_ROWS, needs="fts5"),
    Pair("FTS5 without content", "CREATE VIRTUAL TABLE f USING fts5(a, content='');", "CREATE VIRTUAL TABLE f USING fts5(a, b, content='');",
         "INSERT INTO f (rowid, a) VALUES (1, 'x')", needs="fts5",
         must=("(?m)^-- What f has indexed is lost",), must_back=("(?m)^-- What f has indexed is lost",)),
    Pair("FTS4 changed", "CREATE VIRTUAL TABLE f USING fts4(title, body);", "CREATE VIRTUAL TABLE f USING fts4(title, body, tokenize=porter);",
         "INSERT INTO f (docid, title, body) VALUES (7, 'running', 'x')", needs="fts4", holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'run'",)),
    Pair("FTS4 with content in a table", T, T + "CREATE VIRTUAL TABLE f USING fts4(content=\"t\", a);", T_ROWS, needs="fts4",
         holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two'",)),
    Pair("FTS4 becomes FTS5", "CREATE VIRTUAL TABLE f USING fts4(title);", "CREATE VIRTUAL TABLE f USING fts5(title);",
         "INSERT INTO f (docid, title) VALUES (7, 'running')", needs="fts5"),
    Pair("an ordinary table becomes FTS5", "CREATE TABLE f (title TEXT, body TEXT);", "CREATE VIRTUAL TABLE f USING fts5(title, body);",
         "INSERT INTO f VALUES ('a', 'b')", "INSERT INTO f VALUES ('a', 'b')", needs="fts5"),
    Pair("FTS5 remade that triggers write to", T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');"
         "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END; CREATE VIEW v AS SELECT a FROM f;",
         T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id', prefix='2');"
         "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END; CREATE VIEW v AS SELECT a FROM f;", T_ROWS,
         needs="fts5", holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 over a table that is renamed", T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');",
         T.replace(" t ", " things ") + "CREATE VIRTUAL TABLE f USING fts5(a, content='things', content_rowid='id');", T_ROWS,
         needs="fts5", holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 over a table whose rows change, with a column renamed", T + "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');",
         "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT); CREATE VIRTUAL TABLE f USING fts5(title, content='t', content_rowid='id');", T_ROWS,
         needs="fts5", holds=("SELECT count(*) = 1 FROM f WHERE f MATCH 'two' AND rowid = 20",)),
    Pair("FTS5 with a vocabulary", "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE words USING fts5vocab(f, 'row');",
         "CREATE VIRTUAL TABLE f USING fts5(a, b); CREATE VIRTUAL TABLE words USING fts5vocab(f, 'col');", "INSERT INTO f VALUES ('x')", needs="fts5"),
    Pair("FTS3 beside a table of the user that is called like one of its own", "CREATE TABLE mail_stat (day, n); CREATE VIRTUAL TABLE mail USING fts3(a);",
         "CREATE TABLE mail_stat (day, n); CREATE VIRTUAL TABLE mail USING fts3(a, b);", "INSERT INTO mail_stat VALUES (1, 2);", "INSERT INTO mail_stat VALUES (1, 2);",
         needs="fts3", holds=("SELECT count(*) = 1 FROM mail_stat WHERE day = 1 AND n = 2",),
         holds_back=("SELECT count(*) = 1 FROM mail_stat WHERE day = 1 AND n = 2",)),
    Pair("rtree", "", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1);", needs="rtree"),
    Pair("rtree changed", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label TEXT);",
         "INSERT INTO r VALUES (7, 1, 2)", needs="rtree", holds=("SELECT x0 = 1 AND x1 = 2 FROM r WHERE id = 7",)),
    Pair("rtree renamed", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);", "CREATE VIRTUAL TABLE places USING rtree(id, x0, x1);",
         "INSERT INTO r VALUES (7, 1, 2)", needs="rtree", holds=("SELECT x0 = 1 AND x1 = 2 FROM places WHERE id = 7",)),
    Pair("index on a shadow table", "CREATE VIRTUAL TABLE f USING fts5(a);", "CREATE VIRTUAL TABLE f USING fts5(a); CREATE INDEX i ON f_content (c0);",
         "INSERT INTO f VALUES ('x')", needs="fts5"),
]

NAMES = [
    Pair("names that need quotes", 'CREATE TABLE "select" ("order" TEXT, [a b] INT, `x``y` INT, "q""q" TEXT, "it\'s" INT);'
         'CREATE INDEX "i i" ON "select" ("order", [a b]);',
         'CREATE TABLE "select" ("order" TEXT NOT NULL DEFAULT \'\', [a b] TEXT, `x``y` INT, "q""q" TEXT, "it\'s" INT, "n;n" TEXT);'
         'CREATE INDEX "i i" ON "select" ("order", [a b]);',
         "INSERT INTO \"select\" VALUES ('a', 1, 2, 'q', 5);"),
    Pair("names that need quotes, dropped and renamed", 'CREATE TABLE "a b" ("x y" TEXT, "drop" INT);', 'CREATE TABLE "c d" ("x y" TEXT, "drop" INT);',
         "INSERT INTO \"a b\" VALUES ('x', 1)", holds=("SELECT count(*) >= 1 FROM \"c d\"",)),
    Pair("column with quotes renamed", 'CREATE TABLE "a ""b" ("x y" TEXT, z INT);', 'CREATE TABLE "a ""b" ("x ""z" TEXT, z INT);',
         "INSERT INTO \"a \"\"b\" VALUES ('x', 1)", holds=("SELECT count(*) >= 1 FROM \"a \"\"b\" WHERE \"x \"\"z\" = 'x'",)),
    Pair("names that are not ASCII", "CREATE TABLE größe (ключ INTEGER PRIMARY KEY, 日本 TEXT);", "CREATE TABLE größe (ключ INTEGER PRIMARY KEY, 日本 BLOB, é);",
         "INSERT INTO größe VALUES (5, 'ü')"),
    Pair("table whose aside name is taken", "CREATE TABLE t (a); CREATE TABLE old_t (b); CREATE TABLE new_t (c); CREATE TABLE t_new (d);",
         "CREATE TABLE t (a TEXT NOT NULL DEFAULT 'x'); CREATE TABLE old_t (b); CREATE TABLE new_t (c); CREATE TABLE t_new (d);",
         "INSERT INTO t VALUES (1); INSERT INTO old_t VALUES (2)"),
    Pair("string in double quotes", "CREATE TABLE t (a DEFAULT \"word\", CHECK (a <> \"no\"));", "CREATE TABLE t (a DEFAULT \"other\", b, CHECK (a <> \"never\"));"),
    Pair("comments in the definition", "CREATE TABLE t (a -- the first; column\n, b /* last */ -- end\n);", "CREATE TABLE t (a, -- the first; column\nb TEXT -- end\n); -- done"),
    Pair("view that ends in a comment", T + "CREATE VIEW v AS SELECT a FROM t;", T + "CREATE VIEW v AS SELECT a, b FROM t -- all of it\n;", T_ROWS),
    Pair("user_version", T, T + "PRAGMA user_version = 7;", T_ROWS, must=("(?i)user_version",), must_not=(TABLE_WORK,)),
    Pair("user_version below zero", T, T + "PRAGMA user_version = -7; PRAGMA application_id = 42;", T_ROWS, must_not=(TABLE_WORK,)),
    Pair("text alone", T + "CREATE VIEW v AS SELECT a FROM t;", "create table T (\"id\" integer primary key, a text, -- note\n b int);"
         "CREATE VIEW v AS select a from t;", T_ROWS),
    Pair("everything at once", P_C.format(p=" TEXT", c="") + T + "CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT t.a, p.v FROM t JOIN p USING (id);"
         "CREATE TRIGGER g AFTER INSERT ON c BEGIN UPDATE t SET b = new.p; END;",
         P_C.format(p=" TEXT UNIQUE", c="").replace("CASCADE", "SET NULL") + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT, d);"
         "CREATE UNIQUE INDEX i ON t (a, d); CREATE VIEW v AS SELECT t.a, p.v, d FROM t JOIN p USING (id);"
         "CREATE TABLE n (x REFERENCES t); CREATE TRIGGER g AFTER UPDATE ON n BEGIN UPDATE t SET b = new.x; END;", P_C_ROWS + T_ROWS),
]

PAIRS = COLUMNS + CONSTRAINTS + TABLES + VIRTUAL + NAMES
