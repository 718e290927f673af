#include "sqlite/call_mark.h"

#include <mutex>
#include <set>
#include <utility>

namespace fastmigrate {
namespace {

std::mutex marked_mutex;
std::set<sqlite3*>& MarkedConnections() {
  static auto* connections = new std::set<sqlite3*>();  // never destroyed: hosts exit at any time
  return *connections;
}

}  // namespace

Result<CallMark> CallMark::Set(const Database& db, const std::string& function) {
  std::lock_guard<std::mutex> lock(marked_mutex);
  if (MarkedConnections().count(db.handle()) > 0) {
    return MakeError(function + "() cannot be called from within a migration script");
  }
  MarkedConnections().insert(db.handle());
  return CallMark(db.handle());
}

CallMark::CallMark(CallMark&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

CallMark::~CallMark() {
  if (db_ == nullptr) return;
  std::lock_guard<std::mutex> lock(marked_mutex);
  MarkedConnections().erase(db_);
}

}  // namespace fastmigrate
