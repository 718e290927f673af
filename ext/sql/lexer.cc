#include "sql/lexer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

bool IsHexDigit(char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

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

// "?", "?1"
size_t NumberedEnd(std::string_view sql, size_t at) {
  size_t end = at + 1;
  while (end < sql.size() && IsDigit(sql[end])) ++end;
  return end;
}

// ":name", "@name", "$name", "#name", with Tcl's "::" and "(...)" behind a '$' name.
size_t VariableEnd(std::string_view sql, size_t at) {
  size_t end = at + 1;
  while (end < sql.size()) {
    if (IsNameByte(sql[end])) {
      ++end;
    } else if (sql[end] == ':' && end + 1 < sql.size() && sql[end + 1] == ':') {
      end += 2;
    } else if (sql[end] == '(' && end > at + 1) {
      size_t close = end + 1;
      while (close < sql.size() && ClassOf(sql[close]) != ByteClass::kSpace && sql[close] != ')')
        ++close;
      return close < sql.size() && sql[close] == ')' ? close + 1 : end;
    } else {
      break;
    }
  }
  return end;
}

size_t OperatorLength(std::string_view rest) {
  const char second = rest.size() < 2 ? '\0' : rest[1];
  if (second != '<' && second != '=' && second != '>' && second != '|') return 1;
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

Lexer::Scanned Lexer::ScanOther(std::string_view sql, size_t at) {
  const char c = sql[at];
  const char next = at + 1 < sql.size() ? sql[at + 1] : '\0';
  auto quoted = [sql](TokenKind kind, size_t begin) -> Scanned {
    const size_t end = QuotedEnd(sql, begin);
    if (end == std::string_view::npos) return {TokenKind::kUnterminated, sql.size()};
    return {kind, end};
  };
  switch (ClassOf(c)) {
    case ByteClass::kMark:
      if (sql.substr(at, kByteOrderMark.size()) == kByteOrderMark) {
        return {TokenKind::kSpace, at + kByteOrderMark.size()};
      }
      break;
    case ByteClass::kX:
      if (next == '\'') return quoted(TokenKind::kBlob, at + 1);
      break;
    case ByteClass::kDigit:
      return {TokenKind::kNumber, NumberEnd(sql, at)};
    case ByteClass::kQuote:
      return quoted(c == '\'' ? TokenKind::kString : TokenKind::kQuotedName, at);
    case ByteClass::kVariable:
    case ByteClass::kDollar:
      return {TokenKind::kVariable, c == '?' ? NumberedEnd(sql, at) : VariableEnd(sql, at)};
    case ByteClass::kIllegal:
      return {TokenKind::kIllegal, at + 1};
    default:
      return ScanOperator(sql, at);
  }
  return {TokenKind::kWord, EndOfName(sql, at + 1)};
}

Lexer::Scanned Lexer::ScanOperator(std::string_view sql, size_t at) {
  const char c = sql[at];
  const char next = at + 1 < sql.size() ? sql[at + 1] : '\0';
  if (c == '-' && next == '-') {
    return {TokenKind::kComment, std::min(sql.find('\n', at), sql.size())};
  }
  if (c == '/' && next == '*') {
    const size_t end = sql.find("*/", at + 2);
    if (end == std::string_view::npos) return {TokenKind::kUnterminated, sql.size()};
    return {TokenKind::kComment, end + 2};
  }
  if (c == '.' && IsDigit(next)) return {TokenKind::kNumber, NumberEnd(sql, at)};
  return {TokenKind::kOperator, at + OperatorLength(sql.substr(at))};
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
