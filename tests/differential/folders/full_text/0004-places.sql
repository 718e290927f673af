CREATE VIRTUAL TABLE places USING rtree(id, min_lon, max_lon, min_lat, max_lat, +name TEXT);
INSERT INTO places VALUES (1, 16.2, 16.5, 48.1, 48.3, 'Wien; Vienna'), (2, 13.0, 13.1, 47.7, 47.9, 'Salzburg');
DELETE FROM places WHERE min_lon < 14;
SAVEPOINT "opt;imize";
INSERT INTO notes_fts(notes_fts) VALUES('optimize');
RELEASE "opt;imize";
