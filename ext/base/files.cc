#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <utility>

#ifdef _WIN32
#include <direct.h>
#include <io.h>
#include <utf8.h>
#else
#include <dirent.h>
#include <unistd.h>
#endif

namespace fastmigrate {
namespace {

constexpr size_t kStepBytes = 8192;

// The system's own calls under one name each; all of them report by errno.
#ifdef _WIN32
std::wstring Native(std::string_view path) {
  std::u16string wide = utf8::utf8to16(std::string(path));
  return {wide.begin(), wide.end()};
}
using FileStatus = struct _stat64;
int GetStatus(const std::string& path, FileStatus* status) {
  return _wstat64(Native(path).c_str(), status);
}
int GetOpenStatus(int file, FileStatus* status) { return _fstat64(file, status); }
bool IsRegular(const FileStatus& status) { return (status.st_mode & _S_IFMT) == _S_IFREG; }
bool IsFolder(const FileStatus& status) { return (status.st_mode & _S_IFMT) == _S_IFDIR; }
int OpenToRead(const std::string& path) {
  return _wopen(Native(path).c_str(), _O_RDONLY | _O_BINARY | _O_NOINHERIT);
}
int OpenNew(const std::string& path, int) {
  return _wopen(Native(path).c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT,
                _S_IREAD | _S_IWRITE);
}
int Sync(int file) { return _commit(file); }
int Make(const std::string& path, int) { return _wmkdir(Native(path).c_str()); }
bool CopyPermissions(int, const FileStatus&) { return true; }
unsigned AtMost(size_t size) { return static_cast<unsigned>(std::min<size_t>(size, 1 << 30)); }
#else
using FileStatus = struct stat;
int GetStatus(const std::string& path, FileStatus* status) { return stat(path.c_str(), status); }
int GetOpenStatus(int file, FileStatus* status) { return fstat(file, status); }
bool IsRegular(const FileStatus& status) { return S_ISREG(status.st_mode); }
bool IsFolder(const FileStatus& status) { return S_ISDIR(status.st_mode); }
int OpenToRead(const std::string& path) { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }
int OpenNew(const std::string& path, mode_t mode) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}
int Sync(int file) {
  // What cannot be synced (a pipe, some network file systems) says EINVAL.
  return fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}
int Make(const std::string& path, mode_t mode) { return mkdir(path.c_str(), mode); }
DIR* AsDir(void* handle) { return static_cast<DIR*>(handle); }
bool CopyPermissions(int file, const FileStatus& model) {
  return fchmod(file, model.st_mode & 0777) == 0;
}
size_t AtMost(size_t size) { return std::min<size_t>(size, 1 << 30); }
#endif

Error CannotRead(const std::string& path) {
  return {kCodeCantOpen, "cannot read " + path + ": " + Reason(errno)};
}

Error CannotCreate(const std::string& path) {
  if (errno == EEXIST) return MakeError(path + " exists already and is not overwritten");
  return {kCodeCantOpen, "cannot create " + path + ": " + Reason(errno)};
}

#if defined(__linux__)
std::optional<FileStamp> Stamp(const FileStatus& status) {
  constexpr int64_t kNanoseconds = 1'000'000'000;
  auto in_ns = [](const timespec& time) { return time.tv_sec * kNanoseconds + time.tv_nsec; };
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  const FileStamp stamp{status.st_dev, status.st_ino, status.st_size, in_ns(status.st_mtim),
                        in_ns(status.st_ctim)};
  const int64_t last = std::max(stamp.modified_ns, stamp.changed_ns);
  if (last > in_ns(now) - 2 * kNanoseconds) return std::nullopt;
  return stamp;
}
#else
std::optional<FileStamp> Stamp(const FileStatus&) { return std::nullopt; }
#endif

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { (void)Close(); }

  bool ok() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

  // Up to `size` bytes; 0 at the end of the file, -1 on an error.
  ptrdiff_t Read(char* bytes, size_t size) const {
    while (true) {
      auto count = read(descriptor_, bytes, AtMost(size));
      if (count >= 0 || errno != EINTR) return count;
    }
  }

  bool Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto count = write(descriptor_, bytes.data(), AtMost(bytes.size()));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  bool Close() { return descriptor_ < 0 || close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;  // -1: none
};

// Puts the file into `text`, and its stamp of before that. False: errno tells.
bool ReadOpen(const OpenFile& file, std::string* text, std::optional<FileStamp>* stamp) {
  FileStatus status;
  if (!file.ok() || GetOpenStatus(file.descriptor(), &status) != 0) return false;
  *stamp = Stamp(status);
  // All at once, and room for a byte more to see the end; where the file has no size, or has grown,
  // in steps.
  const size_t expected = IsRegular(status) ? static_cast<size_t>(status.st_size) : 0;
  text->resize(expected + 1);
  size_t used = 0;
  while (true) {
    ptrdiff_t count = file.Read(text->data() + used, text->size() - used);
    if (count < 0) return false;
    if (count == 0) break;
    used += static_cast<size_t>(count);
    if (used == expected) break;
    if (used == text->size()) text->resize(std::max(text->capacity(), used + kStepBytes));
  }
  text->resize(used);
  return true;
}

}  // namespace

Result<FileType> TypeOf(const std::string& path) {
  FileStatus status;
  if (GetStatus(path, &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return FileType::kMissing;
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
  wchar_t buffer[4096];
  if (_wgetcwd(buffer, 4096) == nullptr) return "";
  std::wstring wide = buffer;
  return utf8::utf16to8(std::u16string(wide.begin(), wide.end()));
#else
  char buffer[4096];
  return getcwd(buffer, sizeof buffer) == nullptr ? "" : buffer;
#endif
}

#ifdef _WIN32
void Folder::Closer::operator()(void*) const noexcept {}

Result<Folder> Folder::Open(const std::string& path) { return Folder(path); }

Result<std::vector<FolderEntry>> Folder::List() const {
  std::vector<FolderEntry> entries;
  struct _wfinddata64_t entry;
  intptr_t search = _wfindfirst64(Native(Joined(path_, "*")).c_str(), &entry);
  if (search == -1) return CannotRead(path_);
  do {
    std::wstring wide = entry.name;
    std::string name = utf8::utf16to8(std::u16string(wide.begin(), wide.end()));
    if (name != "." && name != "..") entries.push_back({std::move(name)});
  } while (_wfindnext64(search, &entry) == 0);
  _findclose(search);
  return entries;
}

std::optional<FileStamp> Folder::StampOf(const std::string&) const { return std::nullopt; }

Result<std::optional<FileStamp>> Folder::Read(const std::string& name, std::string* text) const {
  const std::string path = Joined(path_, name);
  OpenFile file(OpenToRead(path));
  std::optional<FileStamp> stamp;
  if (!ReadOpen(file, text, &stamp)) return CannotRead(path);
  return stamp;
}
#else
void Folder::Closer::operator()(void* handle) const noexcept { closedir(AsDir(handle)); }

Result<Folder> Folder::Open(const std::string& path) {
  Folder folder(path);
  folder.handle_.reset(opendir(path.c_str()));
  if (!folder.handle_) return CannotRead(path);
  return folder;
}

Result<std::vector<FolderEntry>> Folder::List() const {
  std::vector<FolderEntry> entries;
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
    if (name != "." && name != "..") entries.emplace_back(FolderEntry{std::string(name), is_file});
  }
  if (errno != 0) return CannotRead(path_);
  return entries;
}

std::optional<FileStamp> Folder::StampOf(const std::string& name) const {
  FileStatus status;
  if (fstatat(dirfd(AsDir(handle_.get())), name.c_str(), &status, 0) != 0) return std::nullopt;
  return Stamp(status);
}

Result<std::optional<FileStamp>> Folder::Read(const std::string& name, std::string* text) const {
  OpenFile file(openat(dirfd(AsDir(handle_.get())), name.c_str(), O_RDONLY | O_CLOEXEC));
  std::optional<FileStamp> stamp;
  if (!ReadOpen(file, text, &stamp)) return CannotRead(Joined(path_, name));
  return stamp;
}
#endif

Result<std::vector<std::string>> ListFolder(const std::string& dir) {
  Result<Folder> folder = Folder::Open(dir);
  if (!folder) return folder.error();
  Result<std::vector<FolderEntry>> entries = folder->List();
  if (!entries) return entries.error();
  std::vector<std::string> names;
  names.reserve(entries->size());
  for (FolderEntry& entry : *entries) names.push_back(std::move(entry.name));
  return names;
}

Result<std::string> ReadFile(const std::string& path) {
  OpenFile file(OpenToRead(path));
  std::string text;
  std::optional<FileStamp> stamp;
  if (!ReadOpen(file, &text, &stamp)) return CannotRead(path);
  return text;
}

Result<NewFile> WriteNewFile(const std::string& path, std::string_view text) {
  NewFile created(path);
  OpenFile file(OpenNew(path, 0666));
  if (!file.ok()) return CannotCreate(path);
  created.Made();
  bool written = file.Write(text) && Sync(file.descriptor()) == 0;
  int reason = errno;
  if (!file.Close() && written) {
    written = false;
    reason = errno;
  }
  if (written) return created;
  return Error{reason == ENOSPC ? kCodeFull : kCodeIoError,
               "cannot write " + path + ": " + Reason(reason)};
}

Result<NewFile> CreateFileLike(const std::string& path, const std::string& model) {
  FileStatus status;
  if (GetStatus(model, &status) != 0) return CannotRead(model);
  NewFile created(path);
  OpenFile file(OpenNew(path, 0600));
  if (!file.ok()) return CannotCreate(path);
  created.Made();
  if (!CopyPermissions(file.descriptor(), status) || !file.Close()) {
    return Error{kCodeIoError, "cannot create " + path + ": " + Reason(errno)};
  }
  return created;
}

NewFile::~NewFile() {
  if (made_) RemoveFile(path_.c_str());
}

Result<NewFile> MakeFolder(const std::string& path) {
  NewFile folder(path);
  if (Make(path, 0777) == 0) {
    folder.Made();
    return folder;
  }
  if (errno == EEXIST) return folder;
  return Error{kCodeCantOpen, "cannot create the folder '" + path + "': " + Reason(errno)};
}

Status MakePrivateFolder(const std::string& path) {
  if (Make(path, 0700) == 0) return {};
  return Error{kCodeCantOpen, "cannot create the folder '" + path + "': " + Reason(errno)};
}

Status Rename(const std::string& from, const std::string& to) {
#ifdef _WIN32
  int rc = _wrename(Native(from).c_str(), Native(to).c_str());
#else
  int rc = rename(from.c_str(), to.c_str());
#endif
  if (rc == 0) return {};
  return Error{kCodeIoError, "cannot rename " + from + " to " + to + ": " + Reason(errno)};
}

std::string TemporaryFolder() {
#ifdef _WIN32
  for (const wchar_t* name : {L"TEMP", L"TMP"}) {
    const wchar_t* value = _wgetenv(name);
    if (value == nullptr || *value == L'\0') continue;
    std::wstring wide = value;
    return utf8::utf16to8(std::u16string(wide.begin(), wide.end()));
  }
  return ".";
#else
  const char* folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
#endif
}

Status SyncFolder(const std::string& path) {
#ifndef _WIN32
  OpenFile folder(OpenToRead(path));
  if (!folder.ok() || Sync(folder.descriptor()) != 0) {
    return Error{kCodeIoError, "cannot write folder " + path + ": " + Reason(errno)};
  }
#endif
  return {};
}

void RemoveFile(const char* path) noexcept {
#ifdef _WIN32
  wchar_t wide[4096];
  const char* end = path + std::char_traits<char>::length(path);
  if (static_cast<size_t>(end - path) >= 4096) return;
  wchar_t* wide_end = utf8::unchecked::utf8to16(path, end, wide);
  *wide_end = L'\0';
  if (_wunlink(wide) != 0) _wrmdir(wide);
#else
  if (unlink(path) != 0) rmdir(path);
#endif
}

}  // namespace fastmigrate
