-- Statements that SQLite cannot run, or ignores, inside a transaction: at the head of a script they
-- run before its transaction, at the tail after it, in the middle they split it.
--! file migrations/0001-head-and-tail.sql
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE a (x);
INSERT INTO a VALUES (1);
VACUUM;
--! end
SELECT fastmigrate_apply('migrations');
SELECT count(*) FROM a;
PRAGMA journal_mode;
SELECT version, name, kind, statements FROM fastmigrate_history();

-- Importing from another file.
--! open source.db
CREATE TABLE rows (x);
INSERT INTO rows VALUES (10), (20);
--! open test.db
--! file migrations/0002-import.sql
ATTACH 'source.db' AS source;
INSERT INTO a SELECT x FROM source.rows;
DETACH source;
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM a;

-- In the middle: each part is atomic, and the version comes with the last.
--! file migrations/0003-middle.sql
INSERT INTO a VALUES (30);
VACUUM;
INSERT INTO a VALUES (40);
--! end
SELECT fastmigrate_apply('migrations');
SELECT count(*) FROM a;
--! file migrations/0004-middle-fails.sql
INSERT INTO a VALUES (50);

VACUUM;
INSERT INTO a VALUES (60);
INSERT INTO nowhere VALUES (70);
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM a;
SELECT fastmigrate_version();

-- The table form.
--! remove migrations/0004-middle-fails.sql
--! file migrations/0004-vacuum.sql
INSERT INTO a VALUES (80);
VACUUM;
--! end
SELECT version, name FROM fastmigrate_apply('migrations');
SELECT * FROM a;

-- In memory the table form cannot, and says which form can.
--! open :memory:
--! file memory/0001-vacuum.sql
CREATE TABLE a (x);
VACUUM;
--! end
SELECT version, name FROM fastmigrate_apply('memory');
SELECT fastmigrate_version();
SELECT fastmigrate_apply('memory');

-- A checkpoint right behind the change to WAL, which SQLite refuses while a temp database is open.
--! open checkpoint.db
--! file checkpoint/0001-to-wal.sql
CREATE TABLE a (x);
PRAGMA journal_mode = WAL;
--! end
--! file checkpoint/0002-checkpoint.sql
PRAGMA wal_checkpoint;
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('checkpoint');
