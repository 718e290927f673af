// The checksums of scripts that this process has read, for as long as their files stay as they are,
// so that a program that opens many connections, or many databases, reads each script once.
//
// Of a fixed size, and in no memory that could run out: what does not fit takes the place of
// another. May be used from several threads.

#ifndef FASTMIGRATE_MIGRATE_CHECKSUM_CACHE_H_
#define FASTMIGRATE_MIGRATE_CHECKSUM_CACHE_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "migrate/migration.h"

namespace fastmigrate {

// Nullopt when it is not known. By the kind, since one file may have two names.
std::optional<std::string> KnownChecksum(const FileStamp& stamp, MigrationKind kind);

void RememberChecksum(const FileStamp& stamp, MigrationKind kind, std::string_view checksum);

// All of them.
void ForgetChecksums();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_CHECKSUM_CACHE_H_
