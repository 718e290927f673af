// Runs one golden transcript: SQL in, the same SQL with its results out, compared with a file.
//
//   runner EXTENSION NAME.sql            compares with NAME.expected; shows a diff and fails
//   runner EXTENSION NAME.sql --update   writes NAME.expected
//   runner EXTENSION NAME.sql --bundle   the same transcript without folders: where a function that
//                                        reads scripts is given one, in a text or by leaving it
//                                        out, it is given the files in it as a bundle instead
//
// A transcript runs on a fresh database, test.db, in a fresh folder which is the working directory,
// on one connection with the extension loaded. The output repeats each line and puts behind every
// statement what it gave, marked with "> ": the rows with the columns separated by "|" (under the
// names of the columns when there are several), NULL as NULL, blobs as x'..', "(no rows)", or the
// error with its extended result code:
//
//   SELECT fastmigrate_enroll(-1);
//   > error (SQLITE_ERROR): ...
//
// Lines that start with "--!" are for the runner:
//
//   --! file PATH       the lines up to "--! end" become that file, in folders made as needed
//   --! bytes PATH      the same, without line ends and with C's escapes: \n \r \0 \\ \xEF
//   --! folder PATH     makes an empty folder
//   --! link TO PATH    makes a symbolic link
//   --! remove PATH     removes a file, or a folder with what is in it
//   --! cat PATH        shows a file
//   --! list PATH       shows the names in a folder
//   --! open NAME       closes the connection and opens this file, URI or :memory: in its place
//   --! connection X    goes on on the connection X; a new X opens test.db. The first one is "1"
//   --! cursor SQL      starts a statement and leaves it unfinished at its first row
//   --! finish          ends that statement
//   --! env NAME VALUE  sets an environment variable
//   --! mask NAME...    from here on, values other than NULL in these columns are shown as *
//   --! folders WHY     from here on, folders are not replaced with --bundle
//   --! bundles         from here on, they are again
//
// With --bundle, what a message calls the bundle is shown as the folder that it stands for, so that
// the same file is expected; the transcript bundle.sql shows such messages as they are.
//
// The folder itself is shown as <here>. The runner checks behind every transcript that each
// connection closes, that is, that the extension left no statement behind.

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

// A mistake in the transcript or on the machine, as opposed to an unexpected result.
struct Problem : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Problem("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& path, std::string_view content) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw Problem("cannot write " + path.string());
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = ++i < text.size() ? text[i] : ' ';
    if (kind == 'n') {
      out += '\n';
    } else if (kind == 'r') {
      out += '\r';
    } else if (kind == '0') {
      out += '\0';
    } else if (kind == '\\') {
      out += '\\';
    } else if (kind == 'x' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      throw Problem("unknown escape in: " + std::string(text));
    }
  }
  return out;
}

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string CodeName(int code) {
  static const std::map<int, const char*> names = {
      {SQLITE_ERROR, "SQLITE_ERROR"},
      {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
      {SQLITE_PERM, "SQLITE_PERM"},
      {SQLITE_ABORT, "SQLITE_ABORT"},
      {SQLITE_ABORT_ROLLBACK, "SQLITE_ABORT_ROLLBACK"},
      {SQLITE_BUSY, "SQLITE_BUSY"},
      {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
      {SQLITE_LOCKED, "SQLITE_LOCKED"},
      {SQLITE_NOMEM, "SQLITE_NOMEM"},
      {SQLITE_READONLY, "SQLITE_READONLY"},
      {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
      {SQLITE_IOERR, "SQLITE_IOERR"},
      {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
      {SQLITE_NOTFOUND, "SQLITE_NOTFOUND"},
      {SQLITE_FULL, "SQLITE_FULL"},
      {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
      {SQLITE_SCHEMA, "SQLITE_SCHEMA"},
      {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
      {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
      {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
      {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
      {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
      {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
      {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
      {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
      {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
      {SQLITE_MISUSE, "SQLITE_MISUSE"},
      {SQLITE_AUTH, "SQLITE_AUTH"},
      {SQLITE_RANGE, "SQLITE_RANGE"},
      {SQLITE_NOTADB, "SQLITE_NOTADB"}};
  const auto found = names.find(code);
  return found != names.end() ? found->second : "code " + std::to_string(code);
}

std::string ShowValue(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return "NULL";
  if (type != SQLITE_BLOB) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {text, static_cast<size_t>(sqlite3_column_bytes(statement, column))};
  }
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement, column));
  const int size = sqlite3_column_bytes(statement, column);
  std::string shown = "x'";
  for (int i = 0; i < size; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof(hex), "%02x", bytes[i]);
    shown += hex;
  }
  return shown + "'";
}

std::string QuotedSql(const std::string& text) { return "'" + ReplaceAll(text, "'", "''") + "'"; }

std::string QuotedJson(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[7];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", c);
      quoted += escaped;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// All files of the folder, scripts or not, as a bundle; not by fastmigrate_bundle(), which leaves
// out what is no script.
std::string BundleOf(const fs::path& folder) {
  std::string bundle;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    bundle += (bundle.empty() ? "" : ", ") + QuotedJson(entry.path().filename().string()) + ": " +
              QuotedJson(ReadFile(entry.path()));
  }
  return "{" + bundle + "}";
}

// SQL in which folders to read scripts from became bundles, and messages about it back.
class WithoutFolders {
 public:
  // Calls with a folder as a text, and those that leave it out.
  std::string Replace(std::string sql) {
    static const std::regex given(
        "(fastmigrate_(?:apply|rehearse|status|verify|find_version)\\(|"
        "fastmigrate_(?:enroll|accept)\\([^,()]*, )'([^']*)'");
    static const std::regex left_out(
        "(fastmigrate_(?:apply|rehearse|status|verify|find_version)\\(|"
        "fastmigrate_accept\\([^,()]+)\\)");
    dir_.clear();
    std::string replaced;
    for (std::smatch found; std::regex_search(sql, found, left_out); sql = found.suffix()) {
      const std::string call = found[1].str();
      replaced += found.prefix().str() + call + (call.back() == '(' ? "" : ", ") +
                  Literal("migrations") + ")";
    }
    sql = replaced + sql;
    replaced.clear();
    for (std::smatch found; std::regex_search(sql, found, given); sql = found.suffix()) {
      replaced += found.prefix().str() + found[1].str() + Literal(found[2].str());
    }
    return replaced + sql;
  }

  bool has_replaced() const { return has_replaced_; }

  std::string Restore(std::string text) const {
    if (dir_.empty()) return text;
    const std::string dir = "'" + dir_ + "'";
    const std::pair<std::string, std::string> words[] = {
        {literal_, dir},
        {"ahead of the bundle", "ahead of the folder " + dir},
        {"the bundle that belongs", "the folder that belongs"},
        {"is the bundle the one that", "is " + dir + " the folder that"},
        {"the bundle holds a config.py", "migration folder " + dir + " holds a config.py"},
        {"the bundle", dir},
        {"BUNDLE", dir},
        {"initialize('migrations')", "initialize(" + dir + ")"},
        {"OF THE TOOL', 'migrations')", "OF THE TOOL', " + dir + ")"},
    };
    for (const auto& [from, to] : words) text = ReplaceAll(std::move(text), from, to);
    return text;
  }

 private:
  // What is no folder stays, so that it is the same error.
  std::string Literal(const std::string& dir) {
    if (!fs::is_directory(dir)) return "'" + dir + "'";
    dir_ = dir;
    has_replaced_ = true;
    literal_ = QuotedSql(BundleOf(dir));
    return literal_;
  }

  bool has_replaced_ = false;
  std::string dir_;  // the last one of this SQL
  std::string literal_;
};

class Transcript {
 public:
  Transcript(std::string extension, bool bundles)
      : extension_(std::move(extension)), bundles_(bundles) {
    Open("test.db");
  }

  ~Transcript() {
    sqlite3_finalize(cursor_);
    for (auto& [name, db] : connections_) sqlite3_close_v2(db);
  }

  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  std::string Run(const std::vector<std::string>& lines) {
    std::string sql;
    for (size_t i = 0; i < lines.size(); ++i) {
      output_ += lines[i] + "\n";
      if (lines[i].rfind("--!", 0) == 0) {
        i = Direct(lines, i);
        continue;
      }
      if (sql.empty() && (lines[i].empty() || lines[i].rfind("--", 0) == 0)) continue;
      sql += lines[i] + "\n";
      if (sqlite3_complete(sql.c_str()) == 0) continue;
      Execute(bundles_ && !keeps_folders_ ? without_folders_.Replace(sql) : sql);
      sql.clear();
    }
    if (!sql.empty()) throw Problem("unfinished statement: " + sql);
    Finish();
    for (auto& [name, db] : connections_) Close(db);
    if (bundles_ && !without_folders_.has_replaced()) throw Problem("no folder was replaced");
    return output_;
  }

 private:
  sqlite3*& db() { return connections_[current_]; }

  void Open(const std::string& name) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(name.c_str(), &db(), flags, nullptr) != SQLITE_OK) {
      throw Problem("cannot open " + name + ": " + sqlite3_errmsg(db()));
    }
    sqlite3_extended_result_codes(db(), 1);
    sqlite3_db_config(db(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr);
    char* message = nullptr;
    if (sqlite3_load_extension(db(), extension_.c_str(), nullptr, &message) != SQLITE_OK) {
      throw Problem("cannot load " + extension_ + ": " + (message ? message : ""));
    }
  }

  void Close(sqlite3*& db) {
    if (sqlite3_close(db) != SQLITE_OK) {
      throw Problem(std::string("cannot close the connection: ") + sqlite3_errmsg(db));
    }
    db = nullptr;
  }

  void Finish() {
    sqlite3_finalize(cursor_);
    cursor_ = nullptr;
  }

  void Show(std::string_view text) {
    if (text.empty()) output_ += ">\n";
    const std::string shown = without_folders_.Restore(WithoutHere(std::string(text)));
    for (const std::string& line : SplitLines(shown)) {
      output_ += line.empty() ? ">\n" : "> " + line + "\n";
    }
  }

  std::string WithoutHere(std::string text) const {
    text = ReplaceAll(std::move(text), (fs::path(here_) / "").string(), "<here>/");
    return ReplaceAll(std::move(text), here_, "<here>");
  }

  void ShowError() {
    Show("error (" + CodeName(sqlite3_extended_errcode(db())) + "): " + sqlite3_errmsg(db()));
  }

  void Execute(const std::string& sql) {
    const char* rest = sql.c_str();
    while (*rest != '\0') {
      sqlite3_stmt* statement = nullptr;
      if (sqlite3_prepare_v2(db(), rest, -1, &statement, &rest) != SQLITE_OK) return ShowError();
      if (statement == nullptr) return;
      const bool succeeded = Step(statement);
      if (!succeeded) ShowError();
      sqlite3_finalize(statement);
      if (!succeeded) return;
    }
  }

  bool Step(sqlite3_stmt* statement) {
    bool empty = true;
    int rc = SQLITE_OK;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
      if (empty) ShowHeading(statement);
      empty = false;
      ShowRow(statement);
    }
    if (rc != SQLITE_DONE) return false;
    if (empty && sqlite3_column_count(statement) > 0) Show("(no rows)");
    return true;
  }

  void ShowHeading(sqlite3_stmt* statement) {
    if (sqlite3_column_count(statement) == 1) return;
    std::string heading;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      heading += (i > 0 ? "|" : "") + std::string(sqlite3_column_name(statement, i));
    }
    Show(heading);
  }

  void ShowRow(sqlite3_stmt* statement) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const bool masked = masked_.count(sqlite3_column_name(statement, i)) > 0 &&
                          sqlite3_column_type(statement, i) != SQLITE_NULL;
      row += (i > 0 ? "|" : "") + (masked ? "*" : ShowValue(statement, i));
    }
    Show(row);
  }

  // Carries out the directive in line `at`; returns the last line that it took.
  size_t Direct(const std::vector<std::string>& lines, size_t at) {
    std::istringstream words(lines[at].substr(3));
    std::string verb;
    std::string first;
    words >> verb >> first;
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (verb == "file" || verb == "bytes") return MakeFile(lines, at, first, verb == "bytes");
    if (verb == "folder") {
      fs::create_directories(first);
    } else if (verb == "link") {
      fs::create_symlink(first, rest);
    } else if (verb == "remove") {
      if (fs::remove_all(first) == 0) throw Problem("nothing to remove: " + first);
    } else if (verb == "cat") {
      Show(ReadFile(first));
    } else if (verb == "list") {
      ShowFolder(first);
    } else if (verb == "open") {
      Close(db());
      Open(first);
    } else if (verb == "connection") {
      current_ = first;
      if (db() == nullptr) Open("test.db");
    } else if (verb == "cursor") {
      StartCursor(first + " " + rest);
    } else if (verb == "finish") {
      Finish();
    } else if (verb == "env") {
      setenv(first.c_str(), rest.c_str(), 1);
    } else if (verb == "folders" || verb == "bundles") {
      keeps_folders_ = verb == "folders";
      without_folders_.Replace("");
    } else if (verb == "mask") {
      masked_.insert(first);
      for (std::istringstream names(rest); names >> first;) masked_.insert(first);
    } else {
      throw Problem("unknown directive: " + lines[at]);
    }
    return at;
  }

  size_t MakeFile(const std::vector<std::string>& lines, size_t at, const fs::path& path,
                  bool bytes) {
    std::string content;
    for (size_t i = at + 1; i < lines.size(); ++i) {
      output_ += lines[i] + "\n";
      if (lines[i] == "--! end") {
        WriteFile(path, content);
        return i;
      }
      content += bytes ? Unescape(lines[i]) : lines[i] + "\n";
    }
    throw Problem("no \"--! end\" for " + path.string());
  }

  void ShowFolder(const fs::path& path) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) {
      names.insert(entry.path().filename().string());
    }
    for (const std::string& name : names) Show(name);
    if (names.empty()) Show("(empty)");
  }

  void StartCursor(const std::string& sql) {
    Finish();
    if (sqlite3_prepare_v2(db(), sql.c_str(), -1, &cursor_, nullptr) != SQLITE_OK ||
        sqlite3_step(cursor_) != SQLITE_ROW) {
      throw Problem("no row for the cursor: " + sql + ": " + sqlite3_errmsg(db()));
    }
  }

  std::string extension_;
  bool bundles_;
  bool keeps_folders_ = false;
  WithoutFolders without_folders_;
  std::string here_ = fs::current_path().string();
  std::map<std::string, sqlite3*> connections_;
  std::string current_ = "1";
  sqlite3_stmt* cursor_ = nullptr;
  std::set<std::string> masked_;
  std::string output_;
};

// A fresh folder that is the working directory while this object lives.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (fs::temp_directory_path() / "fastmigrate-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw Problem("cannot make a folder like " + path);
    path_ = fs::canonical(path);
    fs::current_path(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::current_path(back_, ignored);
    fs::remove_all(path_, ignored);
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

 private:
  fs::path back_ = fs::current_path();
  fs::path path_;
};

// Prints what leads from one text to the other, by their longest common subsequence of lines:
// lines of both with "  ", of the first alone with "- ", of the second alone with "+ ".
void PrintDiff(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::vector<std::vector<int>> common(from.size() + 1, std::vector<int>(to.size() + 1));
  for (size_t i = from.size(); i-- > 0;) {
    for (size_t j = to.size(); j-- > 0;) {
      common[i][j] = from[i] == to[j] ? common[i + 1][j + 1] + 1
                                      : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  size_t i = 0;
  size_t j = 0;
  while (i < from.size() || j < to.size()) {
    if (i < from.size() && j < to.size() && from[i] == to[j]) {
      std::cout << "  " << from[i] << "\n";
      ++i;
      ++j;
    } else if (j == to.size() || (i < from.size() && common[i + 1][j] >= common[i][j + 1])) {
      std::cout << "- " << from[i++] << "\n";
    } else {
      std::cout << "+ " << to[j++] << "\n";
    }
  }
}

int Run(const fs::path& extension, const fs::path& input, bool update, bool bundles) {
  const std::vector<std::string> lines = SplitLines(ReadFile(input));
  std::string output;
  {
    const TemporaryFolder folder;
    output = Transcript(extension.string(), bundles).Run(lines);
  }
  const fs::path expected_path = fs::path(input).replace_extension(".expected");
  if (update) {
    WriteFile(expected_path, output);
    return 0;
  }
  const std::string expected = ReadFile(expected_path);
  if (output == expected) return 0;
  std::cout << "--- " << expected_path.string() << "\n+++ what it gave\n";
  PrintDiff(SplitLines(expected), SplitLines(output));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc == 4 ? argv[3] : "";
  const bool update = option == "--update";
  const bool bundles = option == "--bundle";
  if (argc != 3 && !update && !bundles) {
    std::cerr << "usage: runner EXTENSION NAME.sql [--update | --bundle]\n";
    return 2;
  }
  try {
    return Run(fs::absolute(argv[1]), fs::absolute(argv[2]), update, bundles);
  } catch (const std::exception& error) {
    std::cerr << argv[2] << ": " << error.what() << "\n";
    return 2;
  }
}
