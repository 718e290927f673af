// What a call gives back to SQL.

#ifndef FASTMIGRATE_SURFACE_CELL_H_
#define FASTMIGRATE_SURFACE_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "sqlite/sqlite_api.h"

namespace fastmigrate {

// NULL, INTEGER, REAL or TEXT.
using Cell = std::variant<std::monostate, int64_t, double, std::string>;
using Row = std::vector<Cell>;

Cell OptionalCell(const std::optional<std::string>& text);

void SetResult(sqlite3_context* context, const Cell& cell);

// Memory for a result, taken before a call acts, so that what has been done can also be said: a
// path that was made, when memory has run out meanwhile.
class ResultMemory {
 public:
  // A failure to get any is std::bad_alloc.
  ResultMemory();
  ~ResultMemory() { sqlite3_free(bytes_); }
  ResultMemory(const ResultMemory&) = delete;
  ResultMemory& operator=(const ResultMemory&) = delete;

  // As SetResult() above, without an allocation for a short text.
  void SetResult(sqlite3_context* context, const Cell& cell);

 private:
  char* bytes_;
};

void SetError(sqlite3_context* context, const Error& error);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_CELL_H_
