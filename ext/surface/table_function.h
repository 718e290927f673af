// A C++ function as an SQL table-valued function.
//
// The function runs whole when the SELECT begins, before its first row, since a caller may fetch
// one row only. Its arguments are hidden columns: SELECT * FROM f('x') and SELECT * FROM f WHERE
// dir = 'x' are the same.
//
// A table-valued function is an eponymous virtual table, which belongs to `main`, so that a SELECT
// over it holds a read lock there as long as it runs. So that nothing of ours keeps a lock when the
// SELECT is left open, nor stands in the way of what the call writes, it is created in `temp` as
// well, where names are looked up first, and a SELECT from it alone is run again when it has locked
// main (rerun.h). Where temp cannot be written, the eponymous table must do.

#ifndef FASTMIGRATE_SURFACE_TABLE_FUNCTION_H_
#define FASTMIGRATE_SURFACE_TABLE_FUNCTION_H_

#include <vector>

#include "base/result.h"
#include "sqlite/database.h"
#include "surface/arguments.h"
#include "surface/call.h"
#include "surface/cell.h"

namespace fastmigrate {

struct TableFunction {
  const char* name;
  const char* columns;    // "version, name, state"
  const char* arguments;  // "dir, target": the hidden columns; empty when there are none
  CallRules rules;
  const char* done;  // of one that changes the database: of what each row tells that the call has
                     // done it, "scripts applied"; null of others
  Result<std::vector<Row>> (*call)(const Database& db, const Arguments& arguments);
};

// `function` must live as long as the connection. Returns an SQLite result code.
int RegisterTableFunction(sqlite3* db, const TableFunction& function);

// Creates it in `temp` now, and not when it is first used: SQLite then reads main for the statement
// before it calls us, and waits for a lock there only as long as the host's busy timeout says.
// What is in the way is no error: it is then created when it is used.
int CreateTableFunctionInTemp(sqlite3* db, const TableFunction& function);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_TABLE_FUNCTION_H_
