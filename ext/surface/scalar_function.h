// A C++ function as an SQL scalar function.

#ifndef FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_
#define FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_

#include "base/result.h"
#include "sqlite/database.h"
#include "surface/sql_value.h"

namespace fastmigrate {

enum class Access {
  kReads,  // may be called from anywhere, a view or a trigger of the database included
  // Writes or touches a file: only from SQL of the application (SQLITE_DIRECTONLY), and not inside
  // a statement that writes, where no transaction can be begun, and where SQLite (3.40) lets a
  // CHECK of a hostile database call even functions that are DIRECTONLY.
  kChanges,
};

// An error when the function may not be called now.
Status CheckAccess(const Database& db, const std::string& function, Access access);

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

#endif  // FASTMIGRATE_SURFACE_SCALAR_FUNCTION_H_
