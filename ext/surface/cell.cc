#include "surface/cell.h"

namespace fastmigrate {

Cell OptionalCell(const std::optional<std::string>& text) {
  if (!text) return std::monostate();
  return *text;
}

void SetResult(sqlite3_context* context, const Cell& cell) {
  if (const auto* integer = std::get_if<int64_t>(&cell)) {
    sqlite3_result_int64(context, *integer);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    sqlite3_result_double(context, *real);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    sqlite3_result_text64(context, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_result_null(context);
  }
}

// The message first: setting the code keeps it (https://www.sqlite.org/c3ref/result_blob.html).
void SetError(sqlite3_context* context, const Error& error) {
  sqlite3_result_error(context, error.message.data(), static_cast<int>(error.message.size()));
  sqlite3_result_error_code(context, error.code);
}

}  // namespace fastmigrate
