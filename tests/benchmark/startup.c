/* What an up-to-date database costs the program that starts, beside the least that it could.
 *
 *   startup EXTENSION DB DIR      DB is up to date with the scripts in DIR
 *
 * Prints "LOAD FIRST AGAIN READ STAT", each the shortest of many, in microseconds: loading the
 * extension; the first SELECT fastmigrate_apply(DIR) of a process; a later one; and what such a
 * call has to do at the least, which is to list DIR and read each script, or for a later one to
 * look at each script's size and times, and to read the version. */
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kProcesses = 60, kCalls = 400 };

static const char* extension;
static const char* folder;

static void fail(const char* what) {
  fprintf(stderr, "startup: %s\n", what);
  _exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double lesser(double a, double b) { return a < b ? a : b; }

static void run(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sqlite3_errmsg(db));
}

/* With its schema read, as in any program that has begun to use it. */
static sqlite3* open_db(const char* path) {
  sqlite3* db;
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
      sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) != SQLITE_OK) {
    fail("cannot open the database");
  }
  run(db, "SELECT version FROM main._meta");
  return db;
}

static double load(sqlite3* db) {
  const double begin = now();
  char* error = NULL;
  if (sqlite3_load_extension(db, extension, NULL, &error) != SQLITE_OK) fail(error);
  return now() - begin;
}

static double apply(sqlite3* db) {
  char* sql = sqlite3_mprintf("SELECT fastmigrate_apply(%Q)", folder);
  const double begin = now();
  run(db, sql);
  const double end = now();
  sqlite3_free(sql);
  return end - begin;
}

static double least(sqlite3* db, int reads) {
  static char buffer[1 << 16];
  const double begin = now();
  DIR* dir = opendir(folder);
  if (dir == NULL) fail("cannot list the folder");
  const struct dirent* entry;
  while ((entry = readdir(dir)) != NULL) {
    struct stat status;
    if (entry->d_name[0] == '.') continue;
    if (!reads) {
      if (fstatat(dirfd(dir), entry->d_name, &status, 0) != 0) fail(entry->d_name);
      continue;
    }
    const int file = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) fail(entry->d_name);
    for (off_t left = status.st_size; left > 0;) {
      const ssize_t count = read(file, buffer, sizeof buffer);
      if (count <= 0) fail(entry->d_name);
      left -= count;
    }
    close(file);
  }
  closedir(dir);
  run(db, "SELECT version FROM main._meta WHERE id = 1");
  return now() - begin;
}

/* In a process of its own, which has not loaded the extension yet. */
static void first_of_a_process(const char* path, double* loading, double* first) {
  int pipe_ends[2];
  double got[2];
  if (pipe(pipe_ends) != 0) fail("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) fail("cannot fork");
  if (child == 0) {
    sqlite3* db = open_db(path);
    got[0] = load(db);
    got[1] = apply(db);
    _exit(write(pipe_ends[1], got, sizeof got) == (ssize_t)sizeof got ? 0 : 1);
  }
  close(pipe_ends[1]);
  if (read(pipe_ends[0], got, sizeof got) != (ssize_t)sizeof got) fail("the child has failed");
  close(pipe_ends[0]);
  waitpid(child, NULL, 0);
  *loading = lesser(*loading, got[0]);
  *first = lesser(*first, got[1]);
}

int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: startup EXTENSION DB DIR\n");
    return 2;
  }
  extension = arguments[1];
  folder = arguments[3];
  double loading = 1e12, first = 1e12, again = 1e12, reading = 1e12, stating = 1e12;
  for (int i = 0; i < kProcesses; i++) first_of_a_process(arguments[2], &loading, &first);
  sqlite3* db = open_db(arguments[2]);
  load(db);
  apply(db);
  for (int i = 0; i < kCalls; i++) {
    again = lesser(again, apply(db));
    reading = lesser(reading, least(db, 1));
    stating = lesser(stating, least(db, 0));
  }
  printf("%.1f %.1f %.1f %.1f %.1f\n", loading, first, again, reading, stating);
  return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
