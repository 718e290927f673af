#include "sqlite/host_objects.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "base/ascii.h"

namespace fastmigrate {

// One function or collation, as its callbacks get it.
struct HostObjects::Object {
  HostObjects* owner;
  std::string what;  // "the function BIN2B64"
  std::string name;
  Statement compare{nullptr};  // of a collation's proxy, on the host's connection
};

namespace {

// What follows the words in the message, up to the end of its line and without "()"; empty when
// they are not in it.
std::string NameBehind(const std::string& message, std::string_view words) {
  size_t at = message.find(words);
  if (at == std::string::npos) return "";
  at += words.size();
  std::string name = message.substr(at, message.find('\n', at) - at);
  if (name.ends_with("()")) name.resize(name.size() - 2);
  return name;
}

// How a collation compares: letter case, letters beyond ASCII, digits, spaces, punctuation.
std::string ComparisonsBy(const std::string& collation) {
  return R"sql(
      WITH pair(a, b) AS (VALUES ('a', 'A'), ('a', 'B'), ('B', 'a'), ('Z', '_'), ('ä', 'Ä'),
                                 ('é', 'e'), ('é', 'z'), ('a', 'a '), ('2', '10'), ('a b', 'ab'),
                                 ('a-b', 'aa'))
      SELECT group_concat((a < b COLLATE )sql" +
         collation + ") || (a = b COLLATE " + collation + ")) FROM pair";
}

}  // namespace

bool HostObjects::Provide(const Error& error) {
  for (std::string_view words : {"no such function: ", "unknown function: "}) {
    std::string name = NameBehind(error.message, words);
    if (name.empty()) continue;
    return known_.insert("function " + Lowered(name)).second && ProvideFunction(name);
  }
  std::string name = NameBehind(error.message, "no such collation sequence: ");
  if (name.empty()) return false;
  return known_.insert("collation " + Lowered(name)).second && ProvideCollation(name);
}

Status HostObjects::ProvideReplaced(const Database& own) {
  std::set<std::string> built_in;
  std::set<std::string> others;
  Status status = host_.ForEach("PRAGMA function_list", [&](const Statement& row) {
    (row.Integer(1) != 0 ? built_in : others).insert(Lowered(row.Text(0)));
  });
  if (!status) return status;
  for (const std::string& name : others) {
    if (built_in.contains(name) && known_.insert("function " + name).second) ProvideFunction(name);
  }
  for (const char* name : {"BINARY", "NOCASE", "RTRIM"}) {
    Result<std::optional<std::string>> hosts = host_.QueryText(ComparisonsBy(name));
    if (!hosts) return hosts.error();
    Result<std::optional<std::string>> ours = own.QueryText(ComparisonsBy(name));
    if (!ours) return ours.error();
    if (*hosts != *ours) RegisterCollation(name, false);
  }
  return {};
}

// https://www.sqlite.org/pragma.html#pragma_function_list: type is 's' for a scalar function, and
// flags are those of sqlite3_create_function.
bool HostObjects::ProvideFunction(const std::string& name) {
  constexpr int kFlags = SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY | SQLITE_INNOCUOUS;
  std::optional<int> flags;
  Status status = host_.ForEach("PRAGMA function_list", [&](const Statement& row) {
    if (!EqualIgnoringCase(row.Text(0), name) || row.Text(2) != "s") return;
    int present = static_cast<int>(row.Integer(5)) & kFlags;
    flags = flags ? *flags & present : present;
  });
  if (status && flags) return RegisterFunction(name, *flags, false);
  // Deterministic, as a function in an index or a generated column must be.
  return stand_ins_ && RegisterFunction(name, SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, true);
}

bool HostObjects::ProvideCollation(const std::string& name) {
  bool host_has_it = false;
  Status status = host_.ForEach("PRAGMA collation_list", [&](const Statement& row) {
    host_has_it = host_has_it || EqualIgnoringCase(row.Text(1), name);
  });
  // One that only its schema names is listed there too.
  if (status && host_has_it && RegisterCollation(name, false)) return true;
  return stand_ins_ && RegisterCollation(name, true);
}

bool HostObjects::RegisterFunction(const std::string& name, int flags, bool stand_in) {
  auto object = std::make_unique<Object>(Object{this, "the function " + name, name});
  // Destroyed by SQLite, also when it cannot be created.
  return sqlite3_create_function_v2(own_, name.c_str(), -1, SQLITE_UTF8 | flags, object.release(),
                                    stand_in ? CallStandIn : CallProxy, nullptr, nullptr,
                                    [](void* data) { delete static_cast<Object*>(data); }) ==
         SQLITE_OK;
}

bool HostObjects::RegisterCollation(const std::string& name, bool stand_in) {
  auto object = std::make_unique<Object>(Object{this, "the collation " + name, name});
  if (!stand_in) {
    std::string collate = " COLLATE " + QuoteName(name);
    Result<Statement> compare = host_.Prepare("SELECT CASE WHEN ?1 < ?2" + collate +
                                              " THEN -1 ELSE ?1 > ?2" + collate + " END");
    if (!compare) return false;
    object->compare = std::move(*compare);
  }
  int rc = sqlite3_create_collation_v2(own_, name.c_str(), SQLITE_UTF8, object.get(),
                                       stand_in ? CompareBytes : CompareByHost,
                                       [](void* data) { delete static_cast<Object*>(data); });
  if (rc == SQLITE_OK) (void)object.release();  // unlike a function's, it stays ours on failure
  return rc == SQLITE_OK;
}

void HostObjects::CallProxy(sqlite3_context* context, int count, sqlite3_value** values) {
  try {
    auto* self = static_cast<Object*>(sqlite3_user_data(context));
    std::string sql = "SELECT " + QuoteName(self->name) + "(";
    for (int i = 1; i <= count; ++i) sql += (i > 1 ? ", ?" : "?") + std::to_string(i);
    Result<Statement> call = self->owner->host_.Prepare(sql + ")");
    Status status = call ? Status() : Status(call.error());
    for (int i = 0; i < count && status; ++i) {
      int rc = sqlite3_bind_value(call->handle(), i + 1, values[i]);
      if (rc != SQLITE_OK) status = Error{rc, sqlite3_errstr(rc)};
    }
    Result<bool> row = status ? call->Step() : Result<bool>(status.error());
    if (row && *row) {
      sqlite3_result_value(context, sqlite3_column_value(call->handle(), 0));
      return;
    }
    Error error = row ? MakeError("no result") : row.error();
    sqlite3_result_error(context, error.message.c_str(), -1);
    sqlite3_result_error_code(context, error.code);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void HostObjects::CallStandIn(sqlite3_context* context, int, sqlite3_value**) {
  auto* self = static_cast<Object*>(sqlite3_user_data(context));
  try {
    if (!self->owner->called_) self->owner->called_ = self->what;
    sqlite3_result_error(context, "a stand-in was called", -1);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

// A comparison cannot fail, but what compares may: then the statement that asks is interrupted,
// before it builds an index in a wrong order.
int HostObjects::CompareByHost(void* data, int a_size, const void* a, int b_size, const void* b) {
  auto* self = static_cast<Object*>(data);
  sqlite3_stmt* compare = self->compare.handle();
  sqlite3_reset(compare);
  auto bind = [compare](int index, const void* text, int size) {
    const char* bytes = text == nullptr ? "" : static_cast<const char*>(text);
    return sqlite3_bind_text(compare, index, bytes, size, SQLITE_STATIC) == SQLITE_OK;
  };
  bool bound = bind(1, a, a_size) && bind(2, b, b_size);
  int order = 0;
  if (bound && sqlite3_step(compare) == SQLITE_ROW) {
    order = sqlite3_column_int(compare, 0);
  } else {
    sqlite3_interrupt(self->owner->own_);
  }
  sqlite3_reset(compare);
  return order;
}

int HostObjects::CompareBytes(void* data, int a_size, const void* a, int b_size, const void* b) {
  auto* self = static_cast<Object*>(data);
  try {
    if (!self->owner->called_) self->owner->called_ = self->what;
  } catch (const std::bad_alloc&) {
    sqlite3_interrupt(self->owner->own_);
  }
  int order = std::memcmp(a, b, static_cast<size_t>(std::min(a_size, b_size)));
  return order != 0 ? order : a_size - b_size;
}

}  // namespace fastmigrate
