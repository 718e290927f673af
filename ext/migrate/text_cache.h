// The text hashes (sql/checksum.h) of scripts that this process has read, for as long as their
// files stay as they are, so that a program that opens many connections, or many databases, reads
// each script twice at most.
//
// Of a fixed size, and in no memory that could run out: what does not fit takes the place of
// another. May be used from several threads.

#ifndef FASTMIGRATE_MIGRATE_TEXT_CACHE_H_
#define FASTMIGRATE_MIGRATE_TEXT_CACHE_H_

#include <optional>

#include "base/files.h"
#include "sql/checksum.h"

namespace fastmigrate {

// Nullopt when it is not known. One file may have two names, and be a program by one of them.
std::optional<Digest> KnownTextHash(const FileStamp& stamp, bool is_program);

// Whether any is known, so that it is worth a look at a file's stamp.
bool KnowsTextHashes();

// Whether what is read now is worth to be remembered. False once: most processes read their scripts
// once, and a look at the status of each takes a fifth of the time.
bool MayRememberTextHashes();

void RememberTextHash(const FileStamp& stamp, bool is_program, const Digest& hash);

// All of them.
void ForgetTextHashes();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_MIGRATE_TEXT_CACHE_H_
