-- An alias may stand in the table only once. Twenty stand there for two sources; the one that is
-- first in the alphabet is kept.
-- The order is that of https://www.sqlite.org/lang_altertable.html#otheralter.
PRAGMA foreign_keys = OFF;
BEGIN;

CREATE TABLE alias_name_new (
    table_name TEXT NOT NULL,
    auth_name TEXT NOT NULL CHECK (length(auth_name) >= 1),
    code INTEGER_OR_TEXT NOT NULL CHECK (length(code) >= 1),
    alt_name TEXT NOT NULL CHECK (length(alt_name) >= 2),
    source TEXT NOT NULL,
    PRIMARY KEY (table_name, auth_name, code, alt_name)
) WITHOUT ROWID;

INSERT INTO alias_name_new
SELECT table_name, auth_name, code, alt_name, min(source)
FROM alias_name
GROUP BY table_name, auth_name, code, alt_name;

DROP TABLE alias_name;
ALTER TABLE alias_name_new RENAME TO alias_name;
CREATE INDEX idx_alias_name_code ON alias_name (code);

CREATE TRIGGER alias_name_insert_trigger BEFORE INSERT ON alias_name
BEGIN
    SELECT RAISE(ABORT, 'no such object; it has no alias')
    WHERE NOT EXISTS (
        SELECT 1 FROM object_view AS o
        WHERE o.table_name = NEW.table_name AND o.auth_name = NEW.auth_name AND o.code = NEW.code
    );
END;

COMMIT;
PRAGMA foreign_keys = ON;
