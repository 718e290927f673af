#include "migrate/script_runner.h"

#include <algorithm>

#include "sql/lexer.h"
#include "sql/source_excerpt.h"
#include "sqlite/busy_wait.h"
#include "sqlite/settings.h"

namespace fastmigrate {
namespace {

std::string LevelName(size_t level) {
  return "\"fastmigrate level " + std::to_string(level) + "\"";
}

// The first token of the statement at or behind the offset, which bare semicolons may precede.
Token FirstToken(const SqlScript& script, size_t offset) {
  Lexer lexer(script.text, offset);
  Token token = lexer.NextSql();
  while (token.kind == TokenKind::kSemicolon) token = lexer.NextSql();
  return token;
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

// The statement under a name that SQLite knows no PRAGMA by: it is parsed, and does nothing. A
// known one may act while it is prepared.
std::string WithoutPragmaName(std::string_view statement) {
  std::string text(statement);
  Lexer lexer(statement);
  Token token = lexer.NextSql();
  while (!token.Is("PRAGMA")) token = lexer.NextSql();  // behind EXPLAIN
  Token name = lexer.NextSql();
  if (lexer.NextSql().IsOperator(".")) name = lexer.NextSql();
  return text.replace(name.offset, name.text.size(), name.text.size(), 'x');
}

bool IsAboutSyntax(const Error& error) {
  return error.code == SQLITE_ERROR &&
         (error.message.ends_with("syntax error") || error.message == "incomplete input" ||
          error.message.starts_with("unrecognized token"));
}

}  // namespace

Status ScriptRunner::CheckSyntax() const {
  for (const SpecialStatement& special : script_.specials) {
    std::string_view statement(script_.text);
    statement = statement.substr(special.offset, special.end - special.offset);
    const bool pragma = special.kind == StatementKind::kPragma;
    const std::string text = pragma ? WithoutPragmaName(statement) : std::string(statement);
    if (db_.Prepare(text)) continue;
    Failure failure = FailedToPrepare(special.offset);
    // Any other error, such as a database that is not attached yet, is one where it runs.
    const int code = PrimaryCode(failure.error);
    if (IsAboutSyntax(failure.error) || code == SQLITE_NOMEM || code == SQLITE_INTERRUPT) {
      return At(failure.offset, failure.error);
    }
  }
  return {};
}

Status ScriptRunner::RunPart(const ScriptStep& part, Transaction* transaction) {
  size_t index = part.first_statement;
  size_t at = part.begin;
  transaction_ = transaction;
  enforced_ = ForeignKeysEnforced(db_);
  auto special = std::lower_bound(
      script_.specials.begin(), script_.specials.end(), index,
      [](const SpecialStatement& statement, size_t i) { return statement.index < i; });
  for (; index < part.end_statement; ++index) {
    if (progress_ != nullptr) progress_->AtStatement(index);
    if (special != script_.specials.end() && special->index == index) {
      if (Status status = RunSpecial(*special); !status) return status;
      at = special->end;
      ++special;
    } else {
      if (Status status = RunNext(at, &at); !status) return status;
    }
  }
  if (levels_.empty()) return {};
  const TransactionLevels::Level& open = levels_.back();
  return At(open.offset,
            MakeError(open.name.empty() ? "this BEGIN has no COMMIT in the script"
                                        : "this SAVEPOINT has no RELEASE in the script"));
}

Status ScriptRunner::RunNext(size_t begin, size_t* end) {
  if (!script_.may_drop || !MayDrop(FirstToken(script_, begin))) return RunGuarded(begin, end);
  return transaction_->WhileAside([&] { return RunGuarded(begin, end); });
}

Status ScriptRunner::RunGuarded(size_t begin, size_t* end) {
  const size_t start = begin;
  if (std::optional<Failure> failure = RunStatement(start, end)) {
    // What SQLite compiles inside a statement (ALTER TABLE) fails with a code of its own.
    if (failure->error.code == SQLITE_ERROR && db_.IsInterrupted()) {
      failure->error.code = SQLITE_INTERRUPT;
    }
    return At(failure->offset, failure->error);
  }
  if (!db_.InAutocommit() && !enforced_) return {};
  const size_t offset = FirstToken(script_, start).offset;
  if (Status status = CheckStillOpen(offset); !status) return status;
  return CheckDeferredForeignKeys(offset);
}

// A function of the application that commits or rolls back.
Status ScriptRunner::CheckStillOpen(size_t offset) const {
  if (!db_.InAutocommit()) return {};
  return At(offset, MakeError("a function that this statement calls has ended the transaction in "
                              "which the script runs"));
}

// Where the script is in no transaction of its own, SQLite would have checked at the statement's
// end.
Status ScriptRunner::CheckDeferredForeignKeys(size_t offset) const {
  if (!enforced_ || !levels_.empty() || !HasDeferredViolations(db_)) return {};
  return At(offset, {SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed"});
}

Status ScriptRunner::RunOutside(const SpecialStatement& statement) {
  if (progress_ != nullptr) progress_->AtStatement(statement.index);
  if (statement.kind == StatementKind::kDetach && isolation_.WasAttached(statement.name)) {
    return At(statement.offset,
              MakeError("the application has attached database " + statement.name +
                        "; a script can detach only what it has attached itself"));
  }
  if (Status status = RememberSetting(statement); !status) return status;
  std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
  if (statement.name == "journal_mode" && LeavesNoJournal(wanted)) {
    std::string schema = statement.schema.empty() ? "" : QuoteName(statement.schema) + ".";
    Status status = WaitWhileBusy(
        db_, [&] { return db_.Execute("PRAGMA " + schema + "journal_mode = DELETE"); });
    return status ? status : At(statement.offset, status.error());
  }
  size_t end = 0;
  size_t offset = statement.offset;
  Status status = WaitWhileBusy(db_, [&]() -> Status {
    std::optional<Failure> failure = RunStatement(statement.offset, &end);
    if (!failure) return {};
    offset = failure->offset;
    return failure->error;
  });
  if (!status) return At(offset, status.error());
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
  return At(statement.offset,
            MakeError("this connection has its encoding fixed already, at " + *present +
                      "; run this PRAGMA on the empty database before the extension is loaded"));
}

// The pragmas that stand outside of transactions and still concern the connection. Into and out of
// WAL is a change of the database, not of the connection, and stays.
Status ScriptRunner::RememberSetting(const SpecialStatement& statement) {
  if (statement.kind != StatementKind::kPragma) return {};
  SettingsKeeper& settings = isolation_.settings();
  if (statement.name == "journal_mode") {
    Result<std::string> present = ReadPragma(db_, statement.schema, statement.name);
    if (!present) return At(statement.offset, present.error());
    std::string wanted = NormalizedPragmaValue(statement.name, statement.value);
    if (*present == "wal" || wanted == "wal") {
      settings.Forget(statement.schema, statement.name);
      return {};
    }
  } else if (ClassOfPragma(statement.name) != PragmaClass::kSetting) {
    return {};
  }
  Status status = settings.Remember(statement.schema, statement.name);
  return status ? status : At(statement.offset, status.error());
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
      return RunNext(statement.offset, &end);
    }
  }
}

Status ScriptRunner::RunPragma(const SpecialStatement& statement) {
  if (ClassOfPragma(statement.name) == PragmaClass::kPassedOver) return {};
  if (statement.name == "foreign_keys") return {};  // SQLite ignores it in a transaction
  // It holds to the end of the transaction, which outside of one is the end of the PRAGMA.
  if (statement.name == "defer_foreign_keys" && levels_.empty()) return {};
  if (statement.name == "journal_mode") {
    // From one rollback journal to another is a setting of the connection, idle until it is put
    // back.
    Result<std::string> present = ReadPragma(db_, statement.schema, statement.name);
    if (!present) return At(statement.offset, present.error());
    bool to_wal = NormalizedPragmaValue(statement.name, statement.value) == "wal";
    if (*present != "wal" && !to_wal) return {};
  }
  if (Status status = RememberSetting(statement); !status) return status;
  size_t end = 0;
  return RunNext(statement.offset, &end);
}

// The messages are those of SQLite, from which a script would have had them.
Status ScriptRunner::RunTransactionStatement(const SpecialStatement& statement) {
  auto fail = [&](const std::string& message) {
    return Status(At(statement.offset, MakeError(message)));
  };
  switch (statement.kind) {
    case StatementKind::kBegin:
      if (!levels_.empty()) return fail("cannot start a transaction within a transaction");
      return RunTransactionSql(statement, "SAVEPOINT " + LevelName(0));
    case StatementKind::kCommit:
      if (levels_.empty()) return fail("cannot commit - no transaction is active");
      return RunTransactionSql(statement, "RELEASE " + LevelName(0));
    case StatementKind::kRollback:
      if (levels_.empty()) return fail("cannot rollback - no transaction is active");
      return RunTransactionSql(statement,
                               "ROLLBACK TO " + LevelName(0) + "; RELEASE " + LevelName(0));
    case StatementKind::kSavepoint:
      return RunTransactionSql(statement, "SAVEPOINT " + LevelName(levels_.size()));
    default:
      break;
  }
  size_t level = levels_.Find(statement.name);
  if (level == levels_.size()) return fail("no such savepoint: " + statement.name);
  bool release = statement.kind == StatementKind::kRelease;
  return RunTransactionSql(statement, (release ? "RELEASE " : "ROLLBACK TO ") + LevelName(level));
}

// What ends the script's transaction and keeps its changes fails where a COMMIT would: the release
// of a savepoint, which stands for it, does not check.
Status ScriptRunner::RunTransactionSql(const SpecialStatement& statement, const std::string& sql) {
  TransactionLevels after = levels_;
  after.Follow(statement);
  const bool ends = after.empty() && !levels_.empty();
  if (ends && statement.kind != StatementKind::kRollback && enforced_ &&
      HasDeferredViolations(db_)) {
    return At(statement.offset, {SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed"});
  }
  if (Status status = db_.Execute(sql); !status) return At(statement.offset, status.error());
  levels_ = std::move(after);
  if (!ends || !isolation_.settings().Has("defer_foreign_keys")) return {};
  return db_.Execute("PRAGMA defer_foreign_keys = OFF");
}

std::optional<ScriptRunner::Failure> ScriptRunner::RunStatement(size_t begin, size_t* end) {
  const char* text = script_.text.c_str();
  while (true) {
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    // Length -1: with a length, SQLite would copy the whole rest of the script each time.
    int rc = sqlite3_prepare_v2(db_.handle(), text + begin, -1, &prepared, &rest);
    if (rc != SQLITE_OK) {
      Failure failure = FailedToPrepare(begin);
      if (db_.Provide(failure.error)) continue;
      return failure;
    }
    Statement statement(prepared);
    *end = static_cast<size_t>(rest - text);
    Status status = ForEachRow(statement, [] {});
    if (status) return std::nullopt;
    if (!db_.Provide(status.error())) {
      return Failure{FirstToken(script_, begin).offset, status.error()};
    }
  }
}

bool ScriptRunner::IsSkipped(size_t index) const {
  return std::binary_search(steps_.skipped.begin(), steps_.skipped.end(), index);
}

Error ScriptRunner::At(size_t offset, const Error& error) const {
  std::string text = MessageAt(script_.file_name, script_.text, offset, error.message);
  if (PrimaryCode(error) == SQLITE_LOCKED) {
    if (std::string readers = OtherRunningStatements(db_); !readers.empty()) {
      text += "\nanother statement of this connection still reads; finish or reset it first: " +
              readers;
    }
  }
  return {error.code, text};
}

ScriptRunner::Failure ScriptRunner::FailedToPrepare(size_t begin) const {
  Error error = db_.LastError();
#if SQLITE_VERSION_NUMBER >= 3038000
  if (sqlite3_libversion_number() >= 3038000) {
    int offset = sqlite3_error_offset(db_.handle());
    if (offset >= 0) return {begin + static_cast<size_t>(offset), error};
  }
#endif
  return {FindWord(script_, begin, WordOfMessage(error.message)), error};
}

}  // namespace fastmigrate
