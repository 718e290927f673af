-- fastmigrate_recreate_table rebuilds a table with new definitions, keeping what belongs to it.
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, age TEXT);
CREATE INDEX users_name ON users (name);
CREATE TABLE log (entry);
CREATE TRIGGER users_log AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); END;
CREATE VIEW names AS SELECT name FROM users;
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users ON DELETE CASCADE);
INSERT INTO users (id, name, age) VALUES (1, 'Ada', '36'), (5, 'Grace', NULL);
INSERT INTO posts VALUES (1, 5);
DELETE FROM users WHERE id = 5;
SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, age INTEGER, email TEXT DEFAULT ''none''');
SELECT id, name, age, typeof(age), email FROM users;
SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'users' OR name = 'names' ORDER BY name;
SELECT * FROM sqlite_sequence;
SELECT * FROM log;
SELECT * FROM posts;

-- A column that the new definitions lack, and rows that do not fit them.
SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, name TEXT');
SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, name TEXT, age INTEGER, email TEXT CHECK (email = ''x'')');
SELECT fastmigrate_recreate_table('nowhere', 'a');
SELECT fastmigrate_recreate_table('names', 'name');
SELECT fastmigrate_recreate_table('users', '');
SELECT fastmigrate_recreate_table('users', 'nonsense (');
SELECT fastmigrate_recreate_table(NULL, 'a');
SELECT fastmigrate_recreate_table('users', NULL);
SELECT count(*) FROM users;
SELECT name FROM sqlite_schema WHERE type = 'table';

-- In a script, with foreign keys on: no child row is lost.
--! file migrations/0002-age.sql
SELECT fastmigrate_recreate_table('users', 'id INTEGER PRIMARY KEY, name TEXT, age REAL, email TEXT');
--! end
INSERT INTO users (id, name) VALUES (5, 'Grace');
SELECT fastmigrate_enroll(1);
PRAGMA foreign_keys = ON;
SELECT fastmigrate_apply('migrations');
SELECT * FROM posts;
SELECT id, name, age FROM users;
