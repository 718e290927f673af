// Reads the sources themselves: the order of the layers, and what the built extension exports.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(SOURCE_DIR) / "ext";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> FindAll(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

// The files in FASTMIGRATE_SOURCES, lowest layer first.
std::vector<std::string> ListedSources() {
  const std::string text =
      std::regex_replace(ReadFile(kFolder / "CMakeLists.txt"), std::regex("#[^\n]*"), "");
  const size_t begin = text.find("set(FASTMIGRATE_SOURCES");
  EXPECT_NE(begin, std::string::npos);
  const std::string list = text.substr(begin, text.find(')', begin) - begin);
  return FindAll(list, std::regex(R"(((?:[a-z0-9_]+/)?[a-z0-9_]+\.(?:h|cc))\b)"));
}

std::vector<std::string> IncludesOf(const std::string& file) {
  return FindAll("\n" + ReadFile(kFolder / file),
                 std::regex(R"(\n\s*#\s*include\s*["<]([^">]+)[">])"));
}

// Every header and source below ext/, as includes name them: "sql/lexer.h".
std::set<std::string> SourceFiles() {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cc") {
      names.insert(fs::relative(entry.path(), kFolder).generic_string());
    }
  }
  return names;
}

size_t LayerOf(const std::string& file, const std::vector<std::string>& layers) {
  return static_cast<size_t>(std::find(layers.begin(), layers.end(), file) - layers.begin());
}

std::string OutputOf(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  char buffer[4096];
  while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) output += buffer;
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

}  // namespace

TEST(Layers, EveryFileIsListedOnce) {
  const std::vector<std::string> layers = ListedSources();
  const std::set<std::string> files = SourceFiles();
  for (const std::string& file : files) {
    EXPECT_EQ(std::count(layers.begin(), layers.end(), file), 1) << file;
  }
  EXPECT_EQ(layers.size(), files.size());
}

TEST(Layers, FileIncludesOnlyFilesAboveItInTheList) {
  const std::vector<std::string> layers = ListedSources();
  for (const std::string& file : layers) {
    for (const std::string& included : IncludesOf(file)) {
      const size_t layer = LayerOf(included, layers);
      if (layer == layers.size()) continue;  // not one of ours
      EXPECT_LT(layer, LayerOf(file, layers)) << file << " includes " << included;
    }
  }
}

// A layer is a folder, so its files stand together in the list.
TEST(Layers, FolderIsOneRunOfTheList) {
  std::vector<std::string> folders;
  for (const std::string& file : ListedSources()) {
    const std::string folder = fs::path(file).parent_path().string();
    if (folders.empty() || folders.back() != folder) folders.push_back(folder);
  }
  EXPECT_EQ(std::set<std::string>(folders.begin(), folders.end()).size(), folders.size())
      << testing::PrintToString(folders);
}

TEST(Layers, QuotedIncludesNameOurFiles) {
  const std::set<std::string> files = SourceFiles();
  for (const std::string& file : files) {
    const std::regex quoted("#include \"([^\"]+)\"");
    for (const std::string& included : FindAll(ReadFile(kFolder / file), quoted)) {
      EXPECT_TRUE(files.count(included)) << file << " includes \"" << included << "\"";
    }
  }
}

TEST(Layers, OnlySqliteApiIncludesTheHeaderOfSqlite) {
  for (const std::string& file : SourceFiles()) {
    for (const std::string& included : IncludesOf(file)) {
      const bool is_sqlite = included == "sqlite3ext.h" || included == "sqlite3.h";
      EXPECT_TRUE(!is_sqlite || file == "sqlite/sqlite_api.h") << file << " includes " << included;
    }
  }
}

#ifdef __linux__
TEST(Extension, ExportsItsEntryPointAndNothingElse) {
  const std::string symbols = OutputOf("nm -D --defined-only '" EXTENSION_PATH "'");
  const std::regex symbol(R"([0-9a-f]+ [A-Za-z] (\S+)\n)");
  EXPECT_EQ(FindAll(symbols, symbol), std::vector<std::string>{"sqlite3_fastmigrate_init"});
}

#if defined(__linux__) && !defined(FASTMIGRATE_SANITIZED)
TEST(Extension, NeedsNothingButTheLibraryOfC) {
  const std::string section = OutputOf("readelf -d '" EXTENSION_PATH "'");
  std::vector<std::string> others;
  for (const std::string& library : FindAll(section, std::regex(R"(\(NEEDED\).*\[(\S+)\])"))) {
    if (!library.starts_with("libc.") && !library.starts_with("libm.") &&
        !library.starts_with("ld-linux")) {
      others.push_back(library);
    }
  }
  EXPECT_EQ(others, std::vector<std::string>());
}
#endif
#endif
