// What the tests of several layers share: a folder that goes with the test, a database with our
// functions and its migration folder, and SQL in, text out.

#ifndef FASTMIGRATE_TESTS_TEST_SUPPORT_H_
#define FASTMIGRATE_TESTS_TEST_SUPPORT_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "sqlite/database.h"
#include "surface/functions.h"

namespace fastmigrate {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fastmigrate-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = std::filesystem::canonical(pattern).string();
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // Creates the folders that the name holds, too.
  void Write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream file(std::filesystem::path(Path(name)), std::ios::binary);
    file << text;
    EXPECT_TRUE(file.flush()) << name;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(std::filesystem::path(Path(name)), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

inline Database OpenDatabase(const std::string& uri = ":memory:",
                             int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                         SQLITE_OPEN_URI) {
  Result<Database> db = Database::Open(uri, flags);
  EXPECT_TRUE(db) << uri << ": " << db.error().message;
  return std::move(*db);
}

// A connection of a host that has loaded the extension.
inline Database OpenHost(const std::string& uri = ":memory:",
                         int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI) {
  Database db = OpenDatabase(uri, flags);
  EXPECT_EQ(RegisterFunctions(db.handle()), SQLITE_OK);
  return db;
}

// Runs the statements of the text. Gives all rows as lines of cells, "1|a|NULL"; where a statement
// fails, "error CODE: message" is the last line, with the extended result code.
inline std::string Query(const Database& db, const std::string& sql) {
  std::string lines;
  auto add = [&lines](const std::string& line) { lines += (lines.empty() ? "" : "\n") + line; };
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* prepared = nullptr;
    int rc = sqlite3_prepare_v2(db.handle(), rest, -1, &prepared, &rest);
    Statement statement(prepared);
    while (rc == SQLITE_OK && prepared != nullptr) {
      int step = sqlite3_step(prepared);
      if (step != SQLITE_ROW) {
        rc = step == SQLITE_DONE ? SQLITE_DONE : step;
        break;
      }
      std::string line;
      for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
        line += (i > 0 ? "|" : "") + (statement.IsNull(i) ? "NULL" : statement.Text(i));
      }
      add(line);
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE) {
      add("error " + std::to_string(sqlite3_extended_errcode(db.handle())) + ": " +
          sqlite3_errmsg(db.handle()));
      return lines;
    }
  }
  return lines;
}

// Whether a result begins so; shows all of it when it does not.
inline testing::AssertionResult StartsWith(const std::string& text, std::string_view beginning) {
  if (text.starts_with(beginning)) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "\"" << text << "\" does not start with \"" << beginning << "\"";
}

// A database file and its migration folder.
class Project {
 public:
  void Script(const std::string& name, std::string_view text) const {
    folder_.Write("migrations/" + name, text);
  }
  const TempFolder& folder() const { return folder_; }
  std::string dir() const { return folder_.Path("migrations"); }
  // As SQLite names it.
  std::string file() const {
    return std::filesystem::path(folder_.Path("data.db")).make_preferred().string();
  }
  std::string Read(const std::string& name) const { return folder_.Read("migrations/" + name); }
  // The host's connection.
  Database Open() const { return OpenHost(file()); }

 private:
  TempFolder folder_;
};

inline std::string CallApply(const Project& project, const std::string& target = "") {
  return "fastmigrate_apply(" + QuoteText(project.dir()) + (target.empty() ? "" : ", " + target) +
         ")";
}
// The version reached, or the error.
inline std::string Apply(const Database& db, const Project& project) {
  return Query(db, "SELECT " + CallApply(project));
}
// The versions applied, a line each, or the error.
inline std::string ApplyTable(const Database& db, const Project& project) {
  return Query(db, "SELECT version FROM " + CallApply(project));
}

// The error of a script whose one line is "SELECT nope;": `applied` of `total` scripts came before
// it, and the database is at `version`.
inline std::string FailedAtNope(const std::string& name, int version, int applied, int total) {
  return "error 1: " + name + ":1:8: no such column: nope\n  1 | SELECT nope;\n    |        ^\n" +
         "database stays " +
         (version == 0 ? "without a version" : "at version " + std::to_string(version)) + "; " +
         std::to_string(applied) + " of " + std::to_string(total) +
         " scripts were applied, this one was rolled back";
}

// Everything that a test wants to know of a managed database: version, and its own tables.
inline std::string Version(const Database& db) { return Query(db, "SELECT fastmigrate_version()"); }
inline std::string TableNames(const Database& db) {
  return Query(
      db,
      "SELECT coalesce(group_concat(name, ' '), '') FROM (SELECT name FROM main.sqlite_schema "
      "WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE "
      "'sqlite%' ORDER BY name)");
}

// Gives the connection an SQL function of no argument that runs `action` and returns 1. The action
// must outlive the connection's use of it.
inline void DefineAction(const Database& db, const char* name, std::function<void()>* action) {
  auto call = [](sqlite3_context* context, int, sqlite3_value**) {
    (*static_cast<std::function<void()>*>(sqlite3_user_data(context)))();
    sqlite3_result_int(context, 1);
  };
  EXPECT_EQ(sqlite3_create_function_v2(db.handle(), name, 0, SQLITE_UTF8, action, call, nullptr,
                                       nullptr, nullptr),
            SQLITE_OK);
}

// While it lives, calls `before` with the SQL of every statement that the connection begins.
class StatementTrace {
 public:
  StatementTrace(const Database& db, std::function<void(std::string_view)> before)
      : handle_(db.handle()), before_(std::move(before)) {
    auto call = [](unsigned, void* self, void* statement, void*) {
      const char* sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
      static_cast<StatementTrace*>(self)->before_(sql == nullptr ? "" : sql);
      return 0;
    };
    sqlite3_trace_v2(handle_, SQLITE_TRACE_STMT, call, this);
  }
  ~StatementTrace() { sqlite3_trace_v2(handle_, 0, nullptr, nullptr); }
  StatementTrace(const StatementTrace&) = delete;
  StatementTrace& operator=(const StatementTrace&) = delete;

 private:
  sqlite3* handle_;
  std::function<void(std::string_view)> before_;
};

// While it lives, SQLite gets no memory for anything on this connection. Not ok(): what it has set
// aside for it is in use already, which is so with some versions.
class NoMemory {
 public:
  explicit NoMemory(const Database& db)
      : ok_(sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0) == SQLITE_OK) {
    sqlite3_hard_heap_limit64(1);
  }
  ~NoMemory() { sqlite3_hard_heap_limit64(0); }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;

  bool ok() const { return ok_; }

 private:
  bool ok_;
};

// While it lives, calls `action` each time a lock is in the connection's way; SQLite itself then
// gives up, as without a busy handler.
class BusyHook {
 public:
  BusyHook(const Database& db, std::function<void()> action)
      : handle_(db.handle()), action_(std::move(action)) {
    auto call = [](void* self, int) {
      static_cast<BusyHook*>(self)->action_();
      return 0;
    };
    sqlite3_busy_handler(handle_, call, this);
  }
  ~BusyHook() { sqlite3_busy_handler(handle_, nullptr, nullptr); }
  BusyHook(const BusyHook&) = delete;
  BusyHook& operator=(const BusyHook&) = delete;

 private:
  sqlite3* handle_;
  std::function<void()> action_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_TEST_SUPPORT_H_
