#!/usr/bin/env bash
# What README shows, through the sqlite3 shell that everybody has. Ends with "N passed, N failed".
#
#   bash tests/shell/run.sh build/fastmigrate.so
#
# The shell is the `sqlite3` that is found first, and the extension one that it can load.
#
# Each function test_FACT is a test, run in a folder of its own that holds the
# extension and a folder of three migrations.
set -euo pipefail
extension=$(realpath "$1")
source "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"

set_up() {
  cp "$extension" "fastmigrate.${extension##*.}"
  mkdir migrations
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >migrations/0001-users.sql
  echo 'ALTER TABLE users ADD COLUMN email TEXT;' >migrations/0002-email.sql
  cat >migrations/0003-rebuild.sql <<'SQL'
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
INSERT INTO users_new SELECT * FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
COMMIT;
PRAGMA foreign_keys = ON;
SQL
}

# The three migrations as another program, knowing nothing of us, would have run the first.
make_foreign_database() {
  sqlite3 data.db "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
                   INSERT INTO users (name) VALUES ('Ada');"
}

test_existing_database_is_enrolled_at_1() {
  make_foreign_database
  equal "$(sqlite3 data.db ".load ./fastmigrate" "SELECT fastmigrate_enroll(1)")" 1
}

test_apply_skips_what_enrolling_covers_and_applies_the_rest() {
  make_foreign_database
  sqlite3 data.db ".load ./fastmigrate" "SELECT fastmigrate_enroll(1)"
  local rows
  rows=$(sqlite3 data.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_apply('migrations')")
  equal "$(cut -d'|' -f1,2,3,4 <<<"$rows")" $'2|0002-email.sql|sql|1\n3|0003-rebuild.sql|sql|8'
  equal "$(sqlite3 data.db "SELECT * FROM users")" "1|Ada|"
}

test_new_database_needs_no_set_up() {
  equal "$(sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')")" 3
}

test_second_apply_finds_nothing_pending() {
  sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')"
  equal "$(sqlite3 new.db ".load ./fastmigrate" "SELECT * FROM fastmigrate_apply('migrations')")" ""
}

test_version_is_read_without_the_extension() {
  sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')"
  equal "$(sqlite3 new.db "SELECT version FROM _meta WHERE id = 1")" 3
}

test_apply_goes_on_where_another_program_left_the_version() {
  sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations', 1)"
  sqlite3 new.db "ALTER TABLE users ADD COLUMN email TEXT;
                  UPDATE _meta SET version = 2 WHERE id = 1"
  equal "$(sqlite3 new.db ".load ./fastmigrate" \
    "SELECT version FROM fastmigrate_apply('migrations')")" 3
}

test_failing_script_makes_the_shell_fail() {
  echo 'INSERT INTO nowhere VALUES (1);' >migrations/0004-broken.sql
  if sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')"; then return 1; fi
  equal "$(sqlite3 new.db "SELECT version FROM _meta WHERE id = 1")" 3
}

test_error_is_printed_with_its_place() {
  printf 'CREATE TABLE a (x);\nINSERT INTO nowhere VALUES (1);\n' >migrations/0004-broken.sql
  local message
  message=$(sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')" 2>&1) ||
    true
  [[ $message == *"0004-broken.sql:2:13: no such table: nowhere"* ]] || {
    echo "$message"
    return 1
  }
}

test_statements_may_come_from_standard_input() {
  equal "$(printf '%s\n' '.load ./fastmigrate' "SELECT fastmigrate_apply('migrations');" \
    'SELECT fastmigrate_version();' | sqlite3 new.db)" $'3\n3'
}

test_database_in_memory_is_migrated() {
  equal "$(sqlite3 :memory: ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')")" 3
}

test_dump_restores_as_a_managed_database() {
  sqlite3 new.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')"
  sqlite3 new.db .dump | sqlite3 copy.db
  equal "$(sqlite3 copy.db ".load ./fastmigrate" "SELECT fastmigrate_apply('migrations')")" 3
}

test_extension_loads_with_the_load_extension_function() {
  equal "$(sqlite3 new.db "SELECT load_extension('./fastmigrate')" \
    "SELECT fastmigrate_apply('migrations')")" $'\n3'
}

run_test_functions set_up
