-- Another migration tool's folder becomes one of ours. Which tools there are, and what each of them
-- understands, is in tests/author/ and tests/processes/import_tools.py.
--! folders what is imported is a folder

-- An empty database: the scripts are written, and applied like any others.
--! file goose/00001_users.sql
-- +goose Up
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- +goose Down
DROP TABLE users;
--! end
--! file goose/00004_log.sql
-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE log (name TEXT);
-- +goose StatementBegin
CREATE TRIGGER users_log AFTER INSERT ON users BEGIN
  INSERT INTO log VALUES (NEW.name);
END
-- +goose StatementEnd
INSERT INTO users (name) VALUES ('Ada');
-- +goose Down
DROP TABLE log;
--! end
SELECT fastmigrate_import('goose', 'scripts');
--! list scripts
--! cat scripts/0001-users.sql
--! cat scripts/0002-log.sql
SELECT fastmigrate_version();
SELECT version, name, state FROM fastmigrate_status('scripts');
SELECT fastmigrate_apply('scripts');
SELECT * FROM log;

-- It is managed now.
SELECT fastmigrate_import('goose', 'again');

-- A database that the tool has managed: its record says what it has had.
--! open managed.db
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
  is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO users VALUES (5, 'Grace');
SELECT fastmigrate_apply('scripts');
SELECT fastmigrate_import('goose');
--! list migrations
SELECT version, name, state FROM fastmigrate_status('migrations');
SELECT fastmigrate_apply();
SELECT * FROM users;
SELECT count(*) FROM fastmigrate_verify();
SELECT version_id, is_applied FROM goose_db_version;

-- The same scripts serve the next database, and are not written again.
--! open second.db
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
  is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
SELECT fastmigrate_import('goose', 'migrations');

-- A database that is not what its record says.
--! open other.db
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
  is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
SELECT fastmigrate_import('goose', 'fresh');
--! list .
SELECT fastmigrate_version();

-- One without a record.
--! open unknown.db
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
SELECT fastmigrate_import('goose', 'fresh');

-- What cannot be converted is named before anything is written.
--! open empty.db
--! file code/00001_a.sql
-- +goose Up
CREATE TABLE a (x);
--! end
--! file code/00002_b.go
package main
--! end
SELECT fastmigrate_import('code', 'fresh');
--! file flyway/V1__a.sql
CREATE TABLE a (x);
--! end
--! file flyway/R__b.sql
CREATE VIEW b AS SELECT 1;
--! end
SELECT fastmigrate_import('flyway', 'fresh');
--! file twice/0001_a.up.sql
CREATE TABLE a (x);
--! end
--! file twice/1_b.up.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_import('twice', 'fresh');
--! file broken/20240101_a.sql
CREATE TABLE a (x TEXT DEFAULT 'open);
--! end
SELECT fastmigrate_import('broken', 'fresh');
SELECT fastmigrate_import('nowhere', 'fresh');
SELECT fastmigrate_import('goose', 'goose');
SELECT fastmigrate_import('migrations', 'fresh');
SELECT fastmigrate_import(1);
SELECT fastmigrate_import('{"0001-a.sql": ""}');
--! list .
