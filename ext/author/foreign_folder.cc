#include "author/foreign_folder.h"

#include <utf8.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/files.h"

namespace fastmigrate {
namespace {

Error CannotListForeign(const std::string& dir, const Error& error) {
  Result<FileType> type = TypeOf(dir);
  std::string what = error.message;
  if (type && *type == FileType::kMissing) {
    what = "the folder '" + dir +
           "' does not exist; a relative path starts at the working directory of the process, " +
           WorkingFolder();
  } else if (type && *type != FileType::kFolder) {
    what = "'" + dir + "' is not a folder; name the one that holds the other tool's migrations";
  }
  return {kCodeCantOpen, what};
}

Error NotAFile(const std::string& path, FileType type) {
  if (type == FileType::kMissing) {
    return {kCodeCantOpen, "cannot read " + path + ": there is no such file"};
  }
  return {kCodeCantOpen, "cannot read " + path + ": it is not a regular file"};
}

Status TakeEntry(const std::string& name, ForeignFolder* folder) {
  if (name.starts_with('.')) return {};
  const std::string path = Joined(folder->dir, name);
  if (!utf8::is_valid(name.begin(), name.end())) {
    return MakeError("a name in '" + folder->dir + "' is not UTF-8; rename it");
  }
  Result<FileType> type = TypeOf(path);
  if (!type) return type.error();
  if (*type == FileType::kFile) folder->files.push_back(name);
  if (*type == FileType::kFolder) folder->folders.push_back(name);
  const bool is_none = *type == FileType::kMissing || *type == FileType::kOther;
  return is_none && name.ends_with(".sql") ? NotAFile(path, *type) : Status();
}

// The first number of the version, and what is behind it. A number without its leading zeros.
std::string_view NextNumber(std::string_view* version) {
  const auto end = std::find_if_not(version->begin(), version->end(), IsDigit);
  std::string_view number = version->substr(0, static_cast<size_t>(end - version->begin()));
  version->remove_prefix(std::min(number.size() + 1, version->size()));
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

bool ForeignFolder::HasFile(std::string_view name) const {
  return std::binary_search(files.begin(), files.end(), name);
}

Result<ForeignFolder> ListForeignFolder(const std::string& dir) {
  Result<std::vector<std::string>> names = ListFolder(dir);
  if (!names) return CannotListForeign(dir, names.error());
  ForeignFolder folder;
  folder.dir = dir;
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names) {
    if (Status status = TakeEntry(name, &folder); !status) return status.error();
  }
  return folder;
}

Result<std::string> ReadForeignFile(const ForeignFolder& folder, const std::string& path) {
  const std::string full = Joined(folder.dir, path);
  Result<FileType> type = TypeOf(full);
  if (!type) return type.error();
  if (*type != FileType::kFile) return NotAFile(full, *type);
  return ReadFile(full);
}

std::string NormalVersion(std::string_view version) {
  if (version.find_first_not_of("0123456789._") != std::string_view::npos) {
    return std::string(version);
  }
  std::string normal;
  std::string zeros;  // that count only when another number follows
  while (!version.empty()) {
    const std::string_view number = NextNumber(&version);
    if (number.empty()) {
      zeros += zeros.empty() && normal.empty() ? "0" : ".0";
      continue;
    }
    normal += zeros;
    zeros.clear();
    if (!normal.empty()) normal += '.';
    normal += number;
  }
  return normal.empty() && !zeros.empty() ? "0" : normal;
}

bool IsLowerVersion(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view left = NextNumber(&a);
    const std::string_view right = NextNumber(&b);
    if (left.size() != right.size()) return left.size() < right.size();
    if (left != right) return left < right;
  }
  return false;
}

}  // namespace fastmigrate
