#!/usr/bin/env bash
# A site of which nothing is known: Slurm starts the ranks where it can speak with Open MPI (PMIx), else mpirun does. COLONNADE_LAUNCHER
# (srun or mpirun) decides it otherwise.
# shellcheck shell=bash disable=SC2034  # job.sh reads launcher
# `grep -q` would close the pipe before srun has written all, which counts as a failure.
# Ranks end together; one that is lost takes the others with it ten seconds later, which leaves time for 75 to be told by all.
if [ "${COLONNADE_LAUNCHER:-srun}" = srun ] && srun --mpi=list 2>&1 | grep -w pmix >/dev/null; then
  launcher=(srun --mpi=pmix --cpu-bind=cores --kill-on-bad-exit=0 --wait=10)
else
  launcher=(mpirun)
  export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-core}
fi
