#include "mutation/schema_files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fastmigrate {

std::optional<Database> Make(const std::string& script) {
  Result<Database> db = Database::Open(":memory:", SQLITE_OPEN_READWRITE);
  if (!db || !db->Execute(script)) return std::nullopt;
  return std::move(*db);
}

std::vector<std::string> SchemaFiles(std::span<char* const> arguments, size_t* failed) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[0])) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const char* file : arguments.subspan(1)) {
    if (std::filesystem::exists(file)) {
      files.emplace_back(file);
    } else {
      std::printf("%s: there is no such file\n", file);
      ++*failed;
    }
  }
  return files;
}

std::optional<Database> OpenSchema(const std::string& file) {
  if (std::filesystem::path(file).extension() == ".sql") {
    std::ifstream in(file, std::ios::binary);
    return Make({std::istreambuf_iterator<char>(in), {}});
  }
  Result<Database> db = Database::Open(file, SQLITE_OPEN_READONLY);
  if (!db) return std::nullopt;
  return std::move(*db);
}

}  // namespace fastmigrate
