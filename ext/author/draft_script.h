// The script that leads from one schema to another.
//
// Each statement is run on a scratch database, which has the old schema, as it is written down, so
// that what SQLite makes of it decides what comes next. Where something can be said in two ways (a
// rename, ALTER TABLE ADD COLUMN), the better one is tried, and undone when it does not give what
// is wanted.
//
//   DROP TRIGGER gone;                     what is gone, or is made anew
//   ALTER TABLE users RENAME TO people;    guessed, and says so
//   ALTER TABLE people ADD COLUMN ...;     where that is enough; else the table is made anew:
//   ALTER TABLE t RENAME TO old_t; CREATE TABLE t ...; INSERT INTO t ... SELECT ...; DROP TABLE
//   old_t CREATE INDEX ...;                      what is not there by now
//
// The script is plain SQL, which needs no function of ours. Objects that are equal are not touched,
// but for the indexes and triggers of a table that is made anew.

#ifndef FASTMIGRATE_AUTHOR_DRAFT_SCRIPT_H_
#define FASTMIGRATE_AUTHOR_DRAFT_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/schema.h"
#include "sqlite/database.h"

namespace fastmigrate {

// What a database is, as far as a draft can make it.
struct DraftedState {
  Schema schema;
  // Nullopt: they stay what they are.
  std::optional<int64_t> user_version;
  std::optional<int64_t> application_id;
};
Result<DraftedState> ReadDraftedState(const Database& db);

struct DraftedScript {
  std::string text;  // empty when there is nothing to do
  // Tables whose rows, as the scripts make them, the text refuses, and says so: a value has to be
  // filled in.
  std::vector<Name> refuses_rows;
};

// `scratch` has the schema to begin with, and is changed. An
// error when a statement that is needed fails; whether the result is `wanted` is for the caller to
// prove.
Result<DraftedScript> DraftScript(const Database& scratch, const DraftedState& wanted);

}  // namespace fastmigrate

#endif  // FASTMIGRATE_AUTHOR_DRAFT_SCRIPT_H_
