-- An error names file, line and column, shows the line, and says what state the database is in.
--! mask duration_ms
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE);
--! end
--! file migrations/0002-rows.sql
INSERT INTO users (email) VALUES ('A@EXAMPLE.COM');
--! end
--! file migrations/0003-broken.sql
-- The addresses were entered in capitals.

ALTER TABLE users ADD COLUMN name TEXT;

UPDATE users SET emial = lower(email);
--! end
--! file migrations/0004-never.sql
CREATE TABLE never (a);
--! end
SELECT fastmigrate_apply('migrations');
-- The failing script alone was rolled back.
SELECT fastmigrate_version();
SELECT name FROM pragma_table_info('users');
SELECT name FROM sqlite_schema WHERE name = 'never';
SELECT version, name, state FROM fastmigrate_status('migrations');

-- The table form says the same.
SELECT * FROM fastmigrate_apply('migrations');

-- The first script of the call fails.
--! open first.db
--! file only/0001-a.sql
CREATE TABLE a (x);
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('only');
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name NOT LIKE '%meta' AND name NOT LIKE '%history';

-- Syntax errors.
--! file only/0001-a.sql
CREATE TABLE a (x);
CREATE TABEL b (x);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x)
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
SELECT
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x,
                y,
                z,,
                w);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE tü (ä); INSERT INTO tü (ö) VALUES (1);
--! end
SELECT fastmigrate_apply('only');

-- Tabs before the place.
--! bytes only/0001-a.sql
CREATE TABLE a (x);\n
\x09\x09SELECT	y FROM a;\n
--! end
SELECT fastmigrate_apply('only');

-- A long line is cut around the place.
--! file only/0001-a.sql
CREATE TABLE a (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, ccccccccccccccccccccccccccccccccccc); INSERT INTO a (nope) VALUES (1); INSERT INTO a (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) VALUES ('ddddddddddddddddddddddddddddddddddddddddddddddddddddd');
--! end
SELECT fastmigrate_apply('only');

-- Errors when running have the place of their statement, and keep SQLite's result code.
--! file only/0001-a.sql
CREATE TABLE a (x UNIQUE NOT NULL CHECK (x > 0));
INSERT INTO a VALUES (1);
INSERT INTO a
VALUES (2),
       (1);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x NOT NULL);
INSERT INTO a VALUES (NULL);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x CHECK (x > 0)); INSERT INTO a VALUES (-1);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x);
CREATE TRIGGER no BEFORE INSERT ON a BEGIN
  SELECT RAISE(ABORT, 'not today');
END;
INSERT INTO a VALUES (1);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
CREATE TABLE a (x STRANGE) STRICT;
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
SELECT no_such_function(1);
--! end
SELECT fastmigrate_apply('only');
--! file only/0001-a.sql
SELECT ?1;
--! end
SELECT fastmigrate_apply('only');
SELECT fastmigrate_version();
