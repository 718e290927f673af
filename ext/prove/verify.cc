#include "prove/verify.h"

#include <memory>

#include "prove/replay.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

Result<std::vector<Difference>> Verify(const Database& db, const Source& source, int version) {
  Result<std::unique_ptr<Replay>> replay = Replay::Begin(db, source, version);
  if (!replay) return replay.error();
  if (Status status = (*replay)->RunTo(version); !status) return status.error();
  ReadSnapshot snapshot(db);
  if (!snapshot.status()) return snapshot.status().error();
  return (*replay)->Compare(db);
}

}  // namespace fastmigrate
