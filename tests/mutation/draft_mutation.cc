// The test of drafting on real schemas: each is changed in every way that matters, and a script is
// drafted from the schema to its changed self and back.
//
//   draft_mutation [--most=N] FOLDER [DATABASE...]
//
// takes the schemas FOLDER/*.sql and those of the databases or .sql files. Of each kind of change
// it makes at most N to a schema, 4 when that is left out, and 1 to one of more than 60 objects.
// The script must run on an empty database and on one with rows in its tables, as plain SQLite runs
// it; lead to the schema wanted; and keep each value of each column that is there before and after
// with the same type. New constraints may refuse the rows: these are counted. Prints what went
// wrong. Exits 1 when anything did.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "author/draft_script.h"
#include "mutation/mutants.h"
#include "mutation/schema_files.h"
#include "schema/diff.h"

namespace fastmigrate {
namespace {

struct Score {
  size_t drafted = 0;  // and right
  size_t wrong = 0;
  size_t refused_rows = 0;  // of those drafted: what the rows break
  size_t columns = 0;       // whose values were compared
  size_t no_schema = 0;     // changes whose result SQLite refuses
};

// Two rows in each table that takes them; triggers do not fire.
void Fill(const Database& db) {
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  const Result<DraftedState> state = ReadDraftedState(db);
  if (!state) return;
  for (const auto& [name, table] : state->schema.tables) {
    for (const std::string number : {"1", "2"}) {
      std::string columns;
      std::string values;
      for (const Column& column : table.columns) {
        if (!column.generated.empty()) continue;
        const bool is_text = column.type.canonical.find("text") != std::string::npos ||
                             column.type.canonical.find("char") != std::string::npos;
        columns += (columns.empty() ? "" : ", ") + QuoteName(column.name.text);
        values += (values.empty() ? "" : ", ") + (is_text ? "'a" + number + "'" : number);
      }
      // One that a constraint refuses stays out.
      (void)db.Execute("INSERT INTO " + QuoteName(name.text) + " (" + columns + ") VALUES (" +
                       values + ")");
    }
  }
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
}

// The rows of these columns as text, in the order of their values.
std::string RowsOf(const Database& db, const std::string& table,
                   const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) {
    list += (list.empty() ? "quote(" : " || ',' || quote(") + QuoteName(column) + ")";
  }
  Result<std::optional<std::string>> rows =
      db.QueryText("SELECT group_concat(r, char(10)) FROM (SELECT " + list + " AS r FROM " +
                   QuoteName(table) + " ORDER BY 1)");
  return rows ? rows->value_or("") : rows.error().message;
}

// What is there before and after.
std::map<std::string, std::vector<std::string>> CommonColumns(const Schema& from,
                                                              const Schema& to) {
  std::map<std::string, std::vector<std::string>> common;
  for (const auto& [name, table] : from.tables) {
    auto other = to.tables.find(name);
    if (other == to.tables.end()) continue;
    std::vector<std::string> columns;
    for (const Column& column : table.columns) {
      const Column* after = FindColumn(other->second, column.name.text);
      if (after == nullptr || !column.generated.empty() || !after->generated.empty()) continue;
      if (column.type == after->type) columns.push_back(column.name.text);
    }
    if (!columns.empty()) common[name.text] = columns;
  }
  return common;
}

// What is wrong with the schema of the database; empty when it is the one wanted.
std::string Differences(const Database& db, const Schema& wanted) {
  const Result<DraftedState> state = ReadDraftedState(db);
  if (!state) return state.error().message;
  std::string text;
  for (const Difference& difference : CompareSchemas(wanted, state->schema)) {
    text += "\n    " + DifferenceText(difference);
  }
  return text.empty() ? "" : "it does not lead to the schema:" + text;
}

bool IsOfRows(const Error& error) {
  const int code = error.code & 0xFF;
  return code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH ||
         error.message.find("CHECK constraint failed") != std::string::npos;
}

// What is wrong; empty when nothing is.
std::string Draft(const std::string& from, const std::string& to, Score* score,
                  std::string* script) {
  const std::optional<Database> scratch = Make(from);
  const std::optional<Database> full = Make(from);
  const std::optional<Database> wanted_db = Make(to);
  if (!scratch || !full || !wanted_db) return "the schema cannot be made";
  const Result<DraftedState> wanted = ReadDraftedState(*wanted_db);
  const Result<DraftedState> present = ReadDraftedState(*scratch);
  if (!wanted || !present) return "the schema cannot be read";
  Fill(*full);
  const auto common = CommonColumns(present->schema, wanted->schema);
  std::map<std::string, std::string> rows;
  for (const auto& [table, columns] : common) rows[table] = RowsOf(*full, table, columns);

  Result<DraftedScript> drafted = DraftScript(*scratch, *wanted);
  if (!drafted) return drafted.error().message;
  *script = drafted->text;
  const std::optional<Database> empty = Make(from);
  if (Status status = empty->Execute(*script); !status) {
    return "on an empty database: " + status.error().message;
  }
  if (std::string problem = Differences(*empty, wanted->schema); !problem.empty()) return problem;
  Status applied = full->Execute(*script);
  if (!applied && IsOfRows(applied.error())) {
    ++score->refused_rows;
    return "";
  }
  if (!applied) return "with rows: " + applied.error().message;
  if (std::string problem = Differences(*full, wanted->schema); !problem.empty()) return problem;
  for (const auto& [table, columns] : common) {
    score->columns += columns.size();
    const std::string after = RowsOf(*full, table, columns);
    if (after != rows[table]) {
      return "rows of " + table + " were lost:\n" + rows[table] + "\n    became\n" + after;
    }
  }
  return "";
}

void Judge(const std::string& what, const std::string& from, const std::string& to, Score* score) {
  std::string script;
  const std::string problem = Draft(from, to, score, &script);
  ++(problem.empty() ? score->drafted : score->wrong);
  if (problem.empty()) return;
  std::printf("  wrong: %s: %s\n%s\n", what.c_str(), problem.c_str(), script.c_str());
}

Score Test(const std::string& name, const Rows& rows, size_t most) {
  Score score;
  const std::string original = ScriptOf(rows);
  for (const Mutant& mutant : SemanticMutants(rows, most)) {
    const std::string changed = mutant.script();
    if (!Make(changed)) {
      ++score.no_schema;
      continue;
    }
    const std::string what = name + ": " + mutant.kind + ": " + mutant.what;
    const std::string from = mutant.other ? mutant.other() : original;
    Judge(what, from, changed, &score);
    Judge(what + ", back", changed, from, &score);
  }
  std::printf("%s: %zu of %zu drafts are right\n", name.c_str(), score.drafted,
              score.drafted + score.wrong);
  std::fflush(stdout);
  return score;
}

constexpr std::string_view kMost = "--most=";
constexpr size_t kLarge = 60;

int Main(int argc, char** argv) {
  size_t most = 4;
  if (argc > 1 && std::string_view(argv[1]).starts_with(kMost)) {
    most = std::stoul(argv[1] + kMost.size());
    --argc;
    ++argv;
  }
  if (argc < 2) {
    std::fprintf(stderr, "usage: draft_mutation [--most=N] FOLDER [DATABASE...]\n");
    return 2;
  }
  size_t failed = 0;
  Score sum;
  for (const std::string& file : SchemaFiles({argv + 1, static_cast<size_t>(argc - 1)}, &failed)) {
    std::optional<Database> db = OpenSchema(file);
    Result<Rows> rows = db ? ReadSchemaRows(*db) : MakeError("its SQL does not run");
    if (!rows) {
      std::printf("%s: %s\n", file.c_str(), rows.error().message.c_str());
      ++failed;
      continue;
    }
    const Score score = Test(std::filesystem::path(file).filename().string(), *rows,
                             rows->size() > kLarge ? (most + 3) / 4 : most);
    sum.drafted += score.drafted;
    sum.wrong += score.wrong;
    sum.refused_rows += score.refused_rows;
    sum.columns += score.columns;
    sum.no_schema += score.no_schema;
  }
  std::printf("\n%zu changes left out, since SQLite refuses the result\n", sum.no_schema);
  std::printf("%zu scripts that the rows break, as new constraints may\n", sum.refused_rows);
  std::printf("%zu columns with their values as before\n", sum.columns);
  std::printf("%zu passed, %zu failed\n", sum.drafted, sum.wrong + failed);
  return sum.wrong + failed == 0 && sum.drafted > 0 ? 0 : 1;
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) { return fastmigrate::Main(argc, argv); }
