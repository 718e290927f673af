// A C++ function as an SQL scalar function.

#ifndef FASTMIGRATE_SCALAR_FUNCTION_H_
#define FASTMIGRATE_SCALAR_FUNCTION_H_

#include "database.h"
#include "result.h"
#include "sql_value.h"

namespace fastmigrate {

enum class Access {
  kReads,    // may be called from anywhere, a view or a trigger of the database included
  kChanges,  // writes or touches a file: only from SQL of the application (SQLITE_DIRECTONLY)
};

struct ScalarFunction {
  const char* name;
  int least_arguments;
  int most_arguments;  // -1: any number
  Access access;
  Result<Cell> (*call)(const Database& db, const Arguments& arguments);
};

// `function` must live as long as the connection. Returns an SQLite result code.
int RegisterScalarFunction(sqlite3* db, const ScalarFunction& function);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCALAR_FUNCTION_H_
