#include "surface/arguments.h"

#include <new>

#include "migrate/bundle.h"
#include "migrate/migration.h"

namespace fastmigrate {
namespace {

constexpr char kDefaultFolder[] = "migrations";

// Of what is not NULL.
std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) throw std::bad_alloc();
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

// So much of a text is shown in a message; where a version belongs, a bundle may stand by mistake.
constexpr size_t kShownBytes = 40;

std::string QuotedStart(std::string_view text) {
  if (text.size() <= kShownBytes) return "'" + std::string(text) + "'";
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "'" + std::string(text.substr(0, end)) + "...'";
}

// As a person would write it in SQL.
std::string Shown(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return "NULL";
    case SQLITE_BLOB:
      return "a blob";
    case SQLITE_TEXT:
      return QuotedStart(TextOf(value));
    default:
      return std::string(TextOf(value));
  }
}

}  // namespace

Result<std::string_view> Arguments::View(size_t index, const std::string& name) const {
  sqlite3_value* value = values_[index];
  if (sqlite3_value_type(value) != SQLITE_TEXT) {
    return MakeError("argument " + name + " must be a text, not " + Shown(value));
  }
  const std::string_view text = TextOf(value);
  if (text.empty()) return MakeError("argument " + name + " is empty");
  if (text.find('\0') != std::string_view::npos) {
    return MakeError("argument " + name + " holds a NUL character");
  }
  return text;
}

Result<std::string> Arguments::Text(size_t index, const std::string& name) const {
  Result<std::string_view> text = View(index, name);
  if (!text) return text.error();
  return std::string(*text);
}

Result<std::string_view> Arguments::FolderOrBundle(size_t index) const {
  if (!Has(index)) return std::string_view(kDefaultFolder);
  return View(index, "dir");
}

Result<std::string> Arguments::Folder(size_t index, const std::string& function) const {
  Result<std::string_view> dir = FolderOrBundle(index);
  if (!dir) return dir.error();
  if (IsBundle(*dir)) {
    return MakeError(
        function + "() needs a folder, and argument dir is a bundle; give the path of the folder");
  }
  return std::string(*dir);
}

Result<int> Arguments::Version(size_t index, const std::string& name) const {
  sqlite3_value* value = values_[index];
  const std::string shown = Shown(value);
  const int type = sqlite3_value_numeric_type(value);
  const double version = sqlite3_value_double(value);
  if ((type == SQLITE_INTEGER || type == SQLITE_FLOAT) && version >= 0 && version <= kMaxVersion &&
      version == static_cast<int>(version)) {
    return static_cast<int>(version);
  }
  return MakeError("argument " + name + " must be a whole number from 0 to 9999, not " + shown);
}

Result<std::optional<int>> Arguments::OptionalVersion(size_t index, const std::string& name) const {
  if (!Has(index)) return std::optional<int>();
  Result<int> version = Version(index, name);
  if (!version) return version.error();
  return std::optional<int>(*version);
}

}  // namespace fastmigrate
