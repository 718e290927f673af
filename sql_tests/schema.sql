-- fastmigrate_schema: a script that recreates the schema, and that runs.
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, "full name" TEXT);
CREATE VIEW last AS SELECT * FROM first;
CREATE VIEW first AS SELECT "full name" FROM users;
CREATE INDEX i ON users (lower("full name")) WHERE id > 5;
CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE search USING fts5(text);
INSERT INTO users VALUES (1, 'Ada');
ANALYZE;
PRAGMA user_version = 3;
PRAGMA application_id = 5;
SELECT fastmigrate_enroll(1);
SELECT fastmigrate_schema();
--! open empty.db
SELECT fastmigrate_schema();
