#include "migrate/migration.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/files.h"

namespace fastmigrate {
namespace {

struct KindEnding {
  std::string_view ending;
  MigrationKind kind;
};
constexpr std::array<KindEnding, 3> kEndings = {{
    {".sql", MigrationKind::kSql},
    {".py", MigrationKind::kPython},
    {".sh", MigrationKind::kShell},
}};

size_t LeadingDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

const KindEnding* EndingOf(std::string_view file_name) {
  for (const KindEnding& entry : kEndings) {
    if (file_name.ends_with(entry.ending)) return &entry;
  }
  return nullptr;
}

}  // namespace

std::string_view KindName(MigrationKind kind) {
  for (const KindEnding& entry : kEndings) {
    if (entry.kind == kind) return entry.ending.substr(1);
  }
  return "";
}

std::string Migration::Path() const { return Joined(home->folder->path(), name); }

Migration MigrationOfText(int version, std::string name, std::string text) {
  auto home = std::make_shared<const ScriptHome>(
      ScriptHome{std::nullopt, std::move(name), std::move(text)});
  const std::string_view view = home->names;
  return {version, MigrationKind::kSql, view, std::move(home)};
}

Result<std::string> ReadText(const Migration& migration) {
  if (!migration.IsInFile()) return migration.Text();
  std::string text;
  Result<std::optional<FileStamp>> read =
      migration.home->folder->ReadStamped(migration.NulTerminatedName(), &text);
  if (!read) return read.error();
  return text;
}

std::optional<MigrationName> ParseMigrationName(std::string_view file_name) {
  if (file_name.size() < 5 || file_name[4] != '-') return std::nullopt;
  MigrationName parsed;
  for (char digit : file_name.substr(0, 4)) {
    if (!IsDigit(digit)) return std::nullopt;
    parsed.version = parsed.version * 10 + (digit - '0');
  }
  const KindEnding* ending = EndingOf(file_name.substr(5));
  if (ending == nullptr || file_name.find('\n') != std::string_view::npos) return std::nullopt;
  parsed.kind = ending->kind;
  return parsed;
}

std::string WhyNotMigration(std::string_view file_name) {
  size_t digits = LeadingDigits(file_name);
  if (digits == 0) return "the name does not begin with a number of four digits";
  if (digits != 4) return "the number has " + std::to_string(digits) + " digits, not 4";
  if (file_name.size() < 5 || file_name[4] != '-') return "no hyphen follows the number";
  if (file_name.find('\n') != std::string_view::npos) return "the name holds a line break";
  return "the name does not end with .sql, .py or .sh";
}

bool IsForeignScript(std::string_view file_name) {
  for (std::string_view index : {"sqitch.plan", "atlas.sum", "migration_lock.toml"}) {
    if (file_name == index) return true;
  }
  size_t digits = LeadingDigits(file_name);
  // Of Flyway and refinery: V1__a.sql, R__a.sql.
  const bool has_letter = !file_name.empty() && digits == 0 &&
                          std::string_view("VURB").find(file_name[0]) != std::string_view::npos &&
                          file_name.find("__") != std::string_view::npos;
  if (file_name.ends_with(".sql")) return digits > 0 || has_letter;
  // A folder of diesel or Prisma, which begin with a time: 20240101000000_a, 2024-01-01-000000_a.
  return digits >= 4 && file_name.find('.') == std::string_view::npos &&
         file_name.find('_') != std::string_view::npos;
}

Result<std::string> MigrationFileName(int version, std::string_view description) {
  std::string number = std::to_string(version);
  std::string name = std::string(4 - std::min<size_t>(4, number.size()), '0') + number;
  for (char c : description) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || IsDigit(c) || IsLetter(c)) {
      if (name.size() == 4) name += '-';
      name += Lower(c);
    } else if (name.back() != '-') {
      name += '-';
    }
  }
  while (name.back() == '-') name.pop_back();
  if (name.size() == 4) return MakeError("a description needs a letter or a digit");
  return name + ".sql";
}

}  // namespace fastmigrate
