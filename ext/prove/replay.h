// Migration scripts, run on an empty scratch database by the same engine that applies them for
// real, to see what they produce.
//
//   Result<std::unique_ptr<Replay>> replay = Replay::Begin(host, source, 5);
//   if (!replay) return replay.error();
//   if (Status status = (*replay)->Run(); !status) return status.error();
//   Result<std::vector<Difference>> differences = (*replay)->Compare(host);
//
// The scratch connection has the host's functions and collations, as far as they can be had
// (sqlite/host_objects.h), and none of its modules. What cannot be replayed (a missing module, a
// stand-in called with data, ATTACH of another file, a program that is not allowed to run) is an
// error that begins with "cannot verify", never a difference. The host's database is not touched.

#ifndef FASTMIGRATE_PROVE_REPLAY_H_
#define FASTMIGRATE_PROVE_REPLAY_H_

#include <cstdint>
#include <functional>
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
  // What an error speaks of: scripts that lead up to a version, or the one file of a schema.
  enum class Of { kScripts, kSchemaFile };

  // Reads the scripts up to `last_version`; runs none yet. `host` must outlive it.
  static Result<std::unique_ptr<Replay>> Begin(const Database& host, const Source& source,
                                               int last_version, Tells tells = Tells::kSchema,
                                               Of of = Of::kScripts);

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Runs the scripts. `look` is called behind each, with its version, and looks at db(); an error
  // of it ends the run. What has to be rolled back and run again is looked at again: then all that
  // was seen from that version on does not count. Nor does, behind an error, what was seen above
  // version().
  Status Run(const std::function<Status(int)>& look = {});

  // What is different in `db` from what has run so far.
  Result<std::vector<Difference>> Compare(const Database& db) const;

  const Database& db() const { return scratch_->db(); }
  int version() const { return run_.version; }
  const std::vector<PendingScript>& scripts() const { return scripts_; }
  // The last scripts, as far as they changed rows and nothing that Compare() could see: it is equal
  // whether a database has had them or not. With Tells::kRows, when Run() has succeeded.
  const std::vector<Migration>& untold() const { return untold_; }

 private:
  Replay(std::unique_ptr<OwnConnection> scratch, ReadScripts scripts, Tells tells, Of of)
      : scratch_(std::move(scratch)),
        scripts_(std::move(scripts.sound)),
        rest_(std::move(scripts.rest)),
        tells_(tells),
        of_(of) {}

  Status CheckCanRun(const PendingScript& script) const;
  Status CheckStandIns(const PendingScript& script) const;
  Status NoteRows(const PendingScript& script);
  Status ReadRows();
  Error CannotVerify(const PendingScript& script, const Error& error) const;

  std::unique_ptr<OwnConnection> scratch_;
  std::vector<PendingScript> scripts_;
  Status rest_;  // what is wrong with the script behind them
  Tells tells_;
  Of of_;
  MigrationRun run_;
  std::vector<Migration> untold_;
  // The schema behind the last script, where it is needed to tell what the next one has changed.
  std::optional<std::vector<SchemaRow>> rows_{std::in_place};
  std::optional<int64_t> cookie_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_PROVE_REPLAY_H_
