"""The migrations that each tool gets, in that tool's own layout: rows, an index, a trigger with semicolons inside, CRLF."""
import json

USERS = ("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mark TEXT DEFAULT 'a;b');\n"
         "INSERT INTO users (name) VALUES ('Ada; the first'), ('größe 😀');\n")
LOG = ("-- what happened; when, is not kept\r\n"
       "CREATE INDEX users_name ON users (name);\r\n"
       "CREATE TABLE log (\r\n  text TEXT -- of the user\r\n);\r\n")
TRIGGER = ("CREATE TRIGGER users_log AFTER INSERT ON users BEGIN\n"
           "  INSERT INTO log VALUES (new.name || ';');\n"
           "  UPDATE users SET mark = 'logged' WHERE id = new.id;\n"
           "END;\n")
GRACE = "INSERT INTO users (name) VALUES ('Grace');\n"
EMAIL = ("ALTER TABLE users ADD COLUMN email TEXT;\n"
         "CREATE VIEW emails AS SELECT id, email FROM users;\n")

# Number 4 was taken back before it was released.
NUMBERS = (1, 2, 3, 5)
NAMES = ("users", "log", "trigger", "email")
TEXTS = (USERS, LOG, TRIGGER + GRACE, EMAIL)
COUNT = len(NUMBERS)

# How Prisma and drizzle change a table in place of EMAIL: a new one, the rows, and its name.
REBUILD = ("-- RedefineTables\n"
           "PRAGMA defer_foreign_keys=ON;\n"
           "PRAGMA foreign_keys=OFF;\n"
           'CREATE TABLE "new_users" (\n'
           '    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n'
           '    "name" TEXT NOT NULL,\n'
           '    "mark" TEXT\n'
           ");\n"
           'INSERT INTO "new_users" ("id", "mark", "name") SELECT "id", "mark", "name" FROM "users";\n'
           'DROP TABLE "users";\n'
           'ALTER TABLE "new_users" RENAME TO "users";\n'
           'CREATE UNIQUE INDEX "users_name_key" ON "users"("name");\n'
           "PRAGMA foreign_keys=ON;\n"
           "PRAGMA defer_foreign_keys=OFF;\n")

DOWN = "DROP TABLE users;\n"


def dated(number):
    return f"2024010{number}120000"


def plain(path_of, texts=TEXTS):
    """The texts as they are; path_of(number, name) names their files."""
    return {path_of(number, name): text for number, name, text in zip(NUMBERS, NAMES, texts)}


def framed(path_of, up, down, trigger=("", "")):
    """Between a tool's lines; `trigger` are those around a statement with semicolons inside."""
    texts = (USERS, LOG, trigger[0] + TRIGGER + trigger[1] + GRACE, EMAIL)
    files = {}
    for number, name, text in zip(NUMBERS, NAMES, texts):
        whole = f"{up}\n{text}\n{down}\n{DOWN}"
        files[path_of(number, name)] = whole.replace("\r\n", "\n").replace("\n", "\r\n") if "\r" in text else whole
    return files


def with_down_files(files, down_of):
    """Beside each file one that takes it back, named down_of(path)."""
    return {**files, **{down_of(path): DOWN for path in files}}


def breakpoints(rebuilds):
    """What drizzle runs one by one: its statements end at such a line, and need no semicolon."""
    point = "--> statement-breakpoint\n"
    texts = (USERS.replace("b');\n", "b')\n" + point), LOG.replace("(name);\r\n", "(name);\r\n" + point),
             TRIGGER + point + GRACE,
             REBUILD[:-1].replace(";\n", ";" + point) if rebuilds else EMAIL.replace("TEXT;\n", "TEXT;" + point))
    return dict(zip((f"000{index}_{name}.sql" for index, name in enumerate(NAMES)), texts))


def journal(count):
    entries = [{"idx": index, "version": "6", "when": 1700000000000 + number, "tag": f"000{index}_{name}", "breakpoints": True}
               for index, (number, name) in enumerate(zip(NUMBERS, NAMES))]
    return json.dumps({"version": "7", "dialect": "sqlite", "entries": entries[:count]})


def plan(count, between=""):
    """sqitch's, with a tag behind the second change."""
    head = "%syntax-version=1.0.0\n%project=shop\n\n"
    lines = [f"{name}{' [users]' if number > 1 else ''} 2024-01-0{number}T12:00:00Z Ada <ada@example.org> # {name}\n"
             for number, name in zip(NUMBERS, NAMES)]
    lines.insert(2, "@v1 2024-01-02T13:00:00Z Ada <ada@example.org> # a release\n")
    return head + "".join(lines[:count if count < 3 else count + 1]) + between


def no_sql(path, language):
    return (f"{path} is a migration in {language}, which cannot be made a script of SQL; for a database that it has made, SELECT "
            "fastmigrate_initialize(...) writes a first script from the schema")


def twice(path, other, number):
    return f"{path} and {other} have one number, {number}; renumber one of them"


def unknown(tool, migration):
    return f"the record of {tool} says that this database has had {migration}, and 'FROM' holds no such migration"


def half_done(tool, migration):
    return (f"{tool} has left the migration {migration} half done in this database, as its record says; finish or repair it "
            f"with {tool} first")
