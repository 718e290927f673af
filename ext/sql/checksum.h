// What identifies the content of a script.
//
// For SQL it is taken over the tokens: comments, white space, line endings and surplus semicolons
// may change, the SQL may not. For a program (.py, .sh) it is taken over the bytes, with LF line
// endings. The hash is XXH3-128, which tells accidents apart, not attacks: whoever can edit a
// script can make it do anything anyway.
//
// Written as lower-case hexadecimal digits, the canonical form of XXH128.

#ifndef FASTMIGRATE_SQL_CHECKSUM_H_
#define FASTMIGRATE_SQL_CHECKSUM_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sql/lexer.h"

namespace fastmigrate {

using Digest = std::array<char, 16>;
std::string Text(const Digest& digest);
// Nullopt for what Text() does not write.
std::optional<Digest> DigestOf(std::string_view text);

struct HashState;

class TokenChecksum {
 public:
  TokenChecksum();
  ~TokenChecksum();

  // Tokens in their order; white space and comments may be given and are passed over.
  void Add(const Token& token);
  // Where tokens to come can be put at a lower cost, each with a NUL behind it: none that holds a
  // carriage return, not the first, and none behind a semicolon.
  std::span<char> Room() {
    if (gathered_.size() - used_ < gathered_.size() / 2) Flush();
    return std::span(gathered_).subspan(used_);
  }
  // So many bytes have been put there.
  void Take(size_t size) { used_ += size; }
  // Of all tokens so far.
  Digest Result();

 private:
  static constexpr size_t kGatheredBytes = 4096;

  // Small pieces, since each call of the hash costs more than a token is long. NUL, which no script
  // can hold, parts the tokens: "a b" is not "ab".
  void Gather(std::string_view bytes);
  void Flush();

  std::unique_ptr<HashState> hash_;  // of what has been gathered before
  bool separator_pending_ = false;   // a semicolon was seen and no token since
  bool empty_ = true;
  size_t used_ = 0;
  std::array<char, kGatheredBytes> gathered_;
};

Digest ProgramChecksum(std::string_view text);

// Of the bytes as they are: two texts of one kind with the same one have the same checksum, which
// costs more to find. A program and an SQL script of the same bytes have not the same one.
Digest TextHash(std::string_view text, bool is_program);

// The text hash of an SQL script that is given in pieces.
class TextHasher {
 public:
  TextHasher();
  ~TextHasher();

  void Add(std::string_view piece);
  Digest Result() const;

 private:
  std::unique_ptr<HashState> hash_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_CHECKSUM_H_
