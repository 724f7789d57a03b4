#!/bin/bash
# The grid task x length x model x seed on one machine, and its table: bash jobs/csnn/grid.sh DATA_FOLDER [OUTPUT_FOLDER]
# Runs that are done are not repeated; a stopped one goes on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=${1:?"give the folder of the data, such as ../shared/data"} out=${2:-runs/csnn-grid}
colonnade=${COLONNADE:-colonnade} ranks=${RANKS:-1}
value() { sed -n "s/^ *\"$2\": \([0-9.eE+-]*\),*$/\1/p" "$1/summary.json"; }
echo "| task | length | model | accuracy % | spread | chance % |"
echo "|---|---|---|---|---|---|"
for task in recognition memory; do
  for length in 1 5; do
    for model in clif add_clif lif lsnn; do
      scores=()
      for seed in 1 2 3; do
        run=$out/$task-$length-$model-$seed
        if [ ! -f "$run/summary.json" ]; then
          launch=()
          if [ "$ranks" -gt 1 ]; then launch=(mpirun -n "$ranks"); fi
          "${launch[@]}" "$colonnade" train "$here" --quiet --output "$run" --seed "$seed" --set "data_path=$data" \
            --set "task_type=$task" --set "seq_len=$length" --set "model_type=$model"
        fi
        scores+=("$(value "$run" test_accuracy)")
        chance=$(value "$run" test_chance)
      done
      printf '%s\n' "${scores[@]}" | awk -v name="$task | $length | $model" -v chance="$chance" '
        { n++; sum += $1; square += $1 * $1 }
        END { mean = sum / n; printf "| %s | %.1f | %.1f | %.1f |\n", name, 100 * mean, 100 * sqrt((square - n * mean * mean) / (n - 1)), 100 * chance }'
    done
  done
done
