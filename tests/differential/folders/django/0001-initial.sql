BEGIN;
--
-- Create model Author
--
CREATE TABLE "books_author" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL);
--
-- Create model Book
--
CREATE TABLE "books_book" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(200) NOT NULL, "author_id" bigint NOT NULL REFERENCES "books_author" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "books_book_author_id_1a2b" ON "books_book" ("author_id");
INSERT INTO "books_author" ("name") VALUES ('Ω; omega'), ('B');
INSERT INTO "books_book" ("title", "author_id") VALUES ('T1', 1), ('T2', 2), ('T3', 1);
COMMIT;
