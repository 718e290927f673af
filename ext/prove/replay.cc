#include "prove/replay.h"

#include <algorithm>
#include <utility>

#include "sqlite/schema_reader.h"

namespace fastmigrate {
namespace {

// Of an error's text, the lines that say what and where; not those about the database's version.
std::string WithoutState(const std::string& message) {
  return message.substr(0, message.find("\ndatabase stays"));
}

}  // namespace

Replay::Replay(const Database& host, std::unique_ptr<Scratch> scratch,
               std::vector<PendingScript> scripts)
    : host_(host),
      stand_ins_(std::make_unique<StandIns>(scratch->db())),
      scratch_(std::move(scratch)),
      scripts_(std::move(scripts)) {}

Result<std::unique_ptr<Replay>> Replay::Begin(const Database& host, const MigrationFolder& folder,
                                              int last_version) {
  std::vector<Migration> migrations;
  for (const Migration& migration : folder.migrations) {
    if (migration.version <= last_version) migrations.push_back(migration);
  }
  bool has_program = std::any_of(migrations.begin(), migrations.end(),
                                 [](const Migration& m) { return m.kind != MigrationKind::kSql; });
  Result<std::vector<PendingScript>> scripts = ReadPendingScripts(migrations);
  if (!scripts) return scripts.error();
  Result<std::unique_ptr<Scratch>> scratch =
      Scratch::Open(host, has_program ? Scratch::Place::kFile : Scratch::Place::kPrivate);
  if (!scratch) return scratch.error();
  return std::unique_ptr<Replay>(new Replay(host, std::move(*scratch), std::move(*scripts)));
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
  ApplyOptions options;
  options.interrupted = [this] { return host_.IsInterrupted(); };
  while (true) {
    Applier applier(db(), options);
    Status status = applier.Apply({script, 1}, version_);
    if (stand_ins_->called()) {
      return MakeError("cannot verify: " + script->migration().name + " needs " +
                       *stand_ins_->called() + ", which only your connection has");
    }
    if (status) {
      version_ = applier.version();
      return {};
    }
    if (!stand_ins_->AddFor(status.error())) return CannotVerify(*script, status.error());
  }
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
  return {error.code, "cannot verify: replayed on an empty database, a script fails: " +
                          WithoutState(error.message)};
}

Result<std::vector<Difference>> Verify(const Database& db, const MigrationFolder& folder,
                                       int version) {
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, folder, version);
  if (!replay) return replay.error();
  if (Status status = (*replay)->RunTo(version); !status) return status.error();
  Result<Schema> expected = ReadSchema((*replay)->db());
  if (!expected) return expected.error();
  Result<Schema> actual = ReadSchema(db);
  if (!actual) return actual.error();
  return CompareSchemas(*expected, *actual);
}

Result<std::optional<int>> FindVersion(const Database& db, const MigrationFolder& folder) {
  std::optional<ReadSnapshot> snapshot(std::in_place, db);
  Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
  if (!rows) return rows.error();
  Result<Schema> actual = ReadSchema(db);
  if (!actual) return actual.error();
  snapshot.reset();
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, folder, folder.LastVersion());
  if (!replay) return replay.error();

  std::vector<int> versions = {0};
  for (const Migration& migration : folder.migrations) versions.push_back(migration.version);
  std::optional<int> found;
  for (int version : versions) {
    if (Status status = (*replay)->RunTo(version); !status) return status.error();
    // Schemas of different size need not be read, which takes longer than running most scripts.
    Result<std::vector<SchemaRow>> replayed = ReadSchemaRows((*replay)->db());
    if (!replayed) return replayed.error();
    if (replayed->size() != rows->size()) continue;
    Result<Schema> expected = ReadSchema((*replay)->db());
    if (!expected) return expected.error();
    if (CompareSchemas(*expected, *actual).empty()) found = version;
  }
  return found;
}

}  // namespace fastmigrate
