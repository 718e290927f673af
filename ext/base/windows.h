// What is asked of Windows, in UTF-8; the one place that calls it. Empty on other systems.
//
// The names are UTF-16 there, and the calls that take them in another form know only the letters of
// one language. A path may be longer than the 260 units that most programs are held to, up to
// 4,000. What fails says so by its result, and LastError() why.

#ifndef FASTMIGRATE_BASE_WINDOWS_H_
#define FASTMIGRATE_BASE_WINDOWS_H_

#ifdef _WIN32

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fastmigrate::windows {

// The reason of the call before, to be compared with std::errc.
std::error_code LastError() noexcept;
// That as text: the words that errno has for it, which are the same on every system, or Windows'.
std::string ReasonOf(std::error_code error);

// An open file or folder; no program that is started inherits it. The destructor closes it.
class Handle {
 public:
  Handle() = default;
  explicit Handle(void* value) : value_(value) {}
  Handle(Handle&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    const Handle closed(std::exchange(value_, std::exchange(other.value_, nullptr)));
    return *this;
  }
  ~Handle() { (void)Close(); }

  bool ok() const { return value_ != nullptr; }
  void* value() const { return value_; }
  bool Close() noexcept;

 private:
  void* value_ = nullptr;  // null: none
};

struct FileStatus {
  bool is_file;
  bool is_folder;
  uint64_t size;
};
bool GetStatus(const std::string& path, FileStatus* status);
bool GetOpenStatus(const Handle& file, FileStatus* status);

Handle OpenToRead(const std::string& path);
// Fails where there is a file of that name already, and leaves it as it is.
Handle OpenNew(const std::string& path);
// While they are open, nobody else can open the file; IsHeld() tells that somebody has it so. What
// OpenAlone() opens must be there, and what OpenAloneAnew() opens must not.
Handle OpenAlone(const std::string& path);
Handle OpenAloneAnew(const std::string& path);
// Of a file, new or old, that is removed when it is closed, also by the end of the process.
Handle OpenAloneForAsLong(const std::string& path);
bool IsHeld(std::error_code error);

// Up to `size` bytes; 0 at the end of the file, -1 on an error.
ptrdiff_t Read(const Handle& file, char* bytes, size_t size);
bool Write(const Handle& file, std::string_view bytes);
// Has what was written on disk.
bool Sync(const Handle& file);

struct Entry {
  std::string name;
  bool is_file;  // false also for a link to one
};
// What is in a folder, but "." and "..".
bool List(const std::string& folder, std::vector<Entry>* entries);

bool MakeFolder(const std::string& path);
// Fails where something has the new name already.
bool Rename(const std::string& from, const std::string& to);
// The file, or the empty folder. Allocates nothing.
bool Remove(const char* path) noexcept;

// Both are empty when Windows does not tell.
std::string WorkingFolder();
std::string TemporaryFolder();

// Empty when there is no such variable.
std::string EnvironmentVariable(const char* name);

// Whether standard error is a console that obeys escape sequences.
bool StandardErrorIsTerminal();

void Sleep(int milliseconds);

}  // namespace fastmigrate::windows

#endif  // _WIN32

#endif  // FASTMIGRATE_BASE_WINDOWS_H_
