// How a database becomes managed without a script being applied to it.

#ifndef FASTMIGRATE_AUTHOR_ENROLL_H_
#define FASTMIGRATE_AUTHOR_ENROLL_H_

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/ledger.h"
#include "migrate/pending_script.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "sqlite/database.h"

namespace fastmigrate {

// Makes an empty database managed, at version 0. Returns the version of a managed one; an
// unmanaged one with content is an error.
Result<int> CreateManaged(const Database& db);

// Marks an unmanaged database as being at the version. One that is enrolled at it, with nothing
// applied behind that, stays as it is. An error when it is managed otherwise.
Status Enroll(const Database& db, int version);

// The same, proved: the scripts up to the version, replayed, must give this database's schema. An
// error lists the differences, and names the version that comes nearer; or it names the last
// scripts, when they change only rows, so that the schema does not tell whether the database has
// had them. Each script's checksum is recorded.
Status EnrollProved(const Database& db, int version, const Source& source);

// Takes a wrong enrolment back: the database is not managed afterwards. Returns the version that it
// was enrolled at. An error when a script was applied since, by us or another program.
Result<int> Unenroll(const Database& db);

// What they have in common, for whoever proves in another way.

// An error that names the version when the database is managed.
Status RefuseManaged(const Database& db);

// That the database had this script when it was enrolled.
HistoryRecord EnrolledRecord(const PendingScript& script);

// Writes version and records, by version; `from` is the version before, 0 where there was none. In
// the caller's transaction.
Status WriteEnrollment(const Database& db, int from, int version,
                       std::vector<HistoryRecord> records);

// The differences as lines of an error, the first few of them.
std::string Listed(const std::vector<Difference>& differences);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_ENROLL_H_
