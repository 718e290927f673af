#include "base/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <memory>
#include <system_error>
#include <utility>

#include "base/environment.h"

#ifdef _WIN32
#include "base/windows.h"
#else
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace fastmigrate {
namespace {

constexpr size_t kStepBytes = 8192;       // where the size is not known
constexpr size_t kSmallBytes = 8192;      // more than most scripts have
constexpr size_t kBigStepBytes = 262144;  // which a processor's cache holds

// The system's own calls under one name each.
#ifdef _WIN32
using FileStatus = windows::FileStatus;
using OpenFile = windows::Handle;
using windows::GetOpenStatus;
using windows::GetStatus;
using windows::LastError;
using windows::OpenToRead;
using windows::ReasonOf;
using windows::Sync;
OpenFile OpenIn(void*, const std::string& folder, const char* name) {
  return OpenToRead(Joined(folder, name));
}
OpenFile OpenNew(const std::string& path, int) { return windows::OpenNew(path); }
ptrdiff_t ReadBytes(const OpenFile& file, char* bytes, size_t size) {
  return windows::Read(file, bytes, size);
}
bool WriteBytes(const OpenFile& file, std::string_view bytes) {
  return windows::Write(file, bytes);
}
bool IsRegular(const FileStatus& status) { return status.is_file; }
bool IsFolder(const FileStatus& status) { return status.is_folder; }
size_t SizeOf(const FileStatus& status) { return static_cast<size_t>(status.size); }
bool Make(const std::string& path, int) { return windows::MakeFolder(path); }
bool CopyPermissions(const OpenFile&, const FileStatus&) { return true; }
bool Move(const std::string& from, const std::string& to) { return windows::Rename(from, to); }
#else
std::error_code LastError() { return {errno, std::generic_category()}; }
std::string ReasonOf(std::error_code error) { return error.message(); }

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { (void)Close(); }

  bool ok() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  bool Close() { return descriptor_ < 0 || close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;  // -1: none
};

using FileStatus = struct stat;
bool GetStatus(const std::string& path, FileStatus* status) {
  return stat(path.c_str(), status) == 0;
}
bool GetOpenStatus(const OpenFile& file, FileStatus* status) {
  return fstat(file.descriptor(), status) == 0;
}
bool IsRegular(const FileStatus& status) { return S_ISREG(status.st_mode); }
bool IsFolder(const FileStatus& status) { return S_ISDIR(status.st_mode); }
size_t SizeOf(const FileStatus& status) { return static_cast<size_t>(status.st_size); }
OpenFile OpenToRead(const std::string& path) {
  return OpenFile(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}
DIR* AsDir(void* handle) { return static_cast<DIR*>(handle); }
OpenFile OpenIn(void* handle, const std::string&, const char* name) {
  return OpenFile(openat(dirfd(AsDir(handle)), name, O_RDONLY | O_CLOEXEC));
}
OpenFile OpenNew(const std::string& path, mode_t mode) {
  return OpenFile(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
}
size_t AtMost(size_t size) { return std::min<size_t>(size, 1 << 30); }
// Up to `size` bytes; 0 at the end of the file, -1 on an error.
ptrdiff_t ReadBytes(const OpenFile& file, char* bytes, size_t size) {
  while (true) {
    const ssize_t count = read(file.descriptor(), bytes, AtMost(size));
    if (count >= 0 || errno != EINTR) return count;
  }
}
bool WriteBytes(const OpenFile& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file.descriptor(), bytes.data(), AtMost(bytes.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}
bool Sync(const OpenFile& file) {
  // What cannot be synced (a pipe, some network file systems) says EINVAL.
  return fsync(file.descriptor()) == 0 || errno == EINVAL || errno == ENOTSUP;
}
bool Make(const std::string& path, mode_t mode) { return mkdir(path.c_str(), mode) == 0; }
bool CopyPermissions(const OpenFile& file, const FileStatus& model) {
  return fchmod(file.descriptor(), model.st_mode & 0777) == 0;
}
bool Move(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str()) == 0;
}
#endif

Error CannotRead(const std::string& path) {
  return {kCodeCantOpen, "cannot read " + path + ": " + ReasonOf(LastError())};
}

Error CannotCreate(const std::string& path) {
  const std::error_code error = LastError();
  if (error == std::errc::file_exists) {
    return MakeError(path + " exists already and is not overwritten");
  }
  return {kCodeCantOpen, "cannot create " + path + ": " + ReasonOf(error)};
}

#if defined(__linux__)
constexpr int64_t kNanoseconds = 1'000'000'000;

int64_t InNanoseconds(const timespec& time) { return time.tv_sec * kNanoseconds + time.tv_nsec; }

int64_t Now() {
  timespec now;
  return clock_gettime(CLOCK_REALTIME, &now) == 0 ? InNanoseconds(now) : 0;
}

// Nullopt for what was changed less than two seconds before `now`.
std::optional<FileStamp> StampAt(int64_t now, const FileStatus& status) {
  const FileStamp stamp{status.st_dev, status.st_ino, status.st_size, InNanoseconds(status.st_mtim),
                        InNanoseconds(status.st_ctim)};
  const int64_t last = std::max(stamp.modified_ns, stamp.changed_ns);
  if (last > now - 2 * kNanoseconds) return std::nullopt;
  return stamp;
}
#else
int64_t Now() { return 0; }
std::optional<FileStamp> StampAt(int64_t, const FileStatus&) { return std::nullopt; }
#endif

// Puts the file into `text` behind the bytes that are read and in it already.
bool ReadRest(const OpenFile& file, const FileStatus& before, std::string* text) {
  // A small file at once, and a big one in steps, since a string fills what it grows by with zeros
  // first; room for a byte more shows whether the file has grown.
  const size_t expected = IsRegular(before) ? SizeOf(before) : 0;
  size_t used = text->size();
  text->reserve(std::max(expected, used) + 1);
  while (used == 0 || used != expected) {
    text->resize(used <= expected ? std::min(expected + 1, used + kBigStepBytes)
                                  : used + kStepBytes);
    const ptrdiff_t count = ReadBytes(file, text->data() + used, text->size() - used);
    if (count < 0) return false;
    if (count == 0) break;
    used += static_cast<size_t>(count);
  }
  text->resize(used);
  return true;
}

// Puts the file into `text`, and its status of before that. False: LastError() tells.
bool ReadOpen(const OpenFile& file, std::string* text, FileStatus* before) {
  text->clear();
  return file.ok() && GetOpenStatus(file, before) && ReadRest(file, *before, text);
}

// The same without a look at the status of a small file. Less than was asked for is the end of a
// regular file, unless a signal came between, which a local disk is not open to
// (https://pubs.opengroup.org/onlinepubs/9699919799/functions/read.html,
// https://www.man7.org/linux/man-pages/man7/signal.7.html).
bool ReadOpenOrPiece(const OpenFile& file, const std::function<void(std::string_view)>& take) {
  if (!file.ok()) return false;
  std::array<char, kSmallBytes> small;
  const ptrdiff_t count = ReadBytes(file, small.data(), small.size());
  if (count < 0) return false;
  const std::string_view read(small.data(), static_cast<size_t>(count));
  if (read.size() < small.size()) {
    take(read);
    return true;
  }
  std::string text(read);
  FileStatus status;
  if (!GetOpenStatus(file, &status) || !ReadRest(file, status, &text)) return false;
  take(text);
  return true;
}

}  // namespace

Result<FileType> TypeOf(const std::string& path) {
  FileStatus status;
  if (!GetStatus(path, &status)) {
    const std::error_code error = LastError();
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
      return FileType::kMissing;
    }
    return CannotRead(path);
  }
  if (IsRegular(status)) return FileType::kFile;
  return IsFolder(status) ? FileType::kFolder : FileType::kOther;
}

std::string Joined(const std::string& dir, std::string_view name) {
  bool ends = !dir.empty() && (dir.back() == '/'
#ifdef _WIN32
                               || dir.back() == '\\'
#endif
                              );
  std::string path;
  path.reserve(dir.size() + 1 + name.size());
  path += dir;
  if (!ends) path += '/';
  path += name;
  return path;
}

std::string FolderOf(const std::string& path) {
#ifdef _WIN32
  size_t slash = path.find_last_of("/\\");
#else
  size_t slash = path.rfind('/');
#endif
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string WorkingFolder() {
#ifdef _WIN32
  return windows::WorkingFolder();
#else
  char buffer[4096];
  return getcwd(buffer, sizeof buffer) == nullptr ? "" : buffer;
#endif
}

Folder::Folder(std::string path) : path_(std::move(path)), opened_ns_(Now()) {}

#ifdef _WIN32
void Folder::Closer::operator()(void*) const noexcept {}

Result<Folder> Folder::Open(const std::string& path) {
  FileStatus status;
  if (!GetStatus(path, &status)) return CannotRead(path);
  if (status.is_folder) return Folder(path);
  return Error{kCodeCantOpen, "cannot read " + path + ": " + Reason(ENOTDIR)};
}

Status Folder::ForEach(const std::function<Status(std::string_view, bool)>& take) const {
  std::vector<windows::Entry> found;
  if (!windows::List(path_, &found)) return CannotRead(path_);
  for (const windows::Entry& entry : found) {
    if (Status status = take(entry.name, entry.is_file); !status) return status;
  }
  return {};
}

std::optional<FileStamp> Folder::StampOf(const char*) const { return std::nullopt; }
#else
void Folder::Closer::operator()(void* handle) const noexcept { closedir(AsDir(handle)); }

Result<Folder> Folder::Open(const std::string& path) {
  Folder folder(path);
  folder.handle_.reset(opendir(path.c_str()));
  if (!folder.handle_) return CannotRead(path);
  return folder;
}

Status Folder::ForEach(const std::function<Status(std::string_view, bool)>& take) const {
  rewinddir(AsDir(handle_.get()));
  while (true) {
    errno = 0;
    const dirent* entry = readdir(AsDir(handle_.get()));
    if (entry == nullptr) break;
    std::string_view name = entry->d_name;
    bool is_file = false;
#ifdef DT_REG  // not every file system tells
    is_file = entry->d_type == DT_REG;
#endif
    if (name == "." || name == "..") continue;
    if (Status status = take(name, is_file); !status) return status;
  }
  if (errno != 0) return CannotRead(path_);
  return {};
}

std::optional<FileStamp> Folder::StampOf(const char* name) const {
  FileStatus status;
  if (fstatat(dirfd(AsDir(handle_.get())), name, &status, 0) != 0) return std::nullopt;
  return StampAt(opened_ns_, status);
}
#endif

Status Folder::Read(const char* name, const std::function<void(std::string_view)>& take) const {
  const OpenFile file = OpenIn(handle_.get(), path_, name);
  if (ReadOpenOrPiece(file, take)) return {};
  return CannotRead(Joined(path_, name));
}

Result<std::optional<FileStamp>> Folder::ReadStamped(const char* name, std::string* text) const {
  const OpenFile file = OpenIn(handle_.get(), path_, name);
  FileStatus before;
  if (!ReadOpen(file, text, &before)) return CannotRead(Joined(path_, name));
  return StampAt(opened_ns_, before);
}

Result<std::vector<std::string>> ListFolder(const std::string& dir) {
  Result<Folder> folder = Folder::Open(dir);
  if (!folder) return folder.error();
  std::vector<std::string> names;
  Status status = folder->ForEach([&names](std::string_view name, bool) -> Status {
    names.emplace_back(name);
    return {};
  });
  if (!status) return status.error();
  return names;
}

Result<std::string> ReadFile(const std::string& path) {
  const OpenFile file = OpenToRead(path);
  std::string text;
  FileStatus before;
  if (!ReadOpen(file, &text, &before)) return CannotRead(path);
  return text;
}

Result<NewFile> WriteNewFile(const std::string& path, std::string_view text) {
  NewFile created(path);
  OpenFile file = OpenNew(path, 0666);
  if (!file.ok()) return CannotCreate(path);
  created.Made();
  bool written = WriteBytes(file, text) && Sync(file);
  std::error_code error = LastError();
  if (!file.Close() && written) {
    written = false;
    error = LastError();
  }
  if (written) return created;
  return Error{error == std::errc::no_space_on_device ? kCodeFull : kCodeIoError,
               "cannot write " + path + ": " + ReasonOf(error)};
}

Result<NewFile> CreateFileLike(const std::string& path, const std::string& model) {
  FileStatus status;
  if (!GetStatus(model, &status)) return CannotRead(model);
  NewFile created(path);
  OpenFile file = OpenNew(path, 0600);
  if (!file.ok()) return CannotCreate(path);
  created.Made();
  if (!CopyPermissions(file, status) || !file.Close()) {
    return Error{kCodeIoError, "cannot create " + path + ": " + ReasonOf(LastError())};
  }
  return created;
}

NewFile::~NewFile() {
  if (made_) RemoveFile(path_.c_str());
}

Result<NewFile> MakeFolder(const std::string& path) {
  NewFile folder(path);
  if (Make(path, 0777)) {
    folder.Made();
    return folder;
  }
  const std::error_code error = LastError();
  if (error == std::errc::file_exists) return folder;
  return Error{kCodeCantOpen, "cannot create the folder '" + path + "': " + ReasonOf(error)};
}

Status MakePrivateFolder(const std::string& path) {
  if (Make(path, 0700)) return {};
  return Error{kCodeCantOpen, "cannot create the folder '" + path + "': " + ReasonOf(LastError())};
}

Status Rename(const std::string& from, const std::string& to) {
  if (Move(from, to)) return {};
  return Error{kCodeIoError, "cannot rename " + from + " to " + to + ": " + ReasonOf(LastError())};
}

std::string TemporaryFolder() {
#ifdef _WIN32
  return windows::TemporaryFolder();
#else
  const std::string folder = EnvironmentVariable("TMPDIR");
  return folder.empty() ? "/tmp" : folder;
#endif
}

#ifdef _WIN32
Status SyncFolder(const std::string&) { return {}; }

void RemoveFile(const char* path) noexcept { (void)windows::Remove(path); }
#else
Status SyncFolder(const std::string& path) {
  const OpenFile folder = OpenToRead(path);
  if (folder.ok() && Sync(folder)) return {};
  return Error{kCodeIoError, "cannot write folder " + path + ": " + ReasonOf(LastError())};
}

void RemoveFile(const char* path) noexcept {
  if (unlink(path) != 0) rmdir(path);
}
#endif

}  // namespace fastmigrate
