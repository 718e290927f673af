-- These are found before anything runs, in any pending script: not even the scripts before it run.
--! file migrations/0001-fine.sql
CREATE TABLE fine (a);
--! end
--! file migrations/0002-bad.sql
INSERT INTO fine VALUES ('open string
that goes on);
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT count(*) FROM sqlite_schema;

--! file migrations/0002-bad.sql
CREATE TABLE "open name (a);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-bad.sql
CREATE TABLE [open name (a);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-bad.sql
CREATE TABLE a (a);
  /* a comment
CREATE TABLE b (b);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-bad.sql
SELECT 1;
CREATE TRIGGER t AFTER INSERT ON fine BEGIN
  SELECT CASE WHEN 1 THEN 2 END;
--! end
SELECT fastmigrate_apply('migrations');

-- A dot-command of the sqlite3 shell.
--! file migrations/0002-bad.sql
CREATE TABLE a (a);
.import data.csv a
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');

-- Not UTF-8, and a NUL.
--! folders a bundle is UTF-8 as a whole
--! bytes migrations/0002-bad.sql
CREATE TABLE a (a);\n
-- caf\xE9\n
--! end
SELECT fastmigrate_apply('migrations');
--! bytes migrations/0002-bad.sql
CREATE TABLE a (a);\n
SELECT '\xC0\xAF';\n
--! end
SELECT fastmigrate_apply('migrations');
--! bytes migrations/0002-bad.sql
CREATE TABLE a (a);\n
SELECT 'a\0b';\n
--! end
SELECT fastmigrate_apply('migrations');
--! bytes migrations/0002-bad.sql
\xFF\xFEC\0R\0E\0A\0T\0E\0
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT count(*) FROM sqlite_schema;

-- A script beyond the target is not looked at.
SELECT fastmigrate_apply('migrations', 1);
--! bundles
