#include "sqlite/scratch.h"

#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "migrate/source.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr int kStepsBetweenChecks = 10000;  // of SQLite's virtual machine
constexpr int kPagesPerStep = 1000;

Result<std::string> NewTemporaryFile() {
  std::error_code ec;
  fs::path folder = fs::temp_directory_path(ec);
  if (ec) return Error{kCodeCantOpen, "there is no folder for temporary files: " + ec.message()};
  std::random_device random;
  std::u8string name = (folder / ("fastmigrate-" + std::to_string(random()) + ".db")).u8string();
  std::string path(name.begin(), name.end());
  if (Status status = WriteNewFile(path, ""); !status) return status.error();
  return path;
}

// A file name as such, however much it looks like a URI.
Result<Database> OpenFile(const std::string& path) {
  return Database::Open(path, SQLITE_OPEN_READWRITE);
}

Status CheckCopy(const Database& copy) {
  Result<std::optional<std::string>> check = copy.QueryText("PRAGMA quick_check(1)");
  if (!check) return check.error();
  if (check->value_or("") == "ok") return {};
  return Error{SQLITE_CORRUPT, "the copy is damaged: " + check->value_or("")};
}

}  // namespace

Result<std::unique_ptr<Scratch>> Scratch::Open(const Database& host, Place place) {
  std::unique_ptr<Scratch> scratch(new Scratch(host));
  if (place == Place::kFile) {
    Result<std::string> path = NewTemporaryFile();
    if (!path) return path.error();
    scratch->path_ = *path;
  }
  Result<Database> db = place == Place::kFile
                            ? OpenFile(scratch->path_)
                            : Database::Open("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!db) return db.error();
  scratch->db_ = std::make_unique<Database>(std::move(*db));
  Result<ExclusiveCall> mark = ExclusiveCall::Begin(scratch->db(), "fastmigrate");
  if (!mark) return mark.error();
  scratch->mark_.emplace(std::move(*mark));
  if (Status status = CopySettings(host, scratch->db()); !status) return status.error();
  if (Status status = scratch->db().Execute("PRAGMA synchronous = OFF"); !status) {
    return status.error();
  }
  sqlite3_progress_handler(
      scratch->db().handle(), kStepsBetweenChecks,
      [](void* self) { return static_cast<Scratch*>(self)->host_.IsInterrupted() ? 1 : 0; },
      scratch.get());
  return scratch;
}

Scratch::~Scratch() {
  mark_.reset();
  db_.reset();
  if (path_.empty()) return;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) RemoveFile((path_ + suffix).c_str());
}

Status CopyDatabase(const Database& from, const Database& to, const InterruptCheck& interrupted) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.LastError();
  Status status = RetryWhileBusy(interrupted, [&]() -> Status {
    while (true) {
      int rc = sqlite3_backup_step(backup, kPagesPerStep);
      if (rc == SQLITE_DONE) return {};
      if (rc != SQLITE_OK) return Error{rc, sqlite3_errstr(rc)};
      if (interrupted()) return Error{SQLITE_INTERRUPT, "interrupted"};
    }
  });
  int rc = sqlite3_backup_finish(backup);
  if (!status || rc == SQLITE_OK) return status;
  return Error{rc, sqlite3_errstr(rc)};
}

Status BackupDatabase(const Database& db, const std::string& path,
                      const InterruptCheck& interrupted) {
  if (sqlite3_txn_state(db.handle(), "main") == SQLITE_TXN_WRITE) {
    return MakeError(
        "a backup would hold what your open transaction has not committed; COMMIT "
        "first");
  }
  if (Status status = WriteNewFile(path, ""); !status) return status;
  Status status = [&]() -> Status {
    Result<Database> copy = OpenFile(path);
    if (!copy) return copy.error();
    if (Status copied = CopyDatabase(db, *copy, interrupted); !copied) return copied;
    return CheckCopy(*copy);
  }();
  if (status) return {};
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) RemoveFile((path + suffix).c_str());
  return status.error().Within("no backup was made in " + path);
}

Result<std::string> DefaultBackupPath(const Database& db) {
  std::string path = db.MainPath();
  if (path.empty()) {
    return MakeError("the database has no file to put the backup beside; give a path");
  }
  Result<std::optional<std::string>> time =
      db.QueryText("SELECT strftime('%Y%m%d_%H%M%S', 'now', 'localtime')");
  if (!time) return time.error();
  return path + "." + time->value_or("") + ".backup";
}

}  // namespace fastmigrate
