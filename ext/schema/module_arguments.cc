#include "schema/module_arguments.h"

#include <algorithm>
#include <array>
#include <string>

namespace fastmigrate {
namespace {

enum class Kind { kFts3, kFts4, kFts5, kRtree, kNoShadows, kUnknown };

Kind KindOf(const Name& module) {
  constexpr std::pair<const char*, Kind> kKinds[] = {
      {"fts3", Kind::kFts3},
      {"fts4", Kind::kFts4},
      {"fts5", Kind::kFts5},
      {"rtree", Kind::kRtree},
      {"rtree_i32", Kind::kRtree},
      {"geopoly", Kind::kRtree},
      {"fts5vocab", Kind::kNoShadows},
      {"fts4aux", Kind::kNoShadows},
      {"fts3tokenize", Kind::kUnknown},
  };
  for (const auto& [name, kind] : kKinds) {
    if (module == Name{name}) return kind;
  }
  return Kind::kUnknown;
}

// All that is in quotes is a name.
std::string CanonicalNames(Tokens tokens) {
  Meanings meanings;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (IsQuoted(tokens[i])) meanings[i] = {Meaning::kName, {}};
  }
  return Canonical(tokens, meanings);
}

// "key = value"
struct Option {
  std::string key;  // folded
  Tokens value;
};

std::optional<Option> OptionIn(Tokens argument) {
  if (argument.size() < 2 || argument[0].kind != TokenKind::kWord) return std::nullopt;
  if (!argument[1].IsOperator("=")) return std::nullopt;
  return Option{Lowered(argument[0].text), argument.subspan(2)};
}

// FTS5 takes any beginning of an option's name.
std::string Fts5Key(const std::string& key) {
  constexpr auto kKeys = std::to_array<std::string_view>(
      {"prefix", "tokenize", "content", "contentless_delete", "contentless_unindexed",
       "content_rowid", "columnsize", "locale", "detail", "tokendata"});
  auto found = std::find_if(kKeys.begin(), kKeys.end(),
                            [&](std::string_view full) { return full.starts_with(key); });
  return found == kKeys.end() ? key : std::string(*found);
}

std::string ValueText(Tokens value) {
  return value.size() == 1 && value[0].kind != TokenKind::kNumber ? Unquoted(value[0])
                                                                  : Spelled(value);
}

// "porter unicode61 separators 'X'": the names of tokenizers and of their options in any letter
// case, the values as they are.
std::string CanonicalTokenizer(const std::string& text) {
  static const NameSet kNames = {"ascii",      "case_sensitive", "categories",
                                 "porter",     "separators",     "remove_diacritics",
                                 "tokenchars", "trigram",        "unicode61"};
  std::string canonical;
  bool is_value = false;
  for (const Token& token : SqlTokens(text)) {
    if (!IsQuoted(token) && token.kind != TokenKind::kWord && token.kind != TokenKind::kNumber) {
      return StringLiteral(text);  // nothing that FTS5 takes
    }
    std::string word = token.kind == TokenKind::kNumber ? std::string(token.text) : Unquoted(token);
    if (!is_value && kNames.contains(Lowered(word))) word = Lowered(word);
    is_value = word == "tokenchars" || word == "separators" || word == "categories";
    canonical += StringLiteral(word);
  }
  return canonical;
}

std::string CanonicalFts5(Tokens argument) {
  const std::optional<Option> option = OptionIn(argument);
  if (!option) return CanonicalNames(argument);
  const std::string key = Fts5Key(option->key);
  const std::string value = ValueText(option->value);
  return key + " = " +
         (key == "tokenize" ? CanonicalTokenizer(value) : StringLiteral(Lowered(value)));
}

// FTS3 and FTS4 find tokenizers by their exact names.
std::string CanonicalFts4Tokenizer(Tokens value) {
  std::string text = "tokenize =";
  size_t end = value.empty() ? 0 : value.front().offset;
  for (const Token& token : value) {
    if (token.offset > end || text.back() == '=') text += ' ';
    text += IsQuoted(token) ? StringLiteral(Unquoted(token)) : std::string(token.text);
    end = token.offset + token.text.size();
  }
  return text;
}

std::string CanonicalFts4(Kind kind, Tokens argument) {
  const std::optional<Option> option = OptionIn(argument);
  if (argument.size() > 1 && argument[0].Is("TOKENIZE")) {
    return CanonicalFts4Tokenizer(option ? option->value : argument.subspan(1));
  }
  if (!option || kind == Kind::kFts3) return CanonicalNames(argument);
  return option->key + " = " + StringLiteral(Lowered(ValueText(option->value)));
}

std::string CanonicalArgument(Kind kind, Tokens argument) {
  switch (kind) {
    case Kind::kFts3:
    case Kind::kFts4:
      return CanonicalFts4(kind, argument);
    case Kind::kFts5:
      return CanonicalFts5(argument);
    default:
      return CanonicalNames(argument);
  }
}

// What FTS tables are told about the tables they make.
struct FtsOptions {
  bool has_content = false;  // content=, whatever the value
  bool is_contentless = false;
  bool stores_unindexed = false;
  bool has_unindexed = false;
  bool has_docsize = true;
};

FtsOptions ReadFtsOptions(Kind kind, Tokens tokens) {
  FtsOptions options;
  for (Tokens argument : SplitAtCommas(tokens)) {
    const std::optional<Option> option = OptionIn(argument);
    if (!option) {
      if (argument.size() > 1 && argument[1].Is("UNINDEXED")) options.has_unindexed = true;
      continue;
    }
    const std::string key = kind == Kind::kFts5 ? Fts5Key(option->key) : option->key;
    const std::string value = ValueText(option->value);
    if (key == "content") options.has_content = true;
    if (key == "content") options.is_contentless = value.empty();
    if (key == "contentless_unindexed") options.stores_unindexed = value != "0";
    if (key == "columnsize" && value == "0") options.has_docsize = false;
    if (key == "matchinfo") options.has_docsize = false;  // fts3 is the one value it takes
  }
  return options;
}

}  // namespace

Fragment ArgumentsFragment(const Name& module, Tokens arguments) {
  Fragment fragment{Spelled(arguments), {}};
  const Kind kind = KindOf(module);
  if (kind != Kind::kUnknown) {
    for (Tokens argument : SplitAtCommas(arguments)) {
      if (!fragment.canonical.empty()) fragment.canonical += " , ";
      fragment.canonical += CanonicalArgument(kind, argument);
    }
    return fragment;
  }
  for (const Token& token : arguments) {
    if (!fragment.canonical.empty()) fragment.canonical += ' ';
    fragment.canonical += token.text;
  }
  return fragment;
}

std::optional<std::vector<std::string_view>> ShadowSuffixes(const VirtualTable& table) {
  using Suffixes = std::vector<std::string_view>;
  const Kind kind = KindOf(table.module);
  const std::vector<Token> tokens = SqlTokens(table.arguments.text);
  const FtsOptions options = ReadFtsOptions(kind, tokens);
  Suffixes suffixes;
  switch (kind) {
    case Kind::kFts3:  // which has no options but tokenize
      return Suffixes{"content", "segdir", "segments"};
    case Kind::kFts4:
      suffixes = {"segdir", "segments", "stat"};
      if (!options.has_content) suffixes.push_back("content");
      if (options.has_docsize) suffixes.push_back("docsize");
      return suffixes;
    case Kind::kFts5:
      suffixes = {"config", "data", "idx"};
      if (!options.has_content ||
          (options.is_contentless && options.stores_unindexed && options.has_unindexed)) {
        suffixes.push_back("content");
      }
      if (options.has_docsize) suffixes.push_back("docsize");
      return suffixes;
    case Kind::kRtree:
      return Suffixes{"node", "parent", "rowid"};
    case Kind::kNoShadows:
      return Suffixes{};
    case Kind::kUnknown:
      break;
  }
  if (table.module == Name{"fts3tokenize"}) return Suffixes{};
  return std::nullopt;
}

bool IsContentless(const VirtualTable& table) {
  const Kind kind = KindOf(table.module);
  if (kind != Kind::kFts4 && kind != Kind::kFts5) return false;
  return ReadFtsOptions(kind, SqlTokens(table.arguments.text)).is_contentless;
}

}  // namespace fastmigrate
