CREATE VIRTUAL TABLE _meta USING fts5(id, version); INSERT INTO _meta VALUES (1, 0);
CREATE UNIQUE INDEX i ON _meta (version); CREATE TABLE _fastmigrate_history (version UNIQUE) WITHOUT ROWID;
