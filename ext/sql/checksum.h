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
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "sql/lexer.h"

namespace fastmigrate {

inline constexpr size_t kDigestDigits = 32;
using Digest = std::array<char, kDigestDigits>;
inline std::string_view Text(const Digest& digest) { return {digest.data(), digest.size()}; }

class TokenChecksum {
 public:
  // The tokens to come are spans of this text, which must outlive it.
  explicit TokenChecksum(std::string_view text);
  ~TokenChecksum();

  // Tokens in their order; white space and comments may be given and are passed over.
  void Add(const Token& token) {
    if (token.IsOfStatement()) {
      if (needs_care_) return AddWithCare(token.text);
      Gather(token.text, token.text.data() < last_word_);
    } else if (token.kind == TokenKind::kSemicolon) {
      separator_pending_ = !empty_;
      needs_care_ = true;
    }
  }
  // The same for a token of a statement that is this one byte of the text, at a lower cost.
  void AddAlone(const char* byte) {
    if (needs_care_ || gathered_.size() - used_ < 2) return AddWithCare({byte, 1});
    gathered_[used_++] = *byte;
    gathered_[used_++] = '\0';
  }
  // Of all tokens so far.
  std::string Digest();

 private:
  static constexpr size_t kGatheredBytes = 4096;
  static constexpr size_t kWordBytes = 16;

  // Small pieces, since each call of the hash costs more than a token is long. NUL, which no script
  // can hold, parts the tokens: "a b" is not "ab". `word_is_there`: kWordBytes can be read, though
  // they may be more than the bytes; a copy of a constant length costs least.
  void Gather(std::string_view bytes, bool word_is_there) {
    if (bytes.size() + kWordBytes > gathered_.size() - used_) {
      GatherLong(bytes);
      return;
    }
    char* const to = gathered_.data() + used_;
    if (bytes.size() <= kWordBytes && word_is_there) {
      std::memcpy(to, bytes.data(), kWordBytes);
    } else {
      std::memcpy(to, bytes.data(), bytes.size());
    }
    to[bytes.size()] = '\0';
    used_ += bytes.size() + 1;
  }
  void GatherLong(std::string_view bytes);
  void Flush();
  void AddWithCare(std::string_view bytes);

  struct Hash;
  std::unique_ptr<Hash> hash_;
  const char* last_word_;           // from before it, kWordBytes of the text can be read
  bool has_cr_;                     // the text has a carriage return
  bool separator_pending_ = false;  // a semicolon was seen and no token since
  bool empty_ = true;
  bool needs_care_ = true;  // one of the above
  size_t used_ = 0;
  std::array<char, kGatheredBytes> gathered_;
};

std::string ProgramChecksum(std::string_view text);

// Of the bytes as they are: two texts of one kind with the same one have the same checksum, which
// costs more to find. A program and an SQL script of the same bytes have not the same one.
Digest TextHash(std::string_view text, bool is_program);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_CHECKSUM_H_
