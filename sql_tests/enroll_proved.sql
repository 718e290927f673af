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
SELECT fastmigrate_enroll(2, 'migrations');
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
SELECT fastmigrate_find_version('migrations');

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
