#include "sqlite/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "base/sync_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::string CallBackup(const std::string& path) {
  return "fastmigrate_backup(" + QuoteText(path) + ")";
}

// The names in the folder, in order.
std::string Names(const TempFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.insert(entry.path().filename().string());
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

unsigned ModeOf(const std::string& path) {
  struct stat status;
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(Backup, IsRefusedWhenTheCopyIsDamaged) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  // A row that the table's definition forbids.
  Query(db,
        "CREATE TABLE t (a); INSERT INTO t VALUES (NULL); PRAGMA writable_schema = ON; UPDATE "
        "sqlite_schema SET sql = 'CREATE TABLE t (a NOT NULL)'; PRAGMA writable_schema = RESET");
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))),
            "error 11: no backup was made in " + temp.Path("copy.db") +
                ": the copy is damaged: NULL value in t.a");
  EXPECT_EQ(Names(temp), "data.db");
}

TEST(Backup, InterruptedBeforeItsFirstPageLeavesNoFile) {
  for (const char* journal : {"DELETE", "WAL"}) {
    TempFolder temp;
    Database db = OpenHost(temp.Path("data.db"));
    Query(db, std::string("PRAGMA journal_mode = ") + journal + "; CREATE TABLE t (a)");
    const std::string before = Names(temp);
    std::function<void()> interrupt = [&] { sqlite3_interrupt(db.handle()); };
    DefineAction(db, "interrupt", &interrupt);
    EXPECT_EQ(Query(db, "SELECT interrupt(), " + CallBackup(temp.Path("copy.db"))),
              "error 9: no backup was made in " + temp.Path("copy.db") + ": interrupted");
    EXPECT_EQ(Names(temp), before);
  }
}

// Between two steps it asks, by a statement on the host's connection, whether it is interrupted.
TEST(Backup, InterruptedInTheMiddleLeavesNoFile) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db, "PRAGMA page_size = 512; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(2000000))");
  uintmax_t size_then = 0;
  bool interrupted = false;
  StatementTrace trace(db, [&](std::string_view sql) {
    if (sql != "SELECT 1" || interrupted) return;
    interrupted = true;
    size_then = std::filesystem::file_size(temp.Path("copy.db"));
    sqlite3_interrupt(db.handle());
  });
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))),
            "error 9: no backup was made in " + temp.Path("copy.db") + ": interrupted");
  EXPECT_TRUE(interrupted);
  EXPECT_LT(size_then, 2000000u);
  EXPECT_EQ(Names(temp), "data.db");
}

// Of few pages the copy is made in one step; what comes behind it asks once more.
TEST(Backup, InterruptedBehindItsLastPageLeavesNoFile) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db, "CREATE TABLE t (a)");
  int asked = 0;
  StatementTrace trace(db, [&](std::string_view sql) {
    if (sql != "SELECT 1") return;
    ++asked;
    sqlite3_interrupt(db.handle());
  });
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))),
            "error 9: no backup was made in " + temp.Path("copy.db") + ": interrupted");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(Names(temp), "data.db");
}

// An exclusive lock keeps even the first page from being read.
TEST(Backup, WaitsForAnotherConnectionsLock) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db, "CREATE TABLE t (a)");
  Database other = OpenDatabase(temp.Path("data.db"));
  ASSERT_EQ(Query(other, "BEGIN EXCLUSIVE; INSERT INTO t VALUES (1)"), "");
  int tries = 0;
  {
    BusyHook hook(db, [&] {
      if (++tries == 3) {
        EXPECT_EQ(Query(other, "COMMIT"), "");
      }
    });
    EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))), temp.Path("copy.db"));
  }
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(Query(OpenDatabase(temp.Path("copy.db")), "SELECT a FROM t"), "1");
}

TEST(Backup, IsAsPrivateAsTheDatabase) {
  for (unsigned mode : {0600u, 0640u, 0644u, 0660u}) {
    TempFolder temp;
    Database db = OpenHost(temp.Path("data.db"));
    Query(db, "CREATE TABLE t (a)");
    ASSERT_EQ(chmod(temp.Path("data.db").c_str(), mode), 0);
    EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))), temp.Path("copy.db"));
    EXPECT_EQ(ModeOf(temp.Path("copy.db")), mode);
    EXPECT_EQ(Names(temp), "copy.db data.db");
  }
}

TEST(Backup, OfACommittedStateOnly) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db, "CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)");
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))),
            "error 1: a backup would hold what your open transaction has not committed; COMMIT "
            "first");
  EXPECT_EQ(Names(temp), "data.db data.db-journal");
}

// A backup of SQLite's begins anew with each commit of another connection.
TEST(Backup, EndsBesideAConnectionThatWritesWithoutAPause) {
  TempFolder temp;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db,
        "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t "
        "VALUES (zeroblob(2000000))");
  Database other = OpenDatabase(temp.Path("data.db"));
  int writes = 0;
  StatementTrace trace(db, [&](std::string_view sql) {
    if (sql != "SELECT 1") return;
    EXPECT_EQ(Query(other, "INSERT INTO t VALUES (1)"), "");
    ++writes;
  });
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(temp.Path("copy.db"))), temp.Path("copy.db"));
  EXPECT_GT(writes, 0);
  EXPECT_EQ(Query(OpenDatabase(temp.Path("copy.db")), "SELECT count(*) FROM t"), "1");
}

TEST(Backup, OfOneSecondHaveDifferentNames) {
  Project project;
  Database db = project.Open();
  Query(db, "CREATE TABLE t (a)");
  std::set<std::string> paths;
  for (int i = 0; i < 3; ++i) {
    const std::string path = Query(db, "SELECT fastmigrate_backup()");
    EXPECT_EQ(path.substr(0, project.file().size() + 1), project.file() + ".");
    EXPECT_TRUE(path.ends_with(".backup")) << path;
    EXPECT_EQ(Query(OpenDatabase(path), "SELECT name FROM sqlite_schema"), "t");
    paths.insert(path);
  }
  EXPECT_EQ(paths.size(), 3u);
}

#ifdef __linux__
// A power cut could take its name away.
TEST(Backup, LeavesNoFileWhenItsFolderCannotBeSynced) {
  TempFolder temp;
  TempFolder folder;
  Database db = OpenHost(temp.Path("data.db"));
  Query(db, "CREATE TABLE t (a)");
  SyncFails fails(folder.path());
  EXPECT_EQ(Query(db, "SELECT " + CallBackup(folder.Path("copy.db"))),
            "error 10: no backup was made in " + folder.Path("copy.db") + ": cannot write folder " +
                folder.path() + ": Input/output error");
  EXPECT_EQ(Names(folder), "");
}
#endif  // __linux__

}  // namespace
}  // namespace fastmigrate
