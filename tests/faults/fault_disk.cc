#include "faults/fault_disk.h"

#include <algorithm>
#include <random>
#include <utility>

namespace fastmigrate {
namespace {

constexpr size_t kSector = 512;

void Do(const DiskEvent& event, std::string* content) {
  if (event.op == VfsOp::kTruncate) return content->resize(event.offset);
  if (content->size() < event.offset + event.data.size()) {
    content->resize(event.offset + event.data.size());
  }
  content->replace(event.offset, event.data.size(), event.data);
}

void DoTorn(const DiskEvent& event, std::mt19937* random, std::string* content) {
  if (event.op == VfsOp::kTruncate) return;
  for (size_t begin = 0; begin < event.data.size();) {
    size_t end = std::min(event.data.size(),
                          (event.offset + begin) / kSector * kSector + kSector - event.offset);
    DiskEvent sector = event;
    sector.data = event.data.substr(begin, end - begin);
    sector.offset += begin;
    if ((*random)() % 2 == 0) Do(sector, content);
    begin = end;
  }
}

}  // namespace

int DiskRecorder::Before(const VfsCall& call) {
  std::string path = call.path == nullptr ? "" : call.path;
  if (!path.starts_with(base_) || path.ends_with("-shm")) return SQLITE_OK;
  bool makes = call.op == VfsOp::kOpen && (call.flags & SQLITE_OPEN_CREATE) != 0;
  bool changes = call.op == VfsOp::kDelete || call.op == VfsOp::kWrite ||
                 call.op == VfsOp::kTruncate || call.op == VfsOp::kSync;
  if (!makes && !changes) return SQLITE_OK;
  DiskEvent event = {.op = call.op,
                     .file = path.substr(base_.rfind('/') + 1),
                     .data = {},
                     .offset = static_cast<size_t>(call.offset)};
  if (call.op == VfsOp::kWrite) event.data.assign(static_cast<const char*>(call.data), call.size);
  if (call.op == VfsOp::kDelete) event.folder_synced = call.flags != 0;
  events_.push_back(std::move(event));
  return SQLITE_OK;
}

const char* NameOf(Cut cut) {
  constexpr const char* kNames[kCuts] = {"kept", "dropped",       "subset",        "subset2",
                                         "torn", "database only", "journals only", "delete undone"};
  return kNames[static_cast<int>(cut)];
}

Disk::Disk(std::string base, const std::string& content) : base_(std::move(base)) {
  files_[base_].safe = content;
}

void Disk::Apply(const DiskEvent& event) {
  ++applied_;
  if (event.op == VfsOp::kOpen) {
    files_.try_emplace(event.file);
  } else if (event.op == VfsOp::kDelete) {
    auto file = files_.find(event.file);
    if (file == files_.end()) return;
    deleted_.reset();
    if (!event.folder_synced) deleted_ = *file;
    files_.erase(file);
  } else if (event.op == VfsOp::kSync) {
    File& file = files_[event.file];
    for (const DiskEvent& done : file.unsynced) Do(done, &file.safe);
    file.unsynced.clear();
    deleted_.reset();
  } else {
    files_[event.file].unsynced.push_back(event);
  }
}

std::optional<DiskImage> Disk::After(Cut cut) const {
  std::mt19937 random(applied_ * kCuts + static_cast<unsigned>(cut));
  auto files = files_;
  if (cut == Cut::kDeleteUndone) {
    if (!deleted_ || files.contains(deleted_->first)) return std::nullopt;
    files.insert(*deleted_);
  }
  bool any = cut == Cut::kAllKept || cut == Cut::kDeleteUndone;
  DiskImage image;
  for (const auto& [name, file] : files) {
    std::string content = file.safe;
    for (const DiskEvent& event : file.unsynced) {
      any = true;
      bool last = &event == &file.unsynced.back();
      if (cut == Cut::kLastTorn && last) {
        DoTorn(event, &random, &content);
        continue;
      }
      bool keep = cut != Cut::kAllDropped;
      if (cut == Cut::kSubsetKept || cut == Cut::kSubsetKept2) keep = random() % 2 == 0;
      if (cut == Cut::kDatabaseOnly) keep = name == base_;
      if (cut == Cut::kJournalsOnly) keep = name != base_;
      if (keep) Do(event, &content);
    }
    image[name] = std::move(content);
  }
  if (!any) return std::nullopt;
  return image;
}

}  // namespace fastmigrate
