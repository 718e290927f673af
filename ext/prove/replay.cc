#include "prove/replay.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
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

bool ChangesRows(const PendingScript& script) {
  return script.IsProgram() || script.sql().changes_rows;
}

// As SQLite says that a statement is about what is not there.
bool IsOfMissingObject(const std::string& message) {
  constexpr std::string_view kKinds[] = {"table", "view", "index", "trigger", "column"};
  return std::any_of(std::begin(kKinds), std::end(kKinds), [&](std::string_view kind) {
    return message.find("no such " + std::string(kind) + ": ") != std::string::npos;
  });
}

}  // namespace

Result<std::unique_ptr<Replay>> Replay::Begin(const Database& host, const Source& source,
                                              int last_version, Tells tells, Of of) {
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
  return std::unique_ptr<Replay>(
      new Replay(std::move(*scratch), ReadSoundScripts(migrations), tells, of));
}

Status Replay::Run(const std::function<Status(int)>& look) {
  size_t count = 0;
  Status can_run;
  for (; count < scripts_.size(); ++count) {
    can_run = CheckCanRun(scripts_[count]);
    if (!can_run) break;
  }
  const std::span<PendingScript> runnable{scripts_.data(), count};
  if (Status status = PlanSteps(db(), runnable); !status) return status;
  std::optional<Error> ended;  // by us
  ApplyOptions options;
  options.behind_each = [&](const PendingScript& script) -> Status {
    Status status = CheckStandIns(script);
    if (status && tells_ == Tells::kRows) status = NoteRows(script);
    if (status && look) status = look(script.version());
    if (!status) ended = status.error();
    return status;
  };
  Applier applier(db(), options, &run_);
  Status status = applier.Apply(runnable);
  if (status) return can_run ? rest_ : can_run;
  if (ended) return *ended;
  if (count == 0) return status.error().Within("cannot verify");
  const PendingScript& failed = scripts_[std::min(run_.applied.size(), count - 1)];
  if (Status called = CheckStandIns(failed); !called) return called;
  return CannotVerify(failed, status.error());
}

// A replay must neither change another database nor depend on what it holds today.
Status Replay::CheckCanRun(const PendingScript& script) const {
  if (std::string statement = ReachesOtherFile(script); !statement.empty()) {
    return MakeError("cannot verify: " + script.migration().Name() + " holds " + statement +
                     ", and a replay must not touch another database");
  }
  Status status = RefuseProgram(script, db());
  return status ? status : status.error().Within("cannot verify");
}

Status Replay::CheckStandIns(const PendingScript& script) const {
  const std::optional<std::string>& called = scratch_->host_objects().called();
  if (!called) return {};
  return MakeError("cannot verify: " + script.migration().Name() + " needs " + *called +
                   ", which only your connection has");
}

// SQLite changes the schema's cookie with the schema, and sometimes without (VACUUM, ANALYZE).
Status Replay::NoteRows(const PendingScript& script) {
  Result<std::optional<int64_t>> cookie = db().QueryInteger("PRAGMA schema_version");
  if (!cookie) return cookie.error();
  const bool is_touched = *cookie != cookie_;
  cookie_ = *cookie;
  bool is_new = is_touched;
  if (is_touched && rows_) {
    const std::vector<SchemaRow> before = std::move(*rows_);
    if (Status status = ReadRows(); !status) return status;
    is_new = !MakeOneSchema(before, *rows_);
  }
  if (is_new) untold_.clear();
  if (!is_new && ChangesRows(script)) untold_.push_back(script.migration());

  const auto next = static_cast<size_t>(&script - scripts_.data()) + 1;
  const bool is_needed =
      next < scripts_.size() && (!untold_.empty() || ChangesRows(scripts_[next]));
  if (!is_needed) rows_.reset();
  return is_needed && !rows_ ? ReadRows() : Status();
}

Status Replay::ReadRows() {
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db());
  if (!rows) return rows.error();
  rows_ = std::move(*rows);
  return {};
}

Error Replay::CannotVerify(const PendingScript& script, const Error& error) const {
  constexpr std::string_view kModule = "no such module: ";
  size_t at = error.message.find(kModule);
  if (at != std::string::npos) {
    at += kModule.size();
    return MakeError("cannot verify: " + script.migration().Name() +
                     " needs the virtual table module " +
                     error.message.substr(at, error.message.find('\n', at) - at) +
                     ", which only your connection has");
  }
  if (IsFault(error)) return error.Within("cannot verify");
  if (of_ == Of::kSchemaFile)
    return error.Within("cannot run the schema file on an empty database");
  std::string message =
      "cannot verify: replayed on an empty database, a script fails: " + error.message;
  if (IsOfMissingObject(error.message)) {
    message +=
        "\nthe scripts must lead from an empty database to each version; if they begin with what "
        "was made in another way, SELECT fastmigrate_initialize('NEW FOLDER') in a database that "
        "has it writes the first script, and those to come are numbered behind it";
  }
  return {error.code, message};
}

Result<std::vector<Difference>> Replay::Compare(const Database& other) const {
  Result<Schema> expected = ReadUserSchema(db());
  if (!expected) return expected.error();
  Result<Schema> actual = ReadUserSchema(other);
  if (!actual) return actual.error();
  return CompareSchemas(*expected, *actual);
}

}  // namespace fastmigrate
