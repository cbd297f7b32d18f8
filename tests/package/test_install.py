"""The installed tree: what lies where, manual pages, completion, and a program built on the libraries."""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["AMPCF_BUILD"])
SOURCE = pathlib.Path(os.environ["AMPCF_SOURCE"])
CMAKE = os.environ["AMPCF_CMAKE"]
CONSUMER = SOURCE / "tests" / "consumer"
USERS = [f"u{number}" for number in range(8)]
TOP = "12"


def output_of(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def python_with_h5py():
    """h5py often belongs to the system's Python alone."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import h5py, numpy"], capture_output=True, check=False).returncode == 0:
            return python
    return None


class TheInstalledTree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="ampcf-install-")
        cls.work = pathlib.Path(cls.directory.name)
        cls.prefix = cls.work / "prefix"
        output_of(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        cls.bin = cls.prefix / "bin"
        cls.programs = sorted(path.name for path in cls.bin.iterdir())

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def run_program(self, name, *words):
        return output_of(self.bin / name, *words, cwd=self.work)

    def test_holds_what_users_look_for(self):
        share = self.prefix / "share"
        self.assertLessEqual({"ampcf-train", "ampcf-evaluate", "ampcf-recommend"}, set(self.programs))
        for program in self.programs:
            self.assertTrue((share / "man/man1" / f"{program}.1").is_file(), program)
            self.assertTrue((share / "bash-completion/completions" / program).is_file(), program)
        for path in ("ampcf/LICENSE", "ampcf/README.md", "ampcf/configs/ml-1m.ini", "ampcf/cluster/README.md",
                     "ampcf/src/dataset/FORMAT.md", "ampcf/tests/consumer/score.cpp"):
            self.assertTrue((share / path).is_file(), path)
        self.assertTrue(os.access(share / "ampcf/launch/train", os.X_OK))
        for path in ("ampcf/launch/test", "ampcf/cluster/package/CMakeLists.txt"):  # of use beside the sources alone
            self.assertFalse((share / path).exists(), path)

    def script(self, name, *words):
        """Exit code and words of an installed script."""
        script = self.prefix / "share/ampcf/launch" / name
        done = subprocess.run([script, *words], cwd=self.work, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_scripts_answer(self):
        scripts = [path for path in (self.prefix / "share/ampcf/launch").iterdir() if os.access(path, os.X_OK)]
        self.assertGreater(len(scripts), 5)
        for path in scripts:
            code, text = self.script(path.name, "--help")
            self.assertEqual((code, path.name in text), (0, True), text)

    def test_scripts_find_the_programs_beside_them(self):
        ratings = self.work / "raw/ml-latest-small/ratings.csv"
        ratings.parent.mkdir(parents=True)
        ratings.write_text("userId,movieId,rating,timestamp\n1,2,x,4\n")
        (self.work / "empty.h5").touch()
        (self.work / "fetched/ml-latest-small").mkdir(parents=True)
        data = ["--data", "empty.h5"]
        for expected, words in {  # what the programs say of what they are given
                "empty.h5": ["train", "--", *data, "--output", "trained"],
                "no sweep in ": ["sweep", "--", "--output", "nowhere", "--collect"],
                f"{self.bin}/ampcf-train --data empty.h5": ["study-explanations", *data, "entropy"],
                f"{self.bin}/ampcf-evaluate --data empty.h5": ["study-taste-space", *data, "random", "ials"],
                "found 'x'": ["reproduce-paper", "--raw", "raw", "ml-100k"],
                "Next: prefix/bin/ampcf-prepare --input": ["fetch-movielens", "--output", "fetched"]}.items():
            with self.subTest(script=words[0]):
                _, text = self.script(*words)
                self.assertIn(expected, text)

    def test_names_nothing_of_the_machine_that_built_it(self):
        for path in self.prefix.rglob("*"):
            if path.suffix in (".cmake", ".1", ".hpp") or "completions" in path.parts and path.is_file():
                text = path.read_text()
                self.assertNotIn(str(SOURCE), text, path)
                self.assertNotIn(str(BUILD), text, path)

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_manual_pages_are_sound_and_name_every_option(self):
        for program in self.programs:
            page = self.prefix / "share/man/man1" / f"{program}.1"
            result = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True, text=True,
                                    env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "PAGER": "cat"}, check=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""), program)
            told = self.run_program(program, "--help")
            options = [line.split()[0] for line in told.splitlines() if line.startswith("  --")]
            self.assertGreater(len(options), 3)
            for option in options:
                self.assertIn(option, result.stdout, program)

    def completions(self, program, line):
        """What bash offers at the end of a command line."""
        script = f"""source {self.prefix}/share/bash-completion/completions/{program}
            COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'
            COMP_WORDS=({line.replace("=", " = ").replace("||", '""')}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            $(complete -p {program} | sed 's/.*-F \\([^ ]*\\).*/\\1/') && printf '%s\\n' "${{COMPREPLY[@]}}" """
        return output_of("bash", "-c", script, cwd=self.work).split()

    def test_completion_offers_options_values_and_files(self):
        (self.work / "some.h5").touch()
        self.assertIn("--personas", self.completions("ampcf-train", "ampcf-train --pers"))
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --attention ||"), ["learned", "identity"])
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --attention=id"), ["identity"])
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --attention="), ["learned", "identity"])
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --data some"), ["some.h5"])
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --personas ||"), [])
        self.assertEqual(self.completions("ampcf-train", "ampcf-train --no-such"), [])

    def test_completion_offers_an_option_once_unless_it_repeats(self):
        (self.work / "some.h5").touch()
        self.assertNotIn("--data", self.completions("ampcf-train", "ampcf-train --data some.h5 --"))
        self.assertIn("--input", self.completions("ampcf-prepare", "ampcf-prepare --input some.h5 --"))
        self.assertIn("--output", self.completions("ampcf-train", "ampcf-train --resume ||"))
        self.assertEqual(self.completions("ampcf-report", "ampcf-report --metrics a.json some"), ["some.h5"])

    def test_a_program_built_on_the_libraries_agrees_with_the_files_and_with_us(self):
        self.run_program("ampcf-generate", "--users", "60", "--items", "80", "--personas", "2", "--interactions-per-user",
                         "12", "--output", "data.h5")
        self.run_program("ampcf-train", "--data", "data.h5", "--output", "run", "--personas", "3", "--dim", "24",
                         "--attention-dim", "20", "--epochs", "3", "--projection-noise", "0.5")
        build = self.work / "build"
        output_of(CMAKE, "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        told = output_of(CMAKE, "--build", build)
        self.assertNotIn("warning:", told)
        ours = self.scores(build / "score")
        self.expect_same_lists(ours, self.recommended())
        python = python_with_h5py()
        if python is None:
            self.skipTest("h5py is not installed: score.py was not run")
        self.expect_same_lists(ours, self.scores(python, CONSUMER / "score.py"))

    def scores(self, *program):
        """The list of each user, by one of the examples."""
        texts = {user: output_of(*program, "data.h5", "run/best.h5", user, TOP, cwd=self.work) for user in USERS}
        return {user: [{**row, "attention": row["attention"].split()} for row in csv.DictReader(text.splitlines())]
                for user, text in texts.items()}

    def recommended(self):
        text = self.run_program("ampcf-recommend", "--data", "data.h5", "--checkpoint", "run/best.h5", "--top", TOP,
                                *(word for user in USERS for word in ("--user", user)), "--format", "csv")
        lists = {user: [] for user in USERS}
        for row in csv.DictReader(text.splitlines()):
            lists[row["user"]].append({**row, "attention": row["attention_weights"].split("|")})
        return lists

    def expect_same_lists(self, ours, theirs):
        for user in USERS:
            self.assertEqual(len(ours[user]), int(TOP))
            self.assertEqual([row["item"] for row in ours[user]], [row["item"] for row in theirs[user]], user)
            for own, other in zip(ours[user], theirs[user]):
                self.assertAlmostEqual(float(own["score"]), float(other["score"]), delta=2e-4)
                self.assertEqual((len(own["attention"]), len(other["attention"])), (3, 3))  # personas
                for one, two in zip(own["attention"], other["attention"]):
                    self.assertAlmostEqual(float(one), float(two), delta=2e-4)

    def test_a_project_without_c_is_told_what_it_lacks(self):
        (self.work / "wrong").mkdir()
        (self.work / "wrong/CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(wrong LANGUAGES CXX)\nfind_package(ampcf REQUIRED)\n")
        result = subprocess.run([CMAKE, "-S", self.work / "wrong", "-B", self.work / "wrong/build",
                                 f"-DCMAKE_PREFIX_PATH={self.prefix}"], capture_output=True, text=True, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("LANGUAGES C CXX", result.stderr)


if __name__ == "__main__":
    unittest.main()
