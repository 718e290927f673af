BEGIN;
--
-- Add field born to author
--
CREATE TABLE "new__books_author" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL, "born" date NULL);
INSERT INTO "new__books_author" ("id", "name", "born") SELECT "id", "name", NULL FROM "books_author";
DROP TABLE "books_author";
ALTER TABLE "new__books_author" RENAME TO "books_author";
CREATE UNIQUE INDEX "books_author_name_uniq" ON "books_author" ("name");
COMMIT;
