#include "migrate/user_schema.h"

#include <utility>

#include "migrate/ledger.h"
#include "sqlite/schema_reader.h"

namespace fastmigrate {

Result<std::vector<SchemaRow>> ReadUserSchemaRows(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
  if (rows) std::erase_if(*rows, [](const SchemaRow& row) { return IsLedgerTable(row.table); });
  return rows;
}

Result<Schema> ReadUserSchema(const Database& db) {
  Result<SortedRows> rows = ReadSortedRows(db);
  if (!rows) return rows.error();
  std::vector<SchemaRow> schema;
  for (SchemaRow& row : rows->schema) {
    (IsLedgerTable(row.table) ? rows->others : schema).push_back(std::move(row));
  }
  return ParseSchema(schema, rows->others);
}

}  // namespace fastmigrate
