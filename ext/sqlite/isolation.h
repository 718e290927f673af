// A script is written for a connection of its own: what it leaves on the one that it runs on is
// undone behind it, so that the same folder gives the same database whether it is applied in one
// call or in many.
//
// That is: connection settings (settings.h), temp tables, views and triggers, attached databases,
// last_insert_rowid(), and the schema as it was read before it was edited by hand
// (PRAGMA writable_schema).

#ifndef FASTMIGRATE_SQLITE_ISOLATION_H_
#define FASTMIGRATE_SQLITE_ISOLATION_H_

#include <set>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"
#include "sqlite/settings.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

class Isolation {
 public:
  explicit Isolation(const Database& db) : db_(db), settings_(db) {}
  // What EndIn() and EndOutside() have not done yet, as far as it can be done.
  ~Isolation();
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;

  // Whether there are temp tables but our own: a trigger or an index on one is in temp as well.
  static Result<bool> HasTempTables(const Database& db);

  // Before the script. `makes_temp` and `attaches`: whether it may make temp objects or attach.
  Status Begin(bool makes_temp, bool attaches);

  SettingsKeeper& settings() { return settings_; }
  // Whether a database of this name was attached before the script.
  bool WasAttached(const std::string& schema) const;

  // Behind the script's last statement, in its transaction: settings, temp objects, the schema. An
  // error when the schema that the script has written by hand cannot be read.
  Status EndIn(Transaction* transaction);
  // Behind its transaction: settings that cannot be changed in one, attached databases.
  Status EndOutside();

 private:
  Status DropTempObjects();
  Status DetachNew();

  const Database& db_;
  SettingsKeeper settings_;
  bool makes_temp_ = false;
  bool attaches_ = false;
  std::set<std::string> temp_objects_;  // before the script, type and name
  std::set<std::string> attached_;      // before the script, in lower case
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_ISOLATION_H_
