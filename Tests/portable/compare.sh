#!/usr/bin/env bash
# Compiles the vector kernels for arm64 too, runs them in an emulator, and compares their bits with those of this processor.
# Code 69 if a tool is missing.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for tool in clang qemu-aarch64 aarch64-linux-gnu-gcc; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: see cluster/packages.txt" >&2; exit 69; }
done
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
flags=(-std=gnu11 -O3 -ffp-contract=off -Wall -Wextra -Werror -I"$top/Sources/CKernels/include" -I"$top/Sources/CRows/include")
cross=(--target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include)
for source in "$top"/Tests/portable/kernel-bits.c "$top"/Sources/CKernels/*.c "$top"/Sources/CRows/*.c; do
  name=$(basename "$source" .c)
  clang "${flags[@]}" -c "$source" -o "$folder/$name.own.o"
  clang "${flags[@]}" "${cross[@]}" -c "$source" -o "$folder/$name.arm.o"
done
cc "$folder"/*.own.o -lm -o "$folder/own"
aarch64-linux-gnu-gcc -static "$folder"/*.arm.o -lm -o "$folder/arm"
"$folder/own" >"$folder/own.txt"
COLONNADE_VECTOR=avx2 "$folder/own" >"$folder/avx2.txt"
qemu-aarch64 "$folder/arm" >"$folder/arm.txt"
cat "$folder/own.txt"
cmp "$folder/own.txt" "$folder/avx2.txt"
cmp "$folder/own.txt" "$folder/arm.txt"
