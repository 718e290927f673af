// The host's attached databases, as they were before a script attached others.

#ifndef FASTMIGRATE_SQLITE_ATTACHMENTS_H_
#define FASTMIGRATE_SQLITE_ATTACHMENTS_H_

#include <string>
#include <vector>

#include "sqlite/database.h"

namespace fastmigrate {

// Detaches, when it goes, what was attached since it was made. Inside a transaction SQLite does not
// let go of a database that it has touched; then it stays.
class AttachmentKeeper {
 public:
  // Without `needed` it does nothing.
  AttachmentKeeper(const Database& db, bool needed);
  ~AttachmentKeeper();
  AttachmentKeeper(const AttachmentKeeper&) = delete;
  AttachmentKeeper& operator=(const AttachmentKeeper&) = delete;

 private:
  const Database& db_;
  std::vector<std::string> before_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_ATTACHMENTS_H_
