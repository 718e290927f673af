-- A note-taking program: full text search kept by triggers, INSTEAD OF, recursive views.
CREATE TABLE note (id INTEGER PRIMARY KEY, parent INT REFERENCES note ON DELETE SET DEFAULT DEFAULT 0,
  title TEXT NOT NULL ON CONFLICT IGNORE DEFAULT '', body TEXT NOT NULL DEFAULT "", tags, left INT, right INT,
  words INT AS (length(body) - length(replace(body, ' ', '')) + 1), UNIQUE (parent, title COLLATE NOCASE) ON CONFLICT REPLACE);
CREATE TABLE tag(name TEXT PRIMARY KEY COLLATE NOCASE, color TEXT DEFAULT '#fff') WITHOUT ROWID;
CREATE TABLE note_tag(note INTEGER REFERENCES note(id) ON DELETE CASCADE, tag TEXT REFERENCES tag ON UPDATE CASCADE, PRIMARY KEY(note, tag DESC));
CREATE TABLE setting(key TEXT PRIMARY KEY NOT NULL, value ANY) STRICT;
CREATE TABLE log(at TEXT DEFAULT (datetime('now')), what TEXT, n INTEGER DEFAULT -1, x REAL DEFAULT +1.5e3, b BLOB DEFAULT x'00ff');
CREATE VIRTUAL TABLE note_fts USING fts5(title, body, content='note', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE area USING rtree(id, x0, x1, y0, y1, +label TEXT);
CREATE INDEX note_parent ON note(parent, right DESC);
CREATE INDEX note_long ON note(words) WHERE words > 1000 AND title <> '';
CREATE INDEX log_day ON log(substr(at, 1, 10), what COLLATE NOCASE);
CREATE TRIGGER note_insert AFTER INSERT ON note BEGIN
  INSERT INTO note_fts(rowid, title, body) VALUES(new.id, new.title, new.body);
END;
CREATE TRIGGER note_delete AFTER DELETE ON note BEGIN
  INSERT INTO note_fts(note_fts, rowid, title, body) VALUES('delete', old.id, old.title, old.body);
  INSERT INTO log(what, n) VALUES("Delete", old.id);
END;
CREATE TRIGGER note_update AFTER UPDATE OF title, body ON note WHEN old.body IS NOT new.body OR old.title IS NOT new.title BEGIN
  INSERT INTO note_fts(note_fts, rowid, title, body) VALUES('delete', old.id, old.title, old.body);
  INSERT INTO note_fts(rowid, title, body) VALUES(new.id, new.title, new.body);
END;
CREATE VIEW tree(id, title, depth, path) AS
WITH RECURSIVE t(id, title, depth, path) AS (
  SELECT id, title, 0, title FROM note WHERE parent IS NULL
  UNION ALL
  SELECT n.id, n.title, t.depth + 1, t.path || '/' || n.title FROM note AS n JOIN t ON n.parent = t.id
)
SELECT * FROM t ORDER BY path;
CREATE VIEW subtree AS SELECT a.id, b.id AS child, a.left FROM note a, note b WHERE b.left BETWEEN a.left AND a.right;
CREATE VIEW tagged AS SELECT note.id, group_concat(tag, ', ') AS tags,
  row_number() OVER (PARTITION BY parent ORDER BY title) AS number,
  CAST(count(*) AS TEXT) || ' tags' AS label FROM note LEFT OUTER JOIN note_tag ON note_tag.note = note.id GROUP BY note.id;
CREATE TRIGGER tagged_insert INSTEAD OF INSERT ON tagged BEGIN
  INSERT OR IGNORE INTO tag(name) VALUES(new.tags);
  INSERT INTO note_tag(note, tag) SELECT new.id, new.tags WHERE NOT EXISTS (SELECT 1 FROM note_tag WHERE note = new.id AND tag = new.tags);
END;
CREATE TRIGGER tagged_delete INSTEAD OF DELETE ON tagged FOR EACH ROW BEGIN DELETE FROM note_tag WHERE note = old.id; END;
