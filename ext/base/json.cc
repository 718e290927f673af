#include "base/json.h"

#include <nlohmann/json.hpp>

namespace fastmigrate {

// One value at a time: the destructor of a JSON array or object allocates, and would end the host
// when it cannot.
std::string JsonString(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string JsonNumber(double number) { return nlohmann::json(number).dump(); }

}  // namespace fastmigrate
