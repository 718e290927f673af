// From where a function of ours may be called, and what surrounds a call: the same for scalar and
// table-valued functions.

#ifndef FASTMIGRATE_SURFACE_CALL_H_
#define FASTMIGRATE_SURFACE_CALL_H_

#include <optional>

#include "base/result.h"
#include "sqlite/call_mark.h"
#include "sqlite/database.h"

namespace fastmigrate {

enum class Access {
  kAnywhere,  // also from a view or a trigger of the database
  // Only from SQL of the application (SQLITE_DIRECTONLY): a hostile database file must not be able
  // to call it.
  kApplication,
  // That, and not inside a statement that writes, where no transaction can be begun, and where
  // SQLite (3.40) lets a CHECK of a hostile database call even functions that are DIRECTONLY. For
  // what writes or touches a file.
  kChanges,
};

// Whether what runs inside a call of ours may make this one: a migration script, or a function of
// the application that it calls.
enum class Reentry { kAllowed, kRefused };

// Whether the call waits long for another connection's lock, since that one may be applying
// scripts.
enum class Wait { kShort, kLong };

struct CallRules {
  Access access = Access::kApplication;
  Reentry reentry = Reentry::kAllowed;
  Wait wait = Wait::kShort;
};

// An error when SQLite has rolled back the transaction that the host had open when the call began,
// though the call itself has succeeded.
Status CheckTransactionKept(const Database& host, bool was_open);

// Begins a call of `function` on the host's connection; it lasts as long as what is returned. An
// error when the function may not be called now.
Result<std::optional<CallMark>> BeginCall(Database* host, const char* function,
                                          const CallRules& rules);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SURFACE_CALL_H_
