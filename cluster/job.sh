#!/usr/bin/env bash
# Read by the job scripts of jobs/: loads the site's profile, runs the program on all tasks, and comes back after a checkpoint.
# shellcheck shell=bash
home=${COLONNADE_HOME:-$PWD}
if ! command -v colonnade >/dev/null; then PATH=$home/.build/release:$PATH; fi
# Modules and their start-up files read variables that nobody has set.
set +u
# shellcheck source=cluster/profiles/generic.sh
source "$home/cluster/profiles/${COLONNADE_SITE:-generic}.sh"
set -u

# Ends the job. An error that would come again ends a chain (jobs/chain.sh) too: the jobs that wait for this one are taken out of the queue.
end_job() { # CODE
  local waiting=()
  case $1 in
    64 | 65 | 66 | 69 | 73 | 76 | 78)
      if [ -n "${COLONNADE_LINK:-}" ] && [ -z "${SLURM_ARRAY_JOB_ID:-}" ]; then
        mapfile -t waiting < <(squeue --noheader --me --states=PENDING --format='%i %E' \
          | sed -n "s/^\([0-9]*\) \(.*,\)\{0,1\}afternotok:$SLURM_JOB_ID\([^0-9].*\)\{0,1\}$/\1/p")
        if [ ${#waiting[@]} -gt 0 ]; then scancel "${waiting[@]}" || true; fi
      fi
      ;;
  esac
  exit "$1"
}
if ! command -v colonnade >/dev/null; then
  echo "error: colonnade is neither in PATH nor in $home/.build/release; load its module (module load colonnade) or build it" >&2
  end_job 69
fi

# Runs `colonnade COMMAND --resume auto --keep-finished ARGUMENT...` under the profile's launcher. Ahead of the job's time limit Slurm sends
# this shell USR1, which goes on to all ranks: they write a checkpoint and end with 75. The job is then queued again and goes on from there;
# on other codes it ends with them. A run that is finished already is left as it is.
run_until_done() { # COMMAND ARGUMENT...
  local code pid told word previous='' words=() turn=$((${SLURM_RESTART_COUNT:-0} + ${COLONNADE_LINK:-0}))
  for word in "${@:2}"; do
    # Who asks for a new beginning means the first start, not every time that the job comes back.
    if [ "$turn" -gt 0 ] && [[ $word = --resume=never || "$previous $word" = "--resume never" ]]; then word=${word/never/auto}; fi
    words+=("$word") previous=$word
  done
  echo "$(date '+%F %T') job $SLURM_JOB_ID on $SLURM_JOB_NODELIST, start $((turn + 1)): colonnade $*"
  "${launcher:?the profile names no launcher}" "${launcher[@]:1}" colonnade "$1" --resume auto --keep-finished "${words[@]}" </dev/null &
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
  end_job "$code"
}
