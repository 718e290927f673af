// A connection of our own that obeys the host's: beside it, to the same file, or to a scratch
// database that is gone when the connection is.
//
// It can do nothing that the host's cannot, and what runs on it means what it would mean there: it
// has the host's settings and limits, finds the host's functions and collations (host_objects.h),
// and stops and waits as the host's connection does. What cannot be had is an error that says so.
// It has none of the host's modules, temp or attached objects, and no authorizer: SQLite does not
// let one be read.

#ifndef FASTMIGRATE_SQLITE_OWN_CONNECTION_H_
#define FASTMIGRATE_SQLITE_OWN_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>

#include "base/file_lock.h"
#include "base/result.h"
#include "sqlite/call_mark.h"
#include "sqlite/database.h"
#include "sqlite/host_objects.h"

namespace fastmigrate {

class OwnConnection {
 public:
  enum class Place {
    kTemporary,  // SQLite's own temporary database: in memory, on disk where it gets big
    kFile,       // a file in a private folder, for what needs one: VACUUM, programs, journal_mode
  };

  // To the file of the host's main database. An error when there is none (in-memory, temporary),
  // when the file has been replaced since the host opened it, when the host's connection keeps it
  // locked (locking_mode) or has no journal, or when it cannot be read by its name alone (a key
  // that only the host has). `host` must outlive the connection. No lock is held.
  static Result<std::unique_ptr<OwnConnection>> OpenBeside(const Database& host);

  // To an empty database. `stand_ins`: see host_objects.h. `host` must outlive the connection.
  static Result<std::unique_ptr<OwnConnection>> OpenScratch(
      const Database& host, Place place,
      HostObjects::StandIns stand_ins = HostObjects::StandIns::kNo);

  OwnConnection(const OwnConnection&) = delete;
  OwnConnection& operator=(const OwnConnection&) = delete;
  ~OwnConnection();

  const Database& db() const { return db_; }
  const HostObjects& host_objects() const { return objects_; }

 private:
  struct Folder;

  OwnConnection(const Database& host, Database db, HostObjects::StandIns stand_ins);

  static Result<std::unique_ptr<OwnConnection>> Make(const Database& host, Database db,
                                                     HostObjects::StandIns stand_ins);

  std::unique_ptr<Folder> folder_;  // of a kFile
  HostObjects objects_;
  Database db_;  // closed before what its functions point to is gone
  std::optional<CallMark> mark_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_OWN_CONNECTION_H_
