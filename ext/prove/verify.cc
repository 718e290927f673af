#include "prove/verify.h"

#include <memory>

#include "migrate/ledger.h"
#include "prove/replay.h"
#include "sqlite/transaction.h"

namespace fastmigrate {

Result<std::vector<Difference>> Verify(const Database& db, const Source& source,
                                       std::optional<int> version) {
  Result<std::optional<int>> own = ReadVersion(db);
  if (!own) return own.error();
  if (!version && !*own) {
    return MakeError(
        "the database is not managed, so that it has no version to verify; SELECT "
        "fastmigrate_find_version(...) tells which version it is like, SELECT * FROM "
        "fastmigrate_verify(dir, N) how it differs from version N");
  }
  if (version) {
    if (Status status = source.CheckHas(*version); !status) return status.error();
  }
  const int compared = version ? *version : **own;
  Result<std::unique_ptr<Replay>> replay =
      Replay::Begin(db, source, compared, version ? Replay::Tells::kRows : Replay::Tells::kSchema);
  if (!replay) return replay.error();
  if (Status status = (*replay)->Run(); !status) return status.error();
  ReadSnapshot snapshot(db, ReadSnapshot::Locked::kWaits);
  if (!snapshot.status()) return snapshot.status().error();
  Result<std::vector<Difference>> differences = (*replay)->Compare(db);
  if (!differences || !version) return differences;
  for (const Migration& migration : (*replay)->untold()) {
    if (migration.version <= own->value_or(0)) continue;
    differences->push_back({"script", migration.Name(),
                            "changes only rows, so that the schema does not tell whether this "
                            "database has had it",
                            "", ""});
  }
  return differences;
}

}  // namespace fastmigrate
