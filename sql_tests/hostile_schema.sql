-- Nothing that writes, or touches a file, can be run from the schema of a hostile database file.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
CREATE TABLE bait (x);
CREATE VIEW v_apply AS SELECT fastmigrate_apply('migrations') AS x;
CREATE VIEW v_apply_table AS SELECT * FROM fastmigrate_apply('migrations');
CREATE VIEW v_create AS SELECT fastmigrate_create() AS x;
CREATE VIEW v_enroll AS SELECT fastmigrate_enroll(1) AS x;
CREATE VIEW v_new AS SELECT fastmigrate_new('migrations', 'x') AS x;
CREATE VIEW v_status AS SELECT * FROM fastmigrate_status('migrations');
SELECT * FROM v_apply;
SELECT * FROM v_apply_table;
SELECT * FROM v_create;
SELECT * FROM v_enroll;
SELECT * FROM v_new;
SELECT * FROM v_status;
CREATE TRIGGER t_enroll AFTER INSERT ON bait BEGIN SELECT fastmigrate_enroll(1); END;
INSERT INTO bait VALUES (1);
DROP TRIGGER t_enroll;
CREATE TRIGGER t_apply AFTER INSERT ON bait BEGIN SELECT * FROM fastmigrate_apply('migrations'); END;
INSERT INTO bait VALUES (1);
DROP TRIGGER t_apply;
CREATE TABLE defaults (x DEFAULT (fastmigrate_enroll(1)), y);
INSERT INTO defaults (y) VALUES (1);
CREATE TABLE checks (x CHECK (fastmigrate_enroll(1)));
INSERT INTO checks VALUES (1);
-- SQLite 3.40 lets a CHECK call what it refuses to a view, so the extension refuses it itself.
CREATE TABLE checks_file (x CHECK (fastmigrate_new('migrations', 'x') <> ''));
INSERT INTO checks_file VALUES (1);
CREATE INDEX on_call ON bait (fastmigrate_enroll(x));
CREATE TABLE generated (x, y AS (fastmigrate_enroll(1)));
--! list migrations
SELECT name FROM sqlite_schema WHERE name LIKE '\_%' ESCAPE '\';

-- No database file can bring a temp view along, so SQLite lets it call them.
CREATE TEMP VIEW mine AS SELECT fastmigrate_enroll(1) AS x;
SELECT * FROM mine;

-- What only reads the database may stand in a view.
CREATE VIEW v_version AS SELECT fastmigrate_version() AS version;
SELECT * FROM v_version;
CREATE VIEW v_extension AS SELECT fastmigrate_extension_version() AS version;
SELECT * FROM v_extension;

-- A trigger on our own tables must not ride on our writes.
--! open trigger.db
SELECT fastmigrate_create();
CREATE TABLE log (x);
CREATE TRIGGER on_meta AFTER UPDATE ON _meta BEGIN INSERT INTO log VALUES (new.version); END;
SELECT fastmigrate_apply('migrations');
SELECT * FROM log;
