// A result code with a message, or a value.
//
// Everything that can fail returns a Status or a Result<T>; both are [[nodiscard]], so a failure
// cannot be overlooked. Nothing here throws. Use:
//
//   Result<Folder> folder = ReadSource(dir);
//   if (!folder) return folder.error();
//   Use(*folder);
//
// The code is one of SQLite's (primary or extended), since it ends as the result code of the SQL
// statement that called us. This header does not include SQLite's; the few codes that plain C++
// needs stand here, and sqlite_api.h asserts that they agree.

#ifndef FASTMIGRATE_BASE_RESULT_H_
#define FASTMIGRATE_BASE_RESULT_H_

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace fastmigrate {

inline constexpr int kCodeError = 1;       // SQLITE_ERROR
inline constexpr int kCodePermission = 3;  // SQLITE_PERM
inline constexpr int kCodeInterrupt = 9;   // SQLITE_INTERRUPT
inline constexpr int kCodeIoError = 10;    // SQLITE_IOERR
inline constexpr int kCodeFull = 13;       // SQLITE_FULL
inline constexpr int kCodeCantOpen = 14;   // SQLITE_CANTOPEN

struct Error {
  int code = kCodeError;
  std::string message;

  // The same error with "context: " in front of its message.
  Error Within(std::string_view context) const {
    return {code, std::string(context) + ": " + message};
  }
};

inline Error MakeError(std::string message) { return {kCodeError, std::move(message)}; }

// What a value of errno says.
inline std::string Reason(int error_number) {
  return std::generic_category().message(error_number);
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok().
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  // Only when not ok().
  const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }

  // Only when not ok().
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_RESULT_H_
