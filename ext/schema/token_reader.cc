#include "schema/token_reader.h"

namespace fastmigrate {
namespace {

const Token kEndToken;

}  // namespace

const Token& TokenReader::Peek(size_t ahead) const {
  return ahead < tokens_.size() - position_ ? tokens_[position_ + ahead] : kEndToken;
}

const Token& TokenReader::Next() { return AtEnd() ? kEndToken : tokens_[position_++]; }

bool TokenReader::Take(std::string_view keyword) {
  if (!Peek().Is(keyword)) return false;
  ++position_;
  return true;
}

bool TokenReader::Take(std::string_view first, std::string_view second) {
  if (!Peek().Is(first) || !Peek(1).Is(second)) return false;
  position_ += 2;
  return true;
}

bool TokenReader::TakeOperator(std::string_view op) {
  if (!Peek().IsOperator(op)) return false;
  ++position_;
  return true;
}

Result<Name> TokenReader::TakeName() {
  if (!Peek().IsName()) return Expected("a name");
  return Name{Unquoted(Next())};
}

Result<std::vector<Name>> TokenReader::TakeNames() {
  Result<Tokens> inside = TakeParentheses();
  if (!inside) return inside.error();
  std::vector<Name> names;
  for (Tokens part : SplitAtCommas(*inside)) {
    TokenReader reader(part);
    Result<Name> name = reader.TakeName();
    if (!name) return name.error();
    names.push_back(*name);
  }
  return names;
}

Result<Tokens> TokenReader::TakeParentheses() {
  if (!TakeOperator("(")) return Expected("\"(\"");
  const size_t begin = position_;
  for (size_t depth = 1; !AtEnd(); ++position_) {
    if (Peek().IsOperator("(")) ++depth;
    if (Peek().IsOperator(")") && --depth == 0) {
      ++position_;
      return tokens_.subspan(begin, position_ - 1 - begin);
    }
  }
  return Expected("\")\"");
}

Error TokenReader::Expected(std::string_view what) const {
  std::string found = "\"" + std::string(Peek().text.substr(0, 40)) + "\"";
  if (Peek().kind == TokenKind::kIllegal) found = "a byte that is no SQL";
  if (AtEnd()) found = "the end";
  return MakeError("expected " + std::string(what) + " but found " + found);
}

Result<CreateHeader> TakeCreateHeader(TokenReader* reader, std::string_view kind) {
  CreateHeader header;
  if (!reader->Take("CREATE")) return reader->Expected("CREATE");
  if (!reader->Take("TEMP")) reader->Take("TEMPORARY");
  header.is_unique = reader->Take("UNIQUE");
  header.is_virtual = reader->Take("VIRTUAL");
  if (!reader->Take(kind)) return reader->Expected(kind);
  if (reader->Peek(2).Is("EXISTS") && reader->Take("IF", "NOT")) reader->Next();
  Result<Name> name = reader->TakeName();
  if (name && reader->TakeOperator(".")) name = reader->TakeName();
  if (!name) return name.error();
  header.name = *name;
  return header;
}

}  // namespace fastmigrate
