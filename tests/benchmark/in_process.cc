// What parts of fastmigrate cost inside a process, and what each safeguard does alone.
//
//   build/tests/in_process_benchmark [--benchmark_filter=REGEX]
//
// BM_Insert is the measure for the rest: one INSERT of the kind that scripts hold, compiled and run
// by SQLite alone.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "migrate/ledger.h"
#include "migrate/text_seal.h"
#include "sql/checksum.h"
#include "sql/sql_script.h"
#include "sqlite/database.h"
#include "sqlite/foreign_keys.h"
#include "sqlite/transaction.h"
#include "surface/functions.h"

namespace fastmigrate {
namespace {

constexpr char kInsert[] =
    "INSERT INTO event (kind, amount, body) VALUES ('kind 7', 421337, 'bread dozen grape "
    "house');\n";

// Ends the program when something fails: what is measured then is not what was meant.
void Must(const Status& status) {
  if (status) return;
  std::cerr << status.error().message << "\n";
  std::exit(1);
}
template <typename T>
T Must(Result<T> result) {
  if (!result) Must(Status(result.error()));
  return std::move(*result);
}

Database OpenWithFunctions(const std::string& file) {
  Database db = Must(Database::Open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  if (RegisterFunctions(db.handle()) != SQLITE_OK) Must(Status(db.LastError()));
  return db;
}

// A database that has had `count` scripts, and their folder.
class Managed {
 public:
  explicit Managed(int64_t count) {
    std::string pattern = (std::filesystem::temp_directory_path() / "fastmigrate-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::exit(1);
    folder_ = pattern;
    std::filesystem::create_directory(dir());
    for (int64_t version = 1; version <= count; ++version) {
      const std::string number = std::to_string(version);
      std::ofstream file(dir() + "/" + std::string(4 - number.size(), '0') + number + "-step.sql");
      if (version % 10 == 1) {
        file << "CREATE TABLE t" << number << " (id INTEGER PRIMARY KEY, title TEXT NOT NULL);\n";
      } else {
        file << "INSERT INTO t" << (version - 1) / 10 * 10 + 1 << " (title) VALUES ('apple');\n";
      }
    }
    db_.emplace(OpenWithFunctions(folder_ + "/data.db"));
    Must(db_->QueryInteger(Call("apply")));
  }
  ~Managed() {
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  Managed(const Managed&) = delete;
  Managed& operator=(const Managed&) = delete;

  const Database& db() const { return *db_; }
  std::string dir() const { return folder_ + "/migrations"; }
  std::string Call(const std::string& function) const {
    return "SELECT fastmigrate_" + function + "(" + QuoteText(dir()) + ")";
  }
  std::string CallTable(const std::string& function) const {
    return "SELECT count(*) FROM fastmigrate_" + function + "(" + QuoteText(dir()) + ")";
  }

 private:
  std::string folder_;
  std::optional<Database> db_;
};

// In memory, with an empty table `event`, in a transaction.
Database Scratch() {
  Database db = OpenWithFunctions(":memory:");
  Must(db.Execute(
      "CREATE TABLE event (id INTEGER PRIMARY KEY, kind TEXT, amount INTEGER, body TEXT);"
      "BEGIN"));
  return db;
}

std::string Inserts(int64_t bytes) {
  std::string text;
  while (text.size() < static_cast<size_t>(bytes)) text += kInsert;
  return text;
}

void BM_Insert(benchmark::State& state) {
  const Database db = Scratch();
  for (auto _ : state) Must(db.Execute(kInsert));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(sizeof kInsert - 1));
}
BENCHMARK(BM_Insert);

// The pass over a script's text: that it is sound, what is special in it, its checksum.
void BM_ReadScript(benchmark::State& state) {
  const std::string text = Inserts(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(Must(ReadSqlScript("0001-step.sql", text)));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadScript)
    ->Arg(1'000)
    ->Arg(1'000'000)
    ->Arg(100'000'000)
    ->Unit(benchmark::kMicrosecond);

// The checksum of its bytes, which a later start compares.
void BM_TextHash(benchmark::State& state) {
  const std::string text = Inserts(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(TextHash(text, false));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_TextHash)->Arg(1'000)->Arg(1'000'000);

// What lets a script fail alone, once a script.
void BM_Savepoint(benchmark::State& state) {
  const Database db = Scratch();
  Savepoint savepoint = Must(Savepoint::Prepare(db, "script"));
  for (auto _ : state) {
    Must(savepoint.Open());
    Must(savepoint.Release());
  }
}
BENCHMARK(BM_Savepoint);

// The version, once a script; the records of all and their seal, before the commit.
void BM_Record(benchmark::State& state) {
  const Database db = Scratch();
  Must(CreateLedger(db));
  std::vector<HistoryRecord> records(1000);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].previous_version = static_cast<int>(i);
    records[i].version = static_cast<int>(i + 1);
    records[i].name = "0001-step.sql";
    records[i].kind = "sql";
    records[i].origin = "applied";
    records[i].checksum = records[i].text_hash = Text(Digest{});
  }
  VersionMove move = Must(VersionMove::Prepare(db));
  const int last = records.back().version;
  int version = 0;
  for (auto _ : state) {
    for (const HistoryRecord& record : records) {
      if (!Must(move.Run(version, record.version))) std::exit(1);
      version = record.version;
    }
    Must(WriteRecords(db, records.size(), [&](size_t place) { return records[place]; }));
    Must(SealTexts(db, last));
    Must(CheckVersion(db, last));
  }
  state.SetItemsProcessed(state.iterations() * last);
}
BENCHMARK(BM_Record);

// What shows that a script has left the ledger alone, once before and once after a transaction.
void BM_LedgerFingerprint(benchmark::State& state) {
  const Managed managed(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(Must(ReadFingerprint(managed.db())));
}
BENCHMARK(BM_LedgerFingerprint)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// The guard against failing memory, which makes room for a statement that may drop a table: twice
// that, once a DROP.
void BM_MemoryGuard(benchmark::State& state) {
  const Database db = Scratch();
  Sentinel sentinel(db);
  Must(sentinel.Stand());
  for (auto _ : state) {
    Must(sentinel.StepAside());
    Must(sentinel.Stand());
  }
}
BENCHMARK(BM_MemoryGuard);

// Before and after all scripts of a call, where foreign_keys is on.
void BM_ForeignKeyCheck(benchmark::State& state) {
  const Database db = OpenWithFunctions(":memory:");
  Must(db.Execute(
      "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
      "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent);"
      "INSERT INTO parent VALUES (1), (2), (3);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT " +
      std::to_string(state.range(0)) + ") INSERT INTO child SELECT i, i % 3 + 1 FROM n"));
  for (auto _ : state) benchmark::DoNotOptimize(Must(FindForeignKeyViolations(db)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ForeignKeyCheck)->Arg(1'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_Status(benchmark::State& state) {
  const Managed managed(state.range(0));
  for (auto _ : state) Must(managed.db().QueryInteger(managed.CallTable("status")));
}
BENCHMARK(BM_Status)->Arg(100)->Arg(1000)->Arg(9999)->Unit(benchmark::kMillisecond);

// Replays all scripts in memory, and compares.
void BM_Verify(benchmark::State& state) {
  const Managed managed(state.range(0));
  for (auto _ : state) Must(managed.db().QueryInteger(managed.CallTable("verify")));
}
BENCHMARK(BM_Verify)->Arg(100)->Arg(1000)->Arg(9999)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fastmigrate

BENCHMARK_MAIN();
