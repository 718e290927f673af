#include "migrate/text_cache.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace fastmigrate {
namespace {

constexpr size_t kPlaces = 8192;  // a folder has at most 9999 scripts

struct Known {
  FileStamp stamp;
  bool is_program = false;
  Digest hash = {};  // zeros: none
};

std::mutex mutex;
std::array<Known, kPlaces> places;
bool is_empty = true;

// Files that were made one after another have inodes one after another.
Known& PlaceOf(const FileStamp& stamp) {
  return places[static_cast<size_t>(stamp.inode + stamp.device * 31) % kPlaces];
}

}  // namespace

std::optional<Digest> KnownTextHash(const FileStamp& stamp, bool is_program) {
  std::lock_guard<std::mutex> lock(mutex);
  const Known& known = PlaceOf(stamp);
  if (known.hash[0] == 0 || known.is_program != is_program || known.stamp != stamp) {
    return std::nullopt;
  }
  return known.hash;
}

bool KnowsTextHashes() {
  std::lock_guard<std::mutex> lock(mutex);
  return !is_empty;
}

void RememberTextHash(const FileStamp& stamp, bool is_program, const Digest& hash) {
  std::lock_guard<std::mutex> lock(mutex);
  Known& known = PlaceOf(stamp);
  known.stamp = stamp;
  known.is_program = is_program;
  known.hash = hash;
  is_empty = false;
}

void ForgetTextHashes() {
  std::lock_guard<std::mutex> lock(mutex);
  for (Known& known : places) known.hash[0] = 0;
  is_empty = true;
}

}  // namespace fastmigrate
