#include "migrate/unedited.h"

#include "migrate/pending_script.h"
#include "migrate/text_seal.h"

namespace fastmigrate {

Result<std::optional<int>> UneditedVersion(const Database& db, const Source& source) {
  const std::optional<int> cannot_tell;
  Result<std::optional<TextSeal>> seal = ReadSeal(db);
  if (!seal) {
    const bool may_end_transaction =
        IsFault(seal.error()) && PrimaryCode(seal.error()) != SQLITE_BUSY;
    return may_end_transaction ? Result<std::optional<int>>(seal.error()) : cannot_tell;
  }
  if (!*seal) return cannot_tell;
  const int version = (*seal)->version;
  if (version > source.LastVersion()) return cannot_tell;
  TextHashes hashes;
  TextsHash texts(source.migrations.size());
  for (const Migration& migration : source.migrations) {
    if (migration.version > version) break;
    Result<Digest> hash = hashes.Of(migration);
    if (!hash) return cannot_tell;
    texts.Add(migration.version, *hash);
  }
  if (texts.Result() != (*seal)->texts) return cannot_tell;
  return std::optional<int>(version);
}

}  // namespace fastmigrate
