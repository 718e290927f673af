-- SQLite refuses DROP TABLE while another statement reads, and SELECT * FROM fastmigrate_apply is one.
-- With a file, a second connection runs such a script; in memory only the scalar form can.
--! mask duration_ms
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-drop.sql
CREATE TABLE b (x);
DROP TABLE a;
--! end
--! open :memory:
SELECT version, name FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name IN ('a', 'b');
SELECT fastmigrate_apply('migrations', 2);
SELECT name FROM sqlite_schema WHERE name IN ('a', 'b');
