-- A web shop, in the style of an object-relational mapper.
CREATE TABLE "customers" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "email" VARCHAR(255) COLLATE NOCASE NOT NULL UNIQUE,
  "name" TEXT DEFAULT NULL,
  "status" TEXT NOT NULL DEFAULT 'active' CHECK ("status" IN ('active', 'blocked', 'Deleted')),
  "credit" DECIMAL(10, 2) NOT NULL DEFAULT 0.00,
  "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "products" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "sku" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "price" INTEGER NOT NULL CHECK ("price" >= 0),
  "vat" REAL NOT NULL DEFAULT 0.19,
  "gross" INTEGER GENERATED ALWAYS AS (CAST(round("price" * (1 + "vat")) AS INTEGER)) STORED,
  "active" BOOLEAN NOT NULL DEFAULT TRUE,
  CONSTRAINT "products_sku" UNIQUE ("sku") ON CONFLICT FAIL
);
CREATE TABLE "orders" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "customer_id" INTEGER NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  "placed_at" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  "note" TEXT
);
CREATE TABLE "order_lines" (
  "order_id" INTEGER NOT NULL,
  "line" INTEGER NOT NULL,
  "product_id" INTEGER,
  "amount" INTEGER NOT NULL DEFAULT 1 CHECK ("amount" > 0),
  "price" INTEGER NOT NULL,
  PRIMARY KEY ("order_id", "line"),
  CONSTRAINT "fk_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE CASCADE
    DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT "fk_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE SET NULL,
  CHECK ("price" >= 0 AND "amount" < 1000)
) WITHOUT ROWID;
CREATE INDEX "orders_by_customer" ON "orders" ("customer_id", "placed_at" DESC);
CREATE INDEX "active_products" ON "products" ("title" COLLATE NOCASE) WHERE "active" = 1;
CREATE UNIQUE INDEX "customers_lower_name" ON "customers" (lower("name"), "id") WHERE "name" IS NOT NULL;
CREATE VIEW "order_totals" AS
  SELECT o."id" AS "order_id", c."email", sum(l."price" * l."amount") AS "total", count(*) AS lines
  FROM "orders" AS o
  JOIN "customers" AS c ON c."id" = o."customer_id"
  LEFT JOIN "order_lines" AS l ON l."order_id" = o."id"
  GROUP BY o."id"
  HAVING "total" > 0
  ORDER BY "placed_at" ASC, o."id" DESC;
CREATE VIEW big_orders AS SELECT * FROM "order_totals" WHERE total >= 100000;
CREATE TRIGGER "keep_price" BEFORE INSERT ON "order_lines" FOR EACH ROW
  WHEN NEW."price" IS NULL
BEGIN
  SELECT CASE WHEN NEW."product_id" IS NULL THEN RAISE(ABORT, 'a line needs a price') END;
END;
CREATE TRIGGER "blocked_customers" AFTER UPDATE OF "status", "email" ON "customers"
  WHEN NEW."status" = 'blocked' AND OLD."status" <> 'blocked'
BEGIN
  UPDATE "orders" SET "note" = 'blocked: ' || coalesce("note", '-') WHERE "customer_id" = NEW."id";
  DELETE FROM "order_lines" WHERE "amount" = 0;
END;
