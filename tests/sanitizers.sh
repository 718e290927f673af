#!/usr/bin/env bash
# Builds and runs the unit tests against other builds of SQLite than the system's, and under the
# sanitizers. SQLite is built with its own asserts (SQLITE_DEBUG). Closes with "N passed, N failed",
# and exits 1 when something failed.
#
#   bash tests/sanitizers.sh             the parts address and thread
#   bash tests/sanitizers.sh --all       every part
#   bash tests/sanitizers.sh PART...
#
#   address          unit tests and transcripts under address and undefined sanitizer, with the
#                    SQLite that the transcripts are written for
#   thread           the tests with threads under thread sanitizer, newest SQLite
#   oldest           unit tests with the oldest SQLite that we promise to work with
#   newest           unit tests with the newest SQLite
#   thread-all       all unit tests under thread sanitizer
#   oldest-address   as oldest, under address and undefined sanitizer
#   newest-address   as address, with the newest SQLite
#
# On two cores that nothing else uses the first takes about 9 minutes, nearly all of it for building,
# and 2 when it is run again; --all takes four times as long.
#
# The builds stay in build-sanitizers/PART. The amalgamations are those in the packages of
# better-sqlite3, which npm fetches once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# The packages, and the version of SQLite that each must have.
oldest=(better-sqlite3@7.1.2 3.34.0)
usual=(better-sqlite3@8.0.1 3.40.0)
newest=(better-sqlite3@13.2.0 3.54.1)

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

# amalgamation PACKAGE VERSION: puts sqlite3.c and the headers into build-sanitizers/sqlite-VERSION.
amalgamation() {
  local dir=$root/sqlite-$2 unpacked
  [[ -e $dir/sqlite3.c ]] || {
    unpacked=$(mktemp -d "$root/unpack-XXXXXX")
    (cd "$unpacked" && npm pack --silent "$1" >name && tar -xzf "$(tail -n 1 name)")
    # Older packages have the files in an archive of their own.
    find "$unpacked" -name sqlite3.tar.gz -exec tar -xzf {} -C "$unpacked" \;
    mkdir -p "$dir"
    find "$unpacked" \( -name sqlite3.h -o -name sqlite3ext.h -o -name sqlite3.c \) \
      -exec mv {} "$dir" \;
    rm -rf "$unpacked"
  }
  grep -q "define SQLITE_VERSION  *\"$2\"" "$dir/sqlite3.h"
}

# attribute NAME: that number in the first element of ctest's report, 0 when there is none.
attribute() {
  local number
  number=$(sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$log" 2>/dev/null | head -n 1)
  echo "${number:-0}"
}

# The extension stays in memory when its last connection is closed: the leak sanitizer looks after
# that, and would take for lost what the extension's variables hold.
#
# part NAME "PACKAGE VERSION" SANITIZERS TARGET...: builds the targets, and runs their tests. A build
# that fails is one failed test.
part() {
  local name=$1 sqlite=($2) sanitizers=$3 status=0 total bad aside
  local not_built='_NOT_BUILT|^schema_mutation$'
  shift 3
  # What these two show, a newer SQLite refuses by itself.
  [[ ${sqlite[1]} == 3.40.0 ]] || not_built+='|^sql_tests\.(hidden_statements|hostile_schema)$'
  [[ " $* " == *" runner "* ]] || not_built+='|^sql_tests\.'
  echo "== $name: SQLite ${sqlite[1]}${sanitizers:+, $sanitizers}"
  if ! amalgamation "${sqlite[@]}" ||
    ! cmake -S . -B "$root/$name" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
      -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g1" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" \
      -DCMAKE_MODULE_LINKER_FLAGS=-Wl,-z,nodelete \
      -DFASTMIGRATE_SQLITE_DIR="$root/sqlite-${sqlite[1]}" \
      -DFASTMIGRATE_SANITIZE="$sanitizers" >"$log.cmake" 2>&1 ||
    ! cmake --build "$root/$name" --parallel "$(nproc)" --target "$@" >"$log.cmake" 2>&1; then
    tail -n 50 "$log.cmake"
    count 0 1 "$name"
    return
  fi
  rm -f "$log"
  ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS=second_deadlock_stack=1 \
    ctest --test-dir "$root/$name" --output-on-failure --no-tests=error --progress \
    --parallel "$(nproc)" --timeout 600 --exclude-regex "$not_built" --output-junit "$log" || status=$?
  total=$(attribute tests)
  bad=$(attribute failures)
  aside=$(($(attribute skipped) + $(attribute disabled)))
  [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
  skipped=$((skipped + aside))
  count $((total - bad - aside)) "$bad" "$name"
}

run() {
  case $1 in
    address) part address "${usual[*]}" address,undefined unit_tests thread_tests runner ;;
    thread) part thread "${newest[*]}" thread thread_tests ;;
    oldest) part oldest "${oldest[*]}" "" unit_tests thread_tests ;;
    newest) part newest "${newest[*]}" "" unit_tests thread_tests ;;
    thread-all) part thread "${newest[*]}" thread unit_tests thread_tests ;;
    oldest-address) part oldest-address "${oldest[*]}" address,undefined unit_tests ;;
    newest-address) part newest-address "${newest[*]}" address,undefined unit_tests runner ;;
    *)
      echo "usage: bash tests/sanitizers.sh [--all | PART...]" >&2
      exit 2
      ;;
  esac
}

parts=("$@")
[[ $# -gt 0 ]] || parts=(address thread)
[[ ${1:-} != --all ]] || parts=(address thread-all oldest newest oldest-address newest-address)

bash tests/install.sh other
mkdir -p "$root"
for name in "${parts[@]}"; do run "$name"; done

sum="$passed passed, $failed failed"
[[ $skipped -eq 0 ]] || sum+=", $skipped skipped"
echo
echo "$sum"
[[ $failed -eq 0 ]]
