-- Scripts without a folder: a JSON object of file names and texts takes its place.

--! folders bundles are what this is about
--! file migrations/0001-users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO users (name) VALUES ('Ada'), ('Grace "Amazing"');
--! end
--! file migrations/0002-email.sql
ALTER TABLE users ADD COLUMN email TEXT;
--! end
--! file migrations/README.md
No script.
--! end
SELECT fastmigrate_bundle('migrations');
SELECT fastmigrate_bundle() = fastmigrate_bundle('migrations');

CREATE TEMP TABLE program (version PRIMARY KEY, scripts);
INSERT INTO program VALUES (2, '{"0001-users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO users (name) VALUES (''Ada''), (''Grace \"Amazing\"'');\n", "0002-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;", "README.md": "No script."}');
SELECT fastmigrate_apply((SELECT scripts FROM program), 1);
SELECT r.version, r.name, ok FROM program, fastmigrate_rehearse(scripts) AS r;

-- Between a folder and a bundle nothing is edited.
SELECT fastmigrate_apply('migrations');
SELECT s.version, name, state, detail FROM program, fastmigrate_status(scripts) AS s;
--! remove migrations
SELECT count(*) FROM program, fastmigrate_verify(scripts);
SELECT fastmigrate_find_version(scripts) FROM program;
SELECT fastmigrate_apply((SELECT scripts FROM program));
SELECT id, name, email FROM users;

-- An error shows the script, as with a folder.
SELECT fastmigrate_apply('{"0003-a.sql": "SELECT 1;\nSELECT nope;", "0001-users.sql": "", "0002-email.sql": ""}');
INSERT INTO program VALUES (3, (SELECT replace(scripts, '"README.md"', '"0003-a.sql": "SELECT 1;\nSELECT nope;", "README.md"') FROM program));
SELECT fastmigrate_apply((SELECT scripts FROM program WHERE version = 3));
SELECT fastmigrate_apply((SELECT replace(scripts, 'nope', '''x') FROM program WHERE version = 3));
SELECT fastmigrate_version();

-- Messages name neither a folder nor the JSON.
SELECT fastmigrate_apply('{}');
SELECT fastmigrate_apply('{"0001-users.sql": "SELECT 1;", "0002-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;"}');
SELECT fastmigrate_apply('{"0001-users.sql": "SELECT 1;", "0002-other.sql": "SELECT 2;"}');
SELECT fastmigrate_apply((SELECT scripts FROM program WHERE version = 2), 9);
SELECT fastmigrate_accept(9, scripts) FROM program WHERE version = 2;
SELECT version, name, state, detail FROM fastmigrate_status('{"0002-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;"}');
--! open unmanaged.db
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);"}');
SELECT fastmigrate_enroll(1, '{"0001-a.sql": "CREATE TABLE t (a);"}');
SELECT fastmigrate_enroll(1, '{"0001-a.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)", "0002-b.sql": "UPDATE users SET name = lower(name)"}');
SELECT fastmigrate_version();

--! open new.db
-- What is no bundle changes nothing.
SELECT fastmigrate_apply('{');
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);"');
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);",}');
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);
"}');
SELECT fastmigrate_apply('{''0001-a.sql'': "CREATE TABLE t (a);"}');
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);"}, {}');
SELECT fastmigrate_apply('{"0001-a.sql": null}');
SELECT fastmigrate_apply('{"0001-a.sql": ["CREATE TABLE t (a);"]}');
SELECT fastmigrate_apply('{"migrations": {"0001-a.sql": "CREATE TABLE t (a);"}}');
SELECT fastmigrate_apply('["CREATE TABLE t (a);"]');
SELECT fastmigrate_apply(x'7b7d');
SELECT fastmigrate_apply(CAST(x'7b2230303031c32d612e73716c223a22227d' AS TEXT));
SELECT fastmigrate_apply('{"0001-a.sql": "SELECT 1;", "0001-a.sql": "SELECT 2;"}');
SELECT fastmigrate_apply('{"0001-a.sql": "SELECT 1;", "0001-b.sql": "SELECT 2;"}');
SELECT fastmigrate_apply('{"0001-a.sql": "SELECT 1;", "0002-b.py": "print()"}');
SELECT fastmigrate_apply('{"migrations/0001-a.sql": "CREATE TABLE t (a);"}');
SELECT fastmigrate_apply('{"001-a.sql": "CREATE TABLE t (a);"}');
SELECT fastmigrate_apply('{"0001-a.sql": "CREATE TABLE t (a);\n-- +goose Down\nDROP TABLE t;"}');
SELECT fastmigrate_apply('{"0001-a.sql": "SELECT 1\u0000;"}');
SELECT fastmigrate_version(), (SELECT count(*) FROM sqlite_schema);
SELECT * FROM fastmigrate_apply('{');
SELECT fastmigrate_rehearse('{');
SELECT * FROM fastmigrate_verify('{');
SELECT * FROM fastmigrate_status('{');
SELECT fastmigrate_find_version('{');
SELECT fastmigrate_enroll(1, '{');
SELECT fastmigrate_accept(1, '{');

-- An empty one is as an empty folder.
SELECT fastmigrate_apply('{}');
SELECT count(*) FROM fastmigrate_status(' { } ');

-- What writes a script needs a folder.
SELECT fastmigrate_new('{}', 'a');
SELECT fastmigrate_initialize('{}');
SELECT fastmigrate_bundle('{}');
--! file programs/0001-a.sql
CREATE TABLE t (a);
--! end
--! file programs/0002-b.sh
true
--! end
SELECT fastmigrate_bundle('programs');
SELECT fastmigrate_bundle('nowhere');
SELECT fastmigrate_bundle(NULL);
--! folder empty
SELECT fastmigrate_bundle('empty');
CREATE VIEW v AS SELECT fastmigrate_bundle('empty');
SELECT * FROM v;
