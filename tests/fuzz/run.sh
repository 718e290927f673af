#!/usr/bin/env bash
# Builds the libFuzzer targets with clang and its address and undefined sanitizers, and runs each on
# so many inputs (see below), about a minute together; with SECONDS, each for a quarter of that time.
# Each run starts from the seeds and the same random number, so that two runs try nearly the same
# inputs, on a slow machine and a fast one. Closes with "N passed, N failed", a test being a target;
# exits 1 when something failed.
#
#   bash tests/fuzz/run.sh [SECONDS]
#
# Longer, before a release: FUZZ_SEED=2 bash tests/fuzz/run.sh 14400, which draws other inputs.
#
# An input that breaks a promise is kept in build-fuzz/found/, and shows the same again with
#
#   build-fuzz/tests/fuzz/TARGET_fuzzer build-fuzz/found/TARGET-crash-...
#
#   script          any text as a script: read or refused; statements end where SQLite says
#   folder          scripts applied: the database is at the state of the version that it says
#   stored_schema   forged rows of sqlite_schema: nothing hidden runs, what is written out runs
#   ledger          any _meta and history: what is not ours is refused and not altered
#
# Seeds are in seeds/TARGET/, small and written by hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

seed=${FUZZ_SEED:-1}
build=$PWD/build-fuzz
here=$PWD/tests/fuzz
targets=(script folder stored_schema ledger)
declare -A inputs=([script]=150000 [folder]=3000 [stored_schema]=6000 [ledger]=800)

bash tests/install.sh test

cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" \
  -DCMAKE_UNITY_BUILD=ON \
  -DFASTMIGRATE_FUZZ=ON -DFASTMIGRATE_SANITIZE=fuzzer-no-link,address,undefined
cmake --build "$build" --parallel "$(nproc)" --target "${targets[@]/%/_fuzzer}"

parent=/dev/shm
[[ -w $parent ]] || parent=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d "$parent/fastmigrate-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

passed=0
failed=0
mkdir -p "$build/found"
for target in "${targets[@]}"; do
  echo "== $target"
  mkdir "$TMPDIR/$target"
  bound=-runs=${inputs[$target]}
  [[ $# -eq 0 ]] || bound=-max_total_time=$(($1 / ${#targets[@]}))
  # Of the log, what it covered in the end, or what it found.
  if "$build/tests/fuzz/${target}_fuzzer" "$TMPDIR/$target" "$here/seeds/$target" \
    -seed="$seed" -max_len=1024 -timeout=120 -rss_limit_mb=2048 -dict="$here/sql.dict" \
    "$bound" -artifact_prefix="$build/found/$target-" \
    >"$TMPDIR/log" 2>&1; then
    grep -a -E "INITED|DONE|^Done" "$TMPDIR/log"
    passed=$((passed + 1))
  else
    grep -a -v -E "NEW|REDUCE|pulse" "$TMPDIR/log" | tail -n 100
    failed=$((failed + 1))
  fi
done

echo
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
