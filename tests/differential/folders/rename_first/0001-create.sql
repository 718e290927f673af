CREATE TABLE IF NOT EXISTS preferences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username VARCHAR(100) UNIQUE NOT NULL,
    method VARCHAR(11) NOT NULL
);
CREATE TABLE IF NOT EXISTS codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username VARCHAR(100) NOT NULL,
    secret BLOB NOT NULL,
    CONSTRAINT codes_owner FOREIGN KEY (username) REFERENCES preferences (username) ON UPDATE CASCADE ON DELETE RESTRICT
);
CREATE UNIQUE INDEX codes_username ON codes (username);
CREATE TABLE IF NOT EXISTS sessions (
    id INTEGER PRIMARY KEY,
    code_id INTEGER NOT NULL REFERENCES codes (id) ON DELETE CASCADE,
    note TEXT
);
CREATE TRIGGER sessions_note AFTER INSERT ON sessions WHEN new.note IS NULL BEGIN
    UPDATE sessions SET note = CASE new.code_id WHEN 1 THEN 'first;' ELSE 'other' END WHERE id = new.id;
END;
INSERT INTO preferences (username, method) VALUES ('john', 'totp'), ('harry', 'webauthn');
INSERT INTO codes (username, secret) VALUES ('john', x'0102'), ('harry', x'03');
INSERT INTO sessions (code_id) VALUES (1), (2), (2);
