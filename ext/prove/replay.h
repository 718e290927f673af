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
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/applier.h"
#include "migrate/source.h"
#include "schema/diff.h"
#include "schema/parser.h"
#include "schema/schema.h"
#include "sqlite/database.h"
#include "sqlite/own_connection.h"

namespace fastmigrate {

class Replay {
 public:
  // Whether it is watched which scripts only change rows (untold()).
  enum class Tells { kSchema, kRows };

  // For the scripts up to `last_version`; reads and runs none yet. `host` must outlive it.
  static Result<std::unique_ptr<Replay>> Begin(const Database& host, const Source& source,
                                               int last_version, Tells tells = Tells::kSchema);

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Reads, checks and runs the scripts up to the version, on from where the last call stopped.
  Status RunTo(int version);

  // What is different in `db` from what has run so far.
  Result<std::vector<Difference>> Compare(const Database& db) const;

  const Database& db() const { return scratch_->db(); }
  // Those that have run, without their texts.
  const std::vector<PendingScript>& scripts() const { return scripts_; }
  // The last of them, as far as they changed rows and nothing that Compare() could see: it is equal
  // whether a database has had them or not. With Tells::kRows.
  const std::vector<Migration>& untold() const { return untold_; }

 private:
  Replay(std::unique_ptr<OwnConnection> scratch, std::vector<Migration> migrations, Tells tells)
      : scratch_(std::move(scratch)), migrations_(std::move(migrations)), tells_(tells) {}

  Status RunScript(PendingScript* script);
  Status RunAndTell(PendingScript* script);
  Error CannotVerify(const PendingScript& script, const Error& error) const;

  std::unique_ptr<OwnConnection> scratch_;
  std::vector<Migration> migrations_;
  std::vector<PendingScript> scripts_;
  Tells tells_;
  std::vector<Migration> untold_;
  // Of the schema as it was last read.
  std::optional<int64_t> cookie_;
  std::vector<SchemaRow> rows_;
  MigrationRun run_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_REPLAY_H_
