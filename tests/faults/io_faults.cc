// Fails the n-th call of a kind that SQLite makes to the file system while a function of ours runs:
// once, or from then on until the function has returned. See fault_check.h for what is looked at.
//
//   io_faults [--all] [--only FUNCTION] [--kind DELETE/xWrite/FULL/once] [--point N]

#include <stdio.h>

#include <array>
#include <filesystem>
#include <memory>

#include "faults/fault_campaign.h"
#include "faults/fault_check.h"
#include "faults/fault_vfs.h"

namespace fastmigrate {
namespace {

struct FaultKind {
  VfsOp op;
  int code;
  const char* code_name;
  bool lasting;  // from the n-th call on
};

constexpr FaultKind kKinds[] = {
    {VfsOp::kWrite, SQLITE_IOERR_WRITE, "IOERR", false},
    {VfsOp::kWrite, SQLITE_IOERR_WRITE, "IOERR", true},
    {VfsOp::kWrite, SQLITE_FULL, "FULL", false},
    {VfsOp::kWrite, SQLITE_FULL, "FULL", true},
    {VfsOp::kRead, SQLITE_IOERR_READ, "IOERR", false},
    {VfsOp::kRead, SQLITE_IOERR_READ, "IOERR", true},
    {VfsOp::kSync, SQLITE_IOERR_FSYNC, "IOERR", false},
    {VfsOp::kSync, SQLITE_IOERR_FSYNC, "IOERR", true},
    {VfsOp::kTruncate, SQLITE_IOERR_TRUNCATE, "IOERR", false},
    {VfsOp::kTruncate, SQLITE_IOERR_TRUNCATE, "IOERR", true},
    {VfsOp::kFileSize, SQLITE_IOERR_FSTAT, "IOERR", false},
    {VfsOp::kFileSize, SQLITE_IOERR_FSTAT, "IOERR", true},
    {VfsOp::kOpen, SQLITE_CANTOPEN, "CANTOPEN", false},
    {VfsOp::kOpen, SQLITE_CANTOPEN, "CANTOPEN", true},
    {VfsOp::kDelete, SQLITE_IOERR_DELETE, "IOERR", false},
    {VfsOp::kDelete, SQLITE_IOERR_DELETE, "IOERR", true},
    {VfsOp::kAccess, SQLITE_IOERR_ACCESS, "IOERR", false},
    {VfsOp::kAccess, SQLITE_IOERR_ACCESS, "IOERR", true},
    {VfsOp::kLock, SQLITE_IOERR_LOCK, "IOERR", false},
    {VfsOp::kLock, SQLITE_IOERR_LOCK, "IOERR", true},
    {VfsOp::kLock, SQLITE_BUSY, "BUSY", false},
    {VfsOp::kUnlock, SQLITE_IOERR_UNLOCK, "IOERR", false},
    {VfsOp::kUnlock, SQLITE_IOERR_UNLOCK, "IOERR", true},
    {VfsOp::kCheckReservedLock, SQLITE_IOERR_CHECKRESERVEDLOCK, "IOERR", false},
    {VfsOp::kCheckReservedLock, SQLITE_IOERR_CHECKRESERVEDLOCK, "IOERR", true},
    {VfsOp::kShmMap, SQLITE_IOERR_SHMMAP, "IOERR", false},
    {VfsOp::kShmMap, SQLITE_IOERR_SHMMAP, "IOERR", true},
    {VfsOp::kShmLock, SQLITE_IOERR_SHMLOCK, "IOERR", false},
    {VfsOp::kShmLock, SQLITE_IOERR_SHMLOCK, "IOERR", true},
    {VfsOp::kShmLock, SQLITE_BUSY, "BUSY", false},
};

// Points for each kind without --all: enough for a minute.
constexpr int kEach = 1 << 30;
constexpr int kPointsInMainModes = 8;
constexpr int kPointsInOtherModes = 2;

class FileFault : public Fault, public VfsHook {
 public:
  FileFault(const FaultKind& kind, int number) : kind_(kind), number_(number) {}

  void Arm(sqlite3*) override { SetVfsHook(this); }
  void Disarm(sqlite3*) override { SetVfsHook(nullptr); }
  bool Explains(const CallResult& result) const override {
    int code = result.code;
    return code == SQLITE_IOERR || code == SQLITE_FULL || code == SQLITE_CANTOPEN ||
           code == SQLITE_BUSY;
  }
  int Before(const VfsCall& call) override {
    if (call.op != kind_.op) return SQLITE_OK;
    ++calls_;
    return calls_ == number_ || (kind_.lasting && calls_ > number_) ? kind_.code : SQLITE_OK;
  }

 private:
  FaultKind kind_;
  int number_;
  int calls_ = 0;
};

// Lets everything through and counts.
class Counting : public Fault, public VfsHook {
 public:
  void Arm(sqlite3*) override { SetVfsHook(this); }
  void Disarm(sqlite3*) override { SetVfsHook(nullptr); }
  int Before(const VfsCall& call) override {
    ++counts_[static_cast<int>(call.op)];
    return SQLITE_OK;
  }
  int Count(VfsOp op) const { return counts_[static_cast<int>(op)]; }

 private:
  std::array<int, kVfsOps> counts_ = {};
};

void AddPoints(const CampaignOptions& options, std::shared_ptr<const Subject> subject,
               const Counting& counting, int most, std::vector<Point>* points) {
  for (const FaultKind& kind : kKinds) {
    std::string name = subject->journal_mode + "/" + NameOf(kind.op) + "/" + kind.code_name +
                       (kind.lasting ? "/lasting" : "/once");
    if (!options.WantsKind(name)) continue;
    // Where there is a second connection it waits a minute for the lock that the first one could
    // not give back: right, and too long for here.
    const std::string scenario = subject->scenario.name;
    const bool waits = scenario == "apply_vacuum" || scenario == "apply_table";
    if (kind.op == VfsOp::kUnlock && waits && !options.all) continue;
    // What a check of the copy says of a page that it cannot read depends on the page.
    const bool all = kind.op == VfsOp::kRead && scenario == "backup";
    for (int number : Spread(counting.Count(kind.op), all ? kEach : most)) {
      auto run = [subject, kind, number](const std::string& work, bool verbose) {
        FileFault fault(kind, number);
        return CheckFault(*subject, &fault, work, verbose);
      };
      points->push_back({subject->scenario.name, name, number, run});
    }
  }
}

int Main(int argc, char** argv) {
  CampaignOptions options = CampaignOptions::Parse(argc, argv);
  CampaignFolder folder;
  RegisterFaultVfs();
  std::vector<Point> points;
  std::string work = folder.path() + "/count";
  setenv("TMPDIR", (work + "/tmp").c_str(), 1);
  for (const Scenario& scenario : SurfaceScenarios()) {
    if (!options.Wants(scenario.name)) continue;
    for (const char* mode : {"DELETE", "WAL", "TRUNCATE", "PERSIST"}) {
      auto subject = std::make_shared<Subject>();
      subject->scenario = scenario;
      subject->journal_mode = mode;
      subject->folder = folder.path() + "/" + scenario.name + "-" + mode;
      std::string problem = Prepare(subject.get());
      Counting counting;
      std::vector<Violation> violations = CheckFault(*subject, &counting, work, false);
      if (!problem.empty()) violations.push_back({'a', problem});
      auto told = [violations](const std::string&, bool) { return violations; };
      if (options.kind.empty()) {
        points.push_back({scenario.name, mode + std::string("/no fault"), 0, told});
      }
      bool main_mode = mode[0] == 'D' || mode[0] == 'W';
      int most = options.all || options.point > 0 ? kEach
                 : main_mode                      ? kPointsInMainModes
                                                  : kPointsInOtherModes;
      AddPoints(options, subject, counting, most, &points);
    }
  }
  return RunCampaign(options, points, folder.path());
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) { return fastmigrate::Main(argc, argv); }
