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

#include <cstddef>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace fastmigrate {

enum class TokenKind {
  kSpace,
  kComment,
  kWord,
  kQuotedName,
  kString,
  kBlob,
  kNumber,
  kVariable,
  kOperator,
  kSemicolon,
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

class Lexer {
 public:
  explicit Lexer(std::string_view sql, size_t offset = 0) : sql_(sql), offset_(offset) {}

  // The next token; kEnd, with empty text, at the end and ever after.
  Token Next() {
    Token token{TokenKind::kEnd, offset_, {}};
    if (offset_ >= sql_.size()) return token;
    size_t end = Scan(&token.kind);
    token.text = std::string_view(sql_.data() + offset_, end - offset_);
    offset_ = end;
    return token;
  }
  // The next token that is neither white space nor comment.
  Token NextSql();

 private:
  size_t Scan(TokenKind* kind) const;  // the end of the token at offset_

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
