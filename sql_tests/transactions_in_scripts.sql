-- BEGIN, COMMIT and ROLLBACK in a script keep their meaning, inside the transaction that holds the
-- script and its version.
--! mask duration_ms
--! file migrations/0001-own.sql
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE t (a);
INSERT INTO t VALUES (1);
COMMIT;
PRAGMA foreign_keys = ON;
--! end
--! file migrations/0002-several.sql
BEGIN;
INSERT INTO t VALUES (2);
END;
BEGIN IMMEDIATE;
INSERT INTO t VALUES (3);
COMMIT TRANSACTION;
BEGIN EXCLUSIVE TRANSACTION;
INSERT INTO t VALUES (4);
END TRANSACTION;
--! end
--! file migrations/0003-rollback.sql
BEGIN;
INSERT INTO t VALUES (99);
ROLLBACK;
INSERT INTO t VALUES (5);
BEGIN;
INSERT INTO t VALUES (6);
COMMIT;
--! end
--! file migrations/0004-savepoints.sql
SAVEPOINT one;
INSERT INTO t VALUES (7);
SAVEPOINT two;
INSERT INTO t VALUES (99);
ROLLBACK TO two;
RELEASE one;
BEGIN;
SAVEPOINT "three four";
INSERT INTO t VALUES (8);
RELEASE SAVEPOINT "three four";
COMMIT;
--! end
SELECT version, name, statements FROM fastmigrate_apply('migrations');
SELECT * FROM t;
PRAGMA foreign_keys;

-- What a script committed itself is undone when the script fails later.
--! file migrations/0005-fails-late.sql
BEGIN;
INSERT INTO t VALUES (9);
COMMIT;
INSERT INTO nowhere VALUES (1);
--! end
SELECT fastmigrate_apply('migrations');
SELECT count(*) FROM t WHERE a = 9;
SELECT fastmigrate_version();

-- Left open.
--! file migrations/0005-fails-late.sql
BEGIN;
INSERT INTO t VALUES (9);
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_apply('migrations');

-- Closed twice.
--! file migrations/0005-fails-late.sql
BEGIN;
INSERT INTO t VALUES (9);
COMMIT;
COMMIT;
--! end
SELECT fastmigrate_apply('migrations');

-- Closed without having been opened.
--! file migrations/0005-fails-late.sql
INSERT INTO t VALUES (9);
ROLLBACK;
--! end
SELECT fastmigrate_apply('migrations');

-- Opened twice.
--! file migrations/0005-fails-late.sql
BEGIN;
  BEGIN;
COMMIT;
--! end
SELECT fastmigrate_apply('migrations');

-- A savepoint left open, and one that is not there.
--! file migrations/0005-fails-late.sql
SAVEPOINT mine;
INSERT INTO t VALUES (9);
--! end
SELECT fastmigrate_apply('migrations');
--! file migrations/0005-fails-late.sql
INSERT INTO t VALUES (9);
RELEASE yours;
--! end
SELECT fastmigrate_apply('migrations');

-- None of them left anything, nor a transaction.
SELECT count(*) FROM t WHERE a = 9;
SELECT fastmigrate_version();
BEGIN;
COMMIT;

-- A statement that rolls back on a conflict ends the transaction that the scripts share. The scripts
-- before it are applied all the same.
--! file migrations/0005-fails-late.sql
INSERT INTO t VALUES (50);
--! end
--! file migrations/0006-or-rollback.sql
CREATE UNIQUE INDEX t_a ON t (a);
INSERT OR ROLLBACK INTO t VALUES (1);
--! end
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_version();
SELECT count(*) FROM t WHERE a = 50;
BEGIN;
COMMIT;
