#include "migrate/source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/files.h"

namespace fastmigrate {
namespace {

// What a name that is a script's stands for.
Status TakeScript(Migration migration, Source* folder) {
  migration.path = Joined(folder->dir, migration.name);
  Result<FileType> type = TypeOf(migration.path);
  if (!type) return type.error();
  if (*type == FileType::kMissing) {
    return Error{kCodeCantOpen,
                 "cannot read " + migration.path + ": it is a link to a file that does not exist"};
  }
  if (*type != FileType::kFile) {
    bool is_folder = *type == FileType::kFolder;
    folder->ignored.push_back(
        {migration.name, is_folder ? "a folder, not a file" : "not a regular file"});
    return {};
  }
  if (migration.version == 0) {
    return MakeError("script " + migration.path +
                     " has the number 0000, which is the empty database; number scripts from 0001");
  }
  folder->migrations.push_back(std::move(migration));
  return {};
}

Status TakeName(const std::string& name, Source* folder) {
  if (name == "config.py") {
    return MakeError("migration folder '" + folder->dir +
                     "' holds a config.py: it makes the Python package migrate another kind of "
                     "database, which this extension cannot; move it away to migrate SQLite");
  }
  if (std::optional<Migration> migration = ParseMigrationName(name)) {
    return TakeScript(std::move(*migration), folder);
  }
  folder->ignored.push_back({name, WhyNotMigration(name)});
  return {};
}

// Why its names cannot be read.
Error CannotList(const std::string& dir, const Error& error) {
  Result<FileType> type = TypeOf(dir);
  std::string what = error.message;
  if (type && *type == FileType::kMissing) {
    what = "migration folder '" + dir +
           "' does not exist; a relative path starts at the working directory of the process, " +
           WorkingFolder();
  } else if (type && *type != FileType::kFolder) {
    what = "migration folder '" + dir + "' is not a folder";
  }
  return {kCodeCantOpen, what};
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
  return MakeError("'" + dir + "' holds no script of version " + std::to_string(version));
}

Result<Source> ReadSource(const std::string& dir) {
  Source folder;
  folder.dir = dir;
  Result<std::vector<std::string>> names = ListFolder(dir);
  if (!names) return CannotList(dir, names.error());
  for (const std::string& name : *names) {
    if (Status status = TakeName(name, &folder); !status) return status.error();
  }
  std::sort(folder.migrations.begin(), folder.migrations.end(),
            [](const Migration& a, const Migration& b) {
              return a.version != b.version ? a.version < b.version : a.name < b.name;
            });
  std::sort(folder.ignored.begin(), folder.ignored.end(),
            [](const IgnoredFile& a, const IgnoredFile& b) { return a.name < b.name; });
  auto twin = std::adjacent_find(
      folder.migrations.begin(), folder.migrations.end(),
      [](const Migration& a, const Migration& b) { return a.version == b.version; });
  if (twin != folder.migrations.end()) {
    return MakeError("two scripts in '" + dir + "' have the version " +
                     std::to_string(twin->version) + ": " + twin->name + " and " +
                     std::next(twin)->name + "; renumber one of them");
  }
  return folder;
}

}  // namespace fastmigrate
