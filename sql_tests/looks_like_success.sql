-- What could look like success and is not: a folder that belongs to another migration tool.
--! folders the message names the folder to import
--! file golang/000001_a.up.sql
CREATE TABLE a (x);
--! end
--! file golang/000001_a.down.sql
DROP TABLE a;
--! end
SELECT fastmigrate_apply('golang');
SELECT * FROM fastmigrate_apply('golang');
SELECT fastmigrate_rehearse('golang');
SELECT name, detail FROM fastmigrate_status('golang');
SELECT count(*) FROM sqlite_schema;

--! file dated/20240101_a.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('dated');
--! file typo/001-a.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('typo');
--! file flyway/V1__a.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('flyway');
--! file prisma/20240101000000_a/migration.sql
CREATE TABLE a (x);
--! end
SELECT fastmigrate_apply('prisma');
--! file plan/sqitch.plan
--! end
SELECT fastmigrate_apply('plan');
--! bundles

-- Beside a script of ours such a file is one that is passed over, as is what nobody runs.
--! file mixed/0001-a.sql
CREATE TABLE mixed (x);
--! end
--! file mixed/002-b.sql
CREATE TABLE b (x);
--! end
SELECT fastmigrate_apply('mixed');
--! open notes.db
--! file notes/README.md
--! end
--! file notes/schema.sql
--! end
--! file notes/2024.txt
--! end
SELECT fastmigrate_apply('notes');

-- A script that undoes behind itself what it has done.
--! open down.db
--! file goose/0001-a.sql
-- +goose Up
CREATE TABLE a (x);
  -- +goose Down
DROP TABLE a;
--! end
SELECT fastmigrate_apply('goose');
--! file dbmate/0001-a.sql
-- migrate:up
CREATE TABLE a (x);
-- migrate:down transaction:false
DROP TABLE a;
--! end
SELECT fastmigrate_apply('dbmate');
--! file sqlmigrate/0001-a.sql
-- +migrate Up
CREATE TABLE a (x);
-- +migrate Down
DROP TABLE a;
--! end
SELECT fastmigrate_apply('sqlmigrate');
--! file node/0001-a.sql
-- Up
CREATE TABLE a (x);
-- Down
DROP TABLE a;
--! end
SELECT fastmigrate_apply('node');
SELECT fastmigrate_rehearse('node');
SELECT fastmigrate_version();

-- Nothing of that kind: no Up before, within a string, behind a statement, other words.
--! file fine/0001-a.sql
-- Down
CREATE TABLE a (x);
-- up and away
-- down the road
INSERT INTO a VALUES ('
-- +goose Down
'); -- +goose Down
--! end
SELECT fastmigrate_apply('fine');
SELECT x FROM a;

-- The wrong folder: its first script has another name, and other SQL.
--! open wrong.db
--! file mine/0001-users.sql
CREATE TABLE users (x);
--! end
--! file mine/0002-posts.sql
CREATE TABLE posts (x);
--! end
SELECT fastmigrate_apply('mine');
--! file other/0001-base.sql
CREATE TABLE base (x);
--! end
--! file other/0002-more.sql
CREATE TABLE more (x);
--! end
SELECT fastmigrate_apply('other');
-- Renamed alone is no edit.
--! file renamed/0001-people.sql
CREATE TABLE users (x);
--! end
--! file renamed/0002-posts.sql
CREATE TABLE posts (x);
--! end
SELECT fastmigrate_apply('renamed');

-- Several edited scripts are all named.
--! file mine/0001-users.sql
CREATE TABLE users (x, y);
--! end
SELECT fastmigrate_apply('mine');
--! file mine/0002-posts.sql
CREATE TABLE posts (x, y);
--! end
SELECT fastmigrate_apply('mine');

-- A script that was not there at the enrolment, which recorded each one, is late.
--! open enrolled.db
--! file gaps/0001-a.sql
CREATE TABLE a (x);
--! end
--! file gaps/0003-c.sql
CREATE TABLE c (x);
--! end
CREATE TABLE a (x);
CREATE TABLE c (x);
SELECT fastmigrate_enroll(3, 'gaps');
--! file gaps/0002-b.sql
CREATE TABLE b (x);
--! end
SELECT version, state, detail FROM fastmigrate_status('gaps');
SELECT fastmigrate_apply('gaps');
SELECT fastmigrate_accept(2, 'gaps');
-- Where the enrolment has looked at no script, none is known to be new.
SELECT fastmigrate_unenroll();
SELECT fastmigrate_enroll(3);
SELECT version, state, detail FROM fastmigrate_status('gaps');
SELECT fastmigrate_apply('gaps');
SELECT fastmigrate_accept(2, 'gaps');
