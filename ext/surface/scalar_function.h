// A C++ function as an SQL scalar function.

#ifndef FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_
#define FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_

#include "base/result.h"
#include "sqlite/database.h"
#include "surface/arguments.h"
#include "surface/call.h"
#include "surface/cell.h"

namespace fastmigrate {

struct ScalarFunction {
  const char* name;
  int least_arguments;
  int most_arguments;  // -1: any number
  CallRules rules;
  Result<Cell> (*call)(const Database& db, const Arguments& arguments);
};

// `function` must live as long as the connection. Returns an SQLite result code.
int RegisterScalarFunction(sqlite3* db, const ScalarFunction& function);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_
