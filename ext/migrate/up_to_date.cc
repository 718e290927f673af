#include "migrate/up_to_date.h"

#include <string>

#include "migrate/ledger.h"
#include "migrate/pending_script.h"

namespace fastmigrate {

std::optional<int> VersionIfUpToDate(const Database& db, const Source& source,
                                     std::optional<int> target) {
  if (source.migrations.empty()) return std::nullopt;
  Result<std::optional<LedgerTexts>> texts = ReadLedgerTexts(db);
  if (!texts || !*texts) return std::nullopt;
  const int version = (*texts)->version;
  if (version > source.LastVersion() || version != target.value_or(source.LastVersion())) {
    return std::nullopt;
  }
  TextHashes hashes(source);
  auto record = (*texts)->records.begin();
  const auto end = (*texts)->records.end();
  for (const Migration& migration : source.migrations) {
    if (migration.version > version) break;
    while (record != end && record->version < migration.version) ++record;
    if (record == end || record->version != migration.version) return std::nullopt;
    Result<Digest> hash = hashes.Of(migration);
    if (!hash || *hash != record->hash) return std::nullopt;
  }
  return version;
}

}  // namespace fastmigrate
