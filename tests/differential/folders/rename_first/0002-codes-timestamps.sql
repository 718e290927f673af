PRAGMA foreign_keys=off;

BEGIN TRANSACTION;

ALTER TABLE codes
    RENAME TO _bkp_UP_V0002_codes;

DROP INDEX codes_username;

CREATE TABLE IF NOT EXISTS codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TIMESTAMP NOT NULL DEFAULT '2022-01-01',
    username VARCHAR(100) NOT NULL,
    secret BLOB NOT NULL
);
CREATE UNIQUE INDEX codes_username ON codes (username);

INSERT INTO codes (id, username, secret)
SELECT id, username, secret
FROM _bkp_UP_V0002_codes
ORDER BY id;

-- sessions now refer to _bkp_UP_V0002_codes: SQLite rewrote them with the rename
ALTER TABLE sessions RENAME TO _bkp_UP_V0002_sessions;
DROP TRIGGER sessions_note;
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    code_id INTEGER NOT NULL REFERENCES codes (id) ON DELETE CASCADE,
    note TEXT
);
INSERT INTO sessions SELECT * FROM _bkp_UP_V0002_sessions;
DROP TABLE _bkp_UP_V0002_sessions;
DROP TABLE IF EXISTS _bkp_UP_V0002_codes;

COMMIT;

PRAGMA foreign_keys=on;
