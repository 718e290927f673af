#include "prove/find_version.h"

#include <memory>
#include <vector>

#include "migrate/user_schema.h"
#include "prove/replay.h"
#include "schema/diff.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

struct LiveSchema {
  size_t row_count = 0;
  Schema schema;
};

Result<LiveSchema> ReadLiveSchema(const Database& db) {
  ReadSnapshot snapshot(db);
  if (!snapshot.status()) return snapshot.status().error();
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  Result<Schema> schema = ReadUserSchema(db);
  if (!schema) return schema.error();
  return LiveSchema{rows->size(), std::move(*schema)};
}

}  // namespace

Result<std::optional<int>> FindVersion(const Database& db, const Source& source) {
  Result<LiveSchema> live = ReadLiveSchema(db);
  if (!live) return live.error();
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, source, source.LastVersion());
  if (!replay) return replay.error();

  std::vector<int> versions = {0};
  for (const Migration& migration : source.migrations) versions.push_back(migration.version);
  std::optional<int> found;
  for (int version : versions) {
    if (Status status = (*replay)->RunTo(version); !status) return status.error();
    // Schemas of different size need not be parsed, which takes longer than running most scripts.
    Result<std::vector<SchemaRow>> replayed = ReadUserSchemaRows((*replay)->db());
    if (!replayed) return replayed.error();
    if (replayed->size() != live->row_count) continue;
    Result<Schema> expected = ReadUserSchema((*replay)->db());
    if (!expected) return expected.error();
    if (CompareSchemas(*expected, live->schema).empty()) found = version;
  }
  return found;
}

}  // namespace fastmigrate
