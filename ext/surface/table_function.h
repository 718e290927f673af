// A C++ function as an SQL table-valued function.
//
// The function runs whole when the SELECT begins, before its first row, since a caller may fetch
// one row only. Its arguments are hidden columns: SELECT * FROM f('x') and SELECT * FROM f WHERE
// dir = 'x' are the same.
//
// A table-valued function is an eponymous virtual table, which belongs to `main`, so that a SELECT
// over it holds a read lock there as long as it runs. One that writes must not have its own
// statement in the way: it is created in `temp` as well (in_temp), where names are looked up first.

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
  bool in_temp;
  Result<std::vector<Row>> (*call)(const Database& db, const Arguments& arguments);
};

// `function` must live as long as the connection. Returns an SQLite result code. With `in_temp` it
// is created in `temp` as well; where another connection's lock is in the way, by the first
// statement over it. Where temp cannot be written, it is eponymous only.
int RegisterTableFunction(sqlite3* db, const TableFunction& function, bool in_temp);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_TABLE_FUNCTION_H_
