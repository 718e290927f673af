#include "migrate/script_steps.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

// The statements of each step, "[0 1] 2! [3]": parts in brackets, outside ones with a mark; then
// what is skipped, "-4".
std::string Steps(const std::string& text, bool has_file = true,
                  const std::map<std::string, std::string>& present = {}) {
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  EXPECT_TRUE(script) << text;
  std::map<std::string, std::string> values = {{"foreign_keys", "0"},
                                               {"journal_mode", "delete"},
                                               {"page_size", "4096"},
                                               {"auto_vacuum", "0"}};
  for (const auto& [name, value] : present) values[name] = value;
  PragmaValues pragmas([&](const std::string&, const std::string& name) { return values[name]; });
  ScriptSteps steps = PlanSteps(*script, &pragmas, has_file);
  std::string shown;
  for (size_t i = 0; i < steps.steps.size(); ++i) {
    const ScriptStep& step = steps.steps[i];
    if (!shown.empty()) shown += ' ';
    if (step.outside != nullptr) {
      shown += std::to_string(step.outside->index) + "!";
    } else {
      shown += "[" + std::to_string(step.first_statement) + "]";
    }
  }
  for (size_t skipped : steps.skipped) shown += " -" + std::to_string(skipped);
  if (steps.IsOnePart()) shown += " one";
  return shown;
}

struct Case {
  const char* text;
  const char* steps;
};

TEST(ScriptSteps, CutWhereNoTransactionCanHoldAStatement) {
  const std::vector<Case> cases = {
      {"", " one"},
      {"-- nothing", " one"},
      {"SELECT 1; SELECT 2;", "[0] one"},
      {"BEGIN; SELECT 1; COMMIT;", "[0] one"},
      {"VACUUM;", "0!"},
      {"VACUUM; SELECT 1;", "0! [1]"},
      {"SELECT 1; VACUUM;", "[0] 1!"},
      {"SELECT 1; VACUUM; SELECT 2;", "[0] 1! [2]"},
      {"ATTACH 'a' AS a; SELECT 1; DETACH a;", "0! [1] 2!"},
      {"BEGIN; VACUUM; COMMIT;", "[0] one"},
      {"BEGIN; COMMIT; VACUUM; BEGIN; COMMIT;", "[0] 2! [3]"},
      {"SAVEPOINT a; VACUUM; RELEASE a; VACUUM;", "[0] 3!"},
      {"SAVEPOINT a; SAVEPOINT b; ROLLBACK TO a; VACUUM; RELEASE a; VACUUM", "[0] 5!"},
      {"BEGIN; ROLLBACK; VACUUM;", "[0] 2!"},
      {"PRAGMA foreign_keys = OFF; SELECT 1; PRAGMA foreign_keys = ON;", "[0] -0 -2 one"},
      {"PRAGMA foreign_keys = OFF; BEGIN; SELECT 1; COMMIT; PRAGMA foreign_keys = ON;",
       "[0] -0 -4 one"},
      {"PRAGMA foreign_keys = ON; SELECT 1;", "0! [1]"},
      {"PRAGMA foreign_keys = ON; PRAGMA foreign_keys = ON; SELECT 1;", "0! [1] -1"},
      {"SELECT 1; PRAGMA foreign_keys = ON; SELECT 2; PRAGMA foreign_keys = OFF; SELECT 3;",
       "[0] 1! [2] 3! [4]"},
      {"BEGIN; PRAGMA foreign_keys = ON; COMMIT;", "[0] one"},
      {"PRAGMA foreign_keys; SELECT 1;", "[0] one"},
      {"PRAGMA synchronous = OFF; SELECT 1;", "[0] one"},
      {"PRAGMA cache_size = 9; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; SELECT 1;",
       "0! 2! [3]"},
      {"PRAGMA journal_mode = WAL; SELECT 1;", "0! [1]"},
      {"SELECT 1; PRAGMA journal_mode = WAL;", "[0] 1!"},
      {"PRAGMA journal_mode = DELETE; SELECT 1;", "[0] -0 one"},
      {"PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; SELECT 1;", "[0] -0 -1 one"},
      {"PRAGMA page_size = 8192; VACUUM;", "0! 1!"},
      {"PRAGMA user_version = 3; PRAGMA foreign_key_check; PRAGMA cache_size = 5;", "[0] one"},
      {"PRAGMA wal_checkpoint(TRUNCATE);", "0!"},
  };
  for (const Case& c : cases) EXPECT_EQ(Steps(c.text), c.steps) << c.text;
}

// Without a journal nothing can be rolled back; a script must not get that, whatever the mode was.
TEST(ScriptSteps, NeverLoseTheJournal) {
  const char* const kScripts[] = {"PRAGMA journal_mode = OFF; SELECT 1;",
                                  "PRAGMA journal_mode = MEMORY; SELECT 1;"};
  for (const char* text : kScripts) {
    EXPECT_EQ(Steps(text), "[0] -0 one") << text;
    EXPECT_EQ(Steps(text, true, {{"journal_mode", "truncate"}}), "[0] -0 one") << text;
  }
}

TEST(ScriptSteps, SkipInMemoryWhatOnlyConcernsAFile) {
  const std::vector<Case> cases = {
      {"VACUUM; SELECT 1;", "[0] -0 one"},
      {"PRAGMA journal_mode = WAL; SELECT 1;", "[0] -0 one"},
      {"PRAGMA wal_checkpoint; SELECT 1;", "[0] -0 one"},
      {"VACUUM INTO 'a';", "0!"},
      {"ATTACH 'a' AS a;", "0!"},
      {"PRAGMA foreign_keys = ON; SELECT 1;", "0! [1]"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Steps(c.text, false, {{"journal_mode", "memory"}}), c.steps) << c.text;
  }
}

TEST(ScriptSteps, KnowTheBytesOfAPart) {
  const std::string text = "SELECT 1; VACUUM; SELECT 2; SELECT 3";
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  PragmaValues pragmas([](const std::string&, const std::string&) { return ""; });
  ScriptSteps steps = PlanSteps(*script, &pragmas, true);
  ASSERT_EQ(steps.steps.size(), 3u);
  EXPECT_EQ(steps.steps[0].begin, 0u);
  EXPECT_EQ(steps.steps[0].end, text.find("VACUUM"));
  EXPECT_EQ(steps.steps[2].begin, text.find(" SELECT 2"));
  EXPECT_EQ(steps.steps[2].end, text.size());
  EXPECT_EQ(steps.steps[2].first_statement, 2u);
  EXPECT_TRUE(steps.HasPartBehind(0));
  EXPECT_TRUE(steps.HasPartBehind(1));
  EXPECT_FALSE(steps.HasPartBehind(2));
}

TEST(TransactionLevels, FollowTheScriptsOwnStatements) {
  struct LevelCase {
    const char* text;
    size_t size;
    const char* name;
  };
  const std::vector<LevelCase> cases = {
      {"BEGIN", 1, ""},
      {"BEGIN; SAVEPOINT a; SAVEPOINT b", 3, "b"},
      {"BEGIN; SAVEPOINT a; COMMIT", 0, ""},
      {"BEGIN; SAVEPOINT a; ROLLBACK", 0, ""},
      {"SAVEPOINT a; SAVEPOINT b; RELEASE A", 0, ""},
      {"SAVEPOINT a; SAVEPOINT b; SAVEPOINT c; RELEASE b", 1, "a"},
      {"SAVEPOINT a; SAVEPOINT b; SAVEPOINT c; ROLLBACK TO b", 2, "b"},
      {"SAVEPOINT a; SAVEPOINT a; RELEASE a", 1, "a"},
      {"SAVEPOINT a; RELEASE nope", 1, "a"},
      {"SAVEPOINT a; ROLLBACK TO nope", 1, "a"},
      {"BEGIN; BEGIN", 1, ""},
  };
  for (const LevelCase& c : cases) {
    TransactionLevels levels;
    Result<SqlScript> script = ReadSqlScript("a.sql", c.text);
    for (const SpecialStatement& statement : script->specials) levels.Follow(statement);
    ASSERT_EQ(levels.size(), c.size) << c.text;
    EXPECT_EQ(levels.empty() ? "" : levels.back().name, c.name) << c.text;
  }
}

}  // namespace
}  // namespace fastmigrate
