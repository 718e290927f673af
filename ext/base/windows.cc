#include "base/windows.h"

#ifdef _WIN32

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <algorithm>
#include <iterator>
#include <memory>

namespace fastmigrate::windows {
namespace {

constexpr DWORD kMostUnits = 4096;
// Longer paths are taken only with all folders from the drive on and this in front
// (https://learn.microsoft.com/en-us/windows/win32/fileio/maximum-file-path-limitation). For a
// folder the limit is 12 units below that of a file.
constexpr DWORD kMostUnitsOfPlainPath = MAX_PATH - 12 - 1;
constexpr std::wstring_view kLongPath = L"\\\\?\\";
constexpr std::wstring_view kLongNetworkPath = L"\\\\?\\UNC\\";

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// A path as Windows wants it, in memory of its own, so that a destructor can make one.
class NativePath {
 public:
  explicit NativePath(const char* path) noexcept {
    const int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, text_,
                                          static_cast<int>(std::size(text_)));
    if (units == 0) {
      if (GetLastError() == ERROR_INSUFFICIENT_BUFFER) SetLastError(ERROR_FILENAME_EXCED_RANGE);
      return;
    }
    is_valid_ = static_cast<DWORD>(units) <= kMostUnitsOfPlainPath || Lengthen();
  }
  explicit NativePath(const std::string& path) noexcept : NativePath(path.c_str()) {}

  // Null, and LastError() tells why, when there can be no such path.
  const wchar_t* get() const { return is_valid_ ? text_ : nullptr; }

 private:
  bool Lengthen() noexcept {
    wchar_t full[kMostUnits];
    DWORD units = GetFullPathNameW(text_, kMostUnits, full, nullptr);
    if (units == 0) return false;
    std::wstring_view path(full, std::min(units, kMostUnits));
    std::wstring_view prefix = kLongPath;
    if (path.starts_with(L"\\\\?\\") || path.starts_with(L"\\\\.\\")) {
      prefix = L"";
    } else if (path.starts_with(L"\\\\")) {
      path.remove_prefix(2);
      prefix = kLongNetworkPath;
    }
    if (units >= kMostUnits || prefix.size() + path.size() >= std::size(text_)) {
      SetLastError(ERROR_FILENAME_EXCED_RANGE);
      return false;
    }
    wchar_t* end = std::copy(prefix.begin(), prefix.end(), text_);
    *std::copy(path.begin(), path.end(), end) = L'\0';
    return true;
  }

  wchar_t text_[kMostUnits];
  bool is_valid_ = false;
};

std::string ToUtf8(std::wstring_view wide) {
  const int units = static_cast<int>(wide.size());
  const int bytes =
      WideCharToMultiByte(CP_UTF8, 0, wide.data(), units, nullptr, 0, nullptr, nullptr);
  std::string text(static_cast<size_t>(bytes), '\0');
  WideCharToMultiByte(CP_UTF8, 0, wide.data(), units, text.data(), bytes, nullptr, nullptr);
  return text;
}

// What a call writes that takes room and its size, and gives the size that it needs.
template <typename Call>
std::string TextFrom(Call call) {
  std::wstring wide(MAX_PATH, L'\0');
  while (true) {
    const DWORD units = call(static_cast<DWORD>(wide.size()), wide.data());
    const bool fits = units < wide.size();
    wide.resize(units);
    if (fits) return ToUtf8(wide);
  }
}

Handle Open(const std::string& path, DWORD access, DWORD share, DWORD how, DWORD flags) {
  const NativePath native(path);
  if (native.get() == nullptr) return Handle();
  HANDLE file = CreateFileW(native.get(), access, share, nullptr, how, flags, nullptr);
  return file == INVALID_HANDLE_VALUE ? Handle() : Handle(file);
}

DWORD AtMost(size_t size) { return static_cast<DWORD>(std::min<size_t>(size, 1 << 30)); }

}  // namespace

std::error_code LastError() noexcept {
  return {static_cast<int>(GetLastError()), std::system_category()};
}

std::string ReasonOf(std::error_code error) {
  const std::error_condition condition = error.default_error_condition();
  if (condition.category() == std::generic_category()) return condition.message();
  wchar_t wide[1024];
  DWORD units = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                               static_cast<DWORD>(error.value()), 0, wide,
                               static_cast<DWORD>(std::size(wide)), nullptr);
  while (units > 0 && (wide[units - 1] <= L' ' || wide[units - 1] == L'.')) --units;
  if (units == 0) return "error " + std::to_string(error.value()) + " of Windows";
  return ToUtf8({wide, units});
}

bool Handle::Close() noexcept {
  return value_ == nullptr || CloseHandle(std::exchange(value_, nullptr)) != 0;
}

// FILE_FLAG_BACKUP_SEMANTICS opens folders, too.
bool GetStatus(const std::string& path, FileStatus* status) {
  const Handle file = Open(path, 0, kShareAll, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  return file.ok() && GetOpenStatus(file, status);
}

bool GetOpenStatus(const Handle& file, FileStatus* status) {
  *status = {};
  if (GetFileType(file.value()) != FILE_TYPE_DISK) return true;
  BY_HANDLE_FILE_INFORMATION information;
  if (GetFileInformationByHandle(file.value(), &information) == 0) return false;
  status->is_folder = (information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  status->is_file = !status->is_folder;
  status->size = (uint64_t{information.nFileSizeHigh} << 32) | information.nFileSizeLow;
  return true;
}

Handle OpenToRead(const std::string& path) {
  return Open(path, GENERIC_READ, kShareAll, OPEN_EXISTING, 0);
}

Handle OpenNew(const std::string& path) {
  return Open(path, GENERIC_WRITE, FILE_SHARE_READ, CREATE_NEW, FILE_ATTRIBUTE_NORMAL);
}

// They may be removed, by who holds them, too.
Handle OpenAlone(const std::string& path) {
  return Open(path, GENERIC_READ, FILE_SHARE_DELETE, OPEN_EXISTING, 0);
}

Handle OpenAloneAnew(const std::string& path) {
  return Open(path, GENERIC_READ, FILE_SHARE_DELETE, CREATE_NEW, FILE_ATTRIBUTE_NORMAL);
}

// A link is opened itself, not what it leads to.
Handle OpenAloneForAsLong(const std::string& path) {
  return Open(path, GENERIC_READ | DELETE, 0, OPEN_ALWAYS,
              FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OPEN_REPARSE_POINT);
}

bool IsHeld(std::error_code error) { return error.value() == ERROR_SHARING_VIOLATION; }

ptrdiff_t Read(const Handle& file, char* bytes, size_t size) {
  DWORD count = 0;
  if (ReadFile(file.value(), bytes, AtMost(size), &count, nullptr) != 0) return count;
  return GetLastError() == ERROR_BROKEN_PIPE ? 0 : -1;  // the end of a pipe
}

bool Write(const Handle& file, std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD count = 0;
    if (WriteFile(file.value(), bytes.data(), AtMost(bytes.size()), &count, nullptr) == 0) {
      return false;
    }
    bytes.remove_prefix(count);
  }
  return true;
}

bool Sync(const Handle& file) { return FlushFileBuffers(file.value()) != 0; }

bool List(const std::string& folder, std::vector<Entry>* entries) {
  const NativePath native(folder + "\\*");
  if (native.get() == nullptr) return false;
  struct Closer {
    void operator()(HANDLE search) const noexcept { FindClose(search); }
  };
  WIN32_FIND_DATAW found;
  const HANDLE first =
      FindFirstFileExW(native.get(), FindExInfoBasic, &found, FindExSearchNameMatch, nullptr, 0);
  // The root of a drive has no "." in it, and may be empty.
  if (first == INVALID_HANDLE_VALUE) return GetLastError() == ERROR_FILE_NOT_FOUND;
  const std::unique_ptr<void, Closer> search(first);
  do {
    constexpr DWORD kNoFile =
        FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DEVICE;
    std::string name = ToUtf8(found.cFileName);
    if (name == "." || name == "..") continue;
    entries->push_back({std::move(name), (found.dwFileAttributes & kNoFile) == 0});
  } while (FindNextFileW(search.get(), &found) != 0);
  return GetLastError() == ERROR_NO_MORE_FILES;
}

bool MakeFolder(const std::string& path) {
  const NativePath native(path);
  return native.get() != nullptr && CreateDirectoryW(native.get(), nullptr) != 0;
}

bool Rename(const std::string& from, const std::string& to) {
  const NativePath old_path(from);
  const NativePath new_path(to);
  return old_path.get() != nullptr && new_path.get() != nullptr &&
         MoveFileExW(old_path.get(), new_path.get(), 0) != 0;
}

bool Remove(const char* path) noexcept {
  const NativePath native(path);
  return native.get() != nullptr &&
         (DeleteFileW(native.get()) != 0 || RemoveDirectoryW(native.get()) != 0);
}

std::string WorkingFolder() { return TextFrom(GetCurrentDirectoryW); }
std::string TemporaryFolder() { return TextFrom(GetTempPathW); }

std::string EnvironmentVariable(const char* name) {
  const std::string_view ascii = name;
  const std::wstring wide(ascii.begin(), ascii.end());
  return TextFrom(
      [&](DWORD size, wchar_t* room) { return GetEnvironmentVariableW(wide.c_str(), room, size); });
}

bool StandardErrorIsTerminal() {
  DWORD mode = 0;
  return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0 &&
         (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

void Sleep(int milliseconds) { ::Sleep(static_cast<DWORD>(milliseconds)); }

}  // namespace fastmigrate::windows

#endif  // _WIN32
