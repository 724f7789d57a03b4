# Read by run.sh and long.sh: builds the package with its tests, runs passes of tests, and sums them up.
# shellcheck shell=bash disable=SC2034  # run.sh and long.sh read what is set here

# One optimised build for everything: tests run whole networks, which a debug build would take hours for. Overflow checks and
# preconditions stay in it.
build_options=(-c release -Xswiftc -enable-testing --scratch-path .build/tests)
# Test targets that start programs on several ranks.
programs='^(ClusterTests|CommandTests|ParallelTests)\.'
python=.build/tests/python
results=.build/tests/results
passed=0 failed=0 skipped=0

prepare_tests() {
  bash cluster/swift.sh
  bash cluster/packages.sh build
  local purpose
  for purpose in tests hosts slurm arm64; do
    bash cluster/packages.sh "$purpose" || echo "Tests that need them are skipped." >&2
  done
  mkdir -p "$results"
  rm -f "$results"/*
  make_python
  # Tests ask python3 for its modules.
  export PATH="$PWD/$python/bin:$PATH"
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  local begun=$SECONDS
  swift build --build-tests "${build_options[@]}"
  echo "Built in $((SECONDS - begun)) s"
}

# A Python of our own with the field's readers of SONATA files, where pip can get them.
make_python() {
  if [ -x "$python/bin/python" ] && "$python/bin/python" -c 'import h5py, libsonata' 2>/dev/null; then return; fi
  rm -rf "$python"
  if ! { python3 -m venv "$python" && timeout 300 "$python/bin/python" -m pip install -q --disable-pip-version-check h5py libsonata; } \
    >"$results/python.log" 2>&1; then
    rm -rf "$python"
    echo "No Python with h5py and libsonata (see $results/python.log): tests that read spikes.h5 with them are skipped." >&2
  fi
}

run_tests() { # NAME OPTION...
  local name=$1 code=0
  shift
  timeout --foreground -k 10 2400 swift test --skip-build --disable-xctest "${build_options[@]}" --xunit-output "$results/$name.xml" "$@" \
    || code=$?
  local file="$results/$name-swift-testing.xml"
  [ -f "$file" ] || file="$results/$name.xml"
  if [ ! -s "$file" ]; then
    echo "The tests of pass '$name' ended with code $code before all had run." >&2
    failed=$((failed + 1))
    return
  fi
  # One element per test; a failure or a skip is told inside it.
  local counts all bad left
  counts=$(awk '
    /<testcase / { cases++ }
    /<testcase /, /<\/testcase>|\/>/ { if (/<failure/) bad[cases] = 1; if (/<skipped/) left[cases] = 1 }
    END { for (i in bad) failures++; for (i in left) skips++; print cases + 0, failures + 0, skips + 0 }' "$file")
  read -r all bad left <<<"$counts"
  # Whatever the file says, a code that is not 0 is a failure.
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + all - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# The failures of all passes once more, because they may stand thousands of lines above the end.
tell_failures() {
  awk '
    /<testcase / { name = $0; sub(/.*classname="/, "", name); sub(/" name="/, ".", name); sub(/".*/, "", name) }
    /<failure/ { text = $0; sub(/.*message="/, "", text); gsub(/&#10;/, "\n    ", text); gsub(/&quot;/, "\"", text); gsub(/&gt;/, ">", text)
      gsub(/&lt;/, "<", text); gsub(/&apos;/, "\047", text); gsub(/&#8594;/, "is", text); sub(/" *\/?>$/, "", text); gsub(/&amp;/, "\\&", text); print "failed: " name "\n    " substr(text, 1, 800) }' \
    "$results"/*.xml
}

finish_tests() {
  if [ "$failed" -ne 0 ]; then tell_failures; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}
