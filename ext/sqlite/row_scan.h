// The rows of a table by a function of ours that SQLite calls with the values of each: a third of
// what it costs to step to each row and to ask for each value.
//
// The function is fastmigrate_row(), which is registered on every connection that has the others.
// SELECT 1 FROM t WHERE fastmigrate_row(?1, a, b) IS NOT ?2 calls it for each row of t, and gives
// none, since it returns what only ?1 and ?2 know. Where it is not called (the host's authorizer
// forbids or ignores it, there may be fewer arguments, the name is another function's), the rows
// are stepped to.

#ifndef FASTMIGRATE_SQLITE_ROW_SCAN_H_
#define FASTMIGRATE_SQLITE_ROW_SCAN_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sqlite/database.h"
#include "sqlite/sqlite_api.h"

namespace fastmigrate {

// The values of one row, which are gone when the next one is read; columns count from 0.
class RowValues {
 public:
  explicit RowValues(std::span<sqlite3_value* const> values) : values_(values) {}

  size_t size() const { return values_.size(); }
  int Type(size_t column) const { return sqlite3_value_type(values_[column]); }
  int64_t Integer(size_t column) const { return sqlite3_value_int64(values_[column]); }
  std::string_view View(size_t column) const;  // empty for NULL
  // Adds the value with its type, as bytes that differ when it does.
  void AppendValue(size_t column, std::string* bytes) const;

 private:
  std::span<sqlite3_value* const> values_;
};

// What is scanned, as SQL: "a, b", "main.t", "a > 1", "rowid".
struct Scan {
  std::string columns;  // what ends with "*" is stepped to
  std::string table;
  std::string condition = "1";  // which spares calls; others may be made all the same
  std::string order = {};       // the rowid, in whose order the table is read; none: any order
};

// Calls `row` for each row.
Status ScanRows(const Database& db, const Scan& scan,
                const std::function<void(const RowValues&)>& row);

// Registers fastmigrate_row(). Returns an SQLite result code.
int RegisterRowScan(sqlite3* db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_ROW_SCAN_H_
