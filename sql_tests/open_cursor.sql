-- Another statement of the host that is still reading makes SQLite refuse a drop; the error quotes it.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
INSERT INTO a VALUES (1), (2);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
--! file migrations/0003-drop.sql
DROP TABLE b;
--! end
SELECT fastmigrate_apply('migrations', 1);
--! cursor SELECT x FROM a
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
--! finish
SELECT fastmigrate_apply('migrations');
