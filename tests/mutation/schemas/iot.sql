-- Sensor data: strict tables, keys without rowid, soft deletes, upserts, JSON.
-- (No "excluded": ALTER TABLE RENAME of SQLite 3.40 makes it the name of the table.)
CREATE TABLE site(site_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, lat REAL CHECK(lat BETWEEN -90 AND 90), lon REAL CHECK(lon BETWEEN -180.0 AND 180.0)) STRICT, WITHOUT ROWID;
CREATE TABLE device(
  device_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site(site_id) ON UPDATE CASCADE,
  serial TEXT NOT NULL UNIQUE COLLATE NOCASE,
  config TEXT NOT NULL DEFAULT '{}' CHECK(json_valid(config)),
  firmware TEXT AS (json_extract(config, '$.firmware')) VIRTUAL,
  deleted_at INTEGER
) STRICT;
CREATE TABLE reading(device_id INTEGER NOT NULL, ts INTEGER NOT NULL, kind TEXT NOT NULL, value REAL,
  PRIMARY KEY(device_id, kind, ts), FOREIGN KEY(device_id) REFERENCES device(device_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE latest(device_id INTEGER, kind TEXT, ts INTEGER, value REAL, UNIQUE(device_id, kind));
CREATE INDEX reading_ts ON reading(ts DESC);
CREATE INDEX device_live ON device(site_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX device_fw ON device(firmware, device_id);
CREATE TRIGGER reading_latest AFTER INSERT ON reading BEGIN
  INSERT INTO latest(device_id, kind, ts, value) VALUES(new.device_id, new.kind, new.ts, new.value)
  ON CONFLICT(device_id, kind) DO UPDATE SET ts = new.ts, value = new.value WHERE new.ts > ts;
END;
CREATE TRIGGER device_soft_delete BEFORE DELETE ON device WHEN old.deleted_at IS NULL BEGIN
  UPDATE device SET deleted_at = unixepoch() WHERE device_id = old.device_id;
  SELECT raise(IGNORE);
END;
CREATE VIEW hourly AS SELECT device_id, kind, ts / 3600 * 3600 AS hour, avg(value) AS mean, min(value) AS low, max(value) AS high FROM reading GROUP BY 1, 2, 3;
CREATE VIEW alarms AS SELECT d.serial, l.* FROM latest l JOIN device d USING (device_id) WHERE l.value > json_extract(d.config, '$.limit') OR l.ts < unixepoch() - 86400;
