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

size_t Lexer::ScanOther(TokenKind* kind) const {
  const size_t at = offset_;
  const char c = sql_[at];
  const char next = at + 1 < sql_.size() ? sql_[at + 1] : '\0';
  switch (ClassOf(c)) {
    case ByteClass::kMark:
      if (sql_.substr(at, kByteOrderMark.size()) == kByteOrderMark) {
        *kind = TokenKind::kSpace;
        return at + kByteOrderMark.size();
      }
      break;
    case ByteClass::kX:
      if (next == '\'') {
        size_t end = QuotedEnd(sql_, at + 1);
        *kind = end == std::string_view::npos ? TokenKind::kUnterminated : TokenKind::kBlob;
        return std::min(end, sql_.size());
      }
      break;
    case ByteClass::kDigit:
      *kind = TokenKind::kNumber;
      return NumberEnd(sql_, at);
    case ByteClass::kQuote: {
      size_t end = QuotedEnd(sql_, at);
      *kind = c == '\'' ? TokenKind::kString : TokenKind::kQuotedName;
      if (end == std::string_view::npos) *kind = TokenKind::kUnterminated;
      return std::min(end, sql_.size());
    }
    case ByteClass::kDollar:
      *kind = TokenKind::kVariable;
      return VariableEnd(sql_, at);
    case ByteClass::kIllegal:
      *kind = TokenKind::kIllegal;
      return at + 1;
    default:
      return ScanPunctuation(kind);
  }
  *kind = TokenKind::kWord;
  return EndOfName(at + 1);
}

size_t Lexer::ScanPunctuation(TokenKind* kind) const {
  const size_t at = offset_;
  const char c = sql_[at];
  const char next = at + 1 < sql_.size() ? sql_[at + 1] : '\0';
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
