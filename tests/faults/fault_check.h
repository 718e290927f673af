// One call with one fault in it, and everything that has to hold afterwards:
//
//   a result    success with all that it stands for, or an error with a code that fits the fault
//   b transact  in autocommit as before; a caller's own transaction may be gone after an error only
//   c state     the file is what the scripts up to its version make; the error's text says the same
//   d settings  of the connection are as before
//   e files     nothing is left behind, and what the call makes is there exactly after success
//   f close     sqlite3_close() succeeds, and no file stays open
//   g again     the same call without the fault succeeds, on this connection and on a new one
//   x crash     the process ended, or hung

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_CHECK_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_CHECK_H_

#include <sqlite3.h>

#include <set>
#include <string>
#include <vector>

#include "faults/fault_host.h"
#include "faults/fault_oracle.h"
#include "faults/fault_scenario.h"

namespace fastmigrate {

struct Violation {
  char check;  // a letter of the list above
  std::string what;
};

// Something that goes wrong while the call runs.
class Fault {
 public:
  virtual ~Fault() = default;
  virtual void Arm(sqlite3*) {}
  virtual void Disarm(sqlite3*) {}
  // Whether this error fits.
  virtual bool Explains(const CallResult&) const { return false; }
  // The host itself has made statements of scripts do nothing: what they leave is not judged.
  // Whether the rows of a success may be others: what the host lets read as NULL.
  virtual bool ExcusesRows() const { return false; }
  virtual bool ExcusesState() const { return false; }
  // It came when the function had returned already, so that the file that it makes is there.
  virtual bool CameTooLate() const { return false; }
};

// A scenario with its template on disk and what it leads to.
struct Subject {
  Scenario scenario;
  std::string journal_mode;
  std::string folder;  // the template, to be copied
  FileState before, after;
  std::vector<FileState> between;  // allowed after an error
  CallResult success;              // what the call gives when nothing fails
};

// The text with {root} for the folder.
std::string WithoutFolder(std::string text, const std::string& folder);

// Makes the template in `folder`, and learns from a call in which nothing fails. A message when
// that is not what the oracle says.
std::string Prepare(Subject* subject);

// Works in the folder `work`, which it empties before. TMPDIR has to be work + "/tmp".
std::vector<Violation> CheckFault(const Subject& subject, Fault* fault, const std::string& work,
                                  bool verbose);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_CHECK_H_
