#include "migrate/text_cache.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace fastmigrate {
namespace {

constexpr size_t kMost = 8192;  // a folder has at most 9999 scripts

struct Known {
  FileStamp stamp;
  bool is_program = false;
  Digest hash = {};
};

// The first `known_count` texts are known; a place tells which one may be there, by its number from
// 1 on. Those of a folder lie side by side in memory, and what is not used is never touched.
std::mutex mutex;
std::array<Known, kMost> known_texts;
std::array<uint16_t, kMost> places;
size_t known_count = 0;
bool has_read = false;

// Files that were made one after another have inodes one after another.
uint16_t& PlaceOf(const FileStamp& stamp) {
  return places[static_cast<size_t>(stamp.inode + stamp.device * 31) % kMost];
}

}  // namespace

std::optional<Digest> KnownTextHash(const FileStamp& stamp, bool is_program) {
  std::lock_guard<std::mutex> lock(mutex);
  const uint16_t number = PlaceOf(stamp);
  if (number == 0) return std::nullopt;
  const Known& found = known_texts[number - 1];
  if (found.is_program != is_program || found.stamp != stamp) return std::nullopt;
  return found.hash;
}

bool KnowsTextHashes() {
  std::lock_guard<std::mutex> lock(mutex);
  return known_count > 0;
}

bool MayRememberTextHashes() {
  std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(has_read, true);
}

// There are as many places as can be known, so that a place without one finds room.
void RememberTextHash(const FileStamp& stamp, bool is_program, const Digest& hash) {
  std::lock_guard<std::mutex> lock(mutex);
  uint16_t& number = PlaceOf(stamp);
  if (number == 0) number = static_cast<uint16_t>(++known_count);
  known_texts[number - 1] = {stamp, is_program, hash};
}

void ForgetTextHashes() {
  std::lock_guard<std::mutex> lock(mutex);
  places.fill(0);
  known_count = 0;
  has_read = false;
}

}  // namespace fastmigrate
