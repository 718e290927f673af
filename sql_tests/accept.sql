-- fastmigrate_accept records the present text of an applied script, after an edit on purpose.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('migrations', 1);
--! file migrations/0001-a.sql
CREATE TABLE IF NOT EXISTS a (x);
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_accept(1, 'migrations');
SELECT version, name, state FROM fastmigrate_status('migrations');
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_accept(1);

-- What cannot be accepted.
--! file migrations/0003-c.sql
CREATE TABLE c (x);
--! end
SELECT fastmigrate_accept(3);
SELECT fastmigrate_accept(9);
SELECT fastmigrate_accept(0);
SELECT fastmigrate_accept(-1);
SELECT fastmigrate_accept(NULL);
SELECT fastmigrate_accept('x');
SELECT fastmigrate_accept(1, 'nowhere');
SELECT fastmigrate_accept(1, NULL);
--! open unmanaged.db
CREATE TABLE t (a);
SELECT fastmigrate_accept(1);
SELECT name FROM sqlite_schema;
