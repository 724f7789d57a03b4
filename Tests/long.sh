#!/usr/bin/env bash
# Runs the long loops: full-size networks, rates over several seeds, hashes over long runs. Arguments go to `swift test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/setup.sh

prepare_tests
export COLONNADE_LONG=1
run_tests long --no-parallel --filter Long "$@"
finish_tests
