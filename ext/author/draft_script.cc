#include "author/draft_script.h"

#include <algorithm>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "author/draft_table.h"
#include "author/draft_virtual_table.h"
#include "author/draft_writer.h"
#include "migrate/user_schema.h"
#include "schema/canonical_sql.h"

namespace fastmigrate {
namespace {

// What has to go: it is gone, or it is other now.
template <typename T>
bool HasToGo(const T& object, const std::map<Name, T>& wanted) {
  const T* other = Find(wanted, object.name);
  return other == nullptr || IsChanged(object, *other);
}

// Of a table that went and one that came: the same but for the name, or for names of columns, too.
enum class Likeness { kSame, kShape };

class Drafter {
 public:
  Drafter(const Database& db, const DraftedState& wanted)
      : writer_(db), wanted_(wanted.schema), present_(writer_.present()) {}

  Status Run(const DraftedState& wanted);
  DraftedScript script() const { return {writer_.script(), writer_.emptied()}; }

 private:
  template <typename T>
  Status RenameTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  template <typename T>
  Status RenameTable(const T& went, const std::map<Name, T>& wanted, Likeness likeness);
  std::vector<std::string> RenamesOf(const Table& table, const Name& to) const;
  std::vector<std::string> RenamesOf(const VirtualTable& table, const Name& to) const;
  Status RenameColumns(const Table& present, const Table& wanted);
  Status AlterTables();
  template <typename T>
  Status Drop(const std::string& kind, const std::map<Name, T>& present,
              const std::map<Name, T>& wanted);
  template <typename T>
  Status DropTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  Status DropReinterpretedIndexes();
  Status CreateTables();
  Status RebuildTables();
  Status Rebuild(const Table& present, const Table& wanted);
  Status SayCopy(const RowCopy& copy, const Name& table, const std::string& from);
  Result<std::string> SetAside(const Table& present, const Name& aside);
  Status MakeVirtualTables();
  Status FillIndexes();
  template <typename T>
  Status Create(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  Status SetNumber(const std::string& name, std::optional<int64_t> wanted);

  bool GoesWithTable(const Name& table) const;  // that is dropped or made anew

  DraftWriter writer_;
  const Schema& wanted_;
  const Schema& present_;
  std::set<Name> rebuilt_;
  std::map<Name, Name> old_names_;  // of renamed tables
  std::vector<const VirtualTable*> unfilled_;
  std::map<Name, ColumnSources> sources_;  // of renamed columns that ALTER TABLE could not rename
};

bool Drafter::GoesWithTable(const Name& table) const {
  if (rebuilt_.contains(table)) return true;
  if (const VirtualTable* present = Find(present_.virtual_tables, table)) {
    return HasToGo(*present, wanted_.virtual_tables);
  }
  if (const View* view = Find(present_.views, table)) return HasToGo(*view, wanted_.views);
  return present_.tables.contains(table) && !wanted_.tables.contains(table);
}

// Whether the columns differ in some of their names alone.
bool HaveSameShape(const Table& a, const Table& b) {
  if (a.columns.size() != b.columns.size()) return false;
  size_t same_names = 0;
  for (size_t i = 0; i < a.columns.size(); ++i) {
    Column other = b.columns[i];
    if (other.name == a.columns[i].name) ++same_names;
    other.name = a.columns[i].name;
    if (other != a.columns[i]) return false;
  }
  return same_names > 0;
}

bool CanBeRenamed(const Table& from, const Table& to, Likeness likeness) {
  return likeness == Likeness::kShape ? HaveSameShape(from, to) : from.columns == to.columns;
}
bool CanBeRenamed(const VirtualTable& from, const VirtualTable& to, Likeness likeness) {
  return likeness == Likeness::kSame && from.module == to.module && from.arguments == to.arguments;
}
const Table* TableLike(const Schema& schema, const Table& table) {
  return Find(schema.tables, table.name);
}
const VirtualTable* TableLike(const Schema& schema, const VirtualTable& table) {
  return Find(schema.virtual_tables, table.name);
}

template <typename T>
Status Drafter::RenameTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted) {
  for (Likeness likeness : {Likeness::kSame, Likeness::kShape}) {
    for (const auto& [name, went] : present) {
      if (wanted.contains(name) || TableLike(present_, went) == nullptr) continue;
      if (Status status = RenameTable(went, wanted, likeness); !status) return status;
    }
  }
  return {};
}

template <typename T>
Status Drafter::RenameTable(const T& went, const std::map<Name, T>& wanted, Likeness likeness) {
  for (const auto& item : wanted) {
    const T& came = item.second;
    const Name& to = came.name;
    if (TableLike(present_, came) != nullptr || !CanBeRenamed(went, came, likeness)) continue;
    const std::string from = NameText(went.name);
    const std::vector<std::string> renames = RenamesOf(went, to);
    auto is_right = [&](const Schema& schema) {
      const T* now = TableLike(schema, came);
      return now != nullptr && (likeness == Likeness::kShape || !IsChanged(*now, came));
    };
    Result<bool> renamed = writer_.Try(renames, is_right);
    if (!renamed) return renamed.error();
    if (!*renamed) {
      // A view that does not work keeps SQLite from following the name.
      Result<bool> unfollowed = writer_.TryUnfollowed(renames, is_right);
      if (!unfollowed) return unfollowed.error();
      if (!*unfollowed) continue;
    }
    writer_.Remark("Guessed: " + from + " is called " + NameText(to) +
                   " now, since the two have the same columns. If " + NameText(to) +
                   " is another table, DROP TABLE " + from + " and CREATE TABLE " + NameText(to) +
                   " instead.");
    old_names_[to] = went.name;
    if (!*renamed) writer_.Write("PRAGMA legacy_alter_table = ON");
    for (const std::string& sql : renames) writer_.Write(sql);
    if (!*renamed) writer_.Write("PRAGMA legacy_alter_table = OFF");
    writer_.EndParagraph();
    return {};
  }
  return {};
}

std::vector<std::string> Drafter::RenamesOf(const Table& table, const Name& to) const {
  return {"ALTER TABLE " + NameText(table.name) + " RENAME TO " + NameText(to)};
}
std::vector<std::string> Drafter::RenamesOf(const VirtualTable& table, const Name& to) const {
  return fastmigrate::RenamesOf(present_, wanted_, table, to);
}

Status Drafter::RenameColumns(const Table& present, const Table& wanted) {
  const std::string table = NameText(wanted.name);
  for (const RenamedColumn& column : GuessRenamedColumns(present, wanted)) {
    const std::string from = NameText(column.from);
    const std::string to = NameText(column.to);
    const std::string sql = "ALTER TABLE " + table + " RENAME COLUMN " + from + " TO " + to;
    Result<bool> renamed = writer_.Try({sql});
    if (!renamed) return renamed.error();
    if (!*renamed) sources_[wanted.name][column.to] = column.from;
    writer_.Remark("Guessed: " + table + "." + from + " is called " + to +
                   " now, since the two have the same definition. If " + to +
                   (*renamed ? " is another column, ADD COLUMN " + to + " and DROP COLUMN " + from +
                                   " instead."
                             : " is another column, leave it out where the rows are copied."));
    if (*renamed) {
      writer_.Write(sql);
      writer_.EndParagraph();
    }
  }
  return {};
}

// What ALTER TABLE can do.
Status Drafter::AlterTables() {
  // All of them first: SQLite follows a renaming into other tables.
  for (const auto& [name, wanted] : wanted_.tables) {
    const Table* present = Find(present_.tables, name);
    if (present == nullptr || !IsChanged(*present, wanted)) continue;
    if (Status status = RenameColumns(Table(*present), wanted); !status) return status;
  }
  for (const auto& [name, wanted] : wanted_.tables) {
    const Table* present = Find(present_.tables, name);
    if (present == nullptr || !IsChanged(*present, wanted)) continue;
    Result<bool> added = false;
    if (auto statements = AddColumns(*present, wanted)) {
      added = writer_.Try(*statements, [&, &table = wanted](const Schema& schema) {
        const Table* now = Find(schema.tables, table.name);
        return now != nullptr && !IsChanged(*now, table);
      });
      if (!added) return added.error();
      if (*added) {
        for (const std::string& sql : *statements) writer_.Write(sql);
        writer_.EndParagraph();
      }
    }
    if (!*added) rebuilt_.insert(name);
  }
  return {};
}

template <typename T>
Status Drafter::Drop(const std::string& kind, const std::map<Name, T>& present,
                     const std::map<Name, T>& wanted) {
  for (const auto& item : present) {
    const T& object = item.second;
    if (!HasToGo(object, wanted)) continue;
    if constexpr (requires { object.table; }) {
      if (GoesWithTable(object.table)) continue;
    }
    Status status = writer_.Say("DROP " + kind + " " + NameText(object.name));
    if (!status) return status;
  }
  return {};
}

template <typename T>
Status Drafter::DropTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted) {
  for (const auto& [name, table] : present) {
    if (wanted.contains(name)) continue;
    writer_.EndParagraph();
    Status status;
    if constexpr (std::is_same_v<T, VirtualTable>) {
      status = DropVirtualTable(&writer_, wanted_, table);
    } else {
      writer_.Remark(RowsAreLost(name));
      status = writer_.Say("DROP TABLE " + NameText(name));
    }
    if (!status) return status;
  }
  writer_.EndParagraph();
  return {};
}

// Written alike, and meaning something else: "x" was a string, and a column of that name has come.
// What such an index holds was made of the string, and SQLite does not see that.
Status Drafter::DropReinterpretedIndexes() {
  for (const auto& [name, index] : present_.indexes) {
    const Index* wanted = Find(wanted_.indexes, name);
    if (wanted == nullptr || index == *wanted || IsChanged(index, *wanted)) continue;
    if (Status status = writer_.Say("DROP INDEX " + NameText(name)); !status) return status;
  }
  writer_.EndParagraph();
  return writer_.Read();
}

Status Drafter::CreateTables() {
  for (const auto& [name, table] : wanted_.tables) {
    if (present_.tables.contains(name)) continue;
    if (Status status = writer_.Say(table.sql.text); !status) return status;
    writer_.EndParagraph();
  }
  return writer_.Read();
}

Status Drafter::RebuildTables() {
  for (const Name& name : rebuilt_) {
    Status status = Rebuild(*Find(present_.tables, name), *Find(wanted_.tables, name));
    if (!status) return status;
  }
  return {};
}

// The name of the rowid in the table that is set aside, where it is not the old one.
Result<std::string> Drafter::SetAside(const Table& present, const Name& aside) {
  const std::string name = NameText(present.name);
  const std::string rename = "ALTER TABLE " + name + " RENAME TO " + NameText(aside);
  Result<bool> renamed = writer_.Try({rename});
  if (!renamed) return renamed.error();
  if (*renamed) {
    writer_.Write(rename);
    return std::string();
  }
  // A CHECK that says "users.age > 0" keeps SQLite from renaming.
  const std::optional<std::string> old_rowid = RowidOf(present);
  std::string columns = "*";
  std::string rowid;
  if (old_rowid && FindColumn(present, *old_rowid) == nullptr) {
    rowid = "old_rowid";
    while (FindColumn(present, rowid) != nullptr) rowid += "_";
    columns = *old_rowid + " AS " + rowid + ", *";
  }
  Status status =
      writer_.Say("CREATE TABLE " + NameText(aside) + " AS SELECT " + columns + " FROM " + name);
  if (status && present.primary_key && present.primary_key->autoincrement) {
    status = writer_.Say("UPDATE sqlite_sequence SET name = " + StringLiteral(aside.text) +
                         " WHERE name = " + StringLiteral(present.name.text));
  }
  if (status) status = writer_.Say("DROP TABLE " + name);
  if (!status) return status.error();
  return rowid;
}

// Rows that the scripts make may have a NULL that is refused from now on.
Status Drafter::SayCopy(const RowCopy& copy, const Name& table, const std::string& from) {
  if (copy.sql.empty()) return {};
  std::string sql = copy.sql;
  if (!copy.with_defaults.empty()) {
    Result<bool> copied = writer_.Try({sql});
    if (!copied) return copied.error();
    if (*copied) {
      writer_.Write(sql);
      return {};
    }
    writer_.Remark("The scripts before this one make such rows, which get the default here.");
    sql = copy.with_defaults;
  }
  const Name* old_name = Find(old_names_, table);
  return writer_.SayCopy(sql, from, old_name == nullptr ? table : *old_name);
}

Status Drafter::Rebuild(const Table& old, const Table& wanted) {
  const Table present = old;
  if (Status status = writer_.FollowNoRename(); !status) return status;
  const Name aside = AsideName(present_, wanted_, present.name);
  const std::string from = NameText(aside);
  const ColumnSources& sources = sources_[present.name];
  Result<std::string> rowid = SetAside(present, aside);
  if (!rowid) return rowid.error();
  if (Status status = writer_.Say(wanted.sql.text); !status) return status;
  const RowCopy copy = CopyRows(present, wanted, from, *rowid, sources);
  for (const std::string& remark : copy.remarks) writer_.Remark(remark);
  Status status = SayCopy(copy, present.name, from);
  auto counts = [](const Table& table) {
    return table.primary_key && table.primary_key->autoincrement;
  };
  if (status && counts(present) && counts(wanted)) {
    const std::string name = StringLiteral(wanted.name.text);
    status = writer_.Say("DELETE FROM sqlite_sequence WHERE name = " + name);
    if (status) {
      status = writer_.Say("UPDATE sqlite_sequence SET name = " + name +
                           " WHERE name = " + StringLiteral(aside.text));
    }
  }
  if (status) status = writer_.Say("DROP TABLE " + from);
  if (!status) return status;
  writer_.EndParagraph();
  return writer_.Read();
}

Status Drafter::MakeVirtualTables() {
  for (const auto& [name, wanted] : wanted_.virtual_tables) {
    const VirtualTable* present = Find(present_.virtual_tables, name);
    Result<bool> filled = true;
    if (present == nullptr) filled = MakeVirtualTable(&writer_, wanted);
    if (present != nullptr && IsChanged(*present, wanted)) {
      filled = RemakeVirtualTable(&writer_, wanted_, *present, wanted);
    }
    if (!filled) return filled.error();
    if (!*filled) unfilled_.push_back(&wanted);
    writer_.EndParagraph();
  }
  return writer_.Read();
}

// Of the rows of views, which are there by now.
Status Drafter::FillIndexes() {
  for (const VirtualTable* table : unfilled_) {
    Result<bool> filled = FillIndex(&writer_, *table);
    if (!filled) return filled.error();
    if (!*filled) {
      writer_.Remark("The index of " + NameText(table->name) +
                     " is empty: its content cannot be read.");
    }
  }
  writer_.EndParagraph();
  return {};
}

template <typename T>
Status Drafter::Create(const std::map<Name, T>& present, const std::map<Name, T>& wanted) {
  for (const auto& [name, object] : wanted) {
    if (present.contains(name)) continue;
    if (Status status = writer_.Say(object.sql.text); !status) return status;
  }
  writer_.EndParagraph();
  return {};
}

Status Drafter::SetNumber(const std::string& name, std::optional<int64_t> wanted) {
  if (!wanted) return {};
  Result<std::optional<int64_t>> present = writer_.db().QueryInteger("PRAGMA main." + name);
  if (!present) return present.error();
  if (present->value_or(0) == *wanted) return {};
  return writer_.Say("PRAGMA " + name + " = " + std::to_string(*wanted));
}

Status Drafter::Run(const DraftedState& wanted) {
  Status status = writer_.Begin();
  if (status) status = DropReinterpretedIndexes();
  if (status) status = RenameTables(std::map(present_.tables), wanted_.tables);
  if (status) status = RenameTables(std::map(present_.virtual_tables), wanted_.virtual_tables);
  if (status) status = AlterTables();
  if (status) status = Drop("TRIGGER", present_.triggers, wanted_.triggers);
  if (status) status = Drop("VIEW", present_.views, wanted_.views);
  if (status) status = Drop("INDEX", present_.indexes, wanted_.indexes);
  writer_.EndParagraph();
  if (status) status = DropTables(std::map(present_.virtual_tables), wanted_.virtual_tables);
  if (status) status = DropTables(std::map(present_.tables), wanted_.tables);
  if (status) status = writer_.Read();
  if (status) status = CreateTables();
  if (status) status = RebuildTables();
  if (status) status = MakeVirtualTables();
  if (status) status = writer_.FollowRenames();
  writer_.EndParagraph();
  if (status) status = Create(present_.indexes, wanted_.indexes);
  if (status) status = Create(present_.views, wanted_.views);
  if (status) status = FillIndexes();
  if (status) status = Create(present_.triggers, wanted_.triggers);
  if (status) status = SetNumber("user_version", wanted.user_version);
  if (status) status = SetNumber("application_id", wanted.application_id);
  writer_.EndParagraph();
  return status;
}

}  // namespace

Result<DraftedState> ReadDraftedState(const Database& db) {
  DraftedState state;
  Result<Schema> schema = ReadUserSchema(db);
  if (!schema) return schema.error();
  state.schema = std::move(*schema);
  for (auto [name, number] : {std::pair{"user_version", &state.user_version},
                              std::pair{"application_id", &state.application_id}}) {
    Result<std::optional<int64_t>> value = db.QueryInteger(std::string("PRAGMA main.") + name);
    if (!value) return value.error();
    *number = value->value_or(0);
  }
  return state;
}

Result<DraftedScript> DraftScript(const Database& scratch, const DraftedState& wanted) {
  Drafter drafter(scratch, wanted);
  if (Status status = drafter.Run(wanted); !status) return status.error();
  return drafter.script();
}

}  // namespace fastmigrate
