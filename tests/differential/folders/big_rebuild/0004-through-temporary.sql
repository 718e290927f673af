CREATE TEMPORARY TABLE studios_backup AS SELECT id, name FROM studios;
DROP TABLE studios;
CREATE TABLE studios (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE, details TEXT DEFAULT ('none;' || 1));
INSERT INTO studios (id, name) SELECT id, name FROM studios_backup;
DROP TABLE studios_backup;
INSERT INTO studios (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET details = 'was ' || studios.name;
