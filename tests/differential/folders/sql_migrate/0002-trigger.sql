-- +migrate Up
CREATE TABLE counts (n INTEGER NOT NULL);
INSERT INTO counts VALUES (0);

-- +migrate StatementBegin
CREATE TRIGGER people_count AFTER INSERT ON people
BEGIN
  UPDATE counts SET n = n + 1;
  -- a comment with END; in it
  SELECT CASE (SELECT n FROM counts) WHEN 1000 THEN RAISE(ROLLBACK, 'full; END;') END;
END;
-- +migrate StatementEnd

INSERT INTO people VALUES (1), (2), (3);
