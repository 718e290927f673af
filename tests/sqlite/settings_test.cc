#include "sqlite/settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

TEST(PragmaClass, OfEveryPragmaThatMatters) {
  const std::vector<std::pair<const char*, PragmaClass>> cases = {
      {"recursive_triggers", PragmaClass::kSetting}, {"legacy_alter_table", PragmaClass::kSetting},
      {"defer_foreign_keys", PragmaClass::kSetting}, {"writable_schema", PragmaClass::kSetting},
      {"query_only", PragmaClass::kSetting},         {"cache_size", PragmaClass::kSetting},
      {"busy_timeout", PragmaClass::kPassedOver},    {"locking_mode", PragmaClass::kPassedOver},
      {"temp_store", PragmaClass::kPassedOver},      {"foreign_keys", PragmaClass::kOutside},
      {"journal_mode", PragmaClass::kOutside},       {"synchronous", PragmaClass::kPassedOver},
      {"auto_vacuum", PragmaClass::kOutside},        {"page_size", PragmaClass::kOutside},
      {"encoding", PragmaClass::kOutside},           {"wal_checkpoint", PragmaClass::kOutside},
      {"user_version", PragmaClass::kOther},         {"application_id", PragmaClass::kOther},
      {"foreign_key_check", PragmaClass::kOther},    {"optimize", PragmaClass::kOther},
      {"no_such_pragma", PragmaClass::kOther},
  };
  for (const auto& [name, kind] : cases) EXPECT_EQ(ClassOfPragma(name), kind) << name;
}

TEST(NormalizedPragmaValue, IsWhatThePragmaShows) {
  struct Case {
    const char* name;
    const char* value;
    const char* normalized;
  };
  const std::vector<Case> cases = {
      {"foreign_keys", "ON", "1"},         {"foreign_keys", "yes", "1"},
      {"foreign_keys", "True", "1"},       {"foreign_keys", "1", "1"},
      {"foreign_keys", "2", "1"},          {"foreign_keys", "off", "0"},
      {"foreign_keys", "NO", "0"},         {"foreign_keys", "false", "0"},
      {"foreign_keys", "0", "0"},          {"foreign_keys", "00", "0"},
      {"journal_mode", "WAL", "wal"},      {"journal_mode", "Off", "off"},
      {"page_size", "4096", "4096"},       {"auto_vacuum", "NONE", "0"},
      {"auto_vacuum", "full", "1"},        {"auto_vacuum", "2", "2"},
      {"auto_vacuum", "INCREMENTAL", "2"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NormalizedPragmaValue(c.name, c.value), c.normalized) << c.name << " " << c.value;
  }
}

TEST(NormalizedPragmaValue, AgreesWithSqlite) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> inputs = {
      {"foreign_keys", {"ON", "off", "yes", "NO", "TRUE", "false", "0", "1", "7"}},
      {"journal_mode", {"MEMORY", "Off", "memory"}},
      {"auto_vacuum", {"NONE", "full", "INCREMENTAL", "0", "1", "2"}},
  };
  for (const auto& [name, values] : inputs) {
    for (const std::string& value : values) {
      Database db = OpenDatabase();
      Query(db, "PRAGMA " + name + " = " + value);
      EXPECT_EQ(NormalizedPragmaValue(name, value), *ReadPragma(db, "", name))
          << name << " " << value;
    }
  }
}

TEST(ReadPragma, GivesThePresentValue) {
  Database db = OpenDatabase();
  ASSERT_EQ(Query(db,
                  "PRAGMA cache_size = -777; ATTACH ':memory:' AS \"a b\"; PRAGMA \"a "
                  "b\".cache_size = 55"),
            "");
  EXPECT_EQ(*ReadPragma(db, "", "cache_size"), "-777");
  EXPECT_EQ(*ReadPragma(db, "a b", "cache_size"), "55");
  EXPECT_EQ(*ReadPragma(db, "", "no_such_pragma"), "");
}

TEST(ReadPragma, KnowsWhatCannotBeAskedFor) {
  Database db = OpenDatabase();
  EXPECT_EQ(*ReadPragma(db, "", "case_sensitive_like"), "0");
  Query(db, "PRAGMA case_sensitive_like = ON");
  EXPECT_EQ(*ReadPragma(db, "", "case_sensitive_like"), "1");
}

TEST(ForeignKeys, AreReadAndSetWithoutAStatement) {
  Database db = OpenDatabase();
  EXPECT_FALSE(ForeignKeysEnforced(db));
  EnforceForeignKeys(db, true);
  EXPECT_EQ(Query(db, "PRAGMA foreign_keys"), "1");
  EXPECT_TRUE(ForeignKeysEnforced(db));
  EnforceForeignKeys(db, false);
  EXPECT_EQ(Query(db, "PRAGMA foreign_keys"), "0");
}

struct SettingCase {
  const char* name;
  const char* host;
  const char* script;
};

// Every pragma of kind kSetting that can be given another value and asked for.
const std::vector<SettingCase> kSettingCases = {
    {"automatic_index", "1", "0"},
    {"cache_size", "-777", "55"},
    {"case_sensitive_like", "0", "1"},
    {"cell_size_check", "0", "1"},
    {"checkpoint_fullfsync", "0", "1"},
    {"defer_foreign_keys", "0", "1"},
    {"full_column_names", "0", "1"},
    {"fullfsync", "0", "1"},
    {"ignore_check_constraints", "0", "1"},
    {"journal_size_limit", "1000", "2000"},
    {"legacy_alter_table", "0", "1"},
    {"legacy_alter_table", "1", "0"},
    {"query_only", "0", "1"},
    {"read_uncommitted", "0", "1"},
    {"recursive_triggers", "0", "1"},
    {"recursive_triggers", "1", "0"},
    {"reverse_unordered_selects", "0", "1"},
    {"secure_delete", "0", "1"},
    {"short_column_names", "1", "0"},
    {"trusted_schema", "1", "0"},
    {"writable_schema", "0", "1"},
};

TEST(SettingsKeeper, PutsBackWhatItWasToldOf) {
  for (const SettingCase& c : kSettingCases) {
    Database db = OpenDatabase();
    const std::string set = std::string("PRAGMA ") + c.name + " = ";
    Query(db, set + c.host);
    ASSERT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
    {
      SettingsKeeper settings(db);
      ASSERT_TRUE(settings.Remember("", c.name));
      Query(db, set + c.script);
      ASSERT_EQ(*ReadPragma(db, "", c.name), c.script) << c.name;
      ASSERT_TRUE(settings.Remember("", c.name));  // the first value counts
    }
    EXPECT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
  }
}

TEST(SettingsKeeper, PutsBackWhileAnInterruptIsInForce) {
  for (const SettingCase& c : kSettingCases) {
    Database db = OpenDatabase();
    const std::string set = std::string("PRAGMA ") + c.name + " = ";
    Query(db, set + c.host);
    std::function<void()> action = [&] {
      SettingsKeeper settings(db);
      ASSERT_TRUE(settings.Remember("", c.name));
      Query(db, set + c.script);
      sqlite3_interrupt(db.handle());
    };
    DefineAction(db, "act", &action);
    Query(db, "SELECT act()");
    EXPECT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
  }
}

TEST(SettingsKeeper, KeepsTheSchemasOfAPragmaApart) {
  Database db = OpenDatabase();
  Query(
      db,
      "ATTACH ':memory:' AS \"a b\"; PRAGMA main.cache_size = 11; PRAGMA \"a b\".cache_size = 22");
  {
    SettingsKeeper settings(db);
    ASSERT_TRUE(settings.Remember("main", "cache_size"));
    ASSERT_TRUE(settings.Remember("a b", "cache_size"));
    Query(db, "PRAGMA main.cache_size = 1; PRAGMA \"a b\".cache_size = 2");
  }
  EXPECT_EQ(Query(db, "PRAGMA main.cache_size; PRAGMA \"a b\".cache_size"), "11\n22");
}

TEST(SettingsKeeper, RestoresTheJournalModeOnlyOutsideOfATransaction) {
  TempFolder temp;
  Database db = OpenDatabase(temp.Path("a.db"));
  Query(db, "PRAGMA journal_mode = PERSIST");
  SettingsKeeper settings(db);
  ASSERT_TRUE(settings.Remember("", "journal_mode"));
  Query(db, "PRAGMA journal_mode = TRUNCATE; BEGIN");
  settings.Restore();
  EXPECT_EQ(Query(db, "PRAGMA journal_mode"), "truncate");
  Query(db, "COMMIT");
  settings.Restore();
  EXPECT_EQ(Query(db, "PRAGMA journal_mode"), "persist");
}

TEST(SettingsKeeper, RestoresSecureDeleteFast) {
  Database db = OpenDatabase();
  Query(db, "PRAGMA secure_delete = FAST");
  {
    SettingsKeeper settings(db);
    ASSERT_TRUE(settings.Remember("", "secure_delete"));
    Query(db, "PRAGMA secure_delete = OFF");
  }
  EXPECT_EQ(Query(db, "PRAGMA secure_delete"), "2");
}

TEST(SettingsKeeper, RestoresTheCacheSizeBehindDefaultCacheSize) {
  Database db = OpenDatabase();
  Query(db, "PRAGMA cache_size = 77");
  {
    SettingsKeeper settings(db);
    ASSERT_TRUE(settings.Remember("", "default_cache_size"));
    Query(db, "PRAGMA default_cache_size = 11");
    ASSERT_EQ(Query(db, "PRAGMA cache_size"), "11");
  }
  EXPECT_EQ(Query(db, "PRAGMA cache_size"), "77");
}

TEST(RowidKeeper, PutsBackTheLastInsertRowid) {
  Database db = OpenDatabase();
  Query(db, "CREATE TABLE t (a); INSERT INTO t (rowid) VALUES (77)");
  {
    RowidKeeper keeper(db);
    Query(db, "INSERT INTO t (rowid) VALUES (99)");
  }
  EXPECT_EQ(Query(db, "SELECT last_insert_rowid()"), "77");
}

TEST(CopySettings, GivesWhatDecidesTheMeaningOfAScript) {
  Database from = OpenDatabase();
  Database to = OpenDatabase();
  Query(from,
        "PRAGMA recursive_triggers = 1; PRAGMA legacy_alter_table = 1; PRAGMA trusted_schema = "
        "0; PRAGMA ignore_check_constraints = 1");
  sqlite3_db_config(from.handle(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(from.handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(from.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_limit(from.handle(), SQLITE_LIMIT_COLUMN, 3);
  ASSERT_TRUE(CopySettings(from, to));
  EXPECT_EQ(Query(to,
                  "PRAGMA recursive_triggers; PRAGMA legacy_alter_table; PRAGMA trusted_schema; "
                  "PRAGMA ignore_check_constraints"),
            "1\n1\n0\n1");
  EXPECT_TRUE(StartsWith(Query(to, "SELECT \"text\""), "error 1: no such column: "));
  int triggers = 1;
  sqlite3_db_config(to.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &triggers);
  EXPECT_EQ(triggers, 0);
  EXPECT_EQ(Query(to, "CREATE TABLE t (a, b, c, d)"), "error 1: too many columns on t");
}

// --- through a script

TEST(ScriptSettings, AreTheCallersAgainAfterSuccess) {
  for (const SettingCase& c : kSettingCases) {
    if (std::string(c.name) == "query_only") continue;  // nothing could be written behind it
    Project project;
    project.Script("0001-a.sql", std::string("CREATE TABLE t (a);\nPRAGMA ") + c.name + " = " +
                                     c.script + ";\nINSERT INTO t VALUES (1);");
    Database db = project.Open();
    Query(db, std::string("PRAGMA ") + c.name + " = " + c.host);
    EXPECT_EQ(Apply(db, project), "1") << c.name;
    EXPECT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
  }
}

TEST(ScriptSettings, AreTheCallersAgainAfterAFailure) {
  for (const SettingCase& c : kSettingCases) {
    Project project;
    project.Script("0001-a.sql",
                   std::string("PRAGMA ") + c.name + " = " + c.script + ";\nSELECT nope;");
    Database db = project.Open();
    Query(db, std::string("PRAGMA ") + c.name + " = " + c.host);
    EXPECT_EQ(
        Apply(db, project),
        "error 1: 0001-a.sql:2:8: no such column: nope\n"
        "  2 | SELECT nope;\n"
        "    |        ^\n"
        "database stays without a version; 0 of 1 scripts were applied, this one was rolled back")
        << c.name;
    EXPECT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
    EXPECT_EQ(Version(db), "NULL") << c.name;
  }
}

TEST(ScriptSettings, AreTheCallersAgainAfterAnInterrupt) {
  for (const SettingCase& c : kSettingCases) {
    Project project;
    project.Script("0001-a.sql",
                   std::string("PRAGMA ") + c.name + " = " + c.script + ";\nSELECT interrupt();");
    Database db = project.Open();
    std::function<void()> action = [&] { sqlite3_interrupt(db.handle()); };
    DefineAction(db, "interrupt", &action);
    Query(db, std::string("PRAGMA ") + c.name + " = " + c.host);
    EXPECT_TRUE(StartsWith(Apply(db, project), "error 9:")) << c.name;
    EXPECT_EQ(*ReadPragma(db, "", c.name), c.host) << c.name;
    EXPECT_TRUE(db.InAutocommit()) << c.name;
  }
}

TEST(ScriptSettings, HoldForTheRestOfTheirScriptOnly) {
  Project project;
  project.Script("0001-a.sql",
                 "CREATE TABLE t (a INTEGER);\n"
                 "CREATE TRIGGER r AFTER INSERT ON t WHEN new.a < 3 BEGIN\n"
                 "  INSERT INTO t VALUES (new.a + 1); END;\n"
                 "PRAGMA recursive_triggers = ON;\nINSERT INTO t VALUES (1);");
  project.Script("0002-b.sql", "DELETE FROM t; INSERT INTO t VALUES (1);");
  Database db = project.Open();
  ASSERT_EQ(Query(db, "SELECT " + CallApply(project, "1")), "1");
  EXPECT_EQ(Query(db, "SELECT group_concat(a) FROM t"), "1,2,3");
  ASSERT_EQ(Apply(db, project), "2");
  EXPECT_EQ(Query(db, "SELECT group_concat(a) FROM t"), "1,2");
}

// A commit that is not synced can be lost, or torn, in a power cut.
TEST(ScriptSettings, SynchronousIsPassedOver) {
  Project project;
  project.Script("0001-a.sql", "PRAGMA synchronous = OFF;\nCREATE TABLE t (a);");
  project.Script("0002-b.sql", "PRAGMA synchronous = OFF;\nSELECT nope;");
  Database db = project.Open();
  Query(db, "PRAGMA synchronous = EXTRA");
  StatementTrace trace(db, [&](std::string_view sql) {
    EXPECT_EQ(sql.find("synchronous = OFF"), std::string_view::npos) << sql;
  });
  EXPECT_EQ(Apply(db, project),
            "error 1: 0002-b.sql:2:8: no such column: nope\n"
            "  2 | SELECT nope;\n"
            "    |        ^\n"
            "database stays at version 1; 1 of 2 scripts were applied, this one was rolled back");
  EXPECT_EQ(Version(db), "1");
  EXPECT_EQ(Query(db, "PRAGMA synchronous"), "3");
}

TEST(ScriptSettings, JournalModeOfARollbackJournalComesBack) {
  Project project;
  project.Script("0001-a.sql", "PRAGMA journal_mode = TRUNCATE;\nCREATE TABLE t (a);");
  Database db = project.Open();
  EXPECT_EQ(Apply(db, project), "1");
  EXPECT_EQ(Query(db, "PRAGMA journal_mode"), "delete");
}

TEST(ScriptSettings, JournalModeInTheScriptsOwnTransactionComesBack) {
  for (const char* mode : {"OFF", "MEMORY", "TRUNCATE"}) {
    Project project;
    project.Script("0001-a.sql", "CREATE TABLE t (a);");
    Database db = project.Open();
    ASSERT_EQ(Apply(db, project), "1");
    project.Script("0002-b.sql", std::string("BEGIN;\nPRAGMA journal_mode = ") + mode +
                                     ";\nINSERT INTO t VALUES (1);\nCOMMIT;");
    EXPECT_EQ(Apply(db, project), "2") << mode;
    EXPECT_EQ(Query(db, "PRAGMA journal_mode"), "delete") << mode;
  }
}

TEST(ScriptSettings, BusyTimeoutAndLockingModeArePassedOver) {
  Project project;
  project.Script("0001-a.sql",
                 "PRAGMA busy_timeout = 5; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = "
                 "MEMORY;\nCREATE TABLE t (a);");
  Database db = project.Open();
  Query(db, "PRAGMA busy_timeout = 1234; CREATE TEMP TABLE mine (x)");
  EXPECT_EQ(Apply(db, project), "1");
  EXPECT_EQ(Query(db, "PRAGMA busy_timeout; PRAGMA locking_mode; SELECT count(*) FROM temp.mine"),
            "1234\nnormal\n0");
}

TEST(ScriptSettings, LastInsertRowidIsTheCallersAfterSuccessFailureAndInterrupt) {
  for (const char* last : {"", "SELECT nope;", "SELECT interrupt();"}) {
    for (bool table_form : {false, true}) {
      Project project;
      project.Script("0001-a.sql", "CREATE TABLE t (a); INSERT INTO t (rowid) VALUES (99);");
      project.Script("0002-b.sql", std::string("INSERT INTO t (rowid) VALUES (98);") + last);
      Database db = project.Open();
      std::function<void()> action = [&] { sqlite3_interrupt(db.handle()); };
      DefineAction(db, "interrupt", &action);
      Query(db, "CREATE TEMP TABLE mine (x); INSERT INTO mine (rowid) VALUES (77)");
      table_form ? ApplyTable(db, project) : Apply(db, project);
      EXPECT_EQ(Query(db, "SELECT last_insert_rowid()"), "77") << last << " " << table_form;
    }
  }
}

}  // namespace
}  // namespace fastmigrate
