// What counts as the same schema. Both texts of a case are run by SQLite, so both are valid.

#include <gtest/gtest.h>

#include <string>

#include "schema/schema_testing.h"

namespace fastmigrate {
namespace {

struct EqualCase {
  const char* name;
  const char* one;
  const char* other;
};

class EqualSchemas : public testing::TestWithParam<EqualCase> {};

TEST_P(EqualSchemas, HaveNoDifference) {
  std::string too_new = TooNew(std::string(GetParam().one) + ";" + GetParam().other);
  if (!too_new.empty()) GTEST_SKIP() << too_new;
  const Schema one = SchemaOf(GetParam().one);
  const Schema other = SchemaOf(GetParam().other);
  EXPECT_EQ(DifferencesText(one, other), "");
  EXPECT_TRUE(one == other);
}

const EqualCase kTables[] = {
    {"Empty", "", ""},
    {"SpacesAndComments", "CREATE TABLE t(a INT,b TEXT)",
     "CREATE TABLE t -- the table\n(\n  a   INT, /* a */\n\n  b TEXT -- b\n)"},
    {"KeywordCase", "CREATE TABLE t(a INT NOT NULL DEFAULT 1)",
     "create table t(a int not null default 1)"},
    {"NameCase", "CREATE TABLE Users(Id INT, Mail TEXT)", "CREATE TABLE users(id INT, mail TEXT)"},
    {"NameQuotes", "CREATE TABLE t(a INT, b, c, d)",
     "CREATE TABLE \"t\"([a] INT, `b`, \"c\", 'd')"},
    {"ReservedNames", "CREATE TABLE \"select\"(\"from\" INT, CHECK(\"from\" > 1))",
     "CREATE TABLE [select]([from] INT, CHECK([FROM] > 1))"},
    {"IfNotExists", "CREATE TABLE t(a)", "CREATE TABLE IF NOT EXISTS main.t(a)"},
    {"TypeSpacing", "CREATE TABLE t(a VARCHAR(10), b DECIMAL(5,2), c DOUBLE PRECISION)",
     "CREATE TABLE t(a varchar ( 10 ), b decimal(5 , 2), c double /**/ precision)"},
    {"QuotedType", "CREATE TABLE t(a INTEGER, b double precision, c \"\")",
     "CREATE TABLE t(a \"INTEGER\", b 'double precision' dropped, c '')"},
    {"ConstraintNames", "CREATE TABLE t(a INT NOT NULL CHECK(a > 0), UNIQUE(a))",
     "CREATE TABLE t(a INT CONSTRAINT n NOT NULL CONSTRAINT c CHECK(a > 0), CONSTRAINT u UNIQUE(a),"
     " CONSTRAINT empty)"},
    {"PrimaryKeyForms", "CREATE TABLE t(id INTEGER PRIMARY KEY, a)",
     "CREATE TABLE t(id INTEGER, a, CONSTRAINT pk PRIMARY KEY('id' ASC))"},
    {"RowidHasNoOrder", "CREATE TABLE t(id INTEGER PRIMARY KEY)",
     "CREATE TABLE t(id INTEGER, PRIMARY KEY(id COLLATE nocase DESC))"},
    {"AutoincrementForms", "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)",
     "CREATE TABLE t(id INTEGER, PRIMARY KEY(id AUTOINCREMENT))"},
    {"UniqueForms", "CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE, b UNIQUE)",
     "CREATE TABLE t(a, b, UNIQUE(b) UNIQUE((a)) ON CONFLICT REPLACE)"},
    {"UniqueTwice", "CREATE TABLE t(a, b, UNIQUE(a, b))",
     "CREATE TABLE t(a, b, UNIQUE(a, b), UNIQUE(a, b))"},
    {"CheckForms", "CREATE TABLE t(a CHECK(a > 0), b CHECK(b > 0))",
     "CREATE TABLE t(a, b, CHECK((b > 0)), CHECK(A > 0))"},
    {"ReferencesForms",
     "CREATE TABLE p(id PRIMARY KEY, x UNIQUE);"
     "CREATE TABLE t(a REFERENCES p(x) ON DELETE CASCADE)",
     "CREATE TABLE p(id PRIMARY KEY, x UNIQUE);"
     "CREATE TABLE t(a, FOREIGN KEY(A) REFERENCES P(X) ON DELETE CASCADE)"},
    {"ForeignKeyCase",
     "CREATE TABLE t(a REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,"
     " b CONSTRAINT c REFERENCES p, FOREIGN KEY(b) REFERENCES q(x) ON UPDATE CASCADE)",
     "create table t(a references p on delete set null deferrable initially deferred,"
     " b constraint c references p, foreign key(b) references q(x) on update cascade)"},
    {"ForeignKeyOrder", "CREATE TABLE t(a REFERENCES p, b REFERENCES q)",
     "CREATE TABLE t(a, b, FOREIGN KEY(b) REFERENCES q, FOREIGN KEY(a) REFERENCES p)"},
    {"ForeignKeyDefaults", "CREATE TABLE t(a REFERENCES p)",
     "CREATE TABLE t(a REFERENCES p ON DELETE NO ACTION ON UPDATE NO ACTION NOT DEFERRABLE)"},
    {"DeferrableIsImmediate", "CREATE TABLE t(a REFERENCES p, b REFERENCES p)",
     "CREATE TABLE t(a REFERENCES p DEFERRABLE, b REFERENCES p DEFERRABLE INITIALLY IMMEDIATE)"},
    {"DeferrableBelongsToTheLast",
     "CREATE TABLE t(a REFERENCES p, b REFERENCES p DEFERRABLE INITIALLY DEFERRED, c)",
     "CREATE TABLE t(a REFERENCES p, b REFERENCES p, c UNIQUE NOT NULL DEFERRABLE INITIALLY "
     "DEFERRED)"
     // which SQLite gives to b; the two constraints are taken away again below
     ";PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, 'UNIQUE NOT NULL ', "
     "''); DELETE FROM sqlite_master WHERE type = 'index'"},
    {"KeyOfTheParent", "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p)",
     "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p(ID))"},
    {"ConflictAbort", "CREATE TABLE t(a NOT NULL UNIQUE, b PRIMARY KEY)",
     "CREATE TABLE t(a NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT,"
     " b PRIMARY KEY ON CONFLICT ABORT)"},
    {"NullConstraint", "CREATE TABLE t(a INT)", "CREATE TABLE t(a INT NULL ON CONFLICT IGNORE)"},
    {"BinaryCollation", "CREATE TABLE t(a, b COLLATE NOCASE, PRIMARY KEY(a), UNIQUE(b))",
     "CREATE TABLE t(a COLLATE binary, b COLLATE 'nocase', PRIMARY KEY(a COLLATE binary),"
     " UNIQUE(b COLLATE NoCase ASC))"},
    {"DefaultParentheses", "CREATE TABLE t(a DEFAULT -1, b DEFAULT 'x', c DEFAULT CURRENT_DATE)",
     "CREATE TABLE t(a DEFAULT (-1), b DEFAULT ((('x'))), c DEFAULT (current_date))"},
    {"DefaultOfAName", "CREATE TABLE t(a DEFAULT 'Abc', b DEFAULT 'x y')",
     "CREATE TABLE t(a DEFAULT Abc, b DEFAULT \"x y\")"},
    {"NumberCase", "CREATE TABLE t(a DEFAULT 0xff, b DEFAULT 1e3, c DEFAULT x'AB')",
     "CREATE TABLE t(a DEFAULT 0XFF, b DEFAULT 1E3, c DEFAULT X'ab')"},
    {"GeneratedForms", "CREATE TABLE t(a, b INT AS (a+1), c AS (a) STORED)",
     "CREATE TABLE t(a, b INT GENERATED ALWAYS AS ((A + 1)) VIRTUAL, c generated always as (a) "
     "stored)"},
    {"Options", "CREATE TABLE t(a TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
     "CREATE TABLE t(a TEXT PRIMARY KEY) without rowid , strict"},
    {"DoubleQuotedString", "CREATE TABLE t(a CHECK(a IN ('Open', 'Closed')))",
     "CREATE TABLE t(a CHECK(a IN (\"Open\", \"Closed\")))"},
    {"CreateTableAs", "CREATE TABLE t(a INT, \"x y\" TEXT)",
     "CREATE TABLE s(a INTEGER, \"x y\" TEXT); CREATE TABLE t AS SELECT * FROM s; DROP TABLE s"},
    {"DefaultNullIsNone", "CREATE TABLE t(a, b TEXT NOT NULL, c)",
     "CREATE TABLE t(a DEFAULT NULL, b TEXT DEFAULT (null) NOT NULL, c DEFAULT ((NULL)))"},
    {"ColumnsNamedTrueAndFalse",
     "CREATE TABLE t(\"true\", \"false\", CHECK(\"true\" <> 3 AND \"false\" IS NOT \"true\"))",
     "CREATE TABLE t(true, false, CHECK(true <> 3 AND false IS NOT True))"},
    {"UniquePrimaryKey",
     "CREATE TABLE t(a TEXT PRIMARY KEY); CREATE TABLE u(a INTEGER PRIMARY KEY)",
     "CREATE TABLE t(a TEXT PRIMARY KEY UNIQUE); CREATE TABLE u(a INTEGER UNIQUE PRIMARY KEY)"},
    {"UniqueKeyOfTwo", "CREATE TABLE t(a, b, PRIMARY KEY(a, b) ON CONFLICT IGNORE, UNIQUE(b, a))",
     "CREATE TABLE t(a, b, PRIMARY KEY(a, b), UNIQUE(a, b DESC) ON CONFLICT IGNORE, UNIQUE(b, a))"},
    {"UniqueTwiceWithOneConflict", "CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE)",
     "CREATE TABLE t(a UNIQUE, UNIQUE(a) ON CONFLICT REPLACE)"},
    {"OrderOfTheFirstKey", "CREATE TABLE t(a TEXT, PRIMARY KEY(a DESC))",
     "CREATE TABLE t(a TEXT, UNIQUE(a DESC), PRIMARY KEY(a))"},
    {"RowidIsNotNull",
     "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE u(id INTEGER, a,"
     " PRIMARY KEY(id))",
     "CREATE TABLE t(id INTEGER PRIMARY KEY NOT NULL);"
     "CREATE TABLE u(id INTEGER NOT NULL ON CONFLICT IGNORE, a, PRIMARY KEY(id DESC))"},
    {"KeyWithoutRowidIsNotNull", "CREATE TABLE t(a TEXT, b, PRIMARY KEY(b, a)) WITHOUT ROWID",
     "CREATE TABLE t(a TEXT NOT NULL, b NOT NULL, PRIMARY KEY(b, a)) WITHOUT ROWID"},
    {"KeyOfStrictTableIsNotNull", "CREATE TABLE t(a TEXT PRIMARY KEY, b INT) STRICT",
     "CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY, b INT) STRICT"},
    {"RowidByOtherNames",
     "CREATE TABLE t(id INTEGER PRIMARY KEY, CHECK(id > 0 AND t.id < 5 AND id <> 3))",
     "CREATE TABLE t(id INTEGER PRIMARY KEY, CHECK(rowid > 0 AND t.oid < 5 AND \"_rowid_\" <> 3))"},
    {"TableNameInDoubleQuotesIsAString", "CREATE TABLE t(a CHECK(a <> 'T' AND a <> 'oid'), b)",
     "CREATE TABLE t(a CHECK(a <> \"T\" AND a <> 'oid'), b)"},
    {"OrderOfObjects", "CREATE TABLE a(x); CREATE INDEX i ON a(x); CREATE TABLE b(x)",
     "CREATE TABLE b(x); CREATE TABLE a(x); CREATE INDEX i ON a(x)"},
};
INSTANTIATE_TEST_SUITE_P(Tables, EqualSchemas, testing::ValuesIn(kTables),
                         [](const auto& suite) { return std::string(suite.param.name); });

const EqualCase kAltered[] = {
    {"TableRenamed",
     "CREATE TABLE new(a REFERENCES new(a), CHECK(new.a > 1)); CREATE INDEX i ON new(a)",
     "CREATE TABLE old(a REFERENCES old(a), CHECK(old.a > 1)); CREATE INDEX i ON old(a);"
     "ALTER TABLE old RENAME TO new"},
    {"ParentRenamed", "CREATE TABLE q(id PRIMARY KEY); CREATE TABLE t(a REFERENCES q)",
     "CREATE TABLE p(id PRIMARY KEY); CREATE TABLE t(a REFERENCES p); ALTER TABLE p RENAME TO q"},
    {"ColumnAdded", "CREATE TABLE t(a, b TEXT DEFAULT 'x' NOT NULL, UNIQUE(a))",
     "CREATE TABLE t(a, UNIQUE(a)); ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x' NOT NULL"},
    {"ColumnAddedBehindComment", "CREATE TABLE t(a, b)",
     "CREATE TABLE t(a -- the only one\n); ALTER TABLE t ADD b"},
    {"ColumnDropped", "CREATE TABLE t(a, c)",
     "CREATE TABLE t(a, b, c); ALTER TABLE t DROP COLUMN b"},
    {"ColumnRenamed",
     "CREATE TABLE t(\"new name\" CHECK(\"new name\" > 0), b AS (\"new name\"));"
     "CREATE INDEX i ON t(\"new name\") WHERE \"new name\" > 5;"
     "CREATE VIEW v AS SELECT \"new name\" AS x FROM t;"
     "CREATE TRIGGER r AFTER UPDATE OF \"new name\" ON t BEGIN"
     " SELECT NEW.\"new name\"; END",
     "CREATE TABLE t(a CHECK(a > 0), b AS (a)); CREATE INDEX i ON t(a) WHERE a > 5;"
     "CREATE VIEW v AS SELECT a AS x FROM t;"
     "CREATE TRIGGER r AFTER UPDATE OF a ON t BEGIN SELECT NEW.a; END;"
     "ALTER TABLE t RENAME COLUMN a TO \"new name\""},
    {"TableOfViewRenamed",
     "CREATE TABLE new(a); CREATE VIEW v AS SELECT new.a FROM new;"
     "CREATE TRIGGER r AFTER INSERT ON new BEGIN DELETE FROM new; END",
     "CREATE TABLE old(a); CREATE VIEW v AS SELECT old.a FROM old;"
     "CREATE TRIGGER r AFTER INSERT ON old BEGIN DELETE FROM old; END;"
     "ALTER TABLE old RENAME TO new"},
    {"StringsRewritten", "CREATE TABLE t(b CHECK(b IN (\"Open\")))",
     "CREATE TABLE t(a CHECK(a IN (\"Open\"))); ALTER TABLE t RENAME a TO b"},
    {"StringsOfEveryKindRewritten",
     "CREATE TABLE t(k INTEGER PRIMARY KEY, b); CREATE TABLE log(x, y);"
     "CREATE INDEX i ON t(b || 'oid');"
     "CREATE VIEW v AS SELECT k AS x, 'Open' AS y FROM t WHERE b IN ('T', 'after');"
     "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES('after', new.b);"
     " UPDATE t SET b = 'new' WHERE k = new.k; END",
     "CREATE TABLE t(a INTEGER PRIMARY KEY, b); CREATE TABLE log(x, y);"
     "CREATE INDEX i ON t(b || \"oid\");"
     "CREATE VIEW v AS SELECT a AS x, \"Open\" AS y FROM t WHERE b IN (\"T\", \"after\");"
     "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES(\"after\", new.b);"
     " UPDATE t SET b = \"new\" WHERE a = new.a; END;"
     "DROP INDEX i; ALTER TABLE t RENAME a TO k; CREATE INDEX i ON t(b || 'oid')"},
    {"RowidRenamed",
     "CREATE TABLE t(k INTEGER PRIMARY KEY, a, CHECK(rowid > 0));"
     "CREATE INDEX i ON t(a) WHERE rowid > 3 AND t.oid < 7;"
     "CREATE VIEW v AS SELECT rowid, q.oid AS o FROM t AS q WHERE _rowid_ > 1;"
     "CREATE TRIGGER r AFTER INSERT ON t WHEN new.rowid > 0 BEGIN"
     " DELETE FROM t WHERE rowid = new.oid; END",
     "CREATE TABLE t(id INTEGER PRIMARY KEY, a, CHECK(rowid > 0));"
     "CREATE INDEX i ON t(a) WHERE rowid > 3 AND t.oid < 7;"
     "CREATE VIEW v AS SELECT rowid, q.oid AS o FROM t AS q WHERE _rowid_ > 1;"
     "CREATE TRIGGER r AFTER INSERT ON t WHEN new.rowid > 0 BEGIN"
     " DELETE FROM t WHERE rowid = new.oid; END; ALTER TABLE t RENAME id TO k"},
    {"Rebuilt", "CREATE TABLE t(a INT, b TEXT); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a); CREATE TABLE t_new(a INT, b TEXT); DROP TABLE t;"
     "ALTER TABLE t_new RENAME TO t; CREATE INDEX i ON t(a)"},
};
INSTANTIATE_TEST_SUITE_P(Altered, EqualSchemas, testing::ValuesIn(kAltered),
                         [](const auto& suite) { return std::string(suite.param.name); });

const EqualCase kOthers[] = {
    {"IndexSpelling", "CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(a, b DESC) WHERE a > 1",
     "CREATE TABLE t(a, b); create unique index if not exists main.I on T([A] asc, 'b' desc)"
     " where (\"a\">1)"},
    {"IndexCollation", "CREATE TABLE t(a COLLATE NOCASE, b); CREATE INDEX i ON t(a, b)",
     "CREATE TABLE t(a COLLATE NOCASE, b);"
     "CREATE INDEX i ON t(a COLLATE nocase, (b COLLATE binary))"},
    {"IndexOnExpression", "CREATE TABLE t(a); CREATE INDEX i ON t(lower(a) COLLATE nocase)",
     "CREATE TABLE t(a); CREATE INDEX i ON t(((Lower ( \"A\" )) COLLATE NOCASE))"},
    {"ViewSpelling", "CREATE VIEW v AS SELECT a AS b, 'X' FROM t WHERE c > 1 ORDER BY a",
     "create view if not exists main.V as\n  select [A] \"b\", 'X' -- x\n  from T where c>1"
     " order by a asc"},
    {"ViewAliases", "CREATE VIEW v(x, y) AS SELECT t.a, (SELECT 1 AS one) AS s FROM tt AS t",
     "CREATE VIEW v(X,[y]) AS SELECT t.a, (SELECT 1 one) s FROM tt t"},
    {"ViewEndsInComment", "CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT 1 -- one"},
    {"JoinWordsAsNames",
     "CREATE TABLE n(left, right); CREATE VIEW v AS SELECT \"left\", n.\"right\" FROM n",
     "CREATE TABLE n(left, right); CREATE VIEW v AS SELECT left, n.right FROM n"},
    {"AliasInDoubleQuotes", "CREATE VIEW v AS SELECT a AS \"Total\" FROM t ORDER BY \"Total\"",
     "CREATE VIEW v AS SELECT a total FROM t ORDER BY total"},
    {"CommonTable", "CREATE VIEW v AS WITH c(x) AS (SELECT 1) SELECT \"x\" FROM \"C\"",
     "CREATE VIEW v AS WITH \"c\"(\"X\") AS (SELECT 1) SELECT x FROM c"},
    {"TriggerSpelling",
     "CREATE TABLE t(a, b);"
     "CREATE TRIGGER r BEFORE UPDATE OF a, b ON t FOR EACH ROW WHEN NEW.a > 1 BEGIN"
     " INSERT INTO t(a) VALUES('X'); END",
     "CREATE TABLE t(a, b);"
     "create trigger if not exists r update of B, [a] on main.t when (new.A>1) begin\n"
     " -- insert\n insert into T (\"a\") values ( 'X' ) ; end"},
    {"VirtualTableSpelling", "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize='porter')",
     "create virtual table if not exists main.F using FTS5( Title ,\"body\", tokenize = 'porter')"},
    {"StringsAsNames", "CREATE TABLE t(a); CREATE VIEW v AS SELECT a AS x, q.a AS y FROM t AS q",
     "CREATE TABLE t(a); CREATE VIEW v AS SELECT a AS 'X', 'q'.'a' 'y' FROM 't' 'q'"},
    {"TriggerStringsAsNames",
     "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = new.a; END",
     "CREATE TABLE t(a);"
     "CREATE TRIGGER 'r' AFTER INSERT ON 't' BEGIN UPDATE 't' SET 'a' = new.'A'; END"},
    {"FtsTokenizers",
     "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter ascii');"
     "CREATE VIRTUAL TABLE g USING fts5(a, tokenize=\"unicode61 separators 'X' tokenchars '_'\")",
     "CREATE VIRTUAL TABLE f USING fts5(\"A\", tokenize=\"Porter  ASCII\");"
     "CREATE VIRTUAL TABLE g USING fts5(a, TOKENIZE='UNICODE61 Separators X tokenchars ''_''')"},
    {"Fts4Tokenizers",
     "CREATE VIRTUAL TABLE f USING fts4(a, tokenize=unicode61 \"separators=X\", matchinfo=fts3)",
     "CREATE VIRTUAL TABLE f USING fts4(a, TOKENIZE= unicode61 'separators=X', "
     "matchinfo=\"FTS3\")"},
    {"FtsOptions",
     "CREATE TABLE docs(a); CREATE VIRTUAL TABLE f USING fts5(a, content='docs', columnsize=0)",
     "CREATE TABLE docs(a); CREATE VIRTUAL TABLE f USING fts5(a, content=Docs, columnsize='0')"},
    {"ShadowTables", "CREATE VIRTUAL TABLE f USING rtree(id, x0, x1)",
     "CREATE VIRTUAL TABLE f USING rtree(id, x0, x1); INSERT INTO f VALUES(1, 2, 3); ANALYZE"},
    {"Statistics", "CREATE TABLE t(a); CREATE INDEX i ON t(a)",
     "CREATE TABLE t(a); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1); ANALYZE"},
    {"UserVersion", "", "PRAGMA user_version = 5; PRAGMA application_id = 6"},
};
INSTANTIATE_TEST_SUITE_P(Others, EqualSchemas, testing::ValuesIn(kOthers),
                         [](const auto& suite) { return std::string(suite.param.name); });

}  // namespace
}  // namespace fastmigrate
