-- Double quotes that are names, strings, or either, by what is in scope.
CREATE TABLE t(a CHECK("a" <> "T" AND a NOT IN ("open", "Closed")), "order" TEXT DEFAULT "Order" COLLATE "nocase", b AS ("a" || "oid") CHECK("b" > "_rowid_"));
CREATE TABLE log(id INTEGER PRIMARY KEY NOT NULL, what TEXT NOT NULL ON CONFLICT IGNORE, n DEFAULT NULL, CHECK("rowid" > 0), CHECK(log.oid <> "log"));
CREATE TABLE flags(true, false, "null", CHECK(true <> false AND "true" IS NOT "False"));
CREATE TABLE pair(x, y, PRIMARY KEY(y, x), UNIQUE(x), CHECK("x" <> "rowid")) WITHOUT ROWID;
CREATE TABLE parent(k TEXT, v, PRIMARY KEY(k COLLATE NOCASE));
CREATE TABLE child(a REFERENCES parent, b REFERENCES log(id) ON DELETE CASCADE, c "" DEFAULT 1, d);
CREATE INDEX t_text ON t("a", lower("order") COLLATE "rtrim", "oid" || "A");
CREATE INDEX log_some ON log(what) WHERE "rowid" > 5 AND "what" <> "What" AND log.oid < 9;
CREATE VIEW names AS SELECT "a", "A" AS "Alias", "Open" AS 'state', t."rowid" AS r FROM "t" WHERE "alias" <> "Alias 2";
CREATE VIEW rows AS SELECT rowid AS "row", oid AS o, "_rowid_" AS u FROM log ORDER BY "oid", "O";
CREATE VIEW outer_names AS SELECT "what" AS w, (SELECT "n" || "what" || "x" FROM pair WHERE "id" = "y" AND "w" <> "W1") AS s FROM log;
CREATE VIEW nested AS SELECT "k", "l" AS m FROM (SELECT "a" AS k, "Text" AS "L" FROM t) AS sub JOIN pair ON "x" = "k" WHERE "sub" <> "K1";
CREATE VIEW of_views AS SELECT "alias" || "state" AS z, "Name" AS q FROM names GROUP BY "z" HAVING max("r") > "0" ORDER BY "Q" DESC LIMIT "10";
CREATE VIEW common AS WITH "c"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "C" WHERE "n" < 5) SELECT "n" AS n, "c" AS "c" FROM c;
CREATE VIEW windows AS SELECT sum("n") OVER (PARTITION BY "what" ORDER BY "id", "Sum") AS total, count(*) FILTER (WHERE "n" > "m") AS c FROM log;
CREATE VIEW both_names AS SELECT "a" AS "key" FROM t UNION SELECT "x" FROM pair ORDER BY "key";
CREATE VIEW cases AS SELECT CASE "a" WHEN "b" THEN "Then" ELSE "Else" END "kind", CAST("a" AS "text") AS c, "a" LIKE "x%" ESCAPE "%" AS l FROM t;
CREATE TRIGGER t_insert AFTER INSERT ON t WHEN NEW."a" <> "a" AND NEW.rowid > 0 BEGIN
  INSERT INTO log(what, n) VALUES("after", "NEW"), ("insert", NEW."a");
  INSERT INTO "pair"("x", 'y') SELECT "what", "id" FROM "log" AS 'l' WHERE "n" > "Order" AND l.oid = NEW.oid;
  UPDATE 'log' SET "n" = "what" || "t" WHERE "rowid" = NEW."rowid" AND "what" <> "update";
END;
CREATE TRIGGER log_update AFTER UPDATE OF "what" ON log BEGIN
  INSERT INTO pair VALUES("x", 1) ON CONFLICT("y", "x") DO UPDATE SET "x" = "excluded" || excluded."x" || "y" WHERE "x" > "Before";
  DELETE FROM t WHERE "a" = OLD."what" AND "order" <> "Delete";
  SELECT RAISE(ABORT, "No Entry") WHERE "what" = NEW."what";
END;
CREATE TRIGGER names_insert INSTEAD OF INSERT ON names BEGIN
  INSERT INTO t("a", "order") VALUES(NEW."a", NEW."Alias");
  DELETE FROM log WHERE "what" = "alias" AND "a" = NEW.state;
END;
