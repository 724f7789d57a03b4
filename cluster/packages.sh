#!/usr/bin/env bash
# Sees to the Debian packages of packages.txt: installs missing ones where it may, else says how. Never asks for a password.
#
#   packages.sh PURPOSE          build | tests | hosts | slurm | arm64; exit code 0 if all are there, 69 if some are missing
#   packages.sh PURPOSE --list   the names of all packages for the purpose, on one line
set -euo pipefail
table="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
purpose=${1:?usage: packages.sh build|tests|hosts|slurm|arm64 [--list]}
# Daemons lie there, also for those whose shell does not look there.
PATH=$PATH:/usr/sbin:/sbin

is_there() { # KIND NAME
  case $1 in
    command) command -v "$2" >/dev/null ;;
    # The build takes another name for MPI or HDF5 from the environment, as Package.swift does.
    module)
      if [ "$2" = ompi-c ]; then set -- "$1" "${MPI_PKG_CONFIG:-ompi-c}"; fi
      if [ "$2" = hdf5 ]; then set -- "$1" "${HDF5_PKG_CONFIG:-hdf5}"; fi
      command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    # A cross compiler that finds the C library's headers.
    headers) command -v "$2" >/dev/null && "$2" -E -include stdio.h -x c /dev/null >/dev/null 2>&1 ;;
    python) command -v python3 >/dev/null && python3 -c "import $2" 2>/dev/null ;;
    *) echo "packages.txt: unknown check '$1'" >&2; exit 70 ;;
  esac
}
names() { # all | missing
  while read -r use package kind name; do
    if [ "$use" = "$purpose" ] && { [ "$1" = all ] || ! is_there "$kind" "$name"; }; then printf ' %s' "$package"; fi
  done <"$table"
}
install() { # PACKAGE...
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then return 1; fi
  # Where services are run, such a package would start one; that is for the machine's owner to decide.
  if [[ $purpose = hosts || $purpose = slurm ]] && [ -d /run/systemd/system ]; then return 1; fi
  echo "Installing$missing" >&2
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@")
  "${as_root[@]}" "${command[@]}" >&2 || { "${as_root[@]}" apt-get update -q >&2 && "${as_root[@]}" "${command[@]}" >&2; }
}

if [ "${2:-}" = --list ]; then names all | sed 's/^ //'; echo; exit; fi
missing=$(names missing)
if [ -z "$missing" ]; then exit 0; fi
# shellcheck disable=SC2086  # one word per package
if command -v apt-get >/dev/null && install $missing && missing=$(names missing) && [ -z "$missing" ]; then exit 0; fi
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo "
cat >&2 <<EOT
Missing:$missing
Have them installed with
    ${sudo}apt-get install$missing
or, where software comes from a site's modules, load those that provide them.
EOT
exit 69
