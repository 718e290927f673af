#include "migrate/unedited.h"

#include <string>

#include "migrate/ledger.h"
#include "migrate/pending_script.h"

namespace fastmigrate {

Result<std::optional<int>> UneditedVersion(const Database& db, const Source& source) {
  const std::optional<int> cannot_tell;
  if (source.migrations.empty()) return cannot_tell;
  Result<std::optional<LedgerTexts>> texts = ReadLedgerTexts(db, source.migrations.size());
  if (!texts) {
    const bool may_end_transaction =
        IsFault(texts.error()) && PrimaryCode(texts.error()) != SQLITE_BUSY;
    return may_end_transaction ? Result<std::optional<int>>(texts.error()) : cannot_tell;
  }
  if (!*texts) return cannot_tell;
  const int version = (*texts)->version;
  if (version > source.LastVersion()) return cannot_tell;
  TextHashes hashes(source);
  auto record = (*texts)->records.begin();
  const auto end = (*texts)->records.end();
  for (const Migration& migration : source.migrations) {
    if (migration.version > version) break;
    while (record != end && record->version < migration.version) ++record;
    if (record == end || record->version != migration.version) return cannot_tell;
    Result<Digest> hash = hashes.Of(migration);
    if (!hash || *hash != record->hash) return cannot_tell;
  }
  return std::optional<int>(version);
}

}  // namespace fastmigrate
