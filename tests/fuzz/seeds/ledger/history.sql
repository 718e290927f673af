CREATE TABLE _meta (id INTEGER PRIMARY KEY, version INTEGER); INSERT INTO _meta VALUES (1, 1);
CREATE TABLE one (a); CREATE TABLE _fastmigrate_history (version, previous_version, name, kind, origin, checksum,
applied_at, duration_ms, statements, extension_version);
INSERT INTO _fastmigrate_history VALUES (1, 0, '0001-one.sql', 'sql', 'applied', 'x', 'now', 1.5, 1, '9');
