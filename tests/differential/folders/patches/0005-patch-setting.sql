-- You should not modify if this have pushed to Github
BEGIN TRANSACTION;
CREATE TABLE setting ([key] TEXT NOT NULL UNIQUE, value TEXT, type VARCHAR(20));
INSERT INTO setting VALUES ('jwt', '"x;y"', 'json'), ('day', 7, NULL);
UPDATE setting SET value = value || ';' WHERE "key" = 'day';
COMMIT;

