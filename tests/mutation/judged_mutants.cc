// Changes of quotes and letter case, of which only SQLite can say whether they mean anything.

#include <cctype>
#include <string>

#include "mutation/mutants.h"
#include "schema/canonical_sql.h"
#include "schema/scope.h"

namespace fastmigrate {
namespace {

std::string OtherCase(std::string text) {
  for (char& c : text) c ^= std::isalpha(static_cast<unsigned char>(c)) ? 0x20 : 0;
  return text;
}

}  // namespace

std::vector<Mutant> JudgedMutants(const Rows& rows, size_t limit) {
  std::vector<Mutant> mutants;
  for (size_t row = 0; row < rows.size(); ++row) {
    if (IsVirtualTable(rows[row].sql)) continue;
    const std::vector<Token> tokens = TokensOf(rows[row].sql);
    const std::vector<std::string> texts = TextsOf(rows[row].sql);
    auto add = [&](const char* kind, size_t at, const std::string& text) {
      if (text == texts[at]) return;
      std::vector<std::string> changed = texts;
      changed[at] = text;
      const std::string sql = Joined(changed);
      mutants.push_back(
          {kind, rows[row].name + ": " + texts[at] + " at " + std::to_string(at) + " as " + text,
           [all = &rows, row, sql] { return ScriptWith(*all, row, sql); },
           [all = &rows, row, same = Joined(texts)] {
             return ScriptWith(*all, row, same);  // spaces are in SQLite's estimates
           },
           RelationOf(rows[row])});
    };
    for (size_t i = 3; i < tokens.size(); ++i) {
      if (IsRowidName(Lowered(texts[i]))) add("another name of the rowid", i, "_ROWID_");
      if (!IsQuoted(tokens[i])) continue;
      const std::string name = Unquoted(tokens[i]);
      const char quote = texts[i][0];
      if (quote == '"') add("\"x\" as 'x'", i, StringLiteral(name));
      if (quote == '"') add("\"x\" as [x]", i, "[" + name + "]");
      if (quote == '\'') add("'x' as \"x\"", i, Quoted(name, '"'));
      if (quote == '[') add("[x] as \"x\"", i, Quoted(name, '"'));
      if (quote == '"' || quote == '\'') {
        add(quote == '"' ? "case in double quotes" : "case in quotes", i,
            Quoted(OtherCase(name), quote));
      }
    }
  }
  return Thinned(mutants, limit);
}

}  // namespace fastmigrate
