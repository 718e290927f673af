CREATE TABLE _meta (id INTEGER PRIMARY KEY, version); INSERT INTO _meta VALUES (1, 3e0), (2, x'31');
CREATE TABLE _fastmigrate_history (version TEXT, previous_version, name, kind, origin, checksum,
applied_at, duration_ms, statements, extension_version) ;
INSERT INTO _fastmigrate_history VALUES (99999999999, -1, x'00ff', 7, NULL, 1e999, '', 'a', 'b', NULL);
