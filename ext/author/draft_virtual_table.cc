#include "author/draft_virtual_table.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
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

// A module renames and drops the tables that could be its own, by their names; FTS3 asks whether
// there is a "mail_stat" only when the database has been opened anew. Those that are the user's are
// out of the way meanwhile.
class LookAlikes {
 public:
  LookAlikes(const Schema& present, const Schema& wanted_schema, const Name& virtual_table) {
    constexpr std::string_view kSuffixes[] = {"_config", "_content",  "_data",   "_docsize",
                                              "_idx",    "_node",     "_parent", "_rowid",
                                              "_segdir", "_segments", "_stat"};
    for (std::string_view suffix : kSuffixes) {
      const Name name{virtual_table.text + std::string(suffix)};
      const Table* table = Find(present.tables, name);
      if (table == nullptr) continue;
      // Not "old_mail_stat", which would look like one of old_mail's.
      tables_.emplace_back(table->name, AsideName(present, wanted_schema, table->name, "kept_"));
    }
  }

  Status SetAside(DraftWriter* writer) const {
    Status status = tables_.empty() ? Status() : writer->FollowNoRename();
    for (const auto& [name, aside] : tables_) {
      if (status) status = writer->Say(Rename(name, aside));
    }
    return status;
  }
  Status PutBack(DraftWriter* writer) const {
    Status status;
    for (const auto& [name, aside] : tables_) {
      if (status) status = writer->Say(Rename(aside, name));
    }
    return status ? writer->Read() : status;
  }

 private:
  static std::string Rename(const Name& from, const Name& to) {
    return "ALTER TABLE " + NameText(from) + " RENAME TO " + NameText(to);
  }

  std::vector<std::pair<Name, Name>> tables_;  // and the names meanwhile
};

bool Has(const std::vector<std::string>& columns, const std::string& column) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const std::string& other) { return EqualIgnoringCase(other, column); });
}

}  // namespace

Status DropVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                        const VirtualTable& table) {
  const LookAlikes others(writer->present(), wanted_schema, table.name);
  Status status = others.SetAside(writer);
  if (!status) return status;
  if (HoldsRows(table) || !ShadowSuffixes(table)) writer->Remark(RowsAreLost(table.name));
  status = writer->Say("DROP TABLE " + NameText(table.name));
  return status ? others.PutBack(writer) : status;
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
  const std::string aside = NameText(AsideName(writer->present(), wanted_schema, present.name));
  const LookAlikes others(writer->present(), wanted_schema, present.name);
  Result<std::vector<std::string>> from = ColumnsOf(writer->db(), present.name);
  if (!from) return from.error();
  Status status = writer->FollowNoRename();
  if (status) status = others.SetAside(writer);
  if (status) status = writer->Say("ALTER TABLE " + name + " RENAME TO " + aside);
  if (status) status = writer->Say(wanted.sql.text);
  if (!status) return status;
  Result<std::vector<std::string>> to = ColumnsOf(writer->db(), wanted.name);
  if (!to) return to.error();
  // The first column of an R-Tree is its rowid.
  const std::string rowid = IsFullText(wanted) ? "rowid" : NameAsSql(to->front());
  std::string columns = rowid;
  std::string values = IsFullText(wanted) ? "rowid" : NameAsSql(from->front());
  for (const std::string& column : *to) {
    if (!Has(*from, column) || NameAsSql(column) == rowid) continue;
    columns += ", " + NameAsSql(column);
    values += ", " + NameAsSql(column);
  }
  for (const std::string& column : *from) {
    const bool is_rowid = !IsFullText(wanted) && column == from->front();
    if (is_rowid || Has(*to, column)) continue;
    writer->Remark("The values of " + name + "." + NameAsSql(column) + " are lost.");
  }
  status = writer->Say("INSERT INTO " + name + " (" + columns + ")\nSELECT " + values + "\nFROM " +
                       aside);
  if (status) status = writer->Say("DROP TABLE " + aside);
  return status ? others.PutBack(writer) : status;
}

}  // namespace fastmigrate
