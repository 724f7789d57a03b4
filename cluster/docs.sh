#!/usr/bin/env bash
# Makes the documentation as a static site: the public modules and the pages of Sources/Colonnade.docc. Exit code 1 if docc warns.
#
#   docs.sh [FOLDER] [BUILD]
#
# FOLDER (docs) is what a web server shows, as `python3 -m http.server --directory docs`; what an earlier call made there is replaced. BUILD
# is a folder of built products; without it the program is built.
set -euo pipefail
mkdir -p "${1:-docs}" || exit 73
if [ -n "$(ls -A "${1:-docs}")" ] && ! { [ -f "${1:-docs}/index.html" ] && [ -d "${1:-docs}/data" ]; }; then
  echo "error: ${1:-docs} holds something else than a documentation site (index.html and data); name a new folder" >&2
  exit 73
fi
site=$(cd "${1:-docs}" && pwd)
build=${2:+$(cd "$2" && pwd)}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -z "$build" ]; then
  swift build -c release --product colonnade >&2
  build=$(swift build -c release --show-bin-path)
fi
command -v docc >/dev/null || { echo "error: docc is not in PATH; it lies beside swift in the toolchain" >&2; exit 69; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# In the order of README's table of layers.
modules=(Parallel Maths Storage Running Networks Spiking Training Experiments)
# Modules see the shims through these; Yams has one of its own.
maps=()
for map in "$build"/*.build/module.modulemap "$build"/../../checkouts/Yams/Sources/CYaml/include/module.modulemap; do
  if [ -f "$map" ]; then maps+=(-Xcc "-fmodule-map-file=$map"); fi
done
target=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
convert() { # NAME CATALOGUE-OR-OPTION...
  local name=$1
  shift
  docc convert "$@" --fallback-display-name "$name" --fallback-bundle-identifier "colonnade.$name" --fallback-default-module-kind Module \
    --output-path "$scratch/$name.doccarchive" >>"$scratch/warnings" 2>&1 || echo "docc failed for $name" >>"$scratch/warnings"
}
convert Colonnade Sources/Colonnade.docc
for module in "${modules[@]}"; do
  mkdir -p "$scratch/$module"
  swift symbolgraph-extract -module-name "$module" -minimum-access-level public -skip-synthesized-members -skip-inherited-docs \
    -I "$build/Modules" "${maps[@]}" -target "$target" -output-dir "$scratch/$module" >&2
  convert "$module" --additional-symbol-graph-dir "$scratch/$module"
done
if grep -q '[^[:space:]]' "$scratch/warnings"; then
  cat "$scratch/warnings" >&2
  exit 1
fi
rm -rf "$site"
archives=("$scratch/Colonnade.doccarchive")
for module in "${modules[@]}"; do archives+=("$scratch/$module.doccarchive"); done
docc merge "${archives[@]}" --synthesized-landing-page-name Colonnade --output-path "$site"
echo "$site/index.html" >&2
