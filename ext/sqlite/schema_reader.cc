#include "sqlite/schema_reader.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace fastmigrate {
namespace {

// The modules of SQLite itself, with what their shadow tables are named: "<table>_<suffix>".
struct KnownModule {
  std::string_view name;
  std::array<std::string_view, 5> suffixes;
};
constexpr std::array<std::string_view, 5> kFts4Suffixes = {"content", "docsize", "segdir",
                                                           "segments", "stat"};
constexpr std::array<std::string_view, 5> kFts5Suffixes = {"config", "content", "data", "docsize",
                                                           "idx"};
constexpr std::array<std::string_view, 5> kRtreeSuffixes = {"node", "parent", "rowid"};
constexpr auto kKnownModules = std::to_array<KnownModule>({
    {"fts3", kFts4Suffixes},
    {"fts4", kFts4Suffixes},
    {"fts5", kFts5Suffixes},
    {"rtree", kRtreeSuffixes},
    {"rtree_i32", kRtreeSuffixes},
    {"geopoly", kRtreeSuffixes},
    {"fts3tokenize", {}},
    {"fts4aux", {}},
    {"fts5vocab", {}},
});

const KnownModule* FindModule(const Name& name) {
  for (const KnownModule& module : kKnownModules) {
    if (EqualIgnoringCase(module.name, name.text)) return &module;
  }
  return nullptr;
}

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

// https://www.sqlite.org/pragma.html#pragma_table_list: since 3.37. The module of the virtual table
// tells, if it is loaded; older versions know no shadow tables but those of the known modules.
Status AddListedShadowTables(const Database& db, std::set<Name>* shadows) {
  if (sqlite3_libversion_number() < 3037000) return {};
  return db.ForEach("PRAGMA main.table_list", [&](const Statement& row) {
    if (row.Text(2) == "shadow") shadows->insert(Name{row.Text(1)});
  });
}

Result<std::set<Name>> ReadShadowTables(const Database& db, const std::vector<SchemaRow>& rows) {
  std::set<Name> shadows;
  bool has_unknown_module = false;
  for (const SchemaRow& row : rows) {
    if (row.type != "table" || !IsVirtualTable(row.sql)) continue;
    Result<VirtualTable> table = ParseVirtualTable(row.sql);
    if (!table) return table.error().Within("virtual table " + row.name);
    const KnownModule* module = FindModule(table->module);
    if (module == nullptr) {
      has_unknown_module = true;
      continue;
    }
    for (std::string_view suffix : module->suffixes) {
      if (!suffix.empty()) shadows.insert(Name{row.name + "_" + std::string(suffix)});
    }
  }
  if (has_unknown_module) {
    Status status = AddListedShadowTables(db, &shadows);
    if (!status) return status.error();
  }
  return shadows;
}

}  // namespace

Result<std::vector<SchemaRow>> ReadSchemaRows(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadRows(db);
  if (!rows) return rows.error();
  Result<std::set<Name>> shadows = ReadShadowTables(db, *rows);
  if (!shadows) return shadows.error();
  std::erase_if(*rows, [&](const SchemaRow& row) {
    if (IsInternal(row.name) || IsInternal(row.table)) return true;
    bool on_shadow = shadows->contains(Name{row.table});
    return on_shadow && (row.type == "table" || row.type == "index");
  });
  return rows;
}

Result<Schema> ReadSchema(const Database& db) {
  Result<std::vector<SchemaRow>> rows = ReadSchemaRows(db);
  if (!rows) return rows.error();
  return ParseSchema(*rows);
}

}  // namespace fastmigrate
