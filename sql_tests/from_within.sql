-- A script cannot move the version itself.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
CREATE TABLE b (x);
SELECT fastmigrate_apply('migrations');
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
SELECT * FROM fastmigrate_apply('migrations');
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
SELECT fastmigrate_enroll(5);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
UPDATE _meta SET version = 7;
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
DELETE FROM _meta;
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
DROP TABLE _meta;
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-within.sql
CREATE TABLE log (x);
CREATE TRIGGER on_log AFTER INSERT ON log BEGIN UPDATE _meta SET version = 9; END;
INSERT INTO log VALUES (1);
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name IN ('b', 'log');

-- Reading the version is fine.
--! file migrations/0002-within.sql
CREATE TABLE c AS SELECT fastmigrate_version() AS version;
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM c;
