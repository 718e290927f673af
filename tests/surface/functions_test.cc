// Pins the whole SQL surface: a function that comes, goes or changes its arguments fails here.

#include "surface/functions.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "test_support.h"

namespace fastmigrate {
namespace {

// Name, number of arguments (-1: any) and whether it is for the application's SQL only.
constexpr char kScalarFunctions[] =
    "fastmigrate_accept|1|directonly\n"
    "fastmigrate_accept|2|directonly\n"
    "fastmigrate_apply|0|directonly\n"
    "fastmigrate_apply|1|directonly\n"
    "fastmigrate_apply|2|directonly\n"
    "fastmigrate_backup|0|directonly\n"
    "fastmigrate_backup|1|directonly\n"
    "fastmigrate_bundle|0|directonly\n"
    "fastmigrate_bundle|1|directonly\n"
    "fastmigrate_create|0|directonly\n"
    "fastmigrate_draft|2|directonly\n"
    "fastmigrate_draft|3|directonly\n"
    "fastmigrate_enroll|1|directonly\n"
    "fastmigrate_enroll|2|directonly\n"
    "fastmigrate_extension_version|0|\n"
    "fastmigrate_find_version|0|directonly\n"
    "fastmigrate_find_version|1|directonly\nfastmigrate_history|-1|directonly\n"
    "fastmigrate_import|1|directonly\n"
    "fastmigrate_import|2|directonly\n"
    "fastmigrate_initialize|-1|directonly\n"
    "fastmigrate_new|2|directonly\n"
    "fastmigrate_recreate_table|2|directonly\n"
    "fastmigrate_rehearse|0|directonly\n"
    "fastmigrate_rehearse|1|directonly\n"
    "fastmigrate_rehearse|2|directonly\nfastmigrate_row|-1|directonly\n"
    "fastmigrate_schema|0|directonly\nfastmigrate_status|-1|directonly\nfastmigrate_unenroll|0|"
    "directonly\n"
    "fastmigrate_verify|-1|directonly\nfastmigrate_version|0|\n"
    "fastmigrate_version|1|";

TEST(Surface, HasTheseScalarFunctions) {
  EXPECT_EQ(Query(OpenHost(),
                  "SELECT name, narg, iif(flags & 524288, 'directonly', '') FROM "
                  "pragma_function_list WHERE name LIKE 'fastmigrate%' ORDER BY name, narg"),
            kScalarFunctions);
}

TEST(Surface, HasTheseModules) {
  EXPECT_EQ(
      Query(OpenHost(),
            "SELECT name FROM pragma_module_list WHERE name LIKE 'fastmigrate%' ORDER BY name"),
      "fastmigrate_apply\nfastmigrate_history\nfastmigrate_rehearse\nfastmigrate_status\n"
      "fastmigrate_verify");
}

TEST(Surface, HasTheseColumns) {
  Database db = OpenHost();
  auto columns = [&db](const std::string& name) {
    return Query(db,
                 "SELECT group_concat(iif(hidden, '[' || name || ']', name), ' ') FROM "
                 "pragma_table_xinfo('" +
                     name + "')");
  };
  EXPECT_EQ(columns("fastmigrate_apply"),
            "version name kind statements changes duration_ms [dir] [target]");
  EXPECT_EQ(columns("fastmigrate_status"),
            "version name state kind origin applied_at detail [dir]");
  EXPECT_EQ(columns("fastmigrate_history"),
            "version name kind origin checksum applied_at duration_ms statements "
            "extension_version");
  EXPECT_EQ(columns("fastmigrate_verify"), "type name difference expected actual [dir] [version]");
  EXPECT_EQ(columns("fastmigrate_rehearse"),
            "version name ok error statements changes duration_ms [dir] [target]");
}

TEST(Surface, KeepsTablesFromSchemas) {
  for (const char* name : {"apply", "status", "history", "verify", "rehearse"}) {
    Database db = OpenHost();
    Query(db, std::string("CREATE VIEW v AS SELECT * FROM fastmigrate_") + name);
    EXPECT_EQ(Query(db, "SELECT * FROM v"),
              std::string("error 1: unsafe use of virtual table \"fastmigrate_") + name + "\"");
  }
}

TEST(Surface, LetsTheVersionsStandInAView) {
  Database db = OpenHost();
  EXPECT_EQ(Query(db,
                  "CREATE VIEW v AS SELECT fastmigrate_version() AS a, "
                  "fastmigrate_extension_version() AS b; SELECT * FROM v"),
            "NULL|0.1.0");
}

// SQLite runs SQLITE_DIRECTONLY functions in a CHECK.
TEST(Surface, DoesNothingForAConstraintOfAHostileDatabase) {
  Project project;
  const std::string path = project.folder().Path("copy.db");
  const std::string dir = project.folder().path();
  for (const std::string& call : {"fastmigrate_new(" + QuoteText(dir) + ", 'copy')",
                                  "fastmigrate_backup(" + QuoteText(path) + ")"}) {
    Query(OpenDatabase(project.file()),
          "DROP TABLE IF EXISTS bait; CREATE TABLE bait (x CHECK (" + call + " IS NOT NULL))");
    EXPECT_TRUE(StartsWith(Query(project.Open(), "INSERT INTO bait VALUES (1)"), "error 1:"));
    EXPECT_TRUE(
        StartsWith(Query(project.Open(), "BEGIN; INSERT INTO bait VALUES (1)"), "error 1:"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(project.folder().Path("0001-copy.sql")));
}

TEST(Surface, WritesNothingIntoTheDatabase) {
  Project project;
  Database db = project.Open();
  EXPECT_EQ(Query(db, "SELECT count(*) FROM main.sqlite_schema"), "0");
  EXPECT_EQ(std::filesystem::file_size(project.file()), 0u);
}

// --- what each of the simple ones gives

// Another connection's lock, which goes when `db` has tried three times.
class LockOfAnother {
 public:
  LockOfAnother(const Database& db, const Project& project)
      : other_(project.Open()), hook_(db, [this] { Try(); }) {
    EXPECT_EQ(Query(other_, "BEGIN EXCLUSIVE"), "");
  }

  int tries() const { return tries_; }

 private:
  void Try() {
    if (++tries_ == 3) {
      EXPECT_EQ(Query(other_, "COMMIT"), "");
    }
  }

  Database other_;
  int tries_ = 0;
  BusyHook hook_;
};

// Whatever the host's busy timeout says.
TEST(Surface, WaitsForALockOfAnotherConnection) {
  for (const char* call :
       {"fastmigrate_version()", "fastmigrate_schema()", "fastmigrate_find_version(DIR)",
        "fastmigrate_rehearse(DIR)", "fastmigrate_accept(1, DIR)", "fastmigrate_apply(DIR)",
        "fastmigrate_new(DIR, 'more')", "fastmigrate_backup()",
        "fastmigrate_recreate_table('t', 'a, b')"}) {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE t (a);");
    Database db = project.Open();
    ASSERT_EQ(Apply(db, project), "1");
    project.Script("0001-a.sql", "CREATE TABLE t (a);;");
    project.Script("0002-b.sql", "CREATE TABLE u (a);");
    const LockOfAnother lock(db, project);
    std::string sql = std::string("SELECT ") + call;
    if (size_t at = sql.find("DIR"); at != std::string::npos) {
      sql.replace(at, 3, QuoteText(project.dir()));
    }
    const std::string result = Query(db, sql);
    EXPECT_GE(lock.tries(), 3) << call;
    EXPECT_FALSE(StartsWith(result, "error")) << call << ": " << result;
  }
}

TEST(Version, OfMainAndOfAttachedDatabases) {
  Database db = OpenHost();
  EXPECT_EQ(Version(db), "NULL");
  Query(
      db,
      "ATTACH ':memory:' AS \"a b\"; CREATE TABLE \"a b\"._meta (id INTEGER PRIMARY KEY, version);"
      "INSERT INTO \"a b\"._meta VALUES (1, 7); SELECT fastmigrate_create()");
  EXPECT_EQ(Query(db,
                  "SELECT fastmigrate_version(), fastmigrate_version('main'), "
                  "fastmigrate_version('a b')"),
            "0|0|7");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_version('nope')"), "error 1: unknown database nope");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_version(NULL)"),
            "error 1: argument schema must be a text, not NULL");
}

TEST(ExtensionVersion, IsThatOfTheProject) {
  EXPECT_EQ(Query(OpenHost(), "SELECT fastmigrate_extension_version()"), "0.1.0");
}

TEST(Create, MakesAnEmptyDatabaseManaged) {
  Project project;
  Database db = project.Open();
  EXPECT_EQ(Query(db, "SELECT fastmigrate_create(); SELECT * FROM _meta"), "0\n1|0");
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Create, GivesTheVersionOfAManagedDatabase) {
  Database db = OpenHost();
  Query(db, "SELECT fastmigrate_enroll(7)");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_create()"), "7");
}

TEST(Create, RefusesContentWithoutAVersion) {
  Database db = OpenHost();
  Query(db, "CREATE TABLE t (a)");
  EXPECT_EQ(
      Query(db, "SELECT fastmigrate_create()"),
      "error 1: the database has content but no version; if it is in the state that the scripts "
      "up to version N produce, run SELECT fastmigrate_enroll(N)");
  EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema"), "1");
}

TEST(Create, CanBeRolledBack) {
  Database db = OpenHost();
  EXPECT_EQ(Query(db, "BEGIN; SELECT fastmigrate_create(); ROLLBACK; SELECT fastmigrate_version()"),
            "0\nNULL");
}

TEST(Create, WaitsForAnotherConnectionThatCommits) {
  Project project;
  Database db = project.Open();
  const LockOfAnother lock(db, project);
  EXPECT_EQ(Query(db, "SELECT fastmigrate_create()"), "0");
}

TEST(Enroll, MarksTheDatabaseAsBeingAtAVersion) {
  Database db = OpenHost();
  Query(db, "CREATE TABLE t (a)");
  EXPECT_EQ(Query(db,
                  "SELECT fastmigrate_enroll(7); SELECT fastmigrate_version(); SELECT version, "
                  "name, kind, origin, checksum, duration_ms, statements, extension_version FROM "
                  "fastmigrate_history()"),
            "7\n7\n7|NULL|NULL|enrolled|NULL|NULL|NULL|0.1.0");
}

TEST(Enroll, RefusesAManagedDatabase) {
  Database db = OpenHost();
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll(7); SELECT fastmigrate_enroll(8)"),
            "7\nerror 1: the database is managed already, at version 7; it cannot be enrolled "
            "again (SELECT fastmigrate_unenroll() takes an enrolment back, as long as no script "
            "was applied behind it)");
  EXPECT_TRUE(db.InAutocommit());
}

// What stays behind when _meta alone was dropped is of another life of the database.
TEST(Enroll, ForgetsWhatWasRecordedBefore) {
  Project project;
  Database db = project.Open();
  project.Script("0001-a.sql", "CREATE TABLE a (x);");
  project.Script("0003-c.sql", "CREATE TABLE c (x);");
  EXPECT_EQ(Apply(db, project), "3");
  Query(db, "DROP TABLE _meta");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll(5)"), "5");
  EXPECT_EQ(Query(db, "SELECT version, origin FROM fastmigrate_history()"), "5|enrolled");
}

TEST(Enroll, RefusesWhatIsNoVersion) {
  Database db = OpenHost();
  EXPECT_EQ(Query(db, "SELECT fastmigrate_enroll('x')"),
            "error 1: argument version must be a whole number from 0 to 9999, not 'x'");
  EXPECT_EQ(Version(db), "NULL");
}

TEST(Enroll, KeepsTheCallersRowid) {
  Database db = OpenHost();
  Query(db, "CREATE TABLE t (a); INSERT INTO t (rowid) VALUES (77); SELECT fastmigrate_enroll(1)");
  EXPECT_EQ(Query(db, "SELECT last_insert_rowid()"), "77");
}

TEST(New, MakesTheNextScript) {
  TempFolder temp;
  Database db = OpenHost();
  const std::string dir = QuoteText(temp.path());
  EXPECT_EQ(Query(db, "SELECT fastmigrate_new(" + dir + ", 'Add users')"),
            temp.Path("0001-add-users.sql"));
  EXPECT_EQ(Query(db, "SELECT fastmigrate_new(" + dir + ", 'more')"), temp.Path("0002-more.sql"));
  EXPECT_EQ(temp.Read("0002-more.sql"),
            "-- fastmigrate: unfinished; write the SQL, and delete this line\n");
  EXPECT_EQ(Query(db, "SELECT fastmigrate_new(" + dir + ", 5)"),
            "error 1: argument description must be a text, not 5");
}

TEST(Status, ListsScriptsAndRecords) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  project.Script("0003-c.sh", "");
  project.Script("004-typo.sql", "");
  Database db = project.Open();
  Query(db, "SELECT " + CallApply(project, "1"));
  EXPECT_EQ(Query(db,
                  "SELECT version, name, state, kind, origin, applied_at IS NULL, detail FROM "
                  "fastmigrate_status(" +
                      QuoteText(project.dir()) + ")"),
            "1|0001-a.sql|applied|sql|applied|0|NULL\n"
            "3|0003-c.sh|pending|sh|NULL|1|NULL\n"
            "NULL|004-typo.sql|ignored|NULL|NULL|1|the number has 3 digits, not 4");
}

TEST(Status, WritesNothing) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE t (a);");
  Database db = project.Open();
  EXPECT_EQ(Query(db, "SELECT state FROM fastmigrate_status(" + QuoteText(project.dir()) + ")"),
            "pending");
  EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema"), "0");
}

}  // namespace
}  // namespace fastmigrate
