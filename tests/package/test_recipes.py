"""The recipes for Spack and Apptainer, as far as they can be looked at without either: names, files and options that they
speak of are there. What was done beyond that: cluster/package/README.md."""

import os
import pathlib
import re
import subprocess
import sys
import types
import unittest

SOURCE = pathlib.Path(os.environ["AMPCF_SOURCE"])
LISTS = (SOURCE / "CMakeLists.txt").read_text()


def sections(text):
    """The bodies of a definition file's sections, by stage and name."""
    found = {}
    stage = name = None
    for line in text.splitlines():
        if line.startswith("Stage:"):
            stage, name = line.split()[1], None
        elif line.startswith("%"):
            name = line.split()[0]
        elif name is not None and line.strip():
            found.setdefault((stage, name), []).append(line.strip())
    return found


class ApptainerDefinition(unittest.TestCase):
    def setUp(self):
        self.sections = sections((SOURCE / "cluster/apptainer.def").read_text())

    def test_copies_what_there_is_and_all_that_the_build_reads(self):
        copied = [line.split()[0] for line in self.sections["build", "%files"]]
        for path in copied:
            self.assertTrue((SOURCE / path).exists(), path)
        top = {path.name for path in SOURCE.iterdir() if not path.name.startswith((".", "build"))}
        self.assertLessEqual(top & {"CMakeLists.txt", "README.md", "LICENSE", "CHANGELOG.md", "cluster", "configs", "include",
                                    "launch", "src", "tests"}, set(copied))

    def test_shell_sections_are_shell(self):
        for (stage, name), lines in self.sections.items():
            if name in ("%post", "%test", "%runscript", "%environment"):
                checked = subprocess.run(["sh", "-n"], input="\n".join(lines), text=True, capture_output=True, check=False)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""), f"{stage} {name}")

    def test_help_names_every_program(self):
        programs = {page.stem for page in (SOURCE / "src/apps").glob("ampcf-*.md")}
        self.assertEqual(set(re.findall(r"ampcf-\w+", "\n".join(self.sections["final", "%help"]))), programs)

    def test_options_of_the_build_are_known(self):
        for option in re.findall(r"-D(AMPCF_\w+)=", "\n".join(self.sections["build", "%post"])):
            self.assertRegex(LISTS, rf"option\({option} ")


class Recorder:
    """Enough of a Spec to ask for a dependency's include directory."""

    def __getitem__(self, name):
        return types.SimpleNamespace(prefix=types.SimpleNamespace(include=f"/{name}/include"))


class SpackRecipe(unittest.TestCase):
    """Runs the recipe with a stand-in for Spack's directives, which notes what is said."""

    def setUp(self):
        self.said = []
        module = types.ModuleType("spack.package")
        for directive in ("license", "version", "variant", "depends_on"):
            setattr(module, directive, lambda *words, _name=directive, **more: self.said.append((_name, words, more)))

        class CMakePackage:
            spec = Recorder()
            run_tests = False

            @staticmethod
            def define(name, value):
                return f"-D{name}={value}"

            @staticmethod
            def define_from_variant(name, variant):
                return f"-D{name}=<{variant}>"

        module.CMakePackage = CMakePackage
        sys.modules.update({"spack": types.ModuleType("spack"), "spack.package": module})
        path = SOURCE / "cluster/spack/packages/ampcf/package.py"
        scope = {"__file__": str(path), "__name__": "recipe"}
        exec(compile(path.read_text(), str(path), "exec"), scope)  # pylint: disable=exec-used
        self.package = scope["Ampcf"]

    def tearDown(self):
        del sys.modules["spack"], sys.modules["spack.package"]

    def names(self, directive):
        return [words[0] for name, words, _ in self.said if name == directive]

    def test_builds_from_the_checkout_that_it_lies_in(self):
        self.assertEqual(self.package.git, f"file://{SOURCE}")
        self.assertIn("namespace: ampcf", (SOURCE / "cluster/spack/repo.yaml").read_text())

    def test_names_a_package_for_everything_that_the_build_looks_for(self):
        packages = {re.match(r"[\w-]+", name)[0] for name in self.names("depends_on")}
        spack = {"MPI": "mpi", "Eigen3": "eigen", "HDF5": "hdf5", "Boost": "boost", "fmt": "fmt", "spdlog": "spdlog",
                 "nlohmann_json": "nlohmann-json", "ZLIB": "zlib-api", "Random123": "random123", "xxHash": "xxhash",
                 "GTest": "googletest", "Threads": None}
        for found in re.findall(r"^ *find_package\((\w+)", LISTS, re.MULTILINE):
            self.assertIn(found, spack, "which package of Spack is it?")
            if spack[found]:
                self.assertIn(spack[found], packages)

    def test_options_and_variants_are_known(self):
        arguments = self.package().cmake_args()
        for argument in arguments:
            name, value = re.match(r"-D(\w+)=(.*)", argument).groups()
            if name.startswith("AMPCF_"):
                self.assertRegex(LISTS, rf"option\({name} ")
            if value.startswith("<"):
                self.assertIn(value[1:-1], self.names("variant"))


if __name__ == "__main__":
    unittest.main()
