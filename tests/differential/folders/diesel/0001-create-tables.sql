CREATE TABLE accounts (
  uuid        TEXT     NOT NULL PRIMARY KEY,
  created_at  DATETIME NOT NULL,
  email       TEXT     NOT NULL UNIQUE,
  name        TEXT     NOT NULL,
  hash        BLOB     NOT NULL
);

CREATE TABLE vaults (
  uuid         TEXT NOT NULL PRIMARY KEY,
  account_uuid TEXT NOT NULL REFERENCES accounts (uuid),
  title        TEXT NOT NULL
);

CREATE TABLE items (
  uuid       TEXT    NOT NULL PRIMARY KEY,
  vault_uuid TEXT    REFERENCES vaults (uuid),
  kind       INTEGER NOT NULL,
  data       TEXT    NOT NULL,
  favorite   BOOLEAN NOT NULL
);

INSERT INTO accounts VALUES ('a-1', '2024-01-01 00:00:00', 'ann@example.org', 'Ann', x'00ff'),
                            ('a-2', '2024-01-02 00:00:00', 'bob@example.org', 'Bob', x'');
INSERT INTO vaults VALUES ('v-1', 'a-1', 'Home; and away'), ('v-2', 'a-2', 'Work');
INSERT INTO items VALUES ('i-1', 'v-1', 1, '{"a": "b;c"}', 1), ('i-2', 'v-1', 2, '--', 0), ('i-3', 'v-2', 1, '''', 0);
