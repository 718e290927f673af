-- Scripts are UTF-8. A byte order mark and CRLF line ends are fine, and change neither the columns of
-- an error nor the checksum.
--! bytes migrations/0001-bom-and-crlf.sql
\xEF\xBB\xBFCREATE TABLE t (a TEXT);\r\n
-- a comment\r\n
INSERT INTO t VALUES ('gr\xC3\xBC\xC3\x9F');\r\n
INSERT INTO t VALUES ('two\r\nlines');\r\n
--! end
SELECT fastmigrate_apply('migrations');
SELECT hex(a) FROM t;
SELECT checksum FROM fastmigrate_history();

--! open without.db
--! bytes migrations/0001-bom-and-crlf.sql
CREATE TABLE t (a TEXT);\n
INSERT INTO t VALUES ('gr\xC3\xBC\xC3\x9F');\n
INSERT INTO t VALUES ('two\r\nlines');\n
--! end
SELECT fastmigrate_apply('migrations');
SELECT checksum FROM fastmigrate_history();

--! open errors.db
--! bytes errors/0001-a.sql
\xEF\xBB\xBFSELEC 1;\r\n
--! end
SELECT fastmigrate_apply('errors');
--! bytes errors/0001-a.sql
\xEF\xBB\xBFSELECT 1;\r\n
\r\n
SELECT 'gr\xC3\xBC\xC3\x9F', nope;\r\n
--! end
SELECT fastmigrate_apply('errors');

-- Old Macintosh line ends are white space too.
--! bytes errors/0001-a.sql
CREATE TABLE a (x);\rCREATE TABLE b (x);\r
--! end
SELECT fastmigrate_apply('errors');

-- The encoding of a connection is fixed once the extension is loaded: SQLite passes over this.
--! open utf16.db
PRAGMA encoding = 'UTF-16le';
PRAGMA encoding;
-- A script would not get what it asks for, so that it is refused.
--! file utf16/0001-encoding.sql
PRAGMA encoding = 'UTF-16le';
CREATE TABLE t (a TEXT);
--! end
SELECT fastmigrate_apply('utf16');
SELECT name FROM sqlite_schema;
