# For Spack 0.20 or later: spack repo add cluster/spack && spack install ampcf      (cluster/package/README.md)

import os

from spack.package import *

try:
    from spack_repo.builtin.build_systems.cmake import CMakePackage  # Spack 1.0 moved it there
except ImportError:
    pass


class Ampcf(CMakePackage):
    """Trains AMP-CF, attentive multi-persona collaborative filtering, on implicit feedback with any number of MPI
    processes; evaluates, explains and recommends."""

    # The checkout that this recipe is part of; `spack develop` or another `git` builds from elsewhere.
    git = "file://" + os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4))

    license("MIT")
    version("main", branch="main")

    variant("native", default=True, description="Compile for the machine that builds; off: any x86-64-v2 machine")
    variant("report", default=True, description="gnuplot, which draws the charts of ampcf-report")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("mpi@3:")
    depends_on("hdf5@1.10:+mpi")
    depends_on("eigen@3.4:3")
    depends_on("boost@1.74:+program_options")
    depends_on("fmt@9:")
    depends_on("spdlog@1.10:+fmt_external")
    depends_on("nlohmann-json@3.9:")
    depends_on("random123")
    depends_on("xxhash@0.8:")
    depends_on("zlib-api")
    depends_on("gnuplot@5.2:", type="run", when="+report")
    depends_on("googletest@1.12:+gmock", type="test")
    depends_on("python@3.8:", type=("run", "test"))

    def cmake_args(self):
        return [
            self.define_from_variant("AMPCF_NATIVE", "native"),
            self.define("AMPCF_BUILD_TESTS", self.run_tests),
            self.define("RANDOM123_INCLUDE_DIR", self.spec["random123"].prefix.include),
        ]
