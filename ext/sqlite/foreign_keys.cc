#include "sqlite/foreign_keys.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "schema/schema.h"

namespace fastmigrate {
namespace {

constexpr size_t kDescribed = 5;

Result<std::vector<std::string>> TablesWithForeignKeys(const Database& db) {
  std::vector<std::string> tables;
  Status status = db.ForEach(R"sql(
      SELECT name FROM main.sqlite_schema
      WHERE type = 'table' AND instr(upper(sql), 'REFERENCES') > 0 ORDER BY name)sql",
                             [&](const Statement& row) { tables.push_back(row.Text(0)); });
  if (!status) return status.error();
  return tables;
}

// One foreign key of a table.
struct KeyOfTable {
  std::string parent;
  std::vector<std::string> columns;
  std::vector<std::string> parent_columns;  // empty names: the parent's primary key
};

Result<std::map<int64_t, KeyOfTable>> KeysOf(const Database& db, const std::string& table) {
  std::map<int64_t, KeyOfTable> keys;
  Status status = db.ForEach("PRAGMA main.foreign_key_list(" + QuoteName(table) + ")",
                             [&](const Statement& row) {
                               KeyOfTable& key = keys[row.Integer(0)];
                               key.parent = row.Text(2);
                               key.columns.push_back(row.Text(3));
                               key.parent_columns.push_back(row.Text(4));
                             });
  if (!status) return status.error();
  return keys;
}

// Empty when all names are taken; then the rows cannot be told apart.
Result<std::string> RowidNameOf(const Database& db, const std::string& table) {
  std::vector<std::string> columns;
  Status status = db.ForEach("PRAGMA main.table_xinfo(" + QuoteName(table) + ")",
                             [&](const Statement& row) { columns.push_back(row.Text(1)); });
  if (!status) return status.error();
  return RowidName([&](std::string_view name) {
           return std::any_of(columns.begin(), columns.end(), [name](const std::string& column) {
             return EqualIgnoringCase(name, column);
           });
         })
      .value_or("");
}

// SQL for "a = 1, b = 'x'" of a row.
std::string ValuesSql(const std::vector<std::string>& columns) {
  std::string sql;
  for (const std::string& column : columns) {
    if (!sql.empty()) sql += " || ', ' || ";
    sql += QuoteText(column + " = ") + " || quote(" + QuoteName(column) + ")";
  }
  return sql;
}

Result<std::string> ValuesOfRow(const Database& db, const std::string& table, int64_t rowid,
                                const std::vector<std::string>& columns) {
  Result<std::string> rowid_name = RowidNameOf(db, table);
  if (!rowid_name) return rowid_name.error();
  if (rowid_name->empty()) return std::string();
  Result<std::optional<std::string>> values =
      db.QueryText("SELECT " + ValuesSql(columns) + " FROM main." + QuoteName(table) + " WHERE " +
                   *rowid_name + " = " + std::to_string(rowid));
  if (!values) return values.error();
  return values->value_or("");
}

// The primary key of the table, in its order.
Result<std::vector<std::string>> PrimaryKeyOf(const Database& db, const std::string& table) {
  std::map<int64_t, std::string> columns;
  Status status =
      db.ForEach("PRAGMA main.table_info(" + QuoteName(table) + ")", [&](const Statement& row) {
        if (row.Integer(5) > 0) columns[row.Integer(5)] = row.Text(1);
      });
  if (!status) return status.error();
  std::vector<std::string> key;
  for (const auto& [place, column] : columns) key.push_back(column);
  return key;
}

// Of a WITHOUT ROWID table the check says only how many rows violate the key; here are their
// values, in any order.
Result<std::vector<std::string>> ValuesOfOrphans(const Database& db, const std::string& table,
                                                 const KeyOfTable& key) {
  std::vector<std::string> parent_columns = key.parent_columns;
  if (parent_columns.front().empty()) {
    Result<std::vector<std::string>> primary_key = PrimaryKeyOf(db, key.parent);
    if (!primary_key) return primary_key.error();
    parent_columns = *primary_key;
  }
  std::vector<std::string> values;
  if (parent_columns.size() != key.columns.size()) return values;
  std::string where;
  std::string match;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const std::string child = "child." + QuoteName(key.columns[i]);
    where += child + " IS NOT NULL AND ";
    match += (i > 0 ? " AND parent." : "parent.") + QuoteName(parent_columns[i]) + " = " + child;
  }
  const bool has_parent =
      sqlite3_table_column_metadata(db.handle(), "main", key.parent.c_str(), nullptr, nullptr,
                                    nullptr, nullptr, nullptr, nullptr) == SQLITE_OK;
  std::string none =
      "NOT EXISTS (SELECT 1 FROM main." + QuoteName(key.parent) + " AS parent WHERE " + match + ")";
  Status status = db.ForEach("SELECT " + ValuesSql(key.columns) + " FROM main." + QuoteName(table) +
                                 " AS child WHERE " + where + (has_parent ? none : "1"),
                             [&](const Statement& row) { values.push_back(row.Text(0)); });
  if (!status) return status.error();
  return values;
}

Status CheckTable(const Database& db, const std::string& table,
                  std::vector<ForeignKeyViolation>* violations) {
  std::map<int64_t, KeyOfTable> keys;
  std::map<int64_t, std::vector<std::string>> orphans;  // values not given away yet, by key
  auto take = [&](const Statement& row) -> Status {
    if (keys.empty()) {
      Result<std::map<int64_t, KeyOfTable>> found = KeysOf(db, table);
      if (!found) return found.error();
      keys = std::move(*found);
    }
    const int64_t id = row.Integer(3);
    ForeignKeyViolation violation{table, row.Text(1), row.Text(2), ""};
    if (!row.IsNull(1)) {
      Result<std::string> values = ValuesOfRow(db, table, row.Integer(1), keys[id].columns);
      if (!values) return values.error();
      violation.values = *values;
    } else {
      if (!orphans.contains(id)) {
        Result<std::vector<std::string>> values = ValuesOfOrphans(db, table, keys[id]);
        if (!values) return values.error();
        orphans[id] = std::move(*values);
      }
      if (!orphans[id].empty()) {
        violation.values = std::move(orphans[id].back());
        orphans[id].pop_back();
      }
    }
    violations->push_back(std::move(violation));
    return {};
  };
  Status status = db.ForEach("PRAGMA main.foreign_key_check(" + QuoteName(table) + ")", take);
  if (status || status.error().message.find("foreign key mismatch") == std::string::npos) {
    return status;
  }
  violations->push_back({table, "", "", status.error().message});
  return {};
}

std::string ViolationKey(const ForeignKeyViolation& violation, bool with_tables) {
  if (!with_tables) return violation.values;
  return violation.table + '\0' + violation.parent + '\0' + violation.values;
}

// Takes away each violation of `after` that has a counterpart in `before`, and that counterpart.
void Pair(std::vector<ForeignKeyViolation>* before, std::vector<ForeignKeyViolation>* after,
          bool with_tables) {
  std::multiset<std::string> known;
  for (const ForeignKeyViolation& violation : *before)
    known.insert(ViolationKey(violation, with_tables));
  std::multiset<std::string> paired;
  std::vector<ForeignKeyViolation> left;
  for (ForeignKeyViolation& violation : *after) {
    auto found = known.find(ViolationKey(violation, with_tables));
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
                                 auto found = paired.find(ViolationKey(violation, with_tables));
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
    if (!violation.rowid.empty()) text += " rowid " + violation.rowid;
    text += violation.values.empty() ? " (a WITHOUT ROWID table) holds a row that"
                                     : " (" + violation.values + ")";
    text += " has no parent in " + violation.parent;
  }
  if (violations.size() > kDescribed) {
    text += "; and " + std::to_string(violations.size() - kDescribed) + " more";
  }
  return text;
}

}  // namespace fastmigrate
