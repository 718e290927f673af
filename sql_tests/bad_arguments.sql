-- A wrong argument gets an error that names it, and changes nothing.
--! folder migrations
SELECT fastmigrate_enroll(NULL);
SELECT fastmigrate_enroll('x');
SELECT fastmigrate_enroll('');
SELECT fastmigrate_enroll('1x');
SELECT fastmigrate_enroll(-1);
SELECT fastmigrate_enroll(10000);
SELECT fastmigrate_enroll(1.5);
SELECT fastmigrate_enroll(9223372036854775807);
SELECT fastmigrate_enroll(1e300);
SELECT fastmigrate_enroll(x'31');
SELECT fastmigrate_enroll();
SELECT name FROM sqlite_schema;

SELECT fastmigrate_apply(NULL);
SELECT fastmigrate_apply(1);
SELECT fastmigrate_apply(1.5);
SELECT fastmigrate_apply(x'6d');
SELECT fastmigrate_apply('');
SELECT fastmigrate_apply('migrations', 'x');
SELECT fastmigrate_apply('migrations', -1);
SELECT fastmigrate_apply('migrations', 10000);
SELECT fastmigrate_apply('migrations', 1.5);
SELECT fastmigrate_apply('migrations', x'31');
SELECT fastmigrate_apply('migrations', 1, 2);
SELECT fastmigrate_apply('migrations' || char(0) || 'x');

SELECT * FROM fastmigrate_apply(NULL);
SELECT * FROM fastmigrate_apply(1);
SELECT * FROM fastmigrate_apply('migrations', 'x');
SELECT * FROM fastmigrate_apply('migrations', -1);
SELECT * FROM fastmigrate_apply('migrations', 10000);
SELECT * FROM fastmigrate_apply('migrations', 1.5);
SELECT * FROM fastmigrate_apply('migrations', 1, 2);

SELECT * FROM fastmigrate_status(NULL);
SELECT * FROM fastmigrate_status(1);
SELECT * FROM fastmigrate_history(1);

SELECT fastmigrate_version(1);
SELECT fastmigrate_version(NULL);
SELECT fastmigrate_version('nowhere');
SELECT fastmigrate_version('main', 'temp');
SELECT fastmigrate_extension_version(1);
SELECT fastmigrate_create('x');
SELECT fastmigrate_new();
SELECT fastmigrate_new(1, 'a');
SELECT name FROM sqlite_schema;

-- A whole number has to be an integer.
SELECT fastmigrate_apply('migrations', 1.0);
SELECT fastmigrate_apply('migrations', '1');
