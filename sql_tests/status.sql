-- fastmigrate_status: every script and every recorded version with its state.
--! mask applied_at
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
--! file migrations/0003-c.sql
CREATE TABLE c (x);
--! end
--! file migrations/0004-d.sql
CREATE TABLE d (x);
--! end

-- A new database: all is pending, and asking writes nothing.
SELECT * FROM fastmigrate_status('migrations');
SELECT name FROM sqlite_schema;

-- Enrolled at 1, two applied, one pending.
CREATE TABLE a (x);
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_apply('migrations', 3);
SELECT * FROM fastmigrate_status('migrations');

-- What is not a script's name is listed with the reason.
--! file migrations/003-typo.sql
CREATE TABLE x (x);
--! end
--! file migrations/00005-five.sql
--! end
--! file migrations/0005_underscore.sql
--! end
--! file migrations/0005-upper.SQL
--! end
--! file migrations/0005-text.txt
--! end
--! file migrations/0005.sql
--! end
--! file migrations/README.md
--! end
--! folder migrations/0005-folder.sql
--! file migrations/.hidden
--! end
--! folders one in another is no file
SELECT version, name, state, kind, detail FROM fastmigrate_status('migrations');
--! bundles

-- Edited: its statements are other ones now. Comments and white space do not count.
--! file migrations/0002-b.sql
-- A comment that was not there.
CREATE TABLE b
  (x);
--! end
SELECT version, name, state, detail FROM fastmigrate_status('migrations') WHERE version = 2;
--! file migrations/0002-b.sql
CREATE TABLE b (x, y);
--! end
SELECT version, name, state, detail FROM fastmigrate_status('migrations') WHERE version = 2;

-- Missing: recorded, and no file.
--! remove migrations/0003-c.sql
SELECT version, name, state, detail FROM fastmigrate_status('migrations') WHERE version = 3;

-- Renamed: the number and the statements count, not the words.
--! file migrations/0003-renamed.sql
CREATE TABLE c (x);
--! end
SELECT version, name, state, detail FROM fastmigrate_status('migrations') WHERE version = 3;

-- The folder must exist here too.
SELECT * FROM fastmigrate_status('nowhere');

-- A table is no function.
SELECT fastmigrate_status('migrations');
SELECT fastmigrate_history();
SELECT fastmigrate_verify('migrations', 1);
