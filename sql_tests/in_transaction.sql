-- Inside the caller's own transaction everything is the caller's to keep or to undo.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
INSERT INTO a VALUES (1);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
DROP TABLE a;
--! end
BEGIN;
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema;
ROLLBACK;
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema;

-- The caller's savepoints and rows stay where they are.
CREATE TEMP TABLE mine (x);
BEGIN;
INSERT INTO mine VALUES (1);
SAVEPOINT s;
SELECT fastmigrate_apply('migrations', 1);
ROLLBACK TO s;
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations', 1);
COMMIT;
SELECT * FROM mine;
SELECT fastmigrate_version();

-- A script that fails leaves the transaction open, without the script.
--! file migrations/0003-bad.sql
CREATE TABLE c (x);
INSERT INTO nowhere VALUES (1);
--! end
BEGIN;
INSERT INTO mine VALUES (2);
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name IN ('a', 'b', 'c');
COMMIT;
SELECT * FROM mine;
SELECT fastmigrate_version();

-- The table form does it too, when the script drops nothing.
--! file migrations/0003-bad.sql
CREATE TABLE c (x);
--! end
BEGIN;
SELECT version FROM fastmigrate_apply('migrations');
ROLLBACK;
SELECT fastmigrate_version();

-- It cannot drop there, and says which form can.
--! file migrations/0004-drop.sql
DROP TABLE c;
--! end
BEGIN;
SELECT version FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
ROLLBACK;
BEGIN;
SELECT fastmigrate_apply('migrations');
COMMIT;

-- VACUUM cannot run there: refused before anything runs.
--! file migrations/0005-e.sql
CREATE TABLE e (x);
--! end
--! file migrations/0006-vacuum.sql
VACUUM;
--! end
BEGIN;
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
COMMIT;
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');

-- Nor does anything with foreign keys on, since they cannot be switched off in a transaction.
--! file migrations/0007-f.sql
CREATE TABLE f (x);
--! end
PRAGMA foreign_keys = ON;
BEGIN;
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
COMMIT;
SELECT fastmigrate_apply('migrations');
-- With nothing pending there is nothing to refuse.
BEGIN;
SELECT fastmigrate_apply('migrations');
COMMIT;

-- create and enroll in a transaction.
--! open other.db
BEGIN;
SELECT fastmigrate_create();
ROLLBACK;
SELECT fastmigrate_version();
CREATE TABLE t (a);
BEGIN;
SELECT fastmigrate_enroll(3);
ROLLBACK;
SELECT fastmigrate_version();

-- Inside a statement that writes it is refused.
--! open writing.db
SELECT fastmigrate_create();
--! remove migrations/0006-vacuum.sql
CREATE TEMP TABLE result (version);
CREATE TABLE kept (version);
INSERT INTO kept SELECT fastmigrate_apply('migrations');
CREATE TABLE made AS SELECT fastmigrate_apply('migrations') AS version;
INSERT INTO kept SELECT version FROM fastmigrate_apply('migrations');
INSERT INTO kept VALUES (0);
UPDATE kept SET version = fastmigrate_apply('migrations');
INSERT INTO result SELECT fastmigrate_apply('migrations');
SELECT * FROM result;
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name NOT LIKE '\_%' ESCAPE '\';
