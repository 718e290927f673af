-- Add migration script here
create table store (
  id text primary key,   -- globally unique ID
  idx integer,           -- incrementing integer ID unique per (host, tag)
  host text not null,
  tag text not null,
  data blob not null,
  cek blob not null
) without rowid;

create unique index record_uniq ON store(host, tag, idx);
insert into store select 'r' || id, rowid, hostname, 'history', cast(command as blob), zeroblob(4) from history;
