BEGIN;
DROP TRIGGER notes_ai;
DROP TRIGGER notes_ad;
DROP TRIGGER notes_au;
DROP TABLE notes_fts;
ALTER TABLE notes ADD COLUMN tags TEXT NOT NULL DEFAULT 'a;b';
CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, tags, content='notes', content_rowid='id', prefix='2 3');
INSERT INTO notes_fts(notes_fts) VALUES('rebuild');
INSERT INTO notes_fts(notes_fts) VALUES('integrity-check');
CREATE TRIGGER notes_ai AFTER INSERT ON notes BEGIN
  INSERT INTO notes_fts(rowid, title, body, tags) VALUES (new.id, new.title, new.body, new.tags);
END;
COMMIT;
INSERT INTO notes (title, body) VALUES ('after', 'the rebuild; END');
