#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, runs every test, and closes with the
# sum of all parts: "N passed, N failed". Exits 1 when something failed.
#
#   bash tests/run.sh
#   FASTMIGRATE_ALL=1 bash tests/run.sh    with every language in tests/hosts, WebAssembly, and what
#                                          runs on Windows: 4 GB more
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

bash tests/install.sh test

build=build
extension=$PWD/$build/fastmigrate.so
python=/usr/bin/python3 # Debian's: another python3 on the PATH may be unable to load extensions
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0

# count PASSED FAILED NAME: adds to the sum and says so; the log of a part only when it fails.
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  printf '%5d s  %-32s %s passed, %s failed\n' "$SECONDS" "$3" "$1" "$2"
  [[ $2 -eq 0 ]] || sed 's/^/    /' "$log"
}

# check NAME COMMAND...: one test, which passes when the command succeeds.
check() {
  local name=$1
  shift
  if "$@" >"$log" 2>&1; then count 1 0 "$name"; else count 0 1 "$name"; fi
}

# suite NAME COMMAND...: a program that runs many tests and ends with "N passed, N failed". One that
# stops without that line, or that fails although it counted no failure, is one failed test more.
suite() {
  local name=$1 status=0
  shift
  "$@" >"$log" 2>&1 || status=$?
  count_suite "$name" "$status"
}

# count_suite NAME STATUS: the one that has ended so, by its log.
count_suite() {
  local name=$1 status=$2 line
  line=$(tail -n 1 "$log")
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    local ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
    count "$ok" "$bad" "$name"
    [[ $bad -gt 0 ]] || sed -n '/: skipped, since /s/^/          /p' "$log"
  else
    count 0 1 "$name"
  fi
}

# campaigns NAME...: suites of one thread each that leave each other alone, one a core.
campaigns() {
  local name logs
  logs=$(mktemp -d)
  printf '%s\n' "$@" | xargs -P "$(nproc)" -I NAME bash -c \
    '"$1" >"$2" 2>&1; echo $? >"$2.status"' run "$build/tests/NAME" "$logs/NAME" || true
  for name in "$@"; do
    cat "$logs/$name" >"$log"
    count_suite "faults/$name" "$(cat "$logs/$name.status")"
  done
  rm -r "$logs"
}

# ctest's own sum, from the report that it writes.
unit_tests() {
  local status=0 total bad aside report=$build/ctest.xml
  rm -f "$report"
  ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" \
    --timeout 300 --output-junit "$PWD/$report" >"$log" 2>&1 || status=$?
  total=$(attribute tests "$report")
  bad=$(attribute failures "$report")
  aside=$(($(attribute skipped "$report") + $(attribute disabled "$report")))
  [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
  skipped=$((skipped + aside))
  count $((total - bad - aside)) "$bad" "unit tests and transcripts"
}

# attribute NAME REPORT: that number in the first element of ctest's report, 0 when there is none.
attribute() {
  local number
  number=$(sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$2" 2>/dev/null | head -n 1)
  echo "${number:-0}"
}

finish() {
  [[ $skipped -eq 0 ]] || printf '%17s skipped, each with its reason in its output\n' "$skipped"
  echo
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 ]] || exit 1
  exit 0
}

compile() {
  cmake -S . -B "$build" -DFASTMIGRATE_TESTS=ON -DFASTMIGRATE_WERROR=ON &&
    cmake --build "$build" --parallel "$(nproc)"
}

formatted() {
  git ls-files -z '*.h' '*.cc' | xargs -0 clang-format --dry-run -Werror
}

# The sources in a few pieces, as a unity build compiles them: most of the time goes into headers. The
# compile commands are GCC's, so clang may not know each of their warning options.
tidy() {
  local folder=$build/tidy
  cmake -S . -B "$folder" -DFASTMIGRATE_TESTS=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12 &&
    find "$folder/ext/CMakeFiles/fastmigrate.dir" -name '*.cxx' -print0 |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet --config-file=.clang-tidy -p "$folder" \
      --extra-arg=-Wno-unknown-warning-option
}

check "build" compile
[[ $failed -eq 0 ]] || finish

check "clang-format" formatted
check "clang-tidy" tidy
unit_tests
campaigns memory_faults io_faults interrupts power_cuts
suite "mutation/debian" bash tests/mutation/debian.sh
suite "mutation/drafts" "$build/tests/draft_mutation" "$build/debian-packages/schemas"
suite "sqlite3 shell" bash tests/shell/run.sh "$extension"
suite "sqlite3 shell, transcripts" $python tests/shell/transcripts.py "$extension"
suite "hosts" bash tests/hosts/run.sh "$extension"
suite "portable" bash tests/portable/run.sh "$extension"
suite "install" bash tests/install/run.sh "$build"
suite "packages" bash tests/packages/run.sh "$build"
suite "windows" bash tests/windows/run.sh "$build"
suite "amalgamation" bash tests/amalgamation/run.sh "$build"
suite "wasm" bash tests/wasm/run.sh "$build"
suite "README" $python tests/readme_test.py --extension "$extension"
suite "differential" $python tests/differential/run.py --extension "$extension"
suite "differential/drafts" $python tests/differential/draft.py --extension "$extension"
for script in tests/processes/*.py; do
  suite "processes/$(basename "$script")" $python "$script" --extension "$extension"
done
check "demo" bash ext/demo.sh
check "benchmark" $python tests/benchmark/run.py --extension "$extension" --quick
suite "fuzz" bash tests/fuzz/run.sh
suite "sanitizers" bash tests/sanitizers.sh
finish
