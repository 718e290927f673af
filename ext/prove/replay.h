// Migration scripts, run on an empty scratch database by the same engine that applies them for
// real, to see what they produce.
//
//   Result<std::unique_ptr<Replay>> replay = Replay::Begin(host, source, 5);
//   if (!replay) return replay.error();
//   if (Status status = (*replay)->RunTo(5); !status) return status.error();
//   Result<std::vector<Difference>> differences = (*replay)->Compare(host);
//
// The scratch connection has the host's functions and collations, as far as they can be had
// (sqlite/host_objects.h), and none of its modules. What cannot be replayed (a missing module, a
// stand-in called with data, ATTACH of another file, a program that is not allowed to run) is an
// error that begins with "cannot verify", never a difference. The host's database is not touched.

#ifndef FASTMIGRATE_PROVE_REPLAY_H_
#define FASTMIGRATE_PROVE_REPLAY_H_

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "schema/schema.h"
#include "sqlite/database.h"
#include "sqlite/own_connection.h"

namespace fastmigrate {

class Replay {
 public:
  // Reads and checks the scripts up to `last_version`; runs none. `host` must outlive it.
  static Result<std::unique_ptr<Replay>> Begin(const Database& host, const Source& source,
                                               int last_version);

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Runs the scripts up to the version, on from where the last call stopped.
  Status RunTo(int version);

  // What is different in `db` from what has run so far.
  Result<std::vector<Difference>> Compare(const Database& db) const;

  const Database& db() const { return scratch_->db(); }
  const std::vector<PendingScript>& scripts() const { return scripts_; }

 private:
  Replay(std::unique_ptr<OwnConnection> scratch, std::vector<PendingScript> scripts)
      : scratch_(std::move(scratch)), scripts_(std::move(scripts)) {}

  Status RunScript(PendingScript* script);
  Error CannotVerify(const PendingScript& script, const Error& error) const;

  std::unique_ptr<OwnConnection> scratch_;
  std::vector<PendingScript> scripts_;
  size_t next_ = 0;
  MigrationRun run_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_REPLAY_H_
