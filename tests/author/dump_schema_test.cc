// fastmigrate_schema()'s script: run on an empty database it makes the same schema.

#include "author/dump_schema.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "schema/schema_testing.h"

namespace fastmigrate {
namespace {

std::string ScriptOf(const Database& db, const std::vector<std::string>& tables = {}) {
  Result<std::string> script = DumpSchema(db, ToolRecords::kKept, tables);
  EXPECT_TRUE(script) << script.error().message;
  return script ? *script : "";
}

int64_t Number(const Database& db, const std::string& sql) {
  Result<std::optional<int64_t>> value = db.QueryInteger(sql);
  EXPECT_TRUE(value) << value.error().message;
  return value ? value->value_or(-1) : -1;
}

struct ScriptCase {
  const char* name;
  const char* sql;
};

class SchemaScripts : public testing::TestWithParam<ScriptCase> {};

TEST_P(SchemaScripts, RecreateTheSchema) {
  std::string too_new = TooNew(GetParam().sql);
  if (!too_new.empty()) GTEST_SKIP() << too_new;
  const Database db = MemoryDatabase(GetParam().sql);
  const Schema schema = ReadSchemaOrFail(db);
  EXPECT_FALSE(schema == Schema());
  const std::string script = ScriptOf(db);
  const Database again = MemoryDatabase(script);
  EXPECT_EQ(DifferencesText(schema, ReadSchemaOrFail(again)), "");
  EXPECT_EQ(ScriptOf(again), script);
}

const ScriptCase kScripts[] = {
    {"Autoincrement",
     "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t "
     "VALUES(7)"},
    {"Analyzed", "CREATE TABLE t(a); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1); ANALYZE"},
    {"Fts5",
     "CREATE VIRTUAL TABLE f USING fts5(title, \"the body\", tokenize='porter');"
     "INSERT INTO f VALUES('a', 'b')"},
    {"Fts5ExternalContent",
     "CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT);"
     "CREATE VIRTUAL TABLE f USING fts5(body, content='docs', content_rowid='id');"
     "CREATE TRIGGER r AFTER INSERT ON docs BEGIN INSERT INTO f(rowid, body) VALUES(new.id, "
     "new.body); END; INSERT INTO docs(body) VALUES('x')"},
    {"Fts3And4",
     "CREATE VIRTUAL TABLE f3 USING fts3(a); CREATE VIRTUAL TABLE f4 USING fts4(a, b);"
     "INSERT INTO f3 VALUES('x'); INSERT INTO f4 VALUES('x', 'y')"},
    {"Fts4OverAView",
     "CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t;"
     "CREATE VIRTUAL TABLE f USING fts4(content=\"v\")"},
    {"Rtree",
     "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label TEXT);"
     "CREATE VIRTUAL TABLE r2 USING rtree_i32(id, x0, x1); INSERT INTO r2 VALUES(1,2,3)"},
    {"VirtualTableWithOddName",
     "CREATE VIRTUAL TABLE \"a b\" USING fts5(x);"
     "CREATE VIRTUAL TABLE 'it''s' USING fts4(x)"},
    {"ViewsInAnyOrder",
     "CREATE VIEW b AS SELECT * FROM a; CREATE VIEW c AS SELECT * FROM b;"
     "CREATE VIEW a AS SELECT x FROM t; CREATE TABLE t(x)"},
    {"InsteadOf",
     "CREATE TABLE t(x); CREATE VIEW v AS SELECT x FROM t;"
     "CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES(new.x); END"},
    {"TriggerBeforeItsTables",
     "CREATE TABLE t(x); CREATE TRIGGER r AFTER INSERT ON t BEGIN"
     " INSERT INTO log VALUES(1); END; CREATE TABLE log(x)"},
    {"Generated", "CREATE TABLE t(a, b INT GENERATED ALWAYS AS (a * 2) STORED, c AS (a || 'x'))"},
    {"StrictWithoutRowid", "CREATE TABLE t(a TEXT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID"},
    {"ExpressionAndPartialIndex",
     "CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(lower(a), b DESC) WHERE b IS NOT NULL"},
    {"OddNames",
     "CREATE TABLE \"\"(\"\" INT, ' ' TEXT, [x\"y] INT, `a``b`, \"select\" INT, größe, \"a;b\");"
     "CREATE INDEX \"my index\" ON \"\"(\"x\"\"y\"); CREATE TABLE 'it''s'('1st' int);"
     "CREATE VIEW [order] AS SELECT \"\" FROM \"\";"
     "CREATE TRIGGER \"a.b\" AFTER INSERT ON [it's] BEGIN SELECT 1; END; CREATE TABLE 表(列)"},
    {"Altered",
     "CREATE TABLE t(a, -- first\n b /* second */); ALTER TABLE t ADD COLUMN c DEFAULT 5;"
     "ALTER TABLE t RENAME COLUMN a TO \"x y\"; ALTER TABLE t RENAME TO \"T t\";"
     "ALTER TABLE \"T t\" DROP COLUMN b"},
    {"TrailingComments",
     "CREATE VIEW v AS SELECT 1 -- one\n; CREATE VIEW w AS SELECT 2 /* two */;"
     "CREATE TABLE t(a); CREATE INDEX i ON t(a) -- index\n;"
     "CREATE INDEX j ON t(a) WHERE a > 1 -- partial"},
    {"UnterminatedComment", "CREATE VIEW v AS SELECT 1 /* one"},
    {"CreateTableAs", "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\", 1.5 AS [d]"},
    {"AppOwnsSequenceAndStat",
     "CREATE TABLE sequence(a); CREATE TABLE sqlitestat1(a);"
     "CREATE TABLE meta(a)"},
};
INSTANTIATE_TEST_SUITE_P(All, SchemaScripts, testing::ValuesIn(kScripts),
                         [](const auto& suite) { return std::string(suite.param.name); });

TEST(SchemaScript, IsEmptyForAnEmptyDatabase) { EXPECT_EQ(ScriptOf(MemoryDatabase()), ""); }

TEST(SchemaScript, HasTheStoredTextsInAnOrderThatRuns) {
  const Database db = MemoryDatabase(R"(
      CREATE TABLE a(x); -- one
      CREATE INDEX i ON a(x);
      CREATE VIEW v AS SELECT x FROM a -- all
      ;
      CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
      CREATE VIRTUAL TABLE f USING fts4(t);
      CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT, /* y */ y);
      PRAGMA user_version = 3;
      PRAGMA application_id = -7)");
  EXPECT_EQ(ScriptOf(db), R"(CREATE TABLE a(x);
CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT, /* y */ y);
CREATE INDEX i ON a(x);
CREATE VIEW v AS SELECT x FROM a -- all
;
CREATE VIRTUAL TABLE f USING fts4(t);
CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
PRAGMA user_version = 3;
PRAGMA application_id = -7;
)");
}

TEST(SchemaScript, LeavesOutOurTablesAndWhatIsOnThem) {
  const Database db = MemoryDatabase(R"(
      CREATE TABLE _meta(id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0);
      CREATE TABLE _fastmigrate_history(version, name UNIQUE);
      CREATE INDEX i ON _fastmigrate_history(version))");
  EXPECT_EQ(ScriptOf(db), "");
}

TEST(SchemaScript, SetsEncodingAndAutoVacuumFirst) {
  const Database db =
      MemoryDatabase("PRAGMA encoding = 'UTF-16be'; PRAGMA auto_vacuum = 2; CREATE TABLE größe(é)");
  const std::string script = ScriptOf(db);
  EXPECT_EQ(script,
            "PRAGMA encoding = 'UTF-16be';\nPRAGMA auto_vacuum = 2;\nCREATE TABLE größe(é);\n");
  const Database again = MemoryDatabase(script);
  EXPECT_EQ(again.QueryText("PRAGMA encoding")->value_or(""), "UTF-16be");
  EXPECT_EQ(Number(again, "PRAGMA auto_vacuum"), 2);
}

TEST(SchemaScript, PutsRowsBeforeTriggers) {
  const Database db = MemoryDatabase(R"(
      CREATE TABLE t(a);
      CREATE TABLE log(a);
      CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES(new.a); END;
      INSERT INTO t VALUES(1), (2))");
  const Database again = MemoryDatabase(ScriptOf(db, {"T"}));
  EXPECT_EQ(Number(again, "SELECT count(*) FROM t"), 2);
  EXPECT_EQ(Number(again, "SELECT count(*) FROM log"), 0);
}

TEST(SchemaScript, NamesTheTableThatIsMissing) {
  Result<std::string> script =
      DumpSchema(MemoryDatabase("CREATE TABLE t(a)"), ToolRecords::kKept, {"t", "u"});
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().message, "no such table: u");
}

}  // namespace
}  // namespace fastmigrate
