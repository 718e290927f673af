-- fastmigrate_unenroll takes a wrong enrolment back, as long as no script was applied behind it.
--! file migrations/0001-a.sql
CREATE TABLE a (x);
--! end
--! file migrations/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_unenroll();
CREATE TABLE a (x);
SELECT fastmigrate_enroll(2);
SELECT fastmigrate_enroll(1, 'migrations');
SELECT fastmigrate_unenroll();
SELECT fastmigrate_version();
SELECT count(*) FROM fastmigrate_history();
SELECT name FROM sqlite_schema;
SELECT fastmigrate_enroll(1, 'migrations');
SELECT fastmigrate_unenroll();
SELECT fastmigrate_enroll(1, 'migrations');
SELECT fastmigrate_apply('migrations');
SELECT fastmigrate_unenroll();
SELECT fastmigrate_version();

-- In a transaction of the caller's, and undone with it.
--! open transaction.db
CREATE TABLE a (x);
SELECT fastmigrate_enroll(1);
BEGIN;
SELECT fastmigrate_unenroll();
SELECT fastmigrate_version();
ROLLBACK;
SELECT fastmigrate_version();

-- Made managed while it was empty.
--! open created.db
SELECT fastmigrate_create();
SELECT fastmigrate_unenroll();
SELECT fastmigrate_version();

-- The Python package has brought it there, or went on from the enrolment.
--! open python.db
CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
INSERT INTO _meta VALUES (1, 3);
SELECT fastmigrate_unenroll();
--! open further.db
SELECT fastmigrate_enroll(3);
UPDATE _meta SET version = 4;
SELECT fastmigrate_unenroll();
UPDATE _meta SET version = 3;
SELECT fastmigrate_unenroll();

-- From within a script it is refused, as from a view.
--! open within.db
--! file within/0001-a.sql
SELECT fastmigrate_unenroll();
--! end
SELECT fastmigrate_apply('within');
SELECT fastmigrate_unenroll(1);
