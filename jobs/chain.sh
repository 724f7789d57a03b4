#!/usr/bin/env bash
# For sites without requeue: queues a job N times, each time to run only if all before ended early, with a checkpoint or for a lost node.
#
#   jobs/chain.sh N SCRIPT [ARGUMENT...]     such as: jobs/chain.sh 5 jobs/microcircuit/submit.sbatch --set duration=100000
#
# Prints the jobs' numbers. When the work is done, Slurm takes those that are left out of the queue; on an error that would come again, such
# as a wrong configuration, the job itself does (cluster/job.sh).
set -euo pipefail
if [ $# -lt 2 ] || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  sed -n '4s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 64
fi
earlier='' after=()
for ((turn = 0; turn < $1; turn++)); do
  job=$(sbatch --parsable --no-requeue "--export=ALL,COLONNADE_REQUEUE=no,COLONNADE_LINK=$turn" "${after[@]}" "${@:2}")
  # A cluster's name may follow the number.
  job=${job%%;*}
  echo "$job"
  # All of them: a job that was taken out of the queue has not ended well either, and the one behind it must not start for that.
  earlier+=:$job
  after=("--dependency=afternotok$earlier" --kill-on-invalid-dep=yes)
done
