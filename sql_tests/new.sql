-- fastmigrate_new makes the next numbered script and returns its path.
--! folder migrations
SELECT fastmigrate_new('migrations', 'create users');
--! cat migrations/0001-create-users.sql
SELECT fastmigrate_new('migrations', 'Add E-Mail, and more!');
SELECT fastmigrate_new('migrations', 'übersicht');
--! list migrations

-- A second time it is there, as long as nobody has written it.
SELECT fastmigrate_new('migrations', 'übersicht');
--! list migrations

-- The next number is one above the highest script, whatever its kind; what is ignored does not count.
--! file migrations/0041-program.py
--! end
--! file migrations/0099-not-a-script.txt
--! end
SELECT fastmigrate_new('migrations', 'next');

-- A script that the database would take for an old one is not made.
--! open ahead.db
CREATE TABLE t (a);
SELECT fastmigrate_enroll(50);
SELECT fastmigrate_new('migrations', 'after enrolling');
--! open test.db

-- Nothing may lead out of the folder.
SELECT fastmigrate_new('migrations', '../../etc/passwd');
SELECT fastmigrate_new('migrations', 'a/b');
--! list migrations

-- A description with nothing in it for a name.
SELECT fastmigrate_new('migrations', '');
SELECT fastmigrate_new('migrations', '!!!');
SELECT fastmigrate_new('migrations', NULL);
SELECT fastmigrate_new('migrations', 5);

-- The numbers end at 9999.
--! file full/9999-last.sql
--! end
SELECT fastmigrate_new('full', 'one more');
--! list full

-- A folder that is not there is made; with the script that fails it goes again.
SELECT fastmigrate_new('made', 'a');
--! list made
SELECT fastmigrate_new('not-made', '!');
SELECT * FROM fastmigrate_status('not-made');
SELECT fastmigrate_new('nowhere/at/all', 'a');
SELECT fastmigrate_new(NULL, 'a');
SELECT fastmigrate_new('migrations');

-- A folder with two scripts of one number.
--! file twice/0001-a.sql
--! end
--! file twice/0001-b.sql
--! end
SELECT fastmigrate_new('twice', 'a');
--! list twice

-- What was made is refused until somebody has written it.
--! open fresh.db
SELECT fastmigrate_new('fresh', 'first');
SELECT fastmigrate_apply('fresh');
SELECT fastmigrate_rehearse('fresh');
--! file fresh/0001-first.sql
  -- fastmigrate: unfinished; write the SQL, and delete this line
CREATE TABLE t (a);
--! end
SELECT fastmigrate_apply('fresh');
--! file fresh/0001-first.sql
CREATE TABLE t (a); -- fastmigrate: unfinished only stands on a line of its own
INSERT INTO t VALUES ('
-- fastmigrate: unfinished');
--! end
SELECT fastmigrate_apply('fresh');
