CREATE TABLE favorites (
  account_uuid TEXT NOT NULL REFERENCES accounts(uuid),
  item_uuid    TEXT NOT NULL REFERENCES items(uuid),

  PRIMARY KEY (account_uuid, item_uuid)
);

-- Move what was a flag of the item to the account
INSERT INTO favorites(account_uuid, item_uuid)
SELECT v.account_uuid, i.uuid
FROM items i JOIN vaults v ON v.uuid = i.vault_uuid
WHERE i.favorite = 1;

-- Drop the column from items. Old SQLite has no DROP COLUMN: recreate the table.
PRAGMA foreign_keys=off;
CREATE TABLE new_items (
  uuid       TEXT    NOT NULL PRIMARY KEY,
  vault_uuid TEXT    REFERENCES vaults (uuid),
  kind       INTEGER NOT NULL,
  data       TEXT    NOT NULL,
  deleted_at DATETIME
);
INSERT INTO new_items(uuid, vault_uuid, kind, data)
SELECT uuid, vault_uuid, kind, data FROM items;
DROP TABLE items;
ALTER TABLE new_items RENAME TO items;
PRAGMA foreign_keys=on;
