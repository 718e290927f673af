#include "prove/replay.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "migrate/plan.h"
#include "migrate/user_schema.h"

namespace fastmigrate {
Result<std::unique_ptr<Replay>> Replay::Begin(const Database& host, const Source& source,
                                              int last_version) {
  std::vector<Migration> migrations;
  for (const Migration& migration : source.migrations) {
    if (migration.version <= last_version) migrations.push_back(migration);
  }
  bool has_program = std::any_of(migrations.begin(), migrations.end(),
                                 [](const Migration& m) { return m.kind != MigrationKind::kSql; });
  Result<std::vector<PendingScript>> scripts = ReadPendingScripts(migrations);
  if (!scripts) return scripts.error();
  Result<std::unique_ptr<OwnConnection>> scratch = OwnConnection::OpenScratch(
      host, has_program ? OwnConnection::Place::kFile : OwnConnection::Place::kTemporary,
      HostObjects::StandIns::kYes);
  if (!scratch) return scratch.error();
  return std::unique_ptr<Replay>(new Replay(std::move(*scratch), std::move(*scripts)));
}

Status Replay::RunTo(int version) {
  for (; next_ < scripts_.size() && scripts_[next_].version() <= version; ++next_) {
    if (Status status = RunScript(&scripts_[next_]); !status) return status;
  }
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
