-- Everything that loading the extension registers. Bit 0x80000 is SQLITE_DIRECTONLY, 0x200000 is
-- SQLITE_INNOCUOUS, 0x800 is SQLITE_DETERMINISTIC.
SELECT name, type, enc, narg, printf('%#x', flags) AS flags
FROM pragma_function_list WHERE name LIKE 'fastmigrate%' ORDER BY name, narg;
SELECT name FROM pragma_module_list WHERE name LIKE 'fastmigrate%' ORDER BY name;
SELECT type, name, sql FROM temp.sqlite_schema ORDER BY name;
SELECT count(*) FROM main.sqlite_schema;
