#!/usr/bin/env bash
# Read by the job scripts of jobs/: loads the site's profile, runs the program on all tasks, and comes back after a checkpoint.
# shellcheck shell=bash
home=${COLONNADE_HOME:-$PWD}
if ! command -v colonnade >/dev/null; then PATH=$home/.build/release:$PATH; fi
# shellcheck source=cluster/profiles/generic.sh
source "$home/cluster/profiles/${COLONNADE_SITE:-generic}.sh"

# Runs `colonnade ARGUMENT... --resume auto` under the profile's launcher. Ahead of the job's time limit Slurm sends this shell USR1, which goes on to all
# ranks: they write a checkpoint and end with 75. The job is then queued again and goes on from there; on other codes it ends with them.
run_until_done() { # ARGUMENT...
  local code pid told
  echo "$(date '+%F %T') job $SLURM_JOB_ID on $SLURM_JOB_NODELIST, start $((${SLURM_RESTART_COUNT:-0} + 1)): colonnade $*"
  "${launcher:?the profile names no launcher}" "${launcher[@]:1}" colonnade "$@" --resume auto </dev/null &
  pid=$!
  trap 'told=yes; kill -s USR1 "$pid" 2>/dev/null || true' USR1
  # A signal ends `wait` but not the program.
  while told=no; do
    code=0
    wait "$pid" || code=$?
    [ "$told" = yes ] || break
  done
  if [ "$code" -eq 75 ] && [ "${COLONNADE_REQUEUE:-yes}" = yes ]; then
    # Slurm then ends this script.
    scontrol requeue "$SLURM_JOB_ID" && sleep 120
  fi
  exit "$code"
}
