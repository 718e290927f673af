#include "schema/parser.h"

#include <algorithm>
#include <utility>

#include "schema/canonical_sql.h"
#include "schema/fragments.h"
#include "schema/meanings.h"
#include "schema/module_arguments.h"
#include "schema/table_parser.h"
#include "schema/token_reader.h"

namespace fastmigrate {
namespace {

Tokens WithoutSemicolons(Tokens tokens) {
  while (!tokens.empty() && tokens.back().kind == TokenKind::kSemicolon) {
    tokens = tokens.first(tokens.size() - 1);
  }
  return tokens;
}

const Table* FindTable(const Schema& schema, const Name& name) {
  auto found = schema.tables.find(name);
  return found == schema.tables.end() ? nullptr : &found->second;
}

// `around` has the tables that an index may be on without their being in the schema.
Result<Index> ParseIndex(const SchemaRow& row, const Schema& schema, const Schema& around) {
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
  const Table* table = FindTable(schema, index.table);
  if (table == nullptr) table = FindTable(around, index.table);
  if (table == nullptr) return MakeError("its table does not exist");
  Result<Tokens> list = reader.TakeParentheses();
  if (!list) return list.error();
  Result<std::vector<KeyColumn>> columns = ParseKeyColumns(*list, *table);
  if (!columns) return columns.error();
  index.columns = *columns;
  if (reader.Take("WHERE")) {
    index.where = ExpressionFragment(WithoutSemicolons(reader.Rest()), ScopeIn(*table));
    if (index.where.empty()) return reader.Expected("an expression");
  } else if (!reader.AtEnd() && reader.Peek().kind != TokenKind::kSemicolon) {
    return reader.Expected("WHERE");
  }
  return index;
}

// The view's columns, as far as they are known, are given to `relation`.
Result<View> ParseView(const SchemaRow& row, const Catalog& catalog, Relation* relation) {
  const std::vector<Token> tokens = SqlTokens(row.sql);
  TokenReader reader(tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "VIEW");
  if (!header) return header.error();
  View view;
  view.name = header->name;
  view.sql.text = row.sql;
  if (reader.Peek().IsOperator("(")) {
    Result<std::vector<Name>> columns = reader.TakeNames();
    if (!columns) return columns.error();
    view.columns = *columns;
  }
  if (!reader.Take("AS")) return reader.Expected("AS");
  Tokens select = WithoutSemicolons(reader.Rest());
  if (select.empty()) return reader.Expected("SELECT");
  SelectMeanings meanings = MeaningsOfSelect(select, catalog);
  view.select = {Spelled(select), Canonical(select, meanings.meanings)};
  *relation = std::move(meanings.columns);
  if (view.columns.empty()) return view;
  relation->is_open = false;
  relation->columns.clear();
  for (const Name& column : view.columns) relation->columns.insert(Lowered(column.text));
  return view;
}

Result<Fragment> TakeEvent(TokenReader* reader) {
  for (std::string_view event : {"DELETE", "INSERT", "UPDATE"}) {
    if (!reader->Take(event)) continue;
    Fragment fragment{std::string(event), Lowered(event)};
    if (event != "UPDATE" || !reader->Take("OF")) return fragment;
    std::vector<Name> columns;
    do {
      Result<Name> column = reader->TakeName();
      if (!column) return column.error();
      columns.push_back(*column);
    } while (reader->TakeOperator(","));
    std::sort(columns.begin(), columns.end());
    fragment.text += " OF " + NamesText(columns);
    fragment.canonical = Lowered(fragment.text);
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

Result<Trigger> ParseTrigger(const SchemaRow& row, const Catalog& catalog) {
  const std::vector<Token> tokens = SqlTokens(row.sql);
  TokenReader reader(tokens);
  Result<CreateHeader> header = TakeCreateHeader(&reader, "TRIGGER");
  if (!header) return header.error();
  Trigger trigger;
  trigger.name = header->name;
  trigger.sql.text = row.sql;
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
  const std::string on = Lowered(trigger.table.text);
  if (reader.Take("WHEN")) {
    Tokens condition = WithoutOuterParentheses(TakeCondition(&reader));
    trigger.when = {Spelled(condition),
                    Canonical(condition, MeaningsOfWhen(condition, on, catalog))};
  }
  if (!reader.Take("BEGIN")) return reader.Expected("BEGIN");
  Tokens body = WithoutSemicolons(reader.Rest());
  if (body.empty() || !body.back().Is("END")) return MakeError("expected END at the end");
  body = body.first(body.size() - 1);
  trigger.body = {Spelled(body), Canonical(body, MeaningsOfTrigger(body, on, catalog))};
  return trigger;
}

class SchemaParser {
 public:
  Result<Schema> Parse(const std::vector<SchemaRow>& rows, const std::vector<SchemaRow>& around);

 private:
  using Rows = std::vector<const SchemaRow*>;

  Status ParseTables(const std::vector<SchemaRow>& rows);
  Status ParseTable(const SchemaRow& row, Schema* schema);
  void ParseAround(const std::vector<SchemaRow>& rows);
  void FillCatalog();
  Status ParseRest();
  void OmitKeysOfParents();

  Schema schema_;
  Schema around_;  // tables that are not in the schema, and may be used by what is
  Rows indexes_;
  Rows views_;
  Rows triggers_;
  Catalog catalog_;
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

Result<Schema> SchemaParser::Parse(const std::vector<SchemaRow>& rows,
                                   const std::vector<SchemaRow>& around) {
  Status status = ParseTables(rows);
  if (!status) return status.error();
  ParseAround(around);
  FillCatalog();
  status = ParseRest();
  if (!status) return status.error();
  OmitKeysOfParents();
  return std::move(schema_);
}

Status SchemaParser::ParseTables(const std::vector<SchemaRow>& rows) {
  for (const SchemaRow& row : rows) {
    if (row.type == "table") {
      Status status = ParseTable(row, &schema_);
      if (!status) return status;
    } else if (row.type == "index") {
      indexes_.push_back(&row);
    } else if (row.type == "view") {
      views_.push_back(&row);
    } else if (row.type == "trigger") {
      triggers_.push_back(&row);
    } else {
      return MakeError("sqlite_schema has a row of type \"" + row.type + "\"");
    }
  }
  return {};
}

Status SchemaParser::ParseTable(const SchemaRow& row, Schema* schema) {
  if (IsVirtualTable(row.sql)) {
    return Add(row, ParseVirtualTable(row.sql), &schema->virtual_tables);
  }
  return Add(row, fastmigrate::ParseTable(row.sql), &schema->tables);
}

// What cannot be read stays unknown: it is not compared.
void SchemaParser::ParseAround(const std::vector<SchemaRow>& rows) {
  for (const SchemaRow& row : rows) {
    if (row.type == "table") (void)ParseTable(row, &around_).ok();
  }
}

void SchemaParser::FillCatalog() {
  for (const Schema* schema : {&schema_, &around_}) {
    for (const auto& [name, table] : schema->tables) {
      catalog_.Add(Lowered(name.text), RelationOf(table));
    }
    for (const auto& [name, table] : schema->virtual_tables) {
      catalog_.Add(Lowered(name.text), RelationOf(table));
    }
  }
  for (const SchemaRow* row : views_) {
    catalog_.AddView(Lowered(row->name), [row, catalog = &catalog_] {
      Relation relation = OpenRelation();
      (void)ParseView(*row, *catalog, &relation).ok();
      return relation;
    });
  }
}

Status SchemaParser::ParseRest() {
  for (const SchemaRow* row : indexes_) {
    Status status = Add(*row, ParseIndex(*row, schema_, around_), &schema_.indexes);
    if (!status) return status;
  }
  for (const SchemaRow* row : views_) {
    Relation relation;
    Status status = Add(*row, ParseView(*row, catalog_, &relation), &schema_.views);
    if (!status) return status;
  }
  for (const SchemaRow* row : triggers_) {
    Status status = Add(*row, ParseTrigger(*row, catalog_), &schema_.triggers);
    if (!status) return status;
  }
  return {};
}

// REFERENCES p(id) says no more than REFERENCES p where id is the primary key of p, unless the key
// has a collation that is not its column's: SQLite then does not find it by its columns.
void SchemaParser::OmitKeysOfParents() {
  for (auto& [name, table] : schema_.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      auto parent = schema_.tables.find(key.parent);
      if (parent == schema_.tables.end() || !parent->second.primary_key) continue;
      const std::vector<KeyColumn>& primary_key = parent->second.primary_key->columns;
      if (std::equal(primary_key.begin(), primary_key.end(), key.parent_columns.begin(),
                     key.parent_columns.end(), [](const KeyColumn& a, const Name& b) {
                       return a.expression.canonical == Lowered(b.text) && a.collation.text.empty();
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

bool HoldsMoreThanOneStatement(std::string_view sql) {
  const std::vector<Token> tokens = SqlTokens(sql);
  size_t kind = 1;
  if (tokens.size() > kind && IsOneOf(tokens[kind], {"TEMP", "TEMPORARY"})) ++kind;
  const bool is_trigger = tokens.size() > kind && tokens[kind].Is("TRIGGER");
  bool has_ended = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::kSemicolon) {
      if (has_ended) return true;
      // END behind a semicolon ends a trigger: none of its statements starts so.
      has_ended =
          is_trigger && tokens[i].Is("END") && i > 0 && tokens[i - 1].kind == TokenKind::kSemicolon;
    } else if (!is_trigger) {
      has_ended = true;
    }
  }
  return false;
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

Result<Schema> ParseSchema(const std::vector<SchemaRow>& rows,
                           const std::vector<SchemaRow>& around) {
  return SchemaParser().Parse(rows, around);
}

}  // namespace fastmigrate
