#!/usr/bin/env bash
# Sees that a Swift compiler is there that can build the package, else says where to get it. Exit code 69 if not.
set -euo pipefail
# The first that knows @specialized.
least=6.3

say_where() {
  cat >&2 <<EOT
$1
Colonnade needs Swift $least or newer: https://www.swift.org/install/linux
EOT
  exit 69
}
command -v swift >/dev/null || say_where "There is no 'swift' in PATH."
found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
[ -n "$found" ] || say_where "'swift --version' does not tell a version."
[ "$(printf '%s\n%s\n' "$least" "$found" | sort -V | head -n 1)" = "$least" ] || say_where "This is Swift $found."
