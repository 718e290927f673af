CREATE VIEW active AS SELECT c.username, s.note FROM codes c JOIN sessions s ON s.code_id = c.id;
ALTER TABLE codes RENAME TO totp_codes;
ALTER TABLE totp_codes RENAME COLUMN secret TO sealed;
ALTER TABLE sessions RENAME TO totp_sessions;
