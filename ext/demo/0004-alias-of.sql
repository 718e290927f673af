-- Every alias with the name that it stands for.
CREATE VIEW alias_of AS
SELECT a.alt_name AS alias, o.name, o.table_name, o.auth_name || ':' || o.code AS id
FROM alias_name AS a
JOIN object_view AS o USING (table_name, auth_name, code);

CREATE INDEX alias_name_alt_name ON alias_name (alt_name);
