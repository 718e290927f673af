// Any text as a script: it is read or refused, and where SQLite can prepare its statements, they
// end where SQLite says that they end.
//
// ReadSqlScript() tells the place of special statements only. So each statement that SQLite has
// seen gets a VACUUM behind its semicolon, which must be found there, with the right number.

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "fuzz_support.h"
#include "sql/checksum.h"
#include "sql/lexer.h"
#include "sql/sql_script.h"

namespace fastmigrate::fuzz {
namespace {

constexpr char kSchema[] =
    "CREATE TABLE t (a, b); CREATE TABLE log (a); CREATE VIEW v AS SELECT a FROM t;"
    "CREATE TABLE \"x;y\" (\"a;b\"); CREATE TABLE trigger (\"end\"); CREATE INDEX i ON t (a)";

// Pragmas are carried out while they are prepared; these are prepared as if they were empty.
int PassOverPragmas(void*, int action, const char*, const char*, const char*, const char*) {
  return action == SQLITE_PRAGMA ? SQLITE_IGNORE : SQLITE_OK;
}

sqlite3* SharedDatabase() {
  static const Connection db = [] {
    Connection opened = Open(":memory:", false);
    Require(Run(opened, kSchema).ok(), "the tables can be made");
    sqlite3_set_authorizer(opened.get(), PassOverPragmas, nullptr);
    return opened;
  }();
  return db.get();
}

// The tokens are the text, none is empty, and what quotes hold comes back.
void CheckTokens(std::string_view text) {
  Lexer lexer(text);
  size_t at = 0;
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    Require(!token.text.empty() && token.offset == at, "a token begins where the last ended", text);
    Require(token.text.data() == text.data() + at, "a token is a part of the text", text);
    at += token.text.size();
    std::string name = Unquoted(token);
    if (token.kind != TokenKind::kString && token.kind != TokenKind::kQuotedName) continue;
    std::string quoted = Quoted(name, '"');
    Token again = Lexer(quoted).Next();
    Require(again.text == quoted && Unquoted(again) == name, "a name can be quoted", text);
  }
  Require(at == text.size(), "the tokens are the whole text", text);
  Require(lexer.Next().kind == TokenKind::kEnd, "nothing is behind the end", text);
}

// What only layout changes has the same checksum: a comment between any two tokens.
void CheckChecksum(const SqlScript& script) {
  std::string spaced;
  TokenChecksum checksum;
  Lexer lexer(script.text);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    checksum.Add(token);
    spaced += std::string(token.text) + "\n";
    if (token.kind == TokenKind::kIllegal) return;
  }
  Require(checksum.Result() == script.checksum, "the checksum is that of the tokens", script.text);
  Result<SqlScript> again = ReadSqlScript("b.sql", spaced);
  // A line that begins with a dot is refused as a command of the shell.
  if (!again) return;
  Require(again->checksum == script.checksum, "white space does not change the checksum",
          script.text);
}

// Prepares the statement at `begin`; 0 when SQLite cannot, else where the next one begins.
size_t EndOf(const std::string& text, size_t begin, bool* is_statement) {
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v2(SharedDatabase(), text.c_str() + begin, -1, &prepared, &rest) !=
      SQLITE_OK) {
    return 0;
  }
  *is_statement = prepared != nullptr;
  sqlite3_finalize(prepared);
  return static_cast<size_t>(rest - text.c_str());
}

void CheckEnd(const std::string& text, size_t begin, size_t end, size_t count) {
  std::string marked = text.substr(0, end) + "VACUUM";
  // A semicolon that ends a comment, where the text ends too, is not the end of a statement.
  bool is_statement = false;
  if (EndOf(marked, begin, &is_statement) != end) return;
  Result<SqlScript> script = ReadSqlScript("a.sql", marked);
  Require(script.ok(), "what SQLite prepares is read", marked);
  Require(script->statement_count == count + 1, "as many statements as SQLite sees", marked);
  Require(!script->specials.empty(), "the marker is seen", marked);
  const SpecialStatement& marker = script->specials.back();
  Require(marker.kind == StatementKind::kVacuum && marker.offset == end && marker.index == count,
          "a statement ends where SQLite says", marked);
}

void CheckEnds(const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    bool is_statement = false;
    const size_t end = EndOf(text, at, &is_statement);
    if (end == 0) return;
    if (is_statement) {
      ++count;
      if (text[end - 1] == ';') CheckEnd(text, at, end, count);
    }
    at = end;
  }
  // An open comment at the end is refused, which SQLite takes.
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  Require(!script || script->statement_count == count, "as many statements as SQLite sees", text);
}

bool IsUtf8WithoutNul(const std::string& text) {
  if (text.find('\0') != std::string::npos) return false;
  Result<SqlScript> script = ReadSqlScript("a.sql", "-- " + text);
  return script.ok() || script.error().message.find("UTF-8") == std::string::npos;
}

}  // namespace
}  // namespace fastmigrate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fastmigrate;
  using namespace fastmigrate::fuzz;
  BeginInput();
  const std::string text(reinterpret_cast<const char*>(data), size);
  // Without a zero behind it, so that the sanitizer sees a step beyond the end.
  CheckTokens(std::string_view(reinterpret_cast<const char*>(data), size));
  Result<SqlScript> script = ReadSqlScript("a.sql", text);
  if (script) {
    for (const SpecialStatement& special : script->specials) {
      Require(special.offset < special.end && special.end <= script->text.size() &&
                  special.index < script->statement_count,
              "a statement lies in the text", text);
    }
    CheckChecksum(*script);
  } else {
    Require(script.error().message.starts_with("a.sql:"), "the error says where", text);
  }
  (void)ProgramChecksum(text);
  if (!IsUtf8WithoutNul(text)) return 0;
  std::string_view unmarked = text;
  while (unmarked.starts_with(kByteOrderMark)) unmarked.remove_prefix(kByteOrderMark.size());
  CheckEnds(std::string(unmarked));
  return 0;
}
