#include "sqlite/stand_ins.h"

#include <cstring>

namespace fastmigrate {
namespace {

// What follows the words in the message, up to the end of its line; empty when they are not in it.
std::string NameBehind(const std::string& message, std::string_view words) {
  size_t at = message.find(words);
  if (at == std::string::npos) return "";
  at += words.size();
  return message.substr(at, message.find('\n', at) - at);
}

}  // namespace

bool StandIns::AddFor(const Error& error) {
  if (std::string name = NameBehind(error.message, "no such function: "); !name.empty()) {
    return Add("function", name);
  }
  std::string name = NameBehind(error.message, "no such collation sequence: ");
  return !name.empty() && Add("collation", name);
}

bool StandIns::Add(const std::string& kind, const std::string& name) {
  if (!known_.insert(kind + " " + name).second) return false;
  auto* stand_in = new StandIn{this, "the " + kind + " " + name};
  auto destroy = [](void* data) { delete static_cast<StandIn*>(data); };
  if (kind == "function") {
    auto call = [](sqlite3_context* context, int, sqlite3_value**) {
      auto* self = static_cast<StandIn*>(sqlite3_user_data(context));
      if (!self->owner->called_) self->owner->called_ = self->what;
      sqlite3_result_error(context, "a stand-in was called", -1);
    };
    // Deterministic, as a function in an index or a generated column must be.
    return sqlite3_create_function_v2(db_.handle(), name.c_str(), -1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      stand_in, call, nullptr, nullptr, destroy) == SQLITE_OK;
  }
  auto compare = [](void* data, int a_size, const void* a, int b_size, const void* b) {
    auto* self = static_cast<StandIn*>(data);
    if (!self->owner->called_) self->owner->called_ = self->what;
    int order = std::memcmp(a, b, static_cast<size_t>(a_size < b_size ? a_size : b_size));
    return order != 0 ? order : a_size - b_size;
  };
  int rc = sqlite3_create_collation_v2(db_.handle(), name.c_str(), SQLITE_UTF8, stand_in, compare,
                                       destroy);
  if (rc != SQLITE_OK) delete stand_in;  // unlike a function's, it is not destroyed on failure
  return rc == SQLITE_OK;
}

}  // namespace fastmigrate
