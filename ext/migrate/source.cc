#include "migrate/source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHeadBytes = 8192;  // most scripts are smaller

fs::path PathOf(const std::string& utf8) {
  return fs::path(std::u8string(utf8.begin(), utf8.end()));
}

std::string Utf8Of(const fs::path& path) {
#ifdef _WIN32
  std::u8string text = path.u8string();
  return {text.begin(), text.end()};
#else
  return path.native();
#endif
}

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

File OpenFile(const std::string& path, const char* mode) {
#ifdef _WIN32
  return File(_wfopen(PathOf(path).c_str(), fs::path(mode).c_str()));
#else
  return File(std::fopen(path.c_str(), mode));
#endif
}

Error CannotRead(const std::string& path, const std::string& reason) {
  return {kCodeCantOpen, "cannot read " + path + ": " + reason};
}

// What a name that is a script's stands for; a link is followed.
Status TakeScript(const fs::directory_entry& entry, Migration migration, MigrationFolder* folder) {
  std::error_code ec;
  migration.path = Utf8Of(entry.path());
  if (!entry.is_regular_file(ec)) {
    fs::file_type type = fs::status(entry.path(), ec).type();
    if (type == fs::file_type::not_found) {
      return CannotRead(migration.path, "it is a link to a file that does not exist");
    }
    if (ec) return CannotRead(migration.path, ec.message());
    bool is_folder = type == fs::file_type::directory;
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

Status TakeEntry(const fs::directory_entry& entry, MigrationFolder* folder) {
  std::string name = Utf8Of(entry.path().filename());
  if (name == "config.py") {
    return MakeError("migration folder '" + folder->dir +
                     "' holds a config.py: it makes the Python package migrate another kind of "
                     "database, which this extension cannot; move it away to migrate SQLite");
  }
  if (std::optional<Migration> migration = ParseMigrationName(name)) {
    return TakeScript(entry, std::move(*migration), folder);
  }
  folder->ignored.push_back({name, WhyNotMigration(name)});
  return {};
}

}  // namespace

const Migration* MigrationFolder::Find(int version) const {
  auto found = std::lower_bound(migrations.begin(), migrations.end(), version,
                                [](const Migration& m, int v) { return m.version < v; });
  return found != migrations.end() && found->version == version ? &*found : nullptr;
}

Result<MigrationFolder> ReadMigrationFolder(const std::string& dir) {
  MigrationFolder folder;
  folder.dir = dir;
  std::error_code ec;
  fs::directory_iterator entries(PathOf(dir), ec);
  if (ec == std::errc::no_such_file_or_directory) {
    return Error{kCodeCantOpen, "migration folder '" + dir +
                                    "' does not exist; a relative path starts at the "
                                    "working directory of the process, " +
                                    Utf8Of(fs::current_path(ec))};
  }
  if (ec == std::errc::not_a_directory) {
    return Error{kCodeCantOpen, "migration folder '" + dir + "' is not a folder"};
  }
  if (ec)
    return Error{kCodeCantOpen, "cannot read migration folder '" + dir + "': " + ec.message()};
  for (; entries != fs::directory_iterator(); entries.increment(ec)) {
    if (Status status = TakeEntry(*entries, &folder); !status) return status.error();
  }
  if (ec)
    return Error{kCodeCantOpen, "cannot read migration folder '" + dir + "': " + ec.message()};

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

Result<std::string> ReadFile(const std::string& path) {
  File file = OpenFile(path, "rb");
  if (!file) return CannotRead(path, std::strerror(errno));
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // straight into our own memory
  char head[kHeadBytes];
  std::string text(head, std::fread(head, 1, kHeadBytes, file.get()));
  size_t used = text.size();
  if (used == kHeadBytes) {
    // The whole rest at once, and a byte more to see the end; where the file has no size, or has
    // grown, in steps.
    std::error_code ec;
    uintmax_t size = fs::file_size(PathOf(path), ec);
    if (!ec && size > used) text.reserve(static_cast<size_t>(size) + 1);
    do {
      text.resize(std::max(text.capacity(), used + kHeadBytes));
      used += std::fread(text.data() + used, 1, text.size() - used, file.get());
    } while (used == text.size());
    text.resize(used);
  }
  if (std::ferror(file.get())) return CannotRead(path, std::strerror(errno));
  return text;
}

Status WriteNewFile(const std::string& path, std::string_view text) {
  File file = OpenFile(path, "wbx");
  if (!file) {
    if (errno == EEXIST) return MakeError(path + " exists already and is not overwritten");
    return Error{kCodeCantOpen, "cannot create " + path + ": " + std::strerror(errno)};
  }
  bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  written = std::fclose(file.release()) == 0 && written;
  if (written) return {};
  Error error{kCodeIoError, "cannot write " + path + ": " + std::strerror(errno)};
  std::error_code ec;
  fs::remove(PathOf(path), ec);
  return error;
}

Result<std::string> CreateScript(const MigrationFolder& folder, const std::string& description) {
  int version = folder.LastVersion() + 1;
  if (version > kMaxVersion) {
    return MakeError("'" + folder.dir + "' has a script of the last number there is, 9999");
  }
  Result<std::string> name = MigrationFileName(version, description);
  if (!name) return name.error();
  std::string path = Utf8Of(PathOf(folder.dir) / PathOf(*name));
  if (Status status = WriteNewFile(path, ""); !status) return status.error();
  return path;
}

}  // namespace fastmigrate
