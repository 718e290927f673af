#include "schema/scope.h"

#include <initializer_list>
#include <utility>

namespace fastmigrate {
namespace {

// The columns of SQLite's own table-valued functions and tables that schemas use.
struct BuiltIn {
  std::string_view name;
  std::initializer_list<std::string_view> columns;
  std::initializer_list<std::string_view> hidden;
};
const BuiltIn kBuiltIns[] = {
    {"json_each",
     {"key", "value", "type", "atom", "id", "parent", "fullkey", "path"},
     {"json", "root"}},
    {"json_tree",
     {"key", "value", "type", "atom", "id", "parent", "fullkey", "path"},
     {"json", "root"}},
    {"sqlite_master", {"type", "name", "tbl_name", "rootpage", "sql"}, {}},
    {"sqlite_schema", {"type", "name", "tbl_name", "rootpage", "sql"}, {}},
    {"sqlite_sequence", {"name", "seq"}, {}},
};

Relation BuiltInRelation(std::string_view name) {
  for (const BuiltIn& built_in : kBuiltIns) {
    if (built_in.name != name) continue;
    Relation relation;
    for (std::string_view column : built_in.columns) relation.columns.emplace(column);
    for (std::string_view column : built_in.hidden) relation.hidden.emplace(column);
    relation.rowid = Relation::Rowid::kUnknown;
    return relation;
  }
  return OpenRelation();
}

// SELECT a, a has the columns "a" and "a:1".
bool IsNumbered(const std::string& name) {
  const size_t colon = name.rfind(':');
  return colon != name.npos && name.find_first_not_of("0123456789", colon + 1) == name.npos;
}

// What one scope says of a name; kString: nothing.
Meaning LookupIn(const Scope& scope, const std::string& name) {
  bool is_open = scope.is_open;
  size_t count = 0;
  const Relation* only = nullptr;
  for (const Relation& relation : scope.relations) {
    if (relation.qualified_only) continue;
    if (relation.Has(name)) return {Meaning::kName, {}};
    is_open = is_open || relation.is_open;
    only = &relation;
    ++count;
  }
  if (is_open) return {Meaning::kEither, {}};
  if (count > 0 && scope.has_rowid && IsRowidName(name)) {
    // Which of several tables it is the rowid of, and whether a subquery has one, is answered
    // differently by SQLite's versions.
    if (count > 1 || only->rowid == Relation::Rowid::kUnknown) return {Meaning::kEither, {}};
    if (only->rowid == Relation::Rowid::kHas) return {Meaning::kName, KeyCalled(*only, name)};
  }
  if (count > 0 && IsNumbered(name)) return {Meaning::kEither, {}};
  if (scope.sees_aliases != Scope::Aliases::kHidden && scope.aliases.contains(name)) {
    const bool is_seen = scope.sees_aliases == Scope::Aliases::kSeen;
    return {is_seen ? Meaning::kName : Meaning::kEither, {}};
  }
  return {Meaning::kString, {}};
}

}  // namespace

Relation OpenRelation() {
  Relation relation;
  relation.is_open = true;
  relation.rowid = Relation::Rowid::kUnknown;
  return relation;
}

Relation RelationOf(const Table& table) {
  Relation relation;
  relation.name = Lowered(table.name.text);
  for (const Column& column : table.columns) relation.columns.insert(Lowered(column.name.text));
  if (table.without_rowid) return relation;
  relation.rowid = Relation::Rowid::kHas;
  if (HasRowidColumn(table)) relation.key = table.primary_key->columns[0].expression.canonical;
  return relation;
}

// Modules add columns of their own, so that only what the arguments name is known, and an FTS5
// table: its own name and rank are its hidden columns.
Relation RelationOf(const VirtualTable& table) {
  Relation relation = OpenRelation();
  relation.name = Lowered(table.name.text);
  const bool is_fts5 = table.module == Name{"fts5"};
  const bool is_rtree = table.module == Name{"rtree"} || table.module == Name{"rtree_i32"};
  if (!is_fts5 && !is_rtree) return relation;
  const std::vector<Token> tokens = SqlTokens(table.arguments.text);
  for (Tokens argument : SplitAtCommas(tokens)) {
    if (!argument.empty() && argument[0].IsOperator("+")) argument = argument.subspan(1);
    if (argument.empty()) continue;
    if (argument.size() > 1 && argument[1].IsOperator("=")) continue;
    relation.columns.insert(Lowered(Unquoted(argument[0])));
  }
  relation.is_open = false;
  relation.rowid = Relation::Rowid::kHas;
  if (is_fts5) relation.hidden = {relation.name, "rank"};
  return relation;
}

bool IsRowidName(std::string_view folded) {
  return folded == "rowid" || folded == "oid" || folded == "_rowid_";
}

Meaning Lookup(const Scope* scope, const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    Meaning meaning = LookupIn(*scope, name);
    if (meaning.kind != Meaning::kString) return meaning;
  }
  return {Meaning::kString, {}};
}

std::string KeyCalled(const Relation& relation, const std::string& column) {
  if (!IsRowidName(column) || relation.Has(column)) return {};
  if (relation.rowid != Relation::Rowid::kHas) return {};
  if (!relation.key.empty()) return relation.key;
  for (const char* name : {"rowid", "_rowid_"}) {
    if (!relation.Has(name)) return name;
  }
  return "oid";
}

std::string KeyCalled(const Scope* scope, const std::string& qualifier, const std::string& column) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const Relation& relation : scope->relations) {
      if (relation.name == qualifier) return KeyCalled(relation, column);
    }
  }
  return {};
}

void Catalog::Add(const std::string& name, Relation relation) {
  relations_.emplace(name, std::move(relation));
}

void Catalog::AddView(const std::string& name, std::function<Relation()> derive) {
  views_.emplace(name, std::move(derive));
}

Relation Catalog::Find(const std::string& name) const {
  auto found = relations_.find(name);
  if (found != relations_.end()) return found->second;
  auto view = views_.find(name);
  if (view == views_.end()) return BuiltInRelation(name);
  std::function<Relation()> derive = std::move(view->second);
  views_.erase(view);
  relations_.emplace(name, OpenRelation());
  Relation relation = derive();
  relation.name = name;
  return relations_[name] = relation;
}

}  // namespace fastmigrate
