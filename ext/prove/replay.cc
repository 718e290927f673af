#include "prove/replay.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "migrate/plan.h"
#include "migrate/user_schema.h"
#include "schema/parser.h"

namespace fastmigrate {
namespace {

// Whether the rows make one schema. Most are the same to the letter; one that was dropped and made
// again may have its text in other words. In doubt they do not.
bool MakeOneSchema(const std::vector<SchemaRow>& before, const std::vector<SchemaRow>& after) {
  if (before.size() != after.size()) return false;
  std::map<std::pair<std::string, std::string>, const SchemaRow*> was;
  for (const SchemaRow& row : before) was.emplace(std::pair(row.type, row.name), &row);
  std::vector<SchemaRow> old_words;
  std::vector<SchemaRow> new_words;
  for (const SchemaRow& row : after) {
    auto found = was.find({row.type, row.name});
    if (found == was.end()) return false;
    if (found->second->sql == row.sql) continue;
    old_words.push_back(*found->second);
    new_words.push_back(row);
  }
  Result<Schema> old_schema = ParseSchema(old_words);
  Result<Schema> new_schema = ParseSchema(new_words);
  return old_schema && new_schema && *old_schema == *new_schema;
}

}  // namespace

Result<std::unique_ptr<Replay>> Replay::Begin(const Database& host, const Source& source,
                                              int last_version, Tells tells) {
  std::vector<Migration> migrations;
  for (const Migration& migration : source.migrations) {
    if (migration.version <= last_version) migrations.push_back(migration);
  }
  bool has_program = std::any_of(migrations.begin(), migrations.end(),
                                 [](const Migration& m) { return m.kind != MigrationKind::kSql; });
  Result<std::unique_ptr<OwnConnection>> scratch = OwnConnection::OpenScratch(
      host, has_program ? OwnConnection::Place::kFile : OwnConnection::Place::kTemporary,
      HostObjects::StandIns::kYes);
  if (!scratch) return scratch.error();
  return std::unique_ptr<Replay>(new Replay(std::move(*scratch), std::move(migrations), tells));
}

Status Replay::RunTo(int version) {
  while (scripts_.size() < migrations_.size()) {
    const Migration& migration = migrations_[scripts_.size()];
    if (migration.version > version) break;
    Result<PendingScript> script = PendingScript::Read(migration, true);
    if (!script) return script.error();
    Status run = tells_ == Tells::kRows ? RunAndTell(&*script) : RunScript(&*script);
    if (!run) return run;
    script->DropText();
    scripts_.push_back(std::move(*script));
  }
  return {};
}

// SQLite changes the schema's cookie with the schema, and sometimes without (VACUUM, ANALYZE).
Status Replay::RunAndTell(PendingScript* script) {
  if (Status status = RunScript(script); !status) return status;
  Result<std::optional<int64_t>> cookie = db().QueryInteger("PRAGMA schema_version");
  if (!cookie) return cookie.error();
  if (*cookie != cookie_) {
    cookie_ = *cookie;
    Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db());
    if (!rows) return rows.error();
    const bool is_new = !MakeOneSchema(rows_, *rows);
    rows_ = std::move(*rows);
    if (is_new) {
      untold_.clear();
      return {};
    }
  }
  if (script->IsProgram() || script->sql().changes_rows) untold_.push_back(script->migration());
  return {};
}

Status Replay::RunScript(PendingScript* script) {
  // A replay must neither change another database nor depend on what it holds today.
  if (std::string statement = ReachesOtherFile(*script); !statement.empty()) {
    return MakeError("cannot verify: " + script->migration().name + " holds " + statement +
                     ", and a replay must not touch another database");
  }
  if (Status status = RefuseProgram(*script, db()); !status) {
    return status.error().Within("cannot verify");
  }
  if (Status status = PlanSteps(db(), {script, 1}); !status) return status;
  Applier applier(db(), ApplyOptions(), &run_);
  Status status = applier.Apply({script, 1});
  if (const std::optional<std::string>& called = scratch_->host_objects().called()) {
    return MakeError("cannot verify: " + script->migration().name + " needs " + *called +
                     ", which only your connection has");
  }
  return status ? status : CannotVerify(*script, status.error());
}

Error Replay::CannotVerify(const PendingScript& script, const Error& error) const {
  constexpr std::string_view kModule = "no such module: ";
  size_t at = error.message.find(kModule);
  if (at != std::string::npos) {
    at += kModule.size();
    return MakeError("cannot verify: " + script.migration().name +
                     " needs the virtual table module " +
                     error.message.substr(at, error.message.find('\n', at) - at) +
                     ", which only your connection has");
  }
  if (IsFault(error)) return error.Within("cannot verify");
  return {error.code,
          "cannot verify: replayed on an empty database, a script fails: " + error.message};
}

Result<std::vector<Difference>> Replay::Compare(const Database& other) const {
  Result<Schema> expected = ReadUserSchema(db());
  if (!expected) return expected.error();
  Result<Schema> actual = ReadUserSchema(other);
  if (!actual) return actual.error();
  return CompareSchemas(*expected, *actual);
}

}  // namespace fastmigrate
