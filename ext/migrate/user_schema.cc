#include "migrate/user_schema.h"

#include <utility>

#include "migrate/ledger.h"
#include "migrate/tool_records.h"
#include "sqlite/schema_reader.h"

namespace fastmigrate {

Result<std::vector<SchemaRow>> ReadUserSchemaRows(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
  if (rows) std::erase_if(*rows, [](const SchemaRow& row) { return IsLedgerTable(row.table); });
  return rows;
}

Result<SchemaCounts> CountUserSchema(const Database& db) {
  SchemaCounts counts;
  Status status = db.ForEach(
      R"sql(
      SELECT count(*) FILTER (WHERE type = 'table'), count(*) FILTER (WHERE type = 'index'),
             count(*) FILTER (WHERE type = 'view'), count(*) FILTER (WHERE type = 'trigger'),
             count(*) FILTER (WHERE type = 'table' AND rootpage = 0)
      FROM main.sqlite_schema
      WHERE NOT (name >= 'sqlite_' AND name < 'sqlite`') AND )sql" +
          NotOfLedger() + " AND " + HasNoRecordName(),
      [&](const Statement& row) {
        counts = {row.Integer(0), row.Integer(1), row.Integer(2), row.Integer(3), row.Integer(4)};
      });
  if (!status) return status.error();
  return counts;
}

// What a module makes for a virtual table depends on its version.
bool CanBeEqual(const SchemaCounts& a, const SchemaCounts& b) {
  if (a.views != b.views || a.triggers != b.triggers) return false;
  if (a.virtual_tables != b.virtual_tables) return false;
  return a.virtual_tables > 0 || (a.tables == b.tables && a.indexes == b.indexes);
}

Result<Schema> ReadUserSchema(const Database& db) {
  Result<SortedRows> rows = ReadSortedRows(db);
  if (!rows) return rows.error();
  std::vector<SchemaRow> schema;
  for (SchemaRow& row : rows->schema) {
    (IsLedgerTable(row.table) ? rows->others : schema).push_back(std::move(row));
  }
  schema = WithoutToolRecords(std::move(schema), &rows->others);
  return ParseSchema(schema, rows->others);
}

}  // namespace fastmigrate
