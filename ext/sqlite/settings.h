// The host's connection settings, kept through scripts that change them.
//
// A script's PRAGMA falls in one of these classes:
//
//   kSetting     recursive_triggers, cache_size, ...       runs, and is put back after the script
//   kPassedOver  busy_timeout, temp_store, locking_mode,   does not run: it cannot be put back (the
//                wal_autocheckpoint, synchronous, ...      busy handler, the temp tables, the WAL
//                                                          hook are the host's), or it would weaken
//                                                          the commit of script and version
//   kOutside     foreign_keys, journal_mode, page_size,    ignored or refused in a transaction, so
//                ...                                       it runs between two
//   kOther       user_version, foreign_key_check, ...      runs like any statement
//
// All pragmas: https://www.sqlite.org/pragma.html

#ifndef FASTMIGRATE_SQLITE_SETTINGS_H_
#define FASTMIGRATE_SQLITE_SETTINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

enum class PragmaClass { kSetting, kPassedOver, kOutside, kOther };

// `name` in lower case.
PragmaClass ClassOfPragma(std::string_view name);

// The value that a pragma's setting shows for this input: "ON", "yes" and "1" are "1", auto_vacuum
// "FULL" is "1", journal_mode "WAL" is "wal". Others come back as they are.
std::string NormalizedPragmaValue(std::string_view name, std::string_view value);

// Whether the journal mode (normalized) is one in which nothing can be rolled back, or not after a
// crash: OFF and MEMORY. No script gets it; one that asks for it leaves WAL, and that is all.
bool LeavesNoJournal(std::string_view journal_mode);

// The present value; empty when the pragma has none.
Result<std::string> ReadPragma(const Database& db, const std::string& schema,
                               const std::string& name);

// Enforcement of foreign keys, read and set without a statement, so that it can be put back even
// while an interrupt is in force. Not to be changed in a transaction.
bool ForeignKeysEnforced(const Database& db);
void EnforceForeignKeys(const Database& db, bool on);

// Enforcement of foreign keys, off as long as it lives; the destructor restores it.
class EnforcementOff {
 public:
  explicit EnforcementOff(const Database& db) : db_(db), was_on_(ForeignKeysEnforced(db)) {
    if (was_on_) EnforceForeignKeys(db_, false);
  }
  ~EnforcementOff() {
    if (ForeignKeysEnforced(db_) != was_on_) EnforceForeignKeys(db_, was_on_);
  }
  EnforcementOff(const EnforcementOff&) = delete;
  EnforcementOff& operator=(const EnforcementOff&) = delete;

 private:
  const Database& db_;
  bool was_on_;
};

// Restores the settings that it was told of, at the latest in its destructor. What cannot be
// restored then, since memory has run out in the statement that has called us, or an interrupt is
// in force and SQLite would have to read the schema again, is restored by RestoreLeftSettings()
// when we are called next.
class SettingsKeeper {
 public:
  explicit SettingsKeeper(const Database& db) : db_(db) {}
  ~SettingsKeeper() { Restore(); }
  SettingsKeeper(const SettingsKeeper&) = delete;
  SettingsKeeper& operator=(const SettingsKeeper&) = delete;

  // To be called before the pragma runs. The first value seen of each setting counts.
  Status Remember(const std::string& schema, const std::string& name);
  // What was remembered no longer applies.
  void Forget(const std::string& schema, const std::string& name);
  // Whether one of this name is remembered.
  bool Has(std::string_view name) const;
  // Works while an interrupt is in force. In a transaction it leaves aside what cannot be changed
  // there (journal_mode).
  void Restore() noexcept;

 private:
  struct Setting {
    std::string schema;
    std::string name;
    std::string sql;  // that restores it; empty when there is nothing to restore
    bool on;          // of those that can be restored without a statement
  };

  const Database& db_;
  std::vector<Setting> settings_;  // in the order in which they were first changed
};

// Restores what an earlier call on this connection could not.
void RestoreLeftSettings(const Database& db);

// For a connection that is closed, or has just been opened where an earlier one was.
void ForgetLeftSettings(sqlite3* db);

// sqlite3_last_insert_rowid(), restored by the destructor.
class RowidKeeper {
 public:
  explicit RowidKeeper(const Database& db)
      : db_(db), rowid_(sqlite3_last_insert_rowid(db.handle())) {}
  ~RowidKeeper() { sqlite3_set_last_insert_rowid(db_.handle(), rowid_); }
  RowidKeeper(const RowidKeeper&) = delete;
  RowidKeeper& operator=(const RowidKeeper&) = delete;

 private:
  const Database& db_;
  sqlite3_int64 rowid_;
};

// Gives `to` the settings of `from` that decide what a script means and may do: recursive triggers,
// the rules of ALTER TABLE, double-quoted strings, trust in the schema, whether triggers run,
// limits.
Status CopySettings(const Database& from, const Database& to);
// Those that a file takes when it is made, for a second connection to it that has not read it yet:
// encoding, page_size. What the host has set is only in its connection until then.
Status CopyNewFileSettings(const Database& from, const Database& to);
// Those that decide how the file is written, for a second connection to it: query_only, the kind of
// rollback journal, secure_delete, syncing.
Status CopyFileSettings(const Database& from, const Database& to);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_SETTINGS_H_
