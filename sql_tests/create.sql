-- fastmigrate_create makes an empty database managed, tells the version of a managed one, and leaves
-- a database with content of its own alone.
SELECT fastmigrate_create();
SELECT version FROM _meta WHERE id = 1;
SELECT fastmigrate_version();
SELECT fastmigrate_create();
--! file migrations/0001-t.sql
CREATE TABLE t (a);
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_create();

--! open foreign.db
CREATE TABLE t (a);
SELECT fastmigrate_create();
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema;

-- A lone view is content too.
--! open view.db
CREATE VIEW v AS SELECT 1;
SELECT fastmigrate_create();

-- What SQLite makes by itself is not: an ANALYZE'd database without a table is empty.
--! open analyzed.db
CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);
ANALYZE;
DROP TABLE t;
SELECT name FROM sqlite_schema WHERE name <> 'sqlite_stat4';
SELECT fastmigrate_create();

--! open :memory:
SELECT fastmigrate_create();
SELECT fastmigrate_create(1);
