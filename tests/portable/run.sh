#!/usr/bin/env bash
# What the module of a release build needs where it is loaded: read off the file, and tried with the
# glibc of Debian 11. Ends with "N passed, N failed, N skipped".
#
#   bash tests/portable/run.sh build/fastmigrate.so
#   FASTMIGRATE_ALL=1 bash tests/portable/run.sh build/fastmigrate.so    fetches that glibc, 14 MB
#
# Each function test_FACT is a test, run in a folder of its own. What is fetched stays in the folder
# portable-test beside the module.
set -euo pipefail
extension=$(realpath "$1")
kept=$(dirname "$extension")/portable-test
system=$kept/debian-11
loader=$system/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
libraries=$system/lib/x86_64-linux-gnu:$system/usr/lib/x86_64-linux-gnu
python=/usr/bin/python3
source "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"

# newest NAMES: the newest version in it that the module asks of another library, such as 2.17 of
# GLIBC.
newest() {
  objdump -T "$extension" | sed -n "s/.*\*UND\*.*[ (]$1_\([0-9.]*\))\{0,1\} .*/\1/p" |
    sort -V | tail -n 1
}

# at_most VERSION LIMIT
at_most() {
  echo "$1 is to be at most $2"
  [[ -n $1 && $(printf '%s\n' "$1" "$2" | sort -V | tail -n 1) == "$2" ]]
}

# with_old_glibc PROGRAM ARGUMENT...: with Debian 11's glibc 2.31, and libraries beside it.
with_old_glibc() {
  "$loader" --library-path "$libraries" "$@"
}

# Where apt keeps all that it knows in a folder of our own, nothing changes on the machine.
fetch_old_system() {
  local apt=$kept/apt archive options
  # The archive from which this machine has its own packages.
  archive=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' | sed -n 's/^Debian //p' | head -n 1)
  [[ -n $archive ]] || return
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages"
  echo "deb [arch=amd64] $archive bullseye main" >"$apt/sources.list"
  options=(-q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$apt/cache")
  apt-get "${options[@]}" update || return
  (cd "$apt/packages" && apt-get "${options[@]}" download libc6 libsqlite3-0 sqlite3 \
    libreadline8 libtinfo6 zlib1g) || return
  local package
  for package in "$apt"/packages/*.deb; do dpkg -x "$package" "$system.part"; done
  mv "$system.part" "$system"
  rm -r "$apt"
}

needs_old_system() {
  [[ $(uname -m) == x86_64 ]] || skip "the machine is no x86-64"
  [[ -d $system ]] && return
  [[ ${FASTMIGRATE_ALL:-} == 1 ]] ||
    skip "FASTMIGRATE_ALL=1 is not set, and Debian 11's glibc not there"
  fetch_old_system || skip "Debian 11's glibc cannot be fetched"
}

test_needs_libc_and_libm_alone() {
  equal "$(readelf -d "$extension" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -v -E '^(libc\.so\.6|libm\.so\.6|ld-linux.*)$')" ""
}

test_asks_for_no_glibc_newer_than_2_28() {
  at_most "$(newest GLIBC)" 2.28
}

test_asks_for_no_version_of_the_libraries_of_gcc() {
  equal "$(newest GLIBCXX)$(newest CXXABI)$(newest GCC)" ""
}

test_stripped_is_smaller_than_1500000_bytes() {
  strip -o stripped.so "$extension"
  local size
  size=$(stat -c %s stripped.so)
  echo "$size bytes"
  [[ $size -lt 1500000 ]]
}

test_applies_scripts_with_an_old_glibc() {
  needs_old_system
  mkdir migrations
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >migrations/0001-users.sql
  echo 'exit 0' >migrations/0002-program.sh
  export FASTMIGRATE_ALLOW_SCRIPTS=1
  equal "$(with_old_glibc "$system/usr/bin/sqlite3" data.db "SELECT sqlite_version()" \
    ".load $extension" "SELECT fastmigrate_apply('migrations')" \
    "SELECT count(*) FROM fastmigrate_verify('migrations')" \
    "SELECT fastmigrate_backup('copy.db')")" $'3.34.1\n2\n0\ncopy.db'
}

# A script for which there is no memory, which is an exception in the module.
test_catches_an_exception_with_an_old_glibc() {
  needs_old_system
  mkdir migrations
  truncate -s 4G migrations/0001-big.sql
  ulimit -v 2000000
  local output
  output=$(with_old_glibc "$system/usr/bin/sqlite3" data.db ".load $extension" \
    "SELECT fastmigrate_apply('migrations')" 2>&1) && return 1
  equal "$output" "Error: out of memory"
}

# There, the functions for threads are not in libc.
test_has_a_thread_with_an_old_glibc() {
  needs_old_system
  mkdir migrations
  echo 'sleep 1.2' >migrations/0001-sleep.sh
  export FASTMIGRATE_ALLOW_SCRIPTS=1 FASTMIGRATE_PROGRESS=1
  # A terminal, on which a thread writes a line once a second.
  $python -c 'import pty, sys; pty.spawn(sys.argv[1:])' \
    "$loader" --library-path "$libraries" "$system/usr/bin/sqlite3" \
    data.db ".load $extension" "SELECT fastmigrate_apply('migrations')" >output
  cat -v output
  grep -q '0001-sleep.sh (1 of 1), 1 s' output
}

# A program without libpthread, and without the startup code, which is that of the newer glibc.
test_loads_in_an_old_program_without_threads() {
  needs_old_system
  cat >program.c <<'C'
#include <stdio.h>
#include <unistd.h>
void _start(void) {
  puts("loaded");
  fflush(stdout);
  _exit(0);
}
C
  cc -nostartfiles program.c -o program
  equal "$(LD_BIND_NOW=1 LD_PRELOAD=$extension with_old_glibc ./program)" loaded
}

run_test_functions
