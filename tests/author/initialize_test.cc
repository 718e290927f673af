#include "author/initialize.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/sync_testing.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::string CallInitialize(const Project& project) {
  return "SELECT fastmigrate_initialize(" + QuoteText(project.dir()) + ")";
}

TEST(Initialize, LeavesNothingWhenTheCommitFails) {
  for (bool folder_exists : {false, true}) {
    Project project;
    Database db = project.Open();
    Query(db, "CREATE TABLE t (a)");
    if (folder_exists) std::filesystem::create_directory(project.dir());
    sqlite3_commit_hook(
        db.handle(), [](void*) { return 1; }, nullptr);
    EXPECT_EQ(Query(db, CallInitialize(project)), "error 531: constraint failed");
    EXPECT_EQ(std::filesystem::exists(project.dir()), folder_exists);
    EXPECT_FALSE(std::filesystem::exists(project.dir() + "/0001-initialize.sql"));
    EXPECT_EQ(Version(db), "NULL");
    EXPECT_TRUE(db.InAutocommit());
    sqlite3_commit_hook(db.handle(), nullptr, nullptr);
    EXPECT_EQ(Query(db, CallInitialize(project)), project.dir() + "/0001-initialize.sql");
    EXPECT_EQ(Version(db), "1");
  }
}

// The system's VFS, which says of a journal that it could not be deleted, and has deleted it: the
// transaction is committed, and COMMIT reports an error.
class LateErrorVfs {
 public:
  LateErrorVfs() {
    system_ = sqlite3_vfs_find(nullptr);
    vfs_ = *system_;
    vfs_.zName = "late-error";
    vfs_.pNext = nullptr;
    vfs_.xDelete = [](sqlite3_vfs*, const char* name, int sync) {
      int rc = system_->xDelete(system_, name, sync);
      if (rc != SQLITE_OK || !armed) return rc;
      blind = blinds;
      return SQLITE_IOERR_DELETE;
    };
    // Without it, SQLite cannot tell whether there is a journal, and reads nothing.
    vfs_.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* result) {
      return blind ? SQLITE_IOERR_ACCESS : system_->xAccess(system_, name, flags, result);
    };
    EXPECT_EQ(sqlite3_vfs_register(&vfs_, 0), SQLITE_OK);
  }
  ~LateErrorVfs() { sqlite3_vfs_unregister(&vfs_); }

  static inline bool armed = false;
  static inline bool blinds = false;  // nothing can be read behind that commit
  static inline bool blind = false;

 private:
  static inline sqlite3_vfs* system_ = nullptr;
  sqlite3_vfs vfs_;
};

TEST(Initialize, KeepsTheScriptOfACommitThatReportedAnErrorAndHappened) {
  for (bool can_be_read : {true, false}) {
    LateErrorVfs vfs;
    Project project;
    Database db = OpenHost("file:" + project.file() + "?vfs=late-error");
    Query(db, "CREATE TABLE t (a)");
    LateErrorVfs::armed = true;
    LateErrorVfs::blinds = !can_be_read;
    const std::string path = project.dir() + "/0001-initialize.sql";
    EXPECT_EQ(Query(db, CallInitialize(project)),
              "error 2570: cannot commit: disk I/O error; " + path +
                  " is kept, since the database may be enrolled at version 1 all the same; SELECT "
                  "fastmigrate_version() tells");
    EXPECT_EQ(Version(db), can_be_read ? "1" : "error 3338: disk I/O error");
    LateErrorVfs::armed = LateErrorVfs::blind = false;
    EXPECT_EQ(Version(db), "1");
    EXPECT_EQ(project.folder().Read("migrations/0001-initialize.sql"), "CREATE TABLE t (a);\n");
  }
}

#ifdef __linux__
// An enrolled database whose script a power cut has taken away could not be reproduced.
TEST(Initialize, EnrollsNothingBeforeTheScriptAndItsFolderAreOnDisk) {
  Project project;
  const std::string script = project.dir() + "/0001-initialize.sql";
  struct Case {
    std::string path;
    std::string error;
  };
  for (const Case& c :
       {Case{script, "cannot write " + script},
        Case{project.dir(), "cannot write folder " + project.dir()},
        Case{project.folder().path(), "cannot write folder " + project.folder().path()}}) {
    Database db = project.Open();
    Query(db, "CREATE TABLE IF NOT EXISTS t (a)");
    SyncFails fails(c.path);
    EXPECT_EQ(Query(db, CallInitialize(project)), "error 10: " + c.error + ": Input/output error");
    EXPECT_EQ(Version(db), "NULL") << c.path;
    EXPECT_TRUE(db.InAutocommit());
    EXPECT_FALSE(std::filesystem::exists(project.dir())) << c.path;
  }
}
#endif  // __linux__

}  // namespace
}  // namespace fastmigrate
