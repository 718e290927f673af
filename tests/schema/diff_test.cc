// What counts as a difference, and the sentence that tells it.

#include "schema/diff.h"

#include <gtest/gtest.h>

#include <string>

#include "schema/schema_testing.h"

namespace fastmigrate {
namespace {

struct DifferentCase {
  const char* name;
  const char* expected;
  const char* actual;
  const char* differences;
};

class DifferentSchemas : public testing::TestWithParam<DifferentCase> {};

TEST_P(DifferentSchemas, AreToldApartInSentences) {
  std::string too_new = TooNew(std::string(GetParam().expected) + ";" + GetParam().actual);
  if (!too_new.empty()) GTEST_SKIP() << too_new;
  const Schema expected = SchemaOf(GetParam().expected);
  const Schema actual = SchemaOf(GetParam().actual);
  EXPECT_EQ(DifferencesText(expected, actual), GetParam().differences);
  EXPECT_NE(DifferencesText(actual, expected), "");
  EXPECT_FALSE(expected == actual);
}

std::string CaseName(const testing::TestParamInfo<DifferentCase>& suite) {
  return suite.param.name;
}

const DifferentCase kTables[] = {
    {"Missing", "CREATE TABLE users(id, mail UNIQUE); CREATE INDEX i ON users(id)", "",
     "table users: the scripts create it, this database does not have it\n"},
    {"Unexpected", "",
     "CREATE TABLE users(id); CREATE TRIGGER r AFTER INSERT ON users BEGIN SELECT 1; END",
     "table users: this database has it, no script creates it\n"},
    {"View", "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE VIEW T AS SELECT 1",
     "table t: is a view, expected a table\n"},
    {"ColumnOrder", "CREATE TABLE t(a, b, c)", "CREATE TABLE t(a, c, b)",
     "table t: column order is (a, c, b), expected (a, b, c)\n"},
    {"Strict", "CREATE TABLE t(a INT) STRICT", "CREATE TABLE t(a INT)",
     "table t: table is not STRICT, which is expected\n"},
    {"WithoutRowid", "CREATE TABLE t(a PRIMARY KEY)", "CREATE TABLE t(a PRIMARY KEY) WITHOUT ROWID",
     "table t: table is WITHOUT ROWID, which is not expected\n"},
    {"PrimaryKey", "CREATE TABLE t(a, b, PRIMARY KEY(a, b))",
     "CREATE TABLE t(a, b, PRIMARY KEY(b, a))",
     "primary key t: is PRIMARY KEY (b, a), expected PRIMARY KEY (a, b)\n"},
    {"PrimaryKeyMissing", "CREATE TABLE t(a PRIMARY KEY)", "CREATE TABLE t(a)",
     "primary key t: the scripts create it, this table does not have it\n"},
    {"PrimaryKeyDescending", "CREATE TABLE t(a INTEGER PRIMARY KEY)",
     "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)",
     "primary key t: is PRIMARY KEY (a DESC), expected PRIMARY KEY (a)\n"},
    {"Autoincrement", "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)",
     "CREATE TABLE t(a INTEGER PRIMARY KEY)",
     "primary key t: is PRIMARY KEY (a), expected PRIMARY KEY (a AUTOINCREMENT)\n"},
    {"PrimaryKeyConflict", "CREATE TABLE t(a PRIMARY KEY ON CONFLICT IGNORE)",
     "CREATE TABLE t(a PRIMARY KEY)",
     "primary key t: is PRIMARY KEY (a), expected PRIMARY KEY (a) ON CONFLICT IGNORE\n"},
    {"UniqueMissing", "CREATE TABLE t(a, b, UNIQUE(a, b))", "CREATE TABLE t(a, b)",
     "unique t(a, b): the scripts create it, this table does not have it\n"},
    {"UniqueConflict", "CREATE TABLE t(a UNIQUE)", "CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE)",
     "unique t(a): is UNIQUE (a) ON CONFLICT REPLACE, expected UNIQUE (a)\n"},
    {"UniqueCollation", "CREATE TABLE t(a, UNIQUE(a))",
     "CREATE TABLE t(a, UNIQUE(a COLLATE NOCASE))",
     "unique t(a): is UNIQUE (a COLLATE NOCASE), expected UNIQUE (a)\n"},
    {"UniqueIndexIsNoConstraint", "CREATE TABLE t(a UNIQUE)",
     "CREATE TABLE t(a); CREATE UNIQUE INDEX i ON t(a)",
     "unique t(a): the scripts create it, this table does not have it\n"
     "index i: this database has it, no script creates it\n"},
    {"ForeignKeyMissing", "CREATE TABLE t(a REFERENCES p)", "CREATE TABLE t(a)",
     "foreign key t(a): the scripts create it, this table does not have it\n"},
    {"ForeignKeyAction", "CREATE TABLE t(a, b, FOREIGN KEY(a, b) REFERENCES p(x, y))",
     "CREATE TABLE t(a, b, FOREIGN KEY(a, b) REFERENCES p(x, y) ON DELETE SET NULL"
     " ON UPDATE RESTRICT)",
     "foreign key t(a, b): is FOREIGN KEY (a, b) REFERENCES p(x, y) ON DELETE SET NULL ON UPDATE "
     "RESTRICT, expected FOREIGN KEY (a, b) REFERENCES p(x, y)\n"},
    {"ForeignKeyParent", "CREATE TABLE t(a REFERENCES p(x))", "CREATE TABLE t(a REFERENCES p(y))",
     "foreign key t(a): is FOREIGN KEY (a) REFERENCES p(y), expected FOREIGN KEY (a) REFERENCES "
     "p(x)\n"},
    {"ForeignKeyDeferred", "CREATE TABLE t(a REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
     "CREATE TABLE t(a REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED)",
     "foreign key t(a): is FOREIGN KEY (a) REFERENCES p, expected FOREIGN KEY (a) REFERENCES p "
     "DEFERRABLE INITIALLY DEFERRED\n"},
    {"ForeignKeyMatch", "CREATE TABLE t(a REFERENCES p MATCH FULL)",
     "CREATE TABLE t(a REFERENCES p)",
     "foreign key t(a): is FOREIGN KEY (a) REFERENCES p, expected FOREIGN KEY (a) REFERENCES p "
     "MATCH \"FULL\"\n"},
    {"ForeignKeyTwice", "CREATE TABLE t(a REFERENCES p REFERENCES p)",
     "CREATE TABLE t(a REFERENCES p)",
     "foreign key t(a): the scripts create it, this table does not have it\n"},
    {"Check", "CREATE TABLE t(a CHECK(a > 0))", "CREATE TABLE t(a CHECK(a >= 0))",
     "check t: is CHECK (a >= 0), expected CHECK (a > 0)\n"},
    {"CheckMissing", "CREATE TABLE t(a, CHECK(a > 0))", "CREATE TABLE t(a)",
     "check t: the scripts create it, this table does not have it\n"},
    {"CheckString", "CREATE TABLE t(a CHECK(a IN ('Open')))",
     "CREATE TABLE t(a CHECK(a IN ('open')))",
     "check t: is CHECK (a IN ('open')), expected CHECK (a IN ('Open'))\n"},
    {"ForeignKeyToAKeyOfAnotherCollation",
     "CREATE TABLE p(a TEXT, PRIMARY KEY(a COLLATE NOCASE)); CREATE TABLE t(a REFERENCES p)",
     "CREATE TABLE p(a TEXT, PRIMARY KEY(a COLLATE NOCASE)); CREATE TABLE t(a REFERENCES p(a))",
     "foreign key t(a): is FOREIGN KEY (a) REFERENCES p(a), expected FOREIGN KEY (a) REFERENCES "
     "p\n"},
    {"RowidKeyWithAnotherConflictClause",
     "CREATE TABLE t(a INTEGER PRIMARY KEY ON CONFLICT REPLACE)",
     "CREATE TABLE t(a INTEGER PRIMARY KEY ON CONFLICT REPLACE UNIQUE ON CONFLICT IGNORE)",
     "unique t(a): this table has it, no script creates it\n"},
    {"UniqueOfAnotherCollation", "CREATE TABLE t(a TEXT PRIMARY KEY)",
     "CREATE TABLE t(a TEXT PRIMARY KEY, UNIQUE(a COLLATE NOCASE))",
     "unique t(a): this table has it, no script creates it\n"},
    {"TableNameInDoubleQuotes", "CREATE TABLE t(a CHECK(a <> \"t\"))",
     "CREATE TABLE t(a CHECK(a <> \"T\"))",
     "check t: is CHECK (a <> \"T\"), expected CHECK (a <> \"t\")\n"},
    {"RowidWithoutRowid", "CREATE TABLE t(a PRIMARY KEY, CHECK(\"rowid\" > 'a')) WITHOUT ROWID",
     "CREATE TABLE t(a PRIMARY KEY, CHECK(\"ROWID\" > 'a')) WITHOUT ROWID",
     "check t: is CHECK (\"ROWID\" > 'a'), expected CHECK (\"rowid\" > 'a')\n"},
    {"TrueIsNoColumn", "CREATE TABLE t(a CHECK(a <> true))",
     "CREATE TABLE t(a CHECK(a <> \"true\"))",
     "check t: is CHECK (a <> \"true\"), expected CHECK (a <> true)\n"},
    {"CheckDoubleQuotedString", "CREATE TABLE t(a CHECK(a IN (\"Open\")))",
     "CREATE TABLE t(a CHECK(a IN (\"open\")))",
     "check t: is CHECK (a IN (\"open\")), expected CHECK (a IN (\"Open\"))\n"},
};
INSTANTIATE_TEST_SUITE_P(Tables, DifferentSchemas, testing::ValuesIn(kTables), CaseName);

const DifferentCase kColumns[] = {
    {"Missing", "CREATE TABLE t(a, b TEXT UNIQUE REFERENCES p)", "CREATE TABLE t(a)",
     "column t.b: the scripts create it, this table does not have it\n"},
    {"Unexpected", "CREATE TABLE t(a)", "CREATE TABLE t(b, a)",
     "column t.b: this table has it, no script creates it\n"},
    {"Renamed", "CREATE TABLE t(id INTEGER PRIMARY KEY, a)",
     "CREATE TABLE t(key INTEGER PRIMARY KEY, a)",
     "column t.id: the scripts create it, this table does not have it\n"
     "column t.key: this table has it, no script creates it\n"},
    {"Type", "CREATE TABLE users(email VARCHAR(80))", "CREATE TABLE users(email TEXT)",
     "column users.email: declared type is TEXT, expected VARCHAR(80)\n"},
    {"NoType", "CREATE TABLE t(a)", "CREATE TABLE t(a INT)",
     "column t.a: declared type is INT, expected none\n"},
    {"IntIsNotInteger", "CREATE TABLE t(a INTEGER PRIMARY KEY)",
     "CREATE TABLE t(a INT PRIMARY KEY)", "column t.a: declared type is INT, expected INTEGER\n"},
    {"NotNull", "CREATE TABLE t(a NOT NULL)", "CREATE TABLE t(a)",
     "column t.a: nullability is NULL, expected NOT NULL\n"},
    {"NotNullConflict", "CREATE TABLE t(a NOT NULL)", "CREATE TABLE t(a NOT NULL ON CONFLICT FAIL)",
     "column t.a: nullability is NOT NULL ON CONFLICT FAIL, expected NOT NULL\n"},
    {"Default", "CREATE TABLE t(a DEFAULT 'A', b DEFAULT 1)", "CREATE TABLE t(a DEFAULT 'a', b)",
     "column t.a: default is 'a', expected 'A'\ncolumn t.b: default is none, expected 1\n"},
    {"DefaultString", "CREATE TABLE t(a DEFAULT 1, b DEFAULT true)",
     "CREATE TABLE t(a DEFAULT '1', b DEFAULT \"true\")",
     "column t.a: default is '1', expected 1\ncolumn t.b: default is \"true\", expected true\n"},
    {"EmptyTypeIsNumeric", "CREATE TABLE t(a)", "CREATE TABLE t(a \"\")",
     "column t.a: declared type is \"\", expected none\n"},
    {"Collation", "CREATE TABLE t(a COLLATE NOCASE)", "CREATE TABLE t(a)",
     "column t.a: collation is BINARY, expected NOCASE\n"},
    {"Generated", "CREATE TABLE t(a, b AS (a + 1))", "CREATE TABLE t(a, b AS (a + 2))",
     "column t.b: generated value is AS (a + 2) VIRTUAL, expected AS (a + 1) VIRTUAL\n"},
    {"Stored", "CREATE TABLE t(a, b AS (a) STORED)", "CREATE TABLE t(a, b AS (a))",
     "column t.b: generated value is AS (a) VIRTUAL, expected AS (a) STORED\n"},
    {"NotGenerated", "CREATE TABLE t(a, b AS (a))", "CREATE TABLE t(a, b)",
     "column t.b: generated value is none, expected AS (a) VIRTUAL\n"},
    {"KeyWithoutRowidConflict", "CREATE TABLE t(a PRIMARY KEY) WITHOUT ROWID",
     "CREATE TABLE t(a NOT NULL ON CONFLICT IGNORE PRIMARY KEY) WITHOUT ROWID",
     "column t.a: nullability is NOT NULL ON CONFLICT IGNORE, expected NOT NULL\n"},
    {"KeyOfRowidTableMayBeNull", "CREATE TABLE t(a TEXT PRIMARY KEY)",
     "CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY)",
     "column t.a: nullability is NOT NULL, expected NULL\n"},
    {"CommentInAQuotedType", "CREATE TABLE t(a INT)", "CREATE TABLE t(a \"INT--EGER\")",
     "column t.a: declared type is \"INT--EGER\", expected INT\n"},
    {"TwoAspects", "CREATE TABLE t(a INT NOT NULL)", "CREATE TABLE t(a TEXT)",
     "column t.a: declared type is TEXT, expected INT\n"
     "column t.a: nullability is NULL, expected NOT NULL\n"},
};
INSTANTIATE_TEST_SUITE_P(Columns, DifferentSchemas, testing::ValuesIn(kColumns), CaseName);

const DifferentCase kOthers[] = {
    {"IndexMissing", "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE TABLE t(a)",
     "index i: the scripts create it, this database does not have it\n"},
    {"IndexColumns", "CREATE TABLE t(a, b); CREATE INDEX i ON t(a, b)",
     "CREATE TABLE t(a, b); CREATE INDEX i ON t(b, a DESC)",
     "index i: column list is (b, a DESC), expected (a, b)\n"},
    {"IndexCollation", "CREATE TABLE t(a); CREATE INDEX i ON t(a COLLATE NOCASE)",
     "CREATE TABLE t(a); CREATE INDEX i ON t(a)",
     "index i: column list is (a), expected (a COLLATE NOCASE)\n"},
    {"IndexBinaryIsNotNocase", "CREATE TABLE t(a COLLATE NOCASE); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a COLLATE NOCASE); CREATE INDEX i ON t(a COLLATE BINARY)",
     "index i: column list is (a COLLATE BINARY), expected (a)\n"},
    {"IndexCollationOfAPart", "CREATE TABLE t(a, b); CREATE INDEX i ON t((a || b) COLLATE NOCASE)",
     "CREATE TABLE t(a, b); CREATE INDEX i ON t(a || b COLLATE NOCASE)",
     "index i: column list is (a || b COLLATE NOCASE), expected (a || b COLLATE NOCASE)\n"},
    {"IndexUnique", "CREATE TABLE t(a); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a); CREATE UNIQUE INDEX i ON t(a)",
     "index i: index is UNIQUE, which is not expected\n"},
    {"IndexWhere", "CREATE TABLE t(a); CREATE INDEX i ON t(a) WHERE a > 1",
     "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "index i: WHERE is none, expected a > 1\n"},
    {"IndexTable", "CREATE TABLE t(a); CREATE TABLE u(a); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a); CREATE TABLE u(a); CREATE INDEX i ON u(a)",
     "index i: table is u, expected t\n"},
    {"ViewSelect", "CREATE VIEW v AS SELECT 'A'", "CREATE VIEW v AS SELECT 'a'",
     "view v: the SELECT differs\n"},
    {"ViewColumns", "CREATE VIEW v(a) AS SELECT 1", "CREATE VIEW v(b) AS SELECT 1",
     "view v: column list is b, expected a\n"},
    {"ViewJoin", "CREATE VIEW v AS SELECT 1 FROM a LEFT JOIN b",
     "CREATE VIEW v AS SELECT 1 FROM a AS left JOIN b", "view v: the SELECT differs\n"},
    {"ViewQuotedJoin", "CREATE VIEW v AS SELECT 1 FROM a LEFT JOIN b",
     "CREATE VIEW v AS SELECT 1 FROM a \"left\" JOIN b", "view v: the SELECT differs\n"},
    {"ViewLiteral", "CREATE VIEW v AS SELECT current_date",
     "CREATE VIEW v AS SELECT \"current_date\"", "view v: the SELECT differs\n"},
    {"ViewOfATableThatIsNotThere",
     "CREATE VIEW v AS SELECT a IS NOT DISTINCT FROM \"Open\" FROM gone",
     "CREATE VIEW v AS SELECT a IS NOT DISTINCT FROM \"OPEN\" FROM gone",
     "view v: the SELECT differs\n"},
    {"ViewDescending", "CREATE VIEW v AS SELECT 1 AS a ORDER BY a",
     "CREATE VIEW v AS SELECT 1 AS a ORDER BY a DESC", "view v: the SELECT differs\n"},
    {"TriggerTiming", "CREATE TABLE t(a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END",
     "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; END",
     "trigger r: timing is BEFORE, expected AFTER\n"},
    {"TriggerEvent", "CREATE TABLE t(a); CREATE TRIGGER r UPDATE ON t BEGIN SELECT 1; END",
     "CREATE TABLE t(a); CREATE TRIGGER r UPDATE OF a ON t BEGIN SELECT 1; END",
     "trigger r: event is UPDATE OF a, expected UPDATE\n"},
    {"TriggerWhen",
     "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t WHEN old.a BEGIN SELECT 1; END",
     "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; END",
     "trigger r: WHEN is none, expected old.a\n"},
    {"TriggerBody", "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; END",
     "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; SELECT 1; END",
     "trigger r: the body differs\n"},
    {"IndexOnTheNameOfTheRowid", "CREATE TABLE t(a); CREATE INDEX i ON t(a || \"oid\")",
     "CREATE TABLE t(a); CREATE INDEX i ON t(a || \"OID\")",
     "index i: column list is (a || \"OID\"), expected (a || \"oid\")\n"},
    {"TriggerStringThatIsAKeyword",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES(\"after\"); "
     "END",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES(\"AFTER\"); "
     "END",
     "trigger r: the body differs\n"},
    {"TriggerStringThatIsAColumn",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES(\"a\"); END",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES(\"A\"); END",
     "trigger r: the body differs\n"},
    {"ViewNameThatIsAString", "CREATE TABLE t(a); CREATE VIEW v AS SELECT 1 FROM t WHERE \"a\" = 1",
     "CREATE TABLE t(a); CREATE VIEW v AS SELECT 1 FROM t WHERE 'a' = 1",
     "view v: the SELECT differs\n"},
    {"RaisedText",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, \"No\"); END",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, \"NO\"); END",
     "trigger r: the body differs\n"},
    {"FtsSeparators", "CREATE VIRTUAL TABLE f USING fts5(a, tokenize=\"unicode61 separators 'x'\")",
     "CREATE VIRTUAL TABLE f USING fts5(a, tokenize=\"unicode61 separators 'X'\")",
     "virtual table f: argument list is a, tokenize=\"unicode61 separators 'X'\", expected a, "
     "tokenize=\"unicode61 separators 'x'\"\n"},
    {"Fts4Separators", "CREATE VIRTUAL TABLE f USING fts4(a, tokenize=unicode61 \"separators=x\")",
     "CREATE VIRTUAL TABLE f USING fts4(a, tokenize=unicode61 \"separators=X\")",
     "virtual table f: argument list is a, tokenize=unicode61 \"separators=X\", expected a, "
     "tokenize=unicode61 \"separators=x\"\n"},
    {"VirtualTable", "CREATE VIRTUAL TABLE f USING fts4(a)",
     "CREATE VIRTUAL TABLE f USING fts5(a, b)",
     "virtual table f: module is fts5, expected fts4\n"
     "virtual table f: argument list is a, b, expected a\n"},
    {"VirtualTableIsNoTable", "CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE TABLE f(a)",
     "virtual table f: is a table, expected a virtual table\n"},
};
INSTANTIATE_TEST_SUITE_P(Others, DifferentSchemas, testing::ValuesIn(kOthers), CaseName);

// What is written alike, and means something else since its table has changed, is not mentioned.
const DifferentCase kOnce[] = {
    {"KeyOfTheParentDropped",
     "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p(id))",
     "CREATE TABLE p(id INTEGER); CREATE TABLE t(a REFERENCES P(ID))",
     "primary key p: the scripts create it, this table does not have it\n"},
    {"CollationOfAnIndexedColumn",
     "CREATE TABLE t(a, b, UNIQUE(b, a COLLATE NOCASE)); CREATE INDEX i ON t(a COLLATE NOCASE);"
     "CREATE INDEX j ON t(a COLLATE BINARY)",
     "CREATE TABLE t(a COLLATE NOCASE, b, UNIQUE(b, a COLLATE NOCASE));"
     "CREATE INDEX i ON t(A collate nocase); CREATE INDEX j ON t(a COLLATE BINARY)",
     "column t.a: collation is NOCASE, expected BINARY\n"},
    {"CollationAndIndex", "CREATE TABLE t(a); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a COLLATE NOCASE); CREATE INDEX i ON t(a COLLATE BINARY)",
     "column t.a: collation is NOCASE, expected BINARY\n"
     "index i: column list is (a COLLATE BINARY), expected (a)\n"},
    {"KeyBehindRowid",
     "CREATE TABLE t(id INTEGER PRIMARY KEY NOT NULL, a, CHECK(rowid > 0));"
     "CREATE INDEX i ON t(a) WHERE rowid > 1; CREATE VIEW v AS SELECT rowid AS r FROM t;"
     "CREATE TRIGGER r AFTER DELETE ON t BEGIN DELETE FROM t WHERE rowid = old.rowid; END",
     "CREATE TABLE t(id INTEGER NOT NULL, a, CHECK(rowid > 0));"
     "CREATE INDEX i ON t(a) WHERE rowid > 1; CREATE VIEW v AS SELECT rowid AS r FROM t;"
     "CREATE TRIGGER r AFTER DELETE ON t BEGIN DELETE FROM t WHERE rowid = old.rowid; END",
     "primary key t: the scripts create it, this table does not have it\n"},
    {"WithoutRowid", "CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID",
     "CREATE TABLE t(a TEXT PRIMARY KEY)",
     "table t: table is not WITHOUT ROWID, which is expected\n"},
    {"StringBehindDistinctFrom",
     "CREATE TABLE t(a, b); CREATE INDEX i ON t(b) WHERE a IS NOT DISTINCT FROM \"Open\"",
     "CREATE TABLE t(a COLLATE NOCASE, b);"
     "CREATE INDEX i ON t(b) WHERE a IS NOT DISTINCT FROM \"OPEN\"",
     "column t.a: collation is NOCASE, expected BINARY\n"
     "index i: WHERE is a IS NOT DISTINCT FROM \"OPEN\", expected a IS NOT DISTINCT FROM "
     "\"Open\"\n"},
    {"ColumnBehindAString", "CREATE TABLE t(a, b); CREATE VIEW v AS SELECT \"b\" AS x FROM t",
     "CREATE TABLE t(a); CREATE VIEW v AS SELECT \"b\" AS x FROM t",
     "column t.b: the scripts create it, this table does not have it\n"},
};
INSTANTIATE_TEST_SUITE_P(Once, DifferentSchemas, testing::ValuesIn(kOnce), CaseName);

TEST(SchemaDiff, GivesTheSqlOfBothSides) {
  const std::vector<Difference> differences =
      CompareSchemas(SchemaOf("CREATE TABLE t(a /* key */  INT, b TEXT UNIQUE,c)"),
                     SchemaOf("CREATE TABLE t(a TEXT, c); CREATE TABLE u(x)"));
  const std::vector<Difference> expected = {
      {"column", "t.a", "declared type is TEXT, expected INT", "INT", "TEXT"},
      {"column", "t.b", "the scripts create it, this table does not have it", "b TEXT UNIQUE", ""},
      {"table", "u", "this database has it, no script creates it", "", "CREATE TABLE u(x)"},
  };
  EXPECT_EQ(differences, expected);
}

TEST(SchemaDiff, ShowsNamesAsTheScriptsWriteThem) {
  EXPECT_EQ(DifferencesText(SchemaOf("CREATE TABLE Users(\"E Mail\" INT)"),
                            SchemaOf("CREATE TABLE users(\"e mail\" TEXT)")),
            "column Users.E Mail: declared type is TEXT, expected INT\n");
}

}  // namespace
}  // namespace fastmigrate
