#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* README begins */
static sqlite3 *open_database(const char *path) {
  sqlite3 *db = NULL;
  char *error = NULL;
  if (sqlite3_open(path, &db) != SQLITE_OK ||
      sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) != SQLITE_OK ||
      sqlite3_load_extension(db, "build/fastmigrate", NULL, &error) != SQLITE_OK) {
    fprintf(stderr, "%s: %s\n", path, error ? error : sqlite3_errmsg(db));
    exit(1);
  }
  return db;
}

static int migrate(sqlite3 *db, const char *scripts) {
  sqlite3_stmt *statement = NULL;
  int version = -1;
  sqlite3_prepare_v2(db, "SELECT fastmigrate_apply(?)", -1, &statement, NULL);
  sqlite3_bind_text(statement, 1, scripts, -1, SQLITE_STATIC);
  if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  return version; /* -1: sqlite3_errmsg(db) says why */
}
/* README ends */

/* Prints the rows of a statement, each behind the label. */
static void show(const char *label, sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    printf("%s:", label);
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      printf(" %s", (const char *)sqlite3_column_text(statement, i));
    }
    printf("\n");
  }
  sqlite3_finalize(statement);
}

/* The letters of a name, in lower case, and where to write to. */
static void address(sqlite3_context *context, int count, sqlite3_value **values) {
  char *text = sqlite3_mprintf("%s@example.com", sqlite3_value_text(values[0]));
  for (char *letter = text; count == 1 && letter && *letter != '@'; ++letter) *letter |= 0x20;
  sqlite3_result_text(context, text, -1, sqlite3_free);
}

int main(void) {
  printf("new: %d\n", migrate(open_database("new.db"), "migrations"));

  sqlite3 *db = open_database("app.db");
  show("enroll", db, "SELECT fastmigrate_enroll(1)");
  if (migrate(db, "broken") == -1) {
    printf("broken: %s\n", sqlite3_errmsg(db));
    printf("code: %d\n", sqlite3_extended_errcode(db));
  }
  show("version", db, "SELECT fastmigrate_version()");
  printf("apply: %d\n", migrate(db, "migrations"));
  printf("again: %d\n", migrate(db, "migrations"));
  show("status", db, "SELECT version, state FROM fastmigrate_status('migrations')");
  show("differences", db, "SELECT count(*) FROM fastmigrate_verify('migrations')");
  show("posts", db, "SELECT count(*) FROM posts");
  sqlite3_close(db);

  db = open_database("copy.db");
  sqlite3_exec(db, "SELECT fastmigrate_enroll(1)", NULL, NULL, NULL);
  show("row", db, "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')");
  show("posts", db, "SELECT count(*) FROM posts");

  sqlite3_create_function(db, "address", 1, SQLITE_UTF8, NULL, address, NULL, NULL);
  printf("function: %d\n", migrate(db, "function"));
  show("function", db, "SELECT email FROM users");
  sqlite3_close(db);

  db = open_database(":memory:");
  show("bundle", db, "SELECT fastmigrate_apply(fastmigrate_bundle('migrations'), 2)");

  /* Habits */
  show("foreign keys", db, "PRAGMA foreign_keys");
  char *error = NULL;
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_load_extension(db, "build/fastmigrate", NULL, &error);
  printf("forbidden: %s\n", error);
  sqlite3_free(error);
  sqlite3_close(db);

  /* A statement of which one row was fetched, and others were not, keeps nobody from writing. */
  db = open_database("open.db");
  sqlite3 *other = open_database("open.db");
  const char *calls[] = {"SELECT fastmigrate_apply('migrations', 1)",
                         "SELECT version FROM fastmigrate_apply('migrations')",
                         "SELECT version FROM fastmigrate_status('migrations')"};
  for (int i = 0; i < 3; ++i) {
    sqlite3_stmt *left_open = NULL;
    sqlite3_prepare_v2(db, calls[i], -1, &left_open, NULL);
    sqlite3_step(left_open);
    int rc = sqlite3_exec(other, "INSERT INTO users (name) VALUES ('Edsger')", NULL, NULL, NULL);
    printf("left open at %d, another writes: %s\n", sqlite3_column_int(left_open, 0),
           sqlite3_errstr(rc));
    sqlite3_finalize(left_open);
  }
  show("version", db, "SELECT fastmigrate_version()");
  show("users", db, "SELECT count(*) FROM users");
  sqlite3_close(db);
  sqlite3_close(other);
  return 0;
}
