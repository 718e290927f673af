#include "sqlite/settings.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <mutex>
#include <span>

#include "base/ascii.h"

namespace fastmigrate {
namespace {

struct PragmaEntry {
  std::string_view name;
  PragmaClass kind;
};

// Those not listed are kOther.
constexpr PragmaEntry kPragmas[] = {
    {"analysis_limit", PragmaClass::kSetting},
    {"automatic_index", PragmaClass::kSetting},
    {"cache_size", PragmaClass::kSetting},
    {"cache_spill", PragmaClass::kSetting},
    {"case_sensitive_like", PragmaClass::kSetting},
    {"cell_size_check", PragmaClass::kSetting},
    {"count_changes", PragmaClass::kSetting},
    {"default_cache_size", PragmaClass::kSetting},
    {"defer_foreign_keys", PragmaClass::kSetting},
    {"empty_result_callbacks", PragmaClass::kSetting},
    {"full_column_names", PragmaClass::kSetting},
    {"ignore_check_constraints", PragmaClass::kSetting},
    {"journal_size_limit", PragmaClass::kSetting},
    {"legacy_alter_table", PragmaClass::kSetting},
    {"max_page_count", PragmaClass::kSetting},
    {"mmap_size", PragmaClass::kSetting},
    {"query_only", PragmaClass::kSetting},
    {"read_uncommitted", PragmaClass::kSetting},
    {"recursive_triggers", PragmaClass::kSetting},
    {"reverse_unordered_selects", PragmaClass::kSetting},
    {"secure_delete", PragmaClass::kSetting},
    {"short_column_names", PragmaClass::kSetting},
    {"threads", PragmaClass::kSetting},
    {"trusted_schema", PragmaClass::kSetting},
    {"writable_schema", PragmaClass::kSetting},

    {"busy_timeout", PragmaClass::kPassedOver},
    {"checkpoint_fullfsync", PragmaClass::kPassedOver},
    {"data_store_directory", PragmaClass::kPassedOver},
    {"fullfsync", PragmaClass::kPassedOver},
    {"hard_heap_limit", PragmaClass::kPassedOver},
    {"locking_mode", PragmaClass::kPassedOver},
    {"soft_heap_limit", PragmaClass::kPassedOver},
    {"synchronous", PragmaClass::kPassedOver},
    {"temp_store", PragmaClass::kPassedOver},
    {"temp_store_directory", PragmaClass::kPassedOver},
    {"wal_autocheckpoint", PragmaClass::kPassedOver},

    {"auto_vacuum", PragmaClass::kOutside},
    {"encoding", PragmaClass::kOutside},
    {"foreign_keys", PragmaClass::kOutside},
    {"journal_mode", PragmaClass::kOutside},
    {"page_size", PragmaClass::kOutside},
    {"wal_checkpoint", PragmaClass::kOutside},
};

// The words that SQLite takes for numbers, and for which pragmas.
struct NamedValue {
  std::string_view word;
  std::string_view foreign_keys;
  std::string_view auto_vacuum;
};
constexpr NamedValue kNamedValues[] = {
    {"on", "1", ""},   {"yes", "1", ""},  {"true", "1", ""},
    {"off", "0", ""},  {"no", "0", ""},   {"false", "0", ""},
    {"full", "", "1"}, {"none", "", "0"}, {"incremental", "", "2"},
};

bool IsNumber(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

constexpr std::array kCopiedPragmas = {"recursive_triggers", "ignore_check_constraints",
                                       "legacy_alter_table", "trusted_schema",
                                       "cell_size_check",    "reverse_unordered_selects"};
constexpr std::array kCopiedNewFilePragmas = {"encoding", "page_size"};
constexpr std::array kCopiedFilePragmas = {"synchronous", "fullfsync", "checkpoint_fullfsync",
                                           "secure_delete", "query_only"};
constexpr std::array kCopiedConfig = {
    SQLITE_DBCONFIG_ENABLE_TRIGGER,    SQLITE_DBCONFIG_ENABLE_VIEW,
    SQLITE_DBCONFIG_DQS_DDL,           SQLITE_DBCONFIG_DQS_DML,
    SQLITE_DBCONFIG_DEFENSIVE,         SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
    SQLITE_DBCONFIG_LEGACY_FILE_FORMAT};
constexpr int kRestoreTries = 3;
constexpr int kLimitCount = SQLITE_LIMIT_WORKER_THREADS + 1;

}  // namespace

PragmaClass ClassOfPragma(std::string_view name) {
  for (const PragmaEntry& entry : kPragmas) {
    if (entry.name == name) return entry.kind;
  }
  return PragmaClass::kOther;
}

std::string NormalizedPragmaValue(std::string_view name, std::string_view value) {
  if (name == "foreign_keys" && IsNumber(value)) {
    bool zero = value.find_first_not_of('0') == std::string_view::npos;
    return zero ? "0" : "1";
  }
  for (const NamedValue& named : kNamedValues) {
    if (!EqualIgnoringCase(named.word, value)) continue;
    std::string_view number = name == "foreign_keys"  ? named.foreign_keys
                              : name == "auto_vacuum" ? named.auto_vacuum
                                                      : "";
    if (!number.empty()) return std::string(number);
  }
  return name == "journal_mode" ? Lowered(value) : std::string(value);
}

bool LeavesNoJournal(std::string_view journal_mode) {
  return journal_mode == "off" || journal_mode == "memory";
}

Result<std::string> ReadPragma(const Database& db, const std::string& schema,
                               const std::string& name) {
  if (name == "case_sensitive_like") {  // it cannot be asked for
    Result<std::optional<int64_t>> like = db.QueryInteger("SELECT 'a' NOT LIKE 'A'");
    if (!like) return like.error();
    return std::to_string(like->value_or(0));
  }
  Result<std::optional<std::string>> value =
      db.QueryText("PRAGMA " + (schema.empty() ? "" : QuoteName(schema) + ".") + name);
  if (!value) return value.error();
  return value->value_or("");
}

bool ForeignKeysEnforced(const Database& db) {
  int on = 0;
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_FKEY, -1, &on);
  return on != 0;
}

void EnforceForeignKeys(const Database& db, bool on) {
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_FKEY, on ? 1 : 0, nullptr);
}

namespace {

// What could not be restored when its keeper was destroyed. By connection, for the whole process.
// Made when it is first needed, and never destroyed, since hosts exit at any time.
struct LeftSettings {
  std::mutex mutex;
  std::map<sqlite3*, std::vector<std::string>> sql;
};
LeftSettings& Left() {
  static auto* left = new LeftSettings;
  return *left;
}

void Leave(sqlite3* db, const std::string& sql) noexcept {
  try {
    std::lock_guard<std::mutex> lock(Left().mutex);
    Left().sql[db].push_back(sql);
  } catch (const std::exception&) {
    return;  // there is no memory for that either
  }
}

// Whether it is set now.
bool RunPragma(sqlite3* db, std::string_view name, const std::string& sql) noexcept {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return false;
  int rc = sqlite3_step(statement);
  sqlite3_finalize(statement);
  const bool runs_when_stepped = name == "journal_mode" || name == "max_page_count";
  return !runs_when_stepped || rc == SQLITE_ROW || rc == SQLITE_DONE;
}

// These can be set even when memory has run out and no statement can be compiled.
void RestoreWithoutStatement(sqlite3* db, std::string_view name, bool on) noexcept {
  constexpr std::pair<std::string_view, int> kOptions[] = {
      {"legacy_alter_table", SQLITE_DBCONFIG_LEGACY_ALTER_TABLE},
      {"trusted_schema", SQLITE_DBCONFIG_TRUSTED_SCHEMA},
      {"writable_schema", SQLITE_DBCONFIG_WRITABLE_SCHEMA}};
  for (const auto& [option_name, option] : kOptions) {
    if (name == option_name) sqlite3_db_config(db, option, on ? 1 : 0, nullptr);
  }
}

// Such pragmas run when they are compiled (https://www.sqlite.org/pragma.html, "may run during
// the sqlite3_prepare() call"). The statement is written without white space, where SQLite's parser
// looks for an interrupt, so that the setting is restored even while one is in force.
std::string PragmaThatSets(const std::string& schema, const std::string& name,
                           const std::string& value) {
  return "PRAGMA" + (schema.empty() ? "" : QuoteName(schema) + ".") + QuoteName(name) + "=" +
         value + ";";
}

}  // namespace

Status SettingsKeeper::Remember(const std::string& schema, const std::string& given_name) {
  // The file's default stays; what this connection uses is restored.
  const std::string name = given_name == "default_cache_size" ? "cache_size" : given_name;
  for (const Setting& setting : settings_) {
    if (setting.name == name && EqualIgnoringCase(setting.schema, schema)) return {};
  }
  Result<std::string> value = ReadPragma(db_, schema, name);
  if (!value) return value.error();
  if (name == "secure_delete" && *value == "2") value = std::string("FAST");
  settings_.push_back(
      {schema, name, value->empty() ? "" : PragmaThatSets(schema, name, *value), *value == "1"});
  return {};
}

void SettingsKeeper::Forget(const std::string& schema, const std::string& name) {
  std::erase_if(settings_, [&](const Setting& setting) {
    return setting.name == name && EqualIgnoringCase(setting.schema, schema);
  });
}

bool SettingsKeeper::Has(std::string_view name) const {
  return std::any_of(settings_.begin(), settings_.end(),
                     [name](const Setting& setting) { return setting.name == name; });
}

void SettingsKeeper::Restore() noexcept {
  bool in_transaction = !db_.InAutocommit();
  for (size_t i = settings_.size(); i-- > 0;) {
    if (in_transaction && settings_[i].name == "journal_mode") continue;
    RestoreWithoutStatement(db_.handle(), settings_[i].name, settings_[i].on);
    const std::string& sql = settings_[i].sql;
    // A progress handler or an authorizer of the host may stop one statement and not the next.
    bool restored = sql.empty();
    for (int tries = 0; tries < kRestoreTries && !restored; ++tries) {
      restored = RunPragma(db_.handle(), settings_[i].name, sql);
    }
    if (!restored) Leave(db_.handle(), sql);
    settings_.erase(settings_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void ForgetLeftSettings(sqlite3* db) {
  std::lock_guard<std::mutex> lock(Left().mutex);
  Left().sql.erase(db);
}

void RestoreLeftSettings(const Database& db) {
  LeftSettings& left = Left();
  std::lock_guard<std::mutex> lock(left.mutex);
  auto found = left.sql.find(db.handle());
  if (found == left.sql.end()) return;
  for (const std::string& sql : found->second) {
    (void)sqlite3_exec(db.handle(), sql.c_str(), nullptr, nullptr, nullptr);
  }
  left.sql.erase(found);
}

namespace {

Status CopyPragmas(const Database& from, const Database& to, std::span<const char* const> names) {
  for (const char* name : names) {
    Result<std::string> value = ReadPragma(from, "", name);
    if (!value) return value.error();
    if (value->empty()) continue;
    if (std::string_view(name) == "secure_delete" && *value == "2") value = std::string("FAST");
    Status status = to.Execute(PragmaThatSets("", name, QuoteText(*value)));
    if (!status) return status;
  }
  return {};
}

}  // namespace

Status CopySettings(const Database& from, const Database& to) {
  if (Status status = CopyPragmas(from, to, kCopiedPragmas); !status) return status;
  for (int option : kCopiedConfig) {
    int value = 0;
    if (sqlite3_db_config(from.handle(), option, -1, &value) != SQLITE_OK) continue;
    sqlite3_db_config(to.handle(), option, value, nullptr);
  }
  // Under a low limit SQLite could not read even its own table of the schema.
  (void)to.QueryInteger("SELECT count(*) FROM main.sqlite_schema");
  for (int limit = 0; limit < kLimitCount; ++limit) {
    sqlite3_limit(to.handle(), limit, sqlite3_limit(from.handle(), limit, -1));
  }
  return {};
}

Status CopyNewFileSettings(const Database& from, const Database& to) {
  return CopyPragmas(from, to, kCopiedNewFilePragmas);
}

// Last query_only, which would forbid the rest.
Status CopyFileSettings(const Database& from, const Database& to) {
  Result<std::string> journal = ReadPragma(from, "main", "journal_mode");
  if (!journal) return journal.error();
  if (*journal == "persist" || *journal == "truncate") {
    Status status = to.Execute(PragmaThatSets("main", "journal_mode", *journal));
    if (!status) return status;
  }
  return CopyPragmas(from, to, kCopiedFilePragmas);
}

}  // namespace fastmigrate
