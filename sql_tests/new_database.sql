-- A new database needs no set-up: an empty one starts at version 0 by itself.
--! mask duration_ms applied_at
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users (name) VALUES ('Ada'), ('Grace');
--! end
--! file migrations/0002-email.sql
ALTER TABLE users ADD COLUMN email TEXT;
UPDATE users SET email = lower(name) || '@example.com';
--! end

SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT * FROM users;

-- What other programs read: one row, and the table as the Python package makes it.
SELECT version FROM _meta WHERE id = 1;
SELECT * FROM _meta;
SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info('_meta');
INSERT INTO _meta VALUES (2, 2);

-- Nothing is pending now, and on the next connection.
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
--! open test.db
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();

-- A later script is the only one that is applied.
--! file migrations/0003-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users);
--! end
SELECT * FROM fastmigrate_apply('migrations');
SELECT fastmigrate_version();

-- The folder is 'migrations' when it is left out, relative to the working directory.
--! file migrations/0004-tags.sql
CREATE TABLE tags (name TEXT PRIMARY KEY);
--! end
SELECT fastmigrate_apply();
--! file migrations/0005-labels.sql
CREATE TABLE labels (name TEXT PRIMARY KEY);
--! end
SELECT version, name FROM fastmigrate_apply;
SELECT version, name, state FROM fastmigrate_status;

-- A database in memory is as good as a file.
--! open :memory:
SELECT fastmigrate_apply('migrations');
SELECT name FROM users;
