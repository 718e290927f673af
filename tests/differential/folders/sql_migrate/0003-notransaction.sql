-- +migrate Up notransaction
ALTER TABLE people ADD COLUMN name TEXT DEFAULT 'nobody';
CREATE VIEW people_view AS SELECT id, name FROM people;
CREATE TRIGGER people_no_delete INSTEAD OF DELETE ON people_view BEGIN SELECT 1; END;
