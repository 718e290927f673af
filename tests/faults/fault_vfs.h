// A VFS that forwards to the system's and asks a hook before each call. It is the default one, so
// that second connections, scratch databases and backups go through it too.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_VFS_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_VFS_H_

#include <sqlite3.h>

#include <string>

namespace fastmigrate {

enum class VfsOp {
  kOpen,
  kDelete,
  kAccess,
  kRead,
  kWrite,
  kTruncate,
  kSync,
  kFileSize,
  kLock,
  kUnlock,
  kCheckReservedLock,
  kShmMap,
  kShmLock,
};
constexpr int kVfsOps = 13;

// "xOpen", ...
const char* NameOf(VfsOp op);

struct VfsCall {
  VfsOp op;
  const char* path;            // null for a temporary file without a name
  const void* data = nullptr;  // kWrite
  int size = 0;                // kWrite
  sqlite3_int64 offset = 0;    // kWrite; the new size for kTruncate
  int flags = 0;               // kOpen
};

class VfsHook {
 public:
  virtual ~VfsHook() = default;
  // The result code with which the call fails without being made; SQLITE_OK: it is made.
  virtual int Before(const VfsCall& call) = 0;
};

// To be called once, before the first connection.
void RegisterFaultVfs();

// Null takes it away.
void SetVfsHook(VfsHook* hook);

// Files open at the moment through this VFS.
int OpenFiles();

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_VFS_H_
