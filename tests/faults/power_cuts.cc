// Cuts the power at every point of a call: between any two writes, before and after each sync, with
// every image that the disk may hold then (see fault_disk.h). Plain SQLite opens the image, which
// must be exactly the state of the version in it; then the same call goes on to the end.
//
//   power_cuts [--all] [--only FUNCTION] [--kind DELETE/dropped/cut] [--point N]
//
// The point is the number of the event before which the power is cut. The host has
// synchronous=FULL.

#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <unordered_set>

#include "faults/fault_campaign.h"
#include "faults/fault_check.h"
#include "faults/fault_disk.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr char kBase[] = "data.db";
// Cuts for each function and mode without --all, beside those around a sync or a delete.
constexpr int kCutsBetweenWrites = 60;

struct Recording {
  Subject subject;
  std::string first;  // the database file's content before the call
  std::vector<DiskEvent> events;
};

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The reason when it does not succeed.
std::string Record(const std::string& work, Recording* recording) {
  const Subject& subject = recording->subject;
  fs::remove_all(work);
  fs::copy(subject.folder, work, fs::copy_options::recursive);
  recording->first = ReadAll(work + "/" + kBase);
  DiskRecorder recorder(work + "/" + kBase);
  SetVfsHook(&recorder);
  sqlite3* db = OpenHost(work + "/" + kBase, subject.journal_mode);
  RunQuery(db, "PRAGMA synchronous = FULL");
  CallResult result = RunQuery(db, SqlOf(subject.scenario, work));
  sqlite3_close(db);
  SetVfsHook(nullptr);
  recording->events = recorder.events();
  return result.message;
}

class PowerCut {
 public:
  PowerCut(const Recording& recording, std::string work, bool verbose)
      : recording_(recording),
        subject_(recording.subject),
        root_(work + "/point"),
        verbose_(verbose) {
    fs::remove_all(work);
    fs::create_directories(work + "/tmp");
    fs::create_directories(root_);
    fs::copy(subject_.folder + "/migrations", root_ + "/migrations");
  }

  std::vector<Violation> Run(int number, Cut cut) {
    Disk disk(kBase, recording_.first);
    for (int i = 0; i < number - 1; ++i) disk.Apply(recording_.events[i]);
    std::optional<DiskImage> image = disk.After(cut);
    for (const auto& [name, content] : *image) {
      std::ofstream(root_ + "/" + name, std::ios::binary) << content;
      if (verbose_) printf("%s: %zu bytes\n", name.c_str(), content.size());
    }
    FileState state = ReadFileState(root_ + "/" + kBase);
    if (verbose_) printf("plain SQLite finds version %d\n", state.version);
    bool between_parts = false;
    if (!IsAllowed(state, &between_parts)) {
      Violated('c', "at version " + std::to_string(state.version) + ": " +
                        DifferenceOf(Nearest(state.version), state));
    } else if (!between_parts) {
      GoOn(state);
    }
    return std::move(violations_);
  }

 private:
  void Violated(char check, const std::string& what) {
    if (verbose_) printf("violation %c: %s\n", check, what.c_str());
    violations_.push_back({check, what});
  }

  // Two states of one version: the second is that of a script committed in part.
  bool IsAllowed(const FileState& state, bool* between_parts) const {
    if (state == subject_.before || state == subject_.after) return true;
    auto same = [&state](const FileState& other) {
      return state.problem.empty() && other.content == state.content &&
             std::max(other.version, 0) == std::max(state.version, 0);
    };
    auto found = std::find_if(subject_.between.begin(), subject_.between.end(), same);
    if (found == subject_.between.end()) return false;
    *between_parts = found != subject_.between.begin() && (found - 1)->version == found->version;
    return true;
  }

  const FileState& Nearest(int version) const {
    for (const FileState& state : subject_.between) {
      if (state.version == version) return state;
    }
    return subject_.before;
  }

  void GoOn(const FileState& found) {
    sqlite3* db = nullptr;
    if (sqlite3_open((root_ + "/" + kBase).c_str(), &db) == SQLITE_OK) {
      LoadExtension(db);
      CallResult result = RunQuery(db, SqlOf(subject_.scenario, root_));
      FileState state = ReadFileState(root_ + "/" + kBase);
      if (result.code != SQLITE_OK && found != subject_.after) {
        Violated('g', "from version " + std::to_string(found.version) + ": " + result.message);
      } else if (state != subject_.after) {
        Violated('g', "at the end: " + DifferenceOf(subject_.after, state));
      }
    }
    sqlite3_close(db);
  }

  const Recording& recording_;
  const Subject& subject_;
  std::string root_;
  bool verbose_;
  std::vector<Violation> violations_;
};

// The numbers of the events before which the power is cut; one more than there are is the end.
std::vector<int> CutNumbers(const std::vector<DiskEvent>& events, bool all) {
  int count = static_cast<int>(events.size()) + 1;
  std::vector<int> numbers = Spread(count, all ? count : kCutsBetweenWrites);
  for (int i = 0; i < count - 1; ++i) {
    if (events[i].op != VfsOp::kSync && events[i].op != VfsOp::kDelete) continue;
    numbers.push_back(i + 1);
    numbers.push_back(i + 2);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

// Each image once: many cuts leave the same.
void AddPoints(const CampaignOptions& options, const std::shared_ptr<Recording>& recording,
               std::vector<Point>* points) {
  std::unordered_set<std::string> seen;
  Disk disk(kBase, recording->first);
  int applied = 0;
  for (int number : CutNumbers(recording->events, options.all || options.point > 0)) {
    for (; applied < number - 1; ++applied) disk.Apply(recording->events[applied]);
    for (int i = 0; i < kCuts; ++i) {
      Cut cut = static_cast<Cut>(i);
      std::string kind = recording->subject.journal_mode + "/" + NameOf(cut) + "/cut";
      if (!options.WantsKind(kind)) continue;
      std::optional<DiskImage> image = disk.After(cut);
      if (!image) continue;
      std::string print;
      for (const auto& [name, content] : *image) {
        print += name + std::to_string(std::hash<std::string>()(content)) + " ";
      }
      if (!seen.insert(print).second && options.point == 0) continue;
      auto run = [recording, number, cut](const std::string& work, bool verbose) {
        return PowerCut(*recording, work, verbose).Run(number, cut);
      };
      points->push_back({recording->subject.scenario.name, kind, number, run});
    }
  }
}

int Main(int argc, char** argv) {
  CampaignOptions options = CampaignOptions::Parse(argc, argv);
  CampaignFolder folder;
  RegisterFaultVfs();
  std::vector<Point> points;
  for (const Scenario& scenario : PowerCutScenarios()) {
    if (!options.Wants(scenario.name)) continue;
    for (const char* mode : {"DELETE", "WAL", "TRUNCATE", "PERSIST"}) {
      auto recording = std::make_shared<Recording>();
      recording->subject.scenario = scenario;
      recording->subject.journal_mode = mode;
      recording->subject.folder = folder.path() + "/" + scenario.name + "-" + mode;
      std::string problem = Prepare(&recording->subject);
      if (problem.empty()) problem = Record(folder.path() + "/recorded", recording.get());
      if (!problem.empty()) {
        auto told = [problem](const std::string&, bool) {
          return std::vector<Violation>{{'a', problem}};
        };
        points.push_back({scenario.name, mode + std::string("/no fault"), 0, told});
      }
      AddPoints(options, recording, &points);
    }
  }
  return RunCampaign(options, points, folder.path());
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) { return fastmigrate::Main(argc, argv); }
