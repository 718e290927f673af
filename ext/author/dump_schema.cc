#include "author/dump_schema.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "author/dump_rows.h"
#include "migrate/tool_records.h"
#include "migrate/user_schema.h"
#include "sql/lexer.h"

namespace fastmigrate {
namespace {

enum class Part { kTables, kIndexes, kViews, kVirtualTables, kShadowIndexes, kTriggers };

// The table of an index is no table of the schema when it is a shadow table, which is made with its
// virtual table.
Part PartOf(const SchemaRow& row, const std::vector<SchemaRow>& rows) {
  if (row.type == "index") {
    bool has_table = std::any_of(rows.begin(), rows.end(), [&](const SchemaRow& other) {
      return other.type == "table" && EqualIgnoringCase(other.name, row.table);
    });
    return has_table ? Part::kIndexes : Part::kShadowIndexes;
  }
  if (row.type == "view") return Part::kViews;
  if (row.type == "trigger") return Part::kTriggers;
  return IsVirtualTable(row.sql) ? Part::kVirtualTables : Part::kTables;
}

std::string Statements(const std::vector<SchemaRow>& rows, Part part) {
  std::string script;
  for (const SchemaRow& row : rows) {
    if (PartOf(row, rows) == part) script += AsStatement(row.sql);
  }
  return script;
}

// "PRAGMA name = value;" unless it is 0.
Result<std::string> NumberPragma(const Database& db, const std::string& name) {
  Result<std::optional<int64_t>> value = db.QueryInteger("PRAGMA main." + name);
  if (!value) return value.error();
  if (value->value_or(0) == 0) return std::string();
  return "PRAGMA " + name + " = " + std::to_string(**value) + ";\n";
}

// What can only be set before there is a table.
Result<std::string> Preamble(const Database& db) {
  Result<std::optional<std::string>> encoding = db.QueryText("PRAGMA main.encoding");
  if (!encoding) return encoding.error();
  std::string script;
  if (encoding->value_or("UTF-8") != "UTF-8") {
    script = "PRAGMA encoding = '" + **encoding + "';\n";
  }
  Result<std::string> auto_vacuum = NumberPragma(db, "auto_vacuum");
  if (!auto_vacuum) return auto_vacuum.error();
  return script + *auto_vacuum;
}

}  // namespace

std::string AsStatement(const std::string& sql) {
  Lexer lexer(sql);
  Token last;
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    last = token;
  }
  if (last.kind == TokenKind::kUnterminated && last.text[0] == '/') return sql + "*/;\n";
  bool ends_at_line_end = last.kind == TokenKind::kComment && last.text[0] == '-';
  return sql + (ends_at_line_end ? "\n;\n" : ";\n");
}

Result<std::string> DumpSchema(const Database& db, ToolRecords records,
                               const std::vector<std::string>& tables_with_rows) {
  Result<std::vector<SchemaRow>> rows = ReadUserSchemaRows(db);
  if (!rows) return rows.error();
  std::vector<SchemaRow> left_out;
  if (records == ToolRecords::kLeftOut) *rows = WithoutToolRecords(std::move(*rows), &left_out);
  Result<std::string> preamble = Preamble(db);
  if (!preamble) return preamble.error();
  std::string script = *preamble + Statements(*rows, Part::kTables);
  std::set<Name> written;
  for (const std::string& table : tables_with_rows) {
    if (!written.insert(Name{table}).second) continue;
    Result<std::string> inserts = DumpRows(db, table);
    if (!inserts) return inserts.error();
    script += *inserts;
  }
  for (Part part : {Part::kIndexes, Part::kViews, Part::kVirtualTables, Part::kShadowIndexes,
                    Part::kTriggers}) {
    script += Statements(*rows, part);
  }
  for (const char* name : {"user_version", "application_id"}) {
    Result<std::string> pragma = NumberPragma(db, name);
    if (!pragma) return pragma.error();
    script += *pragma;
  }
  return script;
}

}  // namespace fastmigrate
