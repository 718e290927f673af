#include "faults/fault_campaign.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr int kWorkers = 2;
constexpr unsigned kSecondsForOnePoint = 150;  // some wait a minute for a lock, twice
constexpr size_t kNumbersShown = 5;

// What a worker has written: a line for each event, "begin I", "violation I C TEXT", "end I".
struct Worker {
  int number;
  pid_t pid = 0;
  size_t next;  // the first point that it has not tried
  std::string log;
};

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(0, 300);
}

[[noreturn]] void Work(const std::vector<Point>& points, const Worker& worker,
                       const std::string& folder) {
  FILE* log = fopen(worker.log.c_str(), "a");
  std::string work = folder + "/worker" + std::to_string(worker.number);
  setenv("TMPDIR", (work + "/tmp").c_str(), 1);
  for (size_t i = worker.next; i < points.size(); i += kWorkers) {
    fprintf(log, "begin %zu\n", i);
    fflush(log);
    alarm(kSecondsForOnePoint);
    for (const Violation& violation : points[i].run(work, false)) {
      fprintf(log, "violation %zu %c %s\n", i, violation.check, OneLine(violation.what).c_str());
    }
    fprintf(log, "end %zu\n", i);
    fflush(log);
  }
  _exit(0);
}

void Start(const std::vector<Point>& points, Worker* worker, const std::string& folder) {
  fflush(stdout);
  worker->pid = fork();
  if (worker->pid == 0) Work(points, *worker, folder);
}

using Outcomes = std::vector<std::vector<Violation>>;

// The last point that was begun and did not end; points.size() when there is none.
size_t ReadLog(const Worker& worker, Outcomes* outcomes) {
  size_t open = outcomes->size();
  std::ifstream log(worker.log);
  for (std::string word; log >> word;) {
    size_t i;
    log >> i;
    if (word == "begin") open = i;
    if (word == "end") open = outcomes->size();
    if (word != "violation") continue;
    Violation violation;
    log >> violation.check;
    std::getline(log, violation.what);
    (*outcomes)[i].push_back(std::move(violation));
  }
  fs::remove(worker.log);
  return open;
}

Outcomes RunAll(const std::vector<Point>& points, const std::string& folder) {
  Outcomes outcomes(points.size());
  std::vector<Worker> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back({i, 0, static_cast<size_t>(i), folder + "/log" + std::to_string(i)});
  }
  for (Worker& worker : workers) Start(points, &worker, folder);
  for (int running = kWorkers; running > 0;) {
    int status = 0;
    pid_t pid = wait(&status);
    auto worker = std::find_if(workers.begin(), workers.end(),
                               [pid](const Worker& w) { return w.pid == pid; });
    if (worker == workers.end()) continue;
    size_t open = ReadLog(*worker, &outcomes);
    bool crashed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    if (!crashed || open >= points.size()) {
      --running;
      continue;
    }
    bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    std::string how = WIFSIGNALED(status) ? std::string(" ") + strsignal(WTERMSIG(status))
                                          : " exit " + std::to_string(WEXITSTATUS(status));
    outcomes[open].push_back({'x', hung ? " it hung" : how});
    worker->next = open + kWorkers;
    Start(points, &*worker, folder);
  }
  return outcomes;
}

struct Summary {
  int tried = 0;
  int failed = 0;
  std::map<char, std::vector<int>> numbers;           // of the points that violate a check
  std::map<char, std::pair<int, std::string>> first;  // and its first message
};

void Add(const Point& point, const std::vector<Violation>& violations, Summary* summary) {
  ++summary->tried;
  if (!violations.empty()) ++summary->failed;
  for (const Violation& violation : violations) {
    std::vector<int>& numbers = summary->numbers[violation.check];
    if (numbers.empty() || numbers.back() != point.number) numbers.push_back(point.number);
    summary->first.try_emplace(violation.check, point.number, violation.what);
  }
}

void Print(const std::string& kind, const Summary& summary) {
  printf("  %-34s %5d points", kind.c_str(), summary.tried);
  for (const auto& [check, numbers] : summary.numbers) {
    printf("  %c:%zu (", check, numbers.size());
    for (size_t i = 0; i < numbers.size() && i < kNumbersShown; ++i) {
      printf(i > 0 ? " %d" : "%d", numbers[i]);
    }
    printf(numbers.size() > kNumbersShown ? " ..)" : ")");
  }
  printf("\n");
  for (const auto& [check, first] : summary.first) {
    printf("      %c at %d:%s\n", check, first.first, first.second.c_str());
  }
}

// Without the journal mode before it and how long the fault lasts behind it.
std::string ShortKind(const std::string& kind) {
  size_t begin = kind.find('/') + 1, end = kind.rfind('/');
  return end > begin ? kind.substr(begin, end - begin) : kind.substr(begin);
}

int Report(const std::vector<Point>& points, const Outcomes& outcomes) {
  std::vector<std::string> functions;
  std::map<std::string, std::map<std::string, Summary>> summaries;
  std::map<char, int> sums;
  int failed = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    if (!summaries.contains(point.function)) functions.push_back(point.function);
    Summary* summary = &summaries[point.function][point.kind];
    Add(point, outcomes[i], summary);
    failed += outcomes[i].empty() ? 0 : 1;
    std::map<char, bool> seen;
    for (const Violation& violation : outcomes[i]) seen[violation.check] = true;
    for (const auto& [check, yes] : seen) sums[check] += yes ? 1 : 0;
  }
  for (const std::string& function : functions) {
    int tried = 0, bad = 0;
    std::map<std::string, int> clean;
    for (const auto& [kind, summary] : summaries[function]) {
      tried += summary.tried;
      bad += summary.failed;
      if (summary.failed == 0) clean[ShortKind(kind)] += summary.tried;
    }
    printf("%s: %d points, %d with violations\n", function.c_str(), tried, bad);
    for (const auto& [kind, summary] : summaries[function]) {
      if (summary.failed > 0) Print(kind, summary);
    }
    if (!clean.empty()) printf("  without violations:");
    for (const auto& [kind, count] : clean) printf(" %s %d", kind.c_str(), count);
    if (!clean.empty()) printf("\n");
  }
  printf(
      "points by check violated (a result, b transaction, c state, d settings, e files, f close, "
      "g again, x crash):");
  for (const auto& [check, count] : sums) printf(" %c:%d", check, count);
  printf("\n%zu passed, %d failed\n", points.size() - failed, failed);
  return failed > 0 ? 1 : 0;
}

int RunOne(const Point& point, const std::string& folder) {
  printf("%s, %s, point %d\n", point.function.c_str(), point.kind.c_str(), point.number);
  std::string work = folder + "/worker0";
  setenv("TMPDIR", (work + "/tmp").c_str(), 1);
  bool failed = !point.run(work, true).empty();
  printf("%d passed, %d failed\n", failed ? 0 : 1, failed ? 1 : 0);
  return failed ? 1 : 0;
}

}  // namespace

CampaignOptions CampaignOptions::Parse(int argc, char** argv) {
  CampaignOptions options;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    bool has_value = i + 1 < argc;
    if (name == "--all") {
      options.all = true;
    } else if (name == "--only" && has_value) {
      options.only = argv[++i];
    } else if (name == "--kind" && has_value) {
      options.kind = argv[++i];
    } else if (name == "--point" && has_value) {
      options.point = atoi(argv[++i]);
    } else {
      fprintf(stderr, "usage: %s [--all] [--only FUNCTION] [--kind KIND] [--point N]\n", argv[0]);
      exit(2);
    }
  }
  return options;
}

CampaignFolder::CampaignFolder() {
  std::string parent = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  std::string pattern = parent + "/fastmigrate-faults-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) exit(2);
  path_ = pattern;
  fs::create_directories(path_ + "/tmp");
  setenv("TMPDIR", (path_ + "/tmp").c_str(), 1);
}

CampaignFolder::~CampaignFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<int> Spread(int count, int most) {
  std::vector<int> numbers;
  if (count <= most) {
    for (int i = 1; i <= count; ++i) numbers.push_back(i);
    return numbers;
  }
  for (int i = 0; i < most; ++i) {
    numbers.push_back(1 + static_cast<int>(int64_t{count - 1} * i / std::max(most - 1, 1)));
  }
  return numbers;
}

int RunCampaign(const CampaignOptions& options, const std::vector<Point>& points,
                const std::string& folder) {
  if (options.point > 0) {
    for (const Point& point : points) {
      if (point.number == options.point) return RunOne(point, folder);
    }
    fprintf(stderr, "there is no such point\n");
    return 2;
  }
  return Report(points, RunAll(points, folder));
}

}  // namespace fastmigrate
