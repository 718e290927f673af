// SQL values at the rim: arguments coming in, results going out.

#ifndef FASTMIGRATE_SURFACE_SQL_VALUE_H_
#define FASTMIGRATE_SURFACE_SQL_VALUE_H_

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

// The arguments of a call, by position from 0; one that was left out is absent, which is not the
// same as NULL. An error names the argument and what it must be.
class Arguments {
 public:
  explicit Arguments(std::vector<sqlite3_value*> values) : values_(std::move(values)) {}

  size_t size() const { return values_.size(); }
  bool Has(size_t index) const { return index < values_.size() && values_[index] != nullptr; }

  // A non-empty text without NUL characters.
  Result<std::string> Text(size_t index, const std::string& name) const;
  // As Text(); 'migrations' when it was left out.
  Result<std::string> Folder(size_t index) const;
  // An integer from 0 to 9999.
  Result<int> Version(size_t index, const std::string& name) const;
  Result<std::optional<int>> OptionalVersion(size_t index, const std::string& name) const;

 private:
  std::vector<sqlite3_value*> values_;
};

void SetResult(sqlite3_context* context, const Cell& cell);
void SetError(sqlite3_context* context, const Error& error);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_SQL_VALUE_H_
