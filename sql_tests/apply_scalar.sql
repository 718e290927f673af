-- The scalar form returns the version that was reached.
--! mask duration_ms applied_at
--! file migrations/0001-a.sql
CREATE TABLE a (x);
INSERT INTO a VALUES (1), (2), (3);
--! end
--! file migrations/0002-rebuild.sql
CREATE TABLE a_new (x INTEGER NOT NULL);
INSERT INTO a_new SELECT x FROM a;
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;
--! end
--! file migrations/0005-gap.sql
CREATE INDEX a_x ON a (x);
--! end
--! file migrations/0006-empty.sql
--! end
--! file migrations/0007-only-comments.sql
-- nothing to do; and this is no statement: DROP TABLE a;
/* nor is this */
--! end
--! file migrations/0010-last.sql
CREATE TRIGGER t AFTER INSERT ON a BEGIN
  UPDATE a SET x = CASE WHEN x > 10 THEN 10 ELSE x END;
  SELECT ';';
END;
INSERT INTO a VALUES (';--'), (10 /* ; */), (11)
--! end

-- Up to a target.
SELECT fastmigrate_apply('migrations', 2);
SELECT sql FROM sqlite_schema WHERE name = 'a';
SELECT fastmigrate_apply('migrations', 2);
SELECT fastmigrate_apply('migrations', 7);
-- A target has to be a script's number: in a gap, or beyond the last one, it is a mistake.
SELECT fastmigrate_apply('migrations', 8);
SELECT fastmigrate_apply('migrations', 9999);
-- There is no way back.
SELECT fastmigrate_apply('migrations', 1);
SELECT fastmigrate_version();
SELECT fastmigrate_apply('migrations');
SELECT * FROM a;
SELECT version, name, kind, statements FROM fastmigrate_history();

-- Called once a row, it finds nothing pending from the second row on.
--! open rows.db
SELECT fastmigrate_apply('migrations', 1) FROM (VALUES (1), (2));
SELECT fastmigrate_version();
