#!/usr/bin/env bash
# Installs what is missing, by Debian package name. It asks for nothing when everything is there.
#
#   bash tests/install.sh build    what building the extension and the demonstration need
#   bash tests/install.sh test     that, and what the tests need
#   bash tests/install.sh import   other migration tools, which tests/processes/import_tools.py runs
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
  /usr/bin/python3=python3
  clang-format=clang-format
  clang-tidy=clang-tidy
  clang=clang
  pkg-config=pkg-config
  '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a=libclang-rt-14-dev'
  npm=npm # fetches other versions of SQLite
)
import=(
  sql-migrate=sql-migrate
  sqitch=sqitch
  '/usr/lib/*/perl5/*/DBD/SQLite.pm=libdbd-sqlite3-perl'
)

case ${1:-} in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  import) wanted=("${import[@]}") ;;
  *)
    echo "usage: bash tests/install.sh build|test|import" >&2
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
