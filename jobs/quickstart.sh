#!/usr/bin/env bash
# The first run: builds the program and simulates a tenth of the cortical microcircuit on two ranks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cluster/packages.sh build
bash cluster/swift.sh
# shellcheck source=cluster/commit.sh
source cluster/commit.sh
echo "Building (some minutes the first time) ..." >&2
swift build -c release --product colonnade
program="$(swift build -c release --show-bin-path)/colonnade"

# Containers often run as root, which Open MPI refuses unless told twice; and two ranks shall also run where there is one core.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# mpirun passes standard error through a pipe, so the program cannot see the terminal itself.
if [ -t 2 ]; then export COLONNADE_PROGRESS=bar; fi
mpirun --oversubscribe -n 2 "$program" simulate jobs/microcircuit --set scale=0.1 --output runs/quickstart

cat <<EOT

Open $PWD/runs/quickstart/report.html in a browser.
The program is $program
Next: $program simulate --help
EOT
