#include "sql/source_excerpt.h"

#include <algorithm>

#include "sql/lexer.h"

namespace fastmigrate {
namespace {

constexpr size_t kExcerptWidth = 100;  // characters of a source line that are shown

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The byte offset of the character with this index, from 0.
size_t ByteOfCharacter(std::string_view line, size_t index) {
  size_t at = 0;
  while (at < line.size() && index > 0) {
    do ++at;
    while (at < line.size() && IsContinuationByte(line[at]));
    --index;
  }
  return at;
}

size_t CharacterCount(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuationByte(c); }));
}

}  // namespace

std::string MessageAt(std::string_view file_name, std::string_view text, size_t offset,
                      std::string_view message) {
  Position position = PositionAt(text, offset);
  std::string_view line = LineAt(text, offset);
  size_t caret = std::min(position.column - 1, CharacterCount(line));

  std::string before;
  std::string after;
  if (caret > kExcerptWidth * 3 / 4) {
    size_t first = caret - kExcerptWidth / 2;
    line = line.substr(ByteOfCharacter(line, first));
    before = "...";
    caret = caret - first + before.size();
  }
  if (size_t end = ByteOfCharacter(line, kExcerptWidth); end < line.size()) {
    line = line.substr(0, end);
    after = "...";
  }
  std::string shown(line);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');

  std::string number = std::to_string(position.line);
  std::string excerpt(file_name);
  excerpt += ":" + number + ":" + std::to_string(position.column) + ": ";
  excerpt += message;
  excerpt += "\n  " + number + " | " + before + shown + after;
  excerpt += "\n  " + std::string(number.size(), ' ') + " | " + std::string(caret, ' ') + "^";
  return excerpt;
}

}  // namespace fastmigrate
