#!/usr/bin/env bash
# Builds the package for WebAssembly, SQLite with fastmigrate in it for Node and browsers:
#
#   bash ext/packages/wasm/build.sh SQLITE          in the build folder "build"
#   bash ext/packages/wasm/build.sh SQLITE BUILD    in another
#
# SQLITE is a folder with SQLite's amalgamation (https://www.sqlite.org/download.html): sqlite3.c and
# sqlite3.h. It makes
#
#   BUILD/wasm/package/                              what a page or a program imports
#   BUILD/wasm/sqlite-fastmigrate-wasm-VERSION.tgz   the same for npm
#
# and says how big the module is. What is compiled stays in BUILD/wasm, until its sources change. It
# needs CMake and Emscripten, of which it has been tried with Debian's 3.1.6.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
[[ $# -ge 1 ]] || {
  echo "usage: bash ext/packages/wasm/build.sh SQLITE [BUILD]" >&2
  exit 2
}
sqlite=$(realpath "$1")
build=$(realpath -m "${2:-$root/build}")
cd "$root"
source ext/packages/functions.sh

# WebAssembly's own exceptions, which each engine has since 2022, make a smaller and faster module
# than those that Emscripten makes of JavaScript.
compile_flags=(-Os -fwasm-exceptions)
sqlite_flags=(-DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_ENABLE_FTS3
  -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_RTREE)
# What index.mjs calls.
functions=(_free _malloc _register_fastmigrate _sqlite3_bind_blob _sqlite3_bind_double
  _sqlite3_bind_int64 _sqlite3_bind_null _sqlite3_bind_text _sqlite3_close_v2
  _sqlite3_column_blob _sqlite3_column_bytes _sqlite3_column_count _sqlite3_column_double
  _sqlite3_column_int64 _sqlite3_column_name _sqlite3_column_text _sqlite3_column_type
  _sqlite3_errmsg _sqlite3_exec _sqlite3_extended_errcode _sqlite3_finalize _sqlite3_free
  _sqlite3_open_v2 _sqlite3_prepare_v2 _sqlite3_serialize _sqlite3_step)
# In Node, index.mjs reads the module: Emscripten's own way to do that in an ES module of Node came
# later than 3.1.6.
link_flags=(-sENVIRONMENT=web -sTOTAL_STACK=5MB -sMODULARIZE -sEXPORT_ES6 -sWASM_BIGINT -sALLOW_MEMORY_GROWTH
  -sFORCE_FILESYSTEM -sEXPORTED_RUNTIME_METHODS=FS,HEAPU8,getValue
  -sEXPORTED_FUNCTIONS="$(
    IFS=,
    echo "${functions[*]}"
  )")

# made OUTPUT INPUT... -- COMMAND...: runs the command, unless it has made that file of the same
# inputs, with the same arguments and the same Emscripten.
made() {
  local output=$1 inputs=() state
  shift
  while [[ $1 != -- ]]; do
    inputs+=("$1")
    shift
  done
  shift
  state=$(sha256sum -- "${inputs[@]}" && printf '%s\n' "$*" "$emscripten")
  [[ -e $output && $state == "$(cat "$output.state" 2>/dev/null)" ]] && return
  rm -f "$output.state"
  "$@"
  printf '%s\n' "$state" >"$output.state"
}

command -v emcc >/dev/null || fail "the package for WebAssembly cannot be built without emcc (Emscripten)"
for file in sqlite3.c sqlite3.h; do
  [[ -f $sqlite/$file ]] || fail "there is no $file in $sqlite"
done
# Debian's Emscripten finds its JavaScript libraries by Debian's Node alone.
[[ ! -d /usr/share/nodejs ]] || export NODE_PATH=/usr/share/nodejs
emscripten=$(emcc -dumpversion)
version=$(sed -n 's/^#define FASTMIGRATE_VERSION "\(.*\)"/\1/p' ext/fastmigrate.h)

[[ -f $build/CMakeCache.txt ]] || cmake -S . -B "$build" -DFASTMIGRATE_TESTS=OFF
cmake --build "$build" --target amalgamation
source=$build/amalgamation
out=$build/wasm
package=$out/package
mkdir -p "$out"

made "$out/sqlite3.o" "$sqlite/sqlite3.c" "$sqlite/sqlite3.h" -- \
  emcc "${compile_flags[@]}" "${sqlite_flags[@]}" -c "$sqlite/sqlite3.c" -o "$out/sqlite3.o" &
sqlite_compiled=$!
made "$out/fastmigrate.o" "$source/fastmigrate.cc" "$sqlite/sqlite3.h" -- \
  em++ -std=c++20 "${compile_flags[@]}" -DSQLITE_CORE -I"$sqlite" -c "$source/fastmigrate.cc" \
  -o "$out/fastmigrate.o"
made "$out/register.o" ext/packages/wasm/register.c "$source/fastmigrate.h" -- \
  emcc "${compile_flags[@]}" -I"$sqlite" -I"$source" -c ext/packages/wasm/register.c \
  -o "$out/register.o"
wait $sqlite_compiled
objects=("$out/sqlite3.o" "$out/fastmigrate.o" "$out/register.o")
made "$out/fastmigrate.mjs" "${objects[@]}" -- \
  em++ "${compile_flags[@]}" "${link_flags[@]}" "${objects[@]}" -o "$out/fastmigrate.mjs"

rm -rf "$package"
mkdir "$package"
for file in package.json index.mjs index.d.ts README.md; do
  write "ext/packages/wasm/$file" "$package/$file"
done
cp "$out/fastmigrate.mjs" "$out/fastmigrate.wasm" ext/packages/wasm/example.html "$package"
{
  cat LICENSE
  sed '/^--- libstdc++/,$d' ext/packages/licenses.txt
  cat ext/packages/wasm/licenses.txt
} >"$package/LICENSE"
chmod 644 "$package"/*
pack "$package" "$out/sqlite-fastmigrate-wasm-$version.tgz"
echo "$package/fastmigrate.wasm: $(stat -c %s "$package/fastmigrate.wasm") bytes," \
  "$(gzip -9nc "$package/fastmigrate.wasm" | wc -c) compressed by gzip"
