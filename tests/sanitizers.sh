#!/usr/bin/env bash
# Builds and runs the unit tests against other builds of SQLite than the system's, and under the
# sanitizers. SQLite is built with its own asserts (SQLITE_DEBUG). Closes with "N passed, N failed",
# and exits 1 when something failed.
#
#   bash tests/sanitizers.sh             the parts address, thread, oldest and newest
#   bash tests/sanitizers.sh --all       every part
#   bash tests/sanitizers.sh PART...
#
#   address          unit tests and transcripts under address and undefined sanitizer, with the
#                    SQLite that the transcripts are written for
#   thread           the tests with threads under thread sanitizer, newest SQLite
#   oldest           the unit tests of build/ with the oldest SQLite that we promise to work with in
#                    the place of the system's: what is newer is asked for, not assumed
#   newest           the same with the newest SQLite
#   thread-all       all unit tests under thread sanitizer
#   oldest-address   all for the oldest SQLite, under address and undefined sanitizer
#   newest-address   as address, with the newest SQLite
#
# On two cores that nothing else uses the first four take about 9 minutes, nearly all of it for
# building, and 3 when they are run again; --all takes three times as long.
#
# The builds stay in build-sanitizers/PART. The amalgamations are those in the packages of
# better-sqlite3, which npm fetches once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

source tests/amalgamations.sh

build=$PWD/build
root=$PWD/build-sanitizers
log=$root/log
passed=0
failed=0
skipped=0

count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  echo "== $3: $1 passed, $2 failed"
}

# attribute NAME REPORT: that number in the first element of the report, 0 when there is none.
attribute() {
  local number
  number=$(grep -o -m 1 "[[:space:]]*$1=\"[0-9]*\"" "$2" 2>/dev/null | head -n 1 | tr -dc 0-9)
  echo "${number:-0}"
}

# One process a core for the unit tests, since under a sanitizer a process takes longer to start than
# most tests take. One that has left no report has ended before its time.
unit_tests() {
  local folder=$1 shard shards report bad status running=()
  shards=$(nproc)
  for ((shard = 0; shard < shards; ++shard)); do
    rm -f "$log.$shard.xml"
    GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$shard timeout 1200 "$folder/tests/unit_tests" \
      --gtest_brief=1 "--gtest_output=xml:$log.$shard.xml" >"$log.$shard" 2>&1 &
    running+=($!)
  done
  for ((shard = 0; shard < shards; ++shard)); do
    status=0
    wait "${running[shard]}" || status=$?
    report=$log.$shard.xml
    bad=$(($(attribute failures "$report") + $(attribute errors "$report")))
    [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
    [[ $bad -eq 0 ]] || tail -n 200 "$log.$shard"
    total=$((total + $(attribute tests "$report")))
    failures=$((failures + bad))
    [[ ! -e $report ]] || aside=$((aside + $(grep -c 'result="skipped"' "$report" || true)))
  done
}

# The tests with threads, and the transcripts.
other_tests() {
  local folder=$1 wanted='^Progress\.|Threads' status=0 bad report=$log.xml
  [[ ! -x $folder/sql_tests/runner || $folder == "$build" ]] || wanted+='|^sql_tests\.'
  # What these two show, a newer SQLite refuses by itself.
  local unwanted='_NOT_BUILT'
  [[ $2 == "${usual[1]}" ]] || unwanted+='|^sql_tests\.(hidden_statements|hostile_schema)$'
  rm -f "$report"
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --progress \
    --parallel "$(nproc)" --timeout 600 --tests-regex "$wanted" --exclude-regex "$unwanted" \
    --output-junit "$report" || status=$?
  bad=$(attribute failures "$report")
  [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
  total=$((total + $(attribute tests "$report")))
  failures=$((failures + bad))
  aside=$((aside + $(attribute skipped "$report") + $(attribute disabled "$report")))
}

# run_tests NAME FOLDER VERSION: the tests that were built there for that SQLite.
run_tests() {
  local total=0 failures=0 aside=0
  export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=second_deadlock_stack=1
  if [[ -x $2/tests/unit_tests ]]; then unit_tests "$2"; fi
  if [[ -x $2/tests/thread_tests || -x $2/sql_tests/runner ]]; then other_tests "$2" "$3"; fi
  skipped=$((skipped + aside))
  count $((total > failures + aside ? total - failures - aside : 0)) "$failures" "$1"
}

# not_built NAME: the log of the build; a build that fails is one failed test.
not_built() {
  tail -n 50 "$log.build"
  count 0 1 "$1"
}

# The extension stays in memory when its last connection is closed: the leak sanitizer looks after
# that, and would take for lost what the extension's variables hold.
#
# What the sanitizers put into C++ takes as long again to optimize as everything else.
#
# sanitized NAME "PACKAGE VERSION" SANITIZERS TARGET...: builds the targets, and runs their tests.
sanitized() {
  local name=$1 sqlite=($2) sanitizers=$3 generator=()
  shift 3
  [[ -e $root/$name/CMakeCache.txt ]] || generator=(-G Ninja)
  echo "== $name: SQLite ${sqlite[1]}, $sanitizers"
  if amalgamation "${sqlite[@]}" "$root/sqlite-${sqlite[1]}" &&
    cmake "${generator[@]}" -S . -B "$root/$name" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_UNITY_BUILD=ON \
      -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g1" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O0 -g1" \
      -DCMAKE_MODULE_LINKER_FLAGS=-Wl,-z,nodelete \
      -DFASTMIGRATE_SQLITE_DIR="$root/sqlite-${sqlite[1]}" \
      -DFASTMIGRATE_SANITIZE="$sanitizers" >"$log.build" 2>&1 &&
    cmake --build "$root/$name" --parallel "$(nproc)" --target "$@" >"$log.build" 2>&1; then
    run_tests "$name" "$root/$name" "${sqlite[1]}"
  else
    not_built "$name"
  fi
}

# shared_library VERSION: of the amalgamation, with the options that Debian's has and the asserts.
shared_library() {
  local dir=$root/sqlite-$1
  [[ -e $dir/libsqlite3.so.0 ]] ||
    cc -O1 -g1 -w -fPIC -shared -Wl,-soname,libsqlite3.so.0 -DSQLITE_DEBUG \
      -DSQLITE_ENABLE_API_ARMOR -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DESERIALIZE \
      -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_STAT4 \
      "$dir/sqlite3.c" -o "$dir/libsqlite3.so.0" -ldl -lm -lpthread
}

# replaced NAME "PACKAGE VERSION": the tests of build/, compiled with the system's headers, with that
# library in the place of the system's.
replaced() {
  local name=$1 sqlite=($2)
  echo "== $name: SQLite ${sqlite[1]}"
  if amalgamation "${sqlite[@]}" "$root/sqlite-${sqlite[1]}" && shared_library "${sqlite[1]}" &&
    { [[ -e $build/CMakeCache.txt ]] || cmake -S . -B "$build" >"$log.build" 2>&1; } &&
    cmake --build "$build" --parallel "$(nproc)" --target unit_tests thread_tests >"$log.build" 2>&1; then
    LD_LIBRARY_PATH=$root/sqlite-${sqlite[1]} run_tests "$name" "$build" "${sqlite[1]}"
  else
    not_built "$name"
  fi
}

run() {
  local both=address,undefined
  case $1 in
    address) sanitized address "${usual[*]}" $both unit_tests thread_tests runner ;;
    thread) sanitized thread "${newest[*]}" thread thread_tests ;;
    oldest) replaced oldest "${oldest[*]}" ;;
    newest) replaced newest "${newest[*]}" ;;
    thread-all) sanitized thread-all "${newest[*]}" thread unit_tests thread_tests ;;
    oldest-address) sanitized oldest-address "${oldest[*]}" $both unit_tests ;;
    newest-address) sanitized newest-address "${newest[*]}" $both unit_tests runner ;;
    *)
      echo "usage: bash tests/sanitizers.sh [--all | PART...]" >&2
      exit 2
      ;;
  esac
}

parts=("$@")
[[ $# -gt 0 ]] || parts=(address thread oldest newest)
[[ ${1:-} != --all ]] || parts=(address thread-all oldest newest oldest-address newest-address)

bash tests/install.sh test
mkdir -p "$root"
for name in "${parts[@]}"; do run "$name"; done

sum="$passed passed, $failed failed"
[[ $skipped -eq 0 ]] || sum+=", $skipped skipped"
echo
echo "$sum"
[[ $failed -eq 0 ]]
