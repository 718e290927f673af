-- .py and .sh scripts are off unless the environment says otherwise; they get the database's path.
--! folders a bundle has no programs
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-shell.sh
echo "on its way" >&2
test -f "$1" && echo ran > shell.txt
--! end
--! file migrations/0003-python.py
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO a VALUES ('python')")
connection.commit()
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT version, name, state, kind FROM fastmigrate_status('migrations');
--! env FASTMIGRATE_ALLOW_SCRIPTS 0
SELECT fastmigrate_apply('migrations');
--! env FASTMIGRATE_ALLOW_SCRIPTS 1
BEGIN;
SELECT fastmigrate_apply('migrations');
ROLLBACK;
SELECT fastmigrate_apply('migrations');
SELECT * FROM a;
--! cat shell.txt
SELECT version, name, kind, statements FROM fastmigrate_history();

-- A failure leaves the version where it was, and shows the end of what the program said.
--! file migrations/0004-fails.sh
echo "line one" >&2
echo "line two" >&2
exit 3
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
--! file migrations/0004-fails.sh
kill -9 $$
--! end
SELECT fastmigrate_apply('migrations');

-- Without a file there is no path to give.
--! open :memory:
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();

-- The table form.
--! open table.db
--! remove migrations/0004-fails.sh
SELECT version, name, kind FROM fastmigrate_apply('migrations');
SELECT * FROM a;

-- The Python that FASTMIGRATE_PYTHON names; one that cannot be started has done nothing.
--! open python.db
--! file python/0001-which.py
This is no Python, and an interpreter that takes anything runs it.
--! end
--! env FASTMIGRATE_PYTHON nowhere/python
SELECT fastmigrate_apply('python');
--! env FASTMIGRATE_PYTHON true
SELECT fastmigrate_apply('python');
--! open empty_name.db
--! env FASTMIGRATE_PYTHON 
--! file python/0001-which.py
import sys
sys.exit(5)
--! end
SELECT fastmigrate_apply('python');
