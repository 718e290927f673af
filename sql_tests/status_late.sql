-- Late: numbered at or below the version, and never applied although the record covers its version.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0003-c.sql
CREATE TABLE c (x);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT version, name, state, detail FROM fastmigrate_status('migrations');
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');

-- Renumbered, it is applied.
--! remove migrations/0002-b.sql
--! file migrations/0004-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('migrations');
SELECT version, name, state, detail FROM fastmigrate_status('migrations');
