/* A program with the static library linked in: it applies the folder MIGRATIONS to a new database and
** prints the version that it has then.
**
**   program MIGRATIONS
*/
#include <fastmigrate.h>
#include <sqlite3.h>
#include <stdio.h>

int main(int argc, char **argv) {
  sqlite3 *db;
  sqlite3_stmt *apply;
  if (argc != 2) return 2;
  sqlite3_auto_extension((void (*)(void))sqlite3_fastmigrate_init);
  if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
      sqlite3_prepare_v2(db, "SELECT fastmigrate_apply(?)", -1, &apply, NULL) != SQLITE_OK ||
      sqlite3_bind_text(apply, 1, argv[1], -1, SQLITE_TRANSIENT) != SQLITE_OK ||
      sqlite3_step(apply) != SQLITE_ROW) {
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    return 1;
  }
  printf("%s %d\n", FASTMIGRATE_VERSION, sqlite3_column_int(apply, 0));
  sqlite3_finalize(apply);
  return sqlite3_close(db) != SQLITE_OK;
}
