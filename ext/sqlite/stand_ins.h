// Stand-ins on a scratch connection for functions and collations that only the host's has.
//
// For the shape of a schema the name is enough: a CHECK or an index over a function the connection
// does not know cannot be created, one over a stand-in can. A stand-in that is really called, with
// data, proves nothing any more: it fails, and is remembered.

#ifndef FASTMIGRATE_SQLITE_STAND_INS_H_
#define FASTMIGRATE_SQLITE_STAND_INS_H_

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

class StandIns {
 public:
  // Must outlive every statement of the connection.
  explicit StandIns(const Database& db) : db_(db) {}
  StandIns(const StandIns&) = delete;
  StandIns& operator=(const StandIns&) = delete;

  // Registers one for what the error says is missing. False when the error is of another kind or
  // names something that has a stand-in already.
  bool AddFor(const Error& error);

  // "the function BIN2B64": the first stand-in that was called with data.
  const std::optional<std::string>& called() const { return called_; }

 private:
  struct StandIn {
    StandIns* owner;
    std::string what;
  };

  bool Add(const std::string& kind, const std::string& name);

  const Database& db_;
  std::set<std::string> known_;
  std::optional<std::string> called_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_STAND_INS_H_
