// What is on the disk when the power is cut: a model of the files of one database.
//
// A write or a change of size is safe once its file was synced; before, the disk may have done it
// or not, one by one, and the last write in part. Making a file is safe at once. Deleting one
// without a sync of its folder is undone when the cut comes before the next sync of any file.

#ifndef FASTMIGRATE_TESTS_FAULTS_FAULT_DISK_H_
#define FASTMIGRATE_TESTS_FAULTS_FAULT_DISK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faults/fault_vfs.h"

namespace fastmigrate {

struct DiskEvent {
  VfsOp op;  // kOpen (that makes the file), kDelete, kWrite, kTruncate or kSync
  std::string file;
  std::string data;
  size_t offset = 0;          // or the new size
  bool folder_synced = true;  // kDelete
};

// While it is the hook, writes down what happens to `base` and the files named after it.
class DiskRecorder : public VfsHook {
 public:
  explicit DiskRecorder(std::string base) : base_(std::move(base)) {}
  int Before(const VfsCall& call) override;
  const std::vector<DiskEvent>& events() const { return events_; }

 private:
  std::string base_;
  std::vector<DiskEvent> events_;
};

// What the disk has done of the writes that were not synced.
enum class Cut {
  kAllKept,
  kAllDropped,
  kSubsetKept,  // by chance
  kSubsetKept2,
  kLastTorn,      // of the last write some sectors of 512 bytes, by chance
  kDatabaseOnly,  // kept in the database file, dropped in its journals
  kJournalsOnly,
  kDeleteUndone,
};
constexpr int kCuts = 8;
const char* NameOf(Cut cut);

// Content by file name.
using DiskImage = std::map<std::string, std::string>;

class Disk {
 public:
  // `base` is the name of the database file.
  Disk(std::string base, const std::string& content);
  void Apply(const DiskEvent& event);
  // Nothing when there is nothing that such a cut could spoil.
  std::optional<DiskImage> After(Cut cut) const;

 private:
  struct File {
    std::string safe;
    std::vector<DiskEvent> unsynced;
  };
  std::string base_;
  std::map<std::string, File> files_;
  std::optional<std::pair<std::string, File>> deleted_;
  unsigned applied_ = 0;  // events, which seed the chances
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_TESTS_FAULTS_FAULT_DISK_H_
