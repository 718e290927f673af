/* The least that applying scripts can cost: SQLite's C API and nothing else.
 *
 *   limit DB DIR
 *
 * In one transaction, each script in DIR whose number is above the version of DB is read and given
 * to sqlite3_exec(), in the order of their names; then the version is moved. Nothing is checked but
 * SQLite's own errors: no checksum, no record, no savepoint, no foreign key. */
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static sqlite3* db;

static void fail(const char* what) {
  fprintf(stderr, "limit: %s: %s\n", what, db ? sqlite3_errmsg(db) : "out of memory");
  exit(1);
}

static void run(const char* sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail("cannot run");
}

/* -1: there is no _meta. */
static int version_of_db(void) {
  sqlite3_stmt* statement = NULL;
  int version = -1;
  if (sqlite3_prepare_v2(db, "SELECT version FROM _meta WHERE id = 1", -1, &statement, NULL) ==
          SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    version = sqlite3_column_int(statement, 0);
  }
  sqlite3_finalize(statement);
  return version;
}

static int is_script(const struct dirent* entry) {
  const char* name = entry->d_name;
  const size_t length = strlen(name);
  return strspn(name, "0123456789") == 4 && name[4] == '-' && length > 8 &&
         strcmp(name + length - 4, ".sql") == 0;
}

/* The file with a NUL behind it, good until the next call. */
static const char* text_of(int folder, const char* name) {
  static char* text = NULL;
  static size_t room = 0;
  struct stat status;
  const int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) fail(name);
  const size_t size = (size_t)status.st_size;
  if (size + 1 > room) {
    free(text);
    room = size + 1;
    text = malloc(room);
    if (text == NULL) fail(name);
  }
  for (size_t used = 0; used < size;) {
    const ssize_t count = read(file, text + used, size - used);
    if (count <= 0) fail(name);
    used += (size_t)count;
  }
  close(file);
  text[size] = '\0';
  return text;
}

int main(int count, char** arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: limit DB DIR\n");
    return 2;
  }
  if (sqlite3_open(arguments[1], &db) != SQLITE_OK) fail(arguments[1]);
  const int version = version_of_db();
  struct dirent** scripts;
  const int number = scandir(arguments[2], &scripts, is_script, alphasort);
  const int folder = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0 || folder < 0) fail(arguments[2]);
  int first = 0;
  while (first < number && atoi(scripts[first]->d_name) <= version) first++;
  if (first < number) {
    run("BEGIN IMMEDIATE");
    if (version < 0) {
      run("CREATE TABLE _meta (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL "
          "DEFAULT 0); INSERT INTO _meta (id, version) VALUES (1, 0)");
    }
    for (int i = first; i < number; i++) {
      if (sqlite3_exec(db, text_of(folder, scripts[i]->d_name), NULL, NULL, NULL) != SQLITE_OK) {
        fail(scripts[i]->d_name);
      }
    }
    char move[80];
    snprintf(move, sizeof move, "UPDATE _meta SET version = %d", atoi(scripts[number - 1]->d_name));
    run(move);
    run("COMMIT");
  }
  return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
