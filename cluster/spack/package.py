# Spack recipe for the tarball that package.sh makes; that script writes version, processor and checksum into it.
import os

from spack.package import *


class Colonnade(Package):
    """Simulates and trains spiking networks of cortex over MPI (the program as built elsewhere)."""

    # The tarball lies where `spack install` is called.
    manual_download = True
    url = "file://{0}/colonnade-VERSION-linux-ARCH.tar.gz".format(os.getcwd())

    version("VERSION", sha256="SHA256")

    # The program is linked to libmpi.so.40.
    depends_on("openmpi@4", type=("build", "link", "run"))
    depends_on("patchelf", type="build")
    requires("target=TARGET:", msg="what the program is built for")

    def install(self, spec, prefix):
        install_tree(".", prefix)
        patchelf = which("patchelf", required=True)
        patchelf("--set-rpath", spec["openmpi"].prefix.lib, prefix.bin.colonnade)

    def setup_run_environment(self, env):
        env.set("COLONNADE_HOME", self.prefix.share.colonnade)

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_version(self):
        Executable(self.prefix.bin.colonnade)("--version")
