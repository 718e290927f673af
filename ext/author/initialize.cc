#include "author/initialize.h"

#include <memory>

#include "author/dump_rows.h"
#include "author/dump_schema.h"
#include "author/enroll.h"
#include "base/files.h"
#include "migrate/ledger.h"
#include "migrate/source.h"
#include "prove/replay.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr char kFirstScript[] = "0001-initialize.sql";

Status RefuseEmpty(const Database& db) {
  Result<bool> has_content = HasContent(db);
  if (!has_content) return has_content.error();
  if (*has_content) return {};
  return MakeError(
      "the database is empty, so that there is no schema to write a script from; an empty "
      "database needs none: write the first script by hand and apply it");
}

// But not the script that is to be written, as a call has left it whose commit was in doubt: true
// when it is there.
Result<bool> RefuseScripts(const std::string& dir, const std::string& script) {
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  if (source->migrations.empty()) return false;
  if (source->migrations.size() == 1 && source->migrations.front().name == kFirstScript) {
    Result<std::string> text = ReadText(source->migrations.front());
    if (!text) return text.error();
    if (*text == script) return true;
  }
  return MakeError("'" + dir + "' holds scripts already, " + source->migrations.front().Name() +
                   " the first of them; if they produce this database, run SELECT "
                   "fastmigrate_enroll(N, " +
                   QuoteText(dir) + ")");
}

Status CompareRows(const Database& replayed, const Database& db, const std::string& table) {
  Result<std::string> expected = DumpRows(replayed, table);
  if (!expected) return expected.error();
  Result<std::string> present = DumpRows(db, table);
  if (!present) return present.error();
  if (*expected == *present) return {};
  return MakeError("the script made from table " + table + " does not reproduce its rows");
}

// The script that is in `dir` gives, replayed, the schema of `db` and the rows of the tables. Its
// record.
Result<HistoryRecord> ProveInitialScript(const Database& db, const std::string& dir,
                                         const std::vector<std::string>& tables) {
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, *source, 1);
  if (!replay) return replay.error();
  if (Status status = (*replay)->Run(); !status) return status.error();
  Result<std::vector<Difference>> differences = (*replay)->Compare(db);
  if (!differences) return differences.error();
  if (!differences->empty()) {
    return MakeError("the script made from the schema does not reproduce it:" +
                     Listed(*differences));
  }
  for (const std::string& table : tables) {
    if (Status status = CompareRows((*replay)->db(), db, table); !status) return status.error();
  }
  return EnrolledRecord((*replay)->scripts().front());
}

}  // namespace

Result<std::string> Initialize(const Database& db, const std::string& dir,
                               const std::vector<std::string>& tables) {
  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  if (Status status = RefuseManaged(db); !status) return status.error();
  if (Status status = RefuseEmpty(db); !status) return status.error();
  Result<std::string> script = DumpSchema(db, ToolRecords::kLeftOut, tables);
  if (!script) return script.error();

  Result<NewFile> new_folder = MakeFolder(dir);
  if (!new_folder) return new_folder.error();
  Result<bool> there = RefuseScripts(dir, *script);
  if (!there) return there.error();
  std::string path = Joined(dir, kFirstScript);
  Result<NewFile> new_script = *there ? NewFile(path) : WriteNewFile(path, *script);
  if (!new_script) return new_script.error();
  if (Status status = SyncFolder(dir); !status) return status.error();
  Status synced = new_folder->is_made() ? SyncFolder(FolderOf(dir)) : Status();
  if (!synced) return synced.error();

  Result<HistoryRecord> record = ProveInitialScript(db, dir, tables);
  if (!record) return record.error();
  if (Status status = WriteEnrollment(db, 0, 1, {*record}); !status) return status.error();
  Status committed = transaction->Commit();
  if (!committed) {
    // It can have happened all the same. In doubt the script stays: without it an enrolled database
    // could not be reproduced, beside an unmanaged one it is only in the way.
    Result<std::optional<int>> version = ReadVersionNow(db);
    if (version && !*version) return committed.error();
  }
  new_script->Keep();
  new_folder->Keep();
  if (committed) return path;
  return Error{committed.error().code,
               "cannot commit: " + committed.error().message + "; " + path +
                   " is kept, since the database may be enrolled at version 1 all the same; SELECT "
                   "fastmigrate_version() tells"};
}

}  // namespace fastmigrate
