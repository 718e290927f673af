#include "author/draft_table.h"

#include <algorithm>
#include <set>

#include "schema/canonical_sql.h"

namespace fastmigrate {
namespace {

bool IsRowidColumn(const Table& table, const Column& column) {
  return HasRowidColumn(table) && column.name == Name{*RowidOf(table)};
}

// Every row needs a value that nothing gives it.
bool NeedsValue(const Table& table, const Column& column) {
  return column.not_null && column.default_value.empty() && column.generated.empty() &&
         !IsRowidColumn(table, column);
}

// What ADD COLUMN takes for rows that are there: a literal, with a sign or without.
bool IsConstant(const Fragment& value) {
  std::vector<Token> tokens = SqlTokens(value.text);
  const bool has_sign =
      !tokens.empty() && (tokens.front().IsOperator("-") || tokens.front().IsOperator("+"));
  if (tokens.size() != (has_sign ? 2U : 1U)) return false;
  return !IsOneOf(tokens.back(), {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"});
}

bool IsInForeignKey(const Table& table, const Name& column) {
  return std::any_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const ForeignKey& key) {
        return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
      });
}

bool CanBeAdded(const Table& table, const Column& column) {
  if (NeedsValue(table, column) || column.stored) return false;
  if (column.default_value.empty()) return true;
  return IsConstant(column.default_value) && !IsInForeignKey(table, column.name);
}

bool HasConflictClause(const Table& table) {
  auto has = [](const Key& key) { return key.conflict != Conflict::kAbort; };
  return (table.primary_key && has(*table.primary_key)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(), has) ||
         std::any_of(table.columns.begin(), table.columns.end(), [](const Column& column) {
           return column.not_null_conflict != Conflict::kAbort;
         });
}

// A list that is long is written in lines.
std::string List(const std::vector<std::string>& items) {
  constexpr size_t kWidth = 90;
  std::string text;
  size_t line = 0;
  for (const std::string& item : items) {
    const bool is_new_line = line > 0 && line + item.size() > kWidth;
    if (!text.empty()) text += is_new_line ? ",\n  " : ", ";
    line = (is_new_line ? 0 : line) + item.size() + 2;
    text += item;
  }
  return text;
}

bool IsRead(const Name& column, const ColumnSources& sources) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const auto& source) { return source.second == column; });
}

}  // namespace

std::optional<std::vector<std::string>> AddColumns(const Table& present, const Table& wanted) {
  const size_t count = present.columns.size();
  if (wanted.columns.size() <= count) return std::nullopt;
  std::vector<std::string> statements;
  for (size_t i = 0; i < wanted.columns.size(); ++i) {
    const Column& column = wanted.columns[i];
    if (i < count) {
      if (present.columns[i].name != column.name) return std::nullopt;
      // "x" was a string, and is the new column: what is stored was made of the string.
      if (column.stored && present.columns[i].generated != column.generated) return std::nullopt;
      continue;
    }
    if (!CanBeAdded(wanted, column)) return std::nullopt;
    statements.push_back("ALTER TABLE " + NameText(present.name) + " ADD COLUMN " +
                         column.definition.text);
  }
  return statements;
}

std::vector<RenamedColumn> GuessRenamedColumns(const Table& present, const Table& wanted) {
  std::set<Name> taken;
  std::vector<RenamedColumn> renamed;
  for (size_t i = 0; i < present.columns.size(); ++i) {
    const Column& went = present.columns[i];
    if (FindColumn(wanted, went.name.text) != nullptr) continue;
    auto is_same = [&](const Column& came) {
      if (FindColumn(present, came.name.text) != nullptr || taken.contains(came.name)) return false;
      Column other = came;
      other.name = went.name;
      return other == went;
    };
    const Column* came = nullptr;
    if (i < wanted.columns.size() && is_same(wanted.columns[i])) came = &wanted.columns[i];
    for (const Column& column : wanted.columns) {
      if (came == nullptr && is_same(column)) came = &column;
    }
    if (came == nullptr) continue;
    taken.insert(came->name);
    renamed.push_back({went.name, came->name});
  }
  return renamed;
}

RowCopy CopyRows(const Table& present, const Table& wanted, const std::string& from,
                 const std::string& from_rowid, const ColumnSources& sources) {
  RowCopy copy;
  std::vector<std::string> to;
  std::vector<std::string> values;
  std::vector<std::string> defaults;  // the same, or the default instead of NULL
  bool uses_defaults = false;
  auto source_of = [&](const Column& column) -> const Column* {
    auto renamed = sources.find(column.name);
    return FindColumn(present, renamed == sources.end() ? column.name.text : renamed->second.text);
  };

  // Where the rowid is a column that the old table has too, it is copied as that.
  auto is_column_of_both = [&](const std::string& name) {
    return FindColumn(wanted, name) != nullptr && FindColumn(present, name) != nullptr;
  };
  const std::optional<std::string> old_rowid = RowidOf(present);
  const std::optional<std::string> rowid = RowidOf(wanted);
  if (old_rowid && rowid && !is_column_of_both(*rowid)) {
    to.push_back(NameAsSql(*rowid));
    const bool is_column = FindColumn(present, *old_rowid) != nullptr;
    values.push_back(NameAsSql(is_column || from_rowid.empty() ? *old_rowid : from_rowid));
    defaults = values;
  }
  const std::string table = wanted.name.text;
  for (const Column& column : wanted.columns) {
    const Column* source = source_of(column);
    if (!column.generated.empty()) {
      if (source != nullptr && source->generated.empty()) {
        copy.remarks.push_back("The values of " + table + "." + column.name.text +
                               " are lost: it is generated from now on.");
      }
      continue;
    }
    if (source != nullptr) {
      const std::string value = NameText(source->name);
      std::string with_default = value;
      if (column.not_null && !source->not_null && !IsRowidColumn(wanted, column)) {
        const bool has_default = !column.default_value.empty();
        const std::string instead =
            "ifnull(" + value + ", " + (has_default ? column.default_value.text : "'...'") + ")";
        copy.remarks.push_back("This fails where " + value +
                               " is NULL; say here what is to stand in its place: " + instead +
                               ".");
        if (has_default) with_default = instead;
        uses_defaults = uses_defaults || has_default;
      }
      to.push_back(NameText(column.name));
      values.push_back(value);
      defaults.push_back(with_default);
    } else if (NeedsValue(wanted, column)) {
      copy.remarks.push_back("FILL IN " + column.name.text +
                             ": it is NOT NULL and has no default. As long as NULL stands here for "
                             "its value, this fails where there are rows.");
      to.push_back(NameText(column.name));
      values.push_back("NULL");
      defaults.push_back("NULL");
    }
  }
  for (const Column& column : present.columns) {
    const bool is_kept =
        FindColumn(wanted, column.name.text) != nullptr || IsRead(column.name, sources);
    if (is_kept || !column.generated.empty()) continue;
    if (rowid && old_rowid && column.name == Name{*old_rowid}) continue;
    copy.remarks.push_back("The values of " + table + "." + column.name.text + " are lost.");
  }
  if (to.empty()) {
    copy.remarks.push_back("No column is kept, so that the rows of " + table + " are lost.");
    return copy;
  }
  // A conflict clause of the table would let rows go.
  const std::string insert = HasConflictClause(wanted) ? "INSERT OR ABORT INTO " : "INSERT INTO ";
  auto statement = [&](const std::vector<std::string>& selected) {
    return insert + NameText(wanted.name) + " (" + List(to) + ")\nSELECT " + List(selected) +
           "\nFROM " + from;
  };
  copy.sql = statement(values);
  if (uses_defaults) copy.with_defaults = statement(defaults);
  return copy;
}

}  // namespace fastmigrate
