// What the host's connection has and a connection of ours lacks: functions and collations.
//
// When a statement of ours says "no such function: f", a proxy is registered there that evaluates
// SELECT f(?1, ...) on the host's connection, which is free to do so while we run; likewise a
// collation. Where the host has none either (a database of an application, verified in a shell),
// and for aggregates, a stand-in may serve: for the shape of a schema the name is enough, since a
// CHECK or an index over a function that the connection does not know cannot be created, and one
// over a stand-in can. A stand-in that is really called, with data, proves nothing any more: it
// fails, and is remembered.
//
// What the host has registered under the name of a function or collation of SQLite is provided from
// the beginning.
//
// Values pass by copy. Subtypes and pointers (sqlite3_result_pointer) do not pass.

#ifndef FASTMIGRATE_SQLITE_HOST_OBJECTS_H_
#define FASTMIGRATE_SQLITE_HOST_OBJECTS_H_

#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "sqlite/database.h"

namespace fastmigrate {

class HostObjects : public ObjectProvider {
 public:
  enum class StandIns { kNo, kYes };

  // `own` is the handle of the connection that they are registered on. `host` must outlive it, and
  // this must outlive every statement of it.
  HostObjects(const Database& host, sqlite3* own, StandIns stand_ins)
      : host_(host), own_(own), stand_ins_(stand_ins == StandIns::kYes) {}
  HostObjects(const HostObjects&) = delete;
  HostObjects& operator=(const HostObjects&) = delete;

  bool Provide(const Error& error) override;

  // What the host has put in the place of SQLite's own: a statement would not miss it. Functions
  // are listed by SQLite; collations are told by how they compare a few pairs of texts.
  Status ProvideReplaced(const Database& own);

  // "the function BIN2B64": the first stand-in that was called with data.
  const std::optional<std::string>& called() const { return called_; }

 private:
  struct Object;

  bool ProvideFunction(const std::string& name);
  bool ProvideCollation(const std::string& name);
  bool RegisterFunction(const std::string& name, int flags, bool stand_in);
  bool RegisterCollation(const std::string& name, bool stand_in);

  static void CallProxy(sqlite3_context* context, int count, sqlite3_value** values);
  static void CallStandIn(sqlite3_context* context, int count, sqlite3_value** values);
  static int CompareByHost(void* data, int a_size, const void* a, int b_size, const void* b);
  static int CompareBytes(void* data, int a_size, const void* a, int b_size, const void* b);

  const Database& host_;
  sqlite3* own_;
  const bool stand_ins_;
  std::set<std::string> known_;
  std::optional<std::string> called_;
};

}  // namespace fastmigrate

#endif  // FASTMIGRATE_SQLITE_HOST_OBJECTS_H_
