-- Full text search and maps: virtual tables, and tables of the user that look like theirs.
CREATE TABLE docs_content(id INTEGER PRIMARY KEY, title TEXT, body TEXT);
CREATE VIRTUAL TABLE docs USING fts5(title, body, content='docs_content', content_rowid='id', tokenize="unicode61 separators 'Xx' tokenchars '-_'");
CREATE TABLE mail_stat(day TEXT NOT NULL, n INT DEFAULT 0);
CREATE VIRTUAL TABLE mail USING fts3(subject, body, tokenize=porter);
CREATE TABLE log_docsize(n INT);
CREATE VIRTUAL TABLE log USING fts5(line, source UNINDEXED, columnsize=0, prefix='2 3', detail=none);
CREATE TABLE names_content(a);
CREATE VIRTUAL TABLE names USING fts4(first, last, content="", matchinfo=fts3, tokenize=unicode61 "separators=Xx");
CREATE TABLE names_docsize(a UNIQUE);
CREATE VIRTUAL TABLE notes USING fts5(text, tokenize='porter ascii');
CREATE INDEX notes_first ON notes_content(c0 COLLATE NOCASE);
CREATE INDEX mail_stat_day ON mail_stat(day DESC);
CREATE VIRTUAL TABLE terms USING fts5vocab(notes, 'row');
CREATE VIRTUAL TABLE places USING rtree(id, west, east, south, north, +label TEXT);
CREATE TABLE places_label(id INTEGER PRIMARY KEY, "label" TEXT CHECK("label" <> "None"));
CREATE VIEW found AS SELECT "title", "Hit" AS hit, "rank" AS r FROM docs WHERE docs MATCH "word" ORDER BY "rank";
CREATE VIEW here AS SELECT "label", "west" AS w, "Here" AS h FROM places WHERE "id" > "0";
CREATE TRIGGER docs_insert AFTER INSERT ON docs_content BEGIN
  INSERT INTO docs(rowid, title, body) VALUES(new.id, new.title, new.body);
END;
CREATE TRIGGER docs_delete AFTER DELETE ON docs_content BEGIN
  INSERT INTO docs(docs, rowid, title, body) VALUES("delete", old.rowid, old.title, old.body);
END;
CREATE TRIGGER notes_added AFTER INSERT ON notes_content BEGIN
  INSERT INTO mail_stat(day) VALUES("day");
END;
