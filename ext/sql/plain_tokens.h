// The tokens of which most of every script consists, copied at a lower cost than token by token.
//
// Plain are those whose end shows at a glance: white space, words of up to 16 bytes, decimal
// numbers, most operators of one byte, and strings and quoted names without a carriage return. Any
// other, also a comment and a semicolon, is left to the lexer, whose tokens these are.

#ifndef FASTMIGRATE_SQL_PLAIN_TOKENS_H_
#define FASTMIGRATE_SQL_PLAIN_TOKENS_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sql/byte_block.h"
#include "sql/lexer.h"

namespace fastmigrate {

struct CopiedTokens {
  size_t end;   // of what they were in the text, and of white space
  size_t size;  // of the copies
};

// Copies the plain tokens from `begin` on to `to`, a NUL behind each, up to the first that is not
// plain or for which there may be no room. `note` is called with the kind and the text of each that
// may be a name.
template <typename Note>
CopiedTokens CopyPlainTokens(const std::string& text, size_t begin, std::span<char> to, Note note) {
  // A block is read and written whole, whatever of it counts. For a byte of the text two are
  // written at most: one that stands alone, and the NUL.
  constexpr size_t kSlack = 2 * kBlockBytes;
  if (to.size() < kSlack || text.size() < begin + kBlockBytes) return {begin, 0};
  const char* at = text.data() + begin;
  const char* const stop =
      at + std::min(text.size() - kBlockBytes - begin + 1, (to.size() - kSlack) / 2);
  char* out = to.data();
  auto done = [&]() -> CopiedTokens {
    return {static_cast<size_t>(at - text.data()), static_cast<size_t>(out - to.data())};
  };
  auto take_word = [&](size_t size) {
    ByteBlock(at).CopyTo(out);
    out[size] = '\0';
    out += size + 1;
  };
  auto take_alone = [&] {
    out[0] = *at;
    out[1] = '\0';
    out += 2;
  };
  // The zero behind the text ends each loop.
  while (at < stop) {
    const char* end = at + 1;
    switch (ClassOf(*at)) {
      case ByteClass::kSpace:
        while (ClassOf(*end) == ByteClass::kSpace || *end == '\v') ++end;
        at = end;
        continue;
      case ByteClass::kAlone:
        take_alone();
        break;
      case ByteClass::kX:
        if (*end == '\'') return done();
        [[fallthrough]];
      case ByteClass::kName: {
        while (IsNameByte(*end)) ++end;
        const auto size = static_cast<size_t>(end - at);
        if (size > kBlockBytes) return done();
        take_word(size);
        note(TokenKind::kWord, std::string_view(at, size));
        break;
      }
      case ByteClass::kDigit: {
        while (IsDigit(*end)) ++end;
        if (*end == '.') {
          ++end;
          while (IsDigit(*end)) ++end;
        }
        const auto size = static_cast<size_t>(end - at);
        if (IsNameByte(*end) || size > kBlockBytes) return done();
        take_word(size);
        break;
      }
      case ByteClass::kOperator: {
        const ByteClass next = ClassOf(*end);
        const bool alone = next == ByteClass::kSpace || next == ByteClass::kName ||
                           next == ByteClass::kX || next == ByteClass::kQuote ||
                           (next == ByteClass::kDigit && *at != '.');
        if (!alone) return done();
        take_alone();
        break;
      }
      case ByteClass::kQuote: {
        const char quote = *at;
        if (quote == '[') return done();
        char* copy = out;
        *copy++ = quote;
        while (true) {
          if (end >= stop) return done();
          const ByteBlock block(end);
          block.CopyTo(copy);
          const size_t passed = block.Find(quote, '\r');
          if (passed == kBlockBytes) {  // apart, so that nothing waits for the number
            end += kBlockBytes;
            copy += kBlockBytes;
            continue;
          }
          end += passed;
          copy += passed;
          if (*end == '\r') return done();
          ++end;
          ++copy;
          if (*end != quote) break;
          ++end;  // a doubled quote stands for itself
          *copy++ = quote;
        }
        *copy++ = '\0';
        out = copy;
        note(quote == '\'' ? TokenKind::kString : TokenKind::kQuotedName,
             std::string_view(at, static_cast<size_t>(end - at)));
        break;
      }
      default:
        return done();
    }
    // One blank without a further look, if no more of white space follows.
    at = *end == ' ' && end[1] > ' ' ? end + 1 : end;
  }
  return done();
}

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_PLAIN_TOKENS_H_
