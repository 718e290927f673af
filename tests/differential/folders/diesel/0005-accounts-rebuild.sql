PRAGMA foreign_keys=OFF;

BEGIN;
CREATE TABLE "accounts_new" (
	uuid TEXT NOT NULL PRIMARY KEY, created_at DATETIME NOT NULL, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
	name TEXT NOT NULL, password_hash BLOB NOT NULL, locale TEXT NOT NULL DEFAULT 'de;at'
);
INSERT INTO accounts_new SELECT uuid, created_at, email, name, password_hash, coalesce(locale, 'de;at') FROM accounts;
DROP TABLE accounts;
ALTER TABLE accounts_new RENAME TO accounts;
PRAGMA foreign_key_check;
COMMIT;

PRAGMA foreign_keys=ON;
