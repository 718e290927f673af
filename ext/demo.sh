#!/usr/bin/env bash
# Builds the extension and does its main job on real data: PROJ's database of coordinate reference
# systems, 8 MB that another program made, is enrolled and migrated with the stock sqlite3 shell.
#
#   bash ext/demo.sh
#
# Every command is printed before its output. All of it happens in a temporary folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash tests/install.sh g++=g++ cmake=cmake make=make sqlite3=sqlite3 \
  /usr/include/sqlite3ext.h=libsqlite3-dev /usr/include/xxhash.h=libxxhash-dev \
  /usr/share/proj/proj.db=proj-data

# A build folder that is there keeps its settings.
[[ -f build/CMakeCache.txt ]] || cmake -S . -B build -DFASTMIGRATE_TESTS=OFF
cmake --build build --target fastmigrate --parallel "$(nproc)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp build/fastmigrate.so /usr/share/proj/proj.db "$folder"
cp -r ext/demo "$folder/migrations"
cd "$folder"

say() { printf '\n# %s\n' "$1"; }

run() {
  printf '$ %s\n' "$1"
  eval "$1"
}

say 'A database that another program made, and a folder of migrations for it.'
run 'sqlite3 proj.db "SELECT type, count(*) FROM sqlite_schema GROUP BY type"'
run 'ls migrations'

say 'It is as 0001 describes it: enroll it at version 1.'
run 'sqlite3 proj.db ".load ./fastmigrate" "SELECT fastmigrate_enroll(1)"'

say 'Apply what is pending. 0003 rebuilds a table: it copies the rows and drops the old one.'
run 'cat migrations/0003-*.sql'
run 'sqlite3 -box proj.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_apply('\''migrations'\'')"'

say 'Where it is now, and how it came there.'
run 'sqlite3 proj.db ".load ./fastmigrate" "SELECT fastmigrate_version()"'
run 'sqlite3 -box proj.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_status('\''migrations'\'')"'
run 'sqlite3 -box proj.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_history()"'
run 'sqlite3 proj.db "SELECT * FROM alias_of WHERE alias = '\''NAD27'\''"'

say 'Once more, as on every later start of a program: nothing is pending, no row comes back.'
run 'sqlite3 -box proj.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_apply('\''migrations'\'')"'
run 'sqlite3 proj.db ".load ./fastmigrate" "SELECT fastmigrate_apply('\''migrations'\'')"'
