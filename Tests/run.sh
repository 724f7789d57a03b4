#!/usr/bin/env bash
# Builds the package once with its tests and runs every test; arguments go to `swift test`. Long loops are in Tests/long.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/setup.sh

prepare_tests
# Tests that start programs run one after the other, because they bring ranks enough to fill the machine.
run_tests units --parallel --skip "$programs" "$@"
run_tests programs --no-parallel --filter "$programs" --skip Long "$@"
finish_tests
