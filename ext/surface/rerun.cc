#include "surface/rerun.h"

#include <algorithm>
#include <array>

#include "sql/lexer.h"

namespace fastmigrate {
namespace {

// Behind the parenthesis that has been read, to the one that closes it.
void SkipArguments(Lexer* lexer) {
  for (int depth = 1; depth > 0;) {
    const Token token = lexer->NextSql();
    if (token.kind == TokenKind::kEnd) return;
    if (token.IsOperator("(")) ++depth;
    if (token.IsOperator(")")) --depth;
  }
}

// Whether the token ends the list of tables behind FROM.
bool EndsFrom(const Token& token) {
  constexpr std::array kBehindFrom = {"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"};
  return token.kind == TokenKind::kEnd || token.kind == TokenKind::kSemicolon ||
         std::any_of(kBehindFrom.begin(), kBehindFrom.end(),
                     [&token](const char* keyword) { return token.Is(keyword); });
}

bool IsNameOf(const Token& token, std::string_view table) {
  return token.IsName() && EqualIgnoringCase(Unquoted(token), table);
}

// [schema .] table [(arguments)] [[AS] alias], and nothing else.
bool IsTableAlone(Lexer* lexer, std::string_view table) {
  Token token = lexer->NextSql();
  Token next = lexer->NextSql();
  if (next.IsOperator(".")) {
    token = lexer->NextSql();
    next = lexer->NextSql();
  }
  if (!IsNameOf(token, table)) return false;
  if (next.IsOperator("(")) {
    SkipArguments(lexer);
    next = lexer->NextSql();
  }
  if (next.Is("AS")) {
    (void)lexer->NextSql();
    next = lexer->NextSql();
  } else if (!EndsFrom(next) && next.IsName()) {
    next = lexer->NextSql();
  }
  return EndsFrom(next);
}

}  // namespace

bool SelectsFromAlone(std::string_view sql, std::string_view table) {
  int selects = 0;
  int names = 0;  // x IN fastmigrate_status needs no SELECT
  Lexer all(sql);
  for (Token token = all.NextSql(); token.kind != TokenKind::kEnd; token = all.NextSql()) {
    if (token.Is("SELECT")) ++selects;
    if (IsNameOf(token, table)) ++names;
  }
  if (selects != 1 || names != 1) return false;
  Lexer lexer(sql);
  Token token = lexer.NextSql();
  if (!token.Is("SELECT")) return false;
  while (token.kind != TokenKind::kEnd && !token.Is("FROM")) token = lexer.NextSql();
  return IsTableAlone(&lexer, table);
}

std::optional<StatementRun> StatementRun::Of(sqlite3* db, std::string_view function) {
  sqlite3_stmt* running = nullptr;
  sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite3_next_stmt(db, statement)) != nullptr) {
    if (sqlite3_stmt_busy(statement) == 0) continue;
    if (running != nullptr) return std::nullopt;
    running = statement;
  }
  const char* sql = running == nullptr ? nullptr : sqlite3_sql(running);
  if (sql == nullptr || !SelectsFromAlone(sql, function)) return std::nullopt;
  StatementRun run;
  run.statement_ = running;
  run.count_ = sqlite3_stmt_status(running, SQLITE_STMTSTATUS_RUN, 0);
  run.recompilations_ = sqlite3_stmt_status(running, SQLITE_STMTSTATUS_REPREPARE, 0);
  return run;
}

StatementRun StatementRun::Next() const {
  StatementRun next = *this;
  ++next.count_;
  ++next.recompilations_;
  return next;
}

}  // namespace fastmigrate
