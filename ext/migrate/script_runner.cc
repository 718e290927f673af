#include "migrate/script_runner.h"

#include <algorithm>

#include "sql/lexer.h"
#include "sql/source_excerpt.h"

namespace fastmigrate {
namespace {

std::string LevelName(size_t level) {
  return "\"fastmigrate level " + std::to_string(level) + "\"";
}

// The first token of SQL at or behind the offset.
Token FirstToken(const SqlScript& script, size_t offset) {
  return Lexer(script.text, offset).NextSql();
}

// Where SQLite does not tell the place of an error, its message often holds the word that is
// wrong: near "X": ..., no such table: X, no such column: t.X. Empty when there is none.
std::string WordOfMessage(const std::string& message) {
  constexpr std::string_view kNear = "near \"";
  if (message.starts_with(kNear)) {
    return message.substr(kNear.size(), message.find('"', kNear.size()) - kNear.size());
  }
  size_t colon = message.rfind(": ");
  if (!message.starts_with("no such ") || colon == std::string::npos) return "";
  std::string word = message.substr(colon + 2);
  size_t dot = word.rfind('.');
  return dot == std::string::npos ? word : word.substr(dot + 1);
}

// A COMMIT would fail on them; the release of a savepoint, which stands for it, does not.
bool HasDeferredViolations(const Database& db) {
  int violations = 0;
  int highest = 0;
  sqlite3_db_status(db.handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &violations, &highest, 0);
  return violations != 0;
}

size_t FindWord(const SqlScript& script, size_t begin, const std::string& word) {
  Lexer lexer(script.text, begin);
  Token first = lexer.NextSql();
  if (word.empty()) return first.offset;
  for (Token token = first; token.kind != TokenKind::kEnd; token = lexer.NextSql()) {
    if (token.text == word || EqualIgnoringCase(Unquoted(token), word)) return token.offset;
    if (token.kind == TokenKind::kSemicolon) break;
  }
  return first.offset;
}

}  // namespace

ScriptRunner::ScriptRunner(const Database& db, const SqlScript& script, const ScriptSteps& steps,
                           SettingsKeeper* settings)
    : db_(db), script_(script), steps_(steps), settings_(*settings) {}

Status ScriptRunner::RunPart(const ScriptStep& part) {
  size_t index = part.first_statement;
  size_t at = part.begin;
  auto special = std::lower_bound(
      script_.specials.begin(), script_.specials.end(), index,
      [](const SpecialStatement& statement, size_t i) { return statement.index < i; });
  for (; index < part.end_statement; ++index) {
    size_t end = 0;
    if (special != script_.specials.end() && special->index == index) {
      if (Status status = RunSpecial(*special); !status) return status;
      end = special->end;
      ++special;
    } else {
      if (Status status = RunStatement(at, &end); !status) return status;
    }
    at = end;
  }
  if (levels_.empty()) return {};
  const TransactionLevels::Level& open = levels_.back();
  return At(open.offset, SQLITE_ERROR,
            open.name.empty() ? "this BEGIN has no COMMIT in the script"
                              : "this SAVEPOINT has no RELEASE in the script");
}

Status ScriptRunner::RunOutside(const SpecialStatement& statement,
                                const InterruptCheck& interrupted) {
  if (Status status = RememberSetting(statement); !status) return status;
  std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
  if (statement.name == "journal_mode" && LeavesNoJournal(wanted)) {
    return RetryWhileBusy(interrupted, [&]() -> Status {
      std::string schema = statement.schema.empty() ? "" : QuoteName(statement.schema) + ".";
      Status status = db_.Execute("PRAGMA " + schema + "journal_mode = DELETE");
      if (status) return status;
      return At(statement.offset, status.error().code, status.error().message);
    });
  }
  size_t end = 0;
  Status status = RetryWhileBusy(interrupted, [&] { return RunStatement(statement.offset, &end); });
  if (!status) return status;
  if (statement.name == "journal_mode") {
    // Where a temp database is open, SQLite (3.40) takes main for being in a transaction after the
    // change to WAL, and refuses a checkpoint, until something has read it.
    (void)db_.QueryInteger("PRAGMA main.schema_version");
  }
  return statement.name == "encoding" ? CheckEncoding(statement) : status;
}

// SQLite passes over PRAGMA encoding once it has fixed the encoding of the connection. Of a
// database that has tables that is what scripts know; of an empty one, they would not get what they
// ask for.
Status ScriptRunner::CheckEncoding(const SpecialStatement& statement) const {
  Result<std::string> present = ReadPragma(db_, "main", "encoding");
  Result<std::optional<int64_t>> tables =
      db_.QueryInteger("SELECT count(*) FROM main.sqlite_schema");
  if (!present || !tables || tables->value_or(1) > 0) return {};
  std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
  if (EqualIgnoringCase(present->substr(0, wanted.size()), wanted)) return {};
  return At(statement.offset, SQLITE_ERROR,
            "this connection has its encoding fixed already, at " + *present +
                "; run this PRAGMA on the empty database before the extension is loaded");
}

// The pragmas that stand outside of transactions and still concern the connection. Into and out of
// WAL is a change of the database, not of the connection, and stays.
Status ScriptRunner::RememberSetting(const SpecialStatement& statement) {
  if (statement.kind != StatementKind::kPragma) return {};
  if (statement.name == "journal_mode") {
    Result<std::string> present = ReadPragma(db_, statement.schema, statement.name);
    if (!present) return At(statement.offset, present.error().code, present.error().message);
    std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
    if (*present == "wal" || wanted == "wal") {
      settings_.Forget(statement.schema, statement.name);
      return {};
    }
  } else if (statement.name != "synchronous" &&
             ClassOfPragma(statement.name) != PragmaClass::kSetting) {
    return {};
  }
  Status status = settings_.Remember(statement.schema, statement.name);
  if (status) return status;
  return At(statement.offset, status.error().code, status.error().message);
}

Status ScriptRunner::RunSpecial(const SpecialStatement& statement) {
  if (IsSkipped(statement.index)) return {};
  switch (statement.kind) {
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kRollback:
    case StatementKind::kSavepoint:
    case StatementKind::kRelease:
    case StatementKind::kRollbackTo:
      return RunTransactionStatement(statement);
    case StatementKind::kPragma:
      return RunPragma(statement);
    default: {
      size_t end = 0;
      return RunStatement(statement.offset, &end);
    }
  }
}

Status ScriptRunner::RunPragma(const SpecialStatement& statement) {
  if (ClassOfPragma(statement.name) == PragmaClass::kPassedOver) return {};
  if (statement.name == "foreign_keys") return {};  // SQLite ignores it in a transaction
  if (statement.name == "journal_mode") {
    // From one rollback journal to another is a setting of the connection, idle until it is put
    // back.
    Result<std::string> present = ReadPragma(db_, statement.schema, statement.name);
    bool to_wal = NormalizedPragmaValue(statement.name, statement.value) == "wal";
    if (present && *present != "wal" && !to_wal) return {};
  }
  if (Status status = RememberSetting(statement); !status) return status;
  size_t end = 0;
  return RunStatement(statement.offset, &end);
}

// The messages are those of SQLite, from which a script would have had them.
Status ScriptRunner::RunTransactionStatement(const SpecialStatement& statement) {
  auto fail = [&](const std::string& message) {
    return Status(At(statement.offset, SQLITE_ERROR, message));
  };
  std::string sql;
  switch (statement.kind) {
    case StatementKind::kBegin:
      if (!levels_.empty()) return fail("cannot start a transaction within a transaction");
      sql = "SAVEPOINT " + LevelName(0);
      break;
    case StatementKind::kCommit:
      if (levels_.empty()) return fail("cannot commit - no transaction is active");
      if (ForeignKeysEnforced(db_) && HasDeferredViolations(db_)) {
        return At(statement.offset, SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed");
      }
      sql = "RELEASE " + LevelName(0);
      break;
    case StatementKind::kRollback:
      if (levels_.empty()) return fail("cannot rollback - no transaction is active");
      sql = "ROLLBACK TO " + LevelName(0) + "; RELEASE " + LevelName(0);
      break;
    case StatementKind::kSavepoint:
      sql = "SAVEPOINT " + LevelName(levels_.size());
      break;
    default: {
      size_t level = levels_.Find(statement.name);
      if (level == levels_.size()) return fail("no such savepoint: " + statement.name);
      sql = (statement.kind == StatementKind::kRelease ? "RELEASE " : "ROLLBACK TO ") +
            LevelName(level);
    }
  }
  Status status = db_.Execute(sql);
  if (!status) return At(statement.offset, status.error().code, status.error().message);
  levels_.Follow(statement);
  return {};
}

Status ScriptRunner::RunStatement(size_t begin, size_t* end) {
  const char* text = script_.text.c_str();
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  // Length -1: with a length, SQLite would copy the whole rest of the script each time.
  int rc = sqlite3_prepare_v2(db_.handle(), text + begin, -1, &prepared, &rest);
  if (rc != SQLITE_OK) return FailedToPrepare(begin);
  Statement statement(prepared);
  *end = static_cast<size_t>(rest - text);
  while (true) {
    Result<bool> row = statement.Step();
    if (!row) return At(FirstToken(script_, begin).offset, row.error().code, row.error().message);
    if (!*row) return {};
  }
}

bool ScriptRunner::IsSkipped(size_t index) const {
  return std::binary_search(steps_.skipped.begin(), steps_.skipped.end(), index);
}

Error ScriptRunner::At(size_t offset, int code, const std::string& message) const {
  std::string text = MessageAt(script_.file_name, script_.text, offset, message);
  if ((code & 0xFF) == SQLITE_LOCKED) {
    if (std::string readers = OtherRunningStatements(db_); !readers.empty()) {
      text += "\nanother statement of this connection still reads; finish or reset it first: " +
              readers;
    }
  }
  return {code, text};
}

Error ScriptRunner::FailedToPrepare(size_t begin) const {
  Error error = db_.LastError();
#if SQLITE_VERSION_NUMBER >= 3038000
  if (sqlite3_libversion_number() >= 3038000) {
    int offset = sqlite3_error_offset(db_.handle());
    if (offset >= 0) return At(begin + static_cast<size_t>(offset), error.code, error.message);
  }
#endif
  return At(FindWord(script_, begin, WordOfMessage(error.message)), error.code, error.message);
}

}  // namespace fastmigrate
