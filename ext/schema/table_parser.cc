#include "schema/table_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "schema/canonical_sql.h"
#include "schema/fragments.h"
#include "schema/token_reader.h"

namespace fastmigrate {
namespace {

// In whatever order each is.
bool HasSameColumns(const Key& a, const Key& b) {
  return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                    [](const KeyColumn& x, const KeyColumn& y) {
                      return x.expression == y.expression && x.collation == y.collation;
                    });
}

class TableParser {
 public:
  explicit TableParser(Tokens tokens) : reader_(tokens) {}

  Result<Table> Parse();

 private:
  // A PRIMARY KEY or UNIQUE, whose columns are told when all columns are known.
  struct PendingKey {
    Key key;
    Tokens columns;
    bool is_primary = false;
    bool beside_column = false;
    bool descending = false;  // of the column it stands beside
  };

  Status ParseItems();
  Status ParseColumn();
  Tokens TakeType();
  Status ParseColumnConstraint(Column* column, Tokens name);
  Status ParseKeyBesideColumn(Tokens name, bool is_primary);
  Status ParseDefault(Column* column);
  Status ParseGenerated(Column* column);
  Status ParseTableConstraint();
  Status ParseKey(bool is_primary);
  Status ParseReferences(std::vector<Name> columns);
  Status ParseDeferrable();
  Result<Conflict> TakeConflict();
  Result<Action> TakeAction();
  Status ParseOptions();
  Status Finish();
  Status FinishKey(PendingKey* pending);
  void MergeKeys();
  void SettleNotNull();

  TokenReader reader_;
  Table table_;
  std::vector<PendingKey> keys_;
  std::vector<Tokens> checks_;
  std::vector<std::pair<size_t, Tokens>> generated_;  // column, expression
};

Result<Table> TableParser::Parse() {
  Result<CreateHeader> header = TakeCreateHeader(&reader_, "TABLE");
  if (!header) return header.error();
  if (header->is_virtual) return MakeError("expected CREATE TABLE");
  table_.name = header->name;
  Status status = ParseItems();
  if (status) status = ParseOptions();
  if (status) status = Finish();
  if (!status) return status.error();
  return std::move(table_);
}

Status TableParser::ParseItems() {
  if (!reader_.TakeOperator("(")) return reader_.Expected("\"(\"");
  while (true) {
    bool is_constraint =
        IsOneOf(reader_.Peek(), {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"});
    Status status = is_constraint ? ParseTableConstraint() : ParseColumn();
    if (!status) return status;
    if (reader_.TakeOperator(")")) return {};
    // The comma between two table constraints may be missing.
    if (!reader_.TakeOperator(",") && !is_constraint) return reader_.Expected("\",\" or \")\"");
  }
}

Status TableParser::ParseColumn() {
  const size_t begin = reader_.position();
  Column column;
  Result<Name> name = reader_.TakeName();
  if (!name) return name.error();
  column.name = *name;
  Tokens name_token = reader_.Since(begin);
  column.type = TypeFragment(TakeType());
  while (!reader_.AtEnd() && !reader_.Peek().IsOperator(",") && !reader_.Peek().IsOperator(")")) {
    Status status = ParseColumnConstraint(&column, name_token);
    if (!status) return status;
  }
  column.definition.text = Spelled(reader_.Since(begin));
  table_.columns.push_back(std::move(column));
  return {};
}

Tokens TableParser::TakeType() {
  const size_t begin = reader_.position();
  while (true) {
    const Token& token = reader_.Peek();
    bool is_quoted = token.kind == TokenKind::kQuotedName || token.kind == TokenKind::kString;
    if (!is_quoted && token.kind != TokenKind::kWord) break;
    if (IsOneOf(token, {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT",
                        "COLLATE", "REFERENCES", "AS", "DEFERRABLE"})) {
      break;
    }
    reader_.Next();
  }
  if (reader_.position() > begin && reader_.Peek().IsOperator("(")) {
    // Not balanced: the caller finds what is wrong with it.
    if (!reader_.TakeParentheses()) return {};
  }
  // GENERATED ALWAYS are words of the type to SQLite's parser, too, and are then taken from it.
  Tokens type = reader_.Since(begin);
  const size_t size = type.size();
  bool is_generated = size >= 2 && type[size - 2].Is("GENERATED") && type[size - 1].Is("ALWAYS");
  return is_generated ? type.first(size - 2) : type;
}

Status TableParser::ParseColumnConstraint(Column* column, Tokens name) {
  if (reader_.Take("CONSTRAINT")) {
    Result<Name> constraint = reader_.TakeName();
    return constraint ? Status() : constraint.error();
  }
  if (reader_.Take("PRIMARY", "KEY")) return ParseKeyBesideColumn(name, true);
  if (reader_.Take("UNIQUE")) return ParseKeyBesideColumn(name, false);
  if (reader_.Take("NOT", "NULL")) {
    Result<Conflict> conflict = TakeConflict();
    if (!conflict) return conflict.error();
    column->not_null = true;
    column->not_null_conflict = *conflict;
    column->written_not_null.text = ConflictText(*conflict);
    return {};
  }
  if (reader_.Take("NULL")) {  // accepted, without effect
    Result<Conflict> conflict = TakeConflict();
    return conflict ? Status() : conflict.error();
  }
  if (reader_.Take("CHECK")) {
    Result<Tokens> check = reader_.TakeParentheses();
    if (!check) return check.error();
    checks_.push_back(*check);
    return {};
  }
  if (reader_.Take("DEFAULT")) return ParseDefault(column);
  if (reader_.Take("COLLATE")) {
    Result<Name> collation = reader_.TakeName();
    if (!collation) return collation.error();
    column->collation = CollationName(*collation);
    return {};
  }
  if (reader_.Take("REFERENCES")) return ParseReferences({column->name});
  if (IsOneOf(reader_.Peek(), {"NOT", "DEFERRABLE"})) return ParseDeferrable();
  if (IsOneOf(reader_.Peek(), {"GENERATED", "AS"})) return ParseGenerated(column);
  return reader_.Expected("a constraint of column " + NameText(column->name));
}

Status TableParser::ParseKeyBesideColumn(Tokens name, bool is_primary) {
  PendingKey pending;
  pending.columns = name;
  pending.is_primary = is_primary;
  pending.beside_column = true;
  if (is_primary && !reader_.Take("ASC")) pending.descending = reader_.Take("DESC");
  Result<Conflict> conflict = TakeConflict();
  if (!conflict) return conflict.error();
  pending.key.conflict = *conflict;
  if (is_primary) pending.key.autoincrement = reader_.Take("AUTOINCREMENT");
  keys_.push_back(std::move(pending));
  return {};
}

Status TableParser::ParseDefault(Column* column) {
  const size_t begin = reader_.position();
  if (reader_.Peek().IsOperator("(")) {
    Result<Tokens> expression = reader_.TakeParentheses();
    if (!expression) return expression.error();
  } else {
    if (!reader_.TakeOperator("-")) reader_.TakeOperator("+");
    if (reader_.AtEnd() || reader_.Peek().IsOperator(",") || reader_.Peek().IsOperator(")")) {
      return reader_.Expected("a value");
    }
    reader_.Next();
  }
  column->default_value = DefaultFragment(reader_.Since(begin));
  return {};
}

Status TableParser::ParseGenerated(Column* column) {
  reader_.Take("GENERATED", "ALWAYS");
  if (!reader_.Take("AS")) return reader_.Expected("AS");
  Result<Tokens> expression = reader_.TakeParentheses();
  if (!expression) return expression.error();
  generated_.emplace_back(table_.columns.size(), *expression);
  column->stored = reader_.Take("STORED");
  if (!column->stored) reader_.Take("VIRTUAL");
  return {};
}

Status TableParser::ParseTableConstraint() {
  if (reader_.Take("CONSTRAINT")) {
    Result<Name> name = reader_.TakeName();
    return name ? Status() : name.error();
  }
  if (reader_.Take("PRIMARY", "KEY")) return ParseKey(true);
  if (reader_.Take("UNIQUE")) return ParseKey(false);
  if (reader_.Take("CHECK")) {
    Result<Tokens> check = reader_.TakeParentheses();
    if (!check) return check.error();
    checks_.push_back(*check);
    Result<Conflict> conflict = TakeConflict();  // accepted, without effect
    return conflict ? Status() : conflict.error();
  }
  if (!reader_.Take("FOREIGN", "KEY")) return reader_.Expected("a constraint");
  Result<std::vector<Name>> columns = reader_.TakeNames();
  if (!columns) return columns.error();
  if (!reader_.Take("REFERENCES")) return reader_.Expected("REFERENCES");
  Status status = ParseReferences(*columns);
  if (!status) return status;
  return IsOneOf(reader_.Peek(), {"NOT", "DEFERRABLE"}) ? ParseDeferrable() : Status();
}

Status TableParser::ParseKey(bool is_primary) {
  Result<Tokens> columns = reader_.TakeParentheses();
  if (!columns) return columns.error();
  PendingKey pending;
  pending.columns = *columns;
  pending.is_primary = is_primary;
  if (is_primary && columns->size() > 1 && columns->back().Is("AUTOINCREMENT")) {
    pending.key.autoincrement = true;
    pending.columns = columns->first(columns->size() - 1);
  }
  Result<Conflict> conflict = TakeConflict();
  if (!conflict) return conflict.error();
  pending.key.conflict = *conflict;
  keys_.push_back(std::move(pending));
  return {};
}

// Behind REFERENCES.
Status TableParser::ParseReferences(std::vector<Name> columns) {
  ForeignKey key;
  key.columns = std::move(columns);
  Result<Name> parent = reader_.TakeName();
  if (!parent) return parent.error();
  key.parent = *parent;
  if (reader_.Peek().IsOperator("(")) {
    Result<std::vector<Name>> parent_columns = reader_.TakeNames();
    if (!parent_columns) return parent_columns.error();
    key.parent_columns = *parent_columns;
    key.written_parent_columns.text = Lowered(NamesText(*parent_columns));
  }
  while (true) {
    if (reader_.Take("MATCH")) {
      Result<Name> match = reader_.TakeName();
      if (!match) return match.error();
      key.match = *match;
    } else if (reader_.Take("ON")) {
      const Token& event = reader_.Next();
      Result<Action> action = TakeAction();
      if (!action) return action.error();
      if (event.Is("DELETE")) key.on_delete = *action;
      if (event.Is("UPDATE")) key.on_update = *action;  // and ON INSERT, which has no effect
    } else {
      break;
    }
  }
  table_.foreign_keys.push_back(std::move(key));
  return {};
}

Status TableParser::ParseDeferrable() {
  bool deferrable = !reader_.Take("NOT");
  if (!reader_.Take("DEFERRABLE")) return reader_.Expected("DEFERRABLE");
  bool deferred = false;
  if (reader_.Take("INITIALLY")) {
    deferred = reader_.Take("DEFERRED");
    if (!deferred && !reader_.Take("IMMEDIATE")) return reader_.Expected("DEFERRED or IMMEDIATE");
  }
  if (!table_.foreign_keys.empty()) table_.foreign_keys.back().deferred = deferrable && deferred;
  return {};
}

Result<Conflict> TableParser::TakeConflict() {
  if (!reader_.Take("ON", "CONFLICT")) return Conflict::kAbort;
  for (Conflict conflict : {Conflict::kAbort, Conflict::kRollback, Conflict::kFail,
                            Conflict::kIgnore, Conflict::kReplace}) {
    if (reader_.Take(ConflictText(conflict))) return conflict;
  }
  return reader_.Expected("a conflict resolution");
}

Result<Action> TableParser::TakeAction() {
  if (reader_.Take("NO", "ACTION")) return Action::kNoAction;
  if (reader_.Take("SET", "NULL")) return Action::kSetNull;
  if (reader_.Take("SET", "DEFAULT")) return Action::kSetDefault;
  if (reader_.Take("CASCADE")) return Action::kCascade;
  if (reader_.Take("RESTRICT")) return Action::kRestrict;
  return reader_.Expected("an action");
}

Status TableParser::ParseOptions() {
  while (!reader_.AtEnd() && reader_.Peek().kind != TokenKind::kSemicolon) {
    if (reader_.Take("WITHOUT", "ROWID")) {
      table_.without_rowid = true;
    } else if (reader_.Take("STRICT")) {
      table_.strict = true;
    } else if (!reader_.TakeOperator(",")) {
      return reader_.Expected("the end");
    }
  }
  return {};
}

// The keys first: what rowid means in an expression depends on them.
Status TableParser::Finish() {
  for (PendingKey& pending : keys_) {
    Status status = FinishKey(&pending);
    if (!status) return status;
  }
  MergeKeys();
  SettleNotNull();
  const Scope scope = ScopeIn(table_);
  for (Tokens check : checks_) table_.checks.push_back(ExpressionFragment(check, scope));
  const Scope generated_scope = ScopeWithoutRowid(table_);
  for (const auto& [column, expression] : generated_) {
    table_.columns[column].generated = ExpressionFragment(expression, generated_scope);
  }
  SortConstraints(&table_);
  return {};
}

// SQLite makes one index of two UNIQUEs, or a UNIQUE and the primary key, over the same columns
// and collations: in the order of the first, with the conflict clause that either has
// (sqlite3CreateIndex() in build.c, which refuses two clauses). A UNIQUE over the rowid gets an
// index of its own, but says what the key says.
void TableParser::MergeKeys() {
  const bool has_rowid_column = HasRowidColumn(table_);
  std::vector<PendingKey> merged;
  for (PendingKey& pending : keys_) {
    if (has_rowid_column && pending.is_primary) continue;
    if (has_rowid_column && HasSameColumns(pending.key, *table_.primary_key) &&
        pending.key.conflict == table_.primary_key->conflict) {
      continue;
    }
    auto same = std::find_if(merged.begin(), merged.end(), [&](const PendingKey& other) {
      return HasSameColumns(other.key, pending.key);
    });
    if (same == merged.end()) {
      merged.push_back(std::move(pending));
      continue;
    }
    same->is_primary = same->is_primary || pending.is_primary;
    if (same->key.conflict == Conflict::kAbort) same->key.conflict = pending.key.conflict;
  }
  for (PendingKey& pending : merged) {
    if (pending.is_primary) {
      table_.primary_key = std::move(pending.key);
    } else {
      table_.uniques.push_back(std::move(pending.key));
    }
  }
}

// https://www.sqlite.org/withoutrowid.html, https://www.sqlite.org/stricttables.html
void TableParser::SettleNotNull() {
  if (!table_.primary_key) return;
  const bool is_rowid = HasRowidColumn(table_);
  if (!is_rowid && !table_.without_rowid && !table_.strict) return;
  for (Column& column : table_.columns) {
    const std::vector<KeyColumn>& key = table_.primary_key->columns;
    bool is_in_key = std::any_of(key.begin(), key.end(), [&](const KeyColumn& key_column) {
      return key_column.expression.canonical == Lowered(column.name.text);
    });
    if (!is_in_key) continue;
    column.not_null = !is_rowid;
    if (is_rowid) column.not_null_conflict = Conflict::kAbort;
  }
}

Status TableParser::FinishKey(PendingKey* pending) {
  Result<std::vector<KeyColumn>> columns = ParseKeyColumns(pending->columns, table_);
  if (!columns) return columns.error();
  pending->key.columns = *columns;
  if (pending->descending) pending->key.columns[0].descending = true;
  if (!pending->is_primary) return {};
  if (table_.primary_key) return MakeError("there is more than one primary key");
  table_.primary_key = pending->key;
  // PRIMARY KEY(id DESC) is the rowid all the same, and the rowid has neither order nor collation.
  std::vector<KeyColumn>& key_columns = table_.primary_key->columns;
  if (!pending->beside_column && !table_.without_rowid && key_columns.size() == 1) {
    bool was_descending = std::exchange(key_columns[0].descending, false);
    if (!HasRowidColumn(table_)) key_columns[0].descending = was_descending;
  }
  if (HasRowidColumn(table_)) key_columns[0].collation = {};
  pending->key = *table_.primary_key;
  return {};
}

}  // namespace

Result<Table> ParseTable(std::string_view sql) {
  std::vector<Token> tokens = SqlTokens(sql);
  Result<Table> table = TableParser(tokens).Parse();
  if (table) table->sql.text = sql;
  return table;
}

void SortConstraints(Table* table) {
  std::sort(table->checks.begin(), table->checks.end());
  std::sort(table->foreign_keys.begin(), table->foreign_keys.end(),
            [](const ForeignKey& a, const ForeignKey& b) {
              return Lowered(ForeignKeyText(a)) < Lowered(ForeignKeyText(b));
            });
  std::vector<Key>& uniques = table->uniques;
  std::sort(uniques.begin(), uniques.end(), [](const Key& a, const Key& b) {
    return Lowered(UniqueText(a)) < Lowered(UniqueText(b));
  });
  uniques.erase(std::unique(uniques.begin(), uniques.end()), uniques.end());
}

}  // namespace fastmigrate
