#include "author/foreign_layouts.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "author/foreign_index.h"
#include "author/foreign_names.h"
#include "author/up_part.h"
#include "base/files.h"
#include "sql/source_excerpt.h"
#include "sql/sql_script.h"

namespace fastmigrate {
namespace {

constexpr char kSqitchPlan[] = "sqitch.plan";
constexpr char kDrizzleJournal[] = "meta/_journal.json";
constexpr size_t kDescriptionBytes = 200;  // a file name has 255

// The first file that has each tool's lines; empty when none has.
struct LineOwners {
  std::string goose;
  std::string sql_migrate;
  std::string dbmate;
  std::string node_sqlite;
};

// Why the folder looks like one of the layout; empty when it does not.
using Evidence = Result<std::string>;

struct Layout {
  std::string_view tools;
  Evidence (*evidence)(const ForeignFolder& folder, const LineOwners& lines);
  Listing (*list)(const ForeignFolder& folder);
  Result<UpPart> (*up_part)(const std::string& path, std::string_view text);
};

std::string FirstWhere(const std::vector<std::string>& names, const auto& is_wanted) {
  auto found = std::find_if(names.begin(), names.end(), is_wanted);
  return found == names.end() ? "" : *found;
}

bool IsUpFile(const std::string& file) {
  const NumberedName name = ParseNumberedName(file);
  return !name.number.empty() && name.ending == ".up.sql";
}

bool IsPlainFile(const std::string& file) {
  const NumberedName name = ParseNumberedName(file);
  return !name.number.empty() && name.ending == ".sql";
}

Result<std::string> IfThere(const ForeignFolder& folder, const std::string& file) {
  Result<FileType> type = TypeOf(Joined(folder.dir, file));
  if (!type) return type.error();
  return *type == FileType::kMissing ? "" : file;
}

Evidence FirstFolderWith(const ForeignFolder& folder, const std::string& file) {
  for (const std::string& name : folder.folders) {
    Result<std::string> found = IfThere(folder, Joined(name, file));
    if (!found || !found->empty()) return found;
  }
  return std::string();
}

std::string LineIn(const std::string& file, const char* line) {
  return file.empty() ? "" : file + " has a line " + line;
}

Evidence LooksLikeGolangMigrate(const ForeignFolder& folder, const LineOwners&) {
  return FirstWhere(folder.files, IsUpFile);
}

Evidence LooksLikeSqlx(const ForeignFolder& folder, const LineOwners&) {
  const std::string up = FirstWhere(folder.files, IsUpFile);
  const std::string plain = FirstWhere(folder.files, IsPlainFile);
  return up.empty() || plain.empty() ? "" : plain + " beside " + up;
}

Evidence LooksLikeGoose(const ForeignFolder&, const LineOwners& lines) {
  return LineIn(lines.goose, "-- +goose Up");
}

Evidence LooksLikeSqlMigrate(const ForeignFolder&, const LineOwners& lines) {
  return LineIn(lines.sql_migrate, "-- +migrate Up");
}

Evidence LooksLikeDbmate(const ForeignFolder&, const LineOwners& lines) {
  return LineIn(lines.dbmate, "-- migrate:up");
}

Evidence LooksLikeNodeSqlite(const ForeignFolder&, const LineOwners& lines) {
  return LineIn(lines.node_sqlite, "-- Down");
}

Evidence LooksLikeDiesel(const ForeignFolder& folder, const LineOwners&) {
  return FirstFolderWith(folder, "up.sql");
}

Evidence LooksLikePrisma(const ForeignFolder& folder, const LineOwners&) {
  Result<std::string> lock = IfThere(folder, "migration_lock.toml");
  return !lock || !lock->empty() ? lock : FirstFolderWith(folder, "migration.sql");
}

Evidence LooksLikeFlyway(const ForeignFolder& folder, const LineOwners&) {
  return FirstWhere(folder.files,
                    [](const std::string& file) { return ParseFlywayName(file).kind != 0; });
}

Evidence LooksLikeDrizzle(const ForeignFolder& folder, const LineOwners&) {
  return IfThere(folder, kDrizzleJournal);
}

Evidence LooksLikeSqitch(const ForeignFolder& folder, const LineOwners&) {
  return IfThere(folder, kSqitchPlan);
}

Evidence LooksLikeAtlas(const ForeignFolder& folder, const LineOwners&) {
  return IfThere(folder, "atlas.sum");
}

Evidence LooksNumbered(const ForeignFolder& folder, const LineOwners&) {
  return FirstWhere(folder.files, IsPlainFile);
}

Listing ListJournal(const ForeignFolder& folder) {
  Result<std::string> json = ReadForeignFile(folder, kDrizzleJournal);
  if (!json) return json.error();
  return ReadDrizzleJournal(kDrizzleJournal, *json);
}

Listing ListPlan(const ForeignFolder& folder) {
  Result<std::string> plan = ReadForeignFile(folder, kSqitchPlan);
  if (!plan) return plan.error();
  return ReadSqitchPlan(folder, kSqitchPlan, *plan);
}

constexpr Layout kNodeSqlite = {"the npm package sqlite", LooksLikeNodeSqlite, ListNumberedFiles,
                                NodeSqliteUpPart};
constexpr Layout kLayouts[] = {
    {"golang-migrate", LooksLikeGolangMigrate, ListUpFiles, WholeUpPart},
    {"sqlx", LooksLikeSqlx, ListUpAndPlainFiles, WholeUpPart},
    {"goose", LooksLikeGoose, ListNumberedFiles, GooseUpPart},
    {"sql-migrate", LooksLikeSqlMigrate, ListAllFiles, SqlMigrateUpPart},
    {"dbmate", LooksLikeDbmate, ListDbmateFiles, DbmateUpPart},
    kNodeSqlite,
    {"diesel", LooksLikeDiesel, ListDieselFolders, WholeUpPart},
    {"Prisma, drizzle", LooksLikePrisma, ListPrismaFolders, DrizzleUpPart},
    {"Flyway, refinery", LooksLikeFlyway, ListFlywayFiles, WholeUpPart},
    {"drizzle", LooksLikeDrizzle, ListJournal, DrizzleUpPart},
    {"sqitch", LooksLikeSqitch, ListPlan, WholeUpPart},
};
// These two say little: Atlas works on the folders of other tools too, and every tool numbers.
constexpr Layout kAtlas = {"Atlas", LooksLikeAtlas, ListAtlasFiles, WholeUpPart};
constexpr Layout kNumbered = {"numbered files", LooksNumbered, ListNumberedFiles, WholeUpPart};
// Looks the same; only the record tells that the order is by name.
constexpr Layout kNamed = {"Sequelize, knex", LooksNumbered, ListNamedFiles, WholeUpPart};

Result<LineOwners> ReadLines(const ForeignFolder& folder) {
  LineOwners owners;
  for (const std::string& file : folder.files) {
    if (!file.ends_with(".sql")) continue;
    Result<std::string> text = ReadForeignFile(folder, file);
    if (!text) return text.error();
    const ToolLines lines = FindToolLines(*text);
    if (lines.goose && owners.goose.empty()) owners.goose = file;
    if (lines.sql_migrate && owners.sql_migrate.empty()) owners.sql_migrate = file;
    if (lines.dbmate && owners.dbmate.empty()) owners.dbmate = file;
    if (lines.node_sqlite && owners.node_sqlite.empty()) owners.node_sqlite = file;
  }
  return owners;
}

struct Candidate {
  const Layout* layout;
  std::string evidence;
};

bool HasRecord(const Layout& layout, const std::vector<std::string>& recorded) {
  return std::any_of(recorded.begin(), recorded.end(), [&](const std::string& tool) {
    return (", " + std::string(layout.tools) + ",").find(", " + tool + ",") != std::string::npos;
  });
}

constexpr char kInitializeInstead[] =
    "; for a database that it has made, SELECT fastmigrate_initialize(...) writes a first script "
    "from the schema";

Error NoSql(const std::string& file) {
  return MakeError(file + " is a migration in " + std::string(LanguageOf(file)) +
                   ", which cannot be made a script of SQL" + kInitializeInstead);
}

Error NoLayout(const ForeignFolder& folder) {
  std::string tools;
  for (const Layout& layout : kLayouts) tools += std::string(layout.tools) + "; ";
  const std::string program =
      FirstWhere(folder.files, [](const std::string& file) { return !LanguageOf(file).empty(); });
  if (!program.empty()) return NoSql(program);
  return MakeError("'" + folder.dir + "' holds no migrations as " + tools +
                   "Atlas or a folder of numbered .sql files have them");
}

Error InDoubt(const ForeignFolder& folder, const std::vector<Candidate>& candidates) {
  std::string list;
  for (const Candidate& candidate : candidates) {
    list += "\n  " + std::string(candidate.layout->tools) + ": " + candidate.evidence;
  }
  return MakeError("'" + folder.dir +
                   "' looks like a folder of several migration tools; copy the files of the one "
                   "that is meant into a folder of their own:" +
                   list);
}

// What the files mean that only have numbers, by the record where there is one.
const Layout* NumberedLayout(const std::vector<std::string>& recorded) {
  if (recorded.size() != 1) return &kNumbered;
  for (const Layout* layout : {&kNodeSqlite, &kNamed}) {
    if (HasRecord(*layout, recorded)) return layout;
  }
  return &kNumbered;
}

Result<const Layout*> Recognize(const ForeignFolder& folder,
                                const std::vector<std::string>& recorded) {
  Result<LineOwners> lines = ReadLines(folder);
  if (!lines) return lines.error();
  std::vector<Candidate> candidates;
  for (const Layout& layout : kLayouts) {
    Evidence evidence = layout.evidence(folder, *lines);
    if (!evidence) return evidence.error();
    if (!evidence->empty()) candidates.push_back({&layout, std::move(*evidence)});
  }
  for (const Layout* layout : {&kAtlas, &kNumbered}) {
    if (!candidates.empty()) break;
    Evidence evidence = layout->evidence(folder, *lines);
    if (!evidence) return evidence.error();
    if (!evidence->empty()) candidates.push_back({layout, std::move(*evidence)});
  }
  if (candidates.empty()) return NoLayout(folder);
  if (candidates.front().layout == &kNumbered) return NumberedLayout(recorded);
  if (candidates.size() == 1) return candidates.front().layout;
  auto is_recorded = [&](const Candidate& c) { return HasRecord(*c.layout, recorded); };
  auto found = std::find_if(candidates.begin(), candidates.end(), is_recorded);
  if (std::count_if(candidates.begin(), candidates.end(), is_recorded) == 1) return found->layout;
  return InDoubt(folder, candidates);
}

// That no migration is a program.
Status RefusePrograms(const ForeignFolder& folder) {
  for (const std::string& file : folder.files) {
    if (LanguageOf(file).empty()) continue;
    const bool is_numbered = !ParseNumberedName(file).number.empty();
    if (is_numbered || ParseFlywayName(file).kind != 0) return NoSql(file);
  }
  return {};
}

// Flyway puts a value there. refinery does not, and a string may hold such a text.
Status RefusePlaceholder(const std::string& path, std::string_view text,
                         const std::vector<std::string>& recorded) {
  if (std::find(recorded.begin(), recorded.end(), "refinery") != recorded.end()) return {};
  const size_t begin = text.find("${");
  if (begin == std::string_view::npos || text.find('}', begin) == std::string_view::npos) return {};
  return MakeError(MessageAt(path, text, begin,
                             "a placeholder, in whose place Flyway puts a value; write the value"));
}

// At most so many bytes, and no half character.
std::string Shortened(const std::string& description) {
  if (description.size() <= kDescriptionBytes) return description;
  size_t end = kDescriptionBytes;
  while (end > 0 && (static_cast<unsigned char>(description[end]) & 0xC0) == 0x80) --end;
  return description.substr(0, end);
}

Result<std::string> ScriptName(int version, const ForeignMigration& foreign) {
  Result<std::string> name = MigrationFileName(version, Shortened(foreign.description));
  if (name) return name;
  return MigrationFileName(version, foreign.version.empty() ? "migration" : foreign.version);
}

Status CheckSound(const std::string& path, std::string placed) {
  Result<SqlScript> script = ReadSqlScript(path, std::move(placed));
  if (!script) return script.error();
  if (!script->down_part && !script->unfinished) return {};
  const size_t offset = script->down_part ? *script->down_part : *script->unfinished;
  return MakeError(MessageAt(path, script->text, offset,
                             "a script of fastmigrate cannot have this line; delete it if it is "
                             "only a comment"));
}

Result<ConvertedMigration> Convert(const ForeignFolder& folder, const Layout& layout,
                                   ForeignMigration foreign, int version,
                                   const std::vector<std::string>& recorded) {
  Result<std::string> text = ReadForeignFile(folder, foreign.path);
  if (!text) return text.error();
  if (layout.list == ListFlywayFiles) {
    Status status = RefusePlaceholder(foreign.path, *text, recorded);
    if (!status) return status.error();
  }
  Result<UpPart> part = layout.up_part(foreign.path, *text);
  if (!part) return part.error();
  if (Status status = CheckSound(foreign.path, std::move(part->placed)); !status) {
    return status.error();
  }
  Result<std::string> name = ScriptName(version, foreign);
  if (!name) return name.error();
  ConvertedMigration converted;
  converted.foreign = std::move(foreign);
  converted.script = MigrationOfText(version, std::move(*name), std::move(part->text));
  return converted;
}

// A folder of scripts of ours looks like one of numbered files.
Status RefuseOwnScripts(const ForeignFolder& folder,
                        const std::vector<ForeignMigration>& migrations) {
  // A date with hyphens looks like a number of ours as well.
  auto is_ours = [](const ForeignMigration& m) {
    const std::optional<MigrationName> script = ParseMigrationName(m.path);
    return script && NormalVersion(std::to_string(script->version)) == m.version;
  };
  if (!std::all_of(migrations.begin(), migrations.end(), is_ours)) return {};
  return MakeError("'" + folder.dir +
                   "' holds scripts that are named as fastmigrate asks; they need not be imported");
}

}  // namespace

Result<ConvertedFolder> ConvertForeignFolder(const std::string& dir,
                                             const std::vector<std::string>& recorded) {
  Result<ForeignFolder> folder = ListForeignFolder(dir);
  if (!folder) return folder.error();
  Result<const Layout*> layout = Recognize(*folder, recorded);
  if (!layout) return layout.error();
  if (Status status = RefusePrograms(*folder); !status) return status.error();
  Listing listing = (*layout)->list(*folder);
  if (!listing) return listing.error();
  if (listing->empty()) {
    return MakeError("'" + dir + "' is a folder of " + std::string((*layout)->tools) +
                     ", and holds no migration that it would run");
  }
  if (*layout == &kNumbered || *layout == &kNamed) {
    if (Status status = RefuseOwnScripts(*folder, *listing); !status) return status.error();
  }
  if (listing->size() > kMaxVersion) {
    return MakeError("'" + dir + "' holds " + std::to_string(listing->size()) +
                     " migrations, and versions end at 9999");
  }
  ConvertedFolder converted;
  converted.tools = (*layout)->tools;
  for (ForeignMigration& foreign : *listing) {
    const int version = static_cast<int>(converted.migrations.size()) + 1;
    Result<ConvertedMigration> migration =
        Convert(*folder, **layout, std::move(foreign), version, recorded);
    if (!migration) return migration.error();
    converted.migrations.push_back(std::move(*migration));
  }
  return converted;
}

}  // namespace fastmigrate
