CREATE TABLE devices (
  uuid TEXT NOT NULL,
  account_uuid TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY(uuid, account_uuid),
  FOREIGN KEY(account_uuid) REFERENCES accounts(uuid)
);
INSERT INTO devices VALUES ('d', 'a-1', 'phone'), ('d', 'a-2', 'shared phone');
ALTER TABLE accounts ADD COLUMN locale TEXT;
ALTER TABLE accounts RENAME COLUMN hash TO password_hash;
UPDATE accounts SET locale = 'en', password_hash = password_hash || x'01' WHERE length(password_hash) > 0;
CREATE INDEX devices_by_account ON devices (account_uuid)
