#include "prove/find_version.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "migrate/user_schema.h"
#include "prove/replay.h"
#include "schema/diff.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

struct LiveSchema {
  SchemaCounts counts;
  Schema schema;
};

Result<LiveSchema> ReadLiveSchema(const Database& db) {
  ReadSnapshot snapshot(db, ReadSnapshot::Locked::kWaits);
  if (!snapshot.status()) return snapshot.status().error();
  Result<SchemaCounts> counts = CountUserSchema(db);
  if (!counts) return counts.error();
  Result<Schema> schema = ReadUserSchema(db);
  if (!schema) return schema.error();
  return LiveSchema{*counts, std::move(*schema)};
}

// Compares the versions of a folder with a database, one after the other, those that are worth it:
// to read and compare a schema takes longer than to run most scripts.
class VersionSearch {
 public:
  // By the counts of the replayed schema, and the fewest differences that a version had so far.
  using IsWorthIt = std::function<bool(const SchemaCounts& replayed, size_t fewest)>;

  VersionSearch(LiveSchema live, IsWorthIt is_worth_it)
      : live_(std::move(live)), is_worth_it_(std::move(is_worth_it)) {}

  // A script that cannot be replayed ends it with an error; what was compared before it stands.
  Status Run(const Database& host, const Source& source) {
    Result<std::unique_ptr<Replay>> replay = Replay::Begin(host, source, source.LastVersion());
    if (!replay) return replay.error();
    const Database& db = (*replay)->db();
    if (Status status = Look(db, 0); !status) return status;
    Status status = (*replay)->Run([&](int version) { return Look(db, version); });
    if (!status) Forget((*replay)->version() + 1);
    return status;
  }

  // By version.
  const std::vector<NearestVersion>& compared() const { return compared_; }

 private:
  Status Look(const Database& db, int version) {
    Forget(version);
    Result<std::optional<int64_t>> cookie = db.QueryInteger("PRAGMA schema_version");
    if (!cookie) return cookie.error();
    if (*cookie != cookie_) {
      cookie_ = *cookie;
      if (Status status = Compare(db); !status) return status;
    }
    if (differences_) compared_.push_back({version, *differences_});
    return {};
  }

  Status Compare(const Database& db) {
    differences_.reset();
    Result<SchemaCounts> counts = CountUserSchema(db);
    if (!counts) return counts.error();
    if (!is_worth_it_(*counts, fewest_)) return {};
    Result<Schema> expected = ReadUserSchema(db);
    if (!expected) return expected.error();
    differences_ = CompareSchemas(*expected, live_.schema);
    fewest_ = std::min(fewest_, differences_->size());
    return {};
  }

  // What was seen from this version on.
  void Forget(int version) {
    std::erase_if(compared_,
                  [version](const NearestVersion& seen) { return seen.version >= version; });
  }

  LiveSchema live_;
  IsWorthIt is_worth_it_;
  std::vector<NearestVersion> compared_;
  size_t fewest_ = std::numeric_limits<size_t>::max();
  // Of the version last looked at.
  std::optional<int64_t> cookie_;
  std::optional<std::vector<Difference>> differences_;
};

}  // namespace

Result<std::optional<int>> FindVersion(const Database& db, const Source& source) {
  Result<LiveSchema> live = ReadLiveSchema(db);
  if (!live) return live.error();
  VersionSearch search(*live, [counts = live->counts](const SchemaCounts& replayed, size_t) {
    return CanBeEqual(replayed, counts);
  });
  Status status = search.Run(db, source);
  std::optional<int> found;
  for (const NearestVersion& version : search.compared()) {
    if (version.differences.empty()) found = version.version;
  }
  if (!status && (!found || IsFault(status.error()))) return status.error();
  return found;
}

Result<NearestVersion> FindNearestVersion(const Database& db, const Source& source) {
  Result<LiveSchema> live = ReadLiveSchema(db);
  if (!live) return live.error();
  // A table too many or too few is a difference at least.
  VersionSearch search(*live, [counts = live->counts](const SchemaCounts& replayed, size_t fewest) {
    if (replayed.virtual_tables > 0 || counts.virtual_tables > 0) return true;
    const int64_t apart = std::abs(replayed.tables - counts.tables);
    return static_cast<size_t>(apart) <= fewest;
  });
  Status status = search.Run(db, source);
  const NearestVersion* nearest = nullptr;
  for (const NearestVersion& version : search.compared()) {
    if (nearest == nullptr || version.differences.size() <= nearest->differences.size()) {
      nearest = &version;
    }
  }
  if (!status && (nearest == nullptr || IsFault(status.error()))) return status.error();
  return *nearest;
}

}  // namespace fastmigrate
