import django
from django.conf import settings

NAMES = ["new", "app", "copy", "atomic"]
databases = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": name + ".db"} for name in NAMES}
databases["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(DATABASES=databases)
django.setup()

# README begins
from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)  # in the ready() of an AppConfig
def load(connection, **_):
    if connection.vendor == "sqlite":
        connection.connection.enable_load_extension(True)
        connection.connection.load_extension("build/fastmigrate")
        connection.connection.enable_load_extension(False)


with connections["new"].cursor() as cursor:
    cursor.execute("SELECT fastmigrate_apply('migrations')")
    version, = cursor.fetchone()
# README ends

from django.db import OperationalError, transaction


def value(name, sql, *parameters):
    with connections[name].cursor() as cursor:
        return cursor.execute(sql, parameters).fetchone()[0]


def rows(name, sql):
    with connections[name].cursor() as cursor:
        return cursor.execute(sql).fetchall()


print("new:", version)

print("enroll:", value("app", "SELECT fastmigrate_enroll(%s)", 1))
try:
    value("app", "SELECT fastmigrate_apply('broken')")
except OperationalError as error:
    print("broken:", error)
    print("code:", getattr(error.__cause__, "sqlite_errorcode", 1))  # since Python 3.11
print("version:", value("app", "SELECT fastmigrate_version()"))
print("apply:", value("app", "SELECT fastmigrate_apply(%s)", "migrations"))
print("again:", value("app", "SELECT fastmigrate_apply(%s)", "migrations"))
for row in rows("app", "SELECT version, state FROM fastmigrate_status('migrations')"):
    print("status:", *row)
print("differences:", value("app", "SELECT count(*) FROM fastmigrate_verify('migrations')"))
print("posts:", value("app", "SELECT count(*) FROM posts"))

value("copy", "SELECT fastmigrate_enroll(1)")
sql = "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')"
for row in rows("copy", sql):
    print("row:", *row)
print("posts:", value("copy", "SELECT count(*) FROM posts"))

copy = connections["copy"].connection
copy.create_function("address", 1, lambda name: name.lower() + "@example.com")
print("function:", value("copy", "SELECT fastmigrate_apply('function')"))
for row in rows("copy", "SELECT email FROM users"):
    print("function:", *row)

bundle = value("copy", "SELECT fastmigrate_bundle('migrations')")
print("bundle:", value("default", "SELECT fastmigrate_apply(%s, %s)", bundle, 2))

# Habits
print("foreign keys:", value("atomic", "PRAGMA foreign_keys"))
print("number:", value("atomic", "SELECT typeof(%s)", 2))

# atomic() begins a transaction, and foreign keys are on.
try:
    with transaction.atomic("atomic"):
        value("atomic", "SELECT fastmigrate_apply('migrations')")
except OperationalError as error:
    print("in atomic:", error)
print("version:", value("atomic", "SELECT fastmigrate_version()"))
print("outside of it:", value("atomic", "SELECT fastmigrate_apply('migrations')"))
