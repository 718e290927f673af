// Makes each call of the SQL surface while one allocation fails, or all from one on, and checks
// that nothing is broken afterwards. The model is SQLite's own testing, "Out-Of-Memory Testing" in
// https://www.sqlite.org/testing.html.
//
//   memory_faults                      some points of each scenario and mode, about a minute
//   memory_faults --all                every point
//   memory_faults --list               the scenarios and modes
//   memory_faults --only apply         one scenario; with --mode new-once also one mode
//   memory_faults --only apply --mode new-once --point 17      one point, told in full
//   memory_faults --self-test          that each kind of violation is found
//
// A point is the number of an allocation, counted from the begin of the call. After each one:
//
//   result         anything but a success or SQLITE_NOMEM
//   false success  a success without all its effects or rows
//   autocommit     the host is in a transaction that it did not begin
//   savepoint      one of ours is still open in the transaction that the host began
//   state          after the host's COMMIT, the database is in no state between two scripts
//   settings       of the connection, that differ from before
//   files          in the folder that should not be there, or are not whole; temp files
//   close          sqlite3_close() refuses; leak: memory that is not given back
//   again          the same call, without faults, does not do its work
//   crash, hang    the process ended, or did not
//
// Each batch of points runs in a child process; behind a crash the next one goes on.

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "faults/memory_run.h"
#include "faults/memory_self_test.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecondsAPoint = 20;
constexpr size_t kPointsShown = 8;
constexpr size_t kDetailsShown = 4;

struct Options {
  bool all = false;
  bool self_test = false;
  std::string only;
  std::string mode;
  int64_t point = -1;
};

// What is known of a kind of violation in a scenario.
struct Finding {
  int64_t count = 0;
  std::map<std::string, std::vector<int64_t>> points;  // by mode, the first few
  std::map<std::string, int64_t> details;              // how often each
};

struct Tally {
  int64_t points = 0;  // that there are
  int64_t tried = 0;
  int64_t failed = 0;
  std::map<std::string, Finding> findings;
};

void Add(Tally* tally, const std::string& mode, int64_t point, const std::string& kind,
         const std::string& detail) {
  Finding& finding = tally->findings[kind];
  ++finding.count;
  std::vector<int64_t>& points = finding.points[mode];
  if (points.size() < kPointsShown) points.push_back(point);
  ++finding.details[detail];
}

// All, or as many as the mode wants, evenly spread; in each mode others than in the mode before.
bool IsChosen(int64_t point, int64_t points, const MemoryMode& mode, bool all) {
  if (all || points <= mode.most_points) return true;
  auto modes = static_cast<int64_t>(kMemoryModes.size());
  int64_t shifted = point + points * (&mode - kMemoryModes.data()) / (modes * mode.most_points);
  return shifted * mode.most_points / points != (shifted - 1) * mode.most_points / points;
}

// A leak or a mark that was left would be found again at every later point.
bool SpoilsTheProcess(const std::vector<Violation>& violations) {
  for (const Violation& violation : violations) {
    if (violation.kind == "close" || violation.kind.starts_with("leak") ||
        violation.kind.starts_with("again")) {
      return true;
    }
  }
  return false;
}

std::string OneLine(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\t' ? ' ' : c;
  return text.substr(0, 200);
}

FILE* to_parent = nullptr;

void ReportCrash(int number) {
  DisarmFaults();
  std::fprintf(to_parent, "K\t");
  WriteProgramFrames(to_parent);
  std::fprintf(to_parent, "\n");
  std::fflush(to_parent);
  signal(number, SIG_DFL);
  raise(number);
}

// What is on every stack.
constexpr const char* kTestFunctions[] = {
    "::NewOrThrow", "::WriteProgramFrames", "::ReportCrash", "::RunBatch",
    "::RunChild",   "::MemoryRun",          "::Observe",     "::Main"};
constexpr int kCrashSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE};

// "in f, called by g": the functions of the extension that a crash was in.
std::string PlaceOfCrash(const std::string& offsets) {
  static std::map<std::string, std::string> known;
  if (offsets.empty()) return "";
  auto [found, is_new] = known.try_emplace(offsets);
  if (!is_new) return found->second;
  int count = 0;
  for (const std::string& name : FunctionNames(offsets)) {
    bool ours = name.starts_with("fastmigrate::") || name.starts_with("sqlite3_fastmigrate_init");
    bool of_test = std::any_of(std::begin(kTestFunctions), std::end(kTestFunctions),
                               [&](const char* part) { return name.ends_with(part); });
    if (!ours || of_test || count == 2) continue;
    found->second += (count++ == 0 ? " in " : ", called by ") + name;
  }
  return found->second;
}

// In the child: one line a fact, for the parent.
//   N points                 C point          the point is begun
//   V point kind detail      E point failed   it is ended
//   K offsets                where it crashed
[[noreturn]] void RunBatch(const MemoryScenario& scenario, const MemoryMode& mode,
                           const Options& options, int64_t behind, FILE* to) {
  if (freopen("/dev/null", "w", stderr) == nullptr) _exit(3);
  to_parent = to;
  RememberFaultPlace(true);  // loads what a crash could not load
  RememberFaultPlace(false);
  for (int number : kCrashSignals) signal(number, ReportCrash);
  alarm(kSecondsAPoint);
  MemoryRun run(scenario, mode);
  if (behind == 0) {
    std::fprintf(to, "N\t%lld\n", static_cast<long long>(run.points()));
    for (const Violation& violation : run.violations_without_faults()) {
      std::fprintf(to, "V\t0\t%s (no fault)\t%s\n", violation.kind.c_str(),
                   OneLine(violation.detail).c_str());
    }
  }
  for (int64_t point = behind + 1; point <= run.points(); ++point) {
    if (!IsChosen(point, run.points(), mode, options.all)) continue;
    std::fprintf(to, "C\t%lld\n", static_cast<long long>(point));
    std::fflush(to);
    alarm(kSecondsAPoint);
    std::vector<Violation> violations = run.Run(point, false);
    for (const Violation& violation : violations) {
      std::fprintf(to, "V\t%lld\t%s\t%s\n", static_cast<long long>(point), violation.kind.c_str(),
                   OneLine(violation.detail).c_str());
    }
    std::fprintf(to, "E\t%lld\t%d\n", static_cast<long long>(point), violations.empty() ? 0 : 1);
    if (SpoilsTheProcess(violations)) {
      std::fflush(to);
      _exit(2);
    }
  }
  std::fprintf(to, "D\n");
  std::fflush(to);
  _exit(0);
}

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else if (c != '\n') {
      fields.back() += c;
    }
  }
  return fields;
}

// Runs the points behind the one given until a child has come to the end. False when none was
// begun.
bool RunChild(const MemoryScenario& scenario, const MemoryMode& mode, const Options& options,
              int64_t* behind, bool* done, Tally* tally) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  std::fflush(stdout);
  pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    close(ends[0]);
    RunBatch(scenario, mode, options, *behind, fdopen(ends[1], "w"));
  }
  close(ends[1]);
  FILE* from = fdopen(ends[0], "r");
  std::string mode_name(mode.name);
  int64_t begun = -1;
  bool progress = false;
  std::string place;
  char* line = nullptr;
  size_t size = 0;
  while (getline(&line, &size, from) > 0) {
    std::vector<std::string> fields = Fields(line);
    int64_t number = fields.size() > 1 ? std::atoll(fields[1].c_str()) : 0;
    if (fields[0] == "N") {
      tally->points += number;
    } else if (fields[0] == "C") {
      begun = number;
      progress = true;
      ++tally->tried;
    } else if (fields[0] == "V" && fields.size() > 3) {
      Add(tally, mode_name, number, fields[2], fields[3]);
      if (number == 0) {
        ++tally->tried;
        ++tally->failed;
      }
    } else if (fields[0] == "E" && fields.size() > 2) {
      *behind = number;
      begun = -1;
      if (fields[2] == "1") ++tally->failed;
    } else if (fields[0] == "K" && fields.size() > 1) {
      place = PlaceOfCrash(fields[1]);
    } else if (fields[0] == "D") {
      *done = true;
    }
  }
  free(line);
  fclose(from);
  int status = 0;
  waitpid(child, &status, 0);
  if (begun >= 0) {
    *behind = begun;
    ++tally->failed;
    bool hang = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                          : "exit " + std::to_string(WEXITSTATUS(status));
    Add(tally, mode_name, begun, hang ? "hang" : "crash", how + place);
  }
  return progress || *done;
}

void RunSeries(const MemoryScenario& scenario, const MemoryMode& mode, const Options& options,
               Tally* tally) {
  int64_t behind = 0;
  bool done = false;
  while (!done) {
    if (RunChild(scenario, mode, options, &behind, &done, tally)) continue;
    ++tally->tried;
    ++tally->failed;
    Add(tally, std::string(mode.name), 0, "scenario", "ends before its first point");
    return;
  }
}

// The most frequent ones.
void PrintDetails(const std::map<std::string, int64_t>& details) {
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [detail, count] : details) sorted.emplace_back(-count, detail);
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < std::min(sorted.size(), kDetailsShown); ++i) {
    std::printf("        %lld x %s\n", static_cast<long long>(-sorted[i].first),
                sorted[i].second.c_str());
  }
}

void Print(const std::string& name, const Tally& tally) {
  std::printf("%-22s %6lld points, %5lld tried, %5lld failed\n", name.c_str(),
              static_cast<long long>(tally.points), static_cast<long long>(tally.tried),
              static_cast<long long>(tally.failed));
  for (const auto& [kind, finding] : tally.findings) {
    std::printf("    %-24s %5lld\n", kind.c_str(), static_cast<long long>(finding.count));
    PrintDetails(finding.details);
    for (const auto& [mode, points] : finding.points) {
      std::printf("        %s:", mode.c_str());
      for (int64_t point : points) std::printf(" %lld", static_cast<long long>(point));
      std::printf("%s\n", points.size() == kPointsShown ? " ..." : "");
    }
  }
  std::fflush(stdout);
}

int RunCampaign(const Options& options) {
  int64_t passed = 0;
  int64_t failed = 0;
  std::map<std::string, int64_t> kinds;
  for (const MemoryScenario& scenario : MemoryScenarios()) {
    if (!options.only.empty() && scenario.name != options.only) continue;
    Tally tally;
    for (const MemoryMode& mode : kMemoryModes) {
      if (options.mode.empty() || mode.name == options.mode) {
        RunSeries(scenario, mode, options, &tally);
      }
    }
    Print(scenario.name, tally);
    passed += tally.tried - tally.failed;
    failed += tally.failed;
    for (const auto& [kind, finding] : tally.findings) kinds[kind] += finding.count;
  }
  std::printf("\n");
  for (const auto& [kind, count] : kinds) {
    std::printf("%-28s %lld\n", kind.c_str(), static_cast<long long>(count));
  }
  std::printf("%lld passed, %lld failed\n", static_cast<long long>(passed),
              static_cast<long long>(failed));
  return failed == 0 && passed > 0 ? 0 : 1;
}

// Every point of calls that do wrong: the kinds of violations found are those expected.
int RunSelfTests() {
  Options options;
  options.all = true;
  int passed = 0;
  int failed = 0;
  for (const SelfTest& test : SelfTests()) {
    Tally tally;
    RunSeries(test.scenario, kMemoryModes[0], options, &tally);
    std::vector<std::string> kinds;
    for (const auto& [kind, finding] : tally.findings) kinds.push_back(kind);
    bool right = kinds == test.kinds && tally.tried > 0;
    ++(right ? passed : failed);
    if (!right) Print("self-test: " + test.scenario.name, tally);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

void TellCrash(int number) {
  std::printf("  the allocation that failed:\n");
  PrintFaultPlace();
  std::printf("  and then, %s:\n", strsignal(number));
  PrintPresentPlace();
  std::fflush(stdout);
  signal(number, SIG_DFL);
  raise(number);
}

// In a child all the same, so that a crash can be told.
int RunOnePoint(const MemoryScenario& scenario, const MemoryMode& mode, int64_t point) {
  std::fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    MemoryRun run(scenario, mode);
    std::printf("%s, %s, allocation %lld of %lld\n", scenario.name.c_str(),
                std::string(mode.name).c_str(), static_cast<long long>(point),
                static_cast<long long>(run.points()));
    std::fflush(stdout);
    for (int number : kCrashSignals) signal(number, TellCrash);
    bool failed = !run.Run(point, true).empty();
    std::printf("%d passed, %d failed\n", failed ? 0 : 1, failed ? 1 : 0);
    std::fflush(stdout);
    _exit(failed ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::printf("  VIOLATION crash: %s\n0 passed, 1 failed\n", strsignal(WTERMSIG(status)));
  return 1;
}

int Usage() {
  std::fprintf(stderr,
               "usage: memory_faults [--list] [--self-test] [--all] [--only SCENARIO [--mode MODE "
               "[--point N]]]\n");
  return 2;
}

int List() {
  for (const MemoryScenario& scenario : MemoryScenarios()) {
    std::printf("%-22s %s\n", scenario.name.c_str(), scenario.call.c_str());
  }
  std::printf("\n");
  for (const MemoryMode& mode : kMemoryModes) {
    std::printf("%s\n", std::string(mode.name).c_str());
  }
  return 0;
}

int Run(const Options& options) {
  if (options.self_test) return RunSelfTests();
  if (options.point < 0) return RunCampaign(options);
  for (const MemoryScenario& scenario : MemoryScenarios()) {
    for (const MemoryMode& mode : kMemoryModes) {
      if (scenario.name == options.only && mode.name == options.mode) {
        return RunOnePoint(scenario, mode, options.point);
      }
    }
  }
  return Usage();
}

// A folder of our own, in memory where that can be had; the process works in it.
std::string EnterFolder() {
  std::error_code ec;
  fs::path parent = fs::is_directory("/dev/shm", ec) ? "/dev/shm" : fs::temp_directory_path(ec);
  std::string folder = (parent / "memory_faults-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return "";
  fs::create_directories(folder + "/work", ec);
  fs::create_directories(folder + "/tmp", ec);
  setenv("TMPDIR", (folder + "/tmp").c_str(), 1);
  setenv("SQLITE_TMPDIR", (folder + "/tmp").c_str(), 1);
  fs::current_path(folder + "/work", ec);
  return ec ? "" : folder;
}

int Main(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    std::string argument = arguments[i];
    bool has_value = i + 1 < count;
    if (argument == "--list") return List();
    if (argument == "--all") {
      options.all = true;
    } else if (argument == "--self-test") {
      options.self_test = true;
    } else if (argument == "--only" && has_value) {
      options.only = arguments[++i];
    } else if (argument == "--mode" && has_value) {
      options.mode = arguments[++i];
    } else if (argument == "--point" && has_value) {
      options.point = std::atoll(arguments[++i]);
    } else {
      return Usage();
    }
  }
  std::string folder = EnterFolder();
  if (folder.empty()) return 2;
  int status = Run(options);
  std::error_code ec;
  fs::current_path("/", ec);
  fs::remove_all(folder, ec);
  return status;
}

}  // namespace
}  // namespace fastmigrate

int main(int count, char** arguments) { return fastmigrate::Main(count, arguments); }
