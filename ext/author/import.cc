#include "author/import.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "author/enroll.h"
#include "author/foreign_layouts.h"
#include "base/files.h"
#include "migrate/ledger.h"
#include "migrate/source.h"
#include "migrate/tool_records.h"
#include "prove/replay.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

std::vector<std::string> ToolsOf(const std::vector<AppliedRecord>& records) {
  std::vector<std::string> tools;
  for (const AppliedRecord& record : records) tools.push_back(record.tool);
  return tools;
}

// Whether the scripts are in `dir` already. An error when others are, or another tool's.
Result<bool> AreThere(const std::string& dir, const std::string& from,
                      const ConvertedFolder& converted) {
  Result<FileType> type = TypeOf(dir);
  if (!type) return type.error();
  if (*type == FileType::kMissing) return false;
  Result<Source> source = ReadSource(dir);
  if (!source) return source.error();
  for (const IgnoredFile& file : source->ignored) {
    if (ParseMigrationName(file.name) || !IsForeignScript(file.name)) continue;
    return MakeError("'" + dir + "' holds " + file.name +
                     ", which is another migration tool's; name another folder for the scripts, "
                     "SELECT fastmigrate_import(" +
                     QuoteText(from) + ", 'FOLDER')");
  }
  if (source->migrations.empty()) return false;
  for (const ConvertedMigration& migration : converted.migrations) {
    const Migration* present = source->Find(migration.script.version);
    if (present != nullptr && present->name == migration.script.name) {
      Result<std::string> text = ReadText(*present);
      if (!text) return text.error();
      if (*text == migration.script.Text()) continue;
    }
    return MakeError(
        "'" + dir + "' holds scripts already, " + source->migrations.front().Name() +
        " the first of them, and they are not those that are imported (" + migration.script.Name() +
        " is " + (present == nullptr ? "missing" : "another") + "); name a folder that holds none");
  }
  return true;
}

// The scripts, and the folder, as far as they were not there; removed again unless they are kept.
class WrittenScripts {
 public:
  static Result<WrittenScripts> Write(const std::string& dir, const ConvertedFolder& converted,
                                      bool are_there) {
    if (are_there) return WrittenScripts(NewFile(dir));
    Result<NewFile> folder = MakeFolder(dir);
    if (!folder) return folder.error();
    WrittenScripts written(std::move(*folder));
    written.files_.reserve(converted.migrations.size());
    for (const ConvertedMigration& migration : converted.migrations) {
      Result<NewFile> file =
          WriteNewFile(Joined(dir, migration.script.name), migration.script.Text());
      if (!file) return file.error();
      written.files_.push_back(std::move(*file));
    }
    if (Status status = SyncFolder(dir); !status) return status.error();
    Status synced = written.folder_.is_made() ? SyncFolder(FolderOf(dir)) : Status();
    if (!synced) return synced.error();
    return written;
  }

  WrittenScripts(WrittenScripts&&) = default;
  WrittenScripts(const WrittenScripts&) = delete;
  WrittenScripts& operator=(const WrittenScripts&) = delete;
  WrittenScripts& operator=(WrittenScripts&&) = delete;
  ~WrittenScripts() = default;

  void Keep() {
    for (NewFile& file : files_) file.Keep();
    folder_.Keep();
  }

 private:
  explicit WrittenScripts(NewFile folder) : folder_(std::move(folder)) {}

  NewFile folder_;  // removed behind the files, when it is empty
  std::vector<NewFile> files_;
};

// The record that tells what this database has had.
Result<AppliedRecord> ChooseRecord(const std::string& from, const ConvertedFolder& converted,
                                   const std::vector<AppliedRecord>& records) {
  if (records.empty()) {
    return MakeError(
        "the database has content, and no record of a migration tool that says which migrations it "
        "has had; nothing was written\n"
        "  SELECT fastmigrate_import(" +
        QuoteText(from) +
        ", 'FOLDER') in an empty database, such as :memory:, writes the scripts alone\n"
        "  then SELECT fastmigrate_find_version('FOLDER') here finds the version N, and SELECT "
        "fastmigrate_enroll(N, 'FOLDER') proves and records it");
  }
  if (records.size() == 1) return records.front();
  const std::string tools = ", " + converted.tools + ",";
  std::vector<AppliedRecord> own;
  for (const AppliedRecord& record : records) {
    if (tools.find(", " + record.tool + ",") != std::string::npos) own.push_back(record);
  }
  if (own.size() == 1) return own.front();
  std::string names;
  for (const AppliedRecord& record : records) names += (names.empty() ? "" : ", ") + record.tool;
  return MakeError("the database holds the records of several migration tools (" + names +
                   "), so that it is not known which of them ran the migrations in '" + from +
                   "'; drop the table of the other");
}

// Which migrations a record names.
class Finder {
 public:
  explicit Finder(const std::vector<ConvertedMigration>& migrations) : migrations_(migrations) {
    for (size_t i = 0; i < migrations.size(); ++i) {
      const ForeignMigration& foreign = migrations[i].foreign;
      by_name_.emplace(foreign.name, i);
      if (foreign.name.ends_with(".sql")) {
        by_name_.emplace(foreign.name.substr(0, foreign.name.size() - 4), i);
      }
      if (!foreign.version.empty()) by_version_.emplace(foreign.version, i);
    }
  }

  std::optional<size_t> Find(const std::string& key) const {
    auto named = by_name_.find(key);
    if (named != by_name_.end()) return named->second;
    auto found = by_version_.find(NormalVersion(key));
    if (found == by_version_.end()) return std::nullopt;
    return found->second;
  }

  // Sets those that the row stands for. False when there is no such migration.
  bool Mark(const RecordedMigration& row, std::vector<bool>* had) const {
    const std::optional<size_t> found = Find(row.key);
    if (found) (*had)[*found] = true;
    if (row.covers == RecordedMigration::Covers::kAllUpToIt && found) {
      std::fill_n(had->begin(), *found, true);
    }
    if (row.covers != RecordedMigration::Covers::kAllBelow) return found.has_value();
    const std::string version = NormalVersion(row.key);
    for (size_t i = 0; i < migrations_.size(); ++i) {
      if (IsLowerVersion(migrations_[i].foreign.version, version)) (*had)[i] = true;
    }
    return true;
  }

 private:
  const std::vector<ConvertedMigration>& migrations_;
  std::map<std::string, size_t, std::less<>> by_name_;
  std::map<std::string, size_t, std::less<>> by_version_;
};

// How many of the migrations, from the first one on, the database has had.
Result<int> CountApplied(const std::string& from, const ConvertedFolder& converted,
                         const AppliedRecord& record) {
  if (record.half_done) {
    return MakeError(record.tool + " has left the migration " + *record.half_done +
                     " half done in this database, as its record says; finish or repair it with " +
                     record.tool + " first");
  }
  const std::vector<ConvertedMigration>& migrations = converted.migrations;
  const Finder finder(migrations);
  std::vector<bool> had(migrations.size());
  for (const RecordedMigration& row : record.migrations) {
    if (finder.Mark(row, &had)) continue;
    return MakeError("the record of " + record.tool + " says that this database has had " +
                     row.key + ", and '" + from + "' holds no such migration");
  }
  const auto missing = std::find(had.begin(), had.end(), false);
  const auto behind = std::find(missing, had.end(), true);
  if (behind == had.end()) return static_cast<int>(missing - had.begin());
  auto path_of = [&](auto at) {
    return migrations[static_cast<size_t>(at - had.begin())].foreign.path;
  };
  return MakeError("the record of " + record.tool + " says that this database has not had " +
                   path_of(missing) + ", but " + path_of(behind) + " behind it; apply it with " +
                   record.tool + " first");
}

// What the record says now.
Result<int> ReadApplied(const Database& db, const std::string& from,
                        const ConvertedFolder& converted) {
  Result<std::vector<AppliedRecord>> records = ReadAppliedRecords(db);
  if (!records) return records.error();
  Result<AppliedRecord> record = ChooseRecord(from, converted, *records);
  if (!record) return record.error();
  return CountApplied(from, converted, *record);
}

Status CompareWith(const Database& db, const Replay& replay, const ConvertedFolder& converted,
                   int version) {
  Result<std::vector<Difference>> differences = replay.Compare(db);
  if (!differences) return differences.error();
  if (differences->empty()) return {};
  const std::string had =
      version == 0 ? "no migration"
                   : "the migrations up to " +
                         converted.migrations[static_cast<size_t>(version) - 1].foreign.path;
  return MakeError("the record in the database says that it has had " + had +
                   ", but it is not what they produce:" + Listed(*differences));
}

// Empty: nothing is enrolled, and applying begins with the first script.
Status WriteForEmpty(const Database& db, const std::string& dir, const ConvertedFolder& converted,
                     bool are_there) {
  Result<WrittenScripts> scripts = WrittenScripts::Write(dir, converted, are_there);
  if (!scripts) return scripts.error();
  if (Status status = db.CheckCaller(); !status) return status;
  scripts->Keep();
  return {};
}

Error InDoubt(const Error& error, const std::string& dir, int version) {
  return {error.code, "cannot commit: " + error.message + "; the scripts in '" + dir +
                          "' are kept, since the database may be enrolled at version " +
                          std::to_string(version) +
                          " all the same; SELECT fastmigrate_version() tells"};
}

}  // namespace

Result<int> Import(const Database& db, const std::string& from, const std::string& dir) {
  if (Status status = RefuseManaged(db); !status) return status.error();
  Result<LedgerState> ledger = ReadLedger(db);
  if (!ledger) return ledger.error();
  Result<std::vector<AppliedRecord>> records = ReadAppliedRecords(db);
  if (!records) return records.error();
  Result<ConvertedFolder> converted = ConvertForeignFolder(from, ToolsOf(*records));
  if (!converted) return converted.error();
  Result<bool> are_there = AreThere(dir, from, *converted);
  if (!are_there) return are_there.error();
  if (!ledger->has_content) {
    Status written = WriteForEmpty(db, dir, *converted, *are_there);
    if (!written) return written.error();
    return 0;
  }

  Result<int> version = ReadApplied(db, from, *converted);
  if (!version) return version.error();
  Source source;
  source.dir = dir;
  for (const ConvertedMigration& migration : converted->migrations) {
    source.migrations.push_back(migration.script);
  }
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, source, *version);
  if (!replay) return replay.error();
  if (Status status = (*replay)->Run(); !status) return status.error();
  std::vector<HistoryRecord> enrolled;
  for (const PendingScript& script : (*replay)->scripts()) {
    enrolled.push_back(EnrolledRecord(script));
  }

  RowidKeeper rowid(db);
  Result<Transaction> transaction = Transaction::Begin(db);
  if (!transaction) return transaction.error();
  if (Status status = RefuseManaged(db); !status) return status.error();
  Result<int> version_now = ReadApplied(db, from, *converted);
  if (!version_now) return version_now.error();
  if (*version_now != *version) {
    return MakeError("another program has applied migrations meanwhile; try again");
  }
  Status same = CompareWith(db, **replay, *converted, *version);
  if (!same) return same.error();
  Result<WrittenScripts> scripts = WrittenScripts::Write(dir, *converted, *are_there);
  if (!scripts) return scripts.error();
  Status written = WriteEnrollment(db, 0, *version, std::move(enrolled));
  if (!written) return written.error();
  Status committed = transaction->Commit();
  if (!committed) {
    // It can have happened all the same: see initialize.cc.
    Result<std::optional<int>> managed = ReadVersionNow(db);
    if (managed && !*managed) return committed.error();
  }
  scripts->Keep();
  if (!committed) return InDoubt(committed.error(), dir, *version);
  return *version;
}

}  // namespace fastmigrate
