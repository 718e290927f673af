// The statement that has called a table-valued function of ours, run again from its start.
//
// SQLite lets go of no lock on main before the statement that has called us has ended, whatever was
// read or committed inside it, and a caller may leave it open behind its first row. xFilter can end
// it: when it answers SQLITE_SCHEMA, sqlite3_step() compiles the statement again and runs it from
// its start (https://www.sqlite.org/rescode.html#schema). The rows that were found wait for it
// here, and it then has no need to look at main.
//
// What the statement has done before would be done twice, and rows that it has given would be given
// twice. So it is done to a statement that has given none, and calls nothing that could do
// anything; when that cannot be told, to one that does no more than to select from one such
// function. It is not done to one beside which another one runs, since it would let go of nothing
// then.

#ifndef FASTMIGRATE_SURFACE_RERUN_H_
#define FASTMIGRATE_SURFACE_RERUN_H_

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sql/checksum.h"
#include "sqlite/sqlite_api.h"
#include "surface/cell.h"

namespace fastmigrate {

// Whether the text is a SELECT from this table or table-valued function alone: no other table, no
// other SELECT.
bool SelectsFromAlone(std::string_view sql, std::string_view table);

// Whether it is the name of a table-valued function of ours.
using IsOurs = std::function<bool(std::string_view name)>;

// Whether the text reads from no tables but ours, and from the queries in it, and calls no
// functions but those of SQLite that only tell a value. (What has the name of a table-valued
// function of ours may be called twice as a scalar one too.)
bool ReadsOnlyOurs(std::string_view sql, const IsOurs& is_ours);

// A run of a statement, from its first sqlite3_step() to its end.
class StatementRun {
 public:
  // That of the only statement of the connection that runs; nullopt when several do.
  static std::optional<StatementRun> Of(sqlite3* db);

  // Whether the statement, which is calling `function`, has done nothing yet that must not be done
  // twice.
  bool MayBeginAnew(std::string_view function, const IsOurs& is_ours) const;

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
  Digest arguments = {};  // of the call: a statement may call one function twice
  std::vector<Row> rows;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_RERUN_H_
