-- fastmigrate_initialize writes the first script of an existing database, proves it, and enrolls at 1.
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
CREATE INDEX users_name ON users (name);
CREATE VIEW names AS SELECT name FROM users;
CREATE TRIGGER no_empty_name BEFORE INSERT ON users WHEN new.name = '' BEGIN
  SELECT RAISE(ABORT, 'a name is needed');
END;
CREATE TABLE roles (name TEXT PRIMARY KEY, rank REAL, mark BLOB) WITHOUT ROWID;
INSERT INTO users (name) VALUES ('Ada');
INSERT INTO roles VALUES ('admin', 1.5, x'00ff'), ('it''s', -0.0, NULL), ('user', 9e999, 'text');
PRAGMA user_version = 7;
ANALYZE;
--! folder migrations
SELECT fastmigrate_initialize('migrations', 'roles');
--! cat migrations/0001-initialize.sql
SELECT fastmigrate_version();
SELECT version, name, kind, origin, checksum IS NOT NULL FROM fastmigrate_history();
SELECT * FROM fastmigrate_verify('migrations');

-- The script makes a database of its own.
--! open copy.db
SELECT fastmigrate_apply('migrations');
SELECT name, rank, typeof(rank), mark, typeof(mark) FROM roles;
SELECT count(*) FROM users;
PRAGMA user_version;

-- A managed database, a folder with scripts, a table that is not there: refused, and nothing is left behind.
SELECT fastmigrate_initialize('migrations');
--! open again.db
CREATE TABLE t (a);
SELECT fastmigrate_initialize('migrations');
--! folder other
SELECT fastmigrate_initialize('other', 'nowhere');
SELECT fastmigrate_initialize('nowhere');
SELECT fastmigrate_initialize();
SELECT fastmigrate_initialize(NULL);
SELECT fastmigrate_initialize('other', NULL);
SELECT fastmigrate_initialize('other', 't', 5);
--! list other
SELECT fastmigrate_version();
--! open empty.db
SELECT fastmigrate_initialize('other');
--! list other
