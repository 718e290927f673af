#include "fuzz_support.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fastmigrate.h"

namespace fastmigrate::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr int kStepsBetweenCalls = 1000;
constexpr int kCallsBeforeInterrupt = 200;

fs::path scratch;

constexpr char kNoShadow[] =
    "AND NOT EXISTS (SELECT 1 FROM pragma_table_list AS l WHERE l.schema = 'main' AND l.name = "
    "tbl_name AND l.type = 'shadow') ";

// How often the progress handler of a connection was called since the last Run().
int progress_calls = 0;

std::string ColumnText(sqlite3_stmt* row, int column) {
  const void* text = sqlite3_column_blob(row, column);
  const int size = sqlite3_column_bytes(row, column);
  return size > 0 ? std::string(static_cast<const char*>(text), static_cast<size_t>(size)) : "";
}

// The rows of a query as lines, false when it fails.
bool AppendRows(sqlite3* db, const std::string& sql, std::string* text) {
  progress_calls = 0;
  sqlite3_stmt* row = nullptr;
  int rc = sqlite3_prepare_v2(db, sql.c_str(), -1, &row, nullptr);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(row);
    if (rc != SQLITE_ROW) break;
    for (int i = 0; i < sqlite3_column_count(row); ++i) {
      *text += std::to_string(sqlite3_column_type(row, i)) + ColumnText(row, i) + "|";
    }
    *text += "\n";
  }
  sqlite3_finalize(row);
  return rc == SQLITE_DONE;
}

// `left_out` is a list of names in lower case, quoted.
std::optional<std::string> ContentWithout(const Connection& db, const std::string& left_out) {
  const std::string not_in = ") NOT IN (" + left_out + ") ";
  std::string text;
  if (!AppendRows(db.get(),
                  "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE lower(tbl_name" +
                      not_in + kNoShadow + "ORDER BY type, name, tbl_name",
                  &text) ||
      !AppendRows(db.get(), "PRAGMA user_version", &text) ||
      !AppendRows(db.get(), "PRAGMA application_id", &text)) {
    return std::nullopt;
  }
  const std::string list =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') "
      "AND name <> 'sqlite_schema' AND lower(name" +
      not_in + "ORDER BY name";
  sqlite3_stmt* row = nullptr;
  std::vector<std::string> names;
  progress_calls = 0;
  if (sqlite3_prepare_v2(db.get(), list.c_str(), -1, &row, nullptr) != SQLITE_OK) {
    return std::nullopt;
  }
  while (sqlite3_step(row) == SQLITE_ROW) names.push_back(ColumnText(row, 0));
  if (sqlite3_finalize(row) != SQLITE_OK) return std::nullopt;
  for (const std::string& name : names) {
    text += name + "\n";
    // A table without rowid has no such column; "rowid" may be one of its own.
    if (!AppendRows(db.get(), "SELECT rowid, * FROM main." + QuoteName(name), &text) &&
        !AppendRows(db.get(), "SELECT * FROM main." + QuoteName(name), &text)) {
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace

void Require(bool held, std::string_view promise, std::string_view details) {
  if (held) return;
  const std::string found =
      "\nBROKEN: " + std::string(promise) + "\n" + std::string(details) + "\n";
  std::fwrite(found.data(), 1, found.size(), stderr);
  abort();
}

void BeginInput() { sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, nullptr); }

void WorkInScratchFolder() {
  std::string pattern = fs::temp_directory_path() / "fastmigrate-fuzz-XXXXXX";
  Require(mkdtemp(pattern.data()) != nullptr, "a scratch folder can be made");
  scratch = pattern;
  fs::current_path(scratch);
  Connection db = Open(":memory:", false);
  Require(Run(db, "CREATE TABLE t (a)").ok() && Content(db).has_value(), "content can be read");
  atexit([] {
    std::error_code ignored;
    fs::current_path("/", ignored);
    fs::remove_all(scratch, ignored);
  });
}

void WriteFile(const std::string& path, std::string_view text) {
  if (fs::path(path).has_parent_path()) fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  Require(static_cast<bool>(file.flush()), "a file can be written", path);
}

void EmptyScratchFolder() {
  for (const auto& entry : fs::directory_iterator(scratch)) fs::remove_all(entry.path());
}

void CloseConnection::operator()(sqlite3* db) const {
  Require(sqlite3_close(db) == SQLITE_OK, "the connection can be closed", sqlite3_errmsg(db));
}

Connection Open(const std::string& path, bool with_functions) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  Require(sqlite3_open_v2(path.c_str(), &handle, flags, nullptr) == SQLITE_OK,
          "a database can be opened", path);
  Connection db(handle);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1 << 20);
  sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100);
  sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 200);
  sqlite3_progress_handler(
      handle, kStepsBetweenCalls,
      [](void*) { return ++progress_calls > kCallsBeforeInterrupt ? 1 : 0; }, nullptr);
  if (with_functions) {
    char* message = nullptr;
    Require(sqlite3_fastmigrate_init(handle, &message, nullptr) == SQLITE_OK,
            "the extension can be loaded", message == nullptr ? "" : message);
  }
  return db;
}

Outcome Run(const Connection& db, const std::string& sql) {
  progress_calls = 0;
  Outcome outcome;
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* row = nullptr;
    int rc = sqlite3_prepare_v2(db.get(), rest, -1, &row, &rest);
    if (rc == SQLITE_OK && row != nullptr) {
      while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        if (sqlite3_column_count(row) == 0) continue;
        outcome.value.reset();
        if (sqlite3_column_type(row, 0) != SQLITE_NULL) outcome.value = ColumnText(row, 0);
      }
      if (rc == SQLITE_DONE) rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK) outcome.message = sqlite3_errmsg(db.get());
    sqlite3_finalize(row);
    if (rc == SQLITE_OK) continue;
    outcome.code = rc;
    Require(!outcome.message.empty(), "an error has a message", sql);
    return outcome;
  }
  return outcome;
}

std::string Quote(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::optional<std::string> Content(const Connection& db) {
  return ContentWithout(db, "'_meta', '_fastmigrate_history'");
}

std::optional<std::string> EverythingIn(const Connection& db) { return ContentWithout(db, "''"); }

std::vector<std::string> Parts(const uint8_t* data, size_t size) {
  constexpr std::string_view kLine = "====\n";
  std::vector<std::string> parts;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (;;) {
    size_t end = rest.find(kLine);
    parts.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return parts;
    rest.remove_prefix(end + kLine.size());
  }
}

bool Holds(std::string_view text, std::initializer_list<std::string_view> words) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace fastmigrate::fuzz
