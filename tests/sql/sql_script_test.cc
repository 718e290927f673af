#include "sql/sql_script.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

std::string KindName(StatementKind kind) {
  switch (kind) {
    case StatementKind::kPlain:
      return "plain";
    case StatementKind::kBegin:
      return "begin";
    case StatementKind::kCommit:
      return "commit";
    case StatementKind::kRollback:
      return "rollback";
    case StatementKind::kSavepoint:
      return "savepoint";
    case StatementKind::kRelease:
      return "release";
    case StatementKind::kRollbackTo:
      return "rollback to";
    case StatementKind::kPragma:
      return "pragma";
    case StatementKind::kVacuum:
      return "vacuum";
    case StatementKind::kAttach:
      return "attach";
    case StatementKind::kDetach:
      return "detach";
  }
  return "?";
}

SqlScript ReadOrFail(const std::string& text) {
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  EXPECT_TRUE(script) << text << "\n" << script.error().message;
  return script ? *script : SqlScript();
}

std::string ErrorOf(const std::string& text) {
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  return script ? "no error" : script.error().message;
}

// "2 pragma main foreign_keys=ON" for the script's special statements: index, kind, what it names.
std::string Specials(const std::string& text) {
  std::string shown;
  for (const SpecialStatement& statement : ReadOrFail(text).specials) {
    if (!shown.empty()) shown += "; ";
    shown += std::to_string(statement.index) + " " + KindName(statement.kind);
    if (!statement.schema.empty()) shown += " " + statement.schema + ".";
    if (!statement.name.empty()) shown += " " + statement.name;
    if (!statement.value.empty()) shown += "=" + statement.value;
  }
  return shown;
}

TEST(SqlScript, KnowsWhetherSomethingIsDroppedThatAReaderKeeps) {
  for (const char* text : {"DROP TABLE a", "SELECT 1; drop index if exists b",
                           "SELECT fastmigrate_recreate_table('a', 'x')"}) {
    EXPECT_TRUE(ReadOrFail(text).drops) << text;
  }
  for (const char* text :
       {"DROP VIEW a", "DROP TRIGGER a", "EXPLAIN DROP TABLE a", "ALTER TABLE a DROP COLUMN b",
        "-- DROP TABLE a", "SELECT 'DROP TABLE a'"}) {
    EXPECT_FALSE(ReadOrFail(text).drops) << text;
  }
}

TEST(SqlScript, KnowsTheStatementsThatNeedADecision) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SELECT 1", ""},
      {"BEGIN", "0 begin"},
      {"begin immediate transaction;", "0 begin"},
      {"BEGIN EXCLUSIVE; COMMIT TRANSACTION; END; END TRANSACTION",
       "0 begin; 1 commit; 2 commit; 3 commit"},
      {"ROLLBACK; ROLLBACK TRANSACTION; ROLLBACK TRANSACTION a",
       "0 rollback; 1 rollback; 2 rollback"},
      {"SAVEPOINT a; SAVEPOINT \"b c\"; SAVEPOINT 'd'",
       "0 savepoint a; 1 savepoint b c; 2 savepoint d"},
      {"RELEASE a; RELEASE SAVEPOINT [b]; RELEASE savepoint",
       "0 release a; 1 release b; 2 release savepoint"},
      {"ROLLBACK TO a; ROLLBACK TO SAVEPOINT b; ROLLBACK TRANSACTION TO c; ROLLBACK TRANSACTION TO "
       "SAVEPOINT d; ROLLBACK TO savepoint",
       "0 rollback to a; 1 rollback to b; 2 rollback to c; 3 rollback to d; 4 rollback to "
       "savepoint"},
      {"ROLLBACK TRANSACTION name TO a; ROLLBACK TRANSACTION 'n' TO SAVEPOINT a",
       "0 rollback to a; 1 rollback to a"},
      {"PRAGMA foreign_keys = ON", "0 pragma foreign_keys=ON"},
      {"pragma Main.\"Foreign_Keys\"(off)", "0 pragma Main. foreign_keys=off"},
      {"PRAGMA cache_size = -2000; PRAGMA cache_size=+5",
       "0 pragma cache_size=-2000; 1 pragma "
       "cache_size=5"},
      {"PRAGMA journal_mode = 'wal'; PRAGMA journal_mode = \"wal\"",
       "0 pragma journal_mode=wal; 1 pragma journal_mode=wal"},
      {"PRAGMA foreign_keys; PRAGMA main.user_version", ""},
      {"PRAGMA wal_checkpoint; PRAGMA wal_checkpoint(TRUNCATE)",
       "0 pragma wal_checkpoint; 1 pragma wal_checkpoint=TRUNCATE"},
      {"VACUUM; VACUUM main; VACUUM INTO 'a'; VACUUM main INTO 'a'",
       "0 vacuum; 1 vacuum; 2 vacuum into; 3 vacuum into"},
      {"ATTACH 'a.db' AS a; ATTACH DATABASE ':memory:' AS b", "0 attach; 1 attach"},
      {"DETACH a; DETACH DATABASE b; DETACH database; DETACH 'c'",
       "0 detach a; 1 detach b; 2 detach database; 3 detach c"},
      {"ALTER TABLE a DROP COLUMN b", ""},
      {"EXPLAIN BEGIN; EXPLAIN DROP TABLE a; EXPLAIN VACUUM", ""},
      {"SELECT 1; -- BEGIN;\n/* COMMIT; */ 'x';;; BEGIN", "2 begin"},
      {"CREATE TRIGGER a AFTER INSERT ON b BEGIN DELETE FROM c; END; BEGIN; COMMIT",
       "1 begin; 2 commit"},
      {"\"BEGIN\"; 'BEGIN'; BEGINS", ""},
  };
  for (const auto& [text, specials] : cases) EXPECT_EQ(Specials(text), specials) << text;
}

TEST(SqlScript, KnowsWhereASpecialStatementStands) {
  const std::string text = "SELECT 1; /* a */ BEGIN -- b\n ; SELECT 2; COMMIT";
  SqlScript script = ReadOrFail(text);
  ASSERT_EQ(script.specials.size(), 2u);
  EXPECT_EQ(script.specials[0].offset, text.find("BEGIN"));
  EXPECT_EQ(script.specials[0].end, text.find(" SELECT 2"));
  EXPECT_EQ(script.specials[1].offset, text.find("COMMIT"));
  EXPECT_EQ(script.specials[1].end, text.size());
}

TEST(SqlScript, CountsStatements) {
  const std::vector<std::pair<std::string, size_t>> cases = {
      {"", 0},
      {" \r\n ", 0},
      {"-- nothing\n/* at all */", 0},
      {";;;", 0},
      {"SELECT 1", 1},
      {"SELECT 1;", 1},
      {";SELECT 1;; SELECT 2;-- end", 2},
      {"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; SELECT 2; END; SELECT 3", 2},
      {"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; END", 1},
  };
  for (const auto& [text, count] : cases) {
    EXPECT_EQ(ReadOrFail(text).statement_count, count) << text;
  }
}

TEST(SqlScript, SeesWhatMayMakeTempObjects) {
  for (const char* text : {"CREATE TEMP TABLE t (a)", "create temporary view v AS SELECT 1",
                           "CREATE TABLE temp.t (a)", "CREATE TABLE \"Temp\".t (a)"}) {
    EXPECT_TRUE(ReadOrFail(text).makes_temp) << text;
  }
  for (const char* text : {"CREATE TABLE temperature (a)", "-- temp\nSELECT 1", "SELECT 'temps'"}) {
    EXPECT_FALSE(ReadOrFail(text).makes_temp) << text;
  }
}

// SQLite carries out a PRAGMA that it explains.
TEST(SqlScript, SeesAPragmaBehindExplain) {
  for (const char* text :
       {"EXPLAIN PRAGMA main.cache_size = -5", "EXPLAIN QUERY PLAN PRAGMA main.cache_size(-5)"}) {
    SqlScript script = ReadOrFail(text);
    ASSERT_EQ(script.specials.size(), 1u) << text;
    EXPECT_EQ(script.specials[0].kind, StatementKind::kPragma);
    EXPECT_EQ(script.specials[0].schema, "main");
    EXPECT_EQ(script.specials[0].name, "cache_size");
    EXPECT_EQ(script.specials[0].value, "-5");
  }
}

TEST(SqlScript, RemovesAByteOrderMark) {
  SqlScript script = ReadOrFail("\xEF\xBB\xBFSELECT 1;");
  EXPECT_EQ(script.text, "SELECT 1;");
  EXPECT_EQ(script.checksum, ReadOrFail("SELECT 1;").checksum);
}

TEST(SqlScript, HasWhatItHolds) {
  SqlScript script = ReadOrFail("BEGIN; COMMIT");
  EXPECT_TRUE(script.Has(StatementKind::kBegin));
  EXPECT_FALSE(script.Has(StatementKind::kVacuum));
}

TEST(SqlScript, RefusesWhatSqliteWouldNotRunAsItIsMeant) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SELECT 1;\nSELECT 'a;\n",
       "a.sql:2:8: this string has no end (a single quote)\n  2 | SELECT 'a;\n    |        ^"},
      {"SELECT x'00;",
       "a.sql:1:8: this string has no end (a single quote)\n  1 | SELECT x'00;\n    |        ^"},
      {"SELECT \"a;",
       "a.sql:1:8: this quoted name has no end (\")\n  1 | SELECT \"a;\n    |        ^"},
      {"SELECT [a;",
       "a.sql:1:8: this quoted name has no end (])\n  1 | SELECT [a;\n    |        ^"},
      {"SELECT `a;",
       "a.sql:1:8: this quoted name has no end (`)\n  1 | SELECT `a;\n    |        ^"},
      {"SELECT 1; /* a",
       "a.sql:1:11: this comment has no end ('*/')\n  1 | SELECT 1; /* a\n    |           ^"},
      {"SELECT 1; /*",
       "a.sql:1:11: this comment has no end ('*/')\n  1 | SELECT 1; /*\n    |           ^"},
      {"SELECT 1;\n  CREATE TRIGGER a AFTER INSERT ON b BEGIN\nSELECT 1;\nSELECT 2;",
       "a.sql:2:3: this trigger has no END; its last statement ends with ';', then comes END\n"
       "  2 |   CREATE TRIGGER a AFTER INSERT ON b BEGIN\n    |   ^"},
      {"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1 END;",
       "a.sql:1:1: this trigger has no END; its last statement ends with ';', then comes END\n"
       "  1 | CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1 END;\n    | ^"},
      {"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1, 2, 3; END x; SELECT 2;",
       "a.sql:1:1: this trigger has no END; its last statement ends with ';', then comes END\n"
       "  1 | CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1, 2, 3; END x; SELECT 2;\n    | ^"},
      {"SELECT 1;\n.read b.sql\n",
       "a.sql:2:1: a dot-command of the sqlite3 shell; only SQL can stand in a script\n"
       "  2 | .read b.sql\n    | ^"},
      {"SELECT a \\ b;",
       "a.sql:1:10: a character that no SQL statement can hold here\n"
       "  1 | SELECT a \\ b;\n    |          ^"},
      {"SELECT 'gr\xFC\xDF';",
       "a.sql:1:11: this byte is not valid UTF-8; save the file as UTF-8\n"
       "  1 | SELECT 'gr\n    |           ^"},
      {std::string("SELECT 1;\0SELECT 2;", 19),
       "a.sql:1:10: a NUL byte; SQLite would take it for the end of the script\n"
       "  1 | SELECT 1; SELECT 2;\n    |          ^"},
      {std::string("\xFF\xFES\0", 4), "a.sql:1:1: the file is UTF-16; save it as UTF-8"},
      {std::string("\xFE\xFF\0S", 4), "a.sql:1:1: the file is UTF-16; save it as UTF-8"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(ErrorOf(text), message) << text;
}

TEST(SqlScript, FindsAByteThatIsNoTextWhereverItStands) {
  for (size_t at = 0; at < 24; ++at) {
    std::string text(24, ' ');
    text[at] = '\xFF';
    EXPECT_TRUE(ErrorOf(text).starts_with("a.sql:1:" + std::to_string(at + 1) + ": this byte"))
        << at;
  }
}

// The bytes are looked at in pieces of 64 KB, in words, and one by one at the end.
TEST(SqlScript, FindsAByteThatIsNoTextInALongScript) {
  const std::string spaces(3 * 65536 + 17, ' ');
  for (size_t at : {0, 31, 32, 65535, 65536, 65537, 131072, 196607, 196608, 196624}) {
    const std::string place = "a.sql:1:" + std::to_string(at + 1) + ": ";
    std::string text = spaces;
    text[at] = '\0';
    EXPECT_TRUE(ErrorOf(text).starts_with(place + "a NUL byte")) << at;
    text[at] = '\x80';
    EXPECT_TRUE(ErrorOf(text).starts_with(place + "this byte is not valid")) << at;
    // What is said of the tokens of what is no text would mislead.
    text[5] = '\\';
    EXPECT_TRUE(ErrorOf(text).find(": this byte is not valid") != std::string::npos) << at;
  }
  for (size_t at : {26, 31, 65530, 65535, 65536, 196607}) {
    std::string text = spaces;
    text.replace(at, 8, "-- größe");
    EXPECT_EQ(ErrorOf(text), "no error") << at;
  }
}

TEST(SqlScript, HasTheHashOfItsBytes) {
  const std::string spaces(150000, ' ');
  for (size_t size : {0, 1, 17, 240, 241, 1000, 65535, 65536, 65537, 200000}) {
    std::string text;
    while (text.size() < size) text += "SELECT 'a', " + std::to_string(text.size()) + ";\r\n";
    for (const std::string& whole :
         {text, std::string(kByteOrderMark) + text, text + "\n-- é", text + "SELECT 1" + spaces}) {
      Result<SqlScript> script = ReadSqlScript("a.sql", whole);
      ASSERT_TRUE(script) << size;
      EXPECT_EQ(Text(script->text_hash), Text(TextHash(whole, false))) << size;
    }
  }
}

TEST(SqlScript, AcceptsWhatOnlyLooksWrong) {
  const std::vector<std::string> texts = {
      "SELECT ';', \";\", [;], `;`; SELECT 2",
      "SELECT '/*', '--', 'BEGIN'",
      "-- it's\nSELECT 1",
      "/* \" ' [ */ SELECT 1",
      "SELECT .5; SELECT 1 /* end */",
      "SELECT 'größe' -- größe",
      "CREATE TABLE trigger (\"end\" TEXT)",
  };
  for (const std::string& text : texts) EXPECT_EQ(ErrorOf(text), "no error") << text;
}

// --- agreement with SQLite: a statement ends where sqlite3_prepare_v2() says it ends.

constexpr char kTables[] =
    "CREATE TABLE t (a, b); CREATE TABLE log (a); CREATE VIEW v AS SELECT a FROM t;"
    "CREATE TABLE \"x;y\" (\"a;b\"); CREATE TABLE trigger (\"end\");";

struct Ends {
  std::vector<size_t> of_sqlite;
  std::string error;
};

Ends EndsOfSqlite(const Database& db, const std::string& text) {
  Ends ends;
  for (size_t at = 0; at < text.size();) {
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(db.handle(), text.c_str() + at, -1, &prepared, &rest) != SQLITE_OK) {
      ends.error = sqlite3_errmsg(db.handle());
      return ends;
    }
    bool is_statement = prepared != nullptr;
    sqlite3_finalize(prepared);
    at = static_cast<size_t>(rest - text.c_str());
    if (is_statement) ends.of_sqlite.push_back(at);
  }
  return ends;
}

// The marker makes the end of each statement visible: where ours ends, a special one begins.
std::vector<size_t> EndsOfOurs(const std::string& text) {
  SqlScript script = ReadOrFail(text);
  std::vector<size_t> ends;
  for (const SpecialStatement& statement : script.specials) ends.push_back(statement.end);
  return ends;
}

class StatementEnd : public testing::TestWithParam<const char*> {};

TEST_P(StatementEnd, IsThatOfSqlite) {
  Database db = OpenDatabase();
  ASSERT_EQ(Query(db, kTables), "");
  const std::string statement = GetParam();
  if (statement.find("\xEF\xBB\xBF") != std::string::npos &&
      Query(db, "\xEF\xBB\xBFSELECT 1") != "1") {
    GTEST_SKIP() << "this SQLite takes a byte order mark only for a name";
  }
  // Behind the statement a special one whose place we are told.
  const std::string text = statement + " PRAGMA cache_size = 1; VACUUM";
  SqlScript script = ReadOrFail(text);
  Ends ends = EndsOfSqlite(db, text);
  ASSERT_EQ(ends.error, "");
  EXPECT_EQ(script.statement_count, ends.of_sqlite.size());
  ASSERT_GE(script.specials.size(), 2u);
  ASSERT_GE(ends.of_sqlite.size(), 2u);
  EXPECT_EQ(script.specials.back().end, ends.of_sqlite.back());
  const SpecialStatement& marker = script.specials[script.specials.size() - 2];
  EXPECT_EQ(marker.index, ends.of_sqlite.size() - 2);
  EXPECT_EQ(marker.end, ends.of_sqlite[ends.of_sqlite.size() - 2]);
}

INSTANTIATE_TEST_SUITE_P(
    SqlScript, StatementEnd,
    testing::Values(
        "", ";", " ; ;; -- a\n;", "SELECT 1;", "SELECT 1;;;", "SELECT ';';", "SELECT 'it''s;' ;",
        "SELECT \"a;b\" FROM \"x;y\";", "SELECT [a;b] FROM [x;y];", "SELECT `a;b` FROM `x;y`;",
        "SELECT 1 -- a;b\n;", "SELECT 1 /* a;b */ ;", "SELECT 1 /* ' */, 2 /* ' */;",
        "SELECT x'3b' ';';", "SELECT x'00'';';", "SELECT x'';", "SELECT $a::b(c;d);",
        "SELECT ?1, :a, @b, #c IS NULL;", "SELECT 1--1\n;", "SELECT - -1;", "SELECT .5, 5., 1e3;",
        "SELECT 4 /2/ 1;", "INSERT INTO t VALUES (';', ';;');", "BEGIN; COMMIT; BEGIN; END;",
        "SELECT CASE WHEN 1 THEN ';' END;",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END;",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE new.a WHEN 1 THEN CASE 2 WHEN 3 THEN "
        "4 END END; UPDATE t SET a = 1; END;",
        "CREATE TRIGGER r AFTER INSERT ON t WHEN CASE WHEN new.a THEN 1 ELSE 0 END BEGIN INSERT "
        "INTO log VALUES (';'); END ;",
        "CREATE TRIGGER IF NOT EXISTS r AFTER INSERT ON t BEGIN SELECT 1;END;",
        "CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;",
        "create temporary trigger r after insert on t begin select 1; end;",
        "CREATE /* a */ TRIGGER -- b\n r AFTER INSERT ON t BEGIN SELECT 1; /* ; */ END;",
        "CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (1, ';end;'); END;",
        "CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'no; END;'); END;",
        "CREATE TRIGGER r AFTER INSERT ON trigger BEGIN INSERT INTO trigger VALUES (new.\"end\"); "
        "END;",
        "EXPLAIN CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;",
        "EXPLAIN QUERY PLAN CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;",
        "EXPLAIN QUERY PLAN CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;",
        "EXPLAIN SELECT 1; EXPLAIN QUERY PLAN SELECT 2;",
        "CREATE TABLE end_ (\"trigger\" TEXT, [begin] TEXT);", "CREATE TABLE u (trigger TEXT);",
        "CREATE INDEX i ON t (a); CREATE VIEW w AS SELECT ';' AS x;",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT * FROM "
        "c;",
        "PRAGMA main.cache_size = -2000; PRAGMA cache_size(5);",
        "SAVEPOINT \"a;b\"; RELEASE 'a;b';", "ATTACH ':memory:' AS \";\"; ",
        "SELECT 'größe;', \"ü;\" FROM (SELECT 1 AS \"ü;\");", "SELECT 'a\nb;\nc'\r\n;",

        "SELECT 1;\n\xEF\xBB\xBF"
        "SELECT 2;",
        "SELECT 1;\n\xEF\xBB\xBF"
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;",
        // A vertical tab is white space to SQLite when other white space stands in front of it.
        "SELECT \v1\n\v;", "\fSELECT\f1\f;", "REINDEX; ANALYZE; ", "DROP TABLE IF EXISTS nowhere;",
        "ALTER TABLE t RENAME COLUMN a TO \"c;d\";", "INSERT INTO t DEFAULT VALUES;",
        "VALUES (1), (2);", "REPLACE INTO t VALUES (1, 2);"));

TEST(SqlScript, EndsAtTheEndOfTheTextWithoutALastSemicolon) {
  Database db = OpenDatabase();
  ASSERT_EQ(Query(db, kTables), "");
  for (const std::string text :
       {"SELECT 1; SELECT 2", "SELECT 1; SELECT 2 -- a", "SELECT 1; SELECT 2 /* ; */ ",
        "SELECT 1; CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END"}) {
    SqlScript script = ReadOrFail(text);
    Ends ends = EndsOfSqlite(db, text);
    EXPECT_EQ(ends.error, "") << text;
    EXPECT_EQ(script.statement_count, ends.of_sqlite.size()) << text;
  }
}

TEST(SqlScript, GivesTheEndsOfNeighbouringSpecialStatements) {
  EXPECT_EQ(EndsOfOurs("BEGIN;COMMIT ; ;END"), (std::vector<size_t>{6, 14, 19}));
}

}  // namespace
}  // namespace fastmigrate
