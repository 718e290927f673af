-- fastmigrate_new makes the next numbered, empty script and returns its path.
--! folder migrations
SELECT fastmigrate_new('migrations', 'create users');
--! cat migrations/0001-create-users.sql
SELECT fastmigrate_new('migrations', 'Add E-Mail, and more!');
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

-- A folder that is not there.
SELECT fastmigrate_new('nowhere', 'a');
SELECT fastmigrate_new(NULL, 'a');
SELECT fastmigrate_new('migrations');

-- A folder with two scripts of one number.
--! file twice/0001-a.sql
--! end
--! file twice/0001-b.sql
--! end
SELECT fastmigrate_new('twice', 'a');
--! list twice

-- The file that was made runs as it is.
--! open fresh.db
--! folder fresh
SELECT fastmigrate_new('fresh', 'first');
SELECT fastmigrate_apply('fresh');
