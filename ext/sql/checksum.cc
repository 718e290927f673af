#include "sql/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstring>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

Digest CanonicalForm(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  Digest digest;
  static_assert(sizeof canonical.digest == sizeof digest);
  std::memcpy(digest.data(), canonical.digest, sizeof digest);
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

std::string Text(const Digest& digest) { return Hexadecimal({digest.data(), digest.size()}); }

std::optional<Digest> DigestOf(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  bool is_hexadecimal = true;
  auto value = [&](char c) {
    is_hexadecimal = is_hexadecimal && (IsDigit(c) || (c >= 'a' && c <= 'f'));
    return IsDigit(c) ? c - '0' : c - 'a' + 10;
  };
  for (size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<char>(value(text[2 * i]) << 4 | value(text[2 * i + 1]));
  }
  return is_hexadecimal ? std::optional(digest) : std::nullopt;
}

struct HashState {
  HashState() { XXH3_128bits_reset(&xxh); }
  void Add(std::string_view bytes) { XXH3_128bits_update(&xxh, bytes.data(), bytes.size()); }
  Digest Result() const { return CanonicalForm(XXH3_128bits_digest(&xxh)); }

  XXH3_state_t xxh;
};

TokenChecksum::TokenChecksum() = default;
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
    hash_->Add(bytes);  // there is one since the flush
  }
  gathered_[used_++] = '\0';
}

void TokenChecksum::Flush() {
  if (!hash_) hash_ = std::make_unique<HashState>();
  hash_->Add({gathered_.data(), used_});
  used_ = 0;
}

Digest TokenChecksum::Result() {
  if (!hash_) return CanonicalForm(XXH3_128bits(gathered_.data(), used_));
  Flush();
  return hash_->Result();
}

Digest TextHash(std::string_view text, bool is_program) {
  return CanonicalForm(XXH3_128bits_withSeed(text.data(), text.size(), is_program ? 1 : 0));
}

TextHasher::TextHasher() : hash_(std::make_unique<HashState>()) {}
TextHasher::~TextHasher() = default;

void TextHasher::Add(std::string_view piece) { hash_->Add(piece); }
Digest TextHasher::Result() const { return hash_->Result(); }

Digest ProgramChecksum(std::string_view text) {
  std::string with_lf;
  AppendWithLfEndings(text, &with_lf);
  return CanonicalForm(XXH3_128bits(with_lf.data(), with_lf.size()));
}

}  // namespace fastmigrate
