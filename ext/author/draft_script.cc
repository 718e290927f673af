#include "author/draft_script.h"

#include <algorithm>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "author/draft_table.h"
#include "author/dump_schema.h"
#include "migrate/user_schema.h"
#include "schema/canonical_sql.h"
#include "schema/module_arguments.h"
#include "sqlite/transaction.h"

namespace fastmigrate {
namespace {

// What is written alike and means something else will mean the same when what it speaks of does.
bool IsWrittenAlike(const OriginalText& a, const OriginalText& b) {
  return a.text == b.text || Canonical(SqlTokens(a.text)) == Canonical(SqlTokens(b.text));
}

template <typename T>
bool IsChanged(const T& present, const T& wanted) {
  return present != wanted && !IsWrittenAlike(present.sql, wanted.sql);
}

// Null when there is none.
template <typename T>
const T* Find(const std::map<Name, T>& objects, const Name& name) {
  auto found = objects.find(name);
  return found == objects.end() ? nullptr : &found->second;
}

// What has to go: it is gone, or it is other now.
template <typename T>
bool HasToGo(const T& object, const std::map<Name, T>& wanted) {
  const T* other = Find(wanted, object.name);
  return other == nullptr || IsChanged(object, *other);
}

constexpr size_t kWidth = 97;

// Words in lines, each begun by "-- ".
std::string Comment(const std::string& text) {
  std::string comment = "--";
  size_t line = 2;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (line + 1 + (end - begin) > kWidth) {
      comment += "\n--";
      line = 2;
    }
    comment += " " + text.substr(begin, end - begin);
    line += 1 + (end - begin);
    begin = end + 1;
  }
  return comment + "\n";
}

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

std::string RowsAreLost(const Name& table) {
  return "The rows of " + NameText(table) + " are lost.";
}

// Of a table that went and one that came: the same but for the name, or for names of columns, too.
enum class Likeness { kSame, kShape };

class Drafter {
 public:
  Drafter(const Database& db, const DraftedState& wanted) : db_(db), wanted_(wanted.schema) {}

  Status Run(const DraftedState& wanted);
  const std::string& script() const { return script_; }

 private:
  Status Read();
  // Runs the statement, and writes it into the paragraph that is being written.
  Status Say(const std::string& sql);
  void Write(const std::string& sql) { paragraph_ += AsStatement(sql); }
  void Remark(const std::string& text) { paragraph_ += Comment(text); }
  void EndParagraph();
  // Runs the statements; undoes them and is false when one of them fails, or `is_right` is false of
  // what they give. Writes nothing.
  template <typename IsRight>
  Result<bool> Try(const std::vector<std::string>& statements, const IsRight& is_right);

  template <typename T>
  Status RenameTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  template <typename T>
  Status RenameTable(const T& went, const std::map<Name, T>& wanted, Likeness likeness);
  Status RenameColumns(const Table& present, const Table& wanted);
  Status AlterTables();
  template <typename T>
  Status Drop(const std::string& kind, const std::map<Name, T>& present,
              const std::map<Name, T>& wanted);
  template <typename T>
  Status DropTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  Status DropVirtualTable(const VirtualTable& table);
  Status CreateTables();
  Status RebuildTables();
  Status Rebuild(const Table& present, const Table& wanted);
  Result<std::string> SetAside(const Table& present, const Name& aside);
  Status MakeVirtualTables();
  Status Remake(const VirtualTable& present, const VirtualTable& wanted);
  Status MakeVirtualTable(const VirtualTable& wanted);
  Result<std::vector<std::string>> ColumnsOf(const Name& table) const;
  template <typename T>
  Status Create(const std::map<Name, T>& present, const std::map<Name, T>& wanted);
  Status SetNumber(const std::string& name, std::optional<int64_t> wanted);
  // Until all tables are made.
  Status FollowNoRename();

  bool GoesWithTable(const Name& table) const;  // that is dropped or made anew
  Name AsideName(const Name& table) const;

  const Database& db_;
  const Schema& wanted_;
  Schema present_;
  std::set<Name> rebuilt_;
  std::map<Name, ColumnSources> sources_;  // of renamed columns that ALTER TABLE could not rename
  bool follows_renames_ = true;
  std::string paragraph_;
  std::string script_;
};

Status Drafter::Read() {
  Result<Schema> schema = ReadUserSchema(db_);
  if (!schema) return schema.error();
  present_ = std::move(*schema);
  return {};
}

// Prepared, not executed: of a stored text SQLite compiles the first statement alone.
Status RunOne(const Database& db, const std::string& sql) {
  Result<Statement> statement = db.Prepare(sql);
  return statement ? statement->Run() : Status(statement.error());
}

Status Drafter::Say(const std::string& sql) {
  if (Status status = RunOne(db_, sql); !status) {
    return status.error().Within("the script cannot be drafted: " + sql);
  }
  paragraph_ += AsStatement(sql);
  return {};
}

void Drafter::EndParagraph() {
  if (paragraph_.empty()) return;
  script_ += (script_.empty() ? "" : "\n") + paragraph_;
  paragraph_.clear();
}

template <typename IsRight>
Result<bool> Drafter::Try(const std::vector<std::string>& statements, const IsRight& is_right) {
  Result<Transaction> transaction = Transaction::Begin(db_);
  if (!transaction) return transaction.error();
  for (const std::string& sql : statements) {
    Status status = transaction->WhileAside([&] { return RunOne(db_, sql); });
    if (!status && IsFault(status.error())) return status.error();
    if (!status) return false;
  }
  Result<Schema> schema = ReadUserSchema(db_);
  if (!schema && IsFault(schema.error())) return schema.error();
  if (!schema || !is_right(*schema)) return false;
  if (Status status = transaction->Commit(); !status) return status.error();
  present_ = std::move(*schema);
  return true;
}

Name Drafter::AsideName(const Name& table) const {
  auto has = [](const Schema& schema, const Name& name) {
    return schema.tables.contains(name) || schema.virtual_tables.contains(name) ||
           schema.views.contains(name) || schema.indexes.contains(name);
  };
  Name name{"old_" + table.text};
  while (has(present_, name) || has(wanted_, name)) name.text += "_";
  return name;
}

bool Drafter::GoesWithTable(const Name& table) const {
  if (rebuilt_.contains(table)) return true;
  if (const VirtualTable* present = Find(present_.virtual_tables, table)) {
    return HasToGo(*present, wanted_.virtual_tables);
  }
  if (const View* view = Find(present_.views, table)) return HasToGo(*view, wanted_.views);
  return present_.tables.contains(table) && !wanted_.tables.contains(table);
}

Status Drafter::FollowNoRename() {
  if (!follows_renames_) return {};
  follows_renames_ = false;
  Remark("So that what names a table keeps the name while the table is set aside:");
  Status status = Say("PRAGMA legacy_alter_table = ON");
  EndParagraph();
  return status;
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
  for (const auto& [to, came] : wanted) {
    if (TableLike(present_, came) != nullptr || !CanBeRenamed(went, came, likeness)) continue;
    const std::string from = NameText(went.name);
    const std::string sql = "ALTER TABLE " + from + " RENAME TO " + NameText(to);
    Result<bool> renamed = Try({sql}, [&](const Schema& schema) {
      const T* now = TableLike(schema, came);
      return now != nullptr && (likeness == Likeness::kShape || !IsChanged(*now, came));
    });
    if (!renamed) return renamed.error();
    if (!*renamed) continue;
    Remark("Guessed: " + from + " is called " + NameText(to) +
           " now, since the two have the same columns. If " + NameText(to) +
           " is another table, DROP TABLE " + from + " and CREATE TABLE " + NameText(to) +
           " instead.");
    Write(sql);
    EndParagraph();
    return {};
  }
  return {};
}

Status Drafter::RenameColumns(const Table& present, const Table& wanted) {
  const std::string table = NameText(wanted.name);
  for (const RenamedColumn& column : GuessRenamedColumns(present, wanted)) {
    const std::string from = NameText(column.from);
    const std::string to = NameText(column.to);
    const std::string sql = "ALTER TABLE " + table + " RENAME COLUMN " + from + " TO " + to;
    Result<bool> renamed = Try({sql}, [](const Schema&) { return true; });
    if (!renamed) return renamed.error();
    if (!*renamed) sources_[wanted.name][column.to] = column.from;
    Remark("Guessed: " + table + "." + from + " is called " + to +
           " now, since the two have the same definition. If " + to +
           (*renamed
                ? " is another column, ADD COLUMN " + to + " and DROP COLUMN " + from + " instead."
                : " is another column, leave it out where the rows are copied."));
    if (*renamed) {
      Write(sql);
      EndParagraph();
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
      added = Try(*statements, [&, &table = wanted](const Schema& schema) {
        const Table* now = Find(schema.tables, table.name);
        return now != nullptr && !IsChanged(*now, table);
      });
      if (!added) return added.error();
      if (*added) {
        for (const std::string& sql : *statements) Write(sql);
        EndParagraph();
      }
    }
    if (!*added) rebuilt_.insert(name);
  }
  return {};
}

template <typename T>
Status Drafter::Drop(const std::string& kind, const std::map<Name, T>& present,
                     const std::map<Name, T>& wanted) {
  for (const auto& [name, object] : present) {
    if (!HasToGo(object, wanted)) continue;
    if constexpr (requires { object.table; }) {
      if (GoesWithTable(object.table)) continue;
    }
    if (Status status = Say("DROP " + kind + " " + NameText(name)); !status) return status;
  }
  return {};
}

template <typename T>
Status Drafter::DropTables(const std::map<Name, T>& present, const std::map<Name, T>& wanted) {
  for (const auto& [name, table] : present) {
    if (wanted.contains(name)) continue;
    EndParagraph();
    Status status;
    if constexpr (std::is_same_v<T, VirtualTable>) {
      status = DropVirtualTable(table);
    } else {
      Remark(RowsAreLost(name));
      status = Say("DROP TABLE " + NameText(name));
    }
    if (!status) return status;
  }
  EndParagraph();
  return {};
}

// A module drops the tables that could be its own, by their names. One that is the user's is out of
// the way meanwhile.
Status Drafter::DropVirtualTable(const VirtualTable& table) {
  const std::string drop = "DROP TABLE " + NameText(table.name);
  const std::string lost = HoldsRows(table) ? Comment(RowsAreLost(table.name)) : "";
  std::vector<Name> taken;
  Result<bool> dropped = Try({drop}, [&](const Schema& schema) {
    for (const auto& [name, present] : present_.tables) {
      if (!schema.tables.contains(name)) taken.push_back(name);
    }
    return taken.empty();
  });
  if (!dropped) return dropped.error();
  if (*dropped) {
    paragraph_ += lost;
    Write(drop);
    return {};
  }
  std::vector<std::string> away;
  std::vector<std::string> back;
  for (const Name& name : taken) {
    const std::string aside = NameText(AsideName(name));
    away.push_back("ALTER TABLE " + NameText(name) + " RENAME TO " + aside);
    back.push_back("ALTER TABLE " + aside + " RENAME TO " + NameText(name));
  }
  Status status = taken.empty() ? Status() : FollowNoRename();
  for (const std::string& sql : away) status = status ? Say(sql) : status;
  paragraph_ += lost;
  if (status) status = Say(drop);
  for (const std::string& sql : back) status = status ? Say(sql) : status;
  return status ? Read() : status;
}

Status Drafter::CreateTables() {
  for (const auto& [name, table] : wanted_.tables) {
    if (present_.tables.contains(name)) continue;
    if (Status status = Say(table.sql.text); !status) return status;
    EndParagraph();
  }
  return {};
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
  Result<bool> renamed = Try({rename}, [](const Schema&) { return true; });
  if (!renamed) return renamed.error();
  if (*renamed) {
    Write(rename);
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
      Say("CREATE TABLE " + NameText(aside) + " AS SELECT " + columns + " FROM " + name);
  if (status && present.primary_key && present.primary_key->autoincrement) {
    status = Say("UPDATE sqlite_sequence SET name = " + StringLiteral(aside.text) +
                 " WHERE name = " + StringLiteral(present.name.text));
  }
  if (status) status = Say("DROP TABLE " + name);
  if (!status) return status.error();
  return rowid;
}

Status Drafter::Rebuild(const Table& old, const Table& wanted) {
  const Table present = old;
  if (Status status = FollowNoRename(); !status) return status;
  const Name aside = AsideName(present.name);
  const std::string from = NameText(aside);
  const ColumnSources& sources = sources_[present.name];
  Result<std::string> rowid = SetAside(present, aside);
  if (!rowid) return rowid.error();
  if (Status status = Say(wanted.sql.text); !status) return status;
  const RowCopy copy = CopyRows(present, wanted, from, *rowid, sources);
  for (const std::string& remark : copy.remarks) Remark(remark);
  Status status = copy.sql.empty() ? Status() : Say(copy.sql);
  auto counts = [](const Table& table) {
    return table.primary_key && table.primary_key->autoincrement;
  };
  if (status && counts(present) && counts(wanted)) {
    const std::string name = StringLiteral(wanted.name.text);
    status = Say("DELETE FROM sqlite_sequence WHERE name = " + name);
    if (status) {
      status = Say("UPDATE sqlite_sequence SET name = " + name +
                   " WHERE name = " + StringLiteral(aside.text));
    }
  }
  if (status) status = Say("DROP TABLE " + from);
  if (!status) return status;
  EndParagraph();
  return Read();
}

Result<std::vector<std::string>> Drafter::ColumnsOf(const Name& table) const {
  std::vector<std::string> names;
  Result<Statement> rows = db_.Prepare("PRAGMA main.table_info(" + QuoteName(table.text) + ")");
  if (!rows) return rows.error();
  Status status = ForEachRow(*rows, [&] { names.push_back(rows->Text(1)); });
  if (!status) return status.error();
  return names;
}

Status Drafter::MakeVirtualTable(const VirtualTable& wanted) {
  if (Status status = Say(wanted.sql.text); !status) return status;
  if (!IsFullText(wanted) || HoldsRows(wanted)) return {};
  const std::string name = NameText(wanted.name);
  const std::string sql = "INSERT INTO " + name + " (" + name + ") VALUES ('rebuild')";
  Result<bool> indexed = Try({sql}, [](const Schema&) { return true; });
  if (!indexed) return indexed.error();
  if (*indexed) Write(sql);
  return {};
}

Status Drafter::Remake(const VirtualTable& old, const VirtualTable& wanted) {
  const VirtualTable present = old;
  const std::string name = NameText(present.name);
  const bool is_kept = HoldsRows(present) && HoldsRows(wanted) && present.module == wanted.module;
  if (!is_kept) {
    if (Status status = DropVirtualTable(present); !status) return status;
    return MakeVirtualTable(wanted);
  }
  if (Status status = FollowNoRename(); !status) return status;
  const std::string aside = NameText(AsideName(present.name));
  Result<std::vector<std::string>> from = ColumnsOf(present.name);
  if (!from) return from.error();
  Status status = Say("ALTER TABLE " + name + " RENAME TO " + aside);
  if (status) status = Say(wanted.sql.text);
  if (!status) return status;
  Result<std::vector<std::string>> to = ColumnsOf(wanted.name);
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
  status = Say("INSERT INTO " + name + " (" + columns + ")\nSELECT " + values + "\nFROM " + aside);
  return status ? Say("DROP TABLE " + aside) : status;
}

Status Drafter::MakeVirtualTables() {
  for (const auto& [name, wanted] : wanted_.virtual_tables) {
    const VirtualTable* present = Find(present_.virtual_tables, name);
    Status status;
    if (present == nullptr) status = MakeVirtualTable(wanted);
    if (present != nullptr && IsChanged(*present, wanted)) status = Remake(*present, wanted);
    if (!status) return status;
    EndParagraph();
  }
  return Read();
}

template <typename T>
Status Drafter::Create(const std::map<Name, T>& present, const std::map<Name, T>& wanted) {
  for (const auto& [name, object] : wanted) {
    if (present.contains(name)) continue;
    if (Status status = Say(object.sql.text); !status) return status;
  }
  EndParagraph();
  return {};
}

Status Drafter::SetNumber(const std::string& name, std::optional<int64_t> wanted) {
  if (!wanted) return {};
  Result<std::optional<int64_t>> present = db_.QueryInteger("PRAGMA main." + name);
  if (!present) return present.error();
  if (present->value_or(0) == *wanted) return {};
  return Say("PRAGMA " + name + " = " + std::to_string(*wanted));
}

Status Drafter::Run(const DraftedState& wanted) {
  Status status = Read();
  if (status) status = RenameTables(std::map(present_.tables), wanted_.tables);
  if (status) status = RenameTables(std::map(present_.virtual_tables), wanted_.virtual_tables);
  if (status) status = AlterTables();
  if (status) status = Drop("TRIGGER", present_.triggers, wanted_.triggers);
  if (status) status = Drop("VIEW", present_.views, wanted_.views);
  if (status) status = Drop("INDEX", present_.indexes, wanted_.indexes);
  EndParagraph();
  if (status) status = DropTables(std::map(present_.virtual_tables), wanted_.virtual_tables);
  if (status) status = DropTables(std::map(present_.tables), wanted_.tables);
  if (status) status = Read();
  if (status) status = CreateTables();
  if (status) status = RebuildTables();
  if (status) status = MakeVirtualTables();
  if (status && !follows_renames_) status = Say("PRAGMA legacy_alter_table = OFF");
  EndParagraph();
  if (status) status = Create(present_.indexes, wanted_.indexes);
  if (status) status = Create(present_.views, wanted_.views);
  if (status) status = Create(present_.triggers, wanted_.triggers);
  if (status) status = SetNumber("user_version", wanted.user_version);
  if (status) status = SetNumber("application_id", wanted.application_id);
  EndParagraph();
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

Result<std::string> DraftScript(const Database& scratch, const DraftedState& wanted) {
  Drafter drafter(scratch, wanted);
  if (Status status = drafter.Run(wanted); !status) return status.error();
  return drafter.script();
}

}  // namespace fastmigrate
