// The mutation test of the schema comparison: real schemas, changed in every way that matters and
// in every way that does not.
//
//   schema_mutation [--most-of-large=N] FOLDER [--optional=][DATABASE...]
//
// takes the schemas FOLDER/*.sql and those of the databases or .sql files; one that is optional may
// be missing. Of each kind of change it makes at most 60 to a schema, and N, 3 when that is left
// out, to one of more than 60 objects. Prints the score and, for each change that was missed or
// reported wrongly, what it was. Exits 1 when there is any. A change that was not found counts as
// missed unless SQLite makes the same bytecode of it; a harmless one that was reported counts
// unless SQLite makes another.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mutation/mutants.h"
#include "mutation/schema_files.h"
#include "schema/diff.h"
#include "schema/sqlite_facts.h"

namespace fastmigrate {
namespace {

struct Score {
  size_t alike = 0;  // changes not found, of which SQLite knows nothing either
  size_t mutations = 0;
  size_t found = 0;
  size_t harmless = 0;
  size_t reported = 0;
  size_t refused = 0;  // by SQLite: no schemas
};

std::optional<Schema> SchemaMadeBy(const std::string& script) {
  std::optional<Database> db = Make(script);
  if (!db) return std::nullopt;
  Result<Schema> schema = ReadSchema(*db);
  if (schema) return *schema;
  std::printf("  cannot read: %s\n", schema.error().message.c_str());
  return Schema();
}

// The differences, one a line; nullopt when one of the schemas is none.
std::optional<std::string> Compare(const Mutant& mutant, const Schema& original) {
  const std::optional<Schema> changed = SchemaMadeBy(mutant.script());
  const std::optional<Schema> other = mutant.other ? SchemaMadeBy(mutant.other()) : original;
  if (!changed || !other) return std::nullopt;
  std::string text;
  for (const Difference& difference : CompareSchemas(*other, *changed)) {
    text += "    " + DifferenceText(difference) + "\n";
  }
  return text;
}

// Whether SQLite makes the same of the relation in both; nullopt when it cannot say, since a
// statement on the relation does not compile.
std::optional<bool> IsSameToSqlite(const std::string& one, const std::string& other,
                                   const std::string& relation) {
  const std::optional<Database> first = Make(one);
  const std::optional<Database> second = Make(other);
  if (!first || !second) return std::nullopt;
  const std::string facts = SqliteFacts(*first, relation);
  const bool is_view = facts.find("no statement: DELETE") != std::string::npos;
  const bool reads = facts.find("no statement: SELECT *") == std::string::npos;
  if (!reads || (is_view && facts.find("no statement: UPDATE") == std::string::npos)) {
    return std::nullopt;
  }
  return facts == SqliteFacts(*second, relation);
}

// Whether SQLite sees no difference in any relation. ALTER TABLE can make one: SQLite 3.40 turns
// excluded.x into t.x when t is renamed.
bool IsSameToSqlite(const std::string& one, const std::string& other) {
  const std::optional<Database> db = Make(one);
  if (!db) return false;
  bool is_same = true;
  for (const std::string& relation :
       Strings(*db, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")) {
    is_same = is_same && IsSameToSqlite(one, other, relation) != false;
  }
  return is_same;
}

// The change is found or not, reported or not, by what SQLite says of it.
void Judge(const Mutant& mutant, const Schema& original, Score* score,
           std::map<std::string, size_t>* kinds) {
  const std::optional<std::string> differences = Compare(mutant, original);
  std::optional<bool> is_same;
  if (differences) is_same = IsSameToSqlite(mutant.other(), mutant.script(), mutant.relation);
  if (!is_same) {
    ++score->refused;
    return;
  }
  ++(*kinds)[(*is_same ? "harmless: " : "") + mutant.kind];
  ++(*is_same ? score->harmless : score->mutations);
  if (*is_same && !differences->empty()) {
    ++score->reported;
    std::printf("  reported: %s: %s\n%s", mutant.kind.c_str(), mutant.what.c_str(),
                differences->c_str());
  }
  if (!*is_same && !differences->empty()) ++score->found;
  if (!*is_same && differences->empty()) {
    std::printf("  missed: %s: %s\n", mutant.kind.c_str(), mutant.what.c_str());
  }
}

Score Test(const std::string& name, const Rows& rows, size_t limit,
           std::map<std::string, size_t>* kinds) {
  Score score;
  const std::string script = ScriptOf(rows);
  const std::optional<Schema> original = SchemaMadeBy(script);
  if (!original) {
    std::printf("%s: its script does not run\n", name.c_str());
    return {.mutations = 1};
  }
  for (const Mutant& mutant : SemanticMutants(rows, limit)) {
    const std::optional<std::string> differences = Compare(mutant, *original);
    if (!differences) {
      ++score.refused;
      continue;
    }
    if (differences->empty() && !mutant.relation.empty() &&
        IsSameToSqlite(script, mutant.script(), mutant.relation) == true) {
      ++score.alike;
      continue;
    }
    ++score.mutations;
    ++(*kinds)[mutant.kind];
    if (!differences->empty()) {
      ++score.found;
    } else {
      std::printf("  missed: %s: %s\n", mutant.kind.c_str(), mutant.what.c_str());
    }
  }
  for (const Mutant& mutant : HarmlessMutants(rows, limit)) {
    const std::optional<std::string> differences = Compare(mutant, *original);
    if (!differences) {
      ++score.refused;
      continue;
    }
    if (!differences->empty() &&
        !IsSameToSqlite(mutant.other ? mutant.other() : script, mutant.script())) {
      ++score.refused;
      continue;
    }
    ++score.harmless;
    ++(*kinds)["harmless: " + mutant.kind];
    if (!differences->empty()) {
      ++score.reported;
      std::printf("  reported: %s: %s\n%s", mutant.kind.c_str(), mutant.what.c_str(),
                  differences->c_str());
    }
  }
  for (const Mutant& mutant : JudgedMutants(rows, limit)) {
    Judge(mutant, *original, &score, kinds);
  }
  std::printf("%s: %zu objects; mutations: %zu of %zu found; harmless: %zu of %zu reported\n",
              name.c_str(), rows.size(), score.found, score.mutations, score.reported,
              score.harmless);
  std::fflush(stdout);
  return score;
}

constexpr std::string_view kMostOfLarge = "--most-of-large=";
constexpr size_t kMost = 60;

int Main(int argc, char** argv) {
  size_t most_of_large = 3;
  if (argc > 1 && std::string_view(argv[1]).starts_with(kMostOfLarge)) {
    most_of_large = std::stoul(argv[1] + kMostOfLarge.size());
    --argc;
    ++argv;
  }
  if (argc < 2) {
    std::fprintf(stderr, "usage: schema_mutation [--most-of-large=N] FOLDER [DATABASE...]\n");
    return 2;
  }
  size_t failed = 0;
  const std::vector<std::string> files =
      SchemaFiles({argv + 1, static_cast<size_t>(argc - 1)}, &failed);
  Score sum;
  size_t passed = 0;
  std::map<std::string, size_t> kinds;
  for (const std::string& file : files) {
    std::optional<Database> db = OpenSchema(file);
    Result<Rows> rows = db ? ReadSchemaRows(*db) : MakeError("its SQL does not run");
    if (!rows) {
      std::printf("%s: %s\n", file.c_str(), rows.error().message.c_str());
      ++failed;
      continue;
    }
    const size_t most = rows->size() > kMost ? most_of_large : kMost;
    const Score score = Test(std::filesystem::path(file).filename().string(), *rows, most, &kinds);
    const size_t right = score.found + score.harmless - score.reported;
    passed += right;
    failed += score.mutations + score.harmless - right;
    sum.mutations += score.mutations;
    sum.found += score.found;
    sum.harmless += score.harmless;
    sum.reported += score.reported;
    sum.refused += score.refused;
    sum.alike += score.alike;
  }
  std::printf("\n");
  for (const auto& [kind, count] : kinds) std::printf("%6zu %s\n", count, kind.c_str());
  std::printf("\n%zu changes left out, since SQLite refuses the result or cannot say\n",
              sum.refused);
  std::printf("%zu changes left out, since SQLite makes the same of the result\n", sum.alike);
  std::printf("mutations: %zu of %zu found; harmless: %zu of %zu reported\n", sum.found,
              sum.mutations, sum.reported, sum.harmless);
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) { return fastmigrate::Main(argc, argv); }
