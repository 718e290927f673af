CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar DEFAULT '' NOT NULL, "admin" boolean DEFAULT FALSE, "created_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar);
INSERT INTO "ar_internal_metadata" VALUES ('environment', 'production');
INSERT INTO users (email, created_at) VALUES ('a@b', '2020-01-01 00:00:00.000000'), ('c@d', '2020-01-01 00:00:00.000001');
