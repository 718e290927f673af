CREATE TABLE _fastmigrate_history (version INTEGER PRIMARY KEY, previous_version INTEGER DEFAULT 0, name TEXT,
kind TEXT, origin TEXT CHECK (origin <> 'applied'), checksum TEXT, applied_at TEXT, duration_ms REAL,
statements INTEGER, extension_version TEXT);
