#include "author/draft.h"

#include <memory>
#include <utility>

#include "author/draft_script.h"
#include "author/draft_writer.h"
#include "author/enroll.h"
#include "base/files.h"
#include "migrate/ledger.h"
#include "migrate/plan.h"
#include "migrate/source.h"
#include "prove/replay.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

// The script, written but not kept, and its record.
struct Drafted {
  NewFile file;
  HistoryRecord record;
};

Error HasNotHad(const Source& source, const Migration& migration) {
  return MakeError("this database has not had " + migration.Name() +
                   "; run SELECT fastmigrate_apply(" + source.Argument() +
                   ") first, and change the database behind it");
}

Result<std::unique_ptr<Replay>> ReplayAll(const Database& db, const Source& source,
                                          Replay::Of of = Replay::Of::kScripts) {
  Result<std::unique_ptr<Replay>> replay =
      Replay::Begin(db, source, source.LastVersion(), Replay::Tells::kSchema, of);
  if (!replay) return replay.error();
  if (Status status = (*replay)->Run(); !status) return status.error();
  return replay;
}

// Replayed with the other scripts, the file gives what is wanted.
Result<HistoryRecord> Prove(const Database& db, const std::string& dir, const DraftedScript& script,
                            const Database& wanted_db, const DraftedState& wanted) {
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, *source, source->LastVersion());
  if (!replay) return replay.error();
  const int before =
      source->migrations.size() < 2 ? 0 : source->migrations[source->migrations.size() - 2].version;
  Status ran = (*replay)->Run([&](int version) {
    Status status;
    for (const Name& table : script.refuses_rows) {
      if (version == before && status) {
        status = EmptyTable((*replay)->db(), "main." + QuoteName(table.text));
      }
    }
    return status;
  });
  if (!ran) return ran.error().Within("the script drafted does not run");
  Result<std::vector<Difference>> differences = (*replay)->Compare(wanted_db);
  if (!differences) return differences.error();
  if (!differences->empty()) {
    return MakeError(
        "no script can be drafted that leads to this schema; what is left is to be written by "
        "hand:" +
        Listed(*differences));
  }
  Result<DraftedState> state = ReadDraftedState((*replay)->db());
  if (!state) return state.error();
  auto is_set = [](std::optional<int64_t> number, std::optional<int64_t> to) {
    return !to || number == to;
  };
  if (!is_set(state->user_version, wanted.user_version) ||
      !is_set(state->application_id, wanted.application_id)) {
    return MakeError("the script drafted does not set user_version and application_id");
  }
  HistoryRecord record = EnrolledRecord((*replay)->scripts().back());
  record.origin = "drafted";
  return record;
}

Result<std::string> NextName(const Source& source, const std::string& description) {
  const int version = source.LastVersion() + 1;
  if (version <= kMaxVersion) return MigrationFileName(version, description);
  return MakeError(source.Name() + " has a script of the last number there is, 9999");
}

// Nullopt when nothing is different. `wanted_db` has what is wanted. `left`: the script is in the
// folder, as a call has left it whose commit was in doubt.
Result<std::optional<Drafted>> WriteDraft(const Database& db, const Source& source,
                                          const std::string& description, const Database& wanted_db,
                                          const DraftedState& wanted,
                                          const std::optional<Migration>& left = {}) {
  Result<std::string> name = NextName(source, description);
  if (!name) return name.error();
  Result<std::unique_ptr<Replay>> replay = ReplayAll(db, source);
  if (!replay) return replay.error();
  Result<DraftedScript> script = DraftScript((*replay)->db(), wanted);
  if (!script) return script.error();
  if (script->text.empty()) return std::optional<Drafted>();
  const std::string path = Joined(source.dir, *name);
  if (left) {
    Result<std::string> text = ReadText(*left);
    if (!text) return text.error();
    if (*text != script->text) return HasNotHad(source, *left);
  }
  Result<NewFile> file = left ? NewFile(path) : WriteNewFile(path, script->text);
  if (!file) return file.error();
  if (Status status = SyncFolder(source.dir); !status) return status.error();
  Result<HistoryRecord> record = Prove(db, source.dir, *script, wanted_db, wanted);
  if (!record) return record.error();
  return std::optional<Drafted>(Drafted{std::move(*file), std::move(*record)});
}

// That the database is where the scripts lead to. What a call may have left (WriteDraft) is taken
// from the source.
Result<std::optional<Migration>> RefusePending(const Database& db, const std::string& description,
                                               Source* source) {
  Result<MigrationPlan> plan = PlanMigration(db, *source, std::nullopt);
  if (!plan) return plan.error();
  if (!plan->is_managed) {
    return MakeError(
        "the database is not managed; SELECT fastmigrate_create() makes it so while it is empty");
  }
  if (plan->pending.empty()) return std::optional<Migration>();
  Migration last = source->migrations.back();
  source->migrations.pop_back();
  Result<std::string> name = NextName(*source, description);
  if (plan->pending.size() == 1 && name && *name == last.name) {
    return std::optional<Migration>(std::move(last));
  }
  return HasNotHad(*source, plan->pending.front().migration());
}

}  // namespace

Result<std::optional<std::string>> Draft(const Database& db, const std::string& dir,
                                         const std::string& description) {
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  Result<std::optional<Migration>> left = RefusePending(db, description, &*source);
  if (!left) return left.error();
  Result<DraftedState> wanted = ReadDraftedState(db);
  if (!wanted) return wanted.error();
  Result<std::optional<Drafted>> drafted = WriteDraft(db, *source, description, db, *wanted, *left);
  if (!drafted) return drafted.error();
  if (!*drafted) return std::optional<std::string>();
  NewFile& file = (*drafted)->file;
  HistoryRecord& record = (*drafted)->record;
  record.previous_version = source->LastVersion();
  const int version = record.version;
  if (Status status = WriteEnrollment(db, record.previous_version, version, {record}); !status) {
    return status.error();
  }
  Status committed = transaction->Commit();
  if (!committed) {
    // It can have happened all the same: see initialize.cc.
    Result<std::optional<int>> now = ReadVersionNow(db);
    if (now && now->value_or(0) != version) return committed.error();
  }
  file.Keep();
  if (committed) return std::optional<std::string>(file.path());
  return Error{committed.error().code,
               "cannot commit: " + committed.error().message + "; " + file.path() +
                   " is kept, since the database may be at version " + std::to_string(version) +
                   " all the same; SELECT fastmigrate_version() tells"};
}

Result<std::optional<std::string>> DraftFromFile(const Database& db, const std::string& dir,
                                                 const std::string& description,
                                                 const std::string& schema_file) {
  Result<std::string> text = ReadFile(schema_file);
  if (!text) return text.error();
  Source wanted_source;
  wanted_source.dir = FolderOf(schema_file);
  wanted_source.migrations.push_back(MigrationOfText(1, schema_file, std::move(*text)));

  Result<NewFile> folder = MakeFolder(dir);
  if (!folder) return folder.error();
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  Result<std::unique_ptr<Replay>> replay = ReplayAll(db, wanted_source, Replay::Of::kSchemaFile);
  if (!replay) return replay.error();
  const Database& wanted_db = (*replay)->db();
  Result<DraftedState> wanted = ReadDraftedState(wanted_db);
  if (!wanted) return wanted.error();
  // A file that says nothing of them.
  if (wanted->user_version == 0) wanted->user_version.reset();
  if (wanted->application_id == 0) wanted->application_id.reset();
  Result<std::optional<Drafted>> drafted = WriteDraft(db, *source, description, wanted_db, *wanted);
  if (!drafted) return drafted.error();
  if (!*drafted) return std::optional<std::string>();
  Status synced = folder->is_made() ? SyncFolder(FolderOf(dir)) : Status();
  if (synced) synced = db.CheckCaller();
  if (!synced) return synced.error();
  (*drafted)->file.Keep();
  folder->Keep();
  return std::optional<std::string>((*drafted)->file.path());
}

}  // namespace fastmigrate
