#include "migrate/checksum_cache.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>

namespace fastmigrate {
namespace {

constexpr size_t kDigits = 32;
constexpr size_t kPlaces = 8192;  // a folder has at most 9999 scripts

struct Known {
  FileStamp stamp;
  MigrationKind kind = MigrationKind::kSql;
  char checksum[kDigits] = {};  // the first one 0: none
};

std::mutex mutex;
std::array<Known, kPlaces> places;

// Files that were made one after another have inodes one after another.
Known& PlaceOf(const FileStamp& stamp) {
  return places[static_cast<size_t>(stamp.inode + stamp.device * 31) % kPlaces];
}

}  // namespace

std::optional<std::string> KnownChecksum(const FileStamp& stamp, MigrationKind kind) {
  std::lock_guard<std::mutex> lock(mutex);
  const Known& known = PlaceOf(stamp);
  if (known.checksum[0] == 0 || known.kind != kind || known.stamp != stamp) return std::nullopt;
  return std::string(known.checksum, kDigits);
}

void RememberChecksum(const FileStamp& stamp, MigrationKind kind, std::string_view checksum) {
  if (checksum.size() != kDigits) return;
  std::lock_guard<std::mutex> lock(mutex);
  Known& known = PlaceOf(stamp);
  known.stamp = stamp;
  known.kind = kind;
  std::memcpy(known.checksum, checksum.data(), kDigits);
}

void ForgetChecksums() {
  std::lock_guard<std::mutex> lock(mutex);
  for (Known& known : places) known.checksum[0] = 0;
}

}  // namespace fastmigrate
