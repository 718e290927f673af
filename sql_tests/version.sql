-- fastmigrate_version tells the version of main, or of another schema; NULL when it is not managed.
SELECT fastmigrate_extension_version();
SELECT fastmigrate_version();
SELECT fastmigrate_create();
SELECT fastmigrate_version(), fastmigrate_version('main'), fastmigrate_version('MAIN');
SELECT fastmigrate_version('temp');
ATTACH 'other.db' AS other;
SELECT fastmigrate_version('other');
CREATE TABLE other._meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
INSERT INTO other._meta VALUES (1, 42);
SELECT fastmigrate_version('other'), fastmigrate_version();

-- A temp table of the same name is not in the way.
CREATE TEMP TABLE _meta (id, version);
SELECT fastmigrate_version();
