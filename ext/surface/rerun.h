// The statement that has called a table-valued function of ours, run again from its start.
//
// SQLite lets go of no lock on main before the statement that has called us has ended, whatever was
// read or committed inside it, and a caller may leave it open behind its first row. xFilter can end
// it: when it answers SQLITE_SCHEMA, sqlite3_step() compiles the statement again and runs it from
// its start (https://www.sqlite.org/rescode.html#schema). The rows that were found wait for it
// here, and it then has no need to look at main.
//
// What the statement has done before would be done twice, and rows that it has given would be given
// twice. So it is not done to a statement that does more than to select from one such function,
// once, nor to one beside which another one runs, since it would let go of nothing then.

#ifndef FASTMIGRATE_SURFACE_RERUN_H_
#define FASTMIGRATE_SURFACE_RERUN_H_

#include <optional>
#include <string_view>
#include <vector>

#include "sqlite/sqlite_api.h"
#include "surface/cell.h"

namespace fastmigrate {

// Whether the text is a SELECT from this table or table-valued function and from nothing else, so
// that no row is given before that is asked for rows. Queries may stand in the SELECT as long as
// the table is read once, no rows come from anywhere else (UNION, VALUES), and no functions are
// called but those of SQLite that only tell a value.
bool SelectsFromOnly(std::string_view sql, std::string_view table);

// A run of a statement, from its first sqlite3_step() to its end.
class StatementRun {
 public:
  // The one in which `function` is being called; nullopt when it could not begin anew.
  static std::optional<StatementRun> Of(sqlite3* db, std::string_view function);

  // The run behind this one, when it is ended by SQLITE_SCHEMA.
  StatementRun Next() const;

  bool operator==(const StatementRun&) const = default;

 private:
  sqlite3_stmt* statement_ = nullptr;
  int count_ = 0;  // of runs
  int recompilations_ = 0;
};

// Rows that wait for the next run of a statement. It never comes when SQLite has no memory to
// compile the statement again, or when the host has prepared it by sqlite3_prepare(), which leaves
// that to the host.
struct WaitingRows {
  StatementRun run;
  std::vector<Row> rows;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_RERUN_H_
