PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -20000;
PRAGMA mmap_size = 1000000;
PRAGMA user_version = 3;
CREATE VIEW scene_names AS SELECT s.id, f.basename AS "the; name" FROM scenes s LEFT JOIN files f ON f.id = s.file_id;
