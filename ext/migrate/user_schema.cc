#include "migrate/user_schema.h"

#include "migrate/ledger.h"
#include "sqlite/schema_reader.h"

namespace fastmigrate {

Result<std::vector<SchemaRow>> ReadUserSchemaRows(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
  if (rows) std::erase_if(*rows, [](const SchemaRow& row) { return IsLedgerTable(row.table); });
  return rows;
}

Result<Schema> ReadUserSchema(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  return ParseSchema(*rows);
}

}  // namespace fastmigrate
