// One value for the texts of all scripts that a database has had, so that a start of a program need
// not read the record of each.
//
// It is part of the record of the version at which a transaction of ours ends: the hash of what was
// recorded of all texts up to it, and the schema version that SQLite raises with each change of the
// schema (https://www.sqlite.org/fileformat2.html#schema_cookie). As long as that is the same, the
// two tables are still what they were found to be in that transaction, and need no look.
//
// A seal is only ever compared with the scripts that are there now. Where there is none (an older
// version or the Python package has brought the database to its version), or where it tells
// something else, the records themselves say what it means.

#ifndef FASTMIGRATE_MIGRATE_TEXT_SEAL_H_
#define FASTMIGRATE_MIGRATE_TEXT_SEAL_H_

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "sql/checksum.h"
#include "sqlite/database.h"

namespace fastmigrate {

// The hash of many texts, from their text hashes (sql/checksum.h) in the order of their versions.
class TextsHash {
 public:
  // So many texts find room at once.
  explicit TextsHash(size_t expected);

  void Add(int version, const Digest& text_hash);
  Digest Result() const { return TextHash(bytes_, false); }

 private:
  std::string bytes_;
};

struct TextSeal {
  int version = 0;    // of the database
  Digest texts = {};  // the TextsHash of all up to it
};

// The present version with its seal. Nullopt when there is none, or the tables may be something
// else than the two programs create. Does not wait for another connection's lock.
Result<std::optional<TextSeal>> ReadSeal(const Database& db);

// Seals what is recorded up to the version, which is the database's. In the caller's transaction,
// behind everything that it changes; all columns must be there (CreateLedger). Where the version
// has no record, or a host's authorizer does not let it, there is no seal.
Status SealTexts(const Database& db, int version);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_TEXT_SEAL_H_
