// The entry point, as a program uses it that has the extension linked in; a loaded one is what
// sql_tests/ are run with. That an SQLite older than 3.34 is refused cannot be shown here.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test_support.h"

extern "C" int sqlite3_fastmigrate_init(sqlite3* db, char** message,
                                        const sqlite3_api_routines* api);

namespace fastmigrate {
namespace {

class AutoExtension {
 public:
  AutoExtension() {
    EXPECT_EQ(sqlite3_auto_extension(reinterpret_cast<void (*)()>(sqlite3_fastmigrate_init)),
              SQLITE_OK);
  }
  ~AutoExtension() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(sqlite3_fastmigrate_init));
  }
};

sqlite3* OpenPlain(const std::string& path, const char* vfs = nullptr) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
            SQLITE_OK);
  return handle;
}

TEST(StaticExtension, GivesEveryNewConnectionOurFunctions) {
  AutoExtension extension;
  sqlite3* handle = OpenPlain(":memory:");
  EXPECT_EQ(Query(Database::Borrow(handle), "SELECT fastmigrate_extension_version()"), "0.1.0");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

TEST(StaticExtension, AppliesInBothFormsWithItsOwnSideConnections) {
  AutoExtension extension;
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sql", "DROP TABLE t; CREATE TABLE u (a);");
  project.Script("0003-c.sql", "VACUUM;");
  sqlite3* handle = OpenPlain(project.file());
  Database db = Database::Borrow(handle);
  EXPECT_EQ(ApplyTable(db, project), "1\n2\n3");
  project.Script("0004-d.sql", "VACUUM;");
  EXPECT_EQ(Apply(db, project), "4");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK) << "a statement or a blob is still open";
}

TEST(StaticExtension, KeepsScriptsOnSideConnectionsFromMigrating) {
  AutoExtension extension;
  Project project;
  project.Script("0001-a.sql", "VACUUM;\nSELECT fastmigrate_enroll(5);");
  sqlite3* handle = OpenPlain(project.file());
  Database db = Database::Borrow(handle);
  EXPECT_EQ(
      Apply(db, project),
      "error 1: 0001-a.sql:2:1: fastmigrate_enroll() cannot be called from within a migration "
      "script\n"
      "  2 | SELECT fastmigrate_enroll(5);\n"
      "    | ^\n"
      "database stays without a version; 0 of 1 scripts were applied, this one was rolled back");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

TEST(StaticExtension, CanBeInitializedTwiceOnAConnection) {
  sqlite3* handle = OpenPlain(":memory:");
  char* message = nullptr;
  EXPECT_EQ(sqlite3_fastmigrate_init(handle, &message, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_fastmigrate_init(handle, &message, nullptr), SQLITE_OK);
  EXPECT_EQ(message, nullptr);
  EXPECT_EQ(Query(Database::Borrow(handle), "SELECT fastmigrate_version()"), "NULL");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

// A file, on which another connection has a lock that lets nobody read.
class LockedFile {
 public:
  LockedFile() : other_(project_.Open()) {
    project_.Script("0001-a.sql", "CREATE TABLE t (a); DROP TABLE t;");
    Query(other_, "CREATE TABLE held (a); DROP TABLE held; BEGIN EXCLUSIVE");
  }
  const Project& project() const { return project_; }
  void Unlock() { EXPECT_EQ(Query(other_, "COMMIT"), ""); }

  // SQLite 3.40 does, 3.49 does not.
  bool CompilesSelectWithoutSchema() const {
    sqlite3* handle = OpenPlain(project_.file());
    const bool compiles = Query(Database::Borrow(handle), "SELECT 1") == "1";
    EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
    return compiles;
  }

 private:
  Project project_;
  Database other_;
};

TEST(StaticExtension, DoesNotKeepAConnectionFromOpeningUnderAnothersLock) {
  LockedFile locked;
  if (!locked.CompilesSelectWithoutSchema()) GTEST_SKIP() << "waits until the schema can be read";
  AutoExtension extension;
  sqlite3* handle = OpenPlain(locked.project().file());
  EXPECT_EQ(Query(Database::Borrow(handle), "SELECT fastmigrate_extension_version()"), "0.1.0");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

// The system's VFS, but that SQLite, which pauses by it while a busy timeout runs, does not pause.
class SleeplessVfs {
 public:
  SleeplessVfs() : vfs_(*sqlite3_vfs_find(nullptr)) {
    sleeps = 0;
    vfs_.zName = "sleepless";
    vfs_.pNext = nullptr;
    vfs_.xSleep = [](sqlite3_vfs*, int microseconds) {
      ++sleeps;
      return microseconds;
    };
    EXPECT_EQ(sqlite3_vfs_register(&vfs_, 0), SQLITE_OK);
  }
  ~SleeplessVfs() { sqlite3_vfs_unregister(&vfs_); }

  static inline int sleeps = 0;

 private:
  sqlite3_vfs vfs_;
};

// A process in the middle of a long script: a program that loads the extension then must not fail,
// nor wait for it before it asks for anything.
TEST(StaticExtension, IsLoadedUnderAnotherConnectionsLockWithoutWaiting) {
  LockedFile locked;
  if (!locked.CompilesSelectWithoutSchema()) GTEST_SKIP() << "waits until the schema can be read";
  SleeplessVfs vfs;
  sqlite3* handle = OpenPlain(locked.project().file(), "sleepless");
  sqlite3_busy_timeout(handle, 10000);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_fastmigrate_init(handle, &message, nullptr), SQLITE_OK);
  EXPECT_EQ(message, nullptr);
  EXPECT_EQ(SleeplessVfs::sleeps, 0);
  Database db = Database::Borrow(handle);
  EXPECT_EQ(Query(db, "PRAGMA busy_timeout"), "10000");
  locked.Unlock();
  EXPECT_EQ(ApplyTable(db, locked.project()), "1");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

// The call itself could not wait, since it is not compiled.
TEST(StaticExtension, WaitsForASchemaThatNoCallCanDoWithout) {
  LockedFile locked;
  if (locked.CompilesSelectWithoutSchema()) GTEST_SKIP() << "a call waits by itself";
  sqlite3* handle = OpenPlain(locked.project().file());
  Database db = Database::Borrow(handle);
  {
    int tries = 0;
    BusyHook hook(db, [&] {
      if (++tries == 5) locked.Unlock();
    });
    char* message = nullptr;
    EXPECT_EQ(sqlite3_fastmigrate_init(handle, &message, nullptr), SQLITE_OK);
    EXPECT_GE(tries, 5);
  }
  EXPECT_EQ(Apply(db, locked.project()), "1");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

TEST(StaticExtension, LeavesTheConnectionClosable) {
  Project project;
  project.Script("0001-a.sql", "SELECT nope;");
  sqlite3* handle = OpenPlain(project.file());
  char* message = nullptr;
  ASSERT_EQ(sqlite3_fastmigrate_init(handle, &message, nullptr), SQLITE_OK);
  Apply(Database::Borrow(handle), project);
  ApplyTable(Database::Borrow(handle), project);
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}

#ifdef __linux__
// A statement is running then, so that SQLite registers no function of ours again.
TEST(LoadedExtension, CanBeLoadedTwiceByItsOwnSqlFunction) {
  sqlite3* handle = OpenPlain(":memory:");
  Database db = Database::Borrow(handle);
  ASSERT_EQ(sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr),
            SQLITE_OK);
  sqlite3_enable_load_extension(handle, 1);
  const std::string load =
      "SELECT load_extension(" + QuoteText(EXTENSION_PATH) + ", 'sqlite3_fastmigrate_init')";
  EXPECT_EQ(Query(db, load), "NULL");
  EXPECT_EQ(Query(db, load), "NULL");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_create(); SELECT version FROM fastmigrate_history()"),
            "0");
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
}
#endif

// Logging can only be set up before SQLite is initialized.
TEST(StaticExtension, LogsOneLineAScript) {
  static std::vector<std::string> lines;
  lines.clear();
  sqlite3_shutdown();
  sqlite3_config(
      SQLITE_CONFIG_LOG,
      static_cast<void (*)(void*, int, const char*)>([](void*, int code, const char* line) {
        if (code == SQLITE_NOTICE) lines.push_back(line);
      }),
      nullptr);
  {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE t (a); SELECT 1;");
    project.Script("0002-b.sql", "SELECT 2;");
    Database db = OpenHost();
    EXPECT_EQ(Apply(db, project), "2");
  }
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_LOG, nullptr, nullptr);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].substr(0, 38), "fastmigrate: 0001-a.sql, 2 statements,");
  EXPECT_EQ(lines[1].substr(0, 38), "fastmigrate: 0002-b.sql, 1 statements,");
}

}  // namespace
}  // namespace fastmigrate
