#include "sql/checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fastmigrate {
namespace {

std::string SqlChecksum(std::string_view sql) {
  TokenChecksum checksum;
  Lexer lexer(sql);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    checksum.Add(token);
  }
  return Text(checksum.Result());
}

// A database remembers checksums for years, so they must never change. That of nothing is
// XXH3-128's own value, https://github.com/Cyan4973/xxHash ("xxhsum -H2" of an empty file).
TEST(Checksum, IsPinned) {
  EXPECT_EQ(SqlChecksum(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(Text(ProgramChecksum("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(SqlChecksum("CREATE TABLE t (a TEXT);\nINSERT INTO t VALUES ('it''s', 1.5);"),
            "4d599ca1e58ebb85f73c428d5ea34ea1");
  EXPECT_EQ(Text(ProgramChecksum("#!/bin/sh\necho a\n")), "306e102738d8a868256af664e1308b1f");
}

// XXH3-128 of the bytes as they are ("xxhsum -H2"), which a start of years later compares.
TEST(TextHash, IsPinned) {
  EXPECT_EQ(Text(TextHash("", false)), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(Text(TextHash("SELECT 1;\n", false)), "bfee1af6ec5101394c8485ac907b8049");
  EXPECT_NE(TextHash("SELECT 1;\n", true), TextHash("SELECT 1;\n", false));
}

TEST(Digest, IsReadAsItIsWritten) {
  const std::string text = "0123456789abcdef99aa06d3014798d8";
  ASSERT_TRUE(DigestOf(text));
  EXPECT_EQ(Text(*DigestOf(text)), text);
  for (const char* other :
       {"", "0", "0123456789abcdef99aa06d3014798d", "0123456789abcdef99aa06d3014798d80",
        "0123456789abcdef99aa06d3014798dg", "0123456789abcdef99aa06d3014798 8",
        "0123456789ABCDEF99aa06d3014798d8", "/123456789abcdef99aa06d3014798d8",
        ":123456789abcdef99aa06d3014798d8", "`123456789abcdef99aa06d3014798d8"}) {
    EXPECT_FALSE(DigestOf(other)) << other;
  }
}

TEST(Checksum, IsTheSameForTheSameSql) {
  const std::string sql = "CREATE TABLE t (a TEXT); SELECT 'a b';";
  const std::vector<std::string> same = {
      "CREATE TABLE t (a TEXT);SELECT 'a b';",
      "CREATE  TABLE\tt(a TEXT) ;\r\n\r\nSELECT 'a b';\r\n",
      "-- first\nCREATE TABLE t (a /* the name */ TEXT); SELECT 'a b'; -- last",
      "CREATE TABLE t (a TEXT); SELECT 'a b'",
      ";;CREATE TABLE t (a TEXT);; SELECT 'a b';;;",
  };
  for (const std::string& other : same) EXPECT_EQ(SqlChecksum(other), SqlChecksum(sql)) << other;
}

TEST(Checksum, IsAnotherForOtherSql) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"SELECT 'a b';", "SELECT 'a  b';"},
      {"SELECT ab;", "SELECT a b;"},
      {"SELECT 1; SELECT 2;", "SELECT 1 SELECT 2;"},
      {"SELECT a;", "SELECT A;"},
      {"SELECT \"a\";", "SELECT a;"},
      {"SELECT 1;", "SELECT 2;"},
      {"SELECT 1;", ""},
      {"SELECT '-- a';", "SELECT '';"},
      {"SELECT 'a' 'b';", "SELECT 'a''b';"},
  };
  for (const auto& [a, b] : pairs) EXPECT_NE(SqlChecksum(a), SqlChecksum(b)) << a << " / " << b;
}

// Tokens short and long, at and beside the places where those gathered are full: "xxhsum -H2" of
// them with a NUL behind each.
TEST(Checksum, IsOfEveryTokenWhole) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "w" + std::to_string(i) + " ";
  text += "'" + std::string(5000, 'x') + "'";
  for (int size = 4060; size < 4100; ++size) text += " '" + std::string(size, 'y') + "'";
  EXPECT_EQ(SqlChecksum(text), "441a2a349afece7deb6748dd7b47df63");
  EXPECT_EQ(SqlChecksum(text + "\r\n"), "441a2a349afece7deb6748dd7b47df63");
  for (size_t size = 1; size < 40; ++size) {
    const std::string beginning = text.substr(0, size);
    EXPECT_EQ(SqlChecksum(beginning), SqlChecksum(beginning + "\r\n")) << beginning;
  }
}

// By Room() as by Add(), also where those gathered are full.
TEST(Checksum, IsTheSameHoweverATokenIsAdded) {
  for (size_t size = 1; size < 2000; size += 13) {
    const std::string token(size, 'a');
    TokenChecksum added;
    TokenChecksum put;
    for (TokenChecksum* checksum : {&added, &put}) {
      checksum->Add({TokenKind::kWord, 0, "first"});
      for (int i = 0; i < 9; ++i) {
        const std::span<char> room = put.Room();
        ASSERT_GT(room.size(), size);
        if (checksum == &added) {
          checksum->Add({TokenKind::kWord, 0, token});
        } else {
          std::copy_n(token.c_str(), size + 1, room.begin());
          checksum->Take(size + 1);
        }
      }
    }
    ASSERT_EQ(put.Result(), added.Result()) << size;
  }
}

TEST(Checksum, PassesOverLineEndingsInsideStrings) {
  EXPECT_EQ(SqlChecksum("SELECT 'a\r\nb';"), SqlChecksum("SELECT 'a\nb';"));
  EXPECT_NE(SqlChecksum("SELECT 'a\rb';"), SqlChecksum("SELECT 'a\nb';"));
  EXPECT_EQ(SqlChecksum("SELECT \"a\r\nb\";"), SqlChecksum("SELECT \"a\nb\";"));
  EXPECT_EQ(SqlChecksum("SELECT x'0\r\n0';"), SqlChecksum("SELECT x'0\n0';"));
}

TEST(ProgramChecksum, PassesOverLineEndingsOnly) {
  EXPECT_EQ(ProgramChecksum("echo a\r\necho b\r\n"), ProgramChecksum("echo a\necho b\n"));
  EXPECT_NE(ProgramChecksum("echo a"), ProgramChecksum("echo  a"));
  EXPECT_NE(ProgramChecksum("echo a # b"), ProgramChecksum("echo a"));
  EXPECT_NE(ProgramChecksum("a\r"), ProgramChecksum("a"));
}

}  // namespace
}  // namespace fastmigrate
