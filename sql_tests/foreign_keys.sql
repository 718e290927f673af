-- Enforcement is off while scripts run, as SQLite's procedure for changing a table asks; it comes
-- back as it was, and when it was on, the result is checked before the commit.
--! mask duration_ms
--! file migrations/0001-tables.sql
CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE children (id INTEGER PRIMARY KEY,
                       parent INTEGER REFERENCES parents ON DELETE CASCADE);
INSERT INTO parents VALUES (1, 'a'), (2, 'b');
INSERT INTO children VALUES (10, 1), (20, 2);
--! end
--! file migrations/0002-rebuild.sql
CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO parents_new SELECT * FROM parents;
DROP TABLE parents;
ALTER TABLE parents_new RENAME TO parents;
--! end
PRAGMA foreign_keys = ON;
SELECT fastmigrate_apply('migrations');
SELECT * FROM children;
PRAGMA foreign_keys;
PRAGMA foreign_key_check;

-- The table form loses no child either.
--! open table.db
PRAGMA foreign_keys = ON;
SELECT version FROM fastmigrate_apply('migrations');
SELECT * FROM children;
PRAGMA foreign_keys;

-- A script that leaves an orphan is refused, and named; the ones before it stay.
--! file migrations/0003-fine.sql
INSERT INTO parents VALUES (3, 'c');
--! end
--! file migrations/0004-orphan.sql
INSERT INTO children VALUES (30, 3);
INSERT INTO children VALUES (77, 7), (88, 8);
--! end
--! file migrations/0005-fine.sql
INSERT INTO parents VALUES (4, 'd');
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT * FROM children;
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();

-- Only what was not there before counts: old orphans do not stand in the way.
--! open old-orphans.db
SELECT fastmigrate_apply('migrations', 3);
PRAGMA foreign_keys = OFF;
INSERT INTO children VALUES (66, 6);
PRAGMA foreign_keys = ON;
--! file migrations/0004-orphan.sql
INSERT INTO children VALUES (30, 3);
--! end
SELECT fastmigrate_apply('migrations');
PRAGMA foreign_key_check;

-- Whoever had enforcement off is not checked, as with plain SQLite.
--! open off.db
--! file migrations/0004-orphan.sql
INSERT INTO children VALUES (77, 7);
--! end
PRAGMA foreign_keys = OFF;
SELECT fastmigrate_apply('migrations');
PRAGMA foreign_key_check;
PRAGMA foreign_keys;

-- A script that wants enforcement says so at its head, and gets it.
--! open asked.db
--! remove migrations/0004-orphan.sql
--! remove migrations/0005-fine.sql
--! file migrations/0004-cascade.sql
PRAGMA foreign_keys = ON;
DELETE FROM parents WHERE id = 1;
--! end
--! file migrations/0005-no-cascade.sql
DELETE FROM children;
DELETE FROM parents WHERE id = 2;
--! end
SELECT fastmigrate_apply('migrations', 4);
SELECT * FROM children;
PRAGMA foreign_keys;
--! file migrations/0005-violates.sql
PRAGMA foreign_keys = ON;
INSERT INTO children VALUES (77, 7);
--! end
--! remove migrations/0005-no-cascade.sql
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
