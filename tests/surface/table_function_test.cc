#include "surface/table_function.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

int calls = 0;

// One row an argument that was given: its index and its type.
Result<std::vector<Row>> Given(const Database&, const Arguments& arguments) {
  ++calls;
  std::vector<Row> rows;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments.Has(i)) continue;
    Result<std::string> text = arguments.Text(i, "x");
    rows.push_back({static_cast<int64_t>(i), text ? *text : std::string("not a text")});
  }
  return rows;
}
Result<std::vector<Row>> Numbers(const Database&, const Arguments&) {
  ++calls;
  return std::vector<Row>{
      {int64_t{1}, 0.5}, {int64_t{2}, std::string("two")}, {int64_t{3}, Cell()}};
}
// One row: how many tables main has.
Result<std::vector<Row>> CountTables(const Database& db, const Arguments&) {
  ++calls;
  Result<std::optional<int64_t>> count = db.QueryInteger("SELECT count(*) FROM main.sqlite_schema");
  if (!count) return count.error();
  return std::vector<Row>{{**count}, {int64_t{-1}}};
}
// The argument, and how many tables main has.
Result<std::vector<Row>> TellAndCount(const Database& db, const Arguments& arguments) {
  Result<std::vector<Row>> tables = CountTables(db, arguments);
  if (!tables) return tables;
  return std::vector<Row>{{*arguments.Text(0, "a")}, {(*tables)[0][0]}};
}
// Makes one table in its first call, and two rows.
Result<std::vector<Row>> MakeTable(const Database& db, const Arguments&) {
  if (++calls > 1) return std::vector<Row>();
  if (Status status = db.Execute("CREATE TABLE main.made (a)"); !status) return status.error();
  return std::vector<Row>{{std::string("made")}, {std::string("too")}};
}
// The same, and its second call fails; with no rows where no table is wanted.
bool makes = true;
Result<std::vector<Row>> MakeTableAndFail(const Database& db, const Arguments& arguments) {
  if (calls > 0) return Error{SQLITE_FULL, "the second call fails"};
  if (makes) return MakeTable(db, arguments);
  Result<std::vector<Row>> tables = CountTables(db, arguments);
  return tables ? std::vector<Row>() : tables;
}
Result<std::vector<Row>> Fail(const Database&, const Arguments&) {
  return Error{SQLITE_CONSTRAINT_FOREIGNKEY, "because of \"%s\""};
}
Result<std::vector<Row>> ThrowNoMemory(const Database&, const Arguments&) {
  throw std::bad_alloc();
}
Result<std::vector<Row>> ThrowOther(const Database&, const Arguments&) {
  throw std::runtime_error("thrown");
}

constexpr CallRules kReads{.access = Access::kAnywhere};
constexpr CallRules kWrites{.access = Access::kChanges};

constexpr TableFunction kGiven = {"given", "i, text", "a, b", kReads, nullptr, Given};
constexpr TableFunction kNumbers = {"numbers", "n, other", "", kReads, nullptr, Numbers};
constexpr TableFunction kChanges = {"changes_it", "n, other", "", kWrites, nullptr, Numbers};
constexpr TableFunction kInTemp = {"in_temp", "n, other", "a", kWrites, "things made", Numbers};
constexpr TableFunction kReader = {"reader", "tables", "a", kReads, nullptr, CountTables};
constexpr TableFunction kTeller = {"teller", "text", "a", kReads, nullptr, TellAndCount};
constexpr TableFunction kWriter = {"writer", "name", "", kWrites, "things made", MakeTable};
constexpr TableFunction kWriterThatFails = {"writer", "name",        "",
                                            kWrites,  "things made", MakeTableAndFail};
constexpr TableFunction kFail = {"fail", "n", "", kReads, nullptr, Fail};
constexpr TableFunction kNoMemory = {"no_memory", "n", "", kReads, nullptr, ThrowNoMemory};
constexpr TableFunction kThrow = {"throw_it", "n", "", kReads, nullptr, ThrowOther};

Database OpenWith(const TableFunction& function) {
  calls = 0;
  Database db = OpenDatabase();
  EXPECT_EQ(RegisterTableFunction(db.handle(), function), SQLITE_OK);
  if (function.done != nullptr) {
    EXPECT_EQ(CreateTableFunctionInTemp(db.handle(), function), SQLITE_OK);
  }
  return db;
}

TEST(TableFunction, GivesItsRows) {
  Database db = OpenWith(kNumbers);
  EXPECT_EQ(Query(db, "SELECT rowid, * FROM numbers"), "1|1|0.5\n2|2|two\n3|3|NULL");
  EXPECT_EQ(Query(db, "SELECT n FROM numbers() WHERE other = 'two'"), "2");
  EXPECT_EQ(Query(db, "SELECT count(*) FROM numbers ORDER BY n DESC"), "3");
}

TEST(TableFunction, TakesItsArgumentsInBothWays) {
  Database db = OpenWith(kGiven);
  EXPECT_EQ(Query(db, "SELECT * FROM given"), "");
  EXPECT_EQ(Query(db, "SELECT * FROM given('x')"), "0|x");
  EXPECT_EQ(Query(db, "SELECT * FROM given('x', 'y')"), "0|x\n1|y");
  EXPECT_EQ(Query(db, "SELECT * FROM given WHERE b = 'y'"), "1|y");
  EXPECT_EQ(Query(db, "SELECT * FROM given WHERE b = 'y' AND 'x' = a"), "0|x\n1|y");
  EXPECT_EQ(Query(db, "SELECT * FROM given('x', 'y', 'z')"),
            "error 1: too many arguments on given() - max 2");
}

TEST(TableFunction, NullIsAnArgument) {
  Database db = OpenWith(kGiven);
  EXPECT_EQ(Query(db, "SELECT * FROM given(NULL, 'y')"), "0|not a text\n1|y");
}

TEST(TableFunction, TakesArgumentsFromAnotherTable) {
  Database db = OpenWith(kGiven);
  EXPECT_EQ(Query(db, "SELECT text FROM (VALUES ('x'), ('y')) v JOIN given(v.column1)"), "x\ny");
  EXPECT_EQ(Query(db, "SELECT text FROM given g JOIN (SELECT 'x' AS k) v ON g.a = v.k"), "x");
  EXPECT_EQ(Query(db, "SELECT text FROM given WHERE a IN ('x', 'y')"), "x\ny");
}

// SQLite would run it with the default, and filter the rows behind it.
TEST(TableFunction, RefusesAnArgumentThatSqliteDoesNotHandOver) {
  for (const char* where :
       {"lower(a) = 'x'", "a = 'x' OR b = 'y'", "a LIKE 'x'", "a > 'x'", "a <> 'x'", "a IS NOT 'x'",
        "a || '' = 'x'", "a = 'x' AND b < 'y'", "a IS NULL", "length(b)"}) {
    Database db = OpenWith(kGiven);
    EXPECT_EQ(Query(db, std::string("SELECT * FROM given WHERE ") + where),
              "error 1: given: a, b are arguments; give them with =")
        << where;
    EXPECT_EQ(calls, 0) << where;
  }
  Database db = OpenWith(kGiven);
  EXPECT_EQ(Query(db, "SELECT a FROM given"),
            "error 1: given: a, b are arguments; give them with =");
  EXPECT_EQ(calls, 0);
}

TEST(TableFunction, RunsOnceASelectAndWholly) {
  Database db = OpenWith(kNumbers);
  EXPECT_EQ(Query(db, "SELECT n FROM numbers LIMIT 1"), "1");
  EXPECT_EQ(calls, 1);
  Query(db, "SELECT * FROM numbers ORDER BY other");
  EXPECT_EQ(calls, 2);
}

TEST(TableFunction, HidesItsArguments) {
  Database db = OpenWith(kGiven);
  EXPECT_EQ(Query(db, "SELECT name, hidden FROM pragma_table_xinfo('given')"),
            "i|0\ntext|0\na|1\nb|1");
}

TEST(TableFunction, FailsWithCodeAndMessage) {
  EXPECT_EQ(Query(OpenWith(kFail), "SELECT * FROM fail"), "error 787: because of \"%s\"");
}

TEST(TableFunction, LetsNoExceptionOut) {
  EXPECT_EQ(Query(OpenWith(kNoMemory), "SELECT * FROM no_memory"), "error 7: out of memory");
  EXPECT_EQ(Query(OpenWith(kThrow), "SELECT * FROM throw_it"), "error 1: thrown");
}

TEST(TableFunction, CannotBeWrittenTo) {
  Database db = OpenWith(kNumbers);
  EXPECT_EQ(Query(db, "INSERT INTO numbers VALUES (4, 4)"),
            "error 1: table numbers may not be modified");
}

TEST(TableFunction, ThatChangesIsForTheApplicationsSqlOnly) {
  Database db = OpenWith(kChanges);
  Query(db, "CREATE VIEW v AS SELECT n FROM changes_it");
  EXPECT_EQ(Query(db, "SELECT * FROM v"), "error 1: unsafe use of virtual table \"changes_it\"");
  EXPECT_EQ(calls, 0);
}

TEST(TableFunction, ThatReadsMayStandInAView) {
  Database db = OpenWith(kNumbers);
  Query(db, "CREATE VIEW v AS SELECT n FROM numbers");
  EXPECT_EQ(Query(db, "SELECT * FROM v"), "1\n2\n3");
}

TEST(TableFunctionInTemp, IsThere) {
  Database db = OpenWith(kInTemp);
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "in_temp");
  EXPECT_EQ(Query(db, "SELECT name FROM main.sqlite_schema"), "");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
}

TEST(TableFunctionInTemp, LocksNothingOfMain) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Query(db, "CREATE TABLE t (a)");
  ASSERT_EQ(RegisterTableFunction(db.handle(), kInTemp), SQLITE_OK);
  ASSERT_EQ(CreateTableFunctionInTemp(db.handle(), kInTemp), SQLITE_OK);
  Result<Statement> rows = db.Prepare("SELECT n FROM in_temp");
  ASSERT_TRUE(*rows->Step());
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
}

TEST(TableFunctionInTemp, IsNoModuleForTablesOfAnotherName) {
  Database db = OpenWith(kInTemp);
  EXPECT_EQ(Query(db, "CREATE VIRTUAL TABLE bait USING in_temp"),
            "error 1: in_temp is a table-valued function, not a module for tables");
}

TEST(TableFunctionInTemp, IsMadeOnceWhenItIsRegisteredTwice) {
  Database db = OpenWith(kInTemp);
  EXPECT_EQ(RegisterTableFunction(db.handle(), kInTemp), SQLITE_OK);
  EXPECT_EQ(CreateTableFunctionInTemp(db.handle(), kInTemp), SQLITE_OK);
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
}

// PRAGMA temp_store drops all temp tables.
TEST(TableFunctionInTemp, IsMadeAgainWhenItIsGone) {
  Database db = OpenWith(kInTemp);
  Query(db, "PRAGMA temp_store = MEMORY");
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "in_temp");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
}

// The statement is compiled again, and finds the same table.
TEST(TableFunctionInTemp, RunsInMainWhenThatIsAskedFor) {
  Database db = OpenWith(kInTemp);
  Query(db, "PRAGMA temp_store = MEMORY");
  for (int call = 1; call <= 2; ++call) {
    EXPECT_EQ(Query(db, "SELECT n FROM main.in_temp"), "1\n2\n3");
    EXPECT_EQ(calls, call);
  }
}

TEST(TableFunctionInTemp, WorksWhereTempCannotBeWritten) {
  Database db = OpenDatabase();
  Query(db, "PRAGMA query_only = ON");
  EXPECT_EQ(RegisterTableFunction(db.handle(), kInTemp), SQLITE_OK);
  EXPECT_EQ(CreateTableFunctionInTemp(db.handle(), kInTemp), SQLITE_OK);
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
}

// A database file can hold a virtual table of the module's name in main; it must not act when it is
// read from a view.
TEST(TableFunctionInTemp, TableOfItsNameInMainCannotBeUsedByASchema) {
  Database db = OpenWith(kInTemp);
  Query(db,
        "CREATE VIRTUAL TABLE main.in_temp USING in_temp; CREATE VIEW v AS SELECT n FROM in_temp");
  EXPECT_EQ(Query(db, "SELECT * FROM v"), "error 1: unsafe use of virtual table \"in_temp\"");
  EXPECT_EQ(calls, 0);
}

// It would go with the transaction, and a ROLLBACK would take it away.
TEST(TableFunctionInTemp, IsNotMadeInTheCallersTransaction) {
  Database db = OpenWith(kInTemp);
  Query(db, "PRAGMA temp_store = MEMORY; BEGIN");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "");
  Query(db, "COMMIT");
  EXPECT_EQ(Query(db, "SELECT n FROM in_temp"), "1\n2\n3");
  EXPECT_EQ(Query(db, "SELECT name FROM temp.sqlite_schema"), "in_temp");
}

// --- a SELECT that is left open behind its first row

// A file with one table, on a connection that has the function.
struct OnFile {
  explicit OnFile(const TableFunction& function, const char* journal = "DELETE")
      : db(OpenDatabase(temp.Path("a.db"))) {
    calls = 0;
    Query(db, std::string("PRAGMA journal_mode = ") + journal + "; CREATE TABLE t (a)");
    EXPECT_EQ(RegisterTableFunction(db.handle(), function), SQLITE_OK);
  }
  // Empty when another connection can write, and needs to wait for nobody.
  std::string WriteBeside() const {
    return Query(OpenDatabase(temp.Path("a.db")),
                 "PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; CREATE TABLE beside (a); "
                 "DROP TABLE beside; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  }

  TempFolder temp;
  Database db;
};

TEST(OpenSelect, LocksNothingOfMain) {
  for (const char* journal : {"DELETE", "WAL"}) {
    for (const TableFunction& function : {kReader, kWriter}) {
      OnFile test(function, journal);
      Result<Statement> rows = test.db.Prepare(std::string("SELECT * FROM ") + function.name);
      ASSERT_TRUE(*rows->Step());
      EXPECT_EQ(rows->Text(0), function.done != nullptr ? "made" : "1") << function.name;
      EXPECT_EQ(sqlite3_txn_state(test.db.handle(), "main"), SQLITE_TXN_NONE) << function.name;
      EXPECT_EQ(test.WriteBeside(), std::string(journal) == "WAL" ? "0\n0|0|0" : "0\n0|-1|-1");
      ASSERT_TRUE(*rows->Step());
      EXPECT_EQ(rows->Text(0), function.done != nullptr ? "too" : "-1");
      EXPECT_FALSE(*rows->Step());
    }
  }
}

// Main is read once, whatever becomes of the statement; what changes it looks once more.
TEST(OpenSelect, CallsTheFunctionAsOftenAsIsNeeded) {
  OnFile reads(kReader);
  Result<Statement> rows = reads.db.Prepare("SELECT * FROM reader");
  for (int call = 1; call <= 3; ++call) {
    ASSERT_TRUE(*rows->Step());
    EXPECT_EQ(calls, call);
    rows->Reset();
  }
  OnFile writes(kWriter);
  EXPECT_EQ(Query(writes.db, "SELECT * FROM writer"), "made\ntoo");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(Query(writes.db, "SELECT * FROM writer"), "");
}

TEST(OpenSelect, SaysWhatWasDoneBeforeASecondLookFailed) {
  OnFile test(kWriterThatFails);
  EXPECT_EQ(Query(test.db, "SELECT * FROM writer"),
            "error 13: the second call fails\nthings made by this call before that: 2");
  EXPECT_EQ(Query(test.db, "SELECT * FROM writer"), "error 13: the second call fails");
  OnFile makes_none(kWriterThatFails);
  makes = false;
  EXPECT_EQ(Query(makes_none.db, "SELECT * FROM writer"), "error 13: the second call fails");
  makes = true;
}

// Each run has rows of its own.
TEST(OpenSelect, SeesWhatHasChangedBetweenItsRuns) {
  OnFile test(kReader);
  Result<Statement> rows = test.db.Prepare("SELECT * FROM reader");
  for (int tables = 1; tables <= 3; ++tables) {
    ASSERT_TRUE(*rows->Step());
    EXPECT_EQ(rows->Integer(0), tables);
    rows->Reset();
    Query(test.db, "CREATE TABLE more" + std::to_string(tables) + " (a)");
  }
}

TEST(OpenSelect, WithQueriesInItLocksNothingOfMain) {
  for (const char* journal : {"DELETE", "WAL"}) {
    for (const char* sql : {"WITH r AS (SELECT tables FROM reader) SELECT tables FROM r",
                            "SELECT tables FROM (SELECT tables FROM reader ORDER BY tables DESC)",
                            "SELECT EXISTS (SELECT 1 FROM reader) FROM (SELECT 1)",
                            "SELECT (SELECT max(tables) FROM reader)"}) {
      OnFile test(kReader, journal);
      Result<Statement> rows = test.db.Prepare(sql);
      for (int run = 1; run <= 2; ++run) {
        ASSERT_TRUE(*rows->Step()) << sql;
        EXPECT_EQ(rows->Integer(0), 1) << sql;
        EXPECT_EQ(calls, run) << sql;
        EXPECT_EQ(sqlite3_txn_state(test.db.handle(), "main"), SQLITE_TXN_NONE) << sql;
        rows->Reset();
      }
    }
  }
}

// SQLite asks for the rows of each argument, and then it has given rows already.
TEST(OpenSelect, ThatAsksSeveralTimesGivesEachRowOnce) {
  for (const char* sql : {"SELECT text FROM teller WHERE a IN ('x', 'y')",
                          "SELECT text FROM teller WHERE a = 'x' OR a = 'y'"}) {
    OnFile test(kTeller);
    for (int run = 1; run <= 2; ++run) EXPECT_EQ(Query(test.db, sql), "x\n1\ny\n1") << sql;
  }
}

// What has been given already is not given twice.
TEST(OpenSelect, OfMoreThanTheFunctionIsRunOnce) {
  OnFile test(kReader);
  EXPECT_EQ(Query(test.db, "SELECT 7 UNION ALL SELECT tables FROM reader"), "7\n1\n-1");
  EXPECT_EQ(Query(test.db,
                  "SELECT (SELECT max(tables) FROM reader WHERE n > 1) FROM "
                  "(SELECT 1 AS n UNION ALL SELECT 2)"),
            "NULL\n1");
  EXPECT_EQ(Query(test.db, "CREATE TEMP TABLE kept AS SELECT * FROM reader; SELECT * FROM kept"),
            "1\n-1");
}

TEST(OpenSelect, BesideAnotherOneIsRunOnce) {
  OnFile test(kReader);
  Query(test.db, "INSERT INTO t VALUES (1), (2)");
  Result<Statement> other = test.db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(*other->Step());
  EXPECT_EQ(Query(test.db, "SELECT tables FROM reader"), "1\n-1");
  EXPECT_EQ(calls, 1);
}

// The transaction is the host's, and so is its lock.
TEST(OpenSelect, InATransactionIsRunOnce) {
  OnFile test(kReader);
  EXPECT_EQ(Query(test.db, "BEGIN; CREATE TABLE u (a); SELECT tables FROM reader; COMMIT"),
            "2\n-1");
  EXPECT_EQ(calls, 1);
}

TEST(OpenSelect, LocksMainWhereTempCannotBeWritten) {
  OnFile test(kReader);
  Query(test.db, "PRAGMA query_only = ON");
  EXPECT_EQ(Query(test.db, "SELECT tables FROM reader"), "1\n-1");
  EXPECT_EQ(calls, 1);
}

// By sqlite3_prepare() the host has to compile a statement again itself. It is not asked to for
// ever: once to find the function in temp, once for rows that then wait in vain.
TEST(OpenSelect, OfAHostThatCompilesItsStatementsAgainItselfComesToAnEnd) {
  OnFile test(kReader);
  int refused = 0;
  while (true) {
    sqlite3_stmt* prepared = nullptr;
    ASSERT_EQ(
        sqlite3_prepare(test.db.handle(), "SELECT tables FROM reader", -1, &prepared, nullptr),
        SQLITE_OK);
    Statement rows(prepared);
    if (sqlite3_step(prepared) == SQLITE_ROW) {
      EXPECT_EQ(rows.Integer(0), 1);
      break;
    }
    EXPECT_EQ(sqlite3_reset(prepared), SQLITE_SCHEMA);
    ASSERT_LE(++refused, 2);
  }
  EXPECT_EQ(refused, 2);
}

}  // namespace
}  // namespace fastmigrate
