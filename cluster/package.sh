#!/usr/bin/env bash
# Makes the package for clusters in a folder (dist): a tarball that runs wherever it is unpacked, and a Spack recipe for it.
#
#   package.sh [FOLDER]
#
# The program brings Swift's runtime and HDF5 with it. From the machine it takes glibc, libstdc++ and Open MPI 4 (libmpi.so.40).
set -euo pipefail
mkdir -p "${1:-dist}"
dist=$(cd "${1:-dist}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
bash cluster/install.sh "$stage/prefix" --bundle-hdf5
program=$stage/prefix/bin/colonnade
version=$("$program" --version | cut -d ' ' -f 2)
name=colonnade-$version-linux-$(uname -m)
mv "$stage/prefix" "$stage/$name"
program=$stage/$name/bin/colonnade
# The same files give the same tarball.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct 2>/dev/null || date +%s)" \
  -C "$stage" -c "$name" | gzip -9n >"$dist/$name.tar.gz"
sum=$(sha256sum "$dist/$name.tar.gz" | cut -d ' ' -f 1)
echo "$sum  $name.tar.gz" >"$dist/$name.tar.gz.sha256"
mkdir -p "$dist/spack/packages/colonnade"
printf 'repo:\n  namespace: colonnade\n' >"$dist/spack/repo.yaml"
target=$(uname -m)
if [ "$target" = x86_64 ]; then target=x86_64_v3; fi
sed "s/VERSION/$version/; s/SHA256/$sum/; s/ARCH/$(uname -m)/; s/TARGET/$target/" cluster/spack/package.py >"$dist/spack/packages/colonnade/package.py"
cat <<EOT
$dist/$name.tar.gz, $(du -h "$dist/$name.tar.gz" | cut -f 1)
Needs: $(readelf -d "$program" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | tr '\n' ' ')
and glibc $(readelf -V "$program" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1) or newer.
EOT
