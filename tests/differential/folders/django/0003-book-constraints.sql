BEGIN;
CREATE TABLE "new__books_book" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "author_id" bigint NULL REFERENCES "books_author" ("id") DEFERRABLE INITIALLY DEFERRED, "pages" integer unsigned NOT NULL CHECK ("pages" >= 0), CONSTRAINT "title_not_empty" CHECK (NOT ("title" = '')));
INSERT INTO "new__books_book" ("id", "title", "author_id", "pages") SELECT "id", "title", "author_id", 0 FROM "books_book";
DROP TABLE "books_book";
ALTER TABLE "new__books_book" RENAME TO "books_book";
CREATE INDEX "books_book_author_id_1a2b" ON "books_book" ("author_id");
COMMIT;
