// What only POSIX systems do: the lock on a program whose starter is killed, and the folder that is
// given another name while its scripts are read.

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "migrate/pending_script.h"
#include "migrate/source.h"
#include "test_support.h"

namespace fastmigrate {
namespace {

// Ends when `name` has got a line; before, it writes one to `name`.started.
std::string WaitingProgram(const Project& project) {
  const std::string started = project.folder().Path("started");
  const std::string go = project.folder().Path("go");
  EXPECT_EQ(mkfifo(started.c_str(), 0600), 0);
  EXPECT_EQ(mkfifo(go.c_str(), 0600), 0);
  return "echo x > " + started + "\nread line < " + go + "\n";
}

// The program goes on when the process that applies is killed, and the next one waits for it.
TEST(Applier, ProgramKeepsItsLockWhenTheProcessThatStartedItIsKilled) {
  Project project;
  project.Script("0001-t.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sh", WaitingProgram(project));
  setenv("FASTMIGRATE_ALLOW_SCRIPTS", "1", 1);
  pid_t child = fork();
  if (child == 0) {
    Database db = project.Open();
    Apply(db, project);
    _exit(0);
  }
  std::ifstream(project.folder().Path("started")).get();
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  // The first try finds the lock taken, and lets the program end.
  int tries = 0;
  Result<FileLock> lock = FileLock::Acquire(project.dir() + "/0002-b.sh", [&] {
    if (++tries == 1) std::ofstream(project.folder().Path("go")) << "x\n";
    return false;
  });
  unsetenv("FASTMIGRATE_ALLOW_SCRIPTS");
  EXPECT_TRUE(lock);
  EXPECT_GE(tries, 1);
  EXPECT_EQ(Version(project.Open()), "1");
}

// A deployment may put another folder in its place behind the look at its names.
TEST(ReadPendingScripts, ReadsTheFolderThatWasListed) {
  TempFolder temp;
  temp.Write("m/0001-a.sql", "SELECT 1;");
  Result<Source> source = ReadSource(temp.Path("m"));
  ASSERT_TRUE(source);
  std::filesystem::rename(temp.Path("m"), temp.Path("before"));
  temp.Write("m/0001-a.sql", "SELECT 2;");
  Result<std::vector<PendingScript>> scripts = ReadPendingScripts(source->migrations);
  ASSERT_TRUE(scripts);
  EXPECT_EQ(scripts->front().sql().text, "SELECT 1;");
}

// The database is managed before the program runs, and all else is written behind it.
TEST(Applier, KeepsWhatWasRecordedAboveTheVersionWhenAProgramFails) {
  Project project;
  project.Script("0001-t.sql", "CREATE TABLE t (a);");
  project.Script("0002-b.sql", "INSERT INTO t VALUES (2);");
  Database db = project.Open();
  EXPECT_EQ(Apply(db, project), "2");
  Query(db, "UPDATE _meta SET version = 1");
  std::filesystem::rename(project.dir() + "/0002-b.sql", project.dir() + "/0002-b.sh");
  project.Script("0002-b.sh", "exit 3");
  setenv("FASTMIGRATE_ALLOW_SCRIPTS", "1", 1);
  EXPECT_TRUE(StartsWith(Apply(db, project), "error 1: 0002-b.sh exited with status 3"));
  unsetenv("FASTMIGRATE_ALLOW_SCRIPTS");
  EXPECT_EQ(Query(db, "SELECT group_concat(version) FROM fastmigrate_history()"), "1,2");
}

}  // namespace
}  // namespace fastmigrate
