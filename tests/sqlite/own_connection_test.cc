#include "sqlite/own_connection.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

std::string BesideError(const Database& host) {
  Result<std::unique_ptr<OwnConnection>> own = OwnConnection::OpenBeside(host);
  return own ? "" : std::to_string(own.error().code) + ": " + own.error().message;
}

TEST(OwnConnection, IsNotOpenedWhereItCouldDoWhatTheHostCannot) {
  struct Case {
    const char* setting;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"", ""},
      {"PRAGMA journal_mode = PERSIST", ""},
      {"PRAGMA journal_mode = WAL", ""},
      {"PRAGMA journal_mode = OFF",
       "1: this connection has journal_mode off, and a second one would not"},
      {"PRAGMA journal_mode = MEMORY",
       "1: this connection has journal_mode memory, and a second one would not"},
      {"PRAGMA locking_mode = EXCLUSIVE",
       "1: this connection has locking_mode EXCLUSIVE, which keeps a second one out"},
  };
  for (const Case& c : cases) {
    TempFolder temp;
    Database host = OpenDatabase(temp.Path("a.db"));
    Query(host, std::string("CREATE TABLE t (a); ") + c.setting);
    EXPECT_EQ(BesideError(host), c.error) << c.setting;
  }
  EXPECT_EQ(BesideError(OpenDatabase()), "1: the database has no file");
}

TEST(OwnConnection, IsNotOpenedToAFileThatHasTakenThePlaceOfTheHosts) {
  TempFolder temp;
  Database host = OpenDatabase(temp.Path("a.db"));
  Query(host, "CREATE TABLE t (a)");
  Query(OpenDatabase(temp.Path("b.db")), "CREATE TABLE other (a)");
  std::filesystem::rename(temp.Path("b.db"), temp.Path("a.db"));
  EXPECT_EQ(BesideError(host),
            "14: the database's file has been renamed or replaced since this connection opened "
            "it, so that a second connection would open another one; reconnect first");
}

TEST(OwnConnection, HasTheHostsSettings) {
  TempFolder temp;
  Database host = OpenDatabase(temp.Path("a.db"));
  Query(host,
        "CREATE TABLE t (a); PRAGMA recursive_triggers = ON; PRAGMA synchronous = EXTRA; PRAGMA "
        "secure_delete = FAST; PRAGMA journal_mode = TRUNCATE; PRAGMA query_only = ON");
  Result<std::unique_ptr<OwnConnection>> own = OwnConnection::OpenBeside(host);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(Query((*own)->db(),
                  "PRAGMA recursive_triggers; PRAGMA synchronous; PRAGMA secure_delete; PRAGMA "
                  "journal_mode; PRAGMA query_only; INSERT INTO t VALUES (1)"),
            "1\n3\n2\ntruncate\n1\nerror 8: attempt to write a readonly database");
}

// What the host has set for a file that is not made yet is in its connection alone.
TEST(OwnConnection, MakesTheFileAsTheHostWould) {
  TempFolder temp;
  Database host = OpenDatabase(temp.Path("a.db"));
  Query(host, "PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 8192");
  Result<std::unique_ptr<OwnConnection>> own = OwnConnection::OpenBeside(host);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(Query((*own)->db(), "CREATE TABLE t (a)"), "");
  EXPECT_EQ(Query(host, "SELECT name FROM sqlite_schema"), "t");
  EXPECT_EQ(Query(OpenDatabase(temp.Path("a.db")), "PRAGMA encoding; PRAGMA page_size"),
            "UTF-16be\n8192");
}

// --- private folders

#ifdef _WIN32
constexpr char kVariable[] = "TMP";
#else
constexpr char kVariable[] = "TMPDIR";
#endif

// Where temporary files are made, as long as it lives.
class TemporaryFolderHere {
 public:
  TemporaryFolderHere() {
    const char* before = std::getenv(kVariable);
    if (before != nullptr) before_ = before;
    setenv(kVariable, folder.path().c_str(), 1);
  }
  ~TemporaryFolderHere() { before_ ? setenv(kVariable, before_->c_str(), 1) : unsetenv(kVariable); }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  TempFolder folder;

 private:
  std::optional<std::string> before_;
};

unsigned ModeOf(const std::string& path) {
  struct stat status;
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(ScratchFile, IsInAFolderThatOnlyItsUserCanEnter) {
  TemporaryFolderHere here;
  Database host = OpenDatabase();
  {
    Result<std::unique_ptr<OwnConnection>> own =
        OwnConnection::OpenScratch(host, OwnConnection::Place::kFile);
    ASSERT_TRUE(own) << own.error().message;
    Query((*own)->db(), "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    const std::set<std::string> names = here.Names();
    ASSERT_EQ(names.size(), 1u);
    EXPECT_TRUE(StartsWith(*names.begin(), "fastmigrate-"));
    EXPECT_EQ(ModeOf(here.folder.Path(*names.begin())), 0700u);
  }
  EXPECT_EQ(here.Names().size(), 0u);
}

TEST(ScratchFile, OfAKilledProcessIsRemovedWithTheNextOne) {
  TemporaryFolderHere here;
  here.folder.Write("fastmigrate-0123456789ABCDEF/lock", "");
  here.folder.Write("fastmigrate-0123456789ABCDEF/copy.db", "secret");
  here.folder.Write("fastmigrate-0123456789ABCDEF/copy.db-journal", "secret");
  Database host = OpenDatabase();
  ASSERT_TRUE(OwnConnection::OpenScratch(host, OwnConnection::Place::kFile));
  EXPECT_EQ(here.Names().size(), 0u);
}

TEST(ScratchFile, OfARunningProcessIsLeftAlone) {
  TemporaryFolderHere here;
  here.folder.Write("fastmigrate-0123456789ABCDEF/lock", "");
  here.folder.Write("fastmigrate-0123456789ABCDEF/copy.db", "text");
  Result<FileLock> lock =
      FileLock::Acquire(here.folder.Path("fastmigrate-0123456789ABCDEF/lock"), [] { return true; });
  ASSERT_TRUE(lock);
  Database host = OpenDatabase();
  ASSERT_TRUE(OwnConnection::OpenScratch(host, OwnConnection::Place::kFile));
  EXPECT_EQ(here.folder.Read("fastmigrate-0123456789ABCDEF/copy.db"), "text");
}

TEST(ScratchFile, TakesNothingThatIsNotOurs) {
  TemporaryFolderHere here;
  here.folder.Write("fastmigrate-notes/text", "mine");
  here.folder.Write("fastmigrate-list", "mine");
  here.folder.Write("other/lock", "mine");
  Database host = OpenDatabase();
  ASSERT_TRUE(OwnConnection::OpenScratch(host, OwnConnection::Place::kFile));
  EXPECT_EQ(here.folder.Read("fastmigrate-notes/text"), "mine");
  EXPECT_EQ(here.folder.Read("fastmigrate-list"), "mine");
  EXPECT_EQ(here.folder.Read("other/lock"), "mine");
}

TEST(Rehearsal, IsMadeOnACopyThatOnlyItsUserCanReadAndIsGoneBehindIt) {
  Project project;
  TemporaryFolderHere here;
  here.folder.Write("fastmigrate-0123456789ABCDEF/lock", "");
  here.folder.Write("fastmigrate-0123456789ABCDEF/copy.db", "secret");
  project.Script("0001-a.sql", "CREATE TABLE t (a);\nSELECT look();");
  Database db = project.Open();
  unsigned mode = 0;
  std::function<void()> look = [&] {
    EXPECT_EQ(here.Names().size(), 1u);
    for (const std::string& name : here.Names()) mode = ModeOf(here.folder.Path(name));
  };
  DefineAction(db, "look", &look);
  EXPECT_EQ(Query(db, "SELECT version, ok, error FROM fastmigrate_rehearse(" +
                          QuoteText(project.dir()) + ")"),
            "1|1|NULL");
  EXPECT_EQ(mode, 0700u);
  EXPECT_EQ(here.Names().size(), 0u);
}

}  // namespace
}  // namespace fastmigrate
