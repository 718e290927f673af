// The schema of a database as a value, compared by meaning.
//
// Two schemas are equal (operator==) when SQLite treats them alike, however their text came to be:
// comments, white space, letter case and quoting of names, the names of constraints, a constraint
// written beside its column or at the end of the table, what SQLite takes for granted when it is
// left out (ASC, ON CONFLICT ABORT, NO ACTION, COLLATE BINARY, BEFORE, FOR EACH ROW), and the order
// of objects, CHECKs and foreign keys make no difference. The order of columns does. In doubt there
// is a difference:
//
//   CREATE TABLE Users(Id INTEGER PRIMARY KEY, mail TEXT UNIQUE)
//   create table "users"([id] integer, mail text, constraint u unique(mail), primary key(id asc))
//                                                                                           equal
//   a column INT and one INTEGER, DEFAULT true and DEFAULT 1                            different
//
// This works because the parser (parser.h) has brought everything into one form: constraints
// are moved to their table, lists whose order means nothing are sorted, expressions stand in
// canonical spelling. A Schema that was not made by the parser must keep these rules.
//
// What is not part of a schema: rows, user_version and application_id, tables whose names start
// with "sqlite_", shadow tables of virtual tables, and our own tables.

#ifndef FASTMIGRATE_SCHEMA_SCHEMA_H_
#define FASTMIGRATE_SCHEMA_SCHEMA_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace fastmigrate {

// A name without quotes, as it was written; letter case makes no difference.
struct Name {
  std::string text;

  friend bool operator==(const Name& a, const Name& b) { return EqualIgnoringCase(a.text, b.text); }
  friend bool operator<(const Name& a, const Name& b);
};

// A piece of SQL: `text` to show and to write again, on one line; `canonical` to compare.
struct Fragment {
  std::string text;
  std::string canonical;

  bool empty() const { return canonical.empty(); }
  friend bool operator==(const Fragment& a, const Fragment& b) {
    return a.canonical == b.canonical;
  }
  friend bool operator<(const Fragment& a, const Fragment& b) { return a.canonical < b.canonical; }
};

// SQL as it was written, kept to be shown or used again: never a difference.
struct OriginalText {
  std::string text;

  friend bool operator==(const OriginalText&, const OriginalText&) { return true; }
};

enum class Conflict { kAbort, kRollback, kFail, kIgnore, kReplace };  // kAbort: also when left out
enum class Action { kNoAction, kRestrict, kSetNull, kSetDefault, kCascade };

struct Column {
  Name name;
  Fragment type;  // declared; empty: none
  // Of a column of the primary key: what SQLite makes of it. The rowid never is NULL, and in a
  // WITHOUT ROWID or STRICT table no column of the key may be.
  bool not_null = false;
  Conflict not_null_conflict = Conflict::kAbort;
  OriginalText written_not_null;  // "ABORT": the conflict clause of a NOT NULL that is written
  Fragment default_value;         // empty: none, or NULL. Parentheses around it are gone
  Name collation;                 // empty: BINARY
  Fragment generated;             // the expression; empty: an ordinary column
  bool stored = false;            // of a generated column
  OriginalText definition;        // "mail TEXT UNIQUE": with the constraints written beside it

  friend bool operator==(const Column&, const Column&) = default;
};

// A column or an expression in a PRIMARY KEY, a UNIQUE or an index.
struct KeyColumn {
  Fragment expression;  // of a column: its name
  bool is_column = true;
  Name collation;  // empty: the column's own
  bool descending = false;
  OriginalText written_collation;  // of a column: folded, the column's own too

  friend bool operator==(const KeyColumn&, const KeyColumn&) = default;
};

struct Key {
  std::vector<KeyColumn> columns;
  Conflict conflict = Conflict::kAbort;
  bool autoincrement = false;  // PRIMARY KEY only

  friend bool operator==(const Key&, const Key&) = default;
};

struct ForeignKey {
  std::vector<Name> columns;
  Name parent;
  std::vector<Name> parent_columns;     // empty: the parent's primary key, named or not
  OriginalText written_parent_columns;  // "a, b"
  Action on_delete = Action::kNoAction;
  Action on_update = Action::kNoAction;
  Name match;             // SQLite keeps it and does nothing with it; empty: none
  bool deferred = false;  // DEFERRABLE INITIALLY DEFERRED; anything else is immediate

  friend bool operator==(const ForeignKey&, const ForeignKey&) = default;
};

struct Table {
  Name name;
  std::vector<Column> columns;
  std::optional<Key> primary_key;
  std::vector<Key> uniques;              // sorted, each once, none that says what the key says
  std::vector<ForeignKey> foreign_keys;  // sorted
  std::vector<Fragment> checks;          // sorted
  bool strict = false;
  bool without_rowid = false;
  OriginalText sql;  // as sqlite_schema has it

  friend bool operator==(const Table&, const Table&) = default;
};

struct VirtualTable {
  Name name;
  Name module;
  Fragment arguments;
  OriginalText sql;

  friend bool operator==(const VirtualTable&, const VirtualTable&) = default;
};

struct Index {
  Name name;
  Name table;
  bool unique = false;
  std::vector<KeyColumn> columns;
  Fragment where;  // empty: not partial
  OriginalText sql;

  friend bool operator==(const Index&, const Index&) = default;
};

struct View {
  Name name;
  std::vector<Name> columns;  // empty: those of the SELECT
  Fragment select;
  OriginalText sql;

  friend bool operator==(const View&, const View&) = default;
};

struct Trigger {
  Name name;
  Name table;       // or view
  Fragment timing;  // BEFORE (also when left out), AFTER, INSTEAD OF
  Fragment event;   // DELETE, INSERT, UPDATE, UPDATE OF a, b (columns sorted)
  Fragment when;    // empty: always
  Fragment body;    // the statements between BEGIN and END
  OriginalText sql;

  friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct Schema {
  std::map<Name, Table> tables;
  std::map<Name, VirtualTable> virtual_tables;
  std::map<Name, Index> indexes;
  std::map<Name, View> views;
  std::map<Name, Trigger> triggers;

  friend bool operator==(const Schema&, const Schema&) = default;
};

// Null when there is none.
const Column* FindColumn(const Table& table, std::string_view name);

// Whether the table has an INTEGER PRIMARY KEY, a column that is another name for the rowid.
bool HasRowidColumn(const Table& table);

// The name that means the rowid in a table with these columns: the first of the three that is no
// column's. Nullopt when all are taken.
std::optional<std::string> RowidName(const std::function<bool(std::string_view)>& is_column);

// The name by which the rowid of this table can be read and written, its INTEGER PRIMARY KEY where
// it has one. Nullopt when there is no rowid, or no name for it.
std::optional<std::string> RowidOf(const Table& table);

// SQL that says the thing again, with everything left out that SQLite takes for granted:
// "(a, lower(b) COLLATE NOCASE DESC)", "PRIMARY KEY (id AUTOINCREMENT)",
// "FOREIGN KEY (a) REFERENCES p(id) ON DELETE CASCADE".
std::string KeyColumnsText(const std::vector<KeyColumn>& columns);
std::string PrimaryKeyText(const Key& key);
std::string UniqueText(const Key& key);
std::string ForeignKeyText(const ForeignKey& key);
// "a, b"
std::string NamesText(const std::vector<Name>& names);
// A name as SQL: quoted where it must be.
std::string NameText(const Name& name);
// "REPLACE", "SET NULL"
std::string_view ConflictText(Conflict conflict);
std::string_view ActionText(Action action);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SCHEMA_SCHEMA_H_
