#include "sqlite/backup.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/files.h"
#include "sqlite/busy_wait.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

constexpr int kPagesPerStep = 1000;
constexpr int kMostInASecond = 1000;

struct BackupFinisher {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

// The report of a page that could not be read ends with SQLite's code for it: "unable to get the
// page. error code=266"; or it has none, "failed to get page 5", in a list of pages.
int CodeOfReport(const std::string& report) {
  constexpr std::string_view kCode = "error code=";
  size_t at = report.find(kCode);
  int code = at == std::string::npos ? 0 : std::atoi(report.c_str() + at + kCode.size());
  if (code != 0) return code;
  return report.find("failed to get page") == std::string::npos ? SQLITE_CORRUPT : SQLITE_IOERR;
}

Status CheckCopy(const Database& copy) {
  Result<std::optional<std::string>> check = copy.QueryText("PRAGMA quick_check(1)");
  if (!check) return check.error();
  if (check->value_or("") == "ok") return {};
  return Error{CodeOfReport(check->value_or("")), "the copy is damaged: " + check->value_or("")};
}

// Removes the journals that a copy may have left beside it.
struct Journals {
  explicit Journals(const std::string& path)
      : files{NewFile(path + "-journal"), NewFile(path + "-wal"), NewFile(path + "-shm")} {
    for (NewFile& file : files) file.Made();
  }
  std::array<NewFile, 3> files;
};

}  // namespace

// The backup begins anew whenever another connection commits, unless a read transaction is open on
// the source, which it then copies.
Status CopyDatabase(const Database& from, const Database& to) {
  std::optional<ReadSnapshot> snapshot;
  Status status = WaitWhileBusy(from, [&] {
    snapshot.emplace(from);
    return snapshot->status();
  });
  if (!status) return status;
  std::unique_ptr<sqlite3_backup, BackupFinisher> backup(
      sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
  if (!backup) return to.LastError();
  status = WaitWhileBusy(from, [&]() -> Status {
    while (true) {
      int rc = sqlite3_backup_step(backup.get(), kPagesPerStep);
      if (rc == SQLITE_DONE) return {};
      if (rc != SQLITE_OK) return Error{rc, sqlite3_errstr(rc)};
      if (from.IsInterrupted()) return Error{SQLITE_INTERRUPT, "interrupted"};
    }
  });
  int rc = sqlite3_backup_finish(backup.release());
  if (!status || rc == SQLITE_OK) return status;
  return Error{rc, sqlite3_errstr(rc)};
}

Status BackupDatabase(const Database& db, const std::string& path) {
  if (sqlite3_txn_state(db.handle(), "main") == SQLITE_TXN_WRITE) {
    return MakeError(
        "a backup would hold what your open transaction has not committed; COMMIT "
        "first");
  }
  std::string model = db.MainPath();
  Result<NewFile> file = model.empty() ? WriteNewFile(path, "") : CreateFileLike(path, model);
  if (!file) return file.error();
  Journals journals(path);
  Status status;
  {
    // A path as such, however much it looks like a URI.
    Result<Database> copy = Database::Open(path, SQLITE_OPEN_READWRITE);
    status = copy ? CopyDatabase(db, *copy) : Status(copy.error());
    if (status) status = CheckCopy(*copy);
  }
  if (status) status = SyncFolder(FolderOf(path));
  if (status) status = db.CheckCaller();
  if (!status) return status.error().Within("no backup was made in " + path);
  file->Keep();
  return {};
}

Result<std::string> DefaultBackupPath(const Database& db) {
  std::string path = db.MainPath();
  if (path.empty()) {
    return MakeError("the database has no file to put the backup beside; give a path");
  }
  Result<std::optional<std::string>> time = db.QueryText("SELECT strftime('%Y%m%d_%H%M%S', 'now')");
  if (!time) return time.error();
  const std::string begin = path + "." + time->value_or("");
  std::string free = begin + ".backup";
  for (int n = 2; n <= kMostInASecond; ++n) {
    Result<FileType> there = TypeOf(free);
    if (!there) return there.error();
    if (*there == FileType::kMissing) break;
    free = begin + "-" + std::to_string(n) + ".backup";
  }
  return free;
}

}  // namespace fastmigrate
