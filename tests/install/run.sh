#!/usr/bin/env bash
# Installs from a build folder into empty prefixes, and builds programs of each kind against that. Ends
# with "N passed, N failed".
#
#   bash tests/install/run.sh build
#
# Each function test_FACT is a test, run in a folder of its own. What takes long to compile stays in
# BUILD/install-test.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
source=$(realpath "$here/../..")
build=$(realpath "$1")
kept=$build/install-test
source "$here/../functions.sh"
version=$(sed -n 's/^#define FASTMIGRATE_VERSION "\(.*\)"/\1/p' "$source/ext/fastmigrate.h")

install() {
  cmake --install "$build" --prefix "$PWD/prefix" "$@"
}

uninstall() {
  cmake --build "$build" --target uninstall
}

# The folder of libraries below the prefix: lib, lib64 or lib/x86_64-linux-gnu.
library_folder() {
  sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$build/CMakeCache.txt"
}

# Files of the prefix, one a line; the folder of libraries is called LIB.
files() {
  (cd prefix && find . -not -type d | sed "s,^\./,,; s,^$(library_folder)/,LIB/," | LC_ALL=C sort)
}

migrations() {
  mkdir migrations
  echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' >migrations/0001-users.sql
  echo 'ALTER TABLE users ADD COLUMN email TEXT;' >migrations/0002-email.sql
}

# The program applies the two migrations, knowing no folder of libraries of ours.
runs() {
  [[ -d migrations ]] || migrations
  equal "$(env -u LD_LIBRARY_PATH "$1" migrations)" "$version 2"
}

test_runtime_is_the_module_alone() {
  install --component runtime
  equal "$(files)" $'LIB/fastmigrate.so\nLIB/libsqlite3_mod_fastmigrate.so'
}

test_dev_is_what_building_with_the_static_library_needs() {
  install --component dev
  local configuration
  configuration=$(cd prefix && find . -name 'fastmigrate-targets-*.cmake' -printf '%f')
  equal "$(files)" "LIB/cmake/fastmigrate/fastmigrate-config-version.cmake
LIB/cmake/fastmigrate/fastmigrate-config.cmake
LIB/cmake/fastmigrate/$configuration
LIB/cmake/fastmigrate/fastmigrate-targets.cmake
LIB/libfastmigrate_static.a
LIB/pkgconfig/fastmigrate.pc
include/fastmigrate.h"
}

test_shell_loads_it_by_its_bare_name() {
  install
  migrations
  export LD_LIBRARY_PATH=$PWD/prefix/$(library_folder)
  equal "$(sqlite3 a.db ".load fastmigrate" "SELECT fastmigrate_apply('migrations')")" 2
  equal "$(sqlite3 b.db "SELECT load_extension('fastmigrate') IS NULL" \
    "SELECT fastmigrate_extension_version()")" $'1\n'"$version"
}

# So that the loader finds it in /usr/local/lib, where it looks by its cache alone.
test_cache_of_the_loader_lists_it_by_its_bare_name() {
  install
  echo "$PWD/prefix/$(library_folder)" >folders
  PATH=$PATH:/sbin ldconfig -X -f folders -C cache
  equal "$(PATH=$PATH:/sbin ldconfig -p -C cache | sed -n 's/^\t\(fastmigrate[^ ]*\) .* => /\1 /p')" \
    "fastmigrate.so $PWD/prefix/$(library_folder)/fastmigrate.so"
}

test_stripping_leaves_no_names_but_those_for_loading() {
  install --strip
  local module
  module=prefix/$(library_folder)/libsqlite3_mod_fastmigrate.so
  equal "$(nm "$module" 2>&1)" "nm: $module: no symbols"
  equal "$(nm -D --defined-only "$module" | cut -d' ' -f3)" sqlite3_fastmigrate_init
}

test_find_package_gives_a_library_for_c_and_cc() {
  install
  cmake -S "$here/find_package" -B out -DCMAKE_PREFIX_PATH="$PWD/prefix"
  cmake --build out
  runs out/c_program
  runs out/cc_program
}

test_find_package_refuses_a_version_that_is_not_there() {
  install
  mkdir asks
  printf '%s\n' 'cmake_minimum_required(VERSION 3.20)' 'project(asks)' \
    'find_package(fastmigrate 99 REQUIRED)' >asks/CMakeLists.txt
  if cmake -S asks -B out -DCMAKE_PREFIX_PATH="$PWD/prefix" >log 2>&1; then return 1; fi
  grep -q "compatible with requested version" log
}

test_pkg_config_gives_a_library_for_c_and_cc() {
  install
  export PKG_CONFIG_PATH=$PWD/prefix/$(library_folder)/pkgconfig
  equal "$(pkg-config --modversion fastmigrate)" "$version"
  local flags
  read -ra flags < <(pkg-config --cflags --libs fastmigrate)
  cc -Wall -Wextra -Wpedantic -Werror "$here/program.c" -o c_program "${flags[@]}"
  c++ -Wall -Wextra -Wpedantic -Werror "$here/program.cc" -o cc_program "${flags[@]}"
  runs ./c_program
  runs ./cc_program
}

test_prefix_may_move_after_the_installation() {
  install
  mv prefix moved
  PKG_CONFIG_PATH=$PWD/moved/$(library_folder)/pkgconfig pkg-config --cflags fastmigrate >flags
  grep -q -- "-I$PWD/moved/" flags
  cmake -S "$here/find_package" -B out -DCMAKE_PREFIX_PATH="$PWD/moved"
}

# Without GoogleTest, and with an `uninstall` of the project's own. Many sources are compiled as one,
# which takes a fraction of the time.
test_add_subdirectory_gives_the_library_alone() {
  cmake -S "$here/add_subdirectory" -B "$kept/add_subdirectory" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
  cmake --build "$kept/add_subdirectory" --parallel "$(nproc)"
  runs "$kept/add_subdirectory/c_program"
  runs "$kept/add_subdirectory/cc_program"
  equal "$(find "$kept/add_subdirectory" -name 'fastmigrate.so' -o -name unit_tests)" ""
  cmake --install "$kept/add_subdirectory" --prefix "$PWD/prefix"
  equal "$(find prefix -type f)" ""
}

test_uninstalling_leaves_an_empty_prefix() {
  mkdir prefix
  install
  uninstall
  equal "$(find prefix -mindepth 1)" ""
}

test_uninstalling_leaves_what_was_there_before() {
  mkdir -p prefix/include "prefix/$(library_folder)/cmake"
  touch prefix/include/other.h
  install
  uninstall
  equal "$(find prefix -mindepth 1 | LC_ALL=C sort)" "prefix/include
prefix/include/other.h
$(find "prefix/$(library_folder)" | LC_ALL=C sort)"
  [[ -d prefix/$(library_folder)/cmake ]]
  [[ ! -e prefix/$(library_folder)/cmake/fastmigrate ]]
}

test_uninstalling_components_leaves_an_empty_prefix() {
  mkdir prefix
  install --component runtime
  install --component dev
  uninstall
  equal "$(find prefix -mindepth 1)" ""
}

test_uninstalling_twice_is_an_error() {
  install
  uninstall
  if uninstall >log 2>&1; then return 1; fi
  grep -q "nothing is installed from this build folder" log
}

unset LD_LIBRARY_PATH DESTDIR PKG_CONFIG_PATH CMAKE_PREFIX_PATH
run_test_functions
