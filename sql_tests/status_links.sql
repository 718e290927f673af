-- fastmigrate_status: a link to a script is a script; one that leads nowhere is an error.
--! folders a bundle has no links
--! mask applied_at
--! file migrations/0001-a.sql
CREATE TABLE IF NOT EXISTS a (x);
--! end
SELECT fastmigrate_apply('migrations');
--! link 0001-a.sql migrations/0002-link.sql
SELECT version, name, state, detail FROM fastmigrate_status('migrations');
SELECT fastmigrate_apply('migrations');
--! link nowhere.sql migrations/0003-dangling.sql
SELECT version, name, state, detail FROM fastmigrate_status('migrations');
SELECT fastmigrate_apply('migrations');
