#include "schema/diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

#include "schema/canonical_sql.h"

namespace fastmigrate {
namespace {

using Differences = std::vector<Difference>;

// Whether objects that mean different things are reported although they are written alike. That is
// so when the cause, a change of what they speak of, is no difference of its own.
enum class Untouched { kReport, kOmit };

bool IsWrittenAlike(const std::string& a, const std::string& b) {
  return a == b || Canonical(SqlTokens(a)) == Canonical(SqlTokens(b));
}

// One object that both sides have, compared aspect by aspect.
class Comparison {
 public:
  Comparison(std::string type, std::string name, Differences* differences)
      : type_(std::move(type)), name_(std::move(name)), differences_(differences) {}

  // "declared type is TEXT, expected none"
  void Aspect(const std::string& aspect, bool equal, const std::string& expected,
              const std::string& actual) {
    auto or_none = [](const std::string& text) { return text.empty() ? "none" : text; };
    Sentence(aspect + " is " + or_none(actual) + ", expected " + or_none(expected), equal, expected,
             actual);
  }
  void Aspect(const std::string& aspect, const Fragment& expected, const Fragment& actual) {
    Aspect(aspect, expected == actual, expected.text, actual.text);
  }
  void Aspect(const std::string& aspect, const Name& expected, const Name& actual) {
    Aspect(aspect, expected == actual, expected.text, actual.text);
  }
  void Sentence(const std::string& sentence, bool equal, const std::string& expected,
                const std::string& actual) {
    if (!equal) differences_->push_back({type_, name_, sentence, expected, actual});
  }

 private:
  std::string type_;
  std::string name_;
  Differences* differences_;
};

std::string CollationText(const Name& collation) {
  return collation.text.empty() ? "BINARY" : collation.text;
}

std::string NotNullText(const Column& column) {
  if (!column.not_null) return "NULL";
  if (column.not_null_conflict == Conflict::kAbort) return "NOT NULL";
  return "NOT NULL ON CONFLICT " + std::string(ConflictText(column.not_null_conflict));
}

std::string GeneratedText(const Column& column) {
  if (column.generated.empty()) return "";
  return "AS (" + column.generated.text + (column.stored ? ") STORED" : ") VIRTUAL");
}

// PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK.
struct Constraint {
  std::string label;  // "(a, b)": tells which ones of both sides belong together
  std::string text;
  std::string canonical;
  std::string written;  // the same on both sides: untouched

  friend bool operator<(const Constraint& a, const Constraint& b) {
    return a.canonical < b.canonical;
  }
};
using Constraints = std::vector<Constraint>;

class TableComparison {
 public:
  TableComparison(const Table& expected, const Table& actual, Untouched untouched,
                  Differences* differences)
      : expected_(expected), actual_(actual), untouched_(untouched), differences_(differences) {}

  void Run();

 private:
  void CompareColumns();
  void CompareColumn(const Column& expected, const Column& actual);
  void CompareOrder();
  void CompareOptions();
  // A constraint against one with the same label is one difference, any other stands alone.
  void Compare(const std::string& type, Constraints expected, Constraints actual);
  static void OmitWrittenAlike(Constraints* expected, Constraints* actual);
  void Report(const std::string& type, const std::string& name, const std::string& expected,
              const std::string& actual);

  // A key of one column that the other side does not have goes with its column.
  bool GoesWithColumn(const std::vector<std::string>& columns) const {
    return columns.size() == 1 && missing_.contains(Name{columns[0]});
  }
  void AddKey(const Key& key, const std::string& text, Constraints* constraints) const;
  Constraints PrimaryKeys(const Table& table) const;
  Constraints Uniques(const Table& table) const;
  Constraints ForeignKeys(const Table& table) const;
  static Constraints Checks(const Table& table);

  const Table& expected_;
  const Table& actual_;
  Untouched untouched_;
  Differences* differences_;
  std::set<Name> missing_;  // columns that only one side has
};

void TableComparison::Run() {
  CompareColumns();
  CompareOrder();
  CompareOptions();
  Compare("primary key", PrimaryKeys(expected_), PrimaryKeys(actual_));
  Compare("unique", Uniques(expected_), Uniques(actual_));
  Compare("foreign key", ForeignKeys(expected_), ForeignKeys(actual_));
  Compare("check", Checks(expected_), Checks(actual_));
}

void TableComparison::CompareColumns() {
  const std::string prefix = expected_.name.text + ".";
  std::map<Name, const Column*> actual;
  for (const Column& column : actual_.columns) actual.emplace(column.name, &column);
  for (const Column& column : expected_.columns) {
    auto found = actual.find(column.name);
    if (found == actual.end()) {
      missing_.insert(column.name);
      Report("column", prefix + column.name.text, column.definition.text, "");
    } else {
      CompareColumn(column, *found->second);
      actual.erase(found);
    }
  }
  for (const Column& column : actual_.columns) {
    if (!actual.contains(column.name)) continue;
    missing_.insert(column.name);
    Report("column", prefix + column.name.text, "", column.definition.text);
  }
}

void TableComparison::CompareColumn(const Column& expected, const Column& actual) {
  if (expected == actual) return;
  Comparison column("column", expected_.name.text + "." + expected.name.text, differences_);
  column.Aspect("declared type", expected.type, actual.type);
  // A key that came or went, or WITHOUT ROWID, makes a column NOT NULL of itself.
  bool is_untouched = untouched_ == Untouched::kOmit &&
                      expected.written_not_null.text == actual.written_not_null.text;
  column.Aspect("nullability",
                is_untouched || (expected.not_null == actual.not_null &&
                                 expected.not_null_conflict == actual.not_null_conflict),
                NotNullText(expected), NotNullText(actual));
  column.Aspect("default", expected.default_value, actual.default_value);
  column.Aspect("collation", expected.collation == actual.collation,
                CollationText(expected.collation), CollationText(actual.collation));
  bool is_same = expected.generated == actual.generated ||
                 (untouched_ == Untouched::kOmit &&
                  IsWrittenAlike(expected.generated.text, actual.generated.text));
  column.Aspect("generated value", is_same && expected.stored == actual.stored,
                GeneratedText(expected), GeneratedText(actual));
}

// Only columns that both sides have are in an order that can be compared.
void TableComparison::CompareOrder() {
  auto common = [&](const Table& table) {
    std::vector<Name> names;
    for (const Column& column : table.columns) {
      if (!missing_.contains(column.name)) names.push_back(column.name);
    }
    return names;
  };
  const std::vector<Name> expected = common(expected_);
  const std::vector<Name> actual = common(actual_);
  Comparison("table", expected_.name.text, differences_)
      .Aspect("column order", expected == actual, "(" + NamesText(expected) + ")",
              "(" + NamesText(actual) + ")");
}

void TableComparison::CompareOptions() {
  Comparison table("table", expected_.name.text, differences_);
  table.Sentence(actual_.strict ? "table is STRICT, which is not expected"
                                : "table is not STRICT, which is expected",
                 expected_.strict == actual_.strict, expected_.strict ? "STRICT" : "",
                 actual_.strict ? "STRICT" : "");
  table.Sentence(actual_.without_rowid ? "table is WITHOUT ROWID, which is not expected"
                                       : "table is not WITHOUT ROWID, which is expected",
                 expected_.without_rowid == actual_.without_rowid,
                 expected_.without_rowid ? "WITHOUT ROWID" : "",
                 actual_.without_rowid ? "WITHOUT ROWID" : "");
}

void TableComparison::Compare(const std::string& type, Constraints expected, Constraints actual) {
  std::sort(expected.begin(), expected.end());
  std::sort(actual.begin(), actual.end());
  std::map<std::string, std::pair<Constraints, Constraints>> by_label;
  Constraints only;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(),
                      std::back_inserter(only));
  for (Constraint& constraint : only) by_label[constraint.label].first.push_back(constraint);
  only.clear();
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(),
                      std::back_inserter(only));
  for (Constraint& constraint : only) by_label[constraint.label].second.push_back(constraint);

  if (untouched_ == Untouched::kOmit) {
    for (auto& [label, sides] : by_label) OmitWrittenAlike(&sides.first, &sides.second);
  }
  for (const auto& [label, sides] : by_label) {
    const std::string name = expected_.name.text + label;
    if (sides.first.size() == 1 && sides.second.size() == 1) {
      Report(type, name, sides.first[0].text, sides.second[0].text);
      continue;
    }
    for (const Constraint& constraint : sides.first) Report(type, name, constraint.text, "");
    for (const Constraint& constraint : sides.second) Report(type, name, "", constraint.text);
  }
}

void TableComparison::OmitWrittenAlike(Constraints* expected, Constraints* actual) {
  for (auto one = expected->begin(); one != expected->end();) {
    auto other = std::find_if(actual->begin(), actual->end(), [&](const Constraint& constraint) {
      return IsWrittenAlike(constraint.written, one->written);
    });
    if (other == actual->end()) {
      ++one;
      continue;
    }
    actual->erase(other);
    one = expected->erase(one);
  }
}

void TableComparison::Report(const std::string& type, const std::string& name,
                             const std::string& expected, const std::string& actual) {
  std::string sentence = "is " + actual + ", expected " + expected;
  if (actual.empty()) sentence = "the scripts create it, this table does not have it";
  if (expected.empty()) sentence = "this table has it, no script creates it";
  differences_->push_back({type, name, sentence, expected, actual});
}

void TableComparison::AddKey(const Key& key, const std::string& text,
                             Constraints* constraints) const {
  std::string label;
  std::vector<std::string> columns;
  Key written = key;
  for (KeyColumn& column : written.columns) {
    label += (label.empty() ? "(" : ", ") + column.expression.text;
    columns.push_back(column.expression.canonical);
    column.collation.text = column.written_collation.text;
  }
  if (GoesWithColumn(columns)) return;
  constraints->push_back({label + ")", text, Lowered(text), UniqueText(written)});
}

// A table has one primary key, so that they always belong together.
Constraints TableComparison::PrimaryKeys(const Table& table) const {
  Constraints constraints;
  if (table.primary_key) {
    AddKey(*table.primary_key, PrimaryKeyText(*table.primary_key), &constraints);
  }
  for (Constraint& constraint : constraints) constraint.label.clear();
  return constraints;
}

Constraints TableComparison::Uniques(const Table& table) const {
  Constraints constraints;
  for (const Key& key : table.uniques) AddKey(key, UniqueText(key), &constraints);
  return constraints;
}

Constraints TableComparison::ForeignKeys(const Table& table) const {
  Constraints constraints;
  for (const ForeignKey& key : table.foreign_keys) {
    std::vector<std::string> columns;
    for (const Name& column : key.columns) columns.push_back(column.text);
    if (GoesWithColumn(columns)) continue;
    const std::string text = ForeignKeyText(key);
    ForeignKey rest = key;
    rest.parent_columns.clear();
    constraints.push_back({"(" + NamesText(key.columns) + ")", text, Lowered(text),
                           ForeignKeyText(rest) + " (" + key.written_parent_columns.text + ")"});
  }
  return constraints;
}

Constraints TableComparison::Checks(const Table& table) {
  Constraints constraints;
  for (const Fragment& check : table.checks) {
    constraints.push_back({"", "CHECK (" + check.text + ")", check.canonical, check.text});
  }
  return constraints;
}

class SchemaComparison {
 public:
  SchemaComparison(const Schema& expected, const Schema& actual, Untouched untouched)
      : expected_(expected), actual_(actual), untouched_(untouched) {}

  Differences Run();

 private:
  void CompareKinds();

  // `compare` is called for what both sides have. What hangs on a table or view that is gone is
  // not mentioned.
  template <typename T, typename Compare>
  void CompareObjects(const std::string& type, const std::map<Name, T>& expected,
                      const std::map<Name, T>& actual, const Compare& compare);
  template <typename T>
  bool IsHidden(const T& object) const;
  template <typename T>
  bool IsUntouched(const T& expected, const T& actual) const;

  const Schema& expected_;
  const Schema& actual_;
  Untouched untouched_;
  std::set<Name> other_kind_;  // a table on one side, a view on the other
  std::set<Name> one_sided_;   // tables and views that only one side has, or in another kind
  Differences differences_;
};

struct Relation {
  std::string kind;
  const OriginalText* sql;
};

std::map<Name, Relation> Relations(const Schema& schema) {
  std::map<Name, Relation> relations;
  for (const auto& [name, table] : schema.tables) relations[name] = {"table", &table.sql};
  for (const auto& [name, view] : schema.views) relations[name] = {"view", &view.sql};
  for (const auto& [name, table] : schema.virtual_tables) {
    relations[name] = {"virtual table", &table.sql};
  }
  return relations;
}

void SchemaComparison::CompareKinds() {
  const std::map<Name, Relation> expected = Relations(expected_);
  const std::map<Name, Relation> actual = Relations(actual_);
  for (const auto& [name, relation] : expected) {
    auto other = actual.find(name);
    if (other == actual.end()) {
      one_sided_.insert(name);
    } else if (other->second.kind != relation.kind) {
      one_sided_.insert(name);
      other_kind_.insert(name);
      Comparison(relation.kind, name.text, &differences_)
          .Sentence("is a " + other->second.kind + ", expected a " + relation.kind, false,
                    relation.sql->text, other->second.sql->text);
    }
  }
  for (const auto& [name, relation] : actual) {
    if (!expected.contains(name)) one_sided_.insert(name);
  }
}

template <typename T>
bool SchemaComparison::IsHidden(const T& object) const {
  if constexpr (requires { object.table; }) {
    return one_sided_.contains(object.table);
  } else {
    return other_kind_.contains(object.name);
  }
}

// An index, a view or a trigger; a table is compared part by part.
template <typename T>
bool SchemaComparison::IsUntouched(const T& expected, const T& actual) const {
  if constexpr (std::is_same_v<T, Table> || std::is_same_v<T, VirtualTable>) return false;
  return untouched_ == Untouched::kOmit && IsWrittenAlike(expected.sql.text, actual.sql.text);
}

template <typename T, typename Compare>
void SchemaComparison::CompareObjects(const std::string& type, const std::map<Name, T>& expected,
                                      const std::map<Name, T>& actual, const Compare& compare) {
  for (const auto& [name, object] : expected) {
    auto other = actual.find(name);
    Comparison comparison(type, name.text, &differences_);
    if (other == actual.end()) {
      comparison.Sentence("the scripts create it, this database does not have it", IsHidden(object),
                          object.sql.text, "");
    } else if (object != other->second && !IsUntouched(object, other->second)) {
      compare(object, other->second, &comparison);
    }
  }
  for (const auto& [name, object] : actual) {
    if (expected.contains(name)) continue;
    Comparison(type, name.text, &differences_)
        .Sentence("this database has it, no script creates it", IsHidden(object), "",
                  object.sql.text);
  }
}

void CompareVirtualTables(const VirtualTable& expected, const VirtualTable& actual,
                          Comparison* table) {
  table->Aspect("module", expected.module, actual.module);
  table->Aspect("argument list", expected.arguments, actual.arguments);
}

void CompareIndexes(const Index& expected, const Index& actual, Comparison* index) {
  index->Aspect("table", expected.table, actual.table);
  index->Sentence(actual.unique ? "index is UNIQUE, which is not expected"
                                : "index is not UNIQUE, which is expected",
                  expected.unique == actual.unique, expected.unique ? "UNIQUE" : "",
                  actual.unique ? "UNIQUE" : "");
  index->Aspect("column list", expected.columns == actual.columns, KeyColumnsText(expected.columns),
                KeyColumnsText(actual.columns));
  index->Aspect("WHERE", expected.where, actual.where);
}

void CompareViews(const View& expected, const View& actual, Comparison* view) {
  view->Aspect("column list", expected.columns == actual.columns, NamesText(expected.columns),
               NamesText(actual.columns));
  view->Sentence("the SELECT differs", expected.select == actual.select, expected.select.text,
                 actual.select.text);
}

void CompareTriggers(const Trigger& expected, const Trigger& actual, Comparison* trigger) {
  trigger->Aspect("table", expected.table, actual.table);
  trigger->Aspect("timing", expected.timing, actual.timing);
  trigger->Aspect("event", expected.event, actual.event);
  trigger->Aspect("WHEN", expected.when, actual.when);
  trigger->Sentence("the body differs", expected.body == actual.body, expected.body.text,
                    actual.body.text);
}

Differences SchemaComparison::Run() {
  CompareKinds();
  CompareObjects("table", expected_.tables, actual_.tables,
                 [&](const Table& expected, const Table& actual, Comparison*) {
                   TableComparison(expected, actual, untouched_, &differences_).Run();
                 });
  CompareObjects("virtual table", expected_.virtual_tables, actual_.virtual_tables,
                 CompareVirtualTables);
  CompareObjects("index", expected_.indexes, actual_.indexes, CompareIndexes);
  CompareObjects("view", expected_.views, actual_.views, CompareViews);
  CompareObjects("trigger", expected_.triggers, actual_.triggers, CompareTriggers);
  return std::move(differences_);
}

}  // namespace

std::vector<Difference> CompareSchemas(const Schema& expected, const Schema& actual) {
  if (expected == actual) return {};
  Differences differences = SchemaComparison(expected, actual, Untouched::kOmit).Run();
  if (!differences.empty()) return differences;
  return SchemaComparison(expected, actual, Untouched::kReport).Run();
}

std::string DifferenceText(const Difference& difference) {
  return difference.type + " " + difference.name + ": " + difference.difference;
}

}  // namespace fastmigrate
