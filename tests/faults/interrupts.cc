// Interrupts and authorizers of the host while a function of ours runs. See fault_check.h for what
// is looked at.
//
//   interrupts [--all] [--only FUNCTION] [--kind DELETE/interrupt/once] [--point N]
//
// The kinds, in the journal modes DELETE and WAL:
//
//   interrupt/once    sqlite3_interrupt() at the n-th step of SQLite's virtual machine
//   file/interrupt    sqlite3_interrupt() before the n-th call to the file system, so that it comes
//                     while a connection of ours works, too
//   progress/once     the host's progress handler returns 1 at the n-th step
//   progress/lasting  and from then on until the call has returned
//   deny/once, ignore/once      the n-th question to the host's authorizer
//   deny/ACTION                 everything of one kind: ROLLBACK, _meta, ...

#include <stdio.h>
#include <string.h>

#include <memory>

#include "faults/fault_campaign.h"
#include "faults/fault_check.h"
#include "faults/fault_vfs.h"

namespace fastmigrate {
namespace {

// Points for each kind without --all: enough for a minute.
constexpr int kPoints = 22;

enum class Event { kInterrupt, kFileInterrupt, kProgressOnce, kProgressLasting };

class Interruption : public Fault, public VfsHook {
 public:
  Interruption(Event event, int number) : event_(event), number_(number) {}

  void Arm(sqlite3* db) override {
    db_ = db;
    if (event_ == Event::kFileInterrupt) {
      SetVfsHook(this);
    } else {
      sqlite3_progress_handler(db, 1, Step, this);
    }
  }
  void Disarm(sqlite3* db) override {
    SetVfsHook(nullptr);
    sqlite3_progress_handler(db, 0, nullptr, nullptr);
  }
  bool Explains(const CallResult& result) const override { return result.code == SQLITE_INTERRUPT; }
  int count() const { return count_; }

  bool CameTooLate() const override { return late_; }

  int Before(const VfsCall&) override {
    Count();
    if (count_ == number_) sqlite3_interrupt(db_);
    return SQLITE_OK;
  }

 private:
  void Count() {
    if (++count_ == number_) late_ = FunctionReturned();
  }

  static int Step(void* self) {
    auto* fault = static_cast<Interruption*>(self);
    fault->Count();
    if (fault->event_ == Event::kInterrupt) {
      if (fault->count_ == fault->number_) sqlite3_interrupt(fault->db_);
      return 0;
    }
    bool lasting = fault->event_ == Event::kProgressLasting && fault->number_ > 0;
    return fault->count_ == fault->number_ || (lasting && fault->count_ > fault->number_);
  }

  Event event_;
  int number_;
  int count_ = 0;
  bool late_ = false;
  sqlite3* db_ = nullptr;
};

// What the authorizer is asked: an action, and a name that must be among its words; null is any.
struct Denied {
  const char* name;
  int action;
  const char* word;
};

constexpr Denied kDenied[] = {
    {"BEGIN", SQLITE_TRANSACTION, "BEGIN"},
    {"COMMIT", SQLITE_TRANSACTION, "COMMIT"},
    {"ROLLBACK", SQLITE_TRANSACTION, "ROLLBACK"},
    {"SAVEPOINT", SQLITE_SAVEPOINT, "BEGIN"},
    {"RELEASE", SQLITE_SAVEPOINT, "RELEASE"},
    {"ROLLBACK TO", SQLITE_SAVEPOINT, "ROLLBACK"},
    {"UPDATE _meta", SQLITE_UPDATE, "_meta"},
    {"INSERT _meta", SQLITE_INSERT, "_meta"},
    {"READ _meta", SQLITE_READ, "_meta"},
    {"INSERT history", SQLITE_INSERT, "_fastmigrate_history"},
    {"UPDATE history", SQLITE_UPDATE, "_fastmigrate_history"},
    {"READ history", SQLITE_READ, "_fastmigrate_history"},
    {"READ sqlite_schema", SQLITE_READ, "sqlite_master"},
    {"PRAGMA", SQLITE_PRAGMA, nullptr},
    {"DROP TABLE", SQLITE_DROP_TABLE, nullptr},
    {"CREATE TABLE", SQLITE_CREATE_TABLE, nullptr},
};

class Authorizer : public Fault {
 public:
  // At the n-th question; 0 never.
  Authorizer(int answer, int number) : answer_(answer), number_(number) {}
  // At each one of a kind.
  explicit Authorizer(const Denied* denied) : answer_(SQLITE_DENY), denied_(denied) {}

  void Arm(sqlite3* db) override { sqlite3_set_authorizer(db, Ask, this); }
  void Disarm(sqlite3* db) override { sqlite3_set_authorizer(db, nullptr, nullptr); }
  // SQLite's own code for a function that is denied is SQLITE_ERROR. What is ignored reads as NULL
  // or does nothing: whatever error that leads to, it must only not blame the file.
  bool Explains(const CallResult& result) const override {
    if (ignored_script_) return true;
    bool denied = result.message.find("not authorized") != std::string::npos ||
                  result.message.find("is prohibited") != std::string::npos;
    if (answer_ == SQLITE_IGNORE) {
      return denied || result.code == SQLITE_ERROR || result.code == SQLITE_AUTH;
    }
    // In the table form it may be why there is no second connection for a DROP.
    return result.code == SQLITE_AUTH ||
           ((result.code == SQLITE_ERROR || result.code == SQLITE_LOCKED) && denied);
  }
  bool ExcusesState() const override { return ignored_script_; }
  bool ExcusesRows() const override { return answer_ == SQLITE_IGNORE; }
  int count() const { return count_; }

 private:
  static bool Is(const char* text, const char* word) {
    return text != nullptr && sqlite3_stricmp(text, word) == 0;
  }

  static int Ask(void* self, int action, const char* a, const char* b, const char*, const char*) {
    auto* fault = static_cast<Authorizer*>(self);
    ++fault->count_;
    if (const Denied* denied = fault->denied_; denied != nullptr) {
      bool meant = action == denied->action &&
                   (denied->word == nullptr || Is(a, denied->word) || Is(b, denied->word));
      return meant ? SQLITE_DENY : SQLITE_OK;
    }
    if (fault->count_ != fault->number_) return SQLITE_OK;
    if (fault->answer_ == SQLITE_IGNORE) fault->ignored_script_ = !IsOurs(action, a, b);
    return fault->answer_;
  }

  // Whether only fastmigrate, never a script, asks for that. What the host ignores in a script, or
  // of the schema table (which makes SQLite itself call the schema malformed), is the host's
  // affair.
  static bool IsOurs(int action, const char* a, const char* b) {
    if (action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT) return true;
    // To ignore the creation of a table makes SQLite write a malformed schema.
    if (action != SQLITE_UPDATE && action != SQLITE_INSERT && action != SQLITE_READ) return false;
    for (const char* name : {"_meta", "_fastmigrate_history"}) {
      if (Is(a, name) || Is(b, name)) return true;
    }
    return false;
  }

  int answer_;
  int number_ = 0;
  const Denied* denied_ = nullptr;
  int count_ = 0;
  bool ignored_script_ = false;
};

using MakeFault = std::function<std::unique_ptr<Fault>(int number)>;

class Planner {
 public:
  Planner(const CampaignOptions& options, std::string folder)
      : options_(options), folder_(std::move(folder)) {}

  void Plan(const Scenario& scenario, const char* mode) {
    subject_ = std::make_shared<Subject>();
    subject_->scenario = scenario;
    subject_->journal_mode = mode;
    subject_->folder = folder_ + "/" + scenario.name + "-" + mode;
    std::string problem = Prepare(subject_.get());

    Interruption steps(Event::kProgressOnce, 0), files(Event::kFileInterrupt, 0);
    Authorizer questions(SQLITE_OK, 0);
    std::vector<Violation> violations = Try(&steps);
    Try(&files);
    Try(&questions);
    if (!problem.empty()) violations.push_back({'a', problem});
    if (options_.kind.empty()) {
      std::string kind = std::string(mode) + "/no fault";
      points_.push_back(
          {scenario.name, kind, 0, [violations](const std::string&, bool) { return violations; }});
    }

    auto interrupt = [](Event event) {
      return [event](int number) { return std::make_unique<Interruption>(event, number); };
    };
    auto answer = [](int code) {
      return [code](int number) { return std::make_unique<Authorizer>(code, number); };
    };
    // In the very last steps the work is done, and only the statement of the host is still to end.
    Add("interrupt/once", std::max(1, steps.count() - 6), interrupt(Event::kInterrupt));
    Add("file/interrupt", files.count(), interrupt(Event::kFileInterrupt));
    Add("progress/once", steps.count(), interrupt(Event::kProgressOnce));
    Add("progress/lasting", steps.count(), interrupt(Event::kProgressLasting));
    Add("deny/once", questions.count(), answer(SQLITE_DENY));
    Add("ignore/once", questions.count(), answer(SQLITE_IGNORE));
    for (const Denied& denied : kDenied) {
      Add(std::string("deny/") + denied.name, 1,
          [&denied](int) { return std::make_unique<Authorizer>(&denied); });
    }
  }

  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Violation> Try(Fault* fault) {
    return CheckFault(*subject_, fault, folder_ + "/count", false);
  }

  void Add(const std::string& name, int count, const MakeFault& make) {
    std::string kind = subject_->journal_mode + "/" + name;
    if (!options_.WantsKind(kind)) return;
    int most = options_.all || options_.point > 0 ? 1 << 30 : kPoints;
    for (int number : Spread(count, most)) {
      auto run = [subject = subject_, make, number](const std::string& work, bool verbose) {
        return CheckFault(*subject, make(number).get(), work, verbose);
      };
      points_.push_back({subject_->scenario.name, kind, number, run});
    }
  }

  const CampaignOptions& options_;
  std::string folder_;
  std::shared_ptr<Subject> subject_;
  std::vector<Point> points_;
};

int Main(int argc, char** argv) {
  CampaignOptions options = CampaignOptions::Parse(argc, argv);
  CampaignFolder folder;
  RegisterFaultVfs();
  setenv("TMPDIR", (folder.path() + "/count/tmp").c_str(), 1);
  Planner planner(options, folder.path());
  for (const Scenario& scenario : SurfaceScenarios()) {
    if (!options.Wants(scenario.name)) continue;
    for (const char* mode : {"DELETE", "WAL"}) planner.Plan(scenario, mode);
  }
  return RunCampaign(options, planner.points(), folder.path());
}

}  // namespace
}  // namespace fastmigrate

int main(int argc, char** argv) { return fastmigrate::Main(argc, argv); }
