#include "sql/byte_block.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace fastmigrate {
namespace {

TEST(ByteBlock, CopiesItsBytes) {
  const std::string text = "0123456789abcdef and more";
  std::array<char, kBlockBytes + 1> to;
  to.back() = '~';
  ByteBlock(text.data()).CopyTo(to.data());
  EXPECT_EQ(std::string(to.data(), to.size()), "0123456789abcdef~");
}

TEST(InEachByte, IsTheByteEightTimes) {
  EXPECT_EQ(InEachByte('\x01'), 0x0101010101010101U);
  EXPECT_EQ(InEachByte('\x80'), 0x8080808080808080U);
}

// Beside every other byte, so that no carry or borrow of a neighbour counts.
TEST(ByteBlock, FindsTheFirstOfTwoBytes) {
  for (int c = 0; c < 256; ++c) {
    const char other = static_cast<char>(c);
    if (other == '\'' || other == '\r') continue;
    const std::string none(kBlockBytes, other);
    ASSERT_EQ(ByteBlock(none.data()).Find('\'', '\r'), kBlockBytes) << c;
    for (size_t i = 0; i < kBlockBytes; ++i) {
      std::string one = none;
      one[i] = i % 2 == 0 ? '\'' : '\r';
      ASSERT_EQ(ByteBlock(one.data()).Find('\'', '\r'), i) << c;
      std::string several = one;
      for (size_t j = i + 1; j < kBlockBytes; ++j) several[j] = j % 3 == 0 ? '\'' : '\r';
      ASSERT_EQ(ByteBlock(several.data()).Find('\'', '\r'), i) << c;
    }
  }
}

}  // namespace
}  // namespace fastmigrate
