#include "sqlite/schema_reader.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "schema/canonical_sql.h"
#include "schema/module_arguments.h"

namespace fastmigrate {
namespace {

bool IsInternal(std::string_view name) {
  constexpr std::string_view kPrefix = "sqlite_";
  return EqualIgnoringCase(name.substr(0, kPrefix.size()), kPrefix);
}

Result<std::vector<SchemaRow>> ReadRows(const Database& db) {
  std::vector<SchemaRow> rows;
  Status status = db.ForEach(R"(
      SELECT type, name, tbl_name, sql
      FROM main.sqlite_master
      WHERE sql IS NOT NULL
      ORDER BY rowid)",
                             [&](const Statement& row) {
                               rows.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3)});
                             });
  if (!status) return status.error();
  return rows;
}

bool HasPrefix(const std::string& name, const std::string& prefix) {
  return name.size() > prefix.size() &&
         EqualIgnoringCase(std::string_view(name).substr(0, prefix.size()), prefix);
}

// FTS3 makes "<table>_stat" with the first command that merges, and in these words.
bool IsStatOfFts3(const SchemaRow& row) {
  constexpr std::string_view kColumns = "(id INTEGER PRIMARY KEY, value BLOB)";
  return row.type == "table" && row.sql.ends_with(kColumns) &&
         SqlTokens(row.sql).size() == SqlTokens(kColumns).size() + 3;  // CREATE TABLE name
}

class ShadowTables {
 public:
  Status Read(const Database& db, const std::vector<SchemaRow>& rows);

  // Whether the row is a shadow table, or an index that a module has made on one.
  bool Contains(const SchemaRow& row) const;

 private:
  Status ReadListed(const Database& db);

  std::set<Name> names_;
  std::set<Name> stats_;               // what FTS3 may have made
  std::vector<VirtualTable> unknown_;  // virtual tables of modules that we do not know
};

Status ShadowTables::Read(const Database& db, const std::vector<SchemaRow>& rows) {
  for (const SchemaRow& row : rows) {
    if (row.type != "table" || !IsVirtualTable(row.sql)) continue;
    Result<VirtualTable> table = ParseVirtualTable(row.sql);
    if (!table) return table.error().Within("virtual table " + row.name);
    const std::optional<std::vector<std::string_view>> suffixes = ShadowSuffixes(*table);
    if (!suffixes) {
      unknown_.push_back(std::move(*table));
      continue;
    }
    for (std::string_view suffix : *suffixes) {
      names_.insert(Name{row.name + "_" + std::string(suffix)});
    }
    if (table->module == Name{"fts3"}) stats_.insert(Name{row.name + "_stat"});
  }
  return unknown_.empty() ? Status() : ReadListed(db);
}

// https://www.sqlite.org/pragma.html#pragma_table_list: since 3.37. The module of the virtual table
// tells, if it is loaded; older versions know no shadow tables but those of the known modules. The
// module goes by the name alone, so that a table which the arguments speak of, the home of the
// rows, may be among them: it is the user's.
Status ShadowTables::ReadListed(const Database& db) {
  if (sqlite3_libversion_number() < 3037000) return {};
  return db.ForEach("PRAGMA main.table_list", [&](const Statement& row) {
    if (row.Text(2) != "shadow") return;
    const std::string name = row.Text(1);
    bool is_made = false;
    bool is_argument = false;
    for (const VirtualTable& table : unknown_) {
      is_made = is_made || HasPrefix(name, table.name.text + "_");
      is_argument =
          is_argument || Lowered(table.arguments.text).find(Lowered(name)) != std::string::npos;
    }
    if (is_made && !is_argument) names_.insert(Name{name});
  });
}

bool ShadowTables::Contains(const SchemaRow& row) const {
  const Name table{row.table};
  if (row.type == "table") {
    return names_.contains(table) || (stats_.contains(table) && IsStatOfFts3(row));
  }
  if (row.type != "index" || !names_.contains(table)) return false;
  // None of the known modules makes an index; others name theirs after the virtual table.
  return std::any_of(unknown_.begin(), unknown_.end(), [&](const VirtualTable& made_by) {
    const std::string prefix = made_by.name.text + "_";
    return HasPrefix(row.table, prefix) && HasPrefix(row.name, prefix);
  });
}

}  // namespace

Result<SortedRows> ReadSortedRows(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadRows(db);
  if (!rows) return rows.error();
  for (const SchemaRow& row : *rows) {
    if (!HoldsMoreThanOneStatement(row.sql)) continue;
    return MakeError(row.type + " " + NameAsSql(row.name) +
                     ": its stored text holds more than one statement");
  }
  ShadowTables shadows;
  if (Status status = shadows.Read(db, *rows); !status) return status.error();
  SortedRows sorted;
  for (SchemaRow& row : *rows) {
    bool is_other = IsInternal(row.name) || IsInternal(row.table) || shadows.Contains(row);
    (is_other ? sorted.others : sorted.schema).push_back(std::move(row));
  }
  return sorted;
}

Result<std::vector<SchemaRow>> ReadSchemaRows(const Database& db) {
  Result<SortedRows> rows = ReadSortedRows(db);
  if (!rows) return rows.error();
  return std::move(rows->schema);
}

Result<Schema> ReadSchema(const Database& db) {
  Result<SortedRows> rows = ReadSortedRows(db);
  if (!rows) return rows.error();
  return ParseSchema(rows->schema, rows->others);
}

}  // namespace fastmigrate
