#include "faults/fault_scenario.h"

#include <sqlite3.h>

namespace fastmigrate {
namespace {

const FaultScript kTables = {"0001-tables.sql",
                             R"sql(
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT,
                       author_id INTEGER REFERENCES author (id) ON DELETE CASCADE);
    CREATE TABLE host_note (id INTEGER PRIMARY KEY, text TEXT);
    INSERT INTO author (id, name) VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO book (id, title, author_id)
    SELECT i, 'Title ' || i || hex(zeroblob(60)), 1 + i % 3 FROM n;
)sql",
                             {}};

const FaultScript kSmall = {"0002-small.sql",
                            R"sql(
    INSERT INTO author (id, name) VALUES (4, 'Barbara');
    UPDATE book SET author_id = 4 WHERE id % 5 = 0;
)sql",
                            {}};

const FaultScript kPragmas = {"0003-pragmas.sql",
                              R"sql(
    PRAGMA recursive_triggers = ON;
    PRAGMA legacy_alter_table = ON;
    PRAGMA secure_delete = FAST;
    PRAGMA cache_size = 77;
    PRAGMA case_sensitive_like = ON;
    PRAGMA user_version = 3;
    UPDATE book SET title = upper(title) WHERE title LIKE 'Title 1%';
    DELETE FROM book WHERE id = 40;
)sql",
                              {}};

const FaultScript kSynchronous = {"0004-synchronous.sql",
                                  R"sql(
    PRAGMA synchronous = OFF;
    UPDATE book SET title = title || '.' WHERE id % 2;
)sql",
                                  {}};

const FaultScript kTrigger = {"0005-trigger.sql",
                              R"sql(
    CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
    CREATE TRIGGER book_log AFTER UPDATE ON book
    BEGIN
      INSERT INTO log (what) VALUES (old.title || ' -> ' || new.title);
    END;
    UPDATE book SET title = substr(title, 1, 8) WHERE id < 6;
)sql",
                              {}};

const FaultScript kRebuild = {"0006-rebuild.sql",
                              R"sql(
    CREATE TABLE new_author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);
    INSERT INTO new_author (id, name) SELECT id, name FROM author;
    DROP TABLE author;
    ALTER TABLE new_author RENAME TO author;
)sql",
                              {}};

const FaultScript kIndex = {"0007-index.sql",
                            R"sql(
    CREATE INDEX book_author ON book (author_id, title);
    ALTER TABLE book ADD COLUMN year INTEGER DEFAULT 1970;
    DELETE FROM book WHERE id BETWEEN 10 AND 20;
)sql",
                            {}};

const FaultScript kVacuumBehind = {"0004-vacuum-behind.sql",
                                   R"sql(
    DELETE FROM book WHERE id > 30;
    VACUUM;
)sql",
                                   {}};

const FaultScript kVacuumBefore = {"0008-vacuum-before.sql",
                                   R"sql(
    VACUUM;
    INSERT INTO author (id, name) VALUES (9, 'Donald');
)sql",
                                   {}};

const FaultScript kFailing = {"0008-failing.sql",
                              R"sql(
    UPDATE book SET title = 'lost';
    INSERT INTO author (id, name) VALUES (1, 'Ada');
)sql",
                              {}};

const FaultScript kRecreate = {"0002-recreate.sql",
                               R"sql(
    CREATE INDEX book_title ON book (title);
    SELECT fastmigrate_recreate_table('book',
        'id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER REFERENCES author (id)');
    INSERT INTO book (id, title, author_id) VALUES (100, 'After', 1);
)sql",
                               {}};

const FaultScripts kMain = {kTables, kSmall, kPragmas, kSynchronous, kTrigger, kRebuild, kIndex};
// Nothing that has to stand outside of a transaction.
const FaultScripts kPlain = {kTables, kSmall, kPragmas, kTrigger, kRebuild, kIndex};

FaultScripts With(FaultScripts scripts, const FaultScript& last) {
  scripts.push_back(last);
  return scripts;
}

FaultScripts Edited() {
  FaultScripts scripts = kPlain;
  scripts[1].text += "SELECT 'edited';\n";
  return scripts;
}

// By the numbers that import gives them.
FaultScripts Consecutive(FaultScripts scripts) {
  int version = 0;
  for (FaultScript& script : scripts) {
    script.name.replace(0, 4, "000" + std::to_string(++version));
  }
  return scripts;
}

std::vector<std::string> PathsOf(const FaultScripts& scripts) {
  std::vector<std::string> paths;
  for (const FaultScript& script : scripts) paths.push_back("migrations/" + script.name);
  return paths;
}

constexpr char kApply[] = "SELECT fastmigrate_apply('{dir}')";
constexpr char kApplyTable[] = "SELECT version, name FROM fastmigrate_apply('{dir}')";

}  // namespace

std::vector<Scenario> SurfaceScenarios() {
  const FaultScripts vacuum = {kTables, kSmall, kVacuumBehind, kTrigger, kRebuild, kVacuumBefore};
  const FaultScripts consecutive = Consecutive(kPlain);
  return {
      {.name = "apply", .call = kApply, .scripts = kMain},
      {.name = "apply_new", .call = kApply, .scripts = kPlain, .start = Start::kEmpty},
      {.name = "apply_vacuum", .call = kApply, .scripts = vacuum},
      {.name = "apply_failing",
       .call = kApply,
       .scripts = With(kPlain, kFailing),
       .error = SQLITE_CONSTRAINT},
      {.name = "apply_recreate", .call = kApply, .scripts = {kTables, kRecreate}},
      {.name = "apply_table", .call = kApplyTable, .scripts = kMain},
      {.name = "apply_transaction", .call = kApply, .scripts = kPlain, .in_transaction = true},
      {.name = "apply_nothing", .call = kApply, .scripts = kPlain, .version = 7},
      {.name = "create", .call = "SELECT fastmigrate_create()", .start = Start::kEmpty},
      {.name = "enroll",
       .call = "SELECT fastmigrate_enroll(1)",
       .scripts = kPlain,
       .start = Start::kUnmanaged},
      {.name = "enroll_dir",
       .call = "SELECT fastmigrate_enroll(6, '{dir}')",
       .scripts = kPlain,
       .start = Start::kUnmanaged,
       .version = 6},
      {.name = "find_version",
       .call = "SELECT fastmigrate_find_version('{dir}')",
       .scripts = kPlain,
       .start = Start::kUnmanaged,
       .version = 6},
      {.name = "unenroll",
       .call = "SELECT fastmigrate_unenroll()",
       .scripts = kPlain,
       .start = Start::kEnrolled,
       .version = 6},
      {.name = "initialize",
       .call = "SELECT fault_returned(fastmigrate_initialize('{dir}'))",
       .scripts = kPlain,
       .start = Start::kUnmanaged,
       .version = 6,
       .makes = {"migrations/0001-initialize.sql"},
       .has_folder = false},
      {.name = "initialize_rows",
       .call = "SELECT fault_returned(fastmigrate_initialize('{dir}', 'author', 'book'))",
       .scripts = kPlain,
       .start = Start::kUnmanaged,
       .version = 6,
       .makes = {"migrations/0001-initialize.sql"},
       .has_folder = false},
      {.name = "import",
       .call = "SELECT fault_returned(fastmigrate_import('{root}/foreign', '{dir}'))",
       .scripts = consecutive,
       .start = Start::kUnmanaged,
       .version = 5,
       .makes = PathsOf(consecutive),
       .has_folder = false,
       .by_goose = true},
      {.name = "import_new",
       .call = "SELECT fault_returned(fastmigrate_import('{root}/foreign', '{dir}'))",
       .scripts = consecutive,
       .start = Start::kEmpty,
       .makes = PathsOf(consecutive),
       .has_folder = false,
       .by_goose = true,
       .oracle_known = false},
      {.name = "draft",
       .call = "SELECT fault_returned(fastmigrate_draft('{dir}', 'by hand'))",
       .scripts = consecutive,
       .version = 6,
       .makes = {"migrations/0007-by-hand.sql"},
       .by_hand = "DROP TABLE author; CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT); "
                  "ALTER TABLE book ADD COLUMN pages INTEGER; CREATE VIEW v AS SELECT 1",
       .oracle_known = false},
      {.name = "draft_file",
       .call = "SELECT fault_returned(fastmigrate_draft('{dir}', 'file', "
               "'{dir}/0001-tables.sql'))",
       .scripts = consecutive,
       .version = 6,
       .makes = {"migrations/0007-file.sql"}},
      {.name = "status",
       .call = "SELECT * FROM fastmigrate_status('{dir}')",
       .scripts = kPlain,
       .version = 5},
      {.name = "history",
       .call = "SELECT * FROM fastmigrate_history()",
       .scripts = kPlain,
       .version = 7},
      {.name = "tables_together",
       .call = "SELECT name FROM fastmigrate_status('{dir}') UNION ALL "
               "SELECT name FROM fastmigrate_history() UNION ALL "
               "SELECT name FROM fastmigrate_verify('{dir}')",
       .scripts = kPlain,
       .version = 7},
      {.name = "verify",
       .call = "SELECT * FROM fastmigrate_verify('{dir}')",
       .scripts = kPlain,
       .version = 7},
      {.name = "verify_version",
       .call = "SELECT * FROM fastmigrate_verify('{dir}', 6)",
       .scripts = kPlain,
       .start = Start::kUnmanaged,
       .version = 6},
      {.name = "rehearse",
       .call = "SELECT fastmigrate_rehearse('{dir}')",
       .scripts = kPlain,
       .same_result = false},
      {.name = "rehearse_table",
       .call = "SELECT version, name, ok, error FROM fastmigrate_rehearse('{dir}')",
       .scripts = kPlain},
      {.name = "accept",
       .call = "SELECT fastmigrate_accept(2, '{dir}')",
       .scripts = Edited(),
       .version = 7,
       .probe = "SELECT count(*) = 0 FROM fastmigrate_status('{dir}') WHERE state = 'edited'"},
      {.name = "backup",
       .call = "SELECT fault_returned(fastmigrate_backup('{root}/backup.db'))",
       .scripts = kPlain,
       .version = 6,
       .makes = {"backup.db"},
       .same_result = false},
      {.name = "new",
       .call = "SELECT fault_returned(fastmigrate_new('{dir}', 'more'))",
       .scripts = kPlain,
       .version = 6,
       .makes = {"migrations/0008-more.sql"},
       .same_result = false},
      {.name = "recreate_table",
       .call = "SELECT fastmigrate_recreate_table('book', 'id INTEGER PRIMARY KEY, title TEXT NOT "
               "NULL, author_id INTEGER REFERENCES author (id)')",
       .scripts = kPlain,
       .version = 6,
       .oracle_known = false},
  };
}

std::vector<Scenario> PowerCutScenarios() {
  FaultScript parts = {"0008-parts.sql",
                       "INSERT INTO author (id, name) VALUES (20, 'first part');\n"
                       "DELETE FROM book WHERE id < 10;\n"
                       "VACUUM;\n"
                       "INSERT INTO author (id, name) VALUES (21, 'second part');\n"
                       "CREATE TABLE later (id INTEGER PRIMARY KEY);\n",
                       {"INSERT INTO author (id, name) VALUES (20, 'first part');"
                        "DELETE FROM book WHERE id < 10;",
                        "INSERT INTO author (id, name) VALUES (21, 'second part');"
                        "CREATE TABLE later (id INTEGER PRIMARY KEY);"}};
  FaultScripts many = {kTables};
  for (int i = 2; i <= 60; ++i) {
    std::string number = std::to_string(i);
    many.push_back({(i < 10 ? "000" : "00") + number + "-small.sql",
                    "INSERT INTO author (id, name) VALUES (" + number + "0, 'a" + number + "');\n",
                    {}});
  }
  FaultScript wal = {"0003-wal.sql",
                     "PRAGMA journal_mode = WAL;\nUPDATE book SET title = 'wal' WHERE id % 2;\n",
                     {}};
  FaultScript back = {"0005-delete.sql",
                      "PRAGMA journal_mode = DELETE;\nUPDATE book SET title = 'x' WHERE id % 3;\n",
                      {}};
  FaultScript off_rebuild = {"0009-off.sql", "PRAGMA synchronous = OFF;\n" + kRebuild.text, {}};
  FaultScripts synchronous = {kTables, kSmall, kSynchronous};
  synchronous.push_back({"0005-more.sql", "UPDATE book SET title = title || '!';\n", {}});
  synchronous.push_back(off_rebuild);
  auto apply = [](const char* name, FaultScripts scripts) {
    return Scenario{
        .name = name, .call = kApply, .scripts = std::move(scripts), .start = Start::kEmpty};
  };
  return {
      apply("cut_plain", kPlain),
      apply("cut_synchronous", synchronous),
      apply("cut_vacuum", {kTables, kSmall, kVacuumBehind, kTrigger, kRebuild, kVacuumBefore}),
      apply("cut_journal", {kTables, kSmall, wal, kVacuumBehind, back, kRebuild}),
      apply("cut_parts", With(kPlain, parts)),
      apply("cut_many", many),
      Scenario{.name = "cut_table", .call = kApplyTable, .scripts = kMain, .start = Start::kEmpty},
      Scenario{.name = "cut_enroll",
               .call = "SELECT fastmigrate_enroll(6, '{dir}')",
               .scripts = kPlain,
               .start = Start::kUnmanaged,
               .version = 6},
  };
}

std::string SqlOf(const Scenario& scenario, const std::string& root) {
  std::string sql = scenario.call;
  auto replace = [&sql](const std::string& what, const std::string& with) {
    for (size_t at; (at = sql.find(what)) != std::string::npos;) sql.replace(at, what.size(), with);
  };
  replace("{dir}", root + "/migrations");
  replace("{root}", root);
  return sql;
}

int VersionOf(const FaultScript& script) { return std::stoi(script.name.substr(0, 4)); }

}  // namespace fastmigrate
