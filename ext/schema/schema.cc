#include "schema/schema.h"

#include <algorithm>

#include "schema/canonical_sql.h"

namespace fastmigrate {
namespace {

std::string ConflictClause(Conflict conflict) {
  if (conflict == Conflict::kAbort) return "";
  return " ON CONFLICT " + std::string(ConflictText(conflict));
}

std::string ActionClause(std::string_view event, Action action) {
  if (action == Action::kNoAction) return "";
  return " ON " + std::string(event) + " " + std::string(ActionText(action));
}

std::string KeyColumnsList(const std::vector<KeyColumn>& columns) {
  std::string text;
  for (const KeyColumn& column : columns) {
    if (!text.empty()) text += ", ";
    text += column.expression.text;
    if (!column.collation.text.empty()) text += " COLLATE " + NameText(column.collation);
    if (column.descending) text += " DESC";
  }
  return text;
}

}  // namespace

bool operator<(const Name& a, const Name& b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::lexicographical_compare(a.text.begin(), a.text.end(), b.text.begin(), b.text.end(),
                                      [&](char x, char y) { return lower(x) < lower(y); });
}

const Column* FindColumn(const Table& table, std::string_view name) {
  auto column = std::find_if(table.columns.begin(), table.columns.end(),
                             [&](const Column& c) { return EqualIgnoringCase(c.name.text, name); });
  return column == table.columns.end() ? nullptr : &*column;
}

// https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key: not INT, and not
// "INTEGER PRIMARY KEY DESC", which is an ordinary key for reasons of history.
bool HasRowidColumn(const Table& table) {
  if (!table.primary_key || table.without_rowid) return false;
  if (table.primary_key->columns.size() != 1) return false;
  const KeyColumn& key = table.primary_key->columns[0];
  const Column* column = FindColumn(table, key.expression.canonical);
  return column != nullptr && column->type.canonical == "integer" && !key.descending;
}

std::optional<std::string> RowidName(const std::function<bool(std::string_view)>& is_column) {
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    if (!is_column(name)) return name;
  }
  return std::nullopt;
}

std::optional<std::string> RowidOf(const Table& table) {
  if (table.without_rowid) return std::nullopt;
  if (HasRowidColumn(table)) {
    return FindColumn(table, table.primary_key->columns[0].expression.canonical)->name.text;
  }
  return RowidName([&](std::string_view name) { return FindColumn(table, name) != nullptr; });
}

std::string KeyColumnsText(const std::vector<KeyColumn>& columns) {
  return "(" + KeyColumnsList(columns) + ")";
}

std::string PrimaryKeyText(const Key& key) {
  return "PRIMARY KEY (" + KeyColumnsList(key.columns) +
         (key.autoincrement ? " AUTOINCREMENT)" : ")") + ConflictClause(key.conflict);
}

std::string UniqueText(const Key& key) {
  return "UNIQUE " + KeyColumnsText(key.columns) + ConflictClause(key.conflict);
}

std::string ForeignKeyText(const ForeignKey& key) {
  std::string text = "FOREIGN KEY (" + NamesText(key.columns) + ") REFERENCES ";
  text += NameText(key.parent);
  if (!key.parent_columns.empty()) text += "(" + NamesText(key.parent_columns) + ")";
  text += ActionClause("DELETE", key.on_delete) + ActionClause("UPDATE", key.on_update);
  if (!key.match.text.empty()) text += " MATCH " + NameText(key.match);
  if (key.deferred) text += " DEFERRABLE INITIALLY DEFERRED";
  return text;
}

std::string NamesText(const std::vector<Name>& names) {
  std::string text;
  for (const Name& name : names) {
    if (!text.empty()) text += ", ";
    text += NameText(name);
  }
  return text;
}

std::string NameText(const Name& name) { return NameAsSql(name.text); }

std::string_view ConflictText(Conflict conflict) {
  switch (conflict) {
    case Conflict::kAbort:
      return "ABORT";
    case Conflict::kRollback:
      return "ROLLBACK";
    case Conflict::kFail:
      return "FAIL";
    case Conflict::kIgnore:
      return "IGNORE";
    case Conflict::kReplace:
      return "REPLACE";
  }
  return "";
}

std::string_view ActionText(Action action) {
  switch (action) {
    case Action::kNoAction:
      return "NO ACTION";
    case Action::kRestrict:
      return "RESTRICT";
    case Action::kSetNull:
      return "SET NULL";
    case Action::kSetDefault:
      return "SET DEFAULT";
    case Action::kCascade:
      return "CASCADE";
  }
  return "";
}

}  // namespace fastmigrate
