-- SQLite compiles the first statement of a stored text only: a second one in it is never copied or run.
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE victim (x);
CREATE INDEX by_id ON users (id);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = sql || '; DROP TABLE victim' WHERE name = 'by_id';
PRAGMA writable_schema = OFF;
--! open test.db
PRAGMA integrity_check;
SELECT fastmigrate_schema();
--! folder migrations
SELECT fastmigrate_initialize('migrations');
--! list migrations
SELECT fastmigrate_enroll(0);
SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, name TEXT');
SELECT * FROM fastmigrate_verify('migrations');
SELECT fastmigrate_find_version('migrations');
SELECT name FROM sqlite_schema WHERE name = 'victim';
