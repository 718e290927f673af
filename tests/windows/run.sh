#!/usr/bin/env bash
# What runs on 64-bit Windows: cross-built by mingw-w64, and tested under wine. Ends with "N passed, N
# failed, N skipped".
#
#   bash tests/windows/run.sh build                      skips everything where a tool is missing
#   FASTMIGRATE_ALL=1 bash tests/windows/run.sh build    installs it
#
# What left_out.txt names is skipped, with its reason. All that is made stays in BUILD/windows; the
# first run builds for about 3 minutes on two cores, and the tests take 3.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
build=$(realpath "$1")/windows
left_out=$root/tests/windows/left_out.txt
exec </dev/null

# The SQLite for which the transcripts are written.
source "$root/tests/amalgamations.sh"
sqlite=$build/sqlite-${usual[1]}

compiler=x86_64-w64-mingw32-g++-posix
export WINEPREFIX=$build/wine WINEDEBUG=-all
export WINEDLLOVERRIDES='mscoree=;mshtml=;winedbg.exe=d' # asks for nothing, and shows nothing
unset DISPLAY

passed=0
failed=0
skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]] || exit 1
  exit 0
}

skip() {
  skipped=$((skipped + 1))
  echo "$1: skipped, since $2"
}

fail() {
  failed=$((failed + 1))
  echo "FAILED $1"
  sed 's/^/    /' "$2"
}

# check NAME COMMAND...: one test, which passes when the command succeeds.
check() {
  local name=$1
  shift
  if "$@" >"$build/log" 2>&1; then passed=$((passed + 1)); else fail "$name" "$build/log"; fi
}

# reason NAME: why the test is left out; fails when it is not.
reason() {
  awk -v name="$1" '$1 == name { $1 = ""; print substr($0, 2); found = 1 } END { exit !found }' \
    "$left_out"
}

compile() {
  local generator=()
  [[ -e $build/CMakeCache.txt ]] || generator=(-G Ninja)
  amalgamation "${usual[@]}" "$sqlite" &&
    cmake "${generator[@]}" -S "$root" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$root/ext/cmake/mingw-w64.cmake" \
      -DFASTMIGRATE_SQLITE_DIR="$sqlite" -DFASTMIGRATE_GTEST_DIR=/usr/src/googletest \
      -DFASTMIGRATE_WERROR=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_UNITY_BUILD=ON \
      -DCMAKE_C_FLAGS_DEBUG=-O1 -DCMAKE_CXX_FLAGS_DEBUG=-O1 &&
    cmake --build "$build" --parallel "$(nproc)" --target fastmigrate runner unit_tests
}

# The one-file form, whose later parts stand behind the macros of <windows.h>.
one_file() {
  cmake --build "$build" --target amalgamation &&
    (cd "$build/amalgamation" && make_module)
}

make_module() {
  [[ one-file.dll -nt fastmigrate.cc ]] ||
    "$compiler" -std=c++20 -O0 -Wa,-mbig-obj -Wall -Wextra -Werror -static -shared -I"$sqlite" fastmigrate.cc \
      -o one-file.dll
}

# imports DLL, exports DLL: the names, a line each.
imports() {
  x86_64-w64-mingw32-objdump -p "$1" | sed -n 's/.*DLL Name: //p' | sort
}
exports() {
  x86_64-w64-mingw32-objdump -p "$1" | sed -n '/Ordinal\/Name Pointer/,$s/^\t\[ *[0-9]*\].* //p'
}

equal() {
  printf 'expected:\n%s\nfound:\n%s\n' "$2" "$1"
  [[ $1 == "$2" ]]
}

# Each test of the program that left_out.txt does not name, in one process a core.
unit_tests() {
  local wanted=- name shard log
  while read -r name; do
    if [[ $name != sql_tests.* ]]; then wanted+=$name:; fi
  done < <(awk '!/^#/ && NF { print $1 }' "$left_out")
  for ((shard = 0; shard < shards; ++shard)); do
    GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$shard timeout 600 \
      wine "$build/tests/unit_tests.exe" "--gtest_filter=$wanted" >"$build/unit-$shard" 2>&1 &
  done
  wait
  for ((shard = 0; shard < shards; ++shard)); do
    log=$build/unit-$shard
    sed -i 's/\r$//' "$log"
    count_unit_tests "$log"
  done
}

# GoogleTest writes a line before and behind each test. One that has not ended ended the process.
count_unit_tests() {
  local name
  passed=$((passed + $(grep -a -c '^\[       OK \]' "$1" || true)))
  for name in $(sed -n 's/^\[  SKIPPED \] \(.*\) (.*ms)$/\1/p' "$1"); do
    skip "$name" "$(grep -a -B 1 "^\[  SKIPPED \] $name (" "$1" | head -n 1)"
  done
  for name in $(sed -n 's/^\[  FAILED  \] \(.*\) (.*ms)$/\1/p' "$1" | sed 's/, where .*//'); do
    sed -n "\\|^\\[ RUN      \\] $name\$|,\\|^\\[  FAILED  \\] $name|p" "$1" >"$build/log"
    fail "$name" "$build/log"
  done
  grep -a -q '^\[==========\] .* ran\.' "$1" || {
    tail -n 20 "$1" >"$build/log"
    fail "unit tests, which ended in $(sed -n 's/^\[ RUN      \] //p' "$1" | tail -n 1)" "$build/log"
  }
}

# The name, the transcript and the option of each one, as sql_tests/CMakeLists.txt has them.
transcripts() {
  local command name line
  while read -r name line; do
    if line=$(reason "sql_tests.$name"); then
      skip "sql_tests.$name" "$line"
      continue
    fi
    command=("$root/sql_tests/${name%.bundle}.sql")
    [[ $name != *.bundle ]] || command+=(--bundle)
    check "sql_tests.$name" \
      timeout 100 wine "$build/sql_tests/runner.exe" "$build/fastmigrate" "${command[@]}"
  done < <(sed -n 's/^add_test(\[*=*\[*sql_tests\.\([a-z_.]*\).*/\1/p' \
    "$build/sql_tests/CTestTestfile.cmake")
}

# The shell of SQLite, from the source that npm's sqlite3 has, and a command sqlite3 that runs it. What
# it prints on a Windows has line ends of its own.
shell() {
  local unpacked=$build/shell
  [[ -e $unpacked/shell.c ]] || {
    mkdir -p "$unpacked"
    (cd "$unpacked" && npm pack --silent sqlite3@6.0.1 >name && tar -xzf "$(tail -n 1 name)" &&
      tar -xzf package/deps/sqlite-autoconf-*.tar.gz --strip-components=1 && rm -r package)
  }
  [[ $unpacked/sqlite3.exe -nt $unpacked/shell.c ]] ||
    x86_64-w64-mingw32-gcc-posix -O0 -municode -static -DSQLITE_ENABLE_COLUMN_METADATA \
      -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE \
      "$unpacked/shell.c" "$unpacked/sqlite3.c" -o "$unpacked/sqlite3.exe" || return 1
  mkdir -p "$build/bin"
  cat >"$build/bin/sqlite3" <<SCRIPT
#!/usr/bin/env bash
wine "$unpacked/sqlite3.exe" "\$@" | sed 's/\r\$//'
exit "\${PIPESTATUS[0]}"
SCRIPT
  chmod +x "$build/bin/sqlite3"
}

# in_shell NAME COMMAND...: what a suite gives that runs in that one.
in_shell() {
  local name=$1 line
  shift
  PATH=$build/bin:$PATH "$@" >"$build/log" 2>&1 || true
  line=$(tail -n 1 "$build/log")
  if [[ ! $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    fail "$name" "$build/log"
    return
  fi
  passed=$((passed + BASH_REMATCH[1]))
  skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
  grep ': skipped, since ' "$build/log" || true
  [[ ${BASH_REMATCH[2]} == 0 ]] || {
    failed=$((failed + BASH_REMATCH[2] - 1))
    fail "$name: ${BASH_REMATCH[2]}" "$build/log"
  }
}

missing=()
for tool in "$compiler" wine npm cmake ninja; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
[[ -e /usr/src/googletest/CMakeLists.txt ]] || missing+=(/usr/src/googletest)
if [[ ${#missing[@]} -gt 0 && ${FASTMIGRATE_ALL:-} == 1 ]]; then
  mkdir -p "$build"
  bash "$root/tests/install.sh" windows >"$build/log" 2>&1 || {
    fail "installing ${missing[*]}" "$build/log"
    finish
  }
elif [[ ${#missing[@]} -gt 0 ]]; then
  why="${missing[*]} is missing; FASTMIGRATE_ALL=1 installs it"
  for name in "the DLL" "the one-file form" "unit tests" transcripts "the shell"; do skip "$name" "$why"; done
  finish
fi

mkdir -p "$build"
check "the build" compile
[[ $failed -eq 0 ]] || finish
# What is made in a new prefix; without it, two processes would make it at once.
check "wine" wineboot --init

check "imports" equal "$(imports "$build/fastmigrate.dll")" $'KERNEL32.dll\nmsvcrt.dll'
check "exports" equal "$(exports "$build/fastmigrate.dll")" sqlite3_fastmigrate_init
check "the one-file form" one_file
while read -r name why; do
  if [[ $name != sql_tests.* ]]; then skip "$name" "$why"; fi
done < <(grep -v -e '^#' -e '^$' "$left_out")
shards=$(nproc)
unit_tests
transcripts
check "the build of the shell" shell
if [[ -e $build/bin/sqlite3 ]]; then
  in_shell "the shell" bash "$root/tests/shell/run.sh" "$build/fastmigrate.dll"
  in_shell "transcripts in the shell" /usr/bin/python3 "$root/tests/shell/transcripts.py" \
    "$build/fastmigrate.dll" "$build/shell/sqlite3.exe"
fi
wineserver --kill || true
finish
