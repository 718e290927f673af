#include "faults/fault_check.h"

#include <stdio.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>

#include "faults/fault_vfs.h"

namespace fastmigrate {
namespace {

namespace fs = std::filesystem;

constexpr sqlite3_int64 kHostRowid = 4711;

std::string Describe(const CallResult& result) {
  if (result.code == SQLITE_OK) return "success";
  return "error " + std::to_string(result.extended) + ": " + result.message;
}

class Check {
 public:
  Check(const Subject& subject, Fault* fault, const std::string& work, bool verbose)
      : subject_(subject),
        fault_(fault),
        root_(work + "/point"),
        temp_(work + "/tmp"),
        again_(work + "/again"),
        verbose_(verbose) {
    fs::remove_all(work);
    fs::create_directories(temp_);
    fs::copy(subject.folder, root_, fs::copy_options::recursive);
  }

  std::vector<Violation> Run() {
    int files = OpenFiles();
    db_ = OpenHost(File(root_), subject_.journal_mode);
    Begin(db_);
    sqlite3_set_last_insert_rowid(db_, kHostRowid);
    settings_ = SettingsOf(db_);
    ForgetReturn();
    fault_->Arm(db_);
    result_ = RunQuery(db_, SqlOf(scenario(), root_));
    fault_->Disarm(db_);
    success_ = result_.code == scenario().error;
    if (verbose_) printf("the call: %s\n%s\n", Describe(result_).c_str(), result_.text.c_str());

    CheckResult();
    CheckSettings();
    CheckTransaction();
    CheckState();
    CheckFiles();
    fs::copy(root_, again_, fs::copy_options::recursive);
    fs::remove(File(again_) + "-shm");
    Repeat(db_, root_, "on the same connection");
    CheckClose(db_, files);
    sqlite3* other = OpenHost(File(again_), subject_.journal_mode);
    Repeat(other, again_, "on a new connection");
    sqlite3_close(other);
    return std::move(violations_);
  }

 private:
  const Scenario& scenario() const { return subject_.scenario; }
  static std::string File(const std::string& root) { return root + "/data.db"; }
  void Violated(char check, const std::string& what) {
    if (verbose_) printf("violation %c: %s\n", check, what.c_str());
    violations_.push_back({check, what});
  }

  void Begin(sqlite3* db) {
    if (!scenario().in_transaction) return;
    RunQuery(db, "PRAGMA foreign_keys = OFF; BEGIN; INSERT INTO host_note (text) VALUES ('mine')");
  }

  void CheckResult() {
    if (!success_ && !fault_->Explains(result_)) Violated('a', Describe(result_));
    bool comparable =
        success_ && scenario().same_result && !fault_->ExcusesState() && !fault_->ExcusesRows();
    if (comparable && WithoutFolder(result_.text, root_) != subject_.success.text) {
      Violated('a', "the result is " + result_.text);
    }
  }

  // What cannot be restored while an interrupt is in force is restored by the next call.
  void CheckSettings() {
    RunQuery(db_, "SELECT fastmigrate_extension_version()");
    std::string now = SettingsOf(db_);
    if (now == settings_ || fault_->ExcusesState()) return;
    auto [was, is] = std::mismatch(settings_.begin(), settings_.end(), now.begin(), now.end());
    size_t begin = now.rfind(' ', is - now.begin());
    begin = begin == std::string::npos ? 0 : begin + 1;
    auto word = [begin](const std::string& text) {
      return text.substr(begin, text.find(' ', begin) - begin);
    };
    Violated('d', word(settings_) + " became " + word(now));
  }

  void CheckTransaction() {
    open_after_ = sqlite3_get_autocommit(db_) == 0;
    if (!scenario().in_transaction && open_after_) Violated('b', "a transaction was left open");
    if (scenario().in_transaction && !open_after_ && success_) {
      Violated('b', "the caller's transaction is gone, and the call succeeded");
    }
    CallResult commit = RunQuery(db_, "COMMIT");
    if (scenario().in_transaction && open_after_ && commit.code != SQLITE_OK &&
        !fault_->ExcusesState()) {
      Violated('b', "the caller's COMMIT: " + Describe(commit));
    }
    if (sqlite3_get_autocommit(db_) == 0) RunQuery(db_, "ROLLBACK");
  }

  bool IsAllowed(const FileState& state) const {
    if (state == subject_.before || state == subject_.after) return true;
    if (!IsOfScripts(scenario().start)) return false;
    return std::find(subject_.between.begin(), subject_.between.end(), state) !=
           subject_.between.end();
  }

  void CheckState() {
    state_ = ReadFileState(File(root_));
    if (fault_->ExcusesState()) return;
    if (success_ && state_ != subject_.after) {
      Violated('c', "success, but " + DifferenceOf(subject_.after, state_));
    } else if (!IsAllowed(state_)) {
      Violated('c', "at version " + std::to_string(state_.version) + ": " +
                        DifferenceOf(Nearest(state_.version), state_));
    }
    if (scenario().in_transaction && state_.notes != (open_after_ ? 1 : 0)) {
      Violated('c', "the caller's own row is " + std::string(open_after_ ? "gone" : "there"));
    }
    if (!success_) CheckMessage();
  }

  const FileState& Nearest(int version) const {
    for (const FileState& state : subject_.between) {
      if (state.version == version) return state;
    }
    return subject_.before;
  }

  // The scripts in the file, as far as its version tells.
  int ScriptsUpTo(int version) const {
    return static_cast<int>(std::count_if(
        scenario().scripts.begin(), scenario().scripts.end(),
        [version](const FaultScript& script) { return VersionOf(script) <= version; }));
  }

  void CheckMessage() {
    static const std::regex version("stays at version ([0-9]+)");
    static const std::regex count("([0-9]+) of [0-9]+ scripts were applied");
    std::smatch match;
    int present = std::max(state_.version, 0);
    if (std::regex_search(result_.message, match, version) && std::stoi(match[1]) != present) {
      Violated('c', "the error says '" + match.str() + "', the file " + std::to_string(present));
    }
    const bool says_none = result_.message.find("stays without a version") != std::string::npos;
    if (says_none && state_.version >= 0) Violated('c', "the error says that there is no version");
    int applied = ScriptsUpTo(present) - ScriptsUpTo(std::max(subject_.before.version, 0));
    if (std::regex_search(result_.message, match, count) && std::stoi(match[1]) != applied) {
      Violated('c', "the error says '" + match.str() + "', the file " + std::to_string(applied));
    }
  }

  void CheckFiles() {
    for (const auto& entry : fs::directory_iterator(temp_)) {
      Violated('e', "left in TMPDIR: " + std::string(entry.path().extension()));
    }
    LookForStrays(root_);
    if (fault_->ExcusesState()) return;
    CheckProbe();
    if (scenario().makes.empty() || fault_->CameTooLate()) return;
    bool done = success_ || (subject_.after != subject_.before && state_ == subject_.after);
    // What is made before a commit in doubt stays, and the message says so.
    const bool in_doubt = result_.message.find("kept, since") != std::string::npos;
    for (const std::string& file : scenario().makes) {
      const bool there = fs::exists(root_ + "/" + file);
      if (there != (done || in_doubt)) Violated('e', file + (there ? " was left" : " is missing"));
    }
    if (!scenario().has_folder && !done && !in_doubt && fs::exists(root_ + "/migrations")) {
      Violated('e', "the new folder was left");
    }
    if (done && scenario().makes.front() == "backup.db") {
      FileState copy = ReadFileState(root_ + "/backup.db");
      if (copy != subject_.before) Violated('a', "backup: " + DifferenceOf(subject_.before, copy));
    }
  }

  void CheckProbe() {
    if (scenario().probe.empty()) return;
    Scenario probe = {.name = "probe", .call = scenario().probe};
    sqlite3* db = OpenHost(File(root_), "");
    bool done = RunQuery(db, SqlOf(probe, root_)).text == "1";
    sqlite3_close(db);
    if (success_ && !done) Violated('a', "success, but it is not done");
    done_ = done;
  }

  void LookForStrays(const std::string& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      std::string name = entry.path().string().substr(root_.size() + 1);
      const std::vector<std::string>& makes = scenario().makes;
      bool known = name == "migrations" || name.starts_with("data.db") ||
                   std::find(makes.begin(), makes.end(), name) != makes.end() ||
                   fs::exists(subject_.folder + "/" + name);
      std::string suffix = name.starts_with("data.db") ? name.substr(7) : "";
      bool ours = suffix.empty() || suffix == "-journal" || suffix == "-wal" || suffix == "-shm";
      if (!known || !ours) Violated('e', "left: " + name);
    }
  }

  void Repeat(sqlite3* db, const std::string& root, const std::string& where) {
    if (fault_->ExcusesState()) return;
    // What a COMMIT that reported an error has left in the WAL counts once the file is opened anew.
    FileState found = ReadFileState(File(root));
    if (!IsAllowed(found)) {
      Violated('c', where + ", at version " + std::to_string(found.version) + ": " +
                        DifferenceOf(Nearest(found.version), found));
    }
    Begin(db);
    CallResult result = RunQuery(db, SqlOf(scenario(), root));
    RunQuery(db, "COMMIT");
    FileState state = ReadFileState(File(root));
    bool was_done = success_ || done_ || found == subject_.after;
    if (result.code != scenario().error && !was_done) {
      Violated('g', where + ": " + Describe(result));
    } else if (state != subject_.after) {
      Violated('g', where + ": " + DifferenceOf(subject_.after, state));
    }
    if (sqlite3_get_autocommit(db) == 0) RunQuery(db, "ROLLBACK");
  }

  void CheckClose(sqlite3* db, int files) {
    if (int rc = sqlite3_close(db); rc != SQLITE_OK) {
      Violated('f', "sqlite3_close: " + std::string(sqlite3_errmsg(db)));
      sqlite3_close_v2(db);
    }
    if (OpenFiles() != files) {
      Violated('f', std::to_string(OpenFiles() - files) + " files stay open");
    }
  }

  const Subject& subject_;
  Fault* fault_;
  std::string root_, temp_, again_;
  bool verbose_;
  sqlite3* db_ = nullptr;
  std::string settings_;
  CallResult result_;
  bool success_ = false;
  bool open_after_ = false;
  bool done_ = false;
  FileState state_;
  std::vector<Violation> violations_;
};

}  // namespace

std::string WithoutFolder(std::string text, const std::string& folder) {
  for (size_t at; (at = text.find(folder)) != std::string::npos;) {
    text.replace(at, folder.size(), "{root}");
  }
  return text;
}

std::vector<Violation> CheckFault(const Subject& subject, Fault* fault, const std::string& work,
                                  bool verbose) {
  return Check(subject, fault, work, verbose).Run();
}

}  // namespace fastmigrate
