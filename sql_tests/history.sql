-- fastmigrate_history: what was applied or enrolled, when, how long it took, and its checksum.
--! mask duration_ms applied_at
SELECT * FROM fastmigrate_history();
CREATE TABLE a (x);
SELECT fastmigrate_enroll(1);
SELECT * FROM fastmigrate_history();
--! file migrations/0002-b.sql
CREATE TABLE b (x);
INSERT INTO b VALUES (1), (2);
--! end
--! file migrations/0003-empty.sql
--! end
SELECT fastmigrate_apply('migrations');
SELECT * FROM fastmigrate_history();
SELECT * FROM fastmigrate_history;

-- The time is UTC and says so, in a form that SQLite's datetime functions read.
SELECT typeof(applied_at), applied_at = strftime('%Y-%m-%dT%H:%M:%fZ', applied_at) AS in_this_form,
       abs(julianday('now') - julianday(applied_at)) < 0.01 AS now_in_utc
FROM fastmigrate_history() WHERE version = 2;
SELECT typeof(duration_ms), duration_ms >= 0 AS not_negative FROM fastmigrate_history() WHERE version = 2;

-- The checksum is one of the statements, not of their layout.
--! open other.db
--! file other/0001-b.sql
/* The same SQL
   in another layout. */
CREATE TABLE b(x) ;
INSERT INTO b VALUES(1),(2)
--! end
--! file other/0002-literal.sql
CREATE TABLE "b b" (x DEFAULT 'a b');
--! end
--! file other/0003-literal.sql
CREATE TABLE "b  b" (x DEFAULT 'a  b');
--! end
SELECT fastmigrate_apply('other');
SELECT checksum = (SELECT checksum FROM fastmigrate_history() WHERE version = 2) AS equal
FROM fastmigrate_history() WHERE version = 3;
SELECT version, name, checksum FROM fastmigrate_history();
