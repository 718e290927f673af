#include "sql/sql_script.h"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/ascii.h"
#include "sql/byte_block.h"
#include "sql/lexer.h"
#include "sql/plain_tokens.h"
#include "sql/source_excerpt.h"

namespace fastmigrate {
namespace {

// The first tokens of one statement: enough to tell what it is.
class StatementHead {
 public:
  void Add(const Token& token) {
    if (count_ < tokens_.size()) tokens_[count_++] = token;
  }
  void Clear() { count_ = 0; }
  size_t size() const { return count_; }
  bool IsFull() const { return count_ == tokens_.size(); }
  const Token& operator[](size_t i) const { return i < count_ ? tokens_[i] : end_; }

  bool IsCreateTrigger() const {
    size_t i = 0;
    if (tokens_[i].Is("EXPLAIN") && count_ > 0) i = (*this)[1].Is("QUERY") ? 3 : 1;
    if (!(*this)[i].Is("CREATE")) return false;
    const Token& next = (*this)[i + 1];
    return next.Is("TRIGGER") ||
           ((next.Is("TEMP") || next.Is("TEMPORARY")) && (*this)[i + 2].Is("TRIGGER"));
  }

 private:
  std::array<Token, 12> tokens_;
  Token end_;
  size_t count_ = 0;
};

// PRAGMA [schema.] name = value, or name(value), `i` being where its name is. Without a value it
// only reads, with one exception.
void ClassifyPragma(const StatementHead& head, size_t i, SpecialStatement* statement) {
  if (head[i + 1].IsOperator(".")) {
    statement->schema = Unquoted(head[i]);
    i += 2;
  }
  statement->name = Lowered(Unquoted(head[i]));
  bool has_value = head[i + 1].IsOperator("=") || head[i + 1].IsOperator("(");
  if (!has_value && statement->name != "wal_checkpoint") return;
  statement->kind = StatementKind::kPragma;
  if (!has_value) return;
  size_t value = i + 2;
  bool negative = head[value].IsOperator("-");
  if (negative || head[value].IsOperator("+")) ++value;
  statement->value = (negative ? "-" : "") + Unquoted(head[value]);
}

void ClassifyRollback(const StatementHead& head, SpecialStatement* statement) {
  size_t i = head[1].Is("TRANSACTION") ? 2 : 1;
  if (i == 2 && head[2].IsName() && head[3].Is("TO")) i = 3;  // the transaction's name
  if (!head[i].Is("TO")) {
    statement->kind = StatementKind::kRollback;
    return;
  }
  i += head[i + 1].Is("SAVEPOINT") && head[i + 2].IsName() ? 2 : 1;
  statement->kind = StatementKind::kRollbackTo;
  statement->name = Unquoted(head[i]);
}

SpecialStatement Classify(const StatementHead& head) {
  SpecialStatement statement;
  const Token& first = head[0];
  if (first.Is("BEGIN")) {
    statement.kind = StatementKind::kBegin;
  } else if (first.Is("COMMIT") || first.Is("END")) {
    statement.kind = StatementKind::kCommit;
  } else if (first.Is("ROLLBACK")) {
    ClassifyRollback(head, &statement);
  } else if (first.Is("SAVEPOINT")) {
    statement.kind = StatementKind::kSavepoint;
    statement.name = Unquoted(head[1]);
  } else if (first.Is("RELEASE")) {
    statement.kind = StatementKind::kRelease;
    statement.name = Unquoted(head[1].Is("SAVEPOINT") && head[2].IsName() ? head[2] : head[1]);
  } else if (first.Is("PRAGMA")) {
    ClassifyPragma(head, 1, &statement);
  } else if (first.Is("EXPLAIN")) {
    // SQLite carries out a PRAGMA that it explains.
    const size_t explained = head[1].Is("QUERY") ? 3 : 1;
    if (head[explained].Is("PRAGMA")) ClassifyPragma(head, explained + 1, &statement);
  } else if (first.Is("VACUUM")) {
    statement.kind = StatementKind::kVacuum;
    if (head[1].Is("INTO") || head[2].Is("INTO")) statement.name = "into";
  } else if (first.Is("ATTACH")) {
    statement.kind = StatementKind::kAttach;
  } else if (first.Is("DETACH")) {
    statement.kind = StatementKind::kDetach;
    statement.name = Unquoted(head[1].Is("DATABASE") && head[2].IsName() ? head[2] : head[1]);
  }
  return statement;
}

bool ChangesRows(const Token& first) {
  return first.Is("INSERT") || first.Is("REPLACE") || first.Is("UPDATE") || first.Is("DELETE");
}

// At most 31 bytes before the first one that is NUL or not ASCII, or before the end.
size_t EndOfPlainText(std::string_view text) {
  std::array<uint64_t, 4> words;
  size_t at = 0;
  for (; at + sizeof words <= text.size(); at += sizeof words) {
    std::memcpy(words.data(), text.data() + at, sizeof words);
    // A byte that is zero borrows from the next, which then is wrong, but not alone.
    uint64_t bits = 0;
    for (uint64_t word : words) bits |= word | (word - InEachByte(1));
    if ((bits & InEachByte('\x80')) != 0) break;
  }
  return at;
}

// Goes once over the text, a piece at a time that the processor's cache holds: over its bytes, then
// over its tokens; see the head of sql_script.h.
class ScriptReader {
 public:
  explicit ScriptReader(SqlScript* script) : script_(*script) {}

  Status Read() {
    if (script_.text.size() <= kPieceBytes) {
      script_.text_hash = TextHash(script_.text, false);
    } else {
      hasher_.emplace();
    }
    if (script_.text.starts_with(kByteOrderMark)) {
      if (hasher_) hasher_->Add(kByteOrderMark);
      script_.text.erase(0, kByteOrderMark.size());
    }
    Status status = ReadTokens();
    LookAtBytes(script_.text.size());
    if (hasher_) script_.text_hash = hasher_->Result();
    // What is no text has no tokens.
    if (Status sound = CheckEncoding(); !sound) return sound;
    return status;
  }

 private:
  static constexpr size_t kPieceBytes = 64 << 10;

  Status ReadTokens() {
    Lexer lexer(script_.text);
    while (true) {
      LookAtBytes(lexer.offset());
      if (IsBeyondHead()) lexer = TakeBody(lexer);
      const Token token = lexer.NextBehindSpace();
      if (token.kind == TokenKind::kEnd) break;
      if (!token.IsOfStatement()) {
        if (Status status = TakeOther(token); !status) return status;
      } else if (head_.size() == 0) {
        if (Status status = Begin(token); !status) return status;
      } else {
        NoteName(token.kind, token.text);
        Follow(token);
      }
      checksum_.Add(token);
    }
    bool complete_trigger = in_trigger_ && after_end_;
    if (in_trigger_ && !complete_trigger) {
      return At(start_,
                "this trigger has no END; its last statement ends with ';', then comes END");
    }
    if (head_.size() > 0) Finish(script_.text.size());
    script_.checksum = checksum_.Result();
    return {};
  }

  // The bytes to behind this place: their hash, and whether they are text.
  void LookAtBytes(size_t offset) {
    const std::string_view text = script_.text;
    while (seen_ <= offset && seen_ < text.size()) {
      const std::string_view piece = text.substr(seen_, kPieceBytes);
      if (hasher_) hasher_->Add(piece);
      if (plain_ == seen_) plain_ += EndOfPlainText(piece);
      seen_ += piece.size();
    }
  }

  Status CheckEncoding() const {
    const std::string& text = script_.text;
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
      return MakeError(std::string(script_.file_name) +
                       ":1:1: the file is UTF-16; save it as UTF-8");
    }
    if (size_t nul = text.find('\0', plain_); nul != std::string::npos) {
      return At(nul, "a NUL byte; SQLite would take it for the end of the script");
    }
    auto invalid = utf8::find_invalid(text.begin() + static_cast<ptrdiff_t>(plain_), text.end());
    if (invalid == text.end()) return {};
    // The bytes behind it are not text either, so the excerpt stops there.
    auto offset = static_cast<size_t>(invalid - text.begin());
    return MakeError(MessageAt(script_.file_name, std::string_view(text).substr(0, offset), offset,
                               "this byte is not valid UTF-8; save the file as UTF-8"));
  }

  // In a statement of which no more has to be known than its names, and where a semicolon stands.
  bool IsBeyondHead() const { return head_.size() > 0 && !follows_; }

  // The tokens up to one that is not of the statement, which is next then: most of every script.
  Lexer TakeBody(Lexer lexer) {
    auto note = [this](TokenKind kind, std::string_view text) { NoteName(kind, text); };
    while (true) {
      const CopiedTokens copied =
          CopyPlainTokens(script_.text, lexer.offset(), checksum_.Room(), note);
      checksum_.Take(copied.size);
      lexer = Lexer(script_.text, copied.end);
      LookAtBytes(copied.end);
      const Lexer before = lexer;
      const Token token = lexer.NextBehindSpace();
      if (!token.IsOfStatement()) return before;
      NoteName(token.kind, token.text);
      checksum_.Add(token);
    }
  }

  Status TakeOther(const Token& token) {
    switch (token.kind) {
      case TokenKind::kUnterminated:
        return At(token.offset, Unterminated(token));
      case TokenKind::kIllegal:
        return At(token.offset, "a character that no SQL statement can hold here");
      case TokenKind::kSemicolon:
        TakeSemicolon(token);
        return {};
      case TokenKind::kComment:
        NoteComment(token);
        return {};
      default:
        return {};
    }
  }

  void Follow(const Token& token) {
    after_end_ = in_trigger_ && after_semicolon_ && token.Is("END");
    after_semicolon_ = false;
    head_.Add(token);
    if (!in_trigger_ && head_.size() <= 6 && token.Is("TRIGGER")) {
      in_trigger_ = head_.IsCreateTrigger();
    }
    follows_ = after_end_ || !head_.IsFull();
  }

  // A statement, of which this is the first token.
  Status Begin(const Token& token) {
    if (token.IsOperator(".")) {
      return At(token.offset, "a dot-command of the sqlite3 shell; only SQL can stand in a script");
    }
    NoteName(token.kind, token.text);
    start_ = token.offset;
    after_semicolon_ = false;
    head_.Add(token);
    const bool changes_rows = ChangesRows(token);
    script_.changes_rows = script_.changes_rows || changes_rows || token.Is("WITH");
    needs_head_ = !changes_rows;
    follows_ = needs_head_;
    if (needs_head_) script_.may_drop = script_.may_drop || MayDrop(token);
    return {};
  }

  void TakeSemicolon(const Token& token) {
    after_semicolon_ = true;
    if (head_.size() == 0) return;  // a bare semicolon
    if (in_trigger_ && !after_end_) {
      follows_ = true;
      return;
    }
    Finish(token.offset + 1);
  }

  void Finish(size_t end) {
    if (needs_head_) TakeHead(end);
    ++script_.statement_count;
    head_.Clear();
    in_trigger_ = false;
    after_end_ = false;
  }

  void TakeHead(size_t end) {
    SpecialStatement statement = Classify(head_);
    bool drop = head_[0].Is("DROP") && (head_[1].Is("TABLE") || head_[1].Is("INDEX"));
    script_.drops = script_.drops || drop;
    if (statement.kind == StatementKind::kPlain) return;
    statement.index = script_.statement_count;
    statement.offset = start_;
    statement.end = end;
    script_.specials.push_back(std::move(statement));
  }

  // Only a comment that has a line for itself.
  void NoteComment(const Token& token) {
    if (!token.text.starts_with("--") || !BeginsLine(token.offset)) return;
    constexpr std::string_view kUnfinished = "-- fastmigrate: unfinished";
    if (!script_.unfinished && token.text.starts_with(kUnfinished)) {
      script_.unfinished = token.offset;
    }
    const std::string line = Lowered(Trimmed(token.text.substr(2), " \t\r\n"));
    has_up_ = has_up_ || line == "up";
    const bool is_down = line == "+goose down" || line == "+migrate down" ||
                         line.starts_with("+migrate down ") || line == "migrate:down" ||
                         line.starts_with("migrate:down ") || (line == "down" && has_up_);
    if (is_down && !script_.down_part) script_.down_part = token.offset;
  }

  bool BeginsLine(size_t offset) const {
    const size_t before = std::string_view(script_.text).substr(0, offset).find_last_not_of(" \t");
    return before == std::string::npos || script_.text[before] == '\n';
  }

  // All names that count have one of four lengths.
  void NoteName(TokenKind kind, std::string_view text) {
    constexpr uint32_t kLengths = 1U << 4 | 1U << 6 | 1U << 9 | 1U << 26;
    if (text.size() < 32 && (kLengths >> text.size() & 1) != 0) NoteNameThatCounts(kind, text);
  }

  void NoteNameThatCounts(TokenKind kind, std::string_view text) {
    const Token token{kind, 0, text};
    if (token.Is("FASTMIGRATE_RECREATE_TABLE")) script_.drops = true;
    if (token.Is("TEMP") || token.Is("TEMPORARY")) script_.makes_temp = true;
    if (kind != TokenKind::kQuotedName && kind != TokenKind::kString) return;
    if (text.size() == 6 && EqualIgnoringCase(Unquoted(token), "temp")) script_.makes_temp = true;
  }

  static std::string Unterminated(const Token& token) {
    switch (token.text[0]) {
      case '/':
        return "this comment has no end ('*/')";
      case '\'':
      case 'x':
      case 'X':
        return "this string has no end (a single quote)";
      default:
        return std::string("this quoted name has no end (") +
               (token.text[0] == '[' ? ']' : token.text[0]) + ")";
    }
  }

  Error At(size_t offset, std::string_view message) const {
    return MakeError(MessageAt(script_.file_name, script_.text, offset, message));
  }

  SqlScript& script_;
  std::optional<TextHasher> hasher_;  // of more than a piece
  size_t seen_ = 0;                   // of the bytes
  size_t plain_ = 0;                  // to here at least they are ASCII without a NUL
  TokenChecksum checksum_;
  StatementHead head_;
  size_t start_ = 0;
  bool needs_head_ = false;  // the statement's first token does not tell all that is asked of it
  bool follows_ = false;     // what comes of it is looked at
  bool has_up_ = false;      // a line "-- Up"
  bool in_trigger_ = false;
  bool after_semicolon_ = false;  // the last token was one
  bool after_end_ = false;        // the last token was an END that followed a semicolon
};

}  // namespace

bool MayDrop(const Token& first) {
  return first.Is("DROP") || first.Is("SELECT") || first.Is("WITH") || first.Is("VALUES");
}

bool SqlScript::Has(StatementKind kind) const {
  return std::any_of(specials.begin(), specials.end(),
                     [kind](const SpecialStatement& statement) { return statement.kind == kind; });
}

Result<SqlScript> ReadSqlScript(std::string_view file_name, std::string text) {
  SqlScript script;
  script.file_name = file_name;
  script.text = std::move(text);
  if (Status status = ScriptReader(&script).Read(); !status) return status.error();
  return script;
}

}  // namespace fastmigrate
