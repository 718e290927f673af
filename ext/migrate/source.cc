#include "migrate/source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/files.h"
#include "migrate/bundle.h"
#include "sqlite/database.h"

namespace fastmigrate {
namespace {

// Whether what has that name is a script: a regular file, or a link to one.
Result<bool> IsFile(const Migration& migration, Source* folder) {
  const std::string path = migration.Path();
  Result<FileType> type = TypeOf(path);
  if (!type) return type.error();
  if (*type == FileType::kMissing) {
    return Error{kCodeCantOpen,
                 "cannot read " + path + ": it is a link to a file that does not exist"};
  }
  if (*type == FileType::kFile) return true;
  bool is_folder = *type == FileType::kFolder;
  folder->ignored.push_back(
      {migration.name, is_folder ? "a folder, not a file" : "not a regular file"});
  return false;
}

Status TakeScript(Migration&& migration, Source* source) {
  if (migration.version == 0) {
    return MakeError("script " + (source->is_bundle ? migration.name : migration.Path()) +
                     " has the number 0000, which is the empty database; number scripts from 0001");
  }
  source->migrations.push_back(std::move(migration));
  return {};
}

// The migration of that name, without its text; nullopt for another file, which is passed over.
Result<std::optional<Migration>> TakeName(std::string&& name, Source* source) {
  if (name == "config.py") {
    return MakeError((source->is_bundle ? "the bundle" : "migration folder " + source->Name()) +
                     " holds a config.py: it makes the Python package migrate another kind of "
                     "database, which this extension cannot; move it away to migrate SQLite");
  }
  const std::optional<MigrationName> parsed = ParseMigrationName(name);
  if (!parsed) {
    std::string reason = WhyNotMigration(name);
    source->ignored.push_back({std::move(name), std::move(reason)});
    return std::optional<Migration>();
  }
  return std::optional<Migration>(
      {parsed->version, std::move(name), parsed->kind, nullptr, nullptr});
}

// Why its names cannot be read.
Error CannotList(const std::string& dir, const Error& error) {
  Result<FileType> type = TypeOf(dir);
  std::string what = error.message;
  if (type && *type == FileType::kMissing && (dir[0] == '[' || dir[0] == '"')) {
    what = std::string("argument dir begins with ") + dir[0] +
           " and is no folder; a bundle is a JSON object, {\"0001-name.sql\": \"text\", ...}";
  } else if (type && *type == FileType::kMissing) {
    what = "migration folder '" + dir +
           "' does not exist; a relative path starts at the working directory of the process, " +
           WorkingFolder();
  } else if (type && *type != FileType::kFolder) {
    what = "migration folder '" + dir + "' is not a folder";
  }
  return {kCodeCantOpen, what};
}

Status TakeFolder(Source* source) {
  Result<Folder> folder = Folder::Open(source->dir);
  if (!folder) return CannotList(source->dir, folder.error());
  source->folder = std::make_shared<Folder>(std::move(*folder));
  Result<std::vector<FolderEntry>> entries = source->folder->List();
  if (!entries) return CannotList(source->dir, entries.error());
  const auto dir = std::make_shared<const std::string>(source->dir);
  source->migrations.reserve(entries->size());
  for (FolderEntry& entry : *entries) {
    Result<std::optional<Migration>> migration = TakeName(std::move(entry.name), source);
    if (!migration) return migration.error();
    if (!*migration) continue;
    (*migration)->dir = dir;
    Result<bool> is_file = entry.is_file ? true : IsFile(**migration, source);
    if (!is_file) return is_file.error();
    if (!*is_file) continue;
    if (Status status = TakeScript(std::move(**migration), source); !status) return status;
  }
  return {};
}

Status TakeBundle(std::string_view json, Source* source) {
  Result<std::vector<BundledFile>> files = ReadBundle(json);
  if (!files) return files.error();
  for (BundledFile& file : *files) {
    Result<std::optional<Migration>> migration = TakeName(std::move(file.name), source);
    if (!migration) return migration.error();
    if (!*migration) continue;
    if ((*migration)->kind != MigrationKind::kSql) return ProgramInBundle((*migration)->name);
    (*migration)->text = std::move(file.text);
    if (Status status = TakeScript(std::move(**migration), source); !status) return status;
  }
  return {};
}

}  // namespace

const Migration* Source::Find(int version) const {
  auto found = std::lower_bound(migrations.begin(), migrations.end(), version,
                                [](const Migration& m, int v) { return m.version < v; });
  return found != migrations.end() && found->version == version ? &*found : nullptr;
}

Status Source::CheckHas(int version) const {
  if (version == 0 || Find(version) != nullptr) return {};
  return HasNone(version);
}

Error Source::HasNone(int version) const {
  return MakeError(Name() + " holds no script of version " + std::to_string(version));
}

std::string Source::Name() const { return is_bundle ? "the bundle" : "'" + dir + "'"; }

std::string Source::Argument() const { return is_bundle ? "BUNDLE" : QuoteText(dir); }

Error ProgramInBundle(const std::string& name) {
  return MakeError(name + " is a program, and programs cannot be in a bundle; only SQL can");
}

Result<Source> ReadSource(std::string_view dir_or_bundle) {
  Source source;
  source.is_bundle = IsBundle(dir_or_bundle);
  if (!source.is_bundle) source.dir = dir_or_bundle;
  Status taken = source.is_bundle ? TakeBundle(dir_or_bundle, &source) : TakeFolder(&source);
  if (!taken) return taken.error();
  std::sort(source.migrations.begin(), source.migrations.end(),
            [](const Migration& a, const Migration& b) {
              return a.version != b.version ? a.version < b.version : a.name < b.name;
            });
  std::sort(source.ignored.begin(), source.ignored.end(),
            [](const IgnoredFile& a, const IgnoredFile& b) { return a.name < b.name; });
  auto twin = std::adjacent_find(
      source.migrations.begin(), source.migrations.end(),
      [](const Migration& a, const Migration& b) { return a.version == b.version; });
  if (twin != source.migrations.end()) {
    return MakeError("two scripts in " + source.Name() + " have the version " +
                     std::to_string(twin->version) + ": " + twin->name + " and " +
                     std::next(twin)->name + "; renumber one of them");
  }
  return source;
}

}  // namespace fastmigrate
