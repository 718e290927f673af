-- fastmigrate_verify: the differences between this database and what its scripts produce.
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX users_name ON users (name);
--! end
--! file migrations/0002-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users);
CREATE VIEW authors AS SELECT name FROM users JOIN posts ON author = users.id;
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_verify('migrations');
SELECT * FROM fastmigrate_verify;

-- Somebody changes the database by hand.
ALTER TABLE users ADD COLUMN email TEXT;
DROP INDEX users_name;
CREATE TABLE notes (a);
DROP VIEW authors;
CREATE VIEW authors AS SELECT name FROM users;
SELECT * FROM fastmigrate_verify('migrations');

-- Layout and letter case are no difference.
--! open layout.db
CREATE TABLE "users"(
  [id] integer primary key, -- the number
  `name` text);
create index USERS_NAME on users ("name");
create table posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users);
CREATE VIEW authors AS SELECT name FROM users JOIN posts ON author=users.id;
SELECT fastmigrate_enroll(2, 'migrations');
SELECT * FROM fastmigrate_verify('migrations');

-- Only the scripts up to the database's version count.
--! file migrations/0003-later.sql
CREATE TABLE later (a);
--! end
SELECT * FROM fastmigrate_verify('migrations');

-- It needs a managed database, and the scripts.
--! open unmanaged.db
CREATE TABLE t (a);
SELECT * FROM fastmigrate_verify('migrations');
SELECT * FROM fastmigrate_verify('nowhere');
SELECT * FROM fastmigrate_verify(NULL);

-- A script that does not replay is an error, never a difference.
--! open broken.db
SELECT fastmigrate_enroll(1);
--! file broken/0001-a.sql
CREATE TABLE t (a);
INSERT INTO nowhere VALUES (1);
--! end
SELECT * FROM fastmigrate_verify('broken');
