"""The Debian packages that CPack makes: their names, what they need, what they hold. Installing them needs root: by hand."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["AMPCF_BUILD"])
TOOLS = ("dpkg-deb", "dpkg-shlibdeps")


@unittest.skipUnless(all(shutil.which(tool) for tool in TOOLS), "dpkg-deb or dpkg-shlibdeps (dpkg-dev) is not installed")
class DebianPackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="ampcf-debian-")
        cpack = pathlib.Path(os.environ["AMPCF_CMAKE"]).with_name("cpack")
        # The fastest compression: what is looked at is inside.
        made = subprocess.run([cpack, "-G", "DEB", "-B", cls.directory.name, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip",
                               "--config", BUILD / "CPackConfig.cmake"],
                              cwd=cls.directory.name, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise AssertionError(made.stdout + made.stderr)
        cls.packages = {path.name.split("_")[0]: path for path in pathlib.Path(cls.directory.name).glob("*.deb")}

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def ask(self, package, question):
        return subprocess.run(["dpkg-deb", question, self.packages[package]], capture_output=True, text=True,
                              check=True).stdout

    def field(self, package, name):
        return re.search(rf"^ {name}: (.*)$", self.ask(package, "-I"), re.MULTILINE)[1]

    def test_are_two_of_this_architecture(self):
        self.assertEqual(set(self.packages), {"ampcf", "libampcf-dev"})
        own = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
        for package in self.packages:
            self.assertEqual(self.field(package, "Architecture"), own)

    def test_programs_need_the_libraries_that_they_are_linked_with(self):
        needed = self.field("ampcf", "Depends")
        for library in ("libc6", "libstdc\\+\\+6", "libhdf5-openmpi", "libopenmpi", "libboost-program-options", "libfmt",
                        "libspdlog", "libxxhash0", "zlib1g", "openmpi-bin"):
            self.assertRegex(needed, rf"(^|, ){library}[^,]*")
        self.assertIn("gnuplot", self.field("ampcf", "Recommends"))
        self.assertNotIn("-dev", needed)

    def test_libraries_need_what_find_package_looks_for(self):
        needed = self.field("libampcf-dev", "Depends")
        for package in ("ampcf (=", "libopenmpi-dev", "libhdf5-openmpi-dev", "libeigen3-dev", "librandom123-dev"):
            self.assertIn(package, needed)

    def test_hold_programs_here_and_libraries_there(self):
        programs = self.ask("ampcf", "-c")
        libraries = self.ask("libampcf-dev", "-c")
        for path in ("./usr/bin/ampcf-train", "./usr/share/man/man1/ampcf-train.1", "./usr/share/ampcf/configs/ml-1m.ini",
                     "./usr/share/bash-completion/completions/ampcf-train", "./usr/share/doc/ampcf/LICENSE"):
            self.assertRegex(programs, rf"root/root .* {re.escape(path)}\n")
            self.assertNotIn(path, libraries)
        for path in ("ampcfConfig.cmake", "libampcf_model.a", "ampcf/model/scoring.hpp"):
            self.assertIn(path, libraries)
            self.assertNotIn(path, programs)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
