/* What index.mjs calls before it opens a database. */

#include "fastmigrate.h"
#include "sqlite3.h"

/* Each connection gets the functions of fastmigrate when it is opened. Returns SQLITE_OK or an error. */
int register_fastmigrate(void) {
  return sqlite3_auto_extension((void (*)(void))sqlite3_fastmigrate_init);
}
