// Sixteen bytes at once, by the arithmetic of words.

#ifndef FASTMIGRATE_SQL_BYTE_BLOCK_H_
#define FASTMIGRATE_SQL_BYTE_BLOCK_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fastmigrate {

inline constexpr size_t kBlockBytes = 16;

constexpr uint64_t InEachByte(char c) {
  return uint64_t{0x0101010101010101} * static_cast<unsigned char>(c);
}

class ByteBlock {
 public:
  explicit ByteBlock(const char* from) { std::memcpy(words_.data(), from, kBlockBytes); }
  void CopyTo(char* to) const { std::memcpy(to, words_.data(), kBlockBytes); }
  // Where the first byte is that is one of these; kBlockBytes when none is.
  size_t Find(char a, char b) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      const uint64_t found = Zeros(words_[i] ^ InEachByte(a)) | Zeros(words_[i] ^ InEachByte(b));
      if (found != 0) return i * sizeof found + First(found);
    }
    return kBlockBytes;
  }

 private:
  // The highest bit of each byte that is zero, and no other.
  static uint64_t Zeros(uint64_t word) {
    constexpr uint64_t kLow = InEachByte(0x7F);
    return ~(((word & kLow) + kLow) | word | kLow);
  }
  // The first byte in memory of which a bit is set.
  static size_t First(uint64_t word) {
    const bool is_lowest = std::endian::native == std::endian::little;
    return static_cast<size_t>(is_lowest ? std::countr_zero(word) : std::countl_zero(word)) / 8;
  }

  std::array<uint64_t, 2> words_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQL_BYTE_BLOCK_H_
