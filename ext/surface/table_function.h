// A C++ function as an SQL table-valued function.
//
// The function runs whole when the SELECT begins, before its first row, since a caller may fetch
// one row only. Its arguments are hidden columns: SELECT * FROM f('x') and SELECT * FROM f WHERE
// dir = 'x' are the same.
//
// A table-valued function is an eponymous virtual table, which belongs to `main`, so that a SELECT
// over it holds a read lock there as long as it runs. So that nothing of ours keeps a lock when the
// SELECT is left open, nor stands in the way of what the call writes, its first SELECT creates it
// in `temp` as well, where names are looked up first, and is run again; so is one that has locked
// main for another reason (rerun.h). Where temp cannot be written, or the SELECT does more than to
// select from it alone, the eponymous table must do. Loading leaves temp alone: to open it takes
// half as long as all the rest, and 90 KB.

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

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_TABLE_FUNCTION_H_
