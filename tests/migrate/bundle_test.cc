#include "migrate/bundle.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastmigrate {
namespace {

// "name=text;name=text;", or the error.
std::string Shown(std::string_view json) {
  Result<std::vector<BundledFile>> files = ReadBundle(json);
  if (!files) return files.error().message;
  std::string shown;
  for (const BundledFile& file : *files) shown += file.name + "=" + file.text + ";";
  return shown;
}

TEST(Bundle, IsWhatBeginsWithABrace) {
  for (const char* text : {"{", "{}", "{\"a\": 1}", " \t\r\n{", "\xEF\xBB\xBF{", "{folder}"}) {
    EXPECT_TRUE(IsBundle(text)) << text;
  }
  for (const char* text : {"", " ", "migrations", "./{folder}", "[{}]", "\"{\"", "\xEF\xBB\xBF"}) {
    EXPECT_FALSE(IsBundle(text)) << text;
  }
}

TEST(Bundle, HoldsNamesAndTexts) {
  EXPECT_EQ(Shown("{}"), "");
  EXPECT_EQ(Shown(R"({"0001-a.sql":"SELECT 1;"})"), "0001-a.sql=SELECT 1;;");
  EXPECT_EQ(Shown(R"( { "b" : "1" , "a" : "" } )"), "b=1;a=;");
  EXPECT_EQ(Shown("\xEF\xBB\xBF\r\n{\t\"a\"\n:\"x\"}\n"), "a=x;");
}

TEST(Bundle, MayEscapeCharacters) {
  EXPECT_EQ(Shown(R"({"\u0061": "\" \\ \/ \b\f\n\r\t \u00e9 \ud83d\ude00 é"})"),
            "a=\" \\ / \b\f\n\r\t é 😀 é;");
  EXPECT_EQ(Shown(R"({"a": "x\u0000y"})"), std::string("a=x\0y;", 6));
}

TEST(Bundle, SaysWhereItIsMalformed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{",
       "bundle:1:2: the JSON of the bundle is cut off here; expected the name of a script in "
       "double quotes, or }\n"
       "  1 | {\n"
       "    |  ^"},
      {"{\n  \"a\": 'SELECT 1'\n}",
       "bundle:2:8: malformed JSON: expected a colon and the text of a in double quotes\n"
       "  2 |   \"a\": 'SELECT 1'\n"
       "    |        ^"},
      {"{a: \"SELECT 1\"}",
       "bundle:1:2: malformed JSON: expected the name of a script in double quotes, or }\n"
       "  1 | {a: \"SELECT 1\"}\n"
       "    |  ^"},
      {"{\"a\" \"x\"}",
       "bundle:1:8: malformed JSON: expected a colon and the text of a in double quotes\n"
       "  1 | {\"a\" \"x\"}\n"
       "    |        ^"},
      {"{\"a\": \"x\" \"b\": \"y\"}",
       "bundle:1:13: malformed JSON: expected } or a comma and the next name in double quotes "
       "behind the text of a\n"
       "  1 | {\"a\": \"x\" \"b\": \"y\"}\n"
       "    |             ^"},
      {"{\"a\": \"x\",}",
       "bundle:1:11: malformed JSON: expected } or a comma and the next name in double quotes "
       "behind the text of a\n"
       "  1 | {\"a\": \"x\",}\n"
       "    |           ^"},
      {"{\"a\": \"x\"} {",
       "bundle:1:12: malformed JSON: expected nothing behind the } that ends the bundle\n"
       "  1 | {\"a\": \"x\"} {\n"
       "    |            ^"},
      {"{\"a\": \"x\ny\"}",
       "bundle:1:9: malformed JSON: control character U+000A (LF) must be escaped to \\u000A or "
       "\\n\n"
       "  1 | {\"a\": \"x\n"
       "    |         ^"},
      {"{\"a\": \"\\q\"}",
       "bundle:1:9: malformed JSON: forbidden character after backslash\n"
       "  1 | {\"a\": \"\\q\"}\n"
       "    |         ^"},
      {"{\"a\": \"\\ud800x\"}",
       "bundle:1:14: malformed JSON: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF\n"
       "  1 | {\"a\": \"\\ud800x\"}\n"
       "    |              ^"},
      {"{\"a\": 1e999}",
       "bundle:1:11: malformed JSON: expected a colon and the text of a in double quotes\n"
       "  1 | {\"a\": 1e999}\n"
       "    |           ^"},
      {"{\"a\": \"x\xFF\"}",
       "bundle:1:9: this byte is not valid UTF-8, which the text of a bundle must be\n"
       "  1 | {\"a\": \"x\n"
       "    |         ^"},
      {"{} // comment",
       "bundle:1:4: malformed JSON: expected nothing behind the } that ends the bundle\n"
       "  1 | {} // comment\n"
       "    |    ^"},
  };
  for (const auto& [json, message] : cases) EXPECT_EQ(Shown(json), message) << json;
}

TEST(Bundle, HoldsTextsAlone) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"null", "null"},        {"true", "true"},
      {"false", "false"},      {"1", "a number"},
      {"-1", "a number"},      {"1.5", "a number"},
      {"[\"x\"]", "an array"}, {"[]", "an array"},
      {"{}", "an object"},     {"{\"b\": \"x\"}", "an object"},
  };
  for (const auto& [value, what] : cases) {
    EXPECT_EQ(Shown("{\"a\": " + value + "}"),
              "the text of a in the bundle is " + what + "; it must be a string, the script itself")
        << value;
  }
}

TEST(Bundle, HoldsANameOnce) {
  EXPECT_EQ(Shown(R"({"a": "x", "b": "y", "\u0061": "x"})"),
            "the bundle holds a twice; remove or rename one");
}

TEST(Bundle, HoldsNamesOfFiles) {
  EXPECT_EQ(Shown(R"({"": "x"})"), "a name in the bundle is empty");
  for (const char* name : {"migrations/0001-a.sql", "/0001-a.sql", "m\\\\0001-a.sql"}) {
    EXPECT_TRUE(Shown("{\"" + std::string(name) + "\": \"x\"}")
                    .ends_with("a name in it is that of a file, without its folder"))
        << name;
  }
  EXPECT_EQ(Shown(R"({"m/0001-a.sql": "x"})"),
            "the bundle holds 'm/0001-a.sql'; a name in it is that of a file, without its folder");
}

TEST(Bundle, IsAnErrorWhenItIsCutOffAnywhere) {
  const std::string json =
      " {\"0001-a.sql\": \"CREATE TABLE \\\"t\\u00e9\\\" (x);\\n-- größe 😀\", \"b\": \"\"}";
  ASSERT_EQ(Shown(json), "0001-a.sql=CREATE TABLE \"té\" (x);\n-- größe 😀;b=;");
  for (size_t size = 2; size < json.size(); ++size) {
    EXPECT_FALSE(ReadBundle(json.substr(0, size))) << size;
  }
}

// Whatever stands in place of a byte, it is read or is an error.
TEST(Bundle, MayHaveAnyByteInPlaceOfAnother) {
  const std::string json = R"({"0001-a.sql": "\u00e9\n", "b": ""})";
  size_t sound = 0;
  for (size_t at = 1; at < json.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = json;
      changed[at] = static_cast<char>(byte);
      Result<std::vector<BundledFile>> files = ReadBundle(changed);
      if (!files) {
        EXPECT_FALSE(files.error().message.empty());
      } else {
        ++sound;
        EXPECT_LE(files->size(), 2u);
      }
    }
  }
  EXPECT_GT(sound, json.size());
}

TEST(Bundle, IsReadHoweverDeepWhatIsNoText) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(Shown("{\"a\": " + deep),
            "the text of a in the bundle is an array; it must be a string, the script itself");
}

}  // namespace
}  // namespace fastmigrate
