-- Databases of the Python package: these are its statements, and each continues the other's work.
--! mask applied_at
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
--! end
--! file migrations/0002-email.sql
ALTER TABLE users ADD COLUMN email TEXT;
--! end
--! file migrations/0003-posts.sql
CREATE TABLE posts (id INTEGER PRIMARY KEY);
--! end

-- The package made the database and applied 0001.
CREATE TABLE _meta (
                            id INTEGER PRIMARY KEY CHECK (id = 1),
                            version INTEGER NOT NULL DEFAULT 0
                        );
INSERT INTO _meta (id, version) VALUES (1, 0);
SELECT fastmigrate_version();
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
INSERT OR REPLACE INTO _meta (id, version) VALUES (1, 1);
SELECT fastmigrate_version();
SELECT * FROM fastmigrate_status('migrations');

-- The extension goes on.
SELECT fastmigrate_apply('migrations', 2);
SELECT version FROM _meta WHERE id = 1;

-- The package applies 0003.
CREATE TABLE posts (id INTEGER PRIMARY KEY);
INSERT OR REPLACE INTO _meta (id, version) VALUES (1, 3);
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT version, name, state, origin, applied_at FROM fastmigrate_status('migrations');
SELECT version, name, origin FROM fastmigrate_history();

-- And the extension again.
--! file migrations/0004-tags.sql
CREATE TABLE tags (name TEXT);
--! end
SELECT fastmigrate_apply('migrations');
SELECT version FROM _meta WHERE id = 1;

-- A database of the extension as the package reads it.
--! open ours.db
SELECT fastmigrate_apply('migrations', 2);
SELECT name, sql FROM sqlite_master WHERE type='table' AND name='_meta';
SELECT version FROM _meta WHERE id = 1;
INSERT OR REPLACE INTO _meta (id, version) VALUES (1, 3);
SELECT fastmigrate_version();
