-- A _meta that is something else is an error that says so, and it is never altered.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end

-- Another application's table.
CREATE TABLE _meta (key TEXT PRIMARY KEY, value TEXT);
INSERT INTO _meta VALUES ('schema', '5');
SELECT fastmigrate_version();
SELECT fastmigrate_create();
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_status('migrations');
SELECT * FROM _meta;
SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%';

-- A view.
--! open view.db
CREATE VIEW _meta AS SELECT 1 AS id, 5 AS version;
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');

-- An index of that name.
--! open index.db
CREATE TABLE t (a);
CREATE INDEX _meta ON t (a);
SELECT fastmigrate_version();
SELECT fastmigrate_enroll(1);

-- No row.
--! open no-row.db
CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_enroll(1);
SELECT count(*) FROM _meta;

-- Versions that are none.
INSERT INTO _meta VALUES (1, -1);
SELECT fastmigrate_version();
UPDATE _meta SET version = 10000;
SELECT fastmigrate_version();
UPDATE _meta SET version = 1.5;
SELECT fastmigrate_version();
UPDATE _meta SET version = 'one';
SELECT fastmigrate_version();
UPDATE _meta SET version = x'31';
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
UPDATE _meta SET version = '1';
SELECT fastmigrate_version();

-- Another column, and one that is missing.
--! open more.db
CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, app TEXT);
INSERT INTO _meta VALUES (1, 1, 'x');
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
--! open less.db
CREATE TABLE _meta (version INTEGER);
INSERT INTO _meta VALUES (1);
SELECT fastmigrate_version();

-- Several rows, where nothing forbids them.
--! open rows.db
CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER NOT NULL DEFAULT 0);
INSERT INTO _meta VALUES (1, 1), (2, 2);
SELECT fastmigrate_version();

-- A record that is somebody else's.
--! open history.db
CREATE TABLE _fastmigrate_history (a);
SELECT * FROM fastmigrate_history();
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_enroll(1);
SELECT name FROM sqlite_schema;
--! open history-view.db
CREATE VIEW _fastmigrate_history AS SELECT 1 AS version;
SELECT * FROM fastmigrate_history();

-- A record that went missing is no error, and is made again with the next write.
--! open lost.db
SELECT fastmigrate_apply('migrations');
DROP TABLE _fastmigrate_history;
SELECT fastmigrate_version();
SELECT * FROM fastmigrate_history();
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('migrations');
SELECT version, name, state, origin FROM fastmigrate_status('migrations');
