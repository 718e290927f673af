#include "sql/source_excerpt.h"

#include <gtest/gtest.h>

#include <string>

namespace fastmigrate {
namespace {

TEST(MessageAt, PointsAtThePlace) {
  EXPECT_EQ(MessageAt("0003-add-email.sql", "A;\nUPDATE users SET emial = 1;\nB;", 20, "no such x"),
            "0003-add-email.sql:2:18: no such x\n"
            "  2 | UPDATE users SET emial = 1;\n"
            "    |                  ^");
}

TEST(MessageAt, AlignsTheCaretUnderLineNumbersOfAnyWidth) {
  std::string text(99, '\n');
  EXPECT_EQ(MessageAt("a.sql", text + "ab", 100, "m"),
            "a.sql:100:2: m\n"
            "  100 | ab\n"
            "      |  ^");
}

TEST(MessageAt, CountsCharactersNotBytes) {
  EXPECT_EQ(MessageAt("a.sql", "SELECT 'grüß', nope;", 17, "m"),
            "a.sql:1:16: m\n"
            "  1 | SELECT 'grüß', nope;\n"
            "    |                ^");
}

TEST(MessageAt, LeavesOutTheCarriageReturn) {
  EXPECT_EQ(MessageAt("a.sql", "a\r\nb c\r\nd", 5, "m"),
            "a.sql:2:3: m\n"
            "  2 | b c\n"
            "    |   ^");
}

TEST(MessageAt, ShowsTabsAsOneSpaceSoThatTheCaretFits) {
  EXPECT_EQ(MessageAt("a.sql", "\tSELECT\tx", 8, "m"),
            "a.sql:1:9: m\n"
            "  1 |  SELECT x\n"
            "    |         ^");
}

TEST(MessageAt, PointsBehindTheLastLineAtTheEndOfTheText) {
  EXPECT_EQ(MessageAt("a.sql", "SELECT", 6, "m"),
            "a.sql:1:7: m\n"
            "  1 | SELECT\n"
            "    |       ^");
  EXPECT_EQ(MessageAt("a.sql", "SELECT", 1000, "m"), MessageAt("a.sql", "SELECT", 6, "m"));
}

TEST(MessageAt, ManagesAnEmptyText) {
  EXPECT_EQ(MessageAt("a.sql", "", 0, "m"),
            "a.sql:1:1: m\n"
            "  1 | \n"
            "    | ^");
}

TEST(MessageAt, CutsTheEndOfALongLine) {
  EXPECT_EQ(MessageAt("a.sql", "x" + std::string(300, 'a'), 0, "m"),
            "a.sql:1:1: m\n"
            "  1 | x" +
                std::string(99, 'a') +
                "...\n"
                "    | ^");
}

TEST(MessageAt, CutsALongLineAroundThePlace) {
  std::string line = std::string(200, 'a') + "x" + std::string(200, 'b');
  EXPECT_EQ(MessageAt("a.sql", line, 200, "m"),
            "a.sql:1:201: m\n"
            "  1 | ..." +
                std::string(50, 'a') + "x" + std::string(49, 'b') +
                "...\n"
                "    | " +
                std::string(53, ' ') + "^");
}

TEST(MessageAt, CutsBetweenCharacters) {
  std::string line;
  for (int i = 0; i < 200; ++i) line += "ü";
  std::string message = MessageAt("a.sql", line + "x", 400, "m");
  std::string shown;
  for (int i = 0; i < 50; ++i) shown += "ü";
  EXPECT_EQ(message,
            "a.sql:1:201: m\n  1 | ..." + shown + "x\n    | " + std::string(53, ' ') + "^");
}

TEST(MessageAt, ManagesAMegabyteLine) {
  std::string line(1 << 20, 'a');
  EXPECT_LT(MessageAt("a.sql", line, 1 << 19, "m").size(), 400u);
}

}  // namespace
}  // namespace fastmigrate
