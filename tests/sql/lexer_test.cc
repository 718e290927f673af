#include "sql/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace fastmigrate {
namespace {

std::string KindName(TokenKind kind) {
  switch (kind) {
    case TokenKind::kSpace:
      return "space";
    case TokenKind::kComment:
      return "comment";
    case TokenKind::kWord:
      return "word";
    case TokenKind::kQuotedName:
      return "quoted";
    case TokenKind::kString:
      return "string";
    case TokenKind::kBlob:
      return "blob";
    case TokenKind::kNumber:
      return "number";
    case TokenKind::kVariable:
      return "variable";
    case TokenKind::kOperator:
      return "operator";
    case TokenKind::kSemicolon:
      return "semicolon";
    case TokenKind::kUnterminated:
      return "unterminated";
    case TokenKind::kIllegal:
      return "illegal";
    case TokenKind::kEnd:
      return "end";
  }
  return "?";
}

// "word(SELECT) number(1)", without white space.
std::string Tokens(std::string_view sql) {
  std::string shown;
  Lexer lexer(sql);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    if (token.kind == TokenKind::kSpace) continue;
    if (!shown.empty()) shown += ' ';
    shown += KindName(token.kind) + "(" + std::string(token.text) + ")";
  }
  return shown;
}

struct Case {
  std::string sql;
  std::string tokens;
};

TEST(Lexer, TellsTheKindsOfTokensApart) {
  const std::vector<Case> cases = {
      {"", ""},
      {" \t\r\n\f", ""},
      {"SELECT", "word(SELECT)"},
      {"größe", "word(größe)"},
      {"_a$1", "word(_a$1)"},
      {"x", "word(x)"},
      {"X y", "word(X) word(y)"},
      {"\"a b\"", "quoted(\"a b\")"},
      {"\"a\"\"b\"", "quoted(\"a\"\"b\")"},
      {"`a``b`", "quoted(`a``b`)"},
      {"[a]]", "quoted([a]) illegal(])"},
      {"[a\"b]", "quoted([a\"b])"},
      {"'it''s'", "string('it''s')"},
      {"''", "string('')"},
      {"';--'", "string(';--')"},
      {"'a\nb'", "string('a\nb')"},
      {"x'00ff'", "blob(x'00ff')"},
      {"X''", "blob(X'')"},
      {"x '00'", "word(x) string('00')"},
      {"0 12 1.5 .5 5. 1e3 1.5E-3 2e+7",
       "number(0) number(12) number(1.5) number(.5) number(5.) "
       "number(1e3) number(1.5E-3) number(2e+7)"},
      {"0xFF 0x1g", "number(0xFF) number(0x1) word(g)"},
      {"1_000 1_000.000_1 0xff_ff", "number(1_000) number(1_000.000_1) number(0xff_ff)"},
      {"1e", "number(1) word(e)"},
      {"1-1", "number(1) operator(-) number(1)"},
      {"a.1", "word(a) number(.1)"},
      {"a.b", "word(a) operator(.) word(b)"},
      {"?", "variable(?)"},
      {"?12 :a @b $c #d", "variable(?12) variable(:a) variable(@b) variable($c) variable(#d)"},
      {"$a::b(c;d)", "variable($a::b(c;d))"},
      {"$a(b c)", "variable($a) operator(() word(b) word(c) operator())"},
      {"( ) , . = + - * / %",
       "operator(() operator()) operator(,) operator(.) operator(=) operator(+) operator(-) "
       "operator(*) operator(/) operator(%)"},
      {"== <= <> << >= >> != ||",
       "operator(==) operator(<=) operator(<>) operator(<<) operator(>=) operator(>>) "
       "operator(!=) operator(||)"},
      {"-> ->> & | ~ < >",
       "operator(->) operator(->>) operator(&) operator(|) operator(~) operator(<) operator(>)"},
      {"a->>'$.b'", "word(a) operator(->>) string('$.b')"},
      {";;", "semicolon(;) semicolon(;)"},
      {"-- a ; b\nc", "comment(-- a ; b) word(c)"},
      {"--", "comment(--)"},
      {"- -1", "operator(-) operator(-) number(1)"},
      {"/* a ; ' */b", "comment(/* a ; ' */) word(b)"},
      {"/**/a", "comment(/**/) word(a)"},
      {"/* /* */ a */", "comment(/* /* */) word(a) operator(*) operator(/)"},
      {"a/b", "word(a) operator(/) word(b)"},
      {"a=x'00' b=xy", "word(a) operator(=) blob(x'00') word(b) operator(=) word(xy)"},
      {"<'a'>\"b\".", "operator(<) string('a') operator(>) quoted(\"b\") operator(.)"},
      {"a\\b", "word(a) illegal(\\) word(b)"},
      {"{ } ^ ]", "illegal({) illegal(}) illegal(^) illegal(])"},
      {std::string("a\0b", 3), std::string("word(a) illegal(\0) word(b)", 26)},
  };
  for (const Case& c : cases) EXPECT_EQ(Tokens(c.sql), c.tokens) << c.sql;
}

TEST(Lexer, CallsATokenWithoutItsEndUnterminated) {
  const std::vector<Case> cases = {
      {"a 'b;", "word(a) unterminated('b;)"},
      {"'it''s", "unterminated('it''s)"},
      {"'", "unterminated(')"},
      {"'a''", "unterminated('a'')"},
      {"\"a", "unterminated(\"a)"},
      {"\"a\"\"", "unterminated(\"a\"\")"},
      {"`a", "unterminated(`a)"},
      {"[a\n;", "unterminated([a\n;)"},
      {"x'00", "unterminated(x'00)"},
      {"/* a", "unterminated(/* a)"},
      {"/*", "unterminated(/*)"},
      {"/*/", "unterminated(/*/)"},
  };
  for (const Case& c : cases) EXPECT_EQ(Tokens(c.sql), c.tokens) << c.sql;
}

// SQLite passes over a byte order mark wherever it stands; files that were put together hold one in
// the middle.
TEST(Lexer, TakesAByteOrderMarkForWhiteSpace) {
  EXPECT_EQ(Tokens("a;\n\xEF\xBB\xBF"
                   "BEGIN"),
            "word(a) semicolon(;) word(BEGIN)");
}

TEST(Lexer, TokensPutTogetherAreTheText) {
  const std::vector<std::string> texts = {
      "",
      "CREATE TABLE \"a b\" (x TEXT DEFAULT 'it''s'); -- done\r\n/* end */",
      "SELECT x'00', .5e3, ?1, :a, $b::c(d) FROM [t] WHERE a ->> '$' <> 1_0;",
      "größe \xEF\xBB\xBF \xFF \\ ^",
      "'open",
      "/* open",
  };
  for (const std::string& text : texts) {
    std::string together;
    size_t offset = 0;
    Lexer lexer(text);
    for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
      EXPECT_EQ(token.offset, offset) << text;
      EXPECT_FALSE(token.text.empty()) << text;
      together += token.text;
      offset += token.text.size();
    }
    EXPECT_EQ(together, text);
  }
}

// Every byte in every place of a few: no text leaves the lexer standing or makes it skip.
TEST(Lexer, TokensOfAnyTwoBytesAreTheText) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      std::string together;
      Lexer lexer(text);
      for (Token token = lexer.Next(); token.kind != TokenKind::kEnd && together.size() <= 2;
           token = lexer.Next()) {
        ASSERT_FALSE(token.text.empty()) << first << " " << second;
        together += token.text;
      }
      ASSERT_EQ(together, text) << first << " " << second;
    }
  }
}

TEST(Lexer, GivesTheEndEverAfter) {
  Lexer lexer("a");
  lexer.Next();
  for (int i = 0; i < 2; ++i) {
    Token end = lexer.Next();
    EXPECT_EQ(end.kind, TokenKind::kEnd);
    EXPECT_EQ(end.offset, 1u);
    EXPECT_EQ(end.text, "");
  }
}

TEST(Lexer, BeginsAtTheOffsetGiven) {
  Token token = Lexer("SELECT a", 6).NextSql();
  EXPECT_EQ(token.text, "a");
  EXPECT_EQ(token.offset, 7u);
}

TEST(Lexer, NextSqlPassesOverSpaceAndComments) {
  Lexer lexer(" /* a */ -- b\n c;");
  EXPECT_EQ(lexer.NextSql().text, "c");
  EXPECT_EQ(lexer.NextSql().text, ";");
  EXPECT_EQ(lexer.NextSql().kind, TokenKind::kEnd);
}

TEST(Lexer, NextBehindSpacePassesOverSpaceAlone) {
  Lexer lexer(" \n\va/* b */  ;  ");
  EXPECT_EQ(lexer.NextBehindSpace().text, "a");
  EXPECT_EQ(lexer.NextBehindSpace().text, "/* b */");
  EXPECT_EQ(lexer.NextBehindSpace().text, ";");
  const Token end = lexer.NextBehindSpace();
  EXPECT_EQ(end.kind, TokenKind::kEnd);
  EXPECT_EQ(end.offset, 16u);
}

TEST(Token, IsAKeywordInAnyLetterCase) {
  EXPECT_TRUE(Lexer("Begin").Next().Is("BEGIN"));
  EXPECT_FALSE(Lexer("BEGINS").Next().Is("BEGIN"));
  EXPECT_FALSE(Lexer("\"BEGIN\"").Next().Is("BEGIN"));
  EXPECT_FALSE(Lexer("").Next().Is(""));
}

TEST(Unquoted, GivesTheNameThatATokenStandsFor) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"abc", "abc"},    {"\"a\"\"b\"", "a\"b"}, {"`a``b`", "a`b"}, {"[a b]", "a b"},
      {"'a''b'", "a'b"}, {"\"\"", ""},           {"''''", "'"},     {"\"a'b\"", "a'b"},
      {"12", "12"},      {"\"a\"\"\"", "a\""},
  };
  for (const auto& [sql, name] : cases) EXPECT_EQ(Unquoted(Lexer(sql).Next()), name) << sql;
}

TEST(EqualIgnoringCase, IsAsciiOnly) {
  EXPECT_TRUE(EqualIgnoringCase("_Meta", "_mETA"));
  EXPECT_FALSE(EqualIgnoringCase("ä", "Ä"));
  EXPECT_FALSE(EqualIgnoringCase("a", "ab"));
  EXPECT_FALSE(EqualIgnoringCase("@", "`"));  // as far apart as 'A' and 'a'
}

TEST(PositionAt, CountsLinesAndCharacters) {
  struct PositionCase {
    std::string_view text;
    size_t offset;
    size_t line;
    size_t column;
  };
  const std::vector<PositionCase> cases = {
      {"", 0, 1, 1},           {"abc", 0, 1, 1},  {"abc", 2, 1, 3},   {"abc", 3, 1, 4},
      {"abc", 99, 1, 4},       {"a\nb", 1, 1, 2}, {"a\nb", 2, 2, 1},  {"a\r\nb", 3, 2, 1},
      {"a\r\n\r\nb", 5, 3, 1}, {"ü=1", 2, 1, 2},  {"'€' x", 6, 1, 5}, {"😀x", 4, 1, 2},
      {"é\nß x", 6, 2, 3},
  };
  for (const PositionCase& c : cases) {
    Position position = PositionAt(c.text, c.offset);
    EXPECT_EQ(position.line, c.line) << c.text << " " << c.offset;
    EXPECT_EQ(position.column, c.column) << c.text << " " << c.offset;
  }
}

TEST(LineAt, GivesTheLineWithoutItsEnd) {
  const std::string_view text = "one\r\ntwo\n\nfour";
  EXPECT_EQ(LineAt(text, 0), "one");
  EXPECT_EQ(LineAt(text, 3), "one");
  EXPECT_EQ(LineAt(text, 4), "one");
  EXPECT_EQ(LineAt(text, 5), "two");
  EXPECT_EQ(LineAt(text, 8), "two");
  EXPECT_EQ(LineAt(text, 9), "");
  EXPECT_EQ(LineAt(text, 10), "four");
  EXPECT_EQ(LineAt(text, 99), "four");
  EXPECT_EQ(LineAt("", 0), "");
}

}  // namespace
}  // namespace fastmigrate
