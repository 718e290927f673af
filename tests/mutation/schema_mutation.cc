// The mutation test of the schema comparison: real schemas, changed in every way that matters and
// in every way that does not.
//
//   schema_mutation FOLDER [DATABASE...]
//
// takes the schemas FOLDER/*.sql and those of the databases that exist. Prints the score and, for
// each change that was missed or reported wrongly, what it was. Exits 1 when there is any.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mutation/mutants.h"
#include "schema/diff.h"

namespace fastmigrate {
namespace {

struct Score {
  size_t mutations = 0;
  size_t found = 0;
  size_t harmless = 0;
  size_t reported = 0;
  size_t refused = 0;  // by SQLite: no schemas
};

std::optional<Database> Make(const std::string& script) {
  Result<Database> db = Database::Open(":memory:", SQLITE_OPEN_READWRITE);
  if (!db || !db->Execute(script)) return std::nullopt;
  return std::move(*db);
}

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

Score Test(const std::string& name, const Rows& rows, size_t limit,
           std::map<std::string, size_t>* kinds) {
  Score score;
  const std::optional<Schema> original = SchemaMadeBy(ScriptOf(rows));
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
    ++score.harmless;
    ++(*kinds)["harmless: " + mutant.kind];
    if (!differences->empty()) {
      ++score.reported;
      std::printf("  reported: %s: %s\n%s", mutant.kind.c_str(), mutant.what.c_str(),
                  differences->c_str());
    }
  }
  std::printf("%s: %zu objects; mutations: %zu of %zu found; harmless: %zu of %zu reported\n",
              name.c_str(), rows.size(), score.found, score.mutations, score.reported,
              score.harmless);
  std::fflush(stdout);
  return score;
}

std::vector<std::string> SchemaFiles(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Database> OpenSchema(const std::string& file) {
  if (std::filesystem::path(file).extension() == ".sql") {
    std::ifstream in(file, std::ios::binary);
    return Make({std::istreambuf_iterator<char>(in), {}});
  }
  Result<Database> db = Database::Open(file, SQLITE_OPEN_READONLY);
  if (!db) return std::nullopt;
  return std::move(*db);
}

int Main(int argc, char** argv) {
  std::vector<std::string> files = SchemaFiles(argv[1]);
  for (int i = 2; i < argc; ++i) {
    if (std::filesystem::exists(argv[i])) files.emplace_back(argv[i]);
  }
  Score sum;
  size_t passed = 0;
  size_t failed = 0;
  std::map<std::string, size_t> kinds;
  for (const std::string& file : files) {
    std::optional<Database> db = OpenSchema(file);
    Result<Rows> rows = db ? ReadSchemaRows(*db) : MakeError("its SQL does not run");
    if (!rows) {
      std::printf("%s: %s\n", file.c_str(), rows.error().message.c_str());
      ++failed;
      continue;
    }
    const bool is_large = rows->size() > 60;
    const Score score =
        Test(std::filesystem::path(file).filename().string(), *rows, is_large ? 3 : 60, &kinds);
    const size_t right = score.found + score.harmless - score.reported;
    passed += right;
    failed += score.mutations + score.harmless - right;
    sum.mutations += score.mutations;
    sum.found += score.found;
    sum.harmless += score.harmless;
    sum.reported += score.reported;
    sum.refused += score.refused;
  }
  std::printf("\n");
  for (const auto& [kind, count] : kinds) std::printf("%6zu %s\n", count, kind.c_str());
  std::printf("\n%zu changes left out, since SQLite refuses the result\n", sum.refused);
  std::printf("mutations: %zu of %zu found; harmless: %zu of %zu reported\n", sum.found,
              sum.mutations, sum.reported, sum.harmless);
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [DATABASE...]\n", argv[0]);
    return 2;
  }
  return fastmigrate::Main(argc, argv);
}
