#!/bin/bash
# Sourced by grid.sh and curriculum.sh: trains what is not done yet, and makes a table row of the scores of three seeds.
# Wants $data, $out and $here; reads COLONNADE and RANKS.
# shellcheck disable=SC2154
colonnade=${COLONNADE:-colonnade} ranks=${RANKS:-1} seeds=(1 2 3)

# train_to RUN SEED OPTION...: a run that is done is not repeated; a stopped one goes on.
train_to() {
  local run=$1 seed=$2 launch=()
  shift 2
  if [ -f "$run/summary.json" ]; then return; fi
  if [ "$ranks" -gt 1 ]; then launch=(mpirun -n "$ranks"); fi
  "${launch[@]}" "$colonnade" train "$here" --quiet --output "$run" --seed "$seed" --set "data_path=$data" "$@"
}

value() { sed -n "s/^ *\"$2\": \([0-9.eE+-]*\),*$/\1/p" "$1/summary.json"; }

tell_header() {
  echo "| task | length | model | accuracy % | spread | chance % |"
  echo "|---|---|---|---|---|---|"
}

# tell_row TASK LENGTH MODEL: mean and deviation over the seeds of $out/TASK-LENGTH-MODEL-SEED.
tell_row() {
  local run=$out/$1-$2-$3 seed
  for seed in "${seeds[@]}"; do value "$run-$seed" test_accuracy; done \
    | awk -v name="$1 | $2 | $3" -v chance="$(value "$run-${seeds[0]}" test_chance)" '
      { n++; sum += $1; square += $1 * $1 }
      END { mean = sum / n; over = square - n * mean * mean; if (over < 0) over = 0; printf "| %s | %.1f | %.1f | %.1f |\n", name, 100 * mean, 100 * sqrt(over / (n - 1)), 100 * chance }'
}
