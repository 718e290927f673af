#include "surface/cell.h"

#include <cstring>
#include <new>
#include <utility>

namespace fastmigrate {
namespace {

constexpr size_t kResultBytes = 4096;

}  // namespace

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

ResultMemory::ResultMemory() : bytes_(static_cast<char*>(sqlite3_malloc64(kResultBytes))) {
  if (bytes_ == nullptr) throw std::bad_alloc();
}

void ResultMemory::SetResult(sqlite3_context* context, const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr || text->size() >= kResultBytes) {
    fastmigrate::SetResult(context, cell);
    return;
  }
  std::memcpy(bytes_, text->c_str(), text->size() + 1);
  sqlite3_result_text64(context, std::exchange(bytes_, nullptr), text->size(), sqlite3_free,
                        SQLITE_UTF8);
}

// The message first: setting the code keeps it (https://www.sqlite.org/c3ref/result_blob.html).
void SetError(sqlite3_context* context, const Error& error) {
  sqlite3_result_error(context, error.message.data(), static_cast<int>(error.message.size()));
  sqlite3_result_error_code(context, error.code);
}

}  // namespace fastmigrate
