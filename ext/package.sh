#!/usr/bin/env bash
# Builds the packages, which are for Linux on x86-64:
#
#   bash ext/package.sh          in the build folder "build", into build/packages
#   bash ext/package.sh BUILD    in another, into BUILD/packages
#
#   libsqlite3-mod-fastmigrate_VERSION_amd64.deb                   for Debian and Ubuntu
#   sqlite-fastmigrate-VERSION.tgz                                 for npm, and with it
#   sqlite-fastmigrate-linux-x64-VERSION.tgz                       the module
#   sqlite_fastmigrate-VERSION-py3-none-manylinux_2_28_x86_64.whl  for pip
#   fastmigrate-VERSION-linux-x86_64.tar.gz                        the module alone
#   fastmigrate-VERSION-linux-x86_64.tar.gz.sha256                 for `sha256sum --check`
#
# That for WebAssembly is built by ext/packages/wasm/build.sh, with Emscripten.
#
# The same sources and the same compiler give the same bytes: every time in them is SOURCE_DATE_EPOCH,
# which is that of the last commit unless the environment says another.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
build=$(realpath -m "${1:-$root/build}")
cd "$root"
source ext/packages/functions.sh

# setting NAME: that of the build folder; empty when it has none.
setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

debian_package() {
  local system=$work/debian
  local libraries=$system/usr/lib/x86_64-linux-gnu
  local documents=$system/usr/share/doc/libsqlite3-mod-fastmigrate
  mkdir -p "$libraries" "$documents"
  # The two names are those of `cmake --install`; ext/cmake/install.cmake says why.
  cp "$work/fastmigrate.so" "$libraries/libsqlite3_mod_fastmigrate.so"
  ln -s libsqlite3_mod_fastmigrate.so "$libraries/fastmigrate.so"
  cp "$work/LICENSE" "$documents/copyright"
  chmod -R u=rwX,go=rX "$system"
  find "$system" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  cpack -G DEB --config ext/packages/debian/cpack.cmake -B "$work/cpack" -R "$version" \
    -D CPACK_INSTALLED_DIRECTORIES="$system;/" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
  mv "$work"/cpack/*.deb "$out"
}

npm_packages() {
  local file main=$work/npm/package module=$work/npm-linux-x64/package
  mkdir -p "$main" "$module"
  for file in package.json index.cjs index.mjs index.d.ts README.md; do
    write "ext/packages/npm/$file" "$main/$file"
  done
  cp LICENSE "$main"
  pack "$main" "$out/sqlite-fastmigrate-$version.tgz"
  write ext/packages/npm/linux-x64/package.json "$module/package.json"
  cp "$work/fastmigrate.so" "$work/LICENSE" "$module"
  pack "$module" "$out/sqlite-fastmigrate-linux-x64-$version.tgz"
}

wheel() {
  python3 ext/packages/python/build_wheel.py --version "$version" --module "$work/fastmigrate.so" \
    --license "$work/LICENSE" --out "$out" >"$work/log"
}

tar_file() {
  local name=fastmigrate-$version-linux-x86_64
  mkdir "$work/$name"
  cp "$work/fastmigrate.so" "$work/LICENSE" README.md "$work/$name"
  pack "$work/$name" "$out/$name.tar.gz"
  (cd "$out" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
}

[[ $(uname -sm) == "Linux x86_64" ]] || fail "packages can be built on Linux on x86-64 alone"
for tool in cpack objdump strip python3 tar gzip sha256sum; do
  command -v $tool >/dev/null || fail "packages cannot be built without $tool"
done

# A build folder that is there keeps its settings.
[[ -f $build/CMakeCache.txt ]] ||
  cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DFASTMIGRATE_TESTS=OFF
# Release is what no type of build is taken for.
[[ $(setting CMAKE_BUILD_TYPE) =~ ^(Release)?$ && -z $(setting FASTMIGRATE_SANITIZE) ]] ||
  fail "$build is not the folder of a release build"
cmake --build "$build" --target fastmigrate --parallel "$(nproc)"
# What the packages say they need is what the module needs.
bash tests/portable/run.sh "$build/fastmigrate.so"

version=$(setting CMAKE_PROJECT_VERSION)
out=$build/packages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$out"
mkdir "$out"
strip --strip-unneeded -o "$work/fastmigrate.so" "$build/fastmigrate.so"
chmod 644 "$work/fastmigrate.so"
cat LICENSE ext/packages/licenses.txt >"$work/LICENSE"

debian_package
npm_packages
wheel
tar_file
echo "in $out:"
(cd "$out" && sha256sum -- *)
