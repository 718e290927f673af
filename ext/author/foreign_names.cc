#include "author/foreign_names.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/files.h"

namespace fastmigrate {
namespace {

struct Language {
  std::string_view ending;
  std::string_view name;
};
constexpr Language kLanguages[] = {
    {".go", "Go"},          {".py", "Python"},     {".js", "JavaScript"}, {".mjs", "JavaScript"},
    {".cjs", "JavaScript"}, {".ts", "TypeScript"}, {".rs", "Rust"},       {".java", "Java"},
    {".kt", "Kotlin"},      {".rb", "Ruby"},       {".php", "PHP"},       {".exs", "Elixir"},
    {".ex", "Elixir"},      {".cs", "C#"},
};

bool IsSql(const NumberedName& name) { return name.ending == ".sql"; }

size_t DigitsAt(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// Whether it begins with 2024.01.01T12.00.00.
bool BeginsWithDottedTime(std::string_view text) {
  constexpr std::string_view kForm = "0000.00.00T00.00.00";
  if (text.size() < kForm.size()) return false;
  return std::equal(kForm.begin(), kForm.end(), text.begin(),
                    [](char form, char c) { return form == '0' ? IsDigit(c) : form == c; });
}

// The length of the number at the beginning: digits, or a time, or a date with hyphens, which a
// time may follow: 2024.01.01T12.00.00, 2024-01-01, 2024-01-01-120000.
size_t NumberLength(std::string_view text) {
  if (BeginsWithDottedTime(text)) return std::string_view("0000.00.00T00.00.00").size();
  const size_t digits = DigitsAt(text, 0);
  if (digits != 4 || text.size() < 10 || text[4] != '-' || DigitsAt(text, 5) != 2 ||
      text[7] != '-' || DigitsAt(text, 8) != 2) {
    return digits;
  }
  const size_t time = text.size() > 10 && text[10] == '-' ? DigitsAt(text, 11) : 0;
  return time >= 4 ? 11 + time : 10;
}

std::string Digits(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), IsDigit);
  return digits;
}

// By version; of equal ones by path.
void SortByVersion(std::vector<ForeignMigration>* migrations) {
  std::stable_sort(migrations->begin(), migrations->end(),
                   [](const ForeignMigration& a, const ForeignMigration& b) {
                     return IsLowerVersion(a.version, b.version);
                   });
}

Listing Sorted(std::vector<ForeignMigration> migrations) {
  SortByVersion(&migrations);
  auto twin = std::adjacent_find(
      migrations.begin(), migrations.end(),
      [](const ForeignMigration& a, const ForeignMigration& b) { return a.version == b.version; });
  if (twin == migrations.end()) return migrations;
  return MakeError(twin->path + " and " + std::next(twin)->path + " have one number, " +
                   twin->version + "; renumber one of them");
}

ForeignMigration Named(const std::string& file, const NumberedName& name) {
  return {file, NormalVersion(name.number), file, name.rest};
}

// By name.
template <typename Wanted>
std::vector<ForeignMigration> FindFiles(const ForeignFolder& folder, Wanted wanted) {
  std::vector<ForeignMigration> migrations;
  for (const std::string& file : folder.files) {
    NumberedName name = ParseNumberedName(file);
    if (!name.number.empty() && wanted(name)) migrations.push_back(Named(file, name));
  }
  return migrations;
}

template <typename Wanted>
Listing ListFiles(const ForeignFolder& folder, Wanted wanted) {
  return Sorted(FindFiles(folder, wanted));
}

// The folders in which there is this file.
Result<std::vector<std::string>> FoldersWith(const ForeignFolder& folder, const std::string& file) {
  std::vector<std::string> found;
  for (const std::string& name : folder.folders) {
    Result<FileType> type = TypeOf(Joined(Joined(folder.dir, name), file));
    if (!type) return type.error();
    if (*type != FileType::kMissing) found.push_back(name);
  }
  return found;
}

// "name" of "20240101000000_name".
std::string BehindUnderscore(const std::string& name) {
  const size_t at = name.find('_');
  return at == std::string::npos ? name : name.substr(at + 1);
}

// The time that the name begins with, 20240101120000, in UTC; empty when it begins with none.
std::string MillisecondsOf(std::string_view name) {
  namespace chrono = std::chrono;
  if (DigitsAt(name, 0) != 14) return "";
  auto number = [&](size_t at, size_t length) {
    int value = 0;
    for (char c : name.substr(at, length)) value = value * 10 + (c - '0');
    return value;
  };
  const chrono::year_month_day date(chrono::year(number(0, 4)),
                                    chrono::month(static_cast<unsigned>(number(4, 2))),
                                    chrono::day(static_cast<unsigned>(number(6, 2))));
  if (!date.ok()) return "";
  const chrono::milliseconds time = chrono::sys_days(date).time_since_epoch() +
                                    chrono::hours(number(8, 2)) + chrono::minutes(number(10, 2)) +
                                    chrono::seconds(number(12, 2));
  return std::to_string(time.count());
}

// Flyway and refinery look into the folders below as well.
Status RefuseFlywayBelow(const ForeignFolder& folder) {
  for (const std::string& name : folder.folders) {
    Result<ForeignFolder> below = ListForeignFolder(Joined(folder.dir, name));
    if (!below) return below.error();
    for (const std::string& file : below->files) {
      if (ParseFlywayName(file).kind == 0) continue;
      return MakeError(name + "/" + file +
                       " is a migration as well; copy all of them into one folder");
    }
  }
  return {};
}

// A line of the comment at the head of a file of Atlas that begins with this directive.
bool HasDirective(std::string_view text, std::string_view directive) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (text.starts_with("--")) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(2, end - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with(directive)) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Error OtherAtlasFormat(const std::string& file, const std::string& directive) {
  return MakeError(file + " has the directive " + directive +
                   ", by which Atlas reads it in another way than SQLite; write it as plain SQL");
}

}  // namespace

NumberedName ParseNumberedName(std::string_view file) {
  NumberedName name;
  const size_t length = NumberLength(file);
  name.number = Digits(file.substr(0, length));
  size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || dot < length) return name;
  for (std::string_view ending : {".up.sql", ".down.sql"}) {
    if (file.ends_with(ending)) dot = file.size() - ending.size();
  }
  name.ending = file.substr(dot);
  name.rest = file.substr(length, dot < length ? 0 : dot - length);
  return name;
}

FlywayName ParseFlywayName(std::string_view file) {
  FlywayName name;
  const size_t dot = file.rfind('.');
  const size_t gap = file.find("__");
  if (dot == std::string_view::npos || gap == std::string_view::npos || gap > dot ||
      std::string_view("VUBR").find(file[0]) == std::string_view::npos) {
    return name;
  }
  const std::string_view version = file.substr(1, gap - 1);
  const bool is_number = !version.empty() && IsDigit(version[0]) &&
                         version.find_first_not_of("0123456789._") == std::string_view::npos;
  if (file[0] == 'R' ? !version.empty() : !is_number) return name;
  name.kind = file[0];
  name.version = version;
  name.description = file.substr(gap + 2, dot - gap - 2);
  name.ending = file.substr(dot);
  return name;
}

std::string_view LanguageOf(std::string_view file) {
  if (file.ends_with("_test.go") || file.ends_with(".d.ts")) return "";
  for (const Language& language : kLanguages) {
    if (file.ends_with(language.ending)) return language.name;
  }
  return "";
}

Listing ListUpFiles(const ForeignFolder& folder) {
  return ListFiles(folder, [](const NumberedName& name) { return name.ending == ".up.sql"; });
}

Listing ListUpAndPlainFiles(const ForeignFolder& folder) {
  return ListFiles(folder, [](const NumberedName& name) {
    return name.ending == ".up.sql" || (IsSql(name) && name.rest.starts_with('_'));
  });
}

Listing ListNumberedFiles(const ForeignFolder& folder) { return ListFiles(folder, IsSql); }

// Its record is by number, and its order by name: 10_a before 1_b before 2_c.
Listing ListDbmateFiles(const ForeignFolder& folder) {
  Listing by_number = ListNumberedFiles(folder);
  if (!by_number) return by_number;  // two have one number
  return ListNamedFiles(folder);
}

// In which a number may be there twice.
Listing ListNamedFiles(const ForeignFolder& folder) { return FindFiles(folder, IsSql); }

// The order of sql-migrate: by number, of equal ones by name, then those without a number.
Listing ListAllFiles(const ForeignFolder& folder) {
  std::vector<ForeignMigration> numbered;
  std::vector<ForeignMigration> others;
  for (const std::string& file : folder.files) {
    if (!file.ends_with(".sql")) continue;
    NumberedName name = ParseNumberedName(file);
    name.number = file.substr(0, DigitsAt(file, 0));  // a date with hyphens is no number there
    ForeignMigration migration = Named(file, name);
    if (name.number.empty()) migration.description = file.substr(0, file.size() - 4);
    (name.number.empty() ? others : numbered).push_back(std::move(migration));
  }
  SortByVersion(&numbered);
  // Its record is by file name, and numbers may be there twice.
  for (ForeignMigration& migration : numbered) migration.version.clear();
  std::move(others.begin(), others.end(), std::back_inserter(numbered));
  return numbered;
}

// By name. A checkpoint stands for all that is before it, in new databases.
Listing ListAtlasFiles(const ForeignFolder& folder) {
  std::vector<ForeignMigration> migrations;
  for (const std::string& file : folder.files) {
    if (!file.ends_with(".sql")) continue;
    Result<std::string> text = ReadForeignFile(folder, file);
    if (!text) return text.error();
    for (const char* directive : {"atlas:delimiter", "atlas:txtar", "atlas:import"}) {
      if (HasDirective(*text, directive)) return OtherAtlasFormat(file, directive);
    }
    if (!migrations.empty() && HasDirective(*text, "atlas:checkpoint")) continue;
    const std::string stem = file.substr(0, file.size() - 4);
    std::string version = stem.substr(0, stem.find('_'));
    migrations.push_back({file, NormalVersion(version), version,
                          stem.size() > version.size() ? BehindUnderscore(stem) : stem});
    if (migrations.size() < 2 || migrations.end()[-2].name != version) continue;
    return MakeError(migrations.end()[-2].path + " and " + file + " have one version, " + version +
                     "; give one of them another");
  }
  return migrations;
}

// U is what undoes the V of its version in Flyway; in refinery it is a migration like any other,
// and its version is there once. B stands for the migrations up to its version, in new databases.
Listing ListFlywayFiles(const ForeignFolder& folder) {
  if (Status status = RefuseFlywayBelow(folder); !status) return status.error();
  std::vector<std::string> versions;  // of all V
  std::vector<std::pair<std::string, FlywayName>> files;
  for (const std::string& file : folder.files) {
    FlywayName name = ParseFlywayName(file);
    if (name.kind == 0 || name.ending != ".sql") continue;
    if (name.kind == 'R') {
      return MakeError(file +
                       " is repeatable: Flyway runs it again when it has changed, and fastmigrate "
                       "runs each script once; make it a V of its own, or move it away");
    }
    name.version = NormalVersion(name.version);
    if (name.kind == 'V') versions.push_back(name.version);
    files.emplace_back(file, std::move(name));
  }
  std::optional<ForeignMigration> baseline;
  std::vector<ForeignMigration> migrations;
  for (const auto& [file, name] : files) {
    ForeignMigration migration{file, name.version, file, name.description};
    if (name.kind == 'B') {
      const bool is_first =
          std::none_of(versions.begin(), versions.end(),
                       [&](const std::string& v) { return !IsLowerVersion(migration.version, v); });
      const bool is_last = !baseline || IsLowerVersion(baseline->version, name.version);
      if (is_first && is_last) baseline = std::move(migration);
      continue;
    }
    const bool is_undo = name.kind == 'U' && std::find(versions.begin(), versions.end(),
                                                       name.version) != versions.end();
    if (!is_undo) migrations.push_back(std::move(migration));
  }
  if (baseline) migrations.push_back(std::move(*baseline));
  return Sorted(std::move(migrations));
}

// By the version as text: 1_a, 10_b, 2_c.
Listing ListDieselFolders(const ForeignFolder& folder) {
  Result<std::vector<std::string>> names = FoldersWith(folder, "up.sql");
  if (!names) return names.error();
  auto version_of = [](const std::string& name) { return Digits(name.substr(0, name.find('_'))); };
  std::vector<ForeignMigration> migrations;
  for (const std::string& name : *names) {
    migrations.push_back(
        {name + "/up.sql", NormalVersion(version_of(name)), name, BehindUnderscore(name)});
  }
  Listing sorted = Sorted(std::move(migrations));
  if (!sorted) return sorted;
  std::stable_sort(sorted->begin(), sorted->end(),
                   [&](const ForeignMigration& a, const ForeignMigration& b) {
                     return version_of(a.name) < version_of(b.name);
                   });
  return sorted;
}

// drizzle's record holds the time in the name, 20240101000000_a, as milliseconds since 1970.
// Prisma's holds the name.
Listing ListPrismaFolders(const ForeignFolder& folder) {
  Result<std::vector<std::string>> names = FoldersWith(folder, "migration.sql");
  if (!names) return names.error();
  std::vector<ForeignMigration> migrations;
  for (const std::string& name : *names) {
    migrations.push_back(
        {name + "/migration.sql", MillisecondsOf(name), name, BehindUnderscore(name)});
  }
  return migrations;
}

}  // namespace fastmigrate
