-- Change the default
PRAGMA foreign_keys = OFF;

BEGIN TRANSACTION;

create table monitor_dg_tmp
(
    id INTEGER not null primary key autoincrement,
    name VARCHAR(150),
    active BOOLEAN default 1 not null,
    user_id INTEGER references user on update cascade on delete set null,
    interval INTEGER default 20 not null,
    url TEXT,
    weight INTEGER default 2000,
    method TEXT default 'GET' not null
);

insert into monitor_dg_tmp(id, name, active, user_id, interval, url, weight) select id, name, active, user_id, interval, url, weight from monitor;

drop table monitor;

alter table monitor_dg_tmp rename to monitor;

create index user_id on monitor (user_id);

COMMIT;

PRAGMA foreign_keys = ON;
