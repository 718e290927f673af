// The host's connection, as a program has it that uses the extension through SQL alone.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_HOST_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_HOST_H_

#include <sqlite3.h>

#include <string>

namespace fastmigrate {

// The VFS below ours: nothing fails in it.
constexpr char kPlainVfs[] = "unix";

struct CallResult {
  int code = SQLITE_OK;  // the primary one; SQLITE_OK for success
  int extended = SQLITE_OK;
  std::string text;     // a row a line, its cells separated by |
  std::string message;  // of the error
};

// With the extension, and settings that no script and no default has. `journal_mode` may be empty.
// Never null: when it cannot be opened, the process ends.
sqlite3* OpenHost(const std::string& path, const std::string& journal_mode);

// The extension, and a function fault_returned(x) that gives x and tells FunctionReturned().
void LoadExtension(sqlite3* db);

// Whether fault_returned() has been called since the last ForgetReturn(): what goes wrong after
// that comes too late for the function in its argument to undo anything.
bool FunctionReturned();
void ForgetReturn();

// Runs every statement; the rows of all of them.
CallResult RunQuery(sqlite3* db, const std::string& sql);

// What a call has to leave as it was, one "name=value" for each.
std::string SettingsOf(sqlite3* db);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_HOST_H_
