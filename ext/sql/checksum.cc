#include "sql/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstring>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

constexpr std::array<char, 512> MakeHexPairs() {
  std::array<char, 512> pairs{};
  for (size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kHexDigits[byte >> 4];
    pairs[2 * byte + 1] = kHexDigits[byte & 15];
  }
  return pairs;
}
constexpr std::array<char, 512> kHexPairs = MakeHexPairs();

Digest CanonicalForm(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static_assert(sizeof canonical.digest * 2 == kDigestDigits);
  Digest digest;
  for (size_t i = 0; i < sizeof canonical.digest; ++i) {
    std::memcpy(&digest[2 * i], &kHexPairs[size_t{canonical.digest[i]} * 2], 2);
  }
  return digest;
}

void AppendWithLfEndings(std::string_view text, std::string* out) {
  while (true) {
    size_t cr = text.find('\r');
    out->append(text.substr(0, cr));
    if (cr == std::string_view::npos) return;
    bool crlf = cr + 1 < text.size() && text[cr + 1] == '\n';
    if (!crlf) *out += '\r';
    text.remove_prefix(cr + 1);
  }
}

}  // namespace

struct HashState {
  HashState() { XXH3_128bits_reset(&xxh); }
  void Add(std::string_view bytes) { XXH3_128bits_update(&xxh, bytes.data(), bytes.size()); }
  Digest Result() const { return CanonicalForm(XXH3_128bits_digest(&xxh)); }

  XXH3_state_t xxh;
};

TokenChecksum::TokenChecksum() : hash_(std::make_unique<HashState>()) {}
TokenChecksum::~TokenChecksum() = default;

void TokenChecksum::Add(const Token& token) {
  if (token.kind == TokenKind::kSemicolon) separator_pending_ = !empty_;
  if (!token.IsOfStatement()) return;
  if (separator_pending_) Gather(";");
  separator_pending_ = false;
  empty_ = false;
  // Only what is quoted can hold a line ending.
  if (token.IsQuoted() && token.text.find('\r') != std::string_view::npos) {
    std::string with_lf;
    AppendWithLfEndings(token.text, &with_lf);
    Gather(with_lf);
  } else {
    Gather(token.text);
  }
}

void TokenChecksum::Gather(std::string_view bytes) {
  if (bytes.size() >= gathered_.size() - used_) Flush();
  if (bytes.size() < gathered_.size()) {
    std::memcpy(gathered_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  } else {
    hash_->Add(bytes);
  }
  gathered_[used_++] = '\0';
}

void TokenChecksum::Flush() {
  hash_->Add({gathered_.data(), used_});
  used_ = 0;
}

std::string TokenChecksum::Digest() {
  Flush();
  return std::string(Text(hash_->Result()));
}

Digest TextHash(std::string_view text, bool is_program) {
  return CanonicalForm(XXH3_128bits_withSeed(text.data(), text.size(), is_program ? 1 : 0));
}

TextHasher::TextHasher() : hash_(std::make_unique<HashState>()) {}
TextHasher::~TextHasher() = default;

void TextHasher::Add(std::string_view piece) { hash_->Add(piece); }
Digest TextHasher::Result() const { return hash_->Result(); }

std::string ProgramChecksum(std::string_view text) {
  std::string with_lf;
  AppendWithLfEndings(text, &with_lf);
  return std::string(Text(CanonicalForm(XXH3_128bits(with_lf.data(), with_lf.size()))));
}

}  // namespace fastmigrate
