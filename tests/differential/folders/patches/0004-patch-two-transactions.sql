BEGIN TRANSACTION;
ALTER TABLE monitor ADD retry_interval INTEGER default 0 not null;
UPDATE monitor SET retry_interval = interval;
COMMIT;
BEGIN TRANSACTION;
ALTER TABLE heartbeat ADD down_count INTEGER default 0 not null;
DROP INDEX important;
COMMIT
