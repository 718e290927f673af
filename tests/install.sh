#!/usr/bin/env bash
# Installs what is missing, by Debian package name. It asks for nothing when everything is there.
#
#   bash tests/install.sh build      what building the extension and the demonstration need
#   bash tests/install.sh test       that, and what the tests need
#   bash tests/install.sh hosts      light drivers of SQLite in other languages, for tests/hosts
#   bash tests/install.sh all-hosts  all of them, with their languages
#   bash tests/install.sh wasm       Emscripten and a browser, for tests/wasm
#   bash tests/install.sh windows    the cross-compiler and wine, for tests/windows
#   bash tests/install.sh import     other migration tools, which tests/processes/import_tools.py runs
set -euo pipefail

# THING=PACKAGE: the package is wanted when the thing is missing, a command or a file.
build=(
  'g++=g++'
  cmake=cmake
  make=make
  sqlite3=sqlite3
  /usr/include/sqlite3ext.h=libsqlite3-dev
  /usr/include/xxhash.h=libxxhash-dev
  /usr/include/utf8.h=libutfcpp-dev
  /usr/include/nlohmann/json.hpp=nlohmann-json3-dev
  /usr/share/proj/proj.db=proj-data
)
test=(
  /usr/include/gtest/gtest.h=libgtest-dev
  /usr/include/benchmark/benchmark.h=libbenchmark-dev
  /usr/bin/python3=python3
  /usr/share/i18n/locales/de_DE=locales
  clang-format=clang-format
  clang-tidy=clang-tidy
  clang=clang
  pkg-config=pkg-config
  ninja=ninja-build # builds several targets at once, where make builds one after the other
  '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a=libclang-rt-14-dev'
  npm=npm # fetches other versions of SQLite
)
hosts=(
  /usr/lib/python3/dist-packages/apsw=python3-apsw
  /usr/lib/python3/dist-packages/sqlalchemy=python3-sqlalchemy
  /usr/lib/python3/dist-packages/django=python3-django
  '/usr/lib/*/perl5/*/DBD/SQLite.pm=libdbd-sqlite3-perl'
  tclsh=tcl
  /usr/lib/tcltk/sqlite3/pkgIndex.tcl=libsqlite3-tcl
)
all_hosts=(
  '/usr/lib/*/ruby/vendor_ruby/*/sqlite3/sqlite3_native.so=ruby-sqlite3'
  ruby=ruby
  php=php-cli
  '/usr/lib/php/*/sqlite3.so=php-sqlite3'
  javac=openjdk-17-jdk-headless
  /usr/share/java/xerial-sqlite-jdbc.jar=libxerial-sqlite-jdbc-java
  go=golang-go
  /usr/share/gocode/src/github.com/mattn/go-sqlite3=golang-github-mattn-go-sqlite3-dev
  cargo=cargo
  '/usr/share/cargo/registry/rusqlite-*=librust-rusqlite-dev'
  /usr/lib/R/site-library/RSQLite=r-cran-rsqlite
)
wasm=(
  emcc=emscripten
  chromium=chromium
)
windows=(
  ninja=ninja-build
  x86_64-w64-mingw32-g++-posix=g++-mingw-w64-x86-64-posix
  wine=wine
  /usr/lib/wine/wine64=wine64
  /usr/src/googletest/CMakeLists.txt=googletest
)
import=(
  sql-migrate=sql-migrate
  sqitch=sqitch
  '/usr/lib/*/perl5/*/DBD/SQLite.pm=libdbd-sqlite3-perl'
)

case ${1:-} in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  hosts) wanted=("${hosts[@]}") ;;
  all-hosts) wanted=("${hosts[@]}" "${all_hosts[@]}") ;;
  wasm) wanted=("${wasm[@]}") ;;
  windows) wanted=("${build[@]}" "${windows[@]}") ;;
  import) wanted=("${import[@]}") ;;
  *)
    echo "usage: bash tests/install.sh build|test|hosts|all-hosts|wasm|windows|import" >&2
    exit 2
    ;;
esac

packages=()
for pair in "${wanted[@]}"; do
  thing=${pair%%=*}
  if [[ $thing == /* ]]; then
    compgen -G "$thing" >/dev/null || packages+=("${pair#*=}")
  else
    command -v "$thing" >/dev/null || packages+=("${pair#*=}")
  fi
done
[[ ${#packages[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing, and there is no apt-get to install it (Debian's names): ${packages[*]}" >&2
  exit 1
fi

as_root=()
[[ $(id -u) -eq 0 ]] || as_root=(sudo)
echo "installing ${packages[*]}"
"${as_root[@]}" apt-get update -q </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${packages[@]}" </dev/null
