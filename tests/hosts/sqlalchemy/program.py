# README begins
from sqlalchemy import create_engine, event, text


def engine_for(url):
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def load(db, _):
        db.enable_load_extension(True)
        db.load_extension("build/fastmigrate")
        db.enable_load_extension(False)

    return engine


with engine_for("sqlite:///new.db").begin() as connection:
    version = connection.scalar(text("SELECT fastmigrate_apply('migrations')"))
# README ends

from sqlalchemy.exc import OperationalError

print("new:", version)

engine = engine_for("sqlite:///app.db")
with engine.begin() as connection:
    print("enroll:", connection.scalar(text("SELECT fastmigrate_enroll(:version)"), {"version": 1}))
try:
    with engine.begin() as connection:
        connection.execute(text("SELECT fastmigrate_apply('broken')"))
except OperationalError as error:
    print("broken:", error.orig)
    print("code:", getattr(error.orig, "sqlite_errorcode", 1))  # since Python 3.11
apply = text("SELECT fastmigrate_apply(:dir)")
with engine.begin() as connection:
    print("version:", connection.scalar(text("SELECT fastmigrate_version()")))
    print("apply:", connection.scalar(apply, {"dir": "migrations"}))
    print("again:", connection.scalar(apply, {"dir": "migrations"}))
    for row in connection.execute(text("SELECT version, state FROM fastmigrate_status('migrations')")):
        print("status:", *row)
    differences = connection.scalar(text("SELECT count(*) FROM fastmigrate_verify('migrations')"))
    print("differences:", differences)
    print("posts:", connection.scalar(text("SELECT count(*) FROM posts")))

engine = engine_for("sqlite:///copy.db")


@event.listens_for(engine, "connect")
def add_functions(db, _):
    db.create_function("address", 1, lambda name: name.lower() + "@example.com")


with engine.begin() as connection:
    connection.execute(text("SELECT fastmigrate_enroll(1)"))
    for row in connection.execute(
            text("SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')")):
        print("row:", *row)
    print("posts:", connection.scalar(text("SELECT count(*) FROM posts")))
    print("function:", connection.scalar(text("SELECT fastmigrate_apply('function')")))
    for row in connection.execute(text("SELECT email FROM users")):
        print("function:", *row)
    bundle = connection.scalar(text("SELECT fastmigrate_bundle('migrations')"))

with engine_for("sqlite://").begin() as connection:
    version = connection.scalar(
        text("SELECT fastmigrate_apply(:scripts, :target)"), {"scripts": bundle, "target": 2})
    print("bundle:", version)

# Habits: begin() is only said; Python begins a transaction before the first INSERT.
    print("foreign keys:", connection.scalar(text("PRAGMA foreign_keys")))
    print("number:", connection.scalar(text("SELECT typeof(:n)"), {"n": 2}))

engine = engine_for("sqlite:///begin.db")
try:
    with engine.begin() as connection:
        connection.execute(text("SELECT fastmigrate_apply('migrations', 1)"))
        connection.execute(text("INSERT INTO users (name) VALUES ('Edsger')"))
        print("in transaction:", connection.scalar(text("SELECT fastmigrate_apply('migrations')")))
        raise RuntimeError
except RuntimeError:
    with engine.begin() as connection:
        print("rolled back to:", connection.scalar(text("SELECT fastmigrate_version()")))
