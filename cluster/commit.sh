#!/usr/bin/env bash
# Read by scripts that build: tells the build which commit this is, where git knows. Run from the top of the repository.
# shellcheck shell=bash
unset COLONNADE_COMMIT
# A copy of the sources inside some other repository has no commit.
if git ls-files --error-unmatch Package.swift >/dev/null 2>&1 && COLONNADE_COMMIT=$(git rev-parse --short HEAD 2>/dev/null); then
  if ! git diff --quiet HEAD; then COLONNADE_COMMIT+=+changes; fi
  export COLONNADE_COMMIT
fi
