#include "sqlite/foreign_keys.h"

#include <algorithm>
#include <map>
#include <set>

#include "sql/lexer.h"

namespace fastmigrate {
namespace {

constexpr size_t kDescribed = 5;

Result<std::vector<std::string>> TablesWithForeignKeys(const Database& db) {
  Result<Statement> rows = db.Prepare(R"sql(
      SELECT name FROM main.sqlite_schema
      WHERE type = 'table' AND instr(upper(sql), 'REFERENCES') > 0 ORDER BY name)sql");
  if (!rows) return rows.error();
  std::vector<std::string> tables;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return tables;
    tables.push_back(rows->Text(0));
  }
}

// The child columns of a table's foreign keys, by the key's id.
Result<std::map<int64_t, std::vector<std::string>>> KeyColumns(const Database& db,
                                                               const std::string& table) {
  Result<Statement> rows = db.Prepare("PRAGMA main.foreign_key_list(" + QuoteName(table) + ")");
  if (!rows) return rows.error();
  std::map<int64_t, std::vector<std::string>> columns;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return columns;
    columns[rows->Integer(0)].push_back(rows->Text(3));
  }
}

// The name that means the rowid in this table: the first of the three that no column has. Empty
// when all are taken; then the rows cannot be told apart.
Result<std::string> RowidName(const Database& db, const std::string& table) {
  std::vector<std::string> names = {"rowid", "_rowid_", "oid"};
  Result<Statement> rows = db.Prepare("PRAGMA main.table_xinfo(" + QuoteName(table) + ")");
  if (!rows) return rows.error();
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return names.empty() ? std::string() : names.front();
    std::erase_if(names, [column = rows->Text(1)](const std::string& name) {
      return EqualIgnoringCase(name, column);
    });
  }
}

Result<std::string> ValuesOfRow(const Database& db, const std::string& table, int64_t rowid,
                                const std::vector<std::string>& columns) {
  Result<std::string> rowid_name = RowidName(db, table);
  if (!rowid_name) return rowid_name.error();
  if (rowid_name->empty()) return std::string();
  std::string sql = "SELECT ";
  for (const std::string& column : columns) {
    if (&column != columns.data()) sql += " || ', ' || ";
    sql += QuoteText(column + " = ") + " || quote(" + QuoteName(column) + ")";
  }
  sql += " FROM main." + QuoteName(table) + " WHERE " + *rowid_name + " = " + std::to_string(rowid);
  Result<std::optional<std::string>> values = db.QueryText(sql);
  if (!values) return values.error();
  return values->value_or("");
}

Status CheckTable(const Database& db, const std::string& table,
                  std::vector<ForeignKeyViolation>* violations) {
  Result<Statement> rows = db.Prepare("PRAGMA main.foreign_key_check(" + QuoteName(table) + ")");
  if (!rows) {
    if (rows.error().message.find("foreign key mismatch") == std::string::npos) return rows.error();
    violations->push_back({table, "", "", rows.error().message});
    return {};
  }
  std::map<int64_t, std::vector<std::string>> columns;
  while (true) {
    Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return {};
    if (columns.empty()) {
      Result<std::map<int64_t, std::vector<std::string>>> keys = KeyColumns(db, table);
      if (!keys) return keys.error();
      columns = std::move(*keys);
    }
    ForeignKeyViolation violation{table, rows->Text(1), rows->Text(2), ""};
    if (!rows->IsNull(1)) {
      Result<std::string> values =
          ValuesOfRow(db, table, rows->Integer(1), columns[rows->Integer(3)]);
      if (!values) return values.error();
      violation.values = *values;
    }
    violations->push_back(std::move(violation));
  }
}

std::string Key(const ForeignKeyViolation& violation, bool with_tables) {
  if (!with_tables) return violation.values;
  return violation.table + '\0' + violation.parent + '\0' + violation.values;
}

// Takes away each violation of `after` that has a counterpart in `before`, and that counterpart.
void Pair(std::vector<ForeignKeyViolation>* before, std::vector<ForeignKeyViolation>* after,
          bool with_tables) {
  std::multiset<std::string> known;
  for (const ForeignKeyViolation& violation : *before) known.insert(Key(violation, with_tables));
  std::multiset<std::string> paired;
  std::vector<ForeignKeyViolation> left;
  for (ForeignKeyViolation& violation : *after) {
    auto found = known.find(Key(violation, with_tables));
    if (found == known.end()) {
      left.push_back(std::move(violation));
    } else {
      paired.insert(*found);
      known.erase(found);
    }
  }
  *after = std::move(left);
  before->erase(std::remove_if(before->begin(), before->end(),
                               [&](const ForeignKeyViolation& violation) {
                                 auto found = paired.find(Key(violation, with_tables));
                                 if (found == paired.end()) return false;
                                 paired.erase(found);
                                 return true;
                               }),
                before->end());
}

}  // namespace

Result<std::vector<ForeignKeyViolation>> FindForeignKeyViolations(const Database& db) {
  Result<std::vector<std::string>> tables = TablesWithForeignKeys(db);
  if (!tables) return tables.error();
  std::vector<ForeignKeyViolation> violations;
  for (const std::string& table : *tables) {
    if (Status status = CheckTable(db, table, &violations); !status) return status.error();
  }
  return violations;
}

std::vector<ForeignKeyViolation> NewViolations(const std::vector<ForeignKeyViolation>& before,
                                               const std::vector<ForeignKeyViolation>& after) {
  std::vector<ForeignKeyViolation> old_ones = before;
  std::vector<ForeignKeyViolation> new_ones = after;
  Pair(&old_ones, &new_ones, true);
  // An old one that is left may be gone, or its table may have another name now. The values tell
  // as long as they are there.
  old_ones.erase(std::remove_if(old_ones.begin(), old_ones.end(),
                                [](const ForeignKeyViolation& v) { return v.values.empty(); }),
                 old_ones.end());
  Pair(&old_ones, &new_ones, false);
  return new_ones;
}

std::string DescribeViolations(const std::vector<ForeignKeyViolation>& violations) {
  std::string text;
  for (size_t i = 0; i < violations.size() && i < kDescribed; ++i) {
    const ForeignKeyViolation& violation = violations[i];
    if (i > 0) text += "; ";
    if (violation.parent.empty()) {
      text += violation.values;
      continue;
    }
    text += violation.table;
    text += violation.rowid.empty() ? " (a WITHOUT ROWID table) holds a row that"
                                    : " rowid " + violation.rowid + " (" + violation.values + ")";
    text += " has no parent in " + violation.parent;
  }
  if (violations.size() > kDescribed) {
    text += "; and " + std::to_string(violations.size() - kDescribed) + " more";
  }
  return text;
}

}  // namespace fastmigrate
