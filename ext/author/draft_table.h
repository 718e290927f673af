// One table that has to become another, as SQL: ALTER TABLE ADD COLUMN where that is enough, else
// the table is made anew and its rows are copied.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_TABLE_H_
#define FASTMIGRATE_AUTHOR_DRAFT_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/schema.h"

namespace fastmigrate {

// Of a column of the new table: the one of the old table whose values it gets.
using ColumnSources = std::map<Name, Name>;

// The statements that add the last columns of `wanted`, when that is all that `present` lacks as
// far as columns go, and SQLite adds them whatever rows there are. nullopt otherwise. Whether the
// result is `wanted` is to be tried.
std::optional<std::vector<std::string>> AddColumns(const Table& present, const Table& wanted);

// Columns that went beside columns that came with the same definition: the old name, the new one.
struct RenamedColumn {
  Name from;
  Name to;
};
std::vector<RenamedColumn> GuessRenamedColumns(const Table& present, const Table& wanted);

// How the rows of the old table come into the new one, which stands beside it.
struct RowCopy {
  std::string sql;            // empty: nothing of them is kept
  std::string with_defaults;  // a NULL that is refused becomes the default; empty: there is none
  std::vector<std::string>
      remarks;  // what the author has to know: a value to fill in, what is lost
};
// `from` is the old table's name now; `from_rowid` the name of its rowid there, empty where that is
// the one that `present` has.
RowCopy CopyRows(const Table& present, const Table& wanted, const std::string& from,
                 const std::string& from_rowid, const ColumnSources& sources);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_TABLE_H_
