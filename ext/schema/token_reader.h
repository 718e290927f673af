// Reads a token sequence from left to right: what the schema parsers have in common.
//
//   TokenReader reader(tokens);
//   if (!reader.Take("CREATE")) return reader.Expected("CREATE");
//   Result<Name> name = reader.TakeName();

#ifndef FASTMIGRATE_SCHEMA_TOKEN_READER_H_
#define FASTMIGRATE_SCHEMA_TOKEN_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/canonical_sql.h"
#include "schema/schema.h"

namespace fastmigrate {

class TokenReader {
 public:
  explicit TokenReader(Tokens tokens) : tokens_(tokens) {}

  bool AtEnd() const { return position_ == tokens_.size(); }
  size_t position() const { return position_; }
  // The token `ahead` of the next one; one of kind kEnd behind the last.
  const Token& Peek(size_t ahead = 0) const;
  // Moves on by one; nothing happens at the end.
  const Token& Next();

  // Moves past the keywords or the operator when they are next, else stays.
  bool Take(std::string_view keyword);
  bool Take(std::string_view first, std::string_view second);
  bool TakeOperator(std::string_view op);

  // A name in any quotes, 'x' included, which SQLite takes for a name where only a name can be.
  Result<Name> TakeName();
  // "(a, b COLLATE x)": the names; what follows each up to the comma is passed over, as SQLite does
  // for the texts of its first versions.
  Result<std::vector<Name>> TakeNames();
  // "( ... )": the tokens inside.
  Result<Tokens> TakeParentheses();
  // What has been read since a position; what is left.
  Tokens Since(size_t position) const { return tokens_.subspan(position, position_ - position); }
  Tokens Rest() const { return tokens_.subspan(position_); }

  // `expected "(" but found "x"`. Punctuation is given with quotes, kinds of things without.
  Error Expected(std::string_view what) const;

 private:
  Tokens tokens_;
  size_t position_ = 0;
};

// The start of a CREATE statement, up to and with the name of what it makes. An error when that is
// no TABLE, INDEX, VIEW or TRIGGER, whichever is asked for.
struct CreateHeader {
  bool is_unique = false;
  bool is_virtual = false;
  Name name;
};
Result<CreateHeader> TakeCreateHeader(TokenReader* reader, std::string_view kind);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_TOKEN_READER_H_
