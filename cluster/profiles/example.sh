#!/usr/bin/env bash
# An example of a site with modules. Copy it beside this one under your site's name and choose it with `export COLONNADE_SITE=NAME`.
# shellcheck shell=bash disable=SC2034  # job.sh reads launcher
# Batch shells may not know `module` yet.
# shellcheck source=/dev/null
if ! command -v module >/dev/null; then source /etc/profile.d/modules.sh; fi
module purge
# The Open MPI that the program was built with or, for the package, any Open MPI 4.
module load gcc/12 openmpi/4.1 colonnade

# The program speaks TCP between nodes unless told otherwise. On InfiniBand or Omni-Path this is what makes exchanges fast:
export OMPI_MCA_pml=ucx
# Where the fast network is Ethernet, name it instead, so that no rank tries the slow one:
#   export OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_if_include=10.10.0.0/16

# One rank per core, neighbours close together. `srun --mpi=list` tells the names of PMIx here; without it: launcher=(mpirun).
launcher=(srun --mpi=pmix_v4 --cpu-bind=cores --distribution=block:block --kill-on-bad-exit=0 --wait=10)
