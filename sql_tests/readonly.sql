-- When nothing is pending nothing is written, so that a read-only file will do.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('migrations');
--! open file:test.db?mode=ro
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT name, state FROM fastmigrate_status('migrations');
SELECT version, name FROM fastmigrate_history();
SELECT fastmigrate_create();

-- What writes fails with SQLite's own code.
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();

-- A new file cannot be made managed.
--! open plain.db
CREATE TABLE t (a);
--! open file:plain.db?mode=ro
SELECT fastmigrate_version();
SELECT fastmigrate_enroll(1);
SELECT * FROM fastmigrate_history();
