-- Settings of the connection that a script changes are put back after it; those of the file stay.
--! file migrations/0001-settings.sql
PRAGMA recursive_triggers = ON;
PRAGMA legacy_alter_table = ON;
PRAGMA case_sensitive_like = ON;
PRAGMA cache_size = 123;
PRAGMA synchronous = OFF;
PRAGMA ignore_check_constraints = ON;
PRAGMA defer_foreign_keys = ON;
PRAGMA foreign_keys = ON;
PRAGMA writable_schema = ON;
PRAGMA user_version = 7;
CREATE TABLE t (id INTEGER PRIMARY KEY, x CHECK (x > 0));
INSERT INTO t VALUES (100, -5);
--! end
CREATE TEMP TABLE mine (id INTEGER PRIMARY KEY);
INSERT INTO mine VALUES (42);
SELECT last_insert_rowid();
SELECT fastmigrate_apply('migrations');
SELECT last_insert_rowid();
PRAGMA recursive_triggers;
PRAGMA legacy_alter_table;
PRAGMA cache_size;
PRAGMA synchronous;
PRAGMA ignore_check_constraints;
PRAGMA defer_foreign_keys;
PRAGMA foreign_keys;
PRAGMA writable_schema;
PRAGMA user_version;

-- After a failure too.
--! open failure.db
--! file failure/0001-settings.sql
PRAGMA recursive_triggers = ON;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = ON;
CREATE TABLE t (x);
PRAGMA user_version = 7;
INSERT INTO nowhere VALUES (1);
--! end
SELECT fastmigrate_apply('failure');
PRAGMA recursive_triggers;
PRAGMA synchronous;
PRAGMA foreign_keys;
PRAGMA user_version;

-- What the caller had set is what comes back.
--! open caller.db
PRAGMA recursive_triggers = ON;
PRAGMA synchronous = EXTRA;
PRAGMA foreign_keys = OFF;
--! file caller/0001-settings.sql
PRAGMA recursive_triggers = OFF;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = ON;
CREATE TABLE t (x);
--! end
SELECT fastmigrate_apply('caller');
PRAGMA recursive_triggers;
PRAGMA synchronous;
PRAGMA foreign_keys;
