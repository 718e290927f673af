PRAGMA legacy_alter_table = ON;
PRAGMA foreign_keys = OFF;
ALTER TABLE preferences RENAME TO old_preferences;
CREATE TABLE preferences (id INTEGER PRIMARY KEY AUTOINCREMENT, username VARCHAR(100) UNIQUE NOT NULL, method VARCHAR(11) NOT NULL DEFAULT '', flags INTEGER);
INSERT INTO preferences SELECT id, username, method, NULL FROM old_preferences;
DROP TABLE old_preferences;
PRAGMA legacy_alter_table = OFF;
