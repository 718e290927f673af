#include "faults/memory_scenarios.h"

namespace fastmigrate {
namespace {

using Scripts = std::vector<std::pair<std::string, std::string>>;

const Scripts& FiveScripts() {
  static const Scripts scripts = {
      {"0001-base.sql", R"sql(
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
CREATE TABLE posts (
  id INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  body TEXT
);
INSERT INTO users VALUES (1, 'Ada', 'ada@example.org'), (2, 'Grace', NULL);
INSERT INTO posts VALUES (1, 1, 'first'), (2, 1, 'second'), (3, 2, 'third');
)sql"},
      {"0002-log.sql", R"sql(
CREATE TABLE log (what TEXT);
CREATE INDEX posts_by_user ON posts (user);
CREATE TRIGGER posts_logged AFTER INSERT ON posts BEGIN
  INSERT INTO log VALUES ('post ' || new.id);
END;
INSERT INTO posts VALUES (4, 2, 'fourth');
)sql"},
      {"0003-settings.sql", R"sql(
PRAGMA recursive_triggers = ON;
PRAGMA legacy_alter_table = ON;
PRAGMA user_version = 7;
ALTER TABLE users ADD COLUMN age INTEGER;
PRAGMA cache_size = 50;
UPDATE users SET age = 36 WHERE id = 1;
)sql"},
      {"0004-rebuild.sql", R"sql(
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE new_users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  email TEXT,
  age INTEGER CHECK (age > 0)
);
INSERT INTO new_users SELECT id, name, email, age FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
CREATE INDEX users_by_age ON users (age);
COMMIT;
)sql"},
      {"0005-tags.sql", R"sql(
CREATE TABLE tags (post INTEGER REFERENCES posts (id), tag TEXT, PRIMARY KEY (post, tag));
INSERT INTO tags SELECT id, 'old' FROM posts;
)sql"},
  };
  return scripts;
}

Scripts FirstScripts(size_t count, const Scripts& more = {}) {
  Scripts scripts(FiveScripts().begin(), FiveScripts().begin() + static_cast<long>(count));
  scripts.insert(scripts.end(), more.begin(), more.end());
  return scripts;
}

// As goose has them, with a way back.
Scripts GooseScripts() {
  Scripts scripts;
  for (const auto& [name, text] : FiveScripts()) {
    std::string up = text;
    up.insert(0, "-- +goose Up\n-- +goose StatementBegin");
    up += "-- +goose StatementEnd\n-- +goose Down\nDROP TABLE users;\n";
    scripts.emplace_back("0" + name.substr(0, 4) + "_" + name.substr(5), up);
  }
  return scripts;
}

// The first scripts, and the record that goose keeps of them.
std::string MadeByGoose(int count) {
  std::string sql =
      "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT "
      "NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP);"
      "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1);";
  for (int i = 0; i < count; ++i) {
    sql += FiveScripts()[static_cast<size_t>(i)].second +
           "INSERT INTO goose_db_version (version_id, is_applied) VALUES (" +
           std::to_string(i + 1) + ", 1);";
  }
  return sql;
}

// As an SQL text. The scripts hold nothing that JSON escapes but line breaks.
std::string BundleOf(const Scripts& scripts) {
  std::string bundle;
  for (const auto& [name, text] : scripts) {
    bundle += (bundle.empty() ? "{\"" : ", \"") + name + "\": \"";
    for (char c : text) bundle += c == '\n' ? "\\n" : c == '\'' ? "''" : std::string(1, c);
    bundle += '"';
  }
  return "'" + bundle + "}'";
}

constexpr char kOwnInsert[] = "INSERT OR IGNORE INTO users (id, name) VALUES (9, 'Own')";
constexpr char kApply[] = "SELECT fastmigrate_apply('migrations')";
constexpr char kApplyTable[] = "SELECT * FROM fastmigrate_apply('migrations')";
constexpr char kApplyThree[] = "SELECT fastmigrate_apply('migrations', 3)";

constexpr char kChangedByHand[] =
    "SELECT fastmigrate_apply('migrations'); DROP TABLE log; "
    "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT NOT NULL); "
    "ALTER TABLE posts ADD COLUMN title TEXT; CREATE VIEW titles AS SELECT title FROM posts";

std::vector<MemoryScenario> MakeScenarios() {
  const Scripts& five = FiveScripts();
  const Scripts vacuum = FirstScripts(2, {{"0003-vacuum.sql", "DELETE FROM posts;\nVACUUM;\n"}});
  const Scripts failing = FirstScripts(
      2, {{"0003-fails.sql",
           "INSERT INTO log VALUES ('x');\nINSERT INTO users VALUES (1, 'again', NULL);\n"}});
  const Scripts recreating = FirstScripts(
      2, {{"0003-recreate.sql",
           "SELECT fastmigrate_recreate_table('posts', 'id INTEGER PRIMARY KEY, user INTEGER, "
           "body TEXT NOT NULL');\n"}});
  return {
      {.name = "entry-point", .call = ""},
      {.name = "version",
       .call = "SELECT fastmigrate_version()",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "extension_version", .call = "SELECT fastmigrate_extension_version()"},
      {.name = "create", .call = "SELECT fastmigrate_create()"},
      {.name = "enroll",
       .call = "SELECT fastmigrate_enroll(3)",
       .scripts = five,
       .made_by_scripts = 3,
       .repeat = Repeat::kUnlessDone},
      {.name = "enroll-proved",
       .call = "SELECT fastmigrate_enroll(3, 'migrations')",
       .scripts = five,
       .made_by_scripts = 3,
       .repeat = Repeat::kUnlessDone},
      {.name = "enroll-again",
       .call = "SELECT fastmigrate_enroll(3)",
       .scripts = five,
       .made_by_scripts = 3,
       .prepare = "SELECT fastmigrate_enroll(3)"},
      {.name = "unenroll",
       .call = "SELECT fastmigrate_unenroll()",
       .scripts = five,
       .made_by_scripts = 3,
       .prepare = "SELECT fastmigrate_enroll(3)",
       .repeat = Repeat::kUnlessDone},
      {.name = "find_version",
       .call = "SELECT fastmigrate_find_version('migrations')",
       .scripts = five,
       .made_by_scripts = 3},
      {.name = "initialize",
       .call = "SELECT fastmigrate_initialize('fresh')",
       .scripts = five,
       .made_by_scripts = 5,
       .repeat = Repeat::kUnlessDone,
       .writes_before_commit = true},
      {.name = "initialize-rows",
       .call = "SELECT fastmigrate_initialize('fresh', 'users')",
       .scripts = five,
       .made_by_scripts = 5,
       .repeat = Repeat::kUnlessDone,
       .writes_before_commit = true},
      {.name = "import",
       .call = "SELECT fastmigrate_import('migrations', 'fresh')",
       .scripts = GooseScripts(),
       .prepare = MadeByGoose(3),
       .repeat = Repeat::kUnlessDone,
       .writes_before_commit = true},
      {.name = "import-new",
       .call = "SELECT fastmigrate_import('migrations', 'fresh')",
       .scripts = GooseScripts(),
       .repeat = Repeat::kUnlessDone},
      {.name = "draft",
       .call = "SELECT fastmigrate_draft('migrations', 'by hand')",
       .scripts = five,
       .prepare = kChangedByHand,
       .repeat = Repeat::kUnlessDone,
       .writes_before_commit = true},
      {.name = "draft-file",
       .call = "SELECT fastmigrate_draft('migrations', 'wanted', 'migrations/wanted.txt')",
       .scripts = FirstScripts(2, {{"wanted.txt", "CREATE TABLE users (id INTEGER PRIMARY KEY)"}}),
       .repeat = Repeat::kUnlessDone},
      {.name = "apply", .call = kApply, .scripts = five, .between = Between::kScripts},
      {.name = "apply-nothing-pending", .call = kApply, .scripts = five, .prepare = kApply},
      {.name = "apply-bundle",
       .call = "SELECT fastmigrate_apply(" + BundleOf(five) + ")",
       .scripts = five,
       .between = Between::kScripts},
      {.name = "apply-malformed-bundle",
       .call = "SELECT fastmigrate_apply(replace(" + BundleOf(five) + ", '}', ',}'))",
       .scripts = five,
       .fails = true},
      {.name = "bundle", .call = "SELECT fastmigrate_bundle('migrations')", .scripts = five},
      {.name = "status-bundle",
       .call = "SELECT * FROM fastmigrate_status(" + BundleOf(five) + ")",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "apply-vacuum", .call = kApply, .scripts = vacuum, .between = Between::kScripts},
      {.name = "apply-failing",
       .call = kApply,
       .scripts = failing,
       .between = Between::kScripts,
       .fails = true},
      {.name = "apply-recreate",
       .call = kApply,
       .scripts = recreating,
       .between = Between::kScriptsByApply},
      {.name = "apply-in-transaction",
       .call = kApply,
       .scripts = five,
       .prepare = "SELECT fastmigrate_apply('migrations', 1)",
       .in_transaction = kOwnInsert,
       .between = Between::kScripts},
      {.name = "apply-table", .call = kApplyTable, .scripts = five, .between = Between::kScripts},
      {.name = "apply-table-no-drop",
       .call = kApplyTable,
       .scripts = FirstScripts(3),
       .between = Between::kScripts},
      {.name = "status",
       .call = "SELECT * FROM fastmigrate_status('migrations')",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "history",
       .call = "SELECT * FROM fastmigrate_history()",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "tables-together",
       .call = "SELECT name FROM fastmigrate_status('migrations') UNION ALL "
               "SELECT name FROM fastmigrate_history() UNION ALL "
               "SELECT name FROM fastmigrate_verify('migrations')",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "verify",
       .call = "SELECT * FROM fastmigrate_verify('migrations')",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "verify-nothing",
       .call = "SELECT * FROM fastmigrate_verify('migrations', 0)",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "verify-version",
       .call = "SELECT * FROM fastmigrate_verify('migrations', 2)",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "verify-differences",
       .call = "SELECT * FROM fastmigrate_verify('migrations')",
       .scripts = five,
       .prepare = "SELECT fastmigrate_apply('migrations', 3); DROP INDEX posts_by_user; "
                  "CREATE TABLE extra (a)"},
      {.name = "rehearse",
       .call = "SELECT fastmigrate_rehearse('migrations')",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "rehearse-table",
       .call = "SELECT * FROM fastmigrate_rehearse('migrations')",
       .scripts = five,
       .prepare = kApplyThree},
      {.name = "accept",
       .call = "SELECT fastmigrate_accept(2, 'migrations')",
       .scripts = five,
       .prepare = kApplyThree,
       .edit = {"0002-log.sql", "CREATE TABLE log (what);\n"}},
      {.name = "schema", .call = "SELECT fastmigrate_schema()", .scripts = five, .prepare = kApply},
      {.name = "backup",
       .call = "SELECT fastmigrate_backup('copy.db')",
       .scripts = five,
       .prepare = kApply,
       .repeat = Repeat::kUnlessDone},
      {.name = "new",
       .call = "SELECT fastmigrate_new('migrations', 'more words')",
       .scripts = five,
       .prepare = kApply,
       .repeat = Repeat::kUnlessDone},
      {.name = "new-again",
       .call = "SELECT fastmigrate_new('migrations', 'more words')",
       .scripts = five,
       .prepare = "SELECT fastmigrate_new('migrations', 'more words')"},
      {.name = "recreate_table",
       .call = "SELECT fastmigrate_recreate_table('posts', 'id INTEGER PRIMARY KEY, user INTEGER, "
               "body TEXT NOT NULL')",
       .scripts = five,
       .prepare = kApply},
      {.name = "recreate-in-transaction",
       .call = "SELECT fastmigrate_recreate_table('posts', 'id INTEGER PRIMARY KEY, user INTEGER, "
               "body TEXT NOT NULL')",
       .scripts = five,
       .prepare = kApply,
       .in_transaction = kOwnInsert,
       .between = Between::kOwnInsert},
      {.name = "rehearse-in-transaction",
       .call = "SELECT fastmigrate_rehearse('migrations')",
       .scripts = five,
       .prepare = kApplyThree,
       .in_transaction = kOwnInsert,
       .between = Between::kOwnInsert},
      {.name = "version-in-transaction",
       .call = "SELECT fastmigrate_version()",
       .scripts = five,
       .prepare = kApplyThree,
       .in_transaction = kOwnInsert,
       .between = Between::kOwnInsert},
  };
}

}  // namespace

const std::vector<MemoryScenario>& MemoryScenarios() {
  static const std::vector<MemoryScenario> scenarios = MakeScenarios();
  return scenarios;
}

}  // namespace fastmigrate
