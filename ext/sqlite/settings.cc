#include "sqlite/settings.h"

#include <algorithm>
#include <array>

#include "sql/lexer.h"

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
    {"checkpoint_fullfsync", PragmaClass::kSetting},
    {"count_changes", PragmaClass::kSetting},
    {"default_cache_size", PragmaClass::kOther},
    {"defer_foreign_keys", PragmaClass::kSetting},
    {"empty_result_callbacks", PragmaClass::kSetting},
    {"full_column_names", PragmaClass::kSetting},
    {"fullfsync", PragmaClass::kSetting},
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
    {"wal_autocheckpoint", PragmaClass::kSetting},
    {"writable_schema", PragmaClass::kSetting},

    {"busy_timeout", PragmaClass::kPassedOver},
    {"data_store_directory", PragmaClass::kPassedOver},
    {"hard_heap_limit", PragmaClass::kPassedOver},
    {"locking_mode", PragmaClass::kPassedOver},
    {"soft_heap_limit", PragmaClass::kPassedOver},
    {"temp_store", PragmaClass::kPassedOver},
    {"temp_store_directory", PragmaClass::kPassedOver},

    {"auto_vacuum", PragmaClass::kOutside},
    {"encoding", PragmaClass::kOutside},
    {"foreign_keys", PragmaClass::kOutside},
    {"journal_mode", PragmaClass::kOutside},
    {"page_size", PragmaClass::kOutside},
    {"synchronous", PragmaClass::kOutside},
    {"wal_checkpoint", PragmaClass::kOutside},
};

// The words that SQLite takes for numbers, and for which pragmas.
struct NamedValue {
  std::string_view word;
  std::string_view foreign_keys;
  std::string_view synchronous;
  std::string_view auto_vacuum;
};
constexpr NamedValue kNamedValues[] = {
    {"on", "1", "1", ""},    {"yes", "1", "1", ""},        {"true", "1", "1", ""},
    {"off", "0", "0", ""},   {"no", "0", "0", ""},         {"false", "0", "0", ""},
    {"normal", "", "1", ""}, {"full", "", "2", "1"},       {"extra", "", "3", ""},
    {"none", "", "", "0"},   {"incremental", "", "", "2"},
};

bool IsNumber(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

constexpr std::array kCopiedPragmas = {"recursive_triggers", "ignore_check_constraints",
                                       "legacy_alter_table", "trusted_schema",
                                       "cell_size_check",    "synchronous"};
constexpr std::array kCopiedConfig = {
    SQLITE_DBCONFIG_ENABLE_TRIGGER,    SQLITE_DBCONFIG_ENABLE_VIEW,
    SQLITE_DBCONFIG_DQS_DDL,           SQLITE_DBCONFIG_DQS_DML,
    SQLITE_DBCONFIG_DEFENSIVE,         SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
    SQLITE_DBCONFIG_LEGACY_FILE_FORMAT};
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
                              : name == "synchronous" ? named.synchronous
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

SettingsKeeper::SettingsKeeper(const Database& db) : db_(db) {}

Status SettingsKeeper::Remember(const std::string& schema, const std::string& name) {
  bool known = std::any_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
    return setting.name == name && EqualIgnoringCase(setting.schema, schema);
  });
  if (known) return {};
  Result<std::string> value = ReadPragma(db_, schema, name);
  if (!value) return value.error();
  settings_.push_back({schema, name, *value});
  return {};
}

void SettingsKeeper::Forget(const std::string& schema, const std::string& name) {
  std::erase_if(settings_, [&](const Setting& setting) {
    return setting.name == name && EqualIgnoringCase(setting.schema, schema);
  });
}

// Such pragmas run when they are compiled (https://www.sqlite.org/pragma.html, "may run during
// the sqlite3_prepare() call"). The statement is written without white space, where SQLite's parser
// looks for an interrupt, so that the setting comes back even then.
void SettingsKeeper::Apply(const Setting& setting) const {
  if (setting.value.empty()) return;
  std::string schema = setting.schema.empty() ? "" : QuoteName(setting.schema) + ".";
  (void)db_.Execute("PRAGMA" +
                    (schema.empty() ? QuoteName(setting.name) : schema + QuoteName(setting.name)) +
                    "=" + setting.value + ";");
}

void SettingsKeeper::PutBackInTransaction() {
  for (auto setting = settings_.rbegin(); setting != settings_.rend(); ++setting) {
    if (setting->name != "synchronous" && setting->name != "journal_mode") Apply(*setting);
  }
  settings_.erase(std::remove_if(settings_.begin(), settings_.end(),
                                 [](const Setting& setting) {
                                   return setting.name != "synchronous" &&
                                          setting.name != "journal_mode";
                                 }),
                  settings_.end());
}

void SettingsKeeper::PutBack() {
  PutBackInTransaction();
  for (const Setting& setting : settings_) Apply(setting);
  settings_.clear();
}

Status CopySettings(const Database& from, const Database& to) {
  for (const char* name : kCopiedPragmas) {
    Result<std::string> value = ReadPragma(from, "", name);
    if (!value) return value.error();
    if (value->empty()) continue;
    if (Status status = to.Execute("PRAGMA " + std::string(name) + " = " + *value); !status) {
      return status;
    }
  }
  for (int option : kCopiedConfig) {
    int value = 0;
    if (sqlite3_db_config(from.handle(), option, -1, &value) != SQLITE_OK) continue;
    sqlite3_db_config(to.handle(), option, value, nullptr);
  }
  for (int limit = 0; limit < kLimitCount; ++limit) {
    sqlite3_limit(to.handle(), limit, sqlite3_limit(from.handle(), limit, -1));
  }
  return {};
}

}  // namespace fastmigrate
