// The two tables in which a managed database tells of itself, as things of a schema.
//
// `main._meta` holds the version, as the Python package creates it. `main._fastmigrate_history` is
// our own record, one row a version; it may be missing in part or whole, since the Python package
// does not write it.
//
// What is anything else than what the two programs create, or has a trigger, is never used and
// never altered: to find it is an error that says what is wrong.

#ifndef FASTMIGRATE_MIGRATE_LEDGER_TABLES_H_
#define FASTMIGRATE_MIGRATE_LEDGER_TABLES_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

inline constexpr char kMetaTable[] = "_meta";
inline constexpr char kHistoryTable[] = "_fastmigrate_history";

// Which of the two tables there are, and in which form.
struct LedgerTables {
  bool meta = false;
  bool history = false;
  bool is_plain = false;          // _meta is as we create it
  bool is_plain_history = false;  // and the history
  // Columns of the history which older versions did not write.
  bool has_text_hash = false;
  bool has_text_seal = false;
};

// Which there are in an attached database, or main.
Result<LedgerTables> FindTables(const Database& db, const std::string& schema);

// What is wrong with a _meta, and what it has to be.
Error BadMeta(const std::string& schema, const std::string& what);

// What the schemas of main and temp say before scripts run.
struct LedgerLook {
  LedgerTables tables;
  Status sound;           // an error when one of the names is another thing's, or has a trigger
  std::string objects;    // what a script must leave alone: the tables, what is on them, triggers
                          // elsewhere that name them
  bool has_temp = false;  // temp holds something that is not of this extension
};
Result<LedgerLook> LookAtLedger(const Database& db);

// Creates what is missing of the two tables, and of the columns of a history that an older version
// has made; the version of a new _meta is 0. In the caller's transaction. False when all was there.
Result<bool> CreateLedger(const Database& db, const LedgerLook& look);
// The same, after a look of its own.
Status CreateLedger(const Database& db);

// Drops both tables, with what is on them. In the caller's transaction.
Status DropLedger(const Database& db);

// As an SQL condition on a row of sqlite_schema: it is neither of the two, nor on one.
std::string NotOfLedger();

// Whether a table is one of the two.
bool IsLedgerTable(std::string_view name);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_LEDGER_TABLES_H_
