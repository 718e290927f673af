// What a name may stand for, where it stands: the columns in scope, as SQLite finds them.
//
// Terms: a relation is something with columns: a table, a view, a SELECT, a common table. A scope
// is what one SELECT (or UPDATE, or CHECK, ...) puts around its expressions; the scope of a
// subquery has that of the statement around it as its `outer`.
//
// SQLite takes "x" for the string 'x' when it finds no such name. So the answer must be its answer
// (https://www.sqlite.org/quirks.html#dblquote, resolve.c): the columns of FROM; else rowid, where
// FROM is one table; else the aliases of the result, outside of the result list itself; else the
// same in the outer scope; else a string. The names of tables, functions and keywords do not count:
//
//   CREATE TABLE t(a, CHECK(a <> "t"))       -- the string 't'
//   INSERT INTO log VALUES("after")          -- in a trigger: the string 'after'
//   CREATE INDEX i ON t("oid" || a)          -- the string 'oid': an index cannot use the rowid
//
// Where a relation is not known (a module of the host, a table that does not exist), a name that
// is in no other one may be in it, and the answer is Meaning::kEither.

#ifndef FASTMIGRATE_SCHEMA_SCOPE_H_
#define FASTMIGRATE_SCHEMA_SCOPE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/canonical_sql.h"
#include "schema/schema.h"

namespace fastmigrate {

// All names are folded.
struct Relation {
  enum class Rowid { kNone, kHas, kUnknown };

  std::string name;  // what columns of it may be qualified with
  NameSet columns;
  NameSet hidden;        // columns that are not in SELECT *
  bool is_open = false;  // it may have other columns
  Rowid rowid = Rowid::kNone;
  std::string key;              // the column that is the rowid; empty: not known, or none
  bool qualified_only = false;  // NEW, OLD, excluded: its columns need the qualifier

  bool Has(std::string_view column) const {
    return columns.contains(column) || hidden.contains(column);
  }
};

// One that nothing is known of.
Relation OpenRelation();
Relation RelationOf(const Table& table);
Relation RelationOf(const VirtualTable& table);

struct Scope {
  std::vector<Relation> relations;
  NameSet aliases;
  // kUnsure: in a WINDOW, whose words are read where the window is used.
  enum class Aliases { kHidden, kSeen, kUnsure } sees_aliases = Aliases::kHidden;
  bool has_rowid = true;  // false where SQLite allows no rowid
  bool is_open = false;   // it may have other relations
  const Scope* outer = nullptr;
};

// What `name` in double quotes means as an operand: kName (Meaning::name is the key when it is the
// rowid by another name), kString or kEither. No scope: a string.
Meaning Lookup(const Scope* scope, const std::string& name);

// The one name for the rowid of the relation that `column` is another name for: that of its INTEGER
// PRIMARY KEY, else the first of rowid, _rowid_ and oid that is no column. Empty when it is none.
std::string KeyCalled(const Relation& relation, const std::string& column);
// The same of the relation called `qualifier`.
std::string KeyCalled(const Scope* scope, const std::string& qualifier, const std::string& column);

// Whether the name is rowid, oid or _rowid_.
bool IsRowidName(std::string_view folded);

// The relations of a schema by name. What a view has is found out when it is asked for.
class Catalog {
 public:
  void Add(const std::string& name, Relation relation);
  // `derive` is called at most once, with the catalog still alive.
  void AddView(const std::string& name, std::function<Relation()> derive);

  // An open relation when there is none of that name, and for a view that selects from itself.
  // `name` is folded.
  Relation Find(const std::string& name) const;

 private:
  mutable std::map<std::string, Relation, std::less<>> relations_;
  mutable std::map<std::string, std::function<Relation()>, std::less<>> views_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_SCOPE_H_
