#!/usr/bin/env bash
# The one-file form of the sources: made, compiled alone by g++ and clang++, and tested. Ends with
# "N passed, N failed".
#
#   bash tests/amalgamation/run.sh build
#
# What is compiled stays in BUILD/amalgamation-test, until the sources change.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
build=$(realpath "$1")
out=$build/amalgamation-test
flags=(-std=c++20 -Wall -Wextra -Werror)

# compile COMPILER OUTPUT FLAG...: fastmigrate.cc, as it is given to others, in a folder that holds
# nothing else.
compile() {
  local compiler=$1 output=$out/$2
  shift 2
  [[ $output -nt $out/fastmigrate.cc ]] ||
    (cd "$out" && "$compiler" "${flags[@]}" "$@" fastmigrate.cc -o "$output")
}

program() {
  compile "$1" "$1.o" -O0 -DSQLITE_CORE -c &&
    cc -I"$out" -c "$root/tests/install/program.c" -o "$out/program.o" &&
    "$1" "$out/program.o" "$out/$1.o" -lsqlite3 -pthread -o "$out/$1-program"
}

# Under the name by which SQLite finds its entry point.
module() {
  mkdir -p "$out/$1"
  compile "$1" "$1/fastmigrate.so" "${@:2}" -fPIC -shared -fvisibility=hidden
}

program_applies_scripts() {
  local folder version
  folder=$(mktemp -d)
  version=$(sed -n 's/^#define FASTMIGRATE_VERSION "\(.*\)"/\1/p' "$out/fastmigrate.h")
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >"$folder/0001-users.sql"
  local found
  found=$("$out/$1-program" "$folder")
  rm -r "$folder"
  [[ $found == "$version 1" ]]
}

needs_no_header_but_those_of_sqlite_and_the_compiler() {
  local others
  others=$(cd "$out" && g++ -std=c++20 -MM fastmigrate.cc -MT '' | tr -s ' \\:' '\n' |
    grep -v -E '^$|^fastmigrate\.(cc|h)$' || true)
  others+=$(cd "$out" && g++ -std=c++20 -M fastmigrate.cc | grep -E 'xxhash|utf8|nlohmann' || true)
  echo "$others"
  [[ -z $others ]]
}

transcripts() {
  local transcript failed=0
  for transcript in "$root"/sql_tests/*.sql; do
    "$build/sql_tests/runner" "$out/g++/fastmigrate.so" "$transcript" || failed=1
  done
  return "$failed"
}

passed=0
failed=0

# count LOG STATUS NAME
count() {
  if [[ $2 -eq 0 ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $3"
    cat "$1"
  fi
}

check() {
  local status=0
  "$@" >"$out/log" 2>&1 || status=$?
  count "$out/log" "$status" "$*"
}

mkdir -p "$out"
cmake --build "$build" --target amalgamation runner >"$out/log" 2>&1 || {
  cat "$out/log"
  echo "0 passed, 1 failed"
  exit 1
}
cp -p "$build/amalgamation/fastmigrate.h" "$build/amalgamation/fastmigrate.cc" "$out"

# The slowest beside the others.
module g++ -O2 >"$out/log-module" 2>&1 &
optimized=$!
check program clang++
check program_applies_scripts clang++
check module clang++ -O0
check program g++
check program_applies_scripts g++
check needs_no_header_but_those_of_sqlite_and_the_compiler
status=0
wait "$optimized" || status=$?
count "$out/log-module" "$status" "module g++ -O2"
check transcripts
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
