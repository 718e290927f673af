-- fastmigrate_draft writes the next script from what is different.
--! folders a script is written into one
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user INT REFERENCES users (id), body TEXT, old TEXT);
CREATE INDEX posts_user ON posts (user);
CREATE VIEW bodies AS SELECT body FROM posts;
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_draft('migrations', 'nothing');
--! list migrations

-- By hand: a column renamed and one added, a table made anew without a column, a trigger.
ALTER TABLE users RENAME COLUMN name TO full_name;
ALTER TABLE users ADD COLUMN email TEXT;
CREATE TABLE posts2 (id INTEGER PRIMARY KEY, user INT NOT NULL REFERENCES users (id), body TEXT);
INSERT INTO posts2 SELECT id, user, body FROM posts;
DROP VIEW bodies;
DROP TABLE posts;
ALTER TABLE posts2 RENAME TO posts;
CREATE INDEX posts_user ON posts (user);
CREATE VIEW bodies AS SELECT body FROM posts;
CREATE TRIGGER no_empty BEFORE INSERT ON posts WHEN new.body = '' BEGIN
  SELECT RAISE(ABORT, 'a body is needed');
END;
SELECT fastmigrate_draft('migrations', 'full name');
--! cat migrations/0002-full-name.sql
SELECT version, name, kind, origin, checksum IS NOT NULL FROM fastmigrate_history();
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
SELECT * FROM fastmigrate_verify('migrations');
SELECT fastmigrate_apply('migrations');

-- Another database, with rows and foreign keys on, gets it applied.
--! open other.db
PRAGMA foreign_keys = ON;
SELECT fastmigrate_apply('migrations', 1);
INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO posts VALUES (7, 2, 'text', 'gone');
SELECT fastmigrate_apply('migrations');
SELECT * FROM users;
SELECT * FROM posts;
SELECT * FROM fastmigrate_verify('migrations');

-- From a file: the database is not touched.
--! file schema.sql
CREATE TABLE "users" (id INTEGER PRIMARY KEY, full_name TEXT, email TEXT);
PRAGMA user_version = 12;
--! end
--! file same.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, full_name TEXT, email TEXT);
--! end
SELECT fastmigrate_draft('migrations', 'only users', 'schema.sql');
--! cat migrations/0003-only-users.sql
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT name FROM sqlite_schema WHERE name NOT LIKE '%fastmigrate%';
SELECT fastmigrate_draft('migrations', 'x', 'same.sql');

-- In a transaction of the caller's, with which the version goes; the script stays.
BEGIN;
CREATE TABLE more (a);
SELECT fastmigrate_draft('migrations', 'more');
SELECT fastmigrate_version();
ROLLBACK;
SELECT fastmigrate_version();
--! list migrations

-- What is refused.
SELECT fastmigrate_draft('migrations', 'even more');
SELECT fastmigrate_draft('nowhere', 'x');
SELECT fastmigrate_draft('migrations', '');
SELECT fastmigrate_draft('migrations');
SELECT fastmigrate_draft('migrations', NULL);
SELECT fastmigrate_draft('migrations', 'x', 5);
SELECT fastmigrate_draft('migrations', 'x', 'nowhere.sql');
SELECT fastmigrate_draft('{"0001-a.sql": ""}', 'x');
--! open unmanaged.db
SELECT fastmigrate_draft('migrations', 'x');
CREATE TABLE t (a);
SELECT fastmigrate_draft('migrations', 'x');
CREATE VIEW v AS SELECT fastmigrate_draft('migrations', 'x');
SELECT * FROM v;
--! list migrations
