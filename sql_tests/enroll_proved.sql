-- fastmigrate_enroll with a folder proves what it is told; fastmigrate_find_version finds it out.
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
--! end
--! file migrations/0002-email.sql
ALTER TABLE users ADD COLUMN email TEXT;
--! end
--! file migrations/0003-rows.sql
INSERT INTO users (name) VALUES ('Ada');
--! end
--! file migrations/0004-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY);
--! end
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
SELECT fastmigrate_enroll(1, 'migrations');
SELECT fastmigrate_enroll(4, 'migrations');
SELECT fastmigrate_enroll(5, 'migrations');
SELECT fastmigrate_version();
-- 0003 changes no schema, so the highest of the two is taken.
SELECT fastmigrate_find_version('migrations');
SELECT * FROM fastmigrate_verify('migrations', 3);
SELECT fastmigrate_enroll(3, 'migrations');
SELECT fastmigrate_version();
SELECT * FROM fastmigrate_verify('migrations', 2);
SELECT fastmigrate_enroll(2, 'migrations');
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
SELECT fastmigrate_find_version('migrations');

-- What its version says it has had needs no telling; what it has not had does.
SELECT * FROM fastmigrate_verify('migrations', 3);
SELECT version FROM fastmigrate_apply('migrations', 3);
SELECT * FROM fastmigrate_verify('migrations', 3);
SELECT type, name, difference FROM fastmigrate_verify('migrations', 4);
SELECT * FROM fastmigrate_verify('migrations', 0) WHERE type = 'script';
SELECT * FROM fastmigrate_verify('migrations', 5);
SELECT * FROM fastmigrate_verify WHERE dir = 'migrations' AND version = '3.5';

-- Neither is a table that is made anew only to change what is in it, nor several such scripts; a
-- script without a statement, or with ANALYZE alone, has nothing to tell.
--! file rows/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
--! end
--! file rows/0003-lower.sql
UPDATE users SET name = lower(name);
--! end
--! file rows/0004-nothing.sql
-- nothing to do
--! end
--! file rows/0005-rebuild.sql
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO users_new SELECT id, trim(name) FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
--! end
--! file rows/0006-analyze.sql
ANALYZE;
--! end
--! open rows.db
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
SELECT fastmigrate_find_version('rows');
SELECT fastmigrate_enroll(6, 'rows');
SELECT name, difference FROM fastmigrate_verify('rows', 6);
SELECT fastmigrate_enroll(1, 'rows');
SELECT fastmigrate_apply('rows');

-- A later script that cannot be replayed ends the search; what was found before stands.
--! file later/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
--! end
--! file later/0002-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY);
--! end
--! file later/0003-broken.sql
DROP TABLE nowhere;
--! end
--! open later.db
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
SELECT fastmigrate_find_version('later');
SELECT fastmigrate_enroll(2, 'later');
CREATE TABLE notes (a);
SELECT fastmigrate_find_version('later');
--! file later/0003-broken.sql
SELECT 'open;
--! end
DROP TABLE notes;
SELECT fastmigrate_find_version('later');

-- No version fits.
--! open other.db
CREATE TABLE users (id INTEGER PRIMARY KEY, title TEXT);
SELECT fastmigrate_find_version('migrations');
SELECT fastmigrate_find_version('nowhere');
SELECT fastmigrate_find_version(1);

-- An empty database is what no script has touched.
--! open empty.db
SELECT fastmigrate_find_version('migrations');
SELECT fastmigrate_enroll(0, 'migrations');
