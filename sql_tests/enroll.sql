-- A database that was made by other means is marked as being at a version; the scripts up to it are
-- skipped.
--! mask duration_ms applied_at
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users (name) VALUES ('Ada');
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
--! end
--! file migrations/0002-email.sql
ALTER TABLE users ADD COLUMN email TEXT;
--! end
--! file migrations/0003-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY);
--! end

-- It is not managed yet: the version is NULL, and nothing is applied to it.
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT version, name, state FROM fastmigrate_status('migrations');
SELECT name FROM sqlite_schema;

SELECT fastmigrate_enroll(1);
SELECT fastmigrate_version();
SELECT version FROM _meta WHERE id = 1;
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT * FROM users;
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
SELECT version, name, kind, origin FROM fastmigrate_history();

-- It is managed now, also at another version, and not by an enrolment alone.
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_enroll(3);
SELECT fastmigrate_enroll(4);
SELECT fastmigrate_version();

-- An empty database can be enrolled too, and 0 is a version: the first script is yet to come.
--! open empty.db
SELECT fastmigrate_enroll(0);
SELECT fastmigrate_version();

-- A second time it is at that version already; a folder proves it again.
SELECT fastmigrate_enroll(0);
SELECT fastmigrate_enroll(1);
--! open twice.db
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_enroll(1, 'migrations');
SELECT version, origin FROM fastmigrate_history();
ALTER TABLE users ADD COLUMN age;
SELECT fastmigrate_enroll(1, 'migrations');

-- Where another program has brought it, it was not enrolled.
--! open other.db
CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
INSERT INTO _meta VALUES (1, 3);
SELECT fastmigrate_enroll(3);

-- The last version that exists.
--! open last.db
CREATE TABLE t (a);
SELECT fastmigrate_enroll(9999);
SELECT fastmigrate_version();

-- A version above the folder's last script is taken as it is said, and stands in the way later.
SELECT fastmigrate_apply('migrations');
