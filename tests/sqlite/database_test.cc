#include "sqlite/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

constexpr int kReadWrite = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

TEST(Statement, GivesTheCellsOfARow) {
  Database db = OpenDatabase();
  Result<Statement> row = db.Prepare("SELECT 1, 2.5, 'a' || char(0) || 'b', NULL, x''");
  ASSERT_TRUE(row);
  ASSERT_TRUE(*row->Step());
  EXPECT_EQ(row->Integer(0), 1);
  EXPECT_EQ(row->Real(1), 2.5);
  EXPECT_EQ(row->Text(2), std::string("a\0b", 3));
  EXPECT_TRUE(row->IsNull(3));
  EXPECT_EQ(row->Text(3), "");
  EXPECT_EQ(row->Type(4), SQLITE_BLOB);
  EXPECT_FALSE(*row->Step());
}

// SQLite makes NULL of it.
TEST(Statement, EndsWithoutMemoryWhereANumberIsMadeAText) {
  Database db = OpenDatabase();
  Result<Statement> row = db.Prepare("SELECT 1234567, NULL");
  ASSERT_TRUE(*row->Step());
  NoMemory none(db);
  if (!none.ok()) GTEST_SKIP() << "SQLite has memory set aside";
  EXPECT_EQ(row->View(1), "");
  EXPECT_THROW(row->View(0), std::bad_alloc);
}

TEST(Statement, TakesParameters) {
  Database db = OpenDatabase();
  Result<Statement> row = db.Prepare("SELECT quote(?1), quote(?2), quote(?3), quote(?4), ?5");
  row->Bind(1, int64_t{1} << 40);
  row->Bind(2, 0.5);
  row->Bind(3, std::string_view("it's"));
  row->Bind(4, std::string_view());
  row->BindNull(5);
  ASSERT_TRUE(*row->Step());
  EXPECT_EQ(row->Text(0), "1099511627776");
  EXPECT_EQ(row->Text(1), "0.5");
  EXPECT_EQ(row->Text(2), "'it''s'");
  EXPECT_EQ(row->Text(3), "''");
  EXPECT_TRUE(row->IsNull(4));
}

TEST(Statement, OfNoSqlIsDoneAtOnce) {
  Database db = OpenDatabase();
  Result<Statement> statement = db.Prepare("-- nothing");
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->handle(), nullptr);
  EXPECT_FALSE(*statement->Step());
  EXPECT_TRUE(statement->Run());
}

TEST(Statement, RunsAgain) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE t (a)"));
  Result<Statement> insert = db.Prepare("INSERT INTO t VALUES (?1)");
  for (int64_t i = 0; i < 3; ++i) {
    insert->Bind(1, i);
    ASSERT_TRUE(insert->Run());
  }
  EXPECT_EQ(Query(db, "SELECT sum(a) FROM t"), "3");
}

TEST(Statement, FailsWithTheExtendedCode) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)"));
  Status status = db.Prepare("INSERT INTO t VALUES (1)")->Run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_CONSTRAINT_UNIQUE);
  EXPECT_EQ(status.error().message, "UNIQUE constraint failed: t.a");
}

TEST(Database, LeavesABorrowedConnectionOpen) {
  Database owner = OpenDatabase();
  { Database borrowed = Database::Borrow(owner.handle()); }
  EXPECT_EQ(Query(owner, "SELECT 1"), "1");
}

TEST(Database, SaysWhyItCannotBeOpened) {
  TempFolder temp;
  Result<Database> db = Database::Open(temp.Path("no/data.db"), kReadWrite);
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code & 0xFF, SQLITE_CANTOPEN);
  EXPECT_EQ(db.error().message, "unable to open database file");
}

TEST(Database, ExecutesAllStatementsUpToTheOneThatFails) {
  Database db = OpenDatabase();
  Status status = db.Execute("CREATE TABLE a (x); SELECT 1; CREATE TABLE b (; CREATE TABLE c (x)");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, SQLITE_ERROR);
  EXPECT_EQ(status.error().message, "near \";\": syntax error");
  EXPECT_EQ(TableNames(db), "a");
}

TEST(Database, QueriesOneValue) {
  Database db = OpenDatabase();
  EXPECT_EQ(*db.QueryInteger("SELECT 7 UNION ALL SELECT 8"), 7);
  EXPECT_EQ(*db.QueryInteger("SELECT NULL"), std::nullopt);
  EXPECT_EQ(*db.QueryInteger("SELECT 1 WHERE 0"), std::nullopt);
  EXPECT_EQ(*db.QueryText("SELECT 'a'"), "a");
  EXPECT_EQ(*db.QueryText("SELECT ''"), "");
  EXPECT_EQ(*db.QueryText("SELECT NULL"), std::nullopt);
  EXPECT_EQ(db.QueryText("SELECT nope").error().message, "no such column: nope");
}

TEST(Database, KnowsWhetherATransactionIsOpen) {
  Database db = OpenDatabase();
  EXPECT_TRUE(db.InAutocommit());
  ASSERT_TRUE(db.Execute("SAVEPOINT a"));
  EXPECT_FALSE(db.InAutocommit());
  ASSERT_TRUE(db.Execute("RELEASE a"));
  EXPECT_TRUE(db.InAutocommit());
}

TEST(Database, CountsChangesOfTriggersToo) {
  Database db = OpenDatabase();
  ASSERT_TRUE(
      db.Execute("CREATE TABLE a (x); CREATE TABLE b (x);"
                 "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (1); END"));
  int64_t before = db.TotalChanges();
  ASSERT_TRUE(db.Execute("INSERT INTO a VALUES (1), (2)"));
  EXPECT_EQ(db.TotalChanges() - before, 4);
}

TEST(Database, IsNotInterruptedWhenNobodyHasInterrupted) {
  Database db = OpenDatabase();
  EXPECT_FALSE(db.IsInterrupted());
}

TEST(Database, IsInterruptedWhileTheInterruptedStatementRuns) {
  Database db = OpenDatabase();
  bool seen = false;
  std::function<void()> action = [&] {
    sqlite3_interrupt(db.handle());
    seen = db.IsInterrupted();
  };
  DefineAction(db, "interrupt", &action);
  Query(db, "SELECT interrupt()");
  EXPECT_TRUE(seen);
  EXPECT_FALSE(db.IsInterrupted());
}

TEST(Database, KnowsThePathOfItsFile) {
  TempFolder temp;
  const std::string path = std::filesystem::path(temp.Path("a.db")).make_preferred().string();
  EXPECT_EQ(OpenDatabase(path).MainPath(), path);
  EXPECT_EQ(OpenDatabase("file:" + path + "?cache=private").MainPath(), path);
  EXPECT_EQ(OpenDatabase(":memory:").MainPath(), "");
  EXPECT_EQ(OpenDatabase("file:a?mode=memory&cache=shared").MainPath(), "");
  EXPECT_EQ(OpenDatabase("").MainPath(), "");
}

// A database in a byte array (Python's Connection.deserialize) has a name, "x", but no file.
TEST(Database, HasNoPathWhenItIsDeserialized) {
  Database db = OpenDatabase();
  ASSERT_TRUE(db.Execute("CREATE TABLE t (a)"));
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(db.handle(), "main", &size, 0);
  ASSERT_NE(bytes, nullptr);
  ASSERT_EQ(sqlite3_deserialize(db.handle(), "main", bytes, size, size,
                                SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
            SQLITE_OK);
  EXPECT_EQ(db.MainPath(), "");
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_FALSE(beside) << "a second connection would see another, empty database";
  EXPECT_EQ(beside.error().message, "the database has no file");
}

TEST(Database, HasNoPathInTheMemoryVfs) {
  Database db = OpenDatabase("file:name?vfs=memdb");
  EXPECT_EQ(db.MainPath(), "");
  EXPECT_FALSE(Database::OpenBeside(db));
}

TEST(OpenBeside, ReachesTheSameFileWhateverItsName) {
  const std::vector<std::string> names = {
      "plain.db", "with space.db",  "quote'\"`.db", "a?b=c&d#e.db", "100%25.db",
      "größe.db", "back\\slash.db", "file:x.db",    "+~@[];,.db",   "\xFF\xFE.db"};
  for (const std::string& name : names) {
    TempFolder temp;
    Database db = OpenDatabase(temp.Path(name), kReadWrite);  // a plain path, not a URI
    ASSERT_EQ(Query(db, "CREATE TABLE t (a); INSERT INTO t VALUES ('here')"), "") << name;
    Result<Database> beside = Database::OpenBeside(db);
    ASSERT_TRUE(beside) << name << ": " << beside.error().message;
    EXPECT_EQ(Query(*beside, "SELECT a FROM t"), "here") << name;
    EXPECT_EQ(beside->MainPath(), db.MainPath()) << name;
    EXPECT_EQ(Query(*beside, "INSERT INTO t VALUES ('there')"), "") << name;
    EXPECT_EQ(Query(db, "SELECT a FROM t"), "here\nthere") << name;
  }
}

TEST(OpenBeside, KeepsUriParameters) {
  TempFolder temp;
  Database db = OpenDatabase("file:" + temp.Path("a.db") +
                             "?psow=0&my%20key=a%26b%3Dc%20%C3%BC&nolock=1&empty=");
  ASSERT_EQ(Query(db, "CREATE TABLE t (a)"), "");
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_TRUE(beside);
  const char* name = sqlite3_db_filename(beside->handle(), "main");
  EXPECT_STREQ(sqlite3_uri_parameter(name, "psow"), "0");
  EXPECT_STREQ(sqlite3_uri_parameter(name, "my key"), "a&b=c ü");
  EXPECT_STREQ(sqlite3_uri_parameter(name, "nolock"), "1");
  EXPECT_STREQ(sqlite3_uri_parameter(name, "empty"), "");
}

TEST(OpenBeside, KeepsTheVfs) {
  TempFolder temp;
  Database db = OpenDatabase("file:" + temp.Path("a.db") + "?vfs=unix-dotfile");
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_TRUE(beside);
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(beside->handle(), "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  ASSERT_NE(vfs, nullptr);
  EXPECT_STREQ(vfs->zName, "unix-dotfile");
}

TEST(OpenBeside, SharesNoCache) {
  TempFolder temp;
  Database db = OpenDatabase("file:" + temp.Path("a.db") + "?cache=shared");
  ASSERT_EQ(Query(db, "CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)"), "");
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_TRUE(beside);
  // With a shared cache this would be "database table is locked".
  EXPECT_EQ(Query(*beside, "SELECT count(*) FROM t"), "0");
}

TEST(OpenBeside, IsReadOnlyBesideAReadOnlyConnection) {
  TempFolder temp;
  ASSERT_EQ(Query(OpenDatabase(temp.Path("a.db")), "CREATE TABLE t (a)"), "");
  Database db = OpenDatabase(temp.Path("a.db"), SQLITE_OPEN_READONLY);
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_TRUE(beside);
  EXPECT_EQ(Query(*beside, "DELETE FROM t"), "error 8: attempt to write a readonly database");
}

// mode=rwc falls back to reading where the file cannot be written; immutable=1 does the same to
// root, as whom tests may run.
TEST(OpenBeside, IsReadOnlyBesideAConnectionThatAskedForMore) {
  TempFolder temp;
  ASSERT_EQ(Query(OpenDatabase(temp.Path("a.db")), "CREATE TABLE t (a)"), "");
  Database db = OpenDatabase("file:" + temp.Path("a.db") + "?mode=rwc&immutable=1");
  ASSERT_EQ(Query(db, "SELECT count(*) FROM t"), "0");
  ASSERT_TRUE(db.IsReadOnly());
  Result<Database> beside = Database::OpenBeside(db);
  ASSERT_TRUE(beside) << beside.error().message;
  EXPECT_EQ(Query(*beside, "SELECT count(*) FROM t"), "0");
}

TEST(OpenBeside, DoesNotMakeAFileThatIsGone) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  ASSERT_EQ(Query(db, "CREATE TABLE t (a)"), "");
  std::filesystem::remove(temp.Path("a.db"));
  Result<Database> beside = Database::OpenBeside(db);
  EXPECT_FALSE(beside);
  EXPECT_FALSE(std::filesystem::exists(temp.Path("a.db")));
}

TEST(OpenBeside, NeedsAFile) {
  for (const char* uri : {":memory:", "", "file::memory:?cache=shared"}) {
    Database db = OpenDatabase(uri);
    Result<Database> beside = Database::OpenBeside(db);
    ASSERT_FALSE(beside) << uri;
    EXPECT_EQ(beside.error().message, "the database has no file");
  }
}

TEST(Quoting, SurvivesAnyName) {
  Database db = OpenDatabase();
  for (const std::string name : {"a", "a b", "a\"b", "a'b", "\"", "select", "größe", "a;--"}) {
    EXPECT_EQ(Query(db, "SELECT " + QuoteText(name)), name);
    ASSERT_EQ(Query(db, "CREATE TABLE " + QuoteName(name) + " (x)"), "") << name;
    EXPECT_EQ(Query(db, "SELECT count(*) FROM sqlite_schema WHERE name = " + QuoteText(name)), "1");
  }
}

}  // namespace
}  // namespace fastmigrate
