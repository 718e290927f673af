UPDATE notes SET body = body || ' walking' WHERE id IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH 'run');
DELETE FROM notes WHERE id = 2;
