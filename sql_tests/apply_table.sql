-- The table form returns one row for each script just applied.
--! mask duration_ms
--! file migrations/0001-a.sql
CREATE TABLE a (x);
INSERT INTO a VALUES (1), (2), (3);
UPDATE a SET x = x + 1;
--! end
--! file migrations/0002-rebuild.sql
CREATE TABLE a_new (x INTEGER NOT NULL);
INSERT INTO a_new SELECT x FROM a;
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;
--! end
--! file migrations/0003-empty.sql
--! end
SELECT * FROM fastmigrate_apply('migrations', 1);
SELECT * FROM fastmigrate_apply('migrations', 1);
SELECT * FROM fastmigrate_apply('migrations');
SELECT * FROM a;
SELECT * FROM fastmigrate_apply('migrations');
SELECT typeof(duration_ms) FROM fastmigrate_apply('migrations');

-- Its arguments are hidden columns.
--! open hidden.db
SELECT version, name FROM fastmigrate_apply WHERE dir = 'migrations' AND target = 2;
SELECT name, hidden FROM pragma_table_xinfo('fastmigrate_apply');

-- All scripts have run before the first row comes back.
--! open limit.db
SELECT version FROM fastmigrate_apply('migrations') LIMIT 1;
SELECT fastmigrate_version();

-- A condition on the rows chooses rows, not scripts.
--! open where.db
SELECT version FROM fastmigrate_apply('migrations') WHERE version > 2;
SELECT fastmigrate_version();

-- In order, sorted, counted, joined.
--! open count.db
SELECT count(*), sum(statements), sum(changes) FROM fastmigrate_apply('migrations');
--! open order.db
SELECT version FROM fastmigrate_apply('migrations') ORDER BY version DESC;
--! open join.db
SELECT a.version, n.note FROM fastmigrate_apply('migrations', 1) AS a
JOIN (SELECT 1 AS version, 'first' AS note) AS n USING (version);

-- A statement that reads another table of main as well keeps SQLite from dropping one.
SELECT a.version, s.state FROM fastmigrate_status('migrations') AS s
JOIN fastmigrate_apply('migrations') AS a USING (version);
SELECT fastmigrate_version();

-- In memory.
--! open :memory:
SELECT version, name FROM fastmigrate_apply('migrations', 1);

-- The table cannot be written.
DELETE FROM fastmigrate_apply;

-- An argument is given with =; anything else would apply what was not meant.
--! open arguments.db
SELECT version FROM fastmigrate_apply('migrations') WHERE target < 2;
SELECT version FROM fastmigrate_apply WHERE dir LIKE 'migrations';
SELECT fastmigrate_version();
