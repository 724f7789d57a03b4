#!/usr/bin/env bash
# Builds the program and installs it for a site: PREFIX/bin and PREFIX/share/colonnade. Nodes then need no Swift.
#
#   install.sh PREFIX [--bundle-hdf5]
#
# MPI is the site's, found by pkg-config under the name in MPI_PKG_CONFIG (ompi-c); load its module first. Open MPI is tested, others are
# not. HDF5 is the site's too (HDF5_PKG_CONFIG, hdf5), or becomes part of the program with --bundle-hdf5.
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ "${2:---bundle-hdf5}" != --bundle-hdf5 ]; then
  sed -n '4s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 64
fi
mkdir -p "$1" || exit 73
prefix=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cluster/packages.sh build
bash cluster/swift.sh
# shellcheck source=cluster/commit.sh
source cluster/commit.sh
scratch=.build/install

# A folder that holds archives alone, so that the linker takes them: Debian's shared HDF5 has a name that few other systems have. What the
# archive has for object stores, and so its need of a web client, is not linked.
bundle_hdf5() {
  local place=$PWD/$scratch/archives name=${HDF5_PKG_CONFIG:-hdf5} archive found folders
  rm -rf "$place" && mkdir -p "$place"
  read -ra folders < <(pkg-config --libs-only-L "$name" | sed 's/-L//g')
  for archive in hdf5 sz aec z; do
    found=$(find "${folders[@]}" /usr/local/lib /usr/lib /usr/lib64 -name "lib$archive.a" 2>/dev/null | head -n 1 || true)
    if [ -z "$found" ]; then echo "error: --bundle-hdf5 needs lib$archive.a, which is not there" >&2; exit 69; fi
    ln -s "$found" "$place/"
  done
  cat >"$place/hdf5.pc" <<EOT
Name: HDF5
Description: HDF5 as archives
Version: $(pkg-config --modversion "$name")
Cflags: $(pkg-config --cflags "$name")
Libs: -L$place -lhdf5 -lsz -laec -lz -ldl -lm
EOT
  export HDF5_PKG_CONFIG=hdf5 PKG_CONFIG_PATH=$place${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
}
if [ "${2:-}" = --bundle-hdf5 ]; then bundle_hdf5; fi

options=(-c release --product colonnade --static-swift-stdlib --scratch-path "$scratch")
swift build "${options[@]}" >&2
install -D -s -m 755 "$(swift build "${options[@]}" --show-bin-path)/colonnade" "$prefix/bin/colonnade"
share=$prefix/share/colonnade
rm -rf "$share" && mkdir -p "$share/cluster"
cp -R jobs LICENSE README.md "$share/"
# What builds stays behind.
rm "$share/jobs/quickstart.sh"
cp -R cluster/profiles cluster/{job.sh,hosts,hosts-link.c,local-slurm,processes.sh,packages.sh,packages.txt} "$share/cluster/"
# A module's name is that of its folder and file.
install -D -m 644 cluster/modulefile "$prefix/modulefiles/colonnade/$("$prefix/bin/colonnade" --version | cut -d ' ' -f 2)"
"$prefix/bin/colonnade" --version
echo "Installed in $prefix. Try: module use $prefix/modulefiles && module load colonnade" >&2
