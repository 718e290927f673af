#include "sql/plain_tokens.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/checksum.h"
#include "sql/sql_script.h"

namespace fastmigrate {
namespace {

// Enough behind what is looked at that it is not the end of the text which ends the copy.
constexpr std::string_view kBehind = "\x01 and what is behind it";

struct Copied {
  std::string tokens;  // each with a '|' behind it
  std::string noted;   // likewise
  size_t end;
};

Copied Copy(const std::string& text, size_t begin = 0, size_t room = 4096) {
  std::vector<char> to(room);
  Copied copied;
  auto note = [&](TokenKind, std::string_view name) { copied.noted += std::string(name) + "|"; };
  const auto [end, size] = CopyPlainTokens(text, begin, to, note);
  copied.end = end;
  copied.tokens = std::string(to.data(), size);
  for (char& c : copied.tokens) {
    if (c == '\0') c = '|';
  }
  return copied;
}

std::string CopiedTokensOf(std::string_view text) {
  return Copy(std::string(text).append(kBehind)).tokens;
}

TEST(PlainTokens, AreCopied) {
  EXPECT_EQ(CopiedTokensOf("INSERT INTO t(a, \"b c\")\n\tVALUES (1, 2.5, -7, 'it''s', x, $)"),
            "INSERT|INTO|t|(|a|,|\"b c\"|)|VALUES|(|1|,|2.5|,|-|7|,|'it''s'|,|x|,|");
  EXPECT_EQ(CopiedTokensOf("a=1 b<c d='e' größe \v f"), "a|=|1|b|<|c|d|=|'e'|größe|f|");
}

TEST(PlainTokens, EndAtTheFirstThatIsNotPlain) {
  for (std::string_view other : {"-- comment", "/* comment */", ";", "<= 1", "x'00'", "[a]",
                                 "[a[b]", "'a\r\nb'", "1e5", "0xff", "12ab", ".5", "?1", ":a", "$a",
                                 "#", "seventeen_letters", "12345678901234567", "\xEF\xBB\xBF"}) {
    const std::string text = std::string("a , ").append(other).append(kBehind);
    const Copied copied = Copy(text);
    EXPECT_EQ(copied.tokens, "a|,|") << other;
    EXPECT_EQ(text.substr(copied.end).substr(0, other.size()), other);
  }
}

TEST(PlainTokens, NotesWhatMayBeAName) {
  EXPECT_EQ(Copy(std::string("a + 1 'b' \"c\" `d`").append(kBehind)).noted, "a|'b'|\"c\"|`d`|");
}

TEST(PlainTokens, BeginWhereTold) {
  EXPECT_EQ(Copy(std::string("a b c").append(kBehind), 2).tokens, "b|c|");
  EXPECT_EQ(Copy(std::string(40, ' '), 41).end, 41U);
}

// Up to a block before the end of the text, which is the lexer's.
TEST(PlainTokens, StayInTheText) {
  for (size_t size = 0; size < 40; ++size) {
    std::string text;
    while (text.size() < size) text += "a,";
    text.resize(size);
    for (size_t begin = 0; begin <= size; ++begin) {
      const Copied copied = Copy(text, begin);
      const size_t expected = size < begin + kBlockBytes ? 0 : size - begin - kBlockBytes + 1;
      ASSERT_EQ(copied.end - begin, expected) << size << ' ' << begin;
      ASSERT_EQ(copied.tokens.size(), 2 * expected) << size << ' ' << begin;
    }
  }
}

// With a marker behind the room: a token more would be written over it.
TEST(PlainTokens, StayInTheirRoom) {
  for (std::string_view piece : {"(", "a ", "'it''s'", "1,", "\"\"", "sixteen__letters "}) {
    std::string text;
    while (text.size() < 600) text += piece;
    for (size_t room = 0; room < 300; ++room) {
      std::array<char, 400> to;
      to.fill('~');
      const auto [end, size] =
          CopyPlainTokens(text, 0, std::span(to).first(room), [](TokenKind, std::string_view) {});
      ASSERT_LE(size, room) << piece;
      for (size_t i = room; i < to.size(); ++i) ASSERT_EQ(to[i], '~') << piece << room;
      ASSERT_EQ(end == 0, size == 0) << piece << room;
    }
  }
}

// Every text of four of these bytes: what is copied is what the lexer says, from the first token
// on.
TEST(PlainTokens, AreThoseOfTheLexer) {
  constexpr std::string_view kBytes = "aX1.'\"-*/=(; \v\r\n\xC3";
  constexpr size_t kLength = 4;
  std::array<size_t, kLength> digits{};
  size_t copied_some = 0;
  while (true) {
    std::string text;
    for (size_t digit : digits) text += kBytes[digit];
    text += kBehind;
    const Copied copied = Copy(text);
    std::string expected;
    Lexer lexer(text);
    while (lexer.offset() < copied.end) {
      const Token token = lexer.Next();
      ASSERT_TRUE(token.IsOfStatement() || token.kind == TokenKind::kSpace) << text;
      if (token.IsOfStatement()) expected += std::string(token.text) + "|";
    }
    ASSERT_EQ(copied.tokens, expected) << text;
    // Between two tokens, not inside one, and white space is taken whole.
    ASSERT_EQ(lexer.offset(), copied.end) << text;
    copied_some += copied.tokens.empty() ? 0 : 1;
    size_t i = 0;
    while (i < kLength && ++digits[i] == kBytes.size()) digits[i++] = 0;
    if (i == kLength) break;
  }
  EXPECT_GT(copied_some, 40000U);
}

// Strings of all lengths, beside the places where the room ends, and the text.
TEST(PlainTokens, MakeTheChecksumOfTheTokens) {
  std::string text = "SELECT 1";
  for (size_t size = 0; size < 2200; size += 3) {
    text += ", '" + std::string(size, 'x') + (size % 2 == 0 ? "''" : "") + "'";
    TokenChecksum checksum;
    Lexer lexer(text);
    while (lexer.offset() < text.size()) checksum.Add(lexer.Next());
    if (size % 30 != 0) continue;
    Result<SqlScript> script = ReadSqlScript("a.sql", text);
    ASSERT_TRUE(script);
    ASSERT_EQ(script->checksum, checksum.Result()) << size;
  }
}

}  // namespace
}  // namespace fastmigrate
