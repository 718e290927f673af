/*
** fastmigrate: a SQLite extension that migrates a database from inside its own connection.
**
** For programs that link the static library. Programs that load the extension need no header.
**
**   sqlite3_auto_extension((void (*)(void))sqlite3_fastmigrate_init);
**   sqlite3_open("data.db", &db);
**   sqlite3_exec(db, "SELECT fastmigrate_apply('migrations')", 0, 0, &message);
*/
#ifndef FASTMIGRATE_H_
#define FASTMIGRATE_H_

/* The one place that knows the version; fastmigrate_extension_version() returns it. */
#define FASTMIGRATE_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;
struct sqlite3_api_routines;

/*
** Gives the connection all SQL functions. `api` is not used in a static build and may be null.
** Returns SQLITE_OK, or an SQLite result code with a message in *message, to be freed with
** sqlite3_free(). May be called again on the same connection. The connection must have been opened
** by SQLite 3.34.0 or newer.
*/
int sqlite3_fastmigrate_init(struct sqlite3 *db, char **message,
                             const struct sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif

#endif /* FASTMIGRATE_H_ */
