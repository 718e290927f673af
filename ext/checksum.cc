#include "checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace fastmigrate {
namespace {

std::string Hexadecimal(const XXH128_hash_t& hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string text;
  for (unsigned char byte : canonical.digest) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

void UpdateWithLfEndings(XXH3_state_t* state, std::string_view text) {
  while (true) {
    size_t crlf = text.find("\r\n");
    XXH3_128bits_update(state, text.data(), std::min(crlf, text.size()));
    if (crlf == std::string_view::npos) return;
    text.remove_prefix(crlf + 1);
  }
}

}  // namespace

struct TokenChecksum::State {
  XXH3_state_t xxh;
};

TokenChecksum::TokenChecksum() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->xxh);
}
TokenChecksum::~TokenChecksum() = default;

void TokenChecksum::Add(const Token& token) {
  if (!token.IsSql() || token.kind == TokenKind::kEnd) return;
  if (token.kind == TokenKind::kSemicolon) {
    separator_pending_ = !empty_;
    return;
  }
  if (separator_pending_) AddBytes(";");
  separator_pending_ = false;
  empty_ = false;
  AddBytes(token.text);
}

// NUL, which no script can hold, parts the tokens: "a b" is not "ab".
void TokenChecksum::AddBytes(std::string_view bytes) {
  UpdateWithLfEndings(&state_->xxh, bytes);
  XXH3_128bits_update(&state_->xxh, "", 1);
}

std::string TokenChecksum::Digest() const { return Hexadecimal(XXH3_128bits_digest(&state_->xxh)); }

std::string ProgramChecksum(std::string_view text) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  UpdateWithLfEndings(&state, text);
  return Hexadecimal(XXH3_128bits_digest(&state));
}

}  // namespace fastmigrate
