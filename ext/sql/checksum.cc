#include "sql/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstring>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

constexpr size_t kGatheredBytes = 4096;

Digest CanonicalForm(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static_assert(sizeof canonical.digest * 2 == kDigestDigits);
  Digest digest;
  for (size_t i = 0; i < sizeof canonical.digest; ++i) {
    digest[2 * i] = kHexDigits[canonical.digest[i] >> 4];
    digest[2 * i + 1] = kHexDigits[canonical.digest[i] & 15];
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

// Gathers small pieces, since each call of the hash costs more than a token is long.
struct TokenChecksum::State {
  XXH3_state_t xxh;
  std::array<char, kGatheredBytes> gathered;
  size_t used = 0;

  void Add(std::string_view bytes) {
    if (bytes.size() > gathered.size() - used) Flush();
    if (bytes.size() > gathered.size()) {
      XXH3_128bits_update(&xxh, bytes.data(), bytes.size());
      return;
    }
    std::memcpy(gathered.data() + used, bytes.data(), bytes.size());
    used += bytes.size();
  }

  void Flush() {
    XXH3_128bits_update(&xxh, gathered.data(), used);
    used = 0;
  }
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
  constexpr std::string_view kNul("", 1);
  // Only what is quoted can hold a line ending.
  bool quoted =
      bytes.back() == '\'' || bytes.back() == '"' || bytes.back() == '`' || bytes.back() == ']';
  if (quoted && bytes.find('\r') != std::string_view::npos) {
    std::string with_lf;
    AppendWithLfEndings(bytes, &with_lf);
    state_->Add(with_lf);
  } else {
    state_->Add(bytes);
  }
  state_->Add(kNul);
}

std::string TokenChecksum::Digest() {
  state_->Flush();
  return std::string(Text(CanonicalForm(XXH3_128bits_digest(&state_->xxh))));
}

Digest TextHash(std::string_view text, bool is_program) {
  return CanonicalForm(XXH3_128bits_withSeed(text.data(), text.size(), is_program ? 1 : 0));
}

std::string ProgramChecksum(std::string_view text) {
  std::string with_lf;
  AppendWithLfEndings(text, &with_lf);
  return std::string(Text(CanonicalForm(XXH3_128bits(with_lf.data(), with_lf.size()))));
}

}  // namespace fastmigrate
