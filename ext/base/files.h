// Files and folders by their path, which is UTF-8 on every system; links are followed.
//
// Not std::filesystem: its iterators, and its functions that report by std::error_code, end the
// process when memory runs out.

#ifndef FASTMIGRATE_BASE_FILES_H_
#define FASTMIGRATE_BASE_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace fastmigrate {

enum class FileType { kMissing, kFile, kFolder, kOther };

// kMissing also for a link that leads nowhere.
Result<FileType> TypeOf(const std::string& path);

// "dir/name"
std::string Joined(const std::string& dir, std::string_view name);
// The folder that holds it: "." for a bare name.
std::string FolderOf(const std::string& path);
// The folder where relative paths start; empty when that cannot be told.
std::string WorkingFolder();

// Tells whether a file is the one that it was, and holds what it held. The time of its last change
// cannot be set back by a program (https://www.man7.org/linux/man-pages/man7/inode.7.html, ctime).
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// An open folder, through which its files are found without a look at each folder of the path.
class Folder {
 public:
  static Result<Folder> Open(const std::string& path);

  const std::string& path() const { return path_; }  // as it was given
  // Calls `take` with the name of everything that is in it, a NUL behind it, in no order, up to an
  // error. Whether it is a regular file is told where the system tells at no cost; where that is
  // false, TypeOf() does.
  Status ForEach(const std::function<Status(std::string_view name, bool is_file)>& take) const;
  // Nullopt when that cannot be told: there is no such file; it has changed in the two seconds
  // before the folder was opened, or since, which is how coarse the times of a file system may be;
  // or the system is not Linux.
  std::optional<FileStamp> StampOf(const char* name) const;
  // Gives a whole file to `take`, to be compared with what it should be: where the system gives a
  // small one in pieces, as it may in a signal, the first piece. That takes no look at its status,
  // which is a fifth of the time.
  Status Read(const char* name, const std::function<void(std::string_view)>& take) const;
  // Puts a whole file into `text`, and gives its stamp of before: as long as it is that, it holds
  // this text.
  Result<std::optional<FileStamp>> ReadStamped(const char* name, std::string* text) const;

 private:
  struct Closer {
    void operator()(void* handle) const noexcept;
  };
  explicit Folder(std::string path);

  std::string path_;
  int64_t opened_ns_;                     // 0: the time cannot be told
  std::unique_ptr<void, Closer> handle_;  // a DIR; null on Windows, where paths do
};

// The names of what is in the folder, in no order.
Result<std::vector<std::string>> ListFolder(const std::string& dir);

// A whole file.
Result<std::string> ReadFile(const std::string& path);

// A file or folder that has just been made, and is removed by the destructor unless it is kept.
class NewFile {
 public:
  // Nothing is there yet, and nothing is removed before Made().
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  NewFile(NewFile&& other) noexcept
      : path_(std::move(other.path_)), made_(std::exchange(other.made_, false)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  const std::string& path() const { return path_; }
  bool is_made() const { return made_; }
  void Made() { made_ = true; }
  void Keep() { made_ = false; }

 private:
  std::string path_;
  bool made_ = false;
};

// Creates the file with this text, and has it on disk when it returns. Never overwrites; a file
// that could not be written whole is removed.
Result<NewFile> WriteNewFile(const std::string& path, std::string_view text);

// Creates the file, empty, with the permissions of `model` on POSIX systems. Never overwrites.
Result<NewFile> CreateFileLike(const std::string& path, const std::string& model);

// Makes the folder, unless it is there already; then it is not one to be removed.
Result<NewFile> MakeFolder(const std::string& path);

// Creates a folder that only this user can look into. An error when it is there already.
Status MakePrivateFolder(const std::string& path);
Status Rename(const std::string& from, const std::string& to);
// Where temporary files are: TMPDIR or /tmp; on Windows TMP, TEMP or the user's folder.
std::string TemporaryFolder();

// Has the names in the folder on disk when it returns: a new file may be lost in a power cut before
// (https://www.man7.org/linux/man-pages/man2/fsync.2.html). Does nothing on Windows.
Status SyncFolder(const std::string& path);

// Removes the file, or the empty folder, where there is one. Allocates nothing.
void RemoveFile(const char* path) noexcept;

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_FILES_H_
