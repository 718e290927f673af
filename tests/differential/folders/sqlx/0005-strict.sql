create table kv (namespace text not null default '', key text not null, value any,
                 bytes integer generated always as (length(value)) stored,
                 primary key (namespace, key)) strict, without rowid;
insert into kv (key, value) values ('k', 'v;'), ('n', 5), ('f', 2.5), ('b', x'0001')
  on conflict (namespace, key) do update set value = excluded.value;
insert into kv (key, value) values ('k', 'again') on conflict do update set value = excluded.value || value;
