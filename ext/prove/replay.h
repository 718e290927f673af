// Migration scripts, run on an empty scratch database by the same engine that applies them for
// real; and a live database compared with what they produce.
//
//   Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, folder, 5);
//   if (!replay) return replay.error();
//   if (Status status = (*replay)->RunTo(5); !status) return status.error();
//   Result<Schema> expected = (*replay)->ReadSchema();
//
// The scratch connection has none of the host's functions, collations and modules; stand_ins.h says
// how far that goes. What cannot be replayed (a missing module, a stand-in called with data, ATTACH
// of another file, a program that is not allowed to run) is an error that begins with "cannot
// verify", never a difference. The host's database is not touched.

#ifndef FASTMIGRATE_PROVE_REPLAY_H_
#define FASTMIGRATE_PROVE_REPLAY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "schema/schema.h"
#include "sqlite/database.h"
#include "sqlite/scratch.h"
#include "sqlite/stand_ins.h"

namespace fastmigrate {

class Replay {
 public:
  // Reads and checks the scripts up to `last_version`; runs none. `host` must outlive it.
  static Result<std::unique_ptr<Replay>> Begin(const Database& host, const MigrationFolder& folder,
                                               int last_version);

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Runs the scripts up to the version, on from where the last call stopped.
  Status RunTo(int version);

  const Database& db() const { return scratch_->db(); }
  const std::vector<PendingScript>& scripts() const { return scripts_; }

 private:
  Replay(const Database& host, std::unique_ptr<Scratch> scratch,
         std::vector<PendingScript> scripts);

  Status RunScript(PendingScript* script);
  Error CannotVerify(const PendingScript& script, const Error& error) const;

  const Database& host_;
  // Destroyed after the connection, whose functions point to it.
  std::unique_ptr<StandIns> stand_ins_;
  std::unique_ptr<Scratch> scratch_;
  std::vector<PendingScript> scripts_;
  size_t next_ = 0;
  int version_ = 0;
};

// What is different in `db` from what the scripts up to `version` produce.
Result<std::vector<Difference>> Verify(const Database& db, const MigrationFolder& folder,
                                       int version);

// The highest version whose replay equals `db`; nullopt when there is none. Replays once.
Result<std::optional<int>> FindVersion(const Database& db, const MigrationFolder& folder);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_REPLAY_H_
