#include "faults/fault_vfs.h"

#include "faults/fault_host.h"

namespace fastmigrate {
namespace {

sqlite3_vfs* plain = nullptr;
VfsHook* vfs_hook = nullptr;
int open_files = 0;

struct FaultFile {
  sqlite3_file base;
  const char* path;
  sqlite3_file real;  // the system's, longer than this; the last member
};

FaultFile* Of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return &Of(file)->real; }

int Ask(const VfsCall& call) { return vfs_hook == nullptr ? SQLITE_OK : vfs_hook->Before(call); }
int Ask(VfsOp op, sqlite3_file* file) { return Ask({.op = op, .path = Of(file)->path}); }

int Close(sqlite3_file* file) {
  --open_files;
  return Real(file)->pMethods->xClose(Real(file));
}

int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  if (int rc = Ask(VfsOp::kRead, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xRead(Real(file), data, size, offset);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  int rc = Ask(
      {.op = VfsOp::kWrite, .path = Of(file)->path, .data = data, .size = size, .offset = offset});
  if (rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xWrite(Real(file), data, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  int rc = Ask({.op = VfsOp::kTruncate, .path = Of(file)->path, .offset = size});
  if (rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xTruncate(Real(file), size);
}

int Sync(sqlite3_file* file, int flags) {
  if (int rc = Ask(VfsOp::kSync, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xSync(Real(file), flags);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  if (int rc = Ask(VfsOp::kFileSize, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xFileSize(Real(file), size);
}

int Lock(sqlite3_file* file, int level) {
  if (int rc = Ask(VfsOp::kLock, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xLock(Real(file), level);
}

int Unlock(sqlite3_file* file, int level) {
  if (int rc = Ask(VfsOp::kUnlock, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xUnlock(Real(file), level);
}

int CheckReservedLock(sqlite3_file* file, int* reserved) {
  if (int rc = Ask(VfsOp::kCheckReservedLock, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xCheckReservedLock(Real(file), reserved);
}

int FileControl(sqlite3_file* file, int op, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), op, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int Characteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}

int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** data) {
  if (int rc = Ask(VfsOp::kShmMap, file); rc != SQLITE_OK) return rc;
  return Real(file)->pMethods->xShmMap(Real(file), page, size, extend, data);
}

// Giving a lock back cannot fail.
int ShmLock(sqlite3_file* file, int offset, int n, int flags) {
  if ((flags & SQLITE_SHM_LOCK) != 0) {
    if (int rc = Ask(VfsOp::kShmLock, file); rc != SQLITE_OK) return rc;
  }
  return Real(file)->pMethods->xShmLock(Real(file), offset, n, flags);
}
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return Real(file)->pMethods->xShmUnmap(Real(file), remove);
}

// Version 2: without memory-mapped reads, which no one could make fail.
const sqlite3_io_methods kMethods = {
    2,
    Close,
    Read,
    Write,
    Truncate,
    Sync,
    FileSize,
    Lock,
    Unlock,
    CheckReservedLock,
    FileControl,
    SectorSize,
    Characteristics,
    ShmMap,
    ShmLock,
    ShmBarrier,
    ShmUnmap,
    nullptr,
    nullptr,
};

int Open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  Of(file)->path = path;
  int rc = Ask({.op = VfsOp::kOpen, .path = path, .flags = flags});
  if (rc != SQLITE_OK) return rc;
  rc = plain->xOpen(plain, path, Real(file), flags, out_flags);
  if (rc != SQLITE_OK) return rc;
  file->pMethods = &kMethods;
  ++open_files;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* path, int sync) {
  int rc = Ask({.op = VfsOp::kDelete, .path = path, .flags = sync});
  return rc != SQLITE_OK ? rc : plain->xDelete(plain, path, sync);
}

int Access(sqlite3_vfs*, const char* path, int flags, int* result) {
  int rc = Ask({.op = VfsOp::kAccess, .path = path, .flags = flags});
  return rc != SQLITE_OK ? rc : plain->xAccess(plain, path, flags, result);
}

int FullPathname(sqlite3_vfs*, const char* path, int size, char* out) {
  return plain->xFullPathname(plain, path, size, out);
}

}  // namespace

const char* NameOf(VfsOp op) {
  constexpr const char* kNames[kVfsOps] = {"xOpen",
                                           "xDelete",
                                           "xAccess",
                                           "xRead",
                                           "xWrite",
                                           "xTruncate",
                                           "xSync",
                                           "xFileSize",
                                           "xLock",
                                           "xUnlock",
                                           "xCheckReservedLock",
                                           "xShmMap",
                                           "xShmLock"};
  return kNames[static_cast<int>(op)];
}

void RegisterFaultVfs() {
  sqlite3_initialize();
  plain = sqlite3_vfs_find(kPlainVfs);
  static sqlite3_vfs vfs = *plain;
  vfs.zName = "fault";
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + plain->szOsFile;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  sqlite3_vfs_register(&vfs, 1);
}

void SetVfsHook(VfsHook* hook) { vfs_hook = hook; }

int OpenFiles() { return open_files; }

}  // namespace fastmigrate
