// SQL text to tokens, by the rules of SQLite's own tokenizer.
//
// Terms: a token is a span of the text; `offset` is where it starts, in bytes. White space and
// comments are tokens too, so that the tokens of a text, put together, are the text.
//
//   kWord        SELECT, users, größe   keyword or bare name: the lexer does not tell them apart
//   kQuotedName  "a b", `a b`, [a b]    SQLite may still take "a b" for a string
//   kString      'it''s'
//   kBlob        x'00ff'
//   kNumber      1, 1.5e3, 0xff, 1_000
//   kVariable    ?, ?1, :name, @name, $name
//   kOperator    ( ) , . = == <> || -> ->> ...
//
// A byte order mark is white space, wherever a token may begin.
//
// Two things SQLite lets pass are tokens of kind kUnterminated here: a block comment that runs to
// the end of the text, which swallows every statement behind it, and a string or quoted name that
// does, which SQLite reports as an "unrecognized token" far from the cause.
//
// The lexer keeps no copy: the text must outlive it and its tokens.

#ifndef FASTMIGRATE_SQL_LEXER_H_
#define FASTMIGRATE_SQL_LEXER_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace fastmigrate {

enum class TokenKind {
  kWord,
  kQuotedName,
  kString,
  kBlob,
  kNumber,
  kVariable,
  kOperator,
  // To here, what a statement is made of.
  kSemicolon,
  kSpace,
  kComment,
  kUnterminated,  // string, quoted name or block comment without its end
  kIllegal,       // a byte that starts no token
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t offset = 0;
  std::string_view text;

  bool IsSql() const {  // neither white space nor comment
    return kind != TokenKind::kSpace && kind != TokenKind::kComment;
  }
  bool IsQuoted() const {
    return kind == TokenKind::kQuotedName || kind == TokenKind::kString || kind == TokenKind::kBlob;
  }
  bool IsOfStatement() const { return kind <= TokenKind::kOperator; }
  // Whether the token is this keyword (given in capitals), in any letter case.
  bool Is(std::string_view keyword) const {
    return text.size() == keyword.size() && kind == TokenKind::kWord &&
           EqualIgnoringCase(text, keyword);
  }
  // Whether the token is this operator.
  bool IsOperator(std::string_view op) const { return kind == TokenKind::kOperator && text == op; }
  // Whether SQLite takes the token for a name where only a name can be.
  bool IsName() const {
    return kind == TokenKind::kWord || kind == TokenKind::kQuotedName || kind == TokenKind::kString;
  }
};

// What a byte is where a token may begin.
enum class ByteClass : unsigned char {
  kIllegal,
  kSpace,
  kQuote,
  kAlone,  // an operator, whatever is behind it
  kSemicolon,
  kOperator,  // starts one, a comment or a number
  kVariable,
  // From here on, what may continue a name.
  kName,    // starts one: letters, '_' and all bytes from 0x80
  kX,       // likewise, or a blob
  kMark,    // likewise, or a byte order mark
  kDigit,   // starts a number
  kDollar,  // starts a variable
};

constexpr std::array<ByteClass, 256> MakeByteClasses() {
  std::array<ByteClass, 256> classes{};
  auto set = [&classes](std::string_view bytes, ByteClass kind) {
    for (char c : bytes) classes[static_cast<unsigned char>(c)] = kind;
  };
  for (int c = 0; c < 256; ++c) {
    if (IsLetter(static_cast<char>(c)) || c == '_' || c >= 0x80) classes[c] = ByteClass::kName;
  }
  set("0123456789", ByteClass::kDigit);
  set("xX", ByteClass::kX);
  set(kByteOrderMark.substr(0, 1), ByteClass::kMark);
  set(" \t\n\f\r", ByteClass::kSpace);
  set("'\"`[", ByteClass::kQuote);
  set(";", ByteClass::kSemicolon);
  set("-/=<>!|.", ByteClass::kOperator);
  set("?:@#", ByteClass::kVariable);
  set("()+*%&~,", ByteClass::kAlone);
  set("$", ByteClass::kDollar);
  return classes;
}
inline constexpr std::array<ByteClass, 256> kByteClasses = MakeByteClasses();

inline ByteClass ClassOf(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }
inline bool IsNameByte(char c) { return ClassOf(c) >= ByteClass::kName; }

class Lexer {
 public:
  explicit Lexer(std::string_view sql, size_t offset = 0) : sql_(sql), offset_(offset) {}

  // Where the next token begins.
  size_t offset() const { return offset_; }
  // The next token; kEnd, with empty text, at the end and ever after.
  Token Next() {
    if (offset_ >= sql_.size()) return {TokenKind::kEnd, offset_, {}};
    const Scanned found = Scan();
    const Token token{found.kind, offset_, {sql_.data() + offset_, found.end - offset_}};
    offset_ = found.end;
    return token;
  }
  // The next token that is neither white space nor comment.
  Token NextSql();
  // The next token that is not white space, byte order marks excepted. At a lower cost.
  Token NextBehindSpace() {
    PassSpace();
    return Next();
  }

 private:
  struct Scanned {
    TokenKind kind;
    size_t end;
  };
  // The token at offset_. What most tokens are is told here, at the least cost; what is called
  // takes values, not this object, so that it can stay in registers.
  Scanned Scan() const {
    const size_t end = offset_ + 1;
    switch (ClassOf(sql_[offset_])) {
      case ByteClass::kSpace:
        return {TokenKind::kSpace, EndOfSpace(end)};
      case ByteClass::kName:
        return {TokenKind::kWord, EndOfName(sql_, end)};
      case ByteClass::kAlone:
        return {TokenKind::kOperator, end};
      case ByteClass::kSemicolon:
        return {TokenKind::kSemicolon, end};
      case ByteClass::kOperator: {
        if (end == sql_.size()) break;
        const ByteClass next = ClassOf(sql_[end]);
        if (next != ByteClass::kSpace && next != ByteClass::kName) break;
        return {TokenKind::kOperator, end};
      }
      case ByteClass::kDigit: {
        size_t behind = end;
        while (behind < sql_.size() && IsDigit(sql_[behind])) ++behind;
        if (behind < sql_.size() && (IsNameByte(sql_[behind]) || sql_[behind] == '.')) break;
        return {TokenKind::kNumber, behind};
      }
      default:
        break;
    }
    return ScanOther(sql_, offset_);
  }
  static Scanned ScanOther(std::string_view sql, size_t at);
  static Scanned ScanOperator(std::string_view sql, size_t at);

  void PassSpace() {
    if (offset_ < sql_.size() && ClassOf(sql_[offset_]) == ByteClass::kSpace) {
      offset_ = EndOfSpace(offset_ + 1);
    }
  }
  // SQLite takes a vertical tab for white space behind other white space, not in front of it.
  size_t EndOfSpace(size_t at) const {
    while (at < sql_.size() && (ClassOf(sql_[at]) == ByteClass::kSpace || sql_[at] == '\v')) ++at;
    return at;
  }
  static size_t EndOfName(std::string_view sql, size_t at) {
    while (at < sql.size() && IsNameByte(sql[at])) ++at;
    return at;
  }

  std::string_view sql_;
  size_t offset_;
};

// The name or string that a kWord, kQuotedName or kString token stands for: quotes removed,
// doubled quotes made single.
std::string Unquoted(const Token& token);

// The text in these quotes, those in it doubled: the reverse.
std::string Quoted(std::string_view text, char quote);

// Where an offset is: line and column count from 1, the column in characters (code points).
struct Position {
  size_t line = 1;
  size_t column = 1;
};
Position PositionAt(std::string_view text, size_t offset);

// The line that holds the offset, without its line ending.
std::string_view LineAt(std::string_view text, size_t offset);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_LEXER_H_
