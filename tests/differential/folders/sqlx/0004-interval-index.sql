drop index if exists idx_history_command;
create index idx_history_command_timestamp on history(command, timestamp) where deleted_at is null;
with counted as (select command, count(*) as n from history group by command)
update history set duration = (select n from counted where counted.command = history.command);
