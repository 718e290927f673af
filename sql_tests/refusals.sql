-- apply refuses, changing nothing, when the folder cannot be right or the promise is already broken.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end

-- No such folder; a file in its place; an empty one is not an error.
SELECT fastmigrate_apply('migratoins');
SELECT fastmigrate_apply('migrations/0001-a.sql');
SELECT fastmigrate_apply('');
SELECT fastmigrate_version();
--! folder empty
SELECT fastmigrate_apply('empty');
SELECT * FROM fastmigrate_apply('empty');

-- Two scripts of one version.
--! folders a bundle has no programs, and its scripts no path
--! file twice/0001-a.sql
CREATE TABLE a (x);
--! end
--! file twice/0002-b.sql
CREATE TABLE b (x);
--! end
--! file twice/0002-c.py
--! end
SELECT fastmigrate_apply('twice');
SELECT * FROM fastmigrate_apply('twice');
SELECT * FROM fastmigrate_status('twice');

-- 0000 is no version: a database at 0 has had no script.
--! open zero.db
--! file zero/0000-zero.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('zero');
SELECT version, name, state, detail FROM fastmigrate_status('zero');
--! bundles

-- The Python package's way to another kind of database.
--! open config.db
--! file config/0001-a.sql
CREATE TABLE a (x);
--! end
--! file config/config.py
def get_connection(db): pass
--! end
SELECT fastmigrate_apply('config');
SELECT * FROM fastmigrate_status('config');

-- A database with content that is not managed.
--! open unmanaged.db
CREATE TABLE mine (x);
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_apply('empty');
SELECT name FROM sqlite_schema;

-- The database is ahead of the folder.
--! open ahead.db
CREATE TABLE mine (x);
SELECT fastmigrate_enroll(7);
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_apply('migrations', 1);
SELECT fastmigrate_apply('empty');
SELECT fastmigrate_version();

-- An applied script was edited.
--! open edited.db
SELECT fastmigrate_apply('migrations');
--! file migrations/0001-a.sql
CREATE TABLE a (x, y);
--! end
--! file migrations/0003-c.sql
CREATE TABLE c (x);
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name = 'c';

-- Only its layout was: that is fine.
--! file migrations/0001-a.sql
create -- no, keywords are SQL too
TABLE a (x);
--! end
SELECT state FROM fastmigrate_status('migrations') WHERE version = 1;
--! file migrations/0001-a.sql
-- The first table.
CREATE TABLE a
(
    x
);
--! end
SELECT fastmigrate_apply('migrations');

-- An applied script that is gone does not stand in the way.
--! remove migrations/0001-a.sql
--! file migrations/0004-d.sql
CREATE TABLE d (x);
--! end
SELECT fastmigrate_apply('migrations');
