# README begins
import apsw


def connect(path):
    db = apsw.Connection(path)
    db.enableloadextension(True)
    db.loadextension("build/fastmigrate")
    db.enableloadextension(False)
    return db


db = connect("new.db")
version = db.execute("SELECT fastmigrate_apply('migrations')").fetchone()[0]
# README ends


def value(db, sql, *parameters):
    return db.execute(sql, parameters).fetchone()[0]


print("new:", version)

db = connect("app.db")
print("enroll:", value(db, "SELECT fastmigrate_enroll(?)", 1))
try:
    db.execute("SELECT fastmigrate_apply('broken')")
except apsw.SQLError as error:
    print("broken:", str(error).removeprefix("SQLError: "))
    print("code:", error.result)
print("version:", value(db, "SELECT fastmigrate_version()"))
print("apply:", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
print("again:", value(db, "SELECT fastmigrate_apply(?)", "migrations"))
for row in db.execute("SELECT version, state FROM fastmigrate_status('migrations')"):
    print("status:", *row)
print("differences:", value(db, "SELECT count(*) FROM fastmigrate_verify('migrations')"))
print("posts:", value(db, "SELECT count(*) FROM posts"))

db = connect("copy.db")
value(db, "SELECT fastmigrate_enroll(1)")
for row in db.execute("SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')"):
    print("row:", *row)
print("posts:", value(db, "SELECT count(*) FROM posts"))

db.createscalarfunction("address", lambda name: name.lower() + "@example.com", 1)
print("function:", value(db, "SELECT fastmigrate_apply('function')"))
for row in db.execute("SELECT email FROM users"):
    print("function:", *row)

bundle = value(db, "SELECT fastmigrate_bundle('migrations')")
db = connect(":memory:")
print("bundle:", value(db, "SELECT fastmigrate_apply(?, ?)", bundle, 2))

# Habits
print("foreign keys:", value(db, "PRAGMA foreign_keys"))
print("number:", value(db, "SELECT typeof(?)", 2))

# Nothing begins a transaction but `with db`, which makes a savepoint.
db = connect("with.db")
try:
    with db:
        print("in with:", value(db, "SELECT fastmigrate_apply('migrations')"))
        raise RuntimeError
except RuntimeError:
    print("after an exception:", value(db, "SELECT fastmigrate_version()"))

# A cursor of which nothing was fetched has run, and stays open.
left_open = db.execute("SELECT fastmigrate_apply('migrations')")
other = connect("with.db")
other.execute("INSERT INTO users (name) VALUES ('Edsger')")
print("left open, other connection wrote:", value(db, "SELECT count(*) FROM users"))
left_open.close()
