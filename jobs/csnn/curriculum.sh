#!/bin/bash
# Five items in two stages, four models, three seeds, and their table: bash jobs/csnn/curriculum.sh DATA_FOLDER [OUTPUT_FOLDER]
# Recognition is learnt first, item by item; memory begins with its weights and learns to keep the answer.
# Runs that are done are not repeated; a stopped one goes on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=${1:?"give the folder of the data, such as ../shared/data"} out=${2:-runs/csnn-curriculum}
# shellcheck source=jobs/csnn/scores.sh
source "$here/scores.sh"
mkdir -p "$out"
out=$(cd "$out" && pwd)
common=(--set seq_len=5 --set window=8 --set fresh=true --set train_samples=4096 --set epoch=16 --set lr_decay=0.92)
tell_header
for model in clif add_clif lif lsnn; do
  for seed in "${seeds[@]}"; do
    recognition=$out/recognition-5-$model-$seed
    train_to "$recognition" "$seed" "${common[@]}" --set task_type=recognition --set "model_type=$model"
    train_to "$out/memory-5-$model-$seed" "$seed" "${common[@]}" --set task_type=memory --set "model_type=$model" \
      --set "initial_weights=$recognition/weights.h5" --set lr=0.003 --set readout_tau=300
  done
  tell_row recognition 5 "$model"
  tell_row memory 5 "$model"
done
