-- Tables of the user that only look like the shadow tables of a virtual table are in the schema.
CREATE TABLE docs_content (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE docs USING fts5 (body, content='docs_content', content_rowid='id');
CREATE TABLE mail_stat (day TEXT, n INT);
CREATE VIRTUAL TABLE mail USING fts3 (body);
CREATE TABLE log_docsize (n INT);
CREATE VIRTUAL TABLE log USING fts5 (line, columnsize=0);
CREATE VIRTUAL TABLE notes USING fts5 (text);
CREATE INDEX notes_first ON notes_content (c0);
CREATE TRIGGER notes_added AFTER INSERT ON notes_content BEGIN INSERT INTO mail_stat VALUES ("day", new.id); END;
INSERT INTO docs_content VALUES (1, 'one');
SELECT fastmigrate_schema();
--! folder migrations
SELECT fastmigrate_initialize('migrations', 'docs_content', 'log_docsize', 'DOCS_CONTENT', 'docs_content');
--! cat migrations/0001-initialize.sql
SELECT * FROM fastmigrate_verify('migrations');

-- What the module makes later is its own: FTS3 makes this table with the first merge.
CREATE VIRTUAL TABLE post USING fts3 (body);
SELECT * FROM fastmigrate_verify('migrations');
INSERT INTO post (post) VALUES ('automerge=4');
SELECT name FROM sqlite_schema WHERE name GLOB 'post_stat';
SELECT * FROM fastmigrate_verify('migrations');
DROP TABLE post;

-- And a change of them is found.
ALTER TABLE docs_content ADD COLUMN title;
DROP INDEX notes_first;
SELECT * FROM fastmigrate_verify('migrations');

-- The script makes a database of its own.
--! open copy.db
SELECT fastmigrate_apply('migrations');
SELECT * FROM docs_content;
SELECT * FROM fastmigrate_verify('migrations');
