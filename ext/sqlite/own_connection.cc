#include "sqlite/own_connection.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/files.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

constexpr int kStepsBetweenChecks = 10000;  // of SQLite's virtual machine
constexpr std::string_view kFolderPrefix = "fastmigrate-";
constexpr char kLockName[] = "lock";
constexpr std::array kFileNames = {"copy.db", "copy.db-journal", "copy.db-wal", "copy.db-shm",
                                   kLockName};

// A host may have been built without it (SQLITE_OMIT_PROGRESS_CALLBACK), and its entry in the table
// of functions is then null.
void StopWithHost(const Database& db) {
#ifndef SQLITE_CORE
  if (sqlite3_api->progress_handler == nullptr) return;
#endif
  sqlite3_progress_handler(
      db.handle(), kStepsBetweenChecks,
      [](void* own) { return static_cast<const Database*>(own)->IsInterrupted() ? 1 : 0; },
      const_cast<Database*>(&db));
}

bool HasMoved(const Database& db) {
  int moved = 0;
  int rc = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return rc == SQLITE_OK && moved != 0;
}

// What would make a second connection do what the host's own could not.
Status RefuseUnlike(const Database& host) {
  if (host.MainPath().empty()) return MakeError("the database has no file");
  if (HasMoved(host)) {
    return Error{SQLITE_CANTOPEN,
                 "the database's file has been renamed or replaced since this connection opened "
                 "it, so that a second connection would open another one; reconnect first"};
  }
  Result<std::string> journal = ReadPragma(host, "main", "journal_mode");
  if (!journal) return journal.error();
  if (LeavesNoJournal(*journal)) {
    return MakeError("this connection has journal_mode " + Lowered(*journal) +
                     ", and a second one would not");
  }
  Result<std::string> locking = ReadPragma(host, "main", "locking_mode");
  if (!locking) return locking.error();
  if (EqualIgnoringCase(*locking, "exclusive")) {
    return MakeError("this connection has locking_mode EXCLUSIVE, which keeps a second one out");
  }
  return {};
}

std::string RandomName() {
  unsigned char bytes[8];
  sqlite3_randomness(sizeof bytes, bytes);
  return std::string(kFolderPrefix) +
         Hexadecimal({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

// The lock on a private folder, if nobody holds it.
Result<FileLock> TryLock(const std::string& folder) {
  return FileLock::Acquire(Joined(folder, kLockName), [] { return true; });
}

// Folders whose process was killed: nobody holds their lock. Of another user's nothing can be
// opened.
void RemoveAbandonedFolders() {
  std::string temporary = TemporaryFolder();
  Result<std::vector<std::string>> names = ListFolder(temporary);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(kFolderPrefix)) continue;
    std::string folder = Joined(temporary, name);
    {
      Result<FileLock> lock = TryLock(folder);
      if (!lock) continue;
      for (const char* file : kFileNames) RemoveFile(Joined(folder, file).c_str());
    }
    // On Windows the lock's file is there until it is closed.
    RemoveFile(folder.c_str());
  }
}

}  // namespace

// A folder of one copy: nobody else can look into it, and it is removed by the destructor or, after
// a kill, by the next process that makes one.
struct OwnConnection::Folder {
  static Result<std::unique_ptr<Folder>> Make() {
    RemoveAbandonedFolders();
    auto folder = std::make_unique<Folder>();
    const std::string name = RandomName();
    Paths final_paths(Joined(TemporaryFolder(), name));
#ifdef _WIN32
    // The file is locked from its creation on, and others leave a folder alone that has none. With
    // a file open in it, the folder could not be renamed.
    folder->paths = std::move(final_paths);
    if (Status status = folder->MakeItself(); !status) return status.error();
    Result<FileLock> lock = FileLock::AcquireNew(folder->lock_file());
    if (!lock) return lock.error();
    folder->lock.emplace(std::move(*lock));
    if (Status status = MakeFile(folder->database()); !status) return status.error();
#else
    // It gets the name by which others look for abandoned ones when it is locked.
    folder->paths = Paths(Joined(TemporaryFolder(), "." + name));
    if (Status status = folder->MakeItself(); !status) return status.error();
    for (const std::string& path : {folder->lock_file(), folder->database()}) {
      if (Status status = MakeFile(path); !status) return status.error();
    }
    // Where a file system has no such locks, a killed process leaves its folder.
    Result<FileLock> lock = TryLock(folder->paths.folder);
    if (lock) folder->lock.emplace(std::move(*lock));
    if (Status renamed = Rename(folder->paths.folder, final_paths.folder); !renamed) {
      return renamed.error();
    }
    folder->paths = std::move(final_paths);
#endif
    return folder;
  }
  ~Folder() {
    if (!made) return;
    for (const std::string& file : paths.files) RemoveFile(file.c_str());
    lock.reset();  // on Windows its file is there until it is closed
    RemoveFile(paths.folder.c_str());
  }

  Status MakeItself() {
    Status status = MakePrivateFolder(paths.folder);
    made = status.ok();
    return status;
  }
  static Status MakeFile(const std::string& path) {
    Result<NewFile> file = WriteNewFile(path, "");
    if (!file) return file.error();
    file->Keep();
    return {};
  }

  const std::string& database() const { return paths.files.front(); }
  const std::string& lock_file() const { return paths.files.back(); }

  // Everything that is to be removed.
  struct Paths {
    Paths() = default;
    explicit Paths(std::string path) : folder(std::move(path)) {
      for (const char* name : kFileNames) files.push_back(Joined(folder, name));
    }
    std::string folder;
    std::vector<std::string> files;
  };
  Paths paths;
  bool made = false;
  std::optional<FileLock> lock;
};

OwnConnection::OwnConnection(const Database& host, Database db, HostObjects::StandIns stand_ins)
    : objects_(host, db.handle(), stand_ins), db_(std::move(db)) {}

OwnConnection::~OwnConnection() { ForgetLeftSettings(db_.handle()); }

Result<std::unique_ptr<OwnConnection>> OwnConnection::Make(const Database& host, Database db,
                                                           HostObjects::StandIns stand_ins) {
  std::unique_ptr<OwnConnection> own(new OwnConnection(host, std::move(db), stand_ins));
  own->db_.Obey(host);
  Result<CallMark> mark = CallMark::Set(own->db_, "fastmigrate");
  if (!mark) return mark.error();
  own->mark_.emplace(std::move(*mark));
  if (Status status = CopySettings(host, own->db_); !status) return status.error();
  if (Status status = own->objects_.ProvideReplaced(own->db_); !status) return status.error();
  own->db_.SetProvider(&own->objects_);
  StopWithHost(own->db_);
  return own;
}

Result<std::unique_ptr<OwnConnection>> OwnConnection::OpenBeside(const Database& host) {
  if (Status status = RefuseUnlike(host); !status) return status.error();
  Result<Database> db = Database::OpenBeside(host);
  if (!db) return db.error();
  if (Status status = CopyNewFileSettings(host, *db); !status) return status.error();
  Result<std::optional<int64_t>> first_read = db->QueryInteger("PRAGMA main.schema_version");
  if (!first_read) return first_read.error();
  Result<std::unique_ptr<OwnConnection>> own =
      Make(host, std::move(*db), HostObjects::StandIns::kNo);
  if (!own) return own;
  if (Status status = CopyFileSettings(host, (*own)->db_); !status) return status.error();
  return own;
}

Result<std::unique_ptr<OwnConnection>> OwnConnection::OpenScratch(const Database& host, Place place,
                                                                  HostObjects::StandIns stand_ins) {
  std::unique_ptr<Folder> folder;
  if (place == Place::kFile) {
    Result<std::unique_ptr<Folder>> made = Folder::Make();
    if (!made) return made.error();
    folder = std::move(*made);
  }
  // A path as such, however much it looks like a URI.
  Result<Database> db = folder ? Database::Open(folder->database(), SQLITE_OPEN_READWRITE)
                               : Database::Open("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!db) return db.error();
  Result<std::unique_ptr<OwnConnection>> own = Make(host, std::move(*db), stand_ins);
  if (!own) return own;
  (*own)->folder_ = std::move(folder);
  // It is gone after a power cut anyway.
  Status status = (*own)->db_.Execute("PRAGMA synchronous = OFF");
  if (!status) return status.error();
  return own;
}

}  // namespace fastmigrate
