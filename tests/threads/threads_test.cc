// Many threads of one process, each with a connection of its own that loads the extension, beside
// many processes: all succeed, and each script has run once.
//
// Meant for the thread sanitizer, which sees what two threads share without a lock. All begin
// behind one gate; nothing depends on which is first.
//
// The processes are this program itself: threads_test --apply HOW FORM FILE FOLDER, which waits for
// the end of its standard input.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test_support.h"

extern "C" int sqlite3_fastmigrate_init(sqlite3* db, char** message,
                                        const sqlite3_api_routines* api);
extern char** environ;

namespace fastmigrate {
namespace {

constexpr int kThreads = 8;
constexpr int kProcesses = 8;
constexpr int kScripts = 24;

// How a connection gets the functions: from fastmigrate.so, or from the library linked in.
constexpr char kLoaded[] = "loaded";
constexpr char kLinked[] = "linked";
constexpr char kScalar[] = "scalar";
constexpr char kTable[] = "table";

// Empty, or what failed.
std::string Load(const Database& db, const std::string& how) {
  char* message = nullptr;
  int rc = SQLITE_OK;
  if (how == kLinked) {
    rc = sqlite3_fastmigrate_init(db.handle(), &message, nullptr);
  } else {
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr);
    rc = sqlite3_load_extension(db.handle(), EXTENSION_PATH, nullptr, &message);
  }
  std::string error = rc == SQLITE_OK ? "" : std::string("load: ") + (message ? message : "?");
  sqlite3_free(message);
  return error;
}

// A host's connection, which Database::Open() is not: that gives the functions itself.
class Host {
 public:
  explicit Host(const std::string& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &handle_), SQLITE_OK) << sqlite3_errmsg(handle_);
    sqlite3_extended_result_codes(handle_, 1);
  }
  ~Host() { EXPECT_EQ(sqlite3_close(handle_), SQLITE_OK) << "a statement is still open"; }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  Database db() const { return Database::Borrow(handle_); }

 private:
  sqlite3* handle_ = nullptr;
};

// Opens the file, loads the extension and applies the folder. Empty, or what failed.
std::string ApplyOnce(const std::string& how, const std::string& form, const std::string& file,
                      const std::string& dir) {
  Host host(file);
  const Database db = host.db();
  if (std::string error = Load(db, how); !error.empty()) return error;
  const std::string call = "fastmigrate_apply(" + QuoteText(dir) + ")";
  // For the schema, without which SQLite compiles no SELECT over a table, the host itself waits.
  if (form == kTable) sqlite3_busy_timeout(db.handle(), 60000);
  std::string result =
      Query(db, form == kScalar ? "SELECT " + call : "SELECT max(version) FROM " + call);
  if (result.starts_with("error ")) return result;
  sqlite3_busy_timeout(db.handle(), 60000);  // the others may still be at work
  std::string version = Query(db, "SELECT fastmigrate_version()");
  return version == std::to_string(kScripts) ? "" : "version " + version + " after " + result;
}

// Closed until it is opened, once.
class Gate {
 public:
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  void Open() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      open_ = true;
    }
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Programs that wait for their standard input to end.
class Processes {
 public:
  Processes() { EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC), 0); }
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  ~Processes() { Go(); }

  void Start(const std::vector<std::string>& arguments) {
    std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    std::vector<char*> argv = {self.data()};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_[0], STDIN_FILENO);
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, self.c_str(), &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    children_.push_back(child);
  }
  void Go() {
    for (int& end : pipe_) {
      if (end >= 0) close(end);
      end = -1;
    }
  }
  // How many failed; what they have to say is on the standard error.
  int Wait() {
    int failed = 0;
    for (pid_t child : children_) {
      int status = 0;
      if (waitpid(child, &status, 0) != child || status != 0) ++failed;
    }
    children_.clear();
    return failed;
  }

 private:
  std::array<int, 2> pipe_ = {-1, -1};
  std::vector<pid_t> children_;
};

// Every script adds a row to a log that would take a second one as well.
void WriteScripts(const Project& project) {
  for (int n = 1; n <= kScripts; ++n) {
    const std::string number = std::to_string(n);
    std::string sql;
    if (n == 1) sql = "CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER, previous INTEGER);\n";
    sql += "INSERT INTO log (n, previous) VALUES (" + number + ", (SELECT max(n) FROM log));\n";
    if (n % 5 == 0) sql += "CREATE TABLE t" + number + " (a);\n";
    if (n % 10 == 5 && n > 10) sql += "DROP TABLE t" + std::to_string(n - 10) + ";\n";
    if (n == 12) sql += "VACUUM;\nCREATE TABLE behind_vacuum (a);\n";
    project.Script((n < 10 ? "000" : "00") + number + "-step.sql", sql);
  }
}

void ExpectEachScriptOnce(const Project& project) {
  std::string expected;
  for (int n = 1; n <= kScripts; ++n) {
    expected +=
        (n > 1 ? "\n" : "") + std::to_string(n) + "|" + (n > 1 ? std::to_string(n - 1) : "NULL");
  }
  Database db = project.Open();
  EXPECT_EQ(Query(db, "SELECT n, previous FROM log ORDER BY id"), expected);
  EXPECT_EQ(Query(db, "PRAGMA integrity_check"), "ok");
}

// Runs `work` in every thread at once, with the thread's number; expects empty results.
template <typename Work>
void InThreads(const Work& work, Gate* gate) {
  std::vector<std::string> errors(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&errors, &work, gate, i] {
      gate->Wait();
      errors[static_cast<size_t>(i)] = work(i);
    });
  }
  gate->Open();
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) EXPECT_EQ(error, "");
}

struct Together {
  const char* name;
  const char* how;
  const char* form;
  const char* journal;
};

class ThreadsBesideProcesses : public testing::TestWithParam<Together> {};

TEST_P(ThreadsBesideProcesses, ApplyEachScriptOnce) {
  const Together& together = GetParam();
  Project project;
  WriteScripts(project);
  Query(OpenDatabase(project.file()), std::string("PRAGMA journal_mode = ") + together.journal);
  Processes processes;
  for (int i = 0; i < kProcesses; ++i) {
    processes.Start({"--apply", together.how, together.form, project.file(), project.dir()});
  }
  Gate gate;
  processes.Go();
  InThreads(
      [&](int) { return ApplyOnce(together.how, together.form, project.file(), project.dir()); },
      &gate);
  EXPECT_EQ(processes.Wait(), 0);
  ExpectEachScriptOnce(project);
}

constexpr Together kTogether[] = {
    {"LoadedScalarDelete", kLoaded, kScalar, "DELETE"},
    {"LoadedTableWal", kLoaded, kTable, "WAL"},
    {"LinkedTableDelete", kLinked, kTable, "DELETE"},
    {"LinkedScalarWal", kLinked, kScalar, "WAL"},
};
INSTANTIATE_TEST_SUITE_P(All, ThreadsBesideProcesses, testing::ValuesIn(kTogether),
                         [](const auto& suite) { return std::string(suite.param.name); });

class Threads : public testing::TestWithParam<const char*> {};

TEST_P(Threads, ApplyToDatabasesOfTheirOwn) {
  Project project;
  WriteScripts(project);
  Gate gate;
  InThreads(
      [&](int i) {
        const std::string file =
            i % 2 == 0 ? ":memory:" : project.folder().Path(std::to_string(i) + ".db");
        return ApplyOnce(GetParam(), i % 4 < 2 || i % 2 == 0 ? kScalar : kTable, file,
                         project.dir());
      },
      &gate);
}

// One statement after the other, up to the first that fails.
std::string RunAll(const Database& db, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    std::string result = Query(db, sql);
    if (result.starts_with("error ") || result.find("\"ok\":0") != std::string::npos)
      return sql + ": " + result;
  }
  return "";
}

TEST_P(Threads, CallEveryFunctionOnDatabasesOfTheirOwn) {
  Project project;
  project.Script("0001-a.sql",
                 "CREATE TABLE a (x INTEGER PRIMARY KEY, y); INSERT INTO a VALUES (1, 2);");
  project.Script("0002-b.sql", "CREATE TABLE b (x REFERENCES a); ALTER TABLE b ADD COLUMN y;");
  Gate gate;
  InThreads(
      [&](int i) -> std::string {
        const std::string base = project.folder().Path(std::to_string(i));
        std::filesystem::create_directories(base + "/drafts");
        Host host(base + "/data.db");
        const Database db = host.db();
        if (std::string error = Load(db, GetParam()); !error.empty()) return error;
        const std::string dir = "(" + QuoteText(project.dir()) + ")";
        std::string error = RunAll(
            db, {"SELECT fastmigrate_create()", "SELECT * FROM fastmigrate_rehearse" + dir,
                 "SELECT fastmigrate_rehearse" + dir, "SELECT fastmigrate_apply" + dir,
                 "SELECT * FROM fastmigrate_status" + dir, "SELECT * FROM fastmigrate_history()",
                 "SELECT * FROM fastmigrate_verify" + dir, "SELECT fastmigrate_find_version" + dir,
                 "SELECT fastmigrate_schema()",
                 "SELECT fastmigrate_recreate_table('a', 'x INTEGER PRIMARY KEY, y, z')",
                 "SELECT fastmigrate_accept(1, " + QuoteText(project.dir()) + ")",
                 "SELECT fastmigrate_backup(" + QuoteText(base + "/copy.db") + ")"});
        if (!error.empty()) return error;
        return RunAll(db, {"DROP TABLE _meta; DROP TABLE _fastmigrate_history",
                           "SELECT fastmigrate_initialize(" + QuoteText(base + "/drafts") + ")",
                           "SELECT fastmigrate_new(" + QuoteText(base + "/drafts") + ", 'next')"});
      },
      &gate);
}

INSTANTIATE_TEST_SUITE_P(All, Threads, testing::Values(kLoaded, kLinked),
                         [](const auto& suite) { return std::string(suite.param); });

}  // namespace

// What a process of the tests does. Returns its exit status.
int ApplyInProcess(char** arguments) {
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  std::string error = ApplyOnce(arguments[0], arguments[1], arguments[2], arguments[3]);
  if (error.empty()) return 0;
  std::fprintf(stderr, "process: %s\n", error.c_str());
  return 1;
}

}  // namespace fastmigrate

int main(int argc, char** argv) {
  if (argc == 6 && std::string(argv[1]) == "--apply") return fastmigrate::ApplyInProcess(argv + 2);
  // The first connection of a process sets what SQLite then reads without a lock.
  sqlite3* first = nullptr;
  sqlite3_open(":memory:", &first);
  sqlite3_close(first);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
