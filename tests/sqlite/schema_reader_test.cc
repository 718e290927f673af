// Reading sqlite_schema: what is valid and odd, what is not ours, and what is damaged.

#include "sqlite/schema_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "schema/schema_testing.h"

namespace fastmigrate {
namespace {

// Puts a row into sqlite_schema that no SQL could have made; not loaded by SQLite until reopened.
Database Damaged(const std::string& sql) {
  return MemoryDatabase("CREATE TABLE t(a); CREATE TABLE u(b); PRAGMA writable_schema = ON;" + sql);
}

std::string ErrorOf(const Database& db) {
  Result<Schema> schema = ReadSchema(db);
  return schema ? "no error" : schema.error().message;
}

TEST(SchemaReader, ReadsOddColumns) {
  const Schema schema = SchemaOf(
      "CREATE TABLE t(\"a b\" int, [c d] text, 'x' LONG VARCHAR(10, -5) NOT NULL, y,"
      " key TEXT DEFAULT -1.5, \"\" GENERATED DEFAULT 'g', generated)");
  const std::vector<Column>& columns = schema.tables.at(Name{"T"}).columns;
  ASSERT_EQ(columns.size(), 7u);
  EXPECT_EQ(columns[0].name.text, "a b");
  EXPECT_EQ(columns[1].type.text, "text");
  EXPECT_EQ(columns[2].name.text, "x");
  EXPECT_EQ(columns[2].type.text, "LONG VARCHAR(10, -5)");
  EXPECT_TRUE(columns[2].not_null);
  EXPECT_TRUE(columns[3].type.empty());
  EXPECT_EQ(columns[4].default_value.text, "-1.5");
  EXPECT_EQ(columns[5].name.text, "");
  EXPECT_EQ(columns[5].type.text, "GENERATED");
  EXPECT_EQ(columns[6].name.text, "generated");
}

TEST(SchemaReader, KeepsTheTextsAsStored) {
  const Schema schema = SchemaOf("create table  T (a  /* x */ INT UNIQUE,b)");
  const Table& table = schema.tables.at(Name{"t"});
  EXPECT_EQ(table.sql.text, "CREATE TABLE T (a  /* x */ INT UNIQUE,b)");
  EXPECT_EQ(table.columns[0].definition.text, "a INT UNIQUE");
}

TEST(SchemaReader, AgreesWithSqliteOnRowidColumns) {
  struct {
    const char* sql;
    bool has_rowid_column;
  } cases[] = {
      {"CREATE TABLE t(a INTEGER PRIMARY KEY)", true},
      {"CREATE TABLE t(a \"INTEGER\" PRIMARY KEY)", true},
      {"CREATE TABLE t(a INTEGER, PRIMARY KEY(a DESC))", true},
      {"CREATE TABLE t(a INTEGER PRIMARY KEY DESC)", false},
      {"CREATE TABLE t(a INT PRIMARY KEY)", false},
      {"CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID", false},
      {"CREATE TABLE t(a INTEGER, b, PRIMARY KEY(a, b))", false},
      {"CREATE TABLE t(a INTEGER)", false},
  };
  for (const auto& test : cases) {
    const Database db = MemoryDatabase(test.sql);
    EXPECT_EQ(HasRowidColumn(ReadSchemaOrFail(db).tables.at(Name{"t"})), test.has_rowid_column)
        << test.sql;
    if (db.Execute("INSERT INTO t(rowid, a) VALUES(5, 7)").ok()) {
      EXPECT_EQ(*db.QueryInteger("SELECT rowid = a FROM t"), test.has_rowid_column) << test.sql;
    }
  }
}

TEST(SchemaReader, ReadsVirtualTablesWhoseModuleIsNotLoaded) {
  const Database db = Damaged(
      "INSERT INTO sqlite_master VALUES('table', 'v', 'v', 0,"
      " 'CREATE VIRTUAL TABLE v USING vec0(embedding float[768], +note text)')");
  const Schema schema = ReadSchemaOrFail(db);
  EXPECT_EQ(schema.virtual_tables.at(Name{"v"}).module.text, "vec0");
  EXPECT_EQ(schema.virtual_tables.at(Name{"v"}).arguments.text, "embedding float[768], +note text");
}

TEST(SchemaReader, TakesNoOrdinaryTableForAShadowTable) {
  const Schema schema = SchemaOf(
      "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE f_notes(a); CREATE TABLE g_data(a);"
      "CREATE TRIGGER r AFTER INSERT ON f_content BEGIN SELECT 1; END");
  EXPECT_EQ(schema.tables.size(), 2u);
  EXPECT_EQ(schema.triggers.size(), 1u);
}

std::string TablesOf(const std::string& sql) {
  std::string names;
  for (const auto& [name, table] : SchemaOf(sql).tables) names += name.text + " ";
  return names;
}

TEST(SchemaReader, TakesHomesOfRowsForTheUsers) {
  EXPECT_EQ(TablesOf("CREATE TABLE docs_content(body);"
                     "CREATE VIRTUAL TABLE docs USING fts5(body, content='docs_content')"),
            "docs_content ");
  EXPECT_EQ(TablesOf("CREATE TABLE docs_content(body);"
                     "CREATE VIRTUAL TABLE docs USING fts4(body, content=\"docs_content\")"),
            "docs_content ");
  EXPECT_EQ(TablesOf("CREATE TABLE docs_content(body);"
                     "CREATE VIRTUAL TABLE docs USING fts5(body, content='')"),
            "docs_content ");
}

TEST(SchemaReader, TakesTablesThatTheModuleDoesNotMakeForTheUsers) {
  EXPECT_EQ(TablesOf("CREATE TABLE mail_stat(day, n); CREATE TABLE mail_docsize(n);"
                     "CREATE VIRTUAL TABLE mail USING fts3(body)"),
            "mail_docsize mail_stat ");
  EXPECT_EQ(TablesOf("CREATE TABLE log_docsize(n);"
                     "CREATE VIRTUAL TABLE log USING fts5(body, columnsize=0)"),
            "log_docsize ");
  EXPECT_EQ(TablesOf("CREATE TABLE log_docsize(n);"
                     "CREATE VIRTUAL TABLE log USING fts4(body, matchinfo=fts3)"),
            "log_docsize ");
  EXPECT_EQ(TablesOf("CREATE TABLE map_data(a); CREATE VIRTUAL TABLE map USING rtree(id, x, y)"),
            "map_data ");
}

TEST(SchemaReader, LeavesOutTheTablesThatModulesMake) {
  for (const char* sql :
       {"CREATE VIRTUAL TABLE f USING fts3(a)", "CREATE VIRTUAL TABLE f USING fts4(a)",
        "CREATE VIRTUAL TABLE f USING fts4(a, matchinfo=fts3)",
        "CREATE VIRTUAL TABLE f USING fts4(a, content='', tokenize=porter)",
        "CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING fts5(a, content='')",
        "CREATE VIRTUAL TABLE f USING fts5(a, columnsize=0, prefix='2 3')",
        "CREATE VIRTUAL TABLE f USING rtree(id, x, y)",
        "CREATE VIRTUAL TABLE f USING rtree_i32(id, x, y, +note)",
        "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE g USING fts5vocab(f, row)"}) {
    EXPECT_EQ(TablesOf(sql), "") << sql;
  }
}

// FTS3 makes it with the first merge, not at the start.
TEST(SchemaReader, LeavesOutTheStatTableOfFts3) {
  EXPECT_EQ(TablesOf("CREATE VIRTUAL TABLE mail USING fts3(body);"
                     "INSERT INTO mail(mail) VALUES('automerge=4')"),
            "");
}

TEST(SchemaReader, KeepsIndexesAndTriggersOnShadowTables) {
  const char* sql =
      "CREATE VIRTUAL TABLE f USING fts5(a); CREATE INDEX i ON f_content(\"C0\", lower(c0));"
      "CREATE TRIGGER r AFTER INSERT ON f_content BEGIN SELECT 1 WHERE new.\"c0\" = \"c0\"; END";
  const Schema schema = SchemaOf(sql);
  EXPECT_EQ(schema.indexes.count(Name{"i"}), 1u);
  EXPECT_EQ(schema.triggers.count(Name{"r"}), 1u);
  EXPECT_EQ(DifferencesText(schema, SchemaOf("CREATE VIRTUAL TABLE f USING fts5(a)")),
            "index i: the scripts create it, this database does not have it\n"
            "trigger r: the scripts create it, this database does not have it\n");
}

// A module of the host, with a shadow table "<name>_store" of its own.
int CreateStore(sqlite3* db, void*, int, const char* const* arguments, sqlite3_vtab** table,
                char**) {
  *table = new sqlite3_vtab();
  const std::string name = arguments[2];
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(a)");
  if (rc != SQLITE_OK) return rc;
  return sqlite3_exec(db,
                      ("CREATE TABLE IF NOT EXISTS " + QuoteName(name + "_store") + "(a)").c_str(),
                      nullptr, nullptr, nullptr);
}
int DeleteStore(sqlite3_vtab* table) {
  delete table;
  return SQLITE_OK;
}
int IsStore(const char* name) { return std::string(name) == "store"; }

sqlite3_module StoreModule() {
  sqlite3_module module = {};
  module.iVersion = 3;
  module.xCreate = CreateStore;
  module.xConnect = CreateStore;
  module.xBestIndex = [](sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; };
  module.xDisconnect = DeleteStore;
  module.xDestroy = DeleteStore;
  module.xShadowName = IsStore;
  return module;
}

TEST(SchemaReader, AsksSqliteForShadowTablesOfOtherModules) {
  if (sqlite3_libversion_number() < 3037000) GTEST_SKIP() << "PRAGMA table_list is of 3.37";
  const sqlite3_module module = StoreModule();
  const Database db = MemoryDatabase();
  ASSERT_EQ(sqlite3_create_module(db.handle(), "store", &module, nullptr), SQLITE_OK);
  ASSERT_TRUE(db.Execute("CREATE VIRTUAL TABLE v USING store; CREATE TABLE v_other(a)"));
  const Schema schema = ReadSchemaOrFail(db);
  EXPECT_EQ(schema.virtual_tables.size(), 1u);
  ASSERT_EQ(schema.tables.size(), 1u);
  EXPECT_EQ(schema.tables.begin()->first.text, "v_other");
}

TEST(SchemaReader, TakesTablesThatArgumentsNameForTheUsers) {
  if (sqlite3_libversion_number() < 3037000) GTEST_SKIP() << "PRAGMA table_list is of 3.37";
  const sqlite3_module module = StoreModule();
  const Database db = MemoryDatabase();
  ASSERT_EQ(sqlite3_create_module(db.handle(), "store", &module, nullptr), SQLITE_OK);
  ASSERT_TRUE(
      db.Execute("CREATE TABLE v_store(a); CREATE VIRTUAL TABLE v USING store('V_Store');"
                 "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE other_store(a);"
                 "CREATE VIRTUAL TABLE w USING store"));
  const Schema schema = ReadSchemaOrFail(db);
  EXPECT_EQ(schema.tables.size(), 2u);
  EXPECT_EQ(schema.tables.count(Name{"v_store"}), 1u);
  EXPECT_EQ(schema.tables.count(Name{"other_store"}), 1u);
}

TEST(SchemaReader, ReadsMainAlone) {
  const Schema schema = SchemaOf(
      "CREATE TEMP TABLE x(a); CREATE TEMP VIEW y AS SELECT 1; ATTACH ':memory:' AS other;"
      "CREATE TABLE other.z(a); CREATE TABLE t(a)");
  EXPECT_EQ(schema.tables.size(), 1u);
  EXPECT_TRUE(schema.views.empty());
}

TEST(SchemaReader, RunsNothingOfTheDatabase) {
  const Database db = MemoryDatabase(
      "CREATE VIEW v AS SELECT no_such_function() FROM no_such_table;"
      "CREATE TABLE t(a CHECK(a > 0)); CREATE INDEX i ON t(a) WHERE a > 1");
  EXPECT_EQ(ReadSchemaOrFail(db).views.size(), 1u);
}

struct DamagedCase {
  const char* name;
  const char* sql;
  const char* error;
};

class DamagedSchemas : public testing::TestWithParam<DamagedCase> {};

TEST_P(DamagedSchemas, AreAnErrorThatNamesTheObject) {
  EXPECT_EQ(ErrorOf(Damaged(GetParam().sql)), GetParam().error);
}

const DamagedCase kDamaged[] = {
    {"Type", "UPDATE sqlite_master SET type = 'tab' WHERE name = 't'",
     "sqlite_schema has a row of type \"tab\""},
    {"Kind", "UPDATE sqlite_master SET type = 'view' WHERE name = 't'",
     "view t: expected VIEW but found \"TABLE\""},
    {"Name", "UPDATE sqlite_master SET name = 'x' WHERE name = 't'",
     "table x: its text is that of t"},
    {"Twice", "INSERT INTO sqlite_master SELECT * FROM sqlite_master WHERE name = 't'",
     "table t: it exists twice"},
    {"NoSql", "UPDATE sqlite_master SET sql = 'garbage' WHERE name = 't'",
     "table t: expected CREATE but found \"garbage\""},
    {"Empty", "UPDATE sqlite_master SET sql = '' WHERE name = 't'",
     "table t: expected CREATE but found the end"},
    {"CutShort", "UPDATE sqlite_master SET sql = 'CREATE TABLE t(a DEFAULT (1' WHERE name = 't'",
     "table t: expected \")\" but found the end"},
    {"Tail", "UPDATE sqlite_master SET sql = 'CREATE TABLE t(a) x' WHERE name = 't'",
     "table t: expected the end but found \"x\""},
    {"Constraint", "UPDATE sqlite_master SET sql = 'CREATE TABLE t(a UNIQUE 5)' WHERE name = 't'",
     "table t: expected a constraint of column a but found \"5\""},
    {"SecondStatement", "UPDATE sqlite_master SET sql = sql || '; DROP TABLE u' WHERE name = 't'",
     "table t: its stored text holds more than one statement"},
    {"SecondStatementOfAnIndex",
     "INSERT INTO sqlite_master VALUES('index', 'i', 't', 3,"
     " 'CREATE INDEX i ON t(a) ; /* */ ; DELETE FROM u -- all')",
     "index i: its stored text holds more than one statement"},
    {"SecondStatementOfAView",
     "INSERT INTO sqlite_master VALUES('view', 'v', 'v', 0,"
     " 'CREATE VIEW v AS SELECT 1; CREATE VIEW w AS SELECT 2')",
     "view v: its stored text holds more than one statement"},
    {"SecondStatementOfATrigger",
     "INSERT INTO sqlite_master VALUES('trigger', 'r', 't', 0, 'CREATE TRIGGER r AFTER INSERT ON t "
     "BEGIN SELECT CASE WHEN 1 THEN 2 END; END; DROP TABLE u; SELECT 1; END')",
     "trigger r: its stored text holds more than one statement"},
    {"SecondStatementWithoutSemicolon",
     "INSERT INTO sqlite_master VALUES('trigger', 'r', 't', 0, 'CREATE TEMP TRIGGER r AFTER INSERT "
     "ON t BEGIN SELECT 1; END DROP TABLE u')",
     "trigger r: its stored text holds more than one statement"},
    {"SecondStatementOfAVirtualTable",
     "INSERT INTO sqlite_master VALUES('table', 'f', 'f', 0,"
     " 'CREATE VIRTUAL TABLE f USING fts5(a); DROP TABLE u')",
     "table f: its stored text holds more than one statement"},
    {"SecondStatementOfOurTable",
     "CREATE TABLE _meta(id); UPDATE sqlite_master SET sql = sql || ';SELECT 1'"
     " WHERE name = '_meta'",
     "table _meta: its stored text holds more than one statement"},
    {"TailBehindNul",
     "UPDATE sqlite_master SET sql = sql || ';' || char(0) || 'DROP TABLE u' WHERE name = 't'",
     "table t: its stored text holds more than one statement"},
    {"Blob", "UPDATE sqlite_master SET sql = x'00ff' WHERE name = 't'",
     "table t: expected CREATE but found a byte that is no SQL"},
    {"IndexWithoutTable",
     "INSERT INTO sqlite_master VALUES('index', 'i', 'x', 3, 'CREATE INDEX i ON x(a)')",
     "index i: its table does not exist"},
    {"Trigger",
     "INSERT INTO sqlite_master VALUES('trigger', 'r', 't', 0, 'CREATE TRIGGER r AFTER INSERT ON t "
     "BEGIN SELECT 1')",
     "trigger r: expected END at the end"},
    {"View", "INSERT INTO sqlite_master VALUES('view', 'v', 'v', 0, 'CREATE VIEW v')",
     "view v: expected AS but found the end"},
};
INSTANTIATE_TEST_SUITE_P(All, DamagedSchemas, testing::ValuesIn(kDamaged),
                         [](const auto& suite) { return std::string(suite.param.name); });

TEST(SchemaReader, TakesSemicolonsAndCommentsBehindAStatement) {
  const Database db = Damaged(
      "UPDATE sqlite_master SET sql = sql || ' ; -- DROP TABLE u' WHERE name = 't';"
      "INSERT INTO sqlite_master VALUES('trigger', 'r', 't', 0, 'CREATE TRIGGER r AFTER INSERT ON "
      "t "
      "BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT ''; END;''; END ;;/* ')");
  EXPECT_EQ(ErrorOf(db), "no error");
}

}  // namespace
}  // namespace fastmigrate
