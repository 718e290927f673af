# To be sourced: a test program in which each function test_FACT is a test, run in a folder of its
# own. It ends with `run_test_functions`, which prints "N passed, N failed", and how many were skipped
# when some were.

equal() {
  [[ $1 == "$2" ]] || {
    printf 'expected:\n%s\nfound:\n%s\n' "$2" "$1"
    return 1
  }
}

# skip REASON: ends the test, which has neither passed nor failed: "NAME: skipped, since REASON".
skip() {
  echo "$1"
  exit 77
}

# run_test_functions [SET_UP]: SET_UP is a function that runs before each test, in its folder.
run_test_functions() {
  local set_up=${1:-true} passed=0 failed=0 skipped=0 name folder output status
  for name in $(compgen -A function test_); do
    folder=$(mktemp -d)
    # Not "if (...)": that would switch off "set -e" in the test.
    set +e
    output=$(
      set -e
      exec 2>&1 </dev/null
      cd "$folder"
      "$set_up"
      "$name"
    )
    status=$?
    set -e
    rm -rf "$folder"
    if [[ $status -eq 0 ]]; then
      passed=$((passed + 1))
    elif [[ $status -eq 77 ]]; then
      skipped=$((skipped + 1))
      echo "${name#test_}: skipped, since ${output##*$'\n'}"
    else
      failed=$((failed + 1))
      printf 'FAILED %s\n%s\n' "$name" "$output"
    fi
  done
  local sum="$passed passed, $failed failed"
  [[ $skipped -eq 0 ]] || sum+=", $skipped skipped"
  echo "$sum"
  [[ $failed -eq 0 ]]
}
