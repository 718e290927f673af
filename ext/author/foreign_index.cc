#include "author/foreign_index.h"

#include <utf8.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/files.h"
#include "sql/source_excerpt.h"

namespace fastmigrate {
namespace {

// Whether a file of that name, below `folder`, could be outside of it.
bool LeadsOut(std::string_view name, bool may_have_folders) {
  if (name.empty() || name[0] == '/' || name.find('\0') != std::string_view::npos) return true;
  if (name.find('\\') != std::string_view::npos) return true;
  if (!may_have_folders) return name.find('/') != std::string_view::npos;
  const std::string around = "/" + std::string(name) + "/";
  return around.find("/../") != std::string::npos;
}

// "name" of "0000_name".
std::string WithoutNumber(std::string_view tag) {
  const auto* end = std::find_if_not(tag.begin(), tag.end(), IsDigit);
  if (end == tag.begin() || end == tag.end() || *end != '_') return std::string(tag);
  return std::string(end + 1, tag.end());
}

// Takes the entries out of the parser's events, so that no tree of values is built, whose
// destructor allocates.
class JournalReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JournalReader(const std::string& path, std::string_view json) : path_(path), json_(json) {}

  Result<std::vector<ForeignMigration>> Read() {
    nlohmann::json::sax_parse(json_.begin(), json_.end(), this);
    if (error_) return *error_;
    if (!has_entries_) return MakeError(path_ + " has no list \"entries\"");
    return std::move(entries_);
  }

  bool start_object(size_t) override {
    ++depth_;
    if (in_entries_ && depth_ == kEntry) entries_.emplace_back();
    return true;
  }
  bool end_object() override {
    const bool ends_entry = in_entries_ && depth_ == kEntry;
    --depth_;
    return !ends_entry || CheckEntry();
  }
  bool start_array(size_t) override {
    ++depth_;
    if (depth_ == kList && key_ == "entries") in_entries_ = has_entries_ = true;
    return true;
  }
  bool end_array() override {
    if (depth_ == kList) in_entries_ = false;
    --depth_;
    return true;
  }
  bool key(std::string& name) override {
    key_ = name;
    return true;
  }
  bool string(std::string& text) override {
    if (InEntry() && key_ == "tag") entries_.back().name = text;
    return true;
  }
  bool number_unsigned(uint64_t value) override {
    if (InEntry() && key_ == "when") entries_.back().version = std::to_string(value);
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(int64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool binary(nlohmann::json::binary_t&) override { return true; }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    const size_t offset = std::min(position - 1, json_.size());
    return Fail(MakeError(MessageAt(path_, json_, offset, "malformed JSON")));
  }

 private:
  static constexpr int kList = 2;   // the depth of {"entries": [
  static constexpr int kEntry = 3;  // of {"entries": [{

  bool InEntry() const { return in_entries_ && depth_ == kEntry; }

  bool Fail(Error error) {
    error_ = std::move(error);
    return false;
  }

  bool CheckEntry() {
    ForeignMigration& entry = entries_.back();
    if (entry.name.empty() || entry.version.empty()) {
      return Fail(MakeError(path_ + " has an entry without \"tag\" or \"when\""));
    }
    if (LeadsOut(entry.name, false)) {
      return Fail(MakeError(path_ + " has the tag '" + entry.name.substr(0, entry.name.find('\0')) +
                            "', which is no file name"));
    }
    for (size_t i = 0; i + 1 < entries_.size(); ++i) {
      if (entries_[i].name != entry.name) continue;
      return Fail(MakeError(path_ + " has the tag '" + entry.name + "' twice"));
    }
    entry.path = entry.name + ".sql";
    entry.description = WithoutNumber(entry.name);
    return true;
  }

  const std::string& path_;
  std::string_view json_;
  std::vector<ForeignMigration> entries_;
  int depth_ = 0;
  std::string key_;  // the last one
  bool in_entries_ = false;
  bool has_entries_ = false;
  std::optional<Error> error_;
};

std::string_view NextLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  constexpr std::string_view kBlanks = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

struct PlannedChange {
  std::string name;
  std::vector<std::string> tags;  // up to the next state of the same change, or to the end
  bool is_reworked = false;
};

Status TakePlanLine(const std::string& path, std::string_view line,
                    std::vector<PlannedChange>* changes) {
  if (line.empty() || line[0] == '#' || line[0] == '%') return {};
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  if (line[0] == '@') {
    for (PlannedChange& change : *changes) {
      if (!change.is_reworked) change.tags.emplace_back(word);
    }
    return {};
  }
  if (line[0] == '-') {
    return MakeError(path + " holds '" + std::string(line) +
                     "', which reverts a change; delete both from the plan");
  }
  std::string name(word);
  if (name[0] == '+') {
    line.remove_prefix(1);
    name = std::string(NextLine(&line));
    name = name.substr(0, name.find_first_of(" \t"));
  }
  if (LeadsOut(name, true)) {
    return MakeError(path + " holds the change '" + name + "', which is no file name");
  }
  for (PlannedChange& change : *changes) {
    if (change.name == name) change.is_reworked = true;
  }
  changes->push_back({std::move(name), {}, false});
  return {};
}

// Which script sqitch runs for a change that was reworked.
Result<std::string> ReworkedName(const ForeignFolder& folder, const std::string& path,
                                 const PlannedChange& change) {
  for (const std::string& tag : change.tags) {
    Result<FileType> type = TypeOf(Joined(folder.dir, "deploy/" + change.name + tag + ".sql"));
    if (!type) return type.error();
    if (*type != FileType::kMissing) return change.name + tag;
  }
  if (!change.tags.empty()) return change.name + change.tags.front();
  return MakeError(path + " holds the change '" + change.name + "' twice without a tag between");
}

}  // namespace

Result<std::vector<ForeignMigration>> ReadDrizzleJournal(const std::string& path,
                                                         std::string_view json) {
  return JournalReader(path, json).Read();
}

Result<std::vector<ForeignMigration>> ReadSqitchPlan(const ForeignFolder& folder,
                                                     const std::string& path,
                                                     std::string_view plan) {
  if (!utf8::is_valid(plan.begin(), plan.end())) return MakeError(path + " is not UTF-8");
  if (plan.starts_with(kByteOrderMark)) plan.remove_prefix(kByteOrderMark.size());
  std::vector<PlannedChange> changes;
  while (!plan.empty()) {
    Status status = TakePlanLine(path, NextLine(&plan), &changes);
    if (!status) return status.error();
  }
  std::vector<ForeignMigration> migrations;
  for (const PlannedChange& change : changes) {
    Result<std::string> script =
        change.is_reworked ? ReworkedName(folder, path, change) : change.name;
    if (!script) return script.error();
    migrations.push_back({"deploy/" + *script + ".sql", "", change.name, *script});
  }
  return migrations;
}

}  // namespace fastmigrate
