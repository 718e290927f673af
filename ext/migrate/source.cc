#include "migrate/source.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
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
      {migration.Name(), is_folder ? "a folder, not a file" : "not a regular file"});
  return false;
}

// Of scripts in their order.
Status CheckFirstNumber(const Source& source) {
  if (source.migrations.empty() || source.migrations.front().version != 0) return {};
  const Migration& first = source.migrations.front();
  return MakeError("script " + (source.is_bundle ? first.Name() : first.Path()) +
                   " has the number 0000, which is the empty database; number scripts from 0001");
}

// What has another name than a script: it is passed over.
Status PassOver(std::string_view name, Source* source) {
  if (name == "config.py") {
    return MakeError((source->is_bundle ? "the bundle" : "migration folder " + source->Name()) +
                     " holds a config.py: it makes the Python package migrate another kind of "
                     "database, which this extension cannot; move it away to migrate SQLite");
  }
  source->ignored.push_back({std::string(name), WhyNotMigration(name)});
  return {};
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

// The names of a folder's scripts.
class ScriptNames {
 public:
  // Room for what most folders hold: to grow from nothing takes longer than the rest of the
  // listing.
  ScriptNames() {
    places_.reserve(128);
    names_.reserve(4000);
  }
  struct Place {
    uint16_t version = 0;
    uint16_t length = 0;
    MigrationKind kind = MigrationKind::kSql;
    bool is_file = false;
    uint32_t begin = 0;
  };

  // The name has a NUL behind it.
  void Add(const MigrationName& parsed, std::string_view name, bool is_file) {
    places_.push_back({static_cast<uint16_t>(parsed.version), static_cast<uint16_t>(name.size()),
                       parsed.kind, is_file, static_cast<uint32_t>(names_.size())});
    names_.append(name.data(), name.size() + 1);
    last_version_ = std::max(last_version_, parsed.version);
  }
  // By version, of which nearly each has one name: it is put where its version stands.
  std::vector<Place> Sorted() const {
    std::vector<uint32_t> begins(static_cast<size_t>(last_version_) + 2);
    for (const Place& place : places_) ++begins[place.version + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<Place> sorted(places_.size());
    for (const Place& place : places_) sorted[begins[place.version]++] = place;
    auto have_one_version = [](const Place& a, const Place& b) { return a.version == b.version; };
    if (std::adjacent_find(sorted.begin(), sorted.end(), have_one_version) != sorted.end()) {
      std::sort(sorted.begin(), sorted.end(), [this](const Place& a, const Place& b) {
        return a.version != b.version ? a.version < b.version : NameAt(a) < NameAt(b);
      });
    }
    return sorted;
  }
  // All of them, a NUL behind each; a place tells where one stands.
  std::string TakeNames() { return std::move(names_); }

 private:
  std::string_view NameAt(const Place& place) const {
    return std::string_view(names_).substr(place.begin, place.length);
  }

  std::vector<Place> places_;
  std::string names_;
  int last_version_ = 0;
};

Result<ScriptNames> ListScripts(const Folder& folder, Source* source) {
  ScriptNames names;
  Status other;
  Status listed = folder.ForEach([&](std::string_view name, bool is_file) -> Status {
    const std::optional<MigrationName> parsed = ParseMigrationName(name);
    if (parsed) {
      names.Add(*parsed, name, is_file);
    } else if (other) {
      other = PassOver(name, source);
    }
    return {};
  });
  if (!listed) return CannotList(source->dir, listed.error());
  if (!other) return other.error();
  return names;
}

Status TakeFolder(Source* source) {
  Result<Folder> folder = Folder::Open(source->dir);
  if (!folder) return CannotList(source->dir, folder.error());
  Result<ScriptNames> names = ListScripts(*folder, source);
  if (!names) return names.error();
  const std::vector<ScriptNames::Place> places = names->Sorted();
  const auto home =
      std::make_shared<const ScriptHome>(ScriptHome{std::move(*folder), names->TakeNames(), ""});
  source->migrations.reserve(places.size());
  for (const ScriptNames::Place& place : places) {
    const auto name = std::string_view(home->names).substr(place.begin, place.length);
    source->migrations.push_back({place.version, place.kind, name, home});
    if (place.is_file) continue;
    Result<bool> is_file = IsFile(source->migrations.back(), source);
    if (!is_file) return is_file.error();
    if (!*is_file) source->migrations.pop_back();
  }
  return CheckFirstNumber(*source);
}

Status TakeBundle(std::string_view json, Source* source) {
  Result<std::vector<BundledFile>> files = ReadBundle(json);
  if (!files) return files.error();
  for (BundledFile& file : *files) {
    const std::optional<MigrationName> parsed = ParseMigrationName(file.name);
    if (!parsed) {
      if (Status status = PassOver(file.name, source); !status) return status;
      continue;
    }
    if (parsed->kind != MigrationKind::kSql) return ProgramInBundle(file.name);
    source->migrations.push_back(
        MigrationOfText(parsed->version, std::move(file.name), std::move(file.text)));
  }
  std::sort(source->migrations.begin(), source->migrations.end(),
            [](const Migration& a, const Migration& b) {
              return a.version != b.version ? a.version < b.version : a.name < b.name;
            });
  return CheckFirstNumber(*source);
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
  std::sort(source.ignored.begin(), source.ignored.end(),
            [](const IgnoredFile& a, const IgnoredFile& b) { return a.name < b.name; });
  auto twin = std::adjacent_find(
      source.migrations.begin(), source.migrations.end(),
      [](const Migration& a, const Migration& b) { return a.version == b.version; });
  if (twin != source.migrations.end()) {
    return MakeError("two scripts in " + source.Name() + " have the version " +
                     std::to_string(twin->version) + ": " + twin->Name() + " and " +
                     std::next(twin)->Name() + "; renumber one of them");
  }
  return source;
}

}  // namespace fastmigrate
