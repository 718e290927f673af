#include "migrate/script_status.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "test_support.h"

namespace fastmigrate {
namespace {

HistoryRecord Record(int version, int previous, const std::string& checksum = "",
                     const std::string& origin = "applied") {
  HistoryRecord record;
  record.version = version;
  record.previous_version = previous;
  record.name = "000" + std::to_string(version) + "-x.sql";
  record.kind = "sql";
  record.origin = origin;
  if (!checksum.empty()) record.checksum = checksum;
  record.applied_at = "then";
  return record;
}

HistoryRecord Enrolled(int version) {
  HistoryRecord record;
  record.version = record.previous_version = version;
  record.origin = "enrolled";
  record.applied_at = "then";
  return record;
}

LedgerState Managed(int version, std::vector<HistoryRecord> records = {}) {
  LedgerState ledger;
  ledger.version = version;
  ledger.has_content = true;
  ledger.records = std::move(records);
  return ledger;
}

Source Folder(const std::vector<int>& versions) {
  Source folder;
  folder.dir = "m";
  for (int version : versions) {
    folder.migrations.push_back(
        MigrationOfText(version, "000" + std::to_string(version) + "-x.sql", ""));
  }
  return folder;
}

// "1 applied", with the origin and the detail where there are any.
std::string Shown(const std::vector<ScriptStatus>& states) {
  std::string lines;
  for (const ScriptStatus& status : states) {
    if (!lines.empty()) lines += "; ";
    lines += (status.version ? std::to_string(*status.version) : status.name.value_or("?")) + " " +
             std::string(StateName(status.state));
    if (status.origin) lines += " by " + *status.origin;
    if (status.detail) lines += " (" + *status.detail + ")";
  }
  return lines;
}

struct StateCase {
  const char* name;
  LedgerState ledger;
  Source folder;
  std::map<int, std::string> checksums;
  std::string states;
};

TEST(ScriptStates, FollowFromLedgerAndFolder) {
  const std::vector<StateCase> cases = {
      {"nothing", LedgerState(), Folder({}), {}, ""},
      {"not managed", LedgerState(), Folder({1, 2}), {}, "1 pending; 2 pending"},
      {"version 0", Managed(0), Folder({1}), {}, "1 pending"},
      {"applied by us",
       Managed(2, {Record(1, 0, "a"), Record(2, 1, "b")}),
       Folder({1, 2, 3}),
       {{1, "a"}, {2, "b"}},
       "1 applied by applied; 2 applied by applied; 3 pending"},
      {"applied by the Python package",
       Managed(2),
       Folder({1, 2, 3}),
       {},
       "1 applied; 2 applied; 3 pending"},
      {"enrolled without a look",
       Managed(2, {Enrolled(2)}),
       Folder({1, 2, 3}),
       {},
       "1 enrolled by enrolled; 2 enrolled by enrolled; 3 pending"},
      {"enrolled, script not in the folder",
       Managed(2, {Enrolled(2)}),
       Folder({1, 3}),
       {},
       "1 enrolled by enrolled; 3 pending"},
      {"enrolled, then applied",
       Managed(3, {Enrolled(2), Record(3, 2, "c")}),
       Folder({1, 2, 3}),
       {{3, "c"}},
       "1 enrolled by enrolled; 2 enrolled by enrolled; 3 applied by applied"},
      {"enrolled by proof, since edited",
       Managed(1, {Record(1, 1, "a", "enrolled")}),
       Folder({1}),
       {{1, "b"}},
       "1 edited by enrolled (its SQL is not what was applied)"},
      {"applied by us, the Python package, us",
       Managed(3, {Record(1, 0, "a"), Record(3, 2, "c")}),
       Folder({1, 2, 3}),
       {{1, "a"}, {3, "c"}},
       "1 applied by applied; 2 applied; 3 applied by applied"},
      {"edited",
       Managed(1, {Record(1, 0, "a")}),
       Folder({1}),
       {{1, "b"}},
       "1 edited by applied (its SQL is not what was applied)"},
      {"no checksum recorded",
       Managed(1, {Record(1, 0)}),
       Folder({1}),
       {{1, "b"}},
       "1 applied by applied"},
      {"missing",
       Managed(2, {Record(1, 0, "a"), Record(2, 1, "b")}),
       Folder({1}),
       {{1, "a"}},
       "1 applied by applied; 2 missing by applied (no script in 'm' has this version)"},
      {"late",
       Managed(3, {Record(1, 0, "a"), Record(3, 1, "c")}),
       Folder({1, 2, 3}),
       {{1, "a"}, {3, "c"}},
       "1 applied by applied; 2 late (the database went from version 1 to 3 without it); 3 applied "
       "by applied"},
      {"late, the very first",
       Managed(2, {Record(2, 0, "b")}),
       Folder({1, 2}),
       {{2, "b"}},
       "1 late (the database went from version 0 to 2 without it); 2 applied by applied"},
      {"late after an enrollment",
       Managed(5, {Enrolled(2), Record(5, 2, "e")}),
       Folder({1, 3, 5}),
       {{5, "e"}},
       "1 enrolled by enrolled; 3 late (the database went from version 2 to 5 without it); 5 "
       "applied by applied"},
      {"gap that stays",
       Managed(3, {Record(1, 0, "a"), Record(3, 1, "c")}),
       Folder({1, 3}),
       {{1, "a"}, {3, "c"}},
       "1 applied by applied; 3 applied by applied"},
      {"drafted",
       Managed(1, {Record(1, 0, "a", "drafted")}),
       Folder({1}),
       {{1, "a"}},
       "1 applied by drafted"},
      {"version set back by another program",
       Managed(1, {Record(1, 0, "a"), Record(2, 1, "b")}),
       Folder({1, 2}),
       {{1, "a"}},
       "1 applied by applied; 2 pending"},
      {"record above a version that was set back, without a script",
       Managed(1, {Record(1, 0, "a"), Record(2, 1, "b")}),
       Folder({1}),
       {{1, "a"}},
       "1 applied by applied"},
      {"script added below a version that was set back",
       Managed(2, {Record(1, 0, "a"), Record(5, 1, "e")}),
       Folder({1, 2, 5}),
       {{1, "a"}},
       "1 applied by applied; 2 applied; 5 pending"},
  };
  for (const StateCase& c : cases) {
    EXPECT_EQ(Shown(ListStatus(c.ledger, c.folder, c.checksums)), c.states) << c.name;
  }
}

TEST(ScriptStates, HaveWhatIsKnownOfTheScript) {
  std::vector<ScriptStatus> states =
      ListStatus(Managed(1, {Record(1, 0, "a")}), Folder({1, 2}), {{1, "a"}});
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].name, "0001-x.sql");
  EXPECT_EQ(states[0].kind, "sql");
  EXPECT_EQ(states[0].applied_at, "then");
  EXPECT_EQ(states[1].applied_at, std::nullopt);
}

TEST(ScriptStates, SayOfAProgramThatItWasEdited) {
  Source folder = Folder({});
  folder.migrations.push_back(MigrationOfText(1, "0001-x.py", ""));
  folder.migrations.back().kind = MigrationKind::kPython;
  EXPECT_EQ(Shown(ListStatus(Managed(1, {Record(1, 0, "a")}), folder, {{1, "b"}})),
            "1 edited by applied (it is not what was applied)");
}

TEST(ScriptStates, HaveIgnoredFilesAtTheEnd) {
  Source folder = Folder({1});
  folder.ignored = {{"003-typo.sql", "the number has 3 digits, not 4"}};
  std::vector<ScriptStatus> states = ListStatus(LedgerState(), folder, {});
  EXPECT_EQ(Shown(states), "1 pending; 003-typo.sql ignored (the number has 3 digits, not 4)");
  EXPECT_EQ(states[1].version, std::nullopt);
}

TEST(NeedsChecksum, IsTrueOfScriptsWithARecordedOne) {
  const LedgerState ledger = Managed(3, {Record(1, 0, "a"), Record(2, 1), Record(4, 3, "d")});
  const Source folder = Folder({1, 2, 3, 4});
  EXPECT_TRUE(NeedsChecksum(ledger, folder.migrations[0]));
  EXPECT_FALSE(NeedsChecksum(ledger, folder.migrations[1]));
  EXPECT_FALSE(NeedsChecksum(ledger, folder.migrations[2]));
  EXPECT_FALSE(NeedsChecksum(ledger, folder.migrations[3]));
}

TEST(ReadChecksums, ReadsOnlyWhatIsNeeded) {
  TempFolder temp;
  temp.Write("0001-a.sql", "SELECT 1;");
  temp.Write("0002-b.sql", "SELECT 'unterminated");  // never read: there is no checksum of it
  Result<Source> folder = ReadSource(temp.path());
  ASSERT_TRUE(folder);
  Result<std::map<int, std::string>> checksums =
      ReadChecksums(Managed(2, {Record(1, 0, "a"), Record(2, 1)}), *folder);
  ASSERT_TRUE(checksums) << checksums.error().message;
  EXPECT_EQ(checksums->size(), 1u);
  EXPECT_EQ(checksums->count(1), 1u);
}

struct PendingCase {
  const char* name;
  LedgerState ledger;
  Source folder;
  std::map<int, std::string> checksums;
  std::optional<int> target;
  std::string pending;  // "1 2", or the error
};

TEST(PendingMigrations, AreWhatIsAboveTheVersionUpToTheTarget) {
  LedgerState unmanaged;
  unmanaged.has_content = true;
  const std::vector<PendingCase> cases = {
      {"empty database", LedgerState(), Folder({1, 2, 5}), {}, {}, "1 2 5"},
      {"empty database, empty folder", LedgerState(), Folder({}), {}, {}, ""},
      {"some", Managed(2), Folder({1, 2, 3, 4}), {}, {}, "3 4"},
      {"up to date", Managed(2), Folder({1, 2}), {}, {}, ""},
      {"target", Managed(1), Folder({1, 2, 3, 4}), {}, 3, "2 3"},
      {"target reached", Managed(2), Folder({1, 2, 3}), {}, 2, ""},
      {"target 0 of an empty database", LedgerState(), Folder({1}), {}, 0, ""},
      {"target below",
       Managed(3),
       Folder({1, 2, 3}),
       {},
       2,
       "the database is at version 3, beyond the target 2; fastmigrate only moves forward"},
      {"target that no script has",
       Managed(1),
       Folder({1, 2, 5}),
       {},
       4,
       "no script in 'm' leads to the target version 4; the last one is 0005-x.sql"},
      {"target in an empty folder",
       LedgerState(),
       Folder({}),
       {},
       1,
       "no script in 'm' leads to the target version 1; there is none at all"},
      {"not managed",
       unmanaged,
       Folder({1}),
       {},
       {},
       "the database has content but no version, so it is not known which scripts it has had "
       "already\n"
       "  if these scripts made it, SELECT fastmigrate_find_version('m') finds the version N, and "
       "SELECT fastmigrate_enroll(N, 'm') proves and records it\n"
       "  if there are no scripts yet, SELECT fastmigrate_initialize('m') writes the first\n"
       "  if another migration tool made it, SELECT fastmigrate_import('FOLDER OF THE TOOL', 'm') "
       "takes its migrations over, and enrolls the database where the tool left it"},
      {"ahead",
       Managed(3),
       Folder({1, 2}),
       {},
       {},
       "the database is at version 3, ahead of the folder 'm': its last script is 0002-x.sql; give "
       "the folder that belongs to this database"},
      {"ahead of an empty folder",
       Managed(1),
       Folder({}),
       {},
       {},
       "the database is at version 1, ahead of the folder 'm': it holds no script; give the folder "
       "that belongs to this database"},
      {"edited",
       Managed(1, {Record(1, 0, "a")}),
       Folder({1, 2}),
       {{1, "b"}},
       {},
       "0001-x.sql was edited after it was applied; restore it, or, if the present text is right, "
       "run SELECT fastmigrate_accept(1, 'm')"},
      {"edited, nothing pending",
       Managed(1, {Record(1, 0, "a")}),
       Folder({1}),
       {{1, "b"}},
       {},
       "0001-x.sql was edited after it was applied; restore it, or, if the present text is right, "
       "run SELECT fastmigrate_accept(1, 'm')"},
      {"late",
       Managed(3, {Record(1, 0, "a"), Record(3, 1, "c")}),
       Folder({1, 2, 3}),
       {{1, "a"}, {3, "c"}},
       {},
       "0002-x.sql was never applied: the database went from version 1 to 3 without it; give it a "
       "number above the last script's"},
      {"missing does not stop",
       Managed(2, {Record(1, 0, "a"), Record(2, 1, "b")}),
       Folder({2, 3}),
       {{2, "b"}},
       {},
       "3"},
      {"gap filled by the Python package does not stop",
       Managed(3),
       Folder({1, 2, 3, 4}),
       {},
       {},
       "4"},
  };
  for (const PendingCase& c : cases) {
    Result<std::span<const Migration>> pending =
        PendingMigrations(c.ledger, c.folder, c.checksums, c.target);
    std::string shown;
    if (!pending) {
      shown = pending.error().message;
    } else {
      for (const Migration& migration : *pending) {
        shown += (shown.empty() ? "" : " ") + std::to_string(migration.version);
      }
    }
    EXPECT_EQ(shown, c.pending) << c.name;
  }
}

}  // namespace
}  // namespace fastmigrate
