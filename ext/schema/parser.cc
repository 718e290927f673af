#include "schema/parser.h"

#include <algorithm>
#include <utility>

#include "schema/canonical_sql.h"
#include "schema/fragments.h"
#include "schema/table_parser.h"
#include "schema/token_reader.h"

namespace fastmigrate {
namespace {

// A view or a trigger waits for the names of everything else.
struct PendingRow {
  const SchemaRow* row;
  std::vector<Token> tokens;
};

Tokens WithoutSemicolons(Tokens tokens) {
  while (!tokens.empty() && tokens.back().kind == TokenKind::kSemicolon) {
    tokens = tokens.first(tokens.size() - 1);
  }
  return tokens;
}

// The modules of SQLite that take their arguments for names and options; others may do anything
// with them, so that letter case and quotes count.
bool TakesNames(const Name& module) {
  for (const char* known :
       {"fts3", "fts4", "fts5", "fts5vocab", "fts4aux", "rtree", "rtree_i32", "geopoly"}) {
    if (module == Name{known}) return true;
  }
  return false;
}

Fragment ArgumentsFragment(const Name& module, Tokens tokens) {
  Fragment fragment{Spelled(tokens), {}};
  if (TakesNames(module)) {
    NameSet names;
    for (const Token& token : tokens) names.insert(Folded(Unquoted(token)));
    fragment.canonical = Canonical(tokens, names);
    return fragment;
  }
  for (const Token& token : tokens) {
    if (!fragment.canonical.empty()) fragment.canonical += ' ';
    fragment.canonical += token.text;
  }
  return fragment;
}

Result<Index> ParseIndex(const SchemaRow& row, const Schema& schema) {
  std::vector<Token> tokens = SqlTokens(row.sql);
  TokenReader reader(tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "INDEX");
  if (!header) return header.error();
  Index index;
  index.name = header->name;
  index.unique = header->is_unique;
  index.sql.text = row.sql;
  if (!reader.Take("ON")) return reader.Expected("ON");
  Result<Name> table_name = reader.TakeName();
  if (!table_name) return table_name.error();
  index.table = *table_name;
  auto table = schema.tables.find(index.table);
  if (table == schema.tables.end()) return MakeError("its table does not exist");

  const NameSet names = NamesIn(table->second);
  Result<Tokens> list = reader.TakeParentheses();
  if (!list) return list.error();
  Result<std::vector<KeyColumn>> columns = ParseKeyColumns(*list, table->second, names);
  if (!columns) return columns.error();
  index.columns = *columns;
  if (reader.Take("WHERE")) {
    index.where = ExpressionFragment(WithoutSemicolons(reader.Rest()), names);
    if (index.where.empty()) return reader.Expected("an expression");
  } else if (!reader.AtEnd() && reader.Peek().kind != TokenKind::kSemicolon) {
    return reader.Expected("WHERE");
  }
  return index;
}

Result<View> ParseView(const PendingRow& pending, const NameSet& names) {
  TokenReader reader(pending.tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "VIEW");
  if (!header) return header.error();
  View view;
  view.name = header->name;
  view.sql.text = pending.row->sql;
  if (reader.Peek().IsOperator("(")) {
    Result<std::vector<Name>> columns = reader.TakeNames();
    if (!columns) return columns.error();
    view.columns = *columns;
  }
  if (!reader.Take("AS")) return reader.Expected("AS");
  Tokens select = WithoutSemicolons(reader.Rest());
  if (select.empty()) return reader.Expected("SELECT");
  view.select = {Spelled(select), Canonical(select, names)};
  return view;
}

Result<Fragment> TakeEvent(TokenReader* reader) {
  for (std::string_view event : {"DELETE", "INSERT", "UPDATE"}) {
    if (!reader->Take(event)) continue;
    Fragment fragment{std::string(event), Folded(event)};
    if (event != "UPDATE" || !reader->Take("OF")) return fragment;
    std::vector<Name> columns;
    do {
      Result<Name> column = reader->TakeName();
      if (!column) return column.error();
      columns.push_back(*column);
    } while (reader->TakeOperator(","));
    std::sort(columns.begin(), columns.end());
    fragment.text += " OF " + NamesText(columns);
    fragment.canonical = Folded(fragment.text);
    return fragment;
  }
  return reader->Expected("DELETE, INSERT or UPDATE");
}

Fragment TakeTiming(TokenReader* reader) {
  if (reader->Take("AFTER")) return {"AFTER", "after"};
  if (reader->Take("INSTEAD", "OF")) return {"INSTEAD OF", "instead of"};
  reader->Take("BEFORE");
  return {"BEFORE", "before"};
}

// What stands between WHEN and BEGIN.
Tokens TakeCondition(TokenReader* reader) {
  const size_t begin = reader->position();
  for (size_t depth = 0; !reader->AtEnd(); reader->Next()) {
    if (reader->Peek().IsOperator("(")) ++depth;
    if (reader->Peek().IsOperator(")") && depth > 0) --depth;
    if (depth == 0 && reader->Peek().Is("BEGIN")) break;
  }
  return reader->Since(begin);
}

Result<Trigger> ParseTrigger(const PendingRow& pending, const NameSet& names) {
  TokenReader reader(pending.tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "TRIGGER");
  if (!header) return header.error();
  Trigger trigger;
  trigger.name = header->name;
  trigger.sql.text = pending.row->sql;
  trigger.timing = TakeTiming(&reader);
  Result<Fragment> event = TakeEvent(&reader);
  if (!event) return event.error();
  trigger.event = *event;
  if (!reader.Take("ON")) return reader.Expected("ON");
  Result<Name> table = reader.TakeName();
  if (table && reader.TakeOperator(".")) table = reader.TakeName();
  if (!table) return table.error();
  trigger.table = *table;
  if (reader.Take("FOR", "EACH") && !reader.Take("ROW")) return reader.Expected("ROW");
  if (reader.Take("WHEN")) trigger.when = ExpressionFragment(TakeCondition(&reader), names);
  if (!reader.Take("BEGIN")) return reader.Expected("BEGIN");
  Tokens body = WithoutSemicolons(reader.Rest());
  if (body.empty() || !body.back().Is("END")) return MakeError("expected END at the end");
  body = body.first(body.size() - 1);
  trigger.body = {Spelled(body), Canonical(body, names)};
  return trigger;
}

class SchemaParser {
 public:
  Result<Schema> Parse(const std::vector<SchemaRow>& rows);

 private:
  Status ParseTables(const std::vector<SchemaRow>& rows);
  Status ParseTable(const SchemaRow& row);
  void CollectKnownNames();
  Status ParseRest(const std::vector<SchemaRow>& rows);
  void OmitKeysOfParents();

  Schema schema_;
  NameSet names_;                    // of everything that a view or a trigger may speak of
  std::vector<PendingRow> pending_;  // views and triggers
};

// Puts the object in its map; its row must say of it what its text does.
template <typename T>
Status Add(const SchemaRow& row, Result<T> object, std::map<Name, T>* objects) {
  const std::string context = row.type + " " + NameAsSql(row.name);
  if (!object) return object.error().Within(context);
  if (!(object->name == Name{row.name})) {
    return MakeError("its text is that of " + NameText(object->name)).Within(context);
  }
  Name name = object->name;
  if (!objects->emplace(std::move(name), std::move(*object)).second) {
    return MakeError("it exists twice").Within(context);
  }
  return {};
}

Result<Schema> SchemaParser::Parse(const std::vector<SchemaRow>& rows) {
  Status status = ParseTables(rows);
  if (status) status = ParseRest(rows);
  if (!status) return status.error();
  OmitKeysOfParents();
  return std::move(schema_);
}

Status SchemaParser::ParseTables(const std::vector<SchemaRow>& rows) {
  for (const SchemaRow& row : rows) {
    if (row.type == "table") {
      Status status = ParseTable(row);
      if (!status) return status;
    } else if (row.type == "view" || row.type == "trigger") {
      pending_.push_back({&row, SqlTokens(row.sql)});
    } else if (row.type != "index") {
      return MakeError("sqlite_schema has a row of type \"" + row.type + "\"");
    }
  }
  return {};
}

Status SchemaParser::ParseTable(const SchemaRow& row) {
  if (IsVirtualTable(row.sql)) {
    return Add(row, ParseVirtualTable(row.sql), &schema_.virtual_tables);
  }
  return Add(row, fastmigrate::ParseTable(row.sql), &schema_.tables);
}

// Double quotes in views and triggers are rare, so it starts from them.
void SchemaParser::CollectKnownNames() {
  NameSet undecided;
  for (const PendingRow& pending : pending_) CollectUndecided(pending.tokens, &undecided);
  if (undecided.empty()) return;
  for (const auto& [name, table] : schema_.tables) names_.merge(NamesIn(table));
  for (const auto& [name, table] : schema_.virtual_tables) {
    for (const Token& token : SqlTokens(table.sql.text)) names_.insert(Folded(Unquoted(token)));
  }
  for (const PendingRow& pending : pending_) CollectNames(pending.tokens, undecided, &names_);
}

Status SchemaParser::ParseRest(const std::vector<SchemaRow>& rows) {
  CollectKnownNames();
  for (const SchemaRow& row : rows) {
    if (row.type != "index") continue;
    Status status = Add(row, ParseIndex(row, schema_), &schema_.indexes);
    if (!status) return status;
  }
  for (const PendingRow& pending : pending_) {
    Status status = pending.row->type == "view"
                        ? Add(*pending.row, ParseView(pending, names_), &schema_.views)
                        : Add(*pending.row, ParseTrigger(pending, names_), &schema_.triggers);
    if (!status) return status;
  }
  return {};
}

// REFERENCES p(id) says no more than REFERENCES p where id is the primary key of p.
void SchemaParser::OmitKeysOfParents() {
  for (auto& [name, table] : schema_.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      auto parent = schema_.tables.find(key.parent);
      if (parent == schema_.tables.end() || !parent->second.primary_key) continue;
      const std::vector<KeyColumn>& primary_key = parent->second.primary_key->columns;
      if (std::equal(primary_key.begin(), primary_key.end(), key.parent_columns.begin(),
                     key.parent_columns.end(), [](const KeyColumn& a, const Name& b) {
                       return a.expression.canonical == Folded(b.text);
                     })) {
        key.parent_columns.clear();
      }
    }
    SortConstraints(&table);
  }
}

}  // namespace

bool IsVirtualTable(std::string_view sql) {
  Lexer lexer(sql);
  return lexer.NextSql().Is("CREATE") && lexer.NextSql().Is("VIRTUAL");
}

Result<VirtualTable> ParseVirtualTable(std::string_view sql) {
  std::vector<Token> tokens = SqlTokens(sql);
  TokenReader reader(tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "TABLE");
  if (!header) return header.error();
  if (!header->is_virtual) return MakeError("expected CREATE VIRTUAL TABLE");
  if (!reader.Take("USING")) return reader.Expected("USING");
  Result<Name> module = reader.TakeName();
  if (!module) return module.error();
  VirtualTable table;
  table.name = header->name;
  table.module = *module;
  table.sql.text = sql;
  if (reader.Peek().IsOperator("(")) {
    Result<Tokens> arguments = reader.TakeParentheses();
    if (!arguments) return arguments.error();
    table.arguments = ArgumentsFragment(table.module, *arguments);
  }
  return table;
}

Result<Schema> ParseSchema(const std::vector<SchemaRow>& rows) {
  return SchemaParser().Parse(rows);
}

}  // namespace fastmigrate
