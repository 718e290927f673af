// ASCII letters and digits, as SQLite takes them in keywords and names; other bytes stay as they
// are, whatever the locale.

#ifndef FASTMIGRATE_BASE_ASCII_H_
#define FASTMIGRATE_BASE_ASCII_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace fastmigrate {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // UTF-8's

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }

std::string Lowered(std::string_view text);

inline bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

// The text without the bytes of `blanks` at its two ends.
std::string_view Trimmed(std::string_view text, std::string_view blanks);

inline constexpr char kHexDigits[] = "0123456789abcdef";

// Two small digits a byte.
std::string Hexadecimal(std::string_view bytes);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_BASE_ASCII_H_
