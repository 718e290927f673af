#include "surface/sql_value.h"

#include "migrate/migration.h"

namespace fastmigrate {
namespace {

constexpr char kDefaultFolder[] = "migrations";

std::string TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

// As a person would write it in SQL.
std::string Shown(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return "NULL";
    case SQLITE_BLOB:
      return "a blob";
    case SQLITE_TEXT:
      return "'" + TextOf(value) + "'";
    default:
      return TextOf(value);
  }
}

}  // namespace

Cell OptionalCell(const std::optional<std::string>& text) {
  if (!text) return std::monostate();
  return *text;
}

Result<std::string> Arguments::Text(size_t index, const std::string& name) const {
  sqlite3_value* value = values_[index];
  if (sqlite3_value_type(value) != SQLITE_TEXT) {
    return MakeError("argument " + name + " must be a text, not " + Shown(value));
  }
  std::string text = TextOf(value);
  if (text.empty()) return MakeError("argument " + name + " is empty");
  if (text.find('\0') != std::string::npos) {
    return MakeError("argument " + name + " holds a NUL character");
  }
  return text;
}

Result<std::string> Arguments::Folder(size_t index) const {
  if (!Has(index)) return std::string(kDefaultFolder);
  return Text(index, "dir");
}

Result<int> Arguments::Version(size_t index, const std::string& name) const {
  sqlite3_value* value = values_[index];
  sqlite3_int64 version = sqlite3_value_int64(value);
  if (sqlite3_value_type(value) != SQLITE_INTEGER || version < 0 || version > kMaxVersion) {
    return MakeError("argument " + name + " must be a whole number from 0 to 9999, not " +
                     Shown(value));
  }
  return static_cast<int>(version);
}

Result<std::optional<int>> Arguments::OptionalVersion(size_t index, const std::string& name) const {
  if (!Has(index)) return std::optional<int>();
  Result<int> version = Version(index, name);
  if (!version) return version.error();
  return std::optional<int>(*version);
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
