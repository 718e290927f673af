#!/usr/bin/env bash
# Builds the extension and does its main job on real data: PROJ's database of coordinate reference
# systems, 8 MB that another program made, is enrolled, migrated and verified with the stock sqlite3
# shell.
#
#   bash ext/demo.sh
#
# Every command is printed before its output. All of it happens in a temporary folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash tests/install.sh build

# A build folder that is there keeps its settings.
[[ -f build/CMakeCache.txt ]] || cmake -S . -B build -DFASTMIGRATE_TESTS=OFF
cmake --build build --target fastmigrate --parallel "$(nproc)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp build/fastmigrate.so /usr/share/proj/proj.db "$folder"
cp -r ext/demo "$folder/new"
mkdir "$folder/migrations"
cd "$folder"

say() { printf '\n# %s\n' "$1"; }

# Prints a command, then runs it.
run() {
  printf '$ %s\n' "$1"
  eval "$1"
}

# Runs SQL in the sqlite3 shell with the extension loaded, on proj.db.
sql() { run "sqlite3 -box proj.db '.load ./fastmigrate' \"$1\""; }

say 'A database that another program made.'
run "sqlite3 proj.db 'SELECT type, count(*) FROM sqlite_schema GROUP BY type'"

say 'Its schema becomes the first migration, proved by replaying it, and the database is enrolled at 1.'
sql "SELECT fastmigrate_initialize('migrations')"

say 'Three more migrations. 0003 rebuilds a table: it copies the rows and drops the old one.'
run 'cp new/*.sql migrations'
run 'cat migrations/0003-*.sql'
sql "SELECT * FROM fastmigrate_apply('migrations')"

say 'Where the database is now, and how it came there.'
sql "SELECT fastmigrate_version()"
sql "SELECT version, name, state, origin FROM fastmigrate_status('migrations')"
sql "SELECT version, name, origin, applied_at, duration_ms FROM fastmigrate_history()"
run "sqlite3 proj.db \"SELECT * FROM alias_of WHERE alias = 'NAD27'\""

say 'Once more, as on every later start of a program: nothing is pending, no row comes back.'
sql "SELECT * FROM fastmigrate_apply('migrations')"

say 'Is the database what its migrations produce? It is: no difference.'
sql "SELECT * FROM fastmigrate_verify('migrations')"

say 'Somebody changes a table by hand.'
run "sqlite3 proj.db 'ALTER TABLE unit_of_measure ADD COLUMN remark TEXT'"
sql "SELECT * FROM fastmigrate_verify('migrations')"
