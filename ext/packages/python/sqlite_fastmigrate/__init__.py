"""fastmigrate, the SQLite extension that migrates a database inside its own connection.

    db = sqlite3.connect("data.db")
    sqlite_fastmigrate.load(db)
    version, = db.execute("SELECT fastmigrate_apply('migrations')").fetchone()
"""

import os
import sqlite3

__version__ = "@VERSION@"
__all__ = ["loadable_path", "load"]


def loadable_path():
    """The full path of the module, for a driver that loads in another way."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "fastmigrate.so")


def load(conn):
    """Gives the connection the functions of fastmigrate. Loading by others is forbidden afterwards."""
    if not hasattr(conn, "enable_load_extension"):
        raise sqlite3.NotSupportedError(
            "the sqlite3 module of this Python was built without the loading of extensions; use "
            "another Python, or APSW")
    conn.enable_load_extension(True)
    try:
        conn.load_extension(loadable_path())
    finally:
        conn.enable_load_extension(False)
