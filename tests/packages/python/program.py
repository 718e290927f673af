# README begins
import sqlite3

import sqlite_fastmigrate

db = sqlite3.connect("data.db")
sqlite_fastmigrate.load(db)
version, = db.execute("SELECT fastmigrate_apply('migrations')").fetchone()
# README ends

print("version:", version)
print("package:", sqlite_fastmigrate.__version__)

other = sqlite3.connect(":memory:")
other.enable_load_extension(True)
other.execute("SELECT load_extension(?)", (sqlite_fastmigrate.loadable_path(),))
print("path:", *other.execute("SELECT fastmigrate_extension_version()").fetchone())

try:
    db.execute("SELECT load_extension('other')")
except sqlite3.OperationalError as error:
    print("afterwards:", error)
try:
    sqlite_fastmigrate.load(object())
except sqlite3.NotSupportedError as error:
    print("without loading:", error)
