#include "sql/lexer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

enum CharacterClass : unsigned char {
  kIllegalByte,
  kSpaceByte,
  kNameByte,   // may start or continue a name: letters, '_' and all bytes from 0x80
  kDigitByte,  // may continue a name
  kDollar,     // may continue a name, starts a variable
  kQuote,
  kPunctuation,
};

constexpr std::array<CharacterClass, 256> MakeClasses() {
  std::array<CharacterClass, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80) {
      classes[c] = kNameByte;
    } else if (c >= '0' && c <= '9') {
      classes[c] = kDigitByte;
    }
  }
  for (char c : std::string_view(" \t\n\f\r")) classes[static_cast<unsigned char>(c)] = kSpaceByte;
  for (char c : std::string_view("'\"`[")) classes[static_cast<unsigned char>(c)] = kQuote;
  for (char c : std::string_view("-+*/%=<>!|&~,.;()?:@#")) {
    classes[static_cast<unsigned char>(c)] = kPunctuation;
  }
  classes['$'] = kDollar;
  return classes;
}
constexpr std::array<CharacterClass, 256> kClasses = MakeClasses();

CharacterClass ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool IsNamePart(char c) {
  CharacterClass kind = ClassOf(c);
  return kind == kNameByte || kind == kDigitByte || kind == kDollar;
}
bool IsHexDigit(char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

size_t SkipNameParts(std::string_view sql, size_t at) {
  while (at < sql.size() && IsNamePart(sql[at])) ++at;
  return at;
}

// The end of a quoted token that starts at `at`; npos when it has none.
size_t QuotedEnd(std::string_view sql, size_t at) {
  char quote = sql[at] == '[' ? ']' : sql[at];
  size_t end = at + 1;
  while (true) {
    const void* found = std::memchr(sql.data() + end, quote, sql.size() - end);
    if (found == nullptr) return std::string_view::npos;
    end = static_cast<size_t>(static_cast<const char*>(found) - sql.data()) + 1;
    if (quote == ']' || end >= sql.size() || sql[end] != quote) return end;
    ++end;  // a doubled quote stands for itself
  }
}

// Digits with single underscores between them (SQLite 3.46).
size_t SkipDigits(std::string_view sql, size_t at, bool (*is_digit)(char)) {
  while (at < sql.size() &&
         (is_digit(sql[at]) || (sql[at] == '_' && at + 1 < sql.size() && is_digit(sql[at + 1])))) {
    ++at;
  }
  return at;
}

size_t NumberEnd(std::string_view sql, size_t at) {
  size_t end = at;
  if (sql[at] == '0' && at + 2 < sql.size() && Lower(sql[at + 1]) == 'x' &&
      IsHexDigit(sql[at + 2])) {
    return SkipDigits(sql, at + 2, IsHexDigit);
  }
  end = SkipDigits(sql, end, IsDigit);
  if (end < sql.size() && sql[end] == '.') end = SkipDigits(sql, end + 1, IsDigit);
  if (end < sql.size() && Lower(sql[end]) == 'e') {
    size_t digits = end + 1;
    if (digits < sql.size() && (sql[digits] == '+' || sql[digits] == '-')) ++digits;
    if (digits < sql.size() && IsDigit(sql[digits])) end = SkipDigits(sql, digits, IsDigit);
  }
  return end;
}

// ":name", "@name", "$name", "#name", with Tcl's "::" and "(...)" behind a '$' name.
size_t VariableEnd(std::string_view sql, size_t at) {
  size_t end = at + 1;
  while (end < sql.size()) {
    if (IsNamePart(sql[end])) {
      ++end;
    } else if (sql[end] == ':' && end + 1 < sql.size() && sql[end + 1] == ':') {
      end += 2;
    } else if (sql[end] == '(' && end > at + 1) {
      size_t close = end + 1;
      while (close < sql.size() && ClassOf(sql[close]) != kSpaceByte && sql[close] != ')') ++close;
      return close < sql.size() && sql[close] == ')' ? close + 1 : end;
    } else {
      break;
    }
  }
  return end;
}

size_t OperatorLength(std::string_view rest) {
  if (rest.size() < 2 || std::string_view("<=>|").find(rest[1]) == rest.npos) return 1;
  for (std::string_view op : {"->>", "->", "==", "<=", "<>", "<<", ">=", ">>", "!=", "||"}) {
    if (rest.substr(0, op.size()) == op) return op.size();
  }
  return 1;
}

}  // namespace

Token Lexer::NextSql() {
  while (true) {
    Token token = Next();
    if (token.IsSql()) return token;
  }
}

size_t Lexer::Scan(TokenKind* kind) const {
  const size_t at = offset_;
  const char c = sql_[at];
  const char next = at + 1 < sql_.size() ? sql_[at + 1] : '\0';
  switch (ClassOf(c)) {
    case kSpaceByte: {
      *kind = TokenKind::kSpace;
      size_t end = at + 1;
      // SQLite takes a vertical tab for white space behind other white space, not in front of it.
      while (end < sql_.size() && (ClassOf(sql_[end]) == kSpaceByte || sql_[end] == '\v')) ++end;
      return end;
    }
    case kNameByte:
      if (sql_.substr(at, kByteOrderMark.size()) == kByteOrderMark) {
        *kind = TokenKind::kSpace;
        return at + kByteOrderMark.size();
      }
      if (Lower(c) == 'x' && next == '\'') {
        size_t end = QuotedEnd(sql_, at + 1);
        *kind = end == std::string_view::npos ? TokenKind::kUnterminated : TokenKind::kBlob;
        return std::min(end, sql_.size());
      }
      *kind = TokenKind::kWord;
      return SkipNameParts(sql_, at);
    case kDigitByte:
      *kind = TokenKind::kNumber;
      return NumberEnd(sql_, at);
    case kQuote: {
      size_t end = QuotedEnd(sql_, at);
      *kind = c == '\'' ? TokenKind::kString : TokenKind::kQuotedName;
      if (end == std::string_view::npos) *kind = TokenKind::kUnterminated;
      return std::min(end, sql_.size());
    }
    case kDollar:
      *kind = TokenKind::kVariable;
      return VariableEnd(sql_, at);
    case kIllegalByte:
      *kind = TokenKind::kIllegal;
      return at + 1;
    case kPunctuation:
      break;
  }
  if (c == '-' && next == '-') {
    *kind = TokenKind::kComment;
    return std::min(sql_.find('\n', at), sql_.size());
  }
  if (c == '/' && next == '*') {
    size_t end = sql_.find("*/", at + 2);
    *kind = end == std::string_view::npos ? TokenKind::kUnterminated : TokenKind::kComment;
    return end == std::string_view::npos ? sql_.size() : end + 2;
  }
  if (c == ';') {
    *kind = TokenKind::kSemicolon;
    return at + 1;
  }
  if (c == '.' && IsDigit(next)) {
    *kind = TokenKind::kNumber;
    return NumberEnd(sql_, at);
  }
  if (c == '?') {
    *kind = TokenKind::kVariable;
    size_t end = at + 1;
    while (end < sql_.size() && IsDigit(sql_[end])) ++end;
    return end;
  }
  if (c == ':' || c == '@' || c == '#') {
    *kind = TokenKind::kVariable;
    return VariableEnd(sql_, at);
  }
  *kind = TokenKind::kOperator;
  return at + OperatorLength(sql_.substr(at));
}

std::string Unquoted(const Token& token) {
  std::string_view text = token.text;
  if (token.kind != TokenKind::kQuotedName && token.kind != TokenKind::kString) {
    return std::string(text);
  }
  char quote = text.back();
  std::string name;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == quote) ++i;
  }
  return name;
}

std::string Quoted(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  quoted += quote;
  return quoted;
}

Position PositionAt(std::string_view text, size_t offset) {
  Position position;
  offset = std::min(offset, text.size());
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

std::string_view LineAt(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
  size_t end = std::min(text.find('\n', offset), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

}  // namespace fastmigrate
