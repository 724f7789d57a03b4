#!/bin/bash
# The grid task x length x model x seed on one machine, and its table: bash jobs/csnn/grid.sh DATA_FOLDER [OUTPUT_FOLDER]
# Runs that are done are not repeated; a stopped one goes on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=${1:?"give the folder of the data, such as ../shared/data"} out=${2:-runs/csnn-grid}
# shellcheck source=jobs/csnn/scores.sh
source "$here/scores.sh"
tell_header
for task in recognition memory; do
  for length in 1 5; do
    for model in clif add_clif lif lsnn; do
      for seed in "${seeds[@]}"; do
        train_to "$out/$task-$length-$model-$seed" "$seed" --set "task_type=$task" --set "seq_len=$length" --set "model_type=$model"
      done
      tell_row "$task" "$length" "$model"
    done
  done
done
