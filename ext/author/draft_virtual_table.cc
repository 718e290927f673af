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

std::string Rename(const Name& from, const Name& to) {
  return "ALTER TABLE " + NameText(from) + " RENAME TO " + NameText(to);
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

  bool AreNone() const { return tables_.empty(); }

  std::vector<std::string> SetAside() const {
    std::vector<std::string> statements;
    for (const auto& [name, aside] : tables_) statements.push_back(Rename(name, aside));
    return statements;
  }
  std::vector<std::string> PutBack() const {
    std::vector<std::string> statements;
    for (const auto& [name, aside] : tables_) statements.push_back(Rename(aside, name));
    return statements;
  }

  Status SetAside(DraftWriter* writer) const {
    Status status = AreNone() ? Status() : writer->FollowNoRename();
    for (const std::string& sql : SetAside()) {
      if (status) status = writer->Say(sql);
    }
    return status;
  }
  Status PutBack(DraftWriter* writer) const {
    Status status;
    for (const std::string& sql : PutBack()) {
      if (status) status = writer->Say(sql);
    }
    return status ? writer->Read() : status;
  }

 private:
  std::vector<std::pair<Name, Name>> tables_;  // and the names meanwhile
};

// Under the name nothing looks like one of its own.
Name AsideNameOfVirtual(const Schema& present, const Schema& wanted_schema, const Name& table) {
  Name name = AsideName(present, wanted_schema, table);
  while (!LookAlikes(present, wanted_schema, name).AreNone()) {
    name = AsideName(present, wanted_schema, name);
  }
  return name;
}

bool Has(const std::vector<std::string>& columns, const std::string& column) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const std::string& other) { return EqualIgnoringCase(other, column); });
}

Status Drop(DraftWriter* writer, const Schema& wanted_schema, const VirtualTable& table,
            bool is_index_lost) {
  const LookAlikes others(writer->present(), wanted_schema, table.name);
  Status status = others.SetAside(writer);
  if (!status) return status;
  if (HoldsRows(table) || !ShadowSuffixes(table)) writer->Remark(RowsAreLost(table.name));
  if (is_index_lost) {
    writer->Remark("What " + NameText(table.name) +
                   " has indexed is lost: there is no content to index again.");
  }
  status = writer->Say("DROP TABLE " + NameText(table.name));
  return status ? others.PutBack(writer) : status;
}

}  // namespace

Status DropVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                        const VirtualTable& table) {
  return Drop(writer, wanted_schema, table, IsContentless(table));
}

std::vector<std::string> RenamesOf(const Schema& present, const Schema& wanted_schema,
                                   const VirtualTable& table, const Name& to) {
  const LookAlikes others(present, wanted_schema, table.name);
  std::vector<std::string> statements = others.SetAside();
  statements.push_back(Rename(table.name, to));
  for (std::string& sql : others.PutBack()) statements.push_back(std::move(sql));
  return statements;
}

Result<bool> MakeVirtualTable(DraftWriter* writer, const VirtualTable& wanted) {
  if (Status status = writer->Say(wanted.sql.text); !status) return status.error();
  return FillIndex(writer, wanted);
}

Result<bool> FillIndex(DraftWriter* writer, const VirtualTable& table) {
  if (!IsFullText(table) || HoldsRows(table) || IsContentless(table)) return true;
  const std::string name = NameText(table.name);
  const std::string sql = "INSERT INTO " + name + " (" + name + ") VALUES ('rebuild')";
  Result<bool> indexed = writer->Try({sql});
  if (indexed && *indexed) writer->Write(sql);
  return indexed;
}

Result<bool> RemakeVirtualTable(DraftWriter* writer, const Schema& wanted_schema,
                                const VirtualTable& old, const VirtualTable& wanted) {
  const VirtualTable present = old;
  const std::string name = NameText(present.name);
  const bool is_contentless = IsContentless(present) || IsContentless(wanted);
  const bool is_kept =
      HoldsRows(present) && HoldsRows(wanted) && !is_contentless && present.module == wanted.module;
  if (!is_kept) {
    const bool is_index_lost = is_contentless && (IsContentless(present) || !HoldsRows(present));
    Status status = Drop(writer, wanted_schema, present, is_index_lost);
    if (!status) return status.error();
    return MakeVirtualTable(writer, wanted);
  }
  const std::string aside =
      NameText(AsideNameOfVirtual(writer->present(), wanted_schema, present.name));
  const LookAlikes others(writer->present(), wanted_schema, present.name);
  Result<std::vector<std::string>> from = ColumnsOf(writer->db(), present.name);
  if (!from) return from.error();
  Status status = writer->FollowNoRename();
  if (status) status = others.SetAside(writer);
  if (status) status = writer->Say("ALTER TABLE " + name + " RENAME TO " + aside);
  if (status) status = writer->Say(wanted.sql.text);
  if (!status) return status.error();
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
  if (status) status = others.PutBack(writer);
  if (!status) return status.error();
  return true;
}

}  // namespace fastmigrate
