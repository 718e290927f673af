// A table of main made anew with other definitions, keeping what is in it and on it.
//
//   SELECT fastmigrate_recreate_table('users', '
//     id INTEGER PRIMARY KEY,
//     name TEXT NOT NULL CHECK (name <> ''''),
//     email TEXT DEFAULT ''''');
//
// The definitions are what stands between the parentheses of CREATE TABLE; the table stays STRICT
// or WITHOUT ROWID if it was. Written with the parentheses, '(id INTEGER PRIMARY KEY) STRICT', they
// say the options too, and nothing behind the parentheses means none.
//
// What is kept: rows, rowids, AUTOINCREMENT's counter, indexes and triggers, temporary triggers
// included. What other tables, views and triggers say of the table stays as it is written. The new
// text is that of a CREATE TABLE just run, with the table's name as it was quoted.
//
// Columns are matched by name. Each column of the old table must be among the new definitions, and
// one that holds data must not become a generated one, so that no data can get lost. A new column
// gets its default. Rows are never dropped for an ON CONFLICT clause of the new definitions. Where
// an old column becomes the INTEGER PRIMARY KEY, its values are the rowids from then on. A table
// that stops being WITHOUT ROWID gets rowids in the order of its primary key.
//
// How it works. The procedure of https://www.sqlite.org/lang_altertable.html#otheralter ends with
// renaming the new table, which rewrites its text, and leaves the other name in a CHECK such as
// (users.age > 0). Here the old table is set aside first, and the new one is created under its own
// name. That is what the document warns of, since renaming rewrites references too, but not with
// PRAGMA legacy_alter_table=ON and foreign_keys=OFF. Where SQLite refuses to rename it, the rows
// are copied aside in place of that, which takes twice as long: it does when a CHECK or an index
// names its own table, and when a temporary table hides one that has an index.

#ifndef FASTMIGRATE_AUTHOR_TABLE_REBUILD_H_
#define FASTMIGRATE_AUTHOR_TABLE_REBUILD_H_

#include <cstdint>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The number of rows. In a transaction of its own or, in the caller's, a savepoint: on failure
// nothing has changed.
//
// Enforcement of foreign keys is off meanwhile. If the caller has it on, no row may have lost its
// parent at the end; in the caller's transaction, where it cannot be switched off, it is an error.
Result<int64_t> RebuildTable(const Database& db, const std::string& table,
                             const std::string& definitions);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_TABLE_REBUILD_H_
