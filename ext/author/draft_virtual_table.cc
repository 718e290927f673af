#include "author/draft_virtual_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include "schema/canonical_sql.h"
#include "schema/module_arguments.h"

namespace fastmigrate {
namespace {

bool IsFullText(const VirtualTable& table) {
  return EqualIgnoringCase(table.module.text.substr(0, 3), "fts") && ShadowSuffixes(table);
}

// Whether the rows are in it: not in another table, and not nowhere.
bool HoldsRows(const VirtualTable& table) {
  const auto suffixes = ShadowSuffixes(table);
  if (!suffixes) return false;
  const std::string_view home = IsFullText(table) ? "content" : "node";
  return std::find(suffixes->begin(), suffixes->end(), home) != suffixes->end();
}

Result<std::vector<std::string>> ColumnsOf(const Database& db, const Name& table) {
  std::vector<std::string> names;
  Result<Statement> rows = db.Prepare("PRAGMA main.table_info(" + QuoteName(table.text) + ")");
  if (!rows) return rows.error();
  Status status = ForEachRow(*rows, [&] { names.push_back(rows->Text(1)); });
  if (!status) return status.error();
  return names;
}

}  // namespace

// A module drops the tables that could be its own, by their names. One that is the user's is out of
// the way meanwhile.
Status DropVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                        const VirtualTable& table) {
  const std::string drop = "DROP TABLE " + NameText(table.name);
  const Schema& present_schema = writer->present();
  auto say_lost = [&] {
    if (HoldsRows(table) || !ShadowSuffixes(table)) writer->Remark(RowsAreLost(table.name));
  };
  std::vector<Name> taken;
  Result<bool> dropped = writer->Try({drop}, [&](const Schema& schema) {
    for (const auto& [name, present] : present_schema.tables) {
      if (!schema.tables.contains(name)) taken.push_back(name);
    }
    return taken.empty();
  });
  if (!dropped) return dropped.error();
  if (*dropped) {
    say_lost();
    writer->Write(drop);
    return {};
  }
  std::vector<std::string> away;
  std::vector<std::string> back;
  for (const Name& name : taken) {
    const std::string aside = NameText(AsideName(present_schema, wanted_schema, name));
    away.push_back("ALTER TABLE " + NameText(name) + " RENAME TO " + aside);
    back.push_back("ALTER TABLE " + aside + " RENAME TO " + NameText(name));
  }
  Status status = taken.empty() ? Status() : writer->FollowNoRename();
  for (const std::string& sql : away) status = status ? writer->Say(sql) : status;
  say_lost();
  if (status) status = writer->Say(drop);
  for (const std::string& sql : back) status = status ? writer->Say(sql) : status;
  return status ? writer->Read() : status;
}

Status MakeVirtualTable(DraftWriter* writer, const VirtualTable& wanted) {
  if (Status status = writer->Say(wanted.sql.text); !status) return status;
  if (!IsFullText(wanted) || HoldsRows(wanted)) return {};
  const std::string name = NameText(wanted.name);
  const std::string sql = "INSERT INTO " + name + " (" + name + ") VALUES ('rebuild')";
  Result<bool> indexed = writer->Try({sql});
  if (!indexed) return indexed.error();
  if (*indexed) writer->Write(sql);
  return {};
}

Status RemakeVirtualTable(DraftWriter* writer, const Schema& wanted_schema, const VirtualTable& old,
                          const VirtualTable& wanted) {
  const VirtualTable present = old;
  const std::string name = NameText(present.name);
  const bool is_kept = HoldsRows(present) && HoldsRows(wanted) && present.module == wanted.module;
  if (!is_kept) {
    if (Status status = DropVirtualTable(writer, wanted_schema, present); !status) return status;
    return MakeVirtualTable(writer, wanted);
  }
  if (Status status = writer->FollowNoRename(); !status) return status;
  const std::string aside = NameText(AsideName(writer->present(), wanted_schema, present.name));
  Result<std::vector<std::string>> from = ColumnsOf(writer->db(), present.name);
  if (!from) return from.error();
  Status status = writer->Say("ALTER TABLE " + name + " RENAME TO " + aside);
  if (status) status = writer->Say(wanted.sql.text);
  if (!status) return status;
  Result<std::vector<std::string>> to = ColumnsOf(writer->db(), wanted.name);
  if (!to) return to.error();
  // The first column of an R-Tree is its rowid.
  const std::string rowid = IsFullText(wanted) ? "rowid" : NameAsSql(to->front());
  std::string columns = rowid;
  std::string values = IsFullText(wanted) ? "rowid" : NameAsSql(from->front());
  for (const std::string& column : *to) {
    const bool is_there = std::any_of(from->begin(), from->end(), [&](const std::string& other) {
      return EqualIgnoringCase(other, column);
    });
    if (!is_there || NameAsSql(column) == rowid) continue;
    columns += ", " + NameAsSql(column);
    values += ", " + NameAsSql(column);
  }
  status = writer->Say("INSERT INTO " + name + " (" + columns + ")\nSELECT " + values + "\nFROM " +
                       aside);
  return status ? writer->Say("DROP TABLE " + aside) : status;
}

}  // namespace fastmigrate
