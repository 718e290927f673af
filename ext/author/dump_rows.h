// The rows of a table as INSERT statements, every value exactly as it is stored.
//
//   INSERT INTO "users"("id", "name") VALUES(1, 'Ada');
//
// Where no literal says a value: text with NUL, a carriage return (which a text file may lose) or
// bytes that are not UTF-8 is CAST(x'...' AS TEXT), with the bytes in the encoding of the database;
// infinity is 9e999; a real that SQLite would not read back to the last bit is written as a whole
// number divided or multiplied by powers of two.

#ifndef FASTMIGRATE_AUTHOR_DUMP_ROWS_H_
#define FASTMIGRATE_AUTHOR_DUMP_ROWS_H_

#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// One line a row unless a text has line breaks, in the order of the rowid or the primary key.
// Generated columns are left out. So is the rowid of a table without INTEGER PRIMARY KEY, which
// VACUUM may change any time. An AUTOINCREMENT table gets its row of sqlite_sequence.
// An error when `main` has no such table, or it is virtual, a view, or a table of ours or SQLite's.
Result<std::string> DumpRows(const Database& db, const std::string& table);

// The value in a column of the present row as an SQL expression. `db` is where the statement runs.
Result<std::string> ValueAsSql(const Database& db, const Statement& statement, int column);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DUMP_ROWS_H_
