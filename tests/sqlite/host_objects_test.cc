// What only the host's connection has, on the connections of our own: beside its file, for the
// table form, and scratch ones, for replays.

#include "sqlite/host_objects.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// "integer 1, text a" of the arguments.
void List(sqlite3_context* context, int count, sqlite3_value** values) {
  static constexpr const char* kTypes[] = {"", "integer ", "real ", "text ", "blob ", "null "};
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += (i > 0 ? ", " : "") + std::string(kTypes[sqlite3_value_type(values[i])]);
    text.append(reinterpret_cast<const char*>(sqlite3_value_blob(values[i])),
                static_cast<size_t>(sqlite3_value_bytes(values[i])));
  }
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}
void Same(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_value(context, values[0]);
}
void Refuse(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_error(context, "the host says no", -1);
  if (int code = sqlite3_value_int(values[0]); code != 0) sqlite3_result_error_code(context, code);
}
int Backwards(void*, int a_size, const void* a, int b_size, const void* b) {
  return -std::string_view(static_cast<const char*>(a), static_cast<size_t>(a_size))
              .compare({static_cast<const char*>(b), static_cast<size_t>(b_size)});
}

// A project at version 1, and a host with functions and a collation of its own.
class Host {
 public:
  explicit Host(const std::string& first = "CREATE TABLE t (a); CREATE TABLE scrap (a);")
      : db(project.Open()) {
    Define("list", -1, SQLITE_DETERMINISTIC, List);
    Define("same", 1, SQLITE_DETERMINISTIC, Same);
    Define("moody", 1, 0, Same);
    Define("direct", 1, SQLITE_DIRECTONLY, Same);
    Define("refuse", 1, 0, Refuse);
    Define("odd \"name\"", 1, 0, Same);
    EXPECT_EQ(sqlite3_create_collation(db.handle(), "backwards", SQLITE_UTF8, nullptr, Backwards),
              SQLITE_OK);
    EXPECT_EQ(sqlite3_create_function(
                  db.handle(), "total_of", 1, SQLITE_UTF8, nullptr, nullptr,
                  [](sqlite3_context*, int, sqlite3_value**) {},
                  [](sqlite3_context* context) { sqlite3_result_int(context, 1); }),
              SQLITE_OK);
    project.Script("0001-a.sql", first);
    EXPECT_EQ(Apply(db, project), "1");
  }
  // On a connection beside the host's, since it drops a table.
  std::string RunBeside(const std::string& script) const {
    project.Script("0002-b.sql", "DROP TABLE scrap;\n" + script);
    return ApplyTable(db, project);
  }
  std::string Verify() const {
    return Query(db, "SELECT * FROM fastmigrate_verify(" + QuoteText(project.dir()) + ")");
  }

  Project project;
  Database db;

 private:
  void Define(const char* name, int arguments, int flags,
              void (*call)(sqlite3_context*, int, sqlite3_value**)) const {
    EXPECT_EQ(sqlite3_create_function(db.handle(), name, arguments, SQLITE_UTF8 | flags, nullptr,
                                      call, nullptr, nullptr),
              SQLITE_OK);
  }
};

std::string RolledBack(const std::string& error) {
  return error +
         "\ndatabase stays at version 1; 0 of 1 scripts were applied, this one was rolled back";
}

TEST(HostFunctions, GetEveryNumberAndKindOfArguments) {
  Host host;
  EXPECT_EQ(host.RunBeside("INSERT INTO t VALUES (list()), (list(1)), (list(NULL, -2, 1.5, 'x', "
                           "x'6162', 9223372036854775807));"),
            "2");
  EXPECT_EQ(Query(host.db, "SELECT quote(a) FROM t"),
            "''\n'integer 1'\n'null , integer -2, real 1.5, text x, blob ab, integer "
            "9223372036854775807'");
}

TEST(HostFunctions, GiveEveryKindOfValue) {
  Host host;
  EXPECT_EQ(
      host.RunBeside("INSERT INTO t VALUES (same(NULL)), (same(-9223372036854775808)), (same(0.1)),"
                     " (same('it''s')), (same(x'00ff')), (same('')), (\"odd \"\"name\"\"\"(7));"),
      "2");
  EXPECT_EQ(Query(host.db, "SELECT quote(a) FROM t"),
            "NULL\n-9223372036854775808\n0.1\n'it''s'\nX'00FF'\n''\n7");
}

TEST(HostFunctions, FailWithTheHostsMessageAndCode) {
  struct Case {
    const char* call;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"refuse(0)", "error 1: 0002-b.sql:2:1: the host says no"},
      {"refuse(19)", "error 19: 0002-b.sql:2:1: the host says no"},
      {"refuse(5)", "error 5: 0002-b.sql:2:1: the host says no"},
      {"same(1, 2)", "error 1: 0002-b.sql:2:1: wrong number of arguments to function same()"},
  };
  for (const Case& c : cases) {
    Host host;
    const std::string statement = std::string("INSERT INTO t VALUES (") + c.call + ");";
    EXPECT_EQ(host.RunBeside(statement),
              RolledBack(std::string(c.error) + "\n  2 | " + statement + "\n    | ^"));
    EXPECT_EQ(Query(host.db, "SELECT count(*) FROM t"), "0");
  }
}

TEST(HostFunctions, AreFoundByTriggersChecksIndexesAndGeneratedColumns) {
  Host host;
  EXPECT_EQ(
      host.RunBeside(
          "CREATE TABLE u (a CHECK (moody(a) < 10), b AS (list(a)) STORED);\n"
          "CREATE INDEX i ON u (same(a) DESC) WHERE same(a) > 1;\n"
          "CREATE TRIGGER r AFTER INSERT ON u BEGIN INSERT INTO t VALUES (list(new.a)); END;\n"
          "INSERT INTO u VALUES (1), (2), (3);"),
      "2");
  EXPECT_EQ(Query(host.db, "SELECT a, b FROM u; SELECT a FROM t; PRAGMA integrity_check"),
            "1|integer 1\n2|integer 2\n3|integer 3\ninteger 1\ninteger 2\ninteger 3\nok");
}

TEST(HostFunctions, FailInACheckAsOnTheHostsConnection) {
  Host host;
  EXPECT_EQ(host.RunBeside("CREATE TABLE u (a CHECK (moody(a) < 10));\nINSERT INTO u VALUES (10);"),
            RolledBack("error 275: 0002-b.sql:3:1: CHECK constraint failed: moody(a) < 10\n"
                       "  3 | INSERT INTO u VALUES (10);\n"
                       "    | ^"));
}

// What the host keeps from the schema of a database stays kept.
TEST(HostFunctions, HaveTheHostsFlags) {
  struct Case {
    const char* before;
    const char* script;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"", "CREATE VIEW v AS SELECT direct(1);\nSELECT * FROM v;",
       "error 1: 0002-b.sql:3:1: unsafe use of direct()\n  3 | SELECT * FROM v;\n    | ^"},
      {"PRAGMA trusted_schema = OFF", "CREATE VIEW v AS SELECT moody(1);\nSELECT * FROM v;",
       "error 1: 0002-b.sql:3:1: unsafe use of moody()\n  3 | SELECT * FROM v;\n    | ^"},
      {"", "CREATE INDEX i ON t (moody(a));",
       "error 1: 0002-b.sql:2:22: non-deterministic functions prohibited in index expressions\n"
       "  2 | CREATE INDEX i ON t (moody(a));\n    |                      ^"},
  };
  for (const Case& c : cases) {
    // Before, SQLite did not tell the place of such an error.
    if (std::string_view(c.script).starts_with("CREATE INDEX") &&
        sqlite3_libversion_number() < 3038000) {
      continue;
    }
    Host host;
    Query(host.db, c.before);
    EXPECT_EQ(host.RunBeside(c.script), RolledBack(c.error)) << c.script;
  }
}

TEST(HostFunctions, ThatAreAggregatesAreNotFoundBeside) {
  Host host;
  EXPECT_EQ(
      host.RunBeside("SELECT total_of(a) FROM t;"),
      RolledBack("error 1: 0002-b.sql:2:8: no such function: total_of\n"
                 "  2 | SELECT total_of(a) FROM t;\n"
                 "    |        ^\n"
                 "this script runs on a connection of its own here, which has not what only yours "
                 "has; SELECT fastmigrate_apply(...) runs it on yours"));
}

TEST(HostCollations, OrderTheIndexesThatAreBuiltBeside) {
  Host host;
  EXPECT_EQ(host.RunBeside(
                "CREATE TABLE u (a TEXT COLLATE backwards UNIQUE, b);\n"
                "INSERT INTO u VALUES ('a', 1), ('c', 2), ('', 3), ('b', 4), ('\xC3\xA9', 5);\n"
                "CREATE INDEX i ON u (b COLLATE Backwards);\n"
                "INSERT INTO t SELECT group_concat(a, '>') FROM (SELECT a FROM u ORDER BY a);"),
            "2");
  EXPECT_EQ(Query(host.db, "SELECT a FROM t; PRAGMA integrity_check"), "\xC3\xA9>c>b>a>\nok");
  EXPECT_EQ(Query(host.db, "INSERT INTO u VALUES ('b', 6)"),
            "error 2067: UNIQUE constraint failed: u.a");
}

// They would not be missed beside the host's connection.
TEST(HostFunctions, ThatReplaceThoseOfSqliteAreCalled) {
  Host host;
  sqlite3_create_function(host.db.handle(), "upper", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                          Same, nullptr, nullptr);
  host.project.Script("0002-b.sql",
                      "DROP TABLE scrap; INSERT INTO t VALUES (upper('a')), (lower('B'));");
  EXPECT_EQ(ApplyTable(host.db, host.project), "2");
  EXPECT_EQ(Query(host.db, "SELECT group_concat(a) FROM t"), "a,b");
}

TEST(HostCollations, ThatReplaceThoseOfSqliteOrderIndexes) {
  for (const char* name : {"nocase", "BINARY", "rtrim"}) {
    Host host;
    ASSERT_EQ(sqlite3_create_collation(host.db.handle(), name, SQLITE_UTF8, nullptr, Backwards),
              SQLITE_OK);
    host.project.Script("0002-b.sql", std::string("DROP TABLE scrap; CREATE TABLE u (a TEXT "
                                                  "COLLATE ") +
                                          name +
                                          " UNIQUE); "
                                          "INSERT INTO u VALUES ('a'), ('c'), ('b');");
    EXPECT_EQ(ApplyTable(host.db, host.project), "2");
    EXPECT_EQ(Query(host.db, "PRAGMA integrity_check"), "ok") << name;
    EXPECT_EQ(Query(host.db, "SELECT group_concat(a) FROM (SELECT a FROM u ORDER BY a)"), "c,b,a");
  }
}

TEST(HostCollations, ThatNobodyHasAreAnError) {
  Host host;
  EXPECT_EQ(
      host.RunBeside("CREATE TABLE u (a COLLATE nobodys UNIQUE);"),
      RolledBack("error 257: 0002-b.sql:2:27: no such collation sequence: nobodys\n"
                 "  2 | CREATE TABLE u (a COLLATE nobodys UNIQUE);\n"
                 "    |                           ^\n"
                 "this script runs on a connection of its own here, which has not what only yours "
                 "has; SELECT fastmigrate_apply(...) runs it on yours"));
}

TEST(HostCollations, CompareTextWithNulBytesInADatabaseOfUtf16) {
  Project project;
  project.Script("0001-a.sql", "CREATE TABLE scrap (a);");
  Query(OpenDatabase(project.file()),
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE x (a); DROP TABLE x");
  Database db = project.Open();
  sqlite3_create_collation(db.handle(), "backwards", SQLITE_UTF8, nullptr, Backwards);
  ASSERT_EQ(Apply(db, project), "1");
  project.Script("0002-b.sql",
                 "DROP TABLE scrap;\nCREATE TABLE u (a TEXT COLLATE backwards UNIQUE);\n"
                 "INSERT INTO u VALUES ('a' || char(0) || 'b'), ('a' || char(0) || 'c'), ('a'), "
                 "('\xC3\xA9');");
  EXPECT_EQ(ApplyTable(db, project), "2");
  EXPECT_EQ(Query(db,
                  "SELECT hex(CAST(a AS BLOB)) FROM u ORDER BY a; PRAGMA integrity_check; PRAGMA "
                  "encoding"),
            "E900\n610000006300\n610000006200\n6100\nok\nUTF-16le");
}

// --- replays

TEST(HostFunctions, AreFoundByAReplay) {
  Host host(
      "CREATE TABLE t (a COLLATE backwards UNIQUE, b AS (same(a)));\n"
      "INSERT INTO t VALUES (moody('x')), (list(1, 2));\n"
      "CREATE INDEX i ON t (same(a));");
  EXPECT_EQ(host.Verify(), "");
  EXPECT_EQ(
      Query(host.db, "SELECT fastmigrate_find_version(" + QuoteText(host.project.dir()) + ")"),
      "1");
}

TEST(StandIns, ServeAReplayThatDoesNotCallThem) {
  Host host(
      "CREATE TABLE t (a); CREATE VIEW v AS SELECT total_of(a) FROM t;\n"
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = (SELECT total_of(a) FROM "
      "t); END;");
  EXPECT_EQ(host.Verify(), "");
  // In a program that has none of it.
  Database other = host.project.Open();
  EXPECT_EQ(Query(other, "SELECT * FROM fastmigrate_verify(" + QuoteText(host.project.dir()) + ")"),
            "");
}

TEST(StandIns, CalledWithDataEndTheReplay) {
  struct Case {
    const char* script;
    const char* missing;
  };
  const std::vector<Case> cases = {
      {"CREATE TABLE t (a); INSERT INTO t VALUES (1); INSERT INTO t SELECT total_of(a) FROM t;",
       "the function total_of"},
      {"CREATE TABLE t (a); INSERT INTO t VALUES (Same(1));", "the function Same"},
      {"CREATE TABLE t (a COLLATE backwards UNIQUE); INSERT INTO t VALUES ('a'), ('b');",
       "the collation backwards"},
  };
  for (const Case& c : cases) {
    Host host(c.script);
    Database other = host.project.Open();
    EXPECT_EQ(
        Query(other, "SELECT * FROM fastmigrate_verify(" + QuoteText(host.project.dir()) + ")"),
        std::string("error 1: cannot verify: 0001-a.sql needs ") + c.missing +
            ", which only your connection has");
  }
}

}  // namespace
}  // namespace fastmigrate
