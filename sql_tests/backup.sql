-- fastmigrate_backup: a consistent copy, never over a file that is there.
CREATE TABLE t (a);
INSERT INTO t VALUES (1), (2);
SELECT fastmigrate_backup('copy.db');
SELECT fastmigrate_backup('copy.db');
SELECT fastmigrate_backup('nowhere/copy.db');
SELECT fastmigrate_backup('');
SELECT fastmigrate_backup(NULL);
SELECT fastmigrate_backup() LIKE '%test.db.________\_______.backup' ESCAPE '\' AS name_fits;
--! open copy.db
SELECT * FROM t;
--! open :memory:
CREATE TABLE m (a);
SELECT fastmigrate_backup();
SELECT fastmigrate_backup('memory.db');
--! open memory.db
SELECT name FROM sqlite_schema;
