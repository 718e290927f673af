-- fastmigrate_rehearse tells what apply would do with the real data, and leaves nothing behind.
--! mask duration_ms
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
INSERT INTO users (email) VALUES ('a@example.com'), ('a@example.com');
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0002-index.sql
CREATE INDEX users_email ON users (email);
--! end
--! file migrations/0003-unique.sql
CREATE UNIQUE INDEX users_email_once ON users (email);
--! end
--! file migrations/0004-never.sql
DROP TABLE users;
--! end
SELECT * FROM fastmigrate_rehearse('migrations');
SELECT * FROM fastmigrate_rehearse('migrations', 2);
SELECT json_extract(value, '$.version') AS version, json_extract(value, '$.name') AS name,
       json_extract(value, '$.ok') AS ok, json_extract(value, '$.error') AS error
FROM json_each(fastmigrate_rehearse('migrations'));
SELECT fastmigrate_version();
SELECT name FROM sqlite_schema WHERE name LIKE 'users%';
SELECT count(*) FROM fastmigrate_history();
--! list .

-- Nothing pending.
SELECT * FROM fastmigrate_rehearse('migrations', 1);
SELECT fastmigrate_rehearse('migrations', 1);

-- In the caller's transaction, and what apply would refuse.
BEGIN;
SELECT json_array_length(fastmigrate_rehearse('migrations', 2)) AS rows;
COMMIT;
SELECT fastmigrate_version();
SELECT * FROM fastmigrate_rehearse('nowhere');
SELECT fastmigrate_rehearse(NULL);
--! open unmanaged.db
CREATE TABLE t (a);
SELECT * FROM fastmigrate_rehearse('migrations');

-- Another file would not be left alone by what is only tried.
--! open other.db
--! file attaches/0001-log.sql
ATTACH 'log.db' AS log;
CREATE TABLE log.entries (x);
DETACH log;
--! end
SELECT version, ok, error FROM fastmigrate_rehearse('attaches');
SELECT fastmigrate_rehearse('attaches');
--! list .
