# README begins
import sqlite3


def connect(path):
    db = sqlite3.connect(path)
    db.enable_load_extension(True)
    db.load_extension("build/fastmigrate")
    db.enable_load_extension(False)
    return db


db = connect("new.db")
version, = db.execute("SELECT fastmigrate_apply('migrations')").fetchone()
# README ends


def value(db, sql, *parameters):
    return db.execute(sql, parameters).fetchone()[0]


print("new:", version)

db = connect("app.db")
print("enroll:", value(db, "SELECT fastmigrate_enroll(?)", 1))
try:
    db.execute("SELECT fastmigrate_apply('broken')")
except sqlite3.OperationalError as error:
    print("broken:", error)
    print("code:", getattr(error, "sqlite_errorcode", 1))  # since Python 3.11
print("version:", value(db, "SELECT fastmigrate_version()"))
print("apply:", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
print("again:", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
for row in db.execute("SELECT version, state FROM fastmigrate_status('migrations')"):
    print("status:", *row)
print("differences:", value(db, "SELECT count(*) FROM fastmigrate_verify('migrations')"))
print("posts:", value(db, "SELECT count(*) FROM posts"))

db = connect("copy.db")
db.execute("SELECT fastmigrate_enroll(1)")
for row in db.execute("SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')"):
    print("row:", *row)
print("posts:", value(db, "SELECT count(*) FROM posts"))

db.create_function("address", 1, lambda name: name.lower() + "@example.com")
print("function:", value(db, "SELECT fastmigrate_apply('function')"))
for row in db.execute("SELECT email FROM users"):
    print("function:", *row)

bundle = value(db, "SELECT fastmigrate_bundle('migrations')")
db = connect(":memory:")
print("bundle:", value(db, "SELECT fastmigrate_apply(?, ?)", bundle, 2))

# Habits
print("foreign keys:", value(db, "PRAGMA foreign_keys"))
print("number:", value(db, "SELECT typeof(?)", 2))

# A transaction begins before the INSERT, and the scripts are in it.
db = connect("implicit.db")
db.execute("SELECT fastmigrate_apply('migrations', 1)")
db.execute("INSERT INTO users (name) VALUES ('Edsger')")
print("in transaction:", db.in_transaction)
print("apply in it:", value(db, "SELECT fastmigrate_apply('migrations')"))
db.close()
print("closed without commit:", value(connect("implicit.db"), "SELECT fastmigrate_version()"))

# A cursor of which one row was fetched stays open.
db = connect("open.db")
other = connect("open.db")
other.execute("PRAGMA busy_timeout = 0")
for sql in ("SELECT fastmigrate_apply('migrations')",
            "SELECT * FROM fastmigrate_status('migrations')",
            "SELECT * FROM fastmigrate_history()"):
    left_open = db.execute(sql)
    left_open.fetchone()
    other.execute("INSERT INTO users (name) VALUES ('Edsger')")
    other.commit()
    left_open.close()
print("left open, other connection wrote:", value(db, "SELECT count(*) FROM users"))
