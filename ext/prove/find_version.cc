#include "prove/find_version.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "migrate/user_schema.h"
#include "prove/replay.h"
#include "schema/diff.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

struct LiveSchema {
  std::vector<SchemaRow> rows;
  Schema schema;
};

Result<LiveSchema> ReadLiveSchema(const Database& db) {
  ReadSnapshot snapshot(db);
  if (!snapshot.status()) return snapshot.status().error();
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  Result<Schema> schema = ReadUserSchema(db);
  if (!schema) return schema.error();
  return LiveSchema{std::move(*rows), std::move(*schema)};
}

size_t CountTables(const std::vector<SchemaRow>& rows) {
  return static_cast<size_t>(std::count_if(
      rows.begin(), rows.end(), [](const SchemaRow& row) { return row.type == "table"; }));
}

// Replays, and calls visit(version, rows, replayed) at each version, with the rows that make the
// schema of the replayed database. An error when a script cannot be replayed.
template <typename Visit>
Status VisitVersions(const Database& db, const Source& source, const Visit& visit) {
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, source, source.LastVersion());
  if (!replay) return replay.error();
  std::vector<int> versions = {0};
  for (const Migration& migration : source.migrations) versions.push_back(migration.version);
  for (int version : versions) {
    if (Status status = (*replay)->RunTo(version); !status) return status;
    Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows((*replay)->db());
    if (!rows) return rows.error();
    if (Status status = visit(version, *rows, (*replay)->db()); !status) return status;
  }
  return {};
}

}  // namespace

Result<std::optional<int>> FindVersion(const Database& db, const Source& source) {
  Result<LiveSchema> live = ReadLiveSchema(db);
  if (!live) return live.error();
  std::optional<int> found;
  auto visit = [&](int version, const std::vector<SchemaRow>& rows, const Database& replayed) {
    // Schemas of different size need not be parsed, which takes longer than running most scripts.
    if (rows.size() != live->rows.size()) return Status();
    Result<Schema> expected = ReadUserSchema(replayed);
    if (!expected) return Status(expected.error());
    if (CompareSchemas(*expected, live->schema).empty()) found = version;
    return Status();
  };
  Status visited = VisitVersions(db, source, visit);
  if (!visited && (!found || IsFault(visited.error()))) return visited.error();
  return found;
}

Result<NearestVersion> FindNearestVersion(const Database& db, const Source& source) {
  Result<LiveSchema> live = ReadLiveSchema(db);
  if (!live) return live.error();
  const size_t live_tables = CountTables(live->rows);
  std::optional<NearestVersion> nearest;
  auto visit = [&](int version, const std::vector<SchemaRow>& rows, const Database& replayed) {
    // A table too many or too few is a difference at least.
    const size_t tables = CountTables(rows);
    const size_t least = tables > live_tables ? tables - live_tables : live_tables - tables;
    if (nearest && least > nearest->differences.size()) return Status();
    Result<Schema> expected = ReadUserSchema(replayed);
    if (!expected) return Status(expected.error());
    std::vector<Difference> differences = CompareSchemas(*expected, live->schema);
    if (!nearest || differences.size() <= nearest->differences.size()) {
      nearest = NearestVersion{version, std::move(differences)};
    }
    return Status();
  };
  Status visited = VisitVersions(db, source, visit);
  if (!visited && (!nearest || IsFault(visited.error()))) return visited.error();
  return *nearest;
}

}  // namespace fastmigrate
