"""launch/study-taste-space: on a few planted users, and with an evaluator that only says what it was asked for."""

import os
import pathlib
import shutil
import subprocess
import unittest

from training import BIN, SOURCE, Workplaced

LAUNCHER = os.path.join(SOURCE, "launch", "study-taste-space")
SPACES = 8
# Its distance is the length of its model's name or file; it notes what it was called with.
EVALUATOR = """#!/bin/sh
echo "$@" >>calls
while [ $# -gt 0 ]; do
  case "$1" in
    --output) output=$2 ;;
    --checkpoint) distance=$(wc -c <"$2") ;;
    --baseline) distance=${#2} ;;
  esac
  shift
done
echo "{\\"tdd\\": {\\"hellinger\\": $distance}}" >"$output"
"""


class StudyingTasteSpaces(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for seed in ("1", "2"):
            subprocess.run([os.path.join(BIN, "ampcf-generate"), "--users", "80", "--items", "60", "--personas", "2",
                            "--interactions-per-user", "10", "--seed", seed, "--output", f"data-{seed}.h5"],
                           check=True, stdout=subprocess.DEVNULL)
        os.mkdir("said")
        with open("said/ampcf-evaluate", "w", encoding="ascii") as file:
            file.write(EVALUATOR)
        os.chmod("said/ampcf-evaluate", 0o755)

    def setUp(self):
        pathlib.Path("calls").write_text("", encoding="ascii")

    def run_it(self, *words, output="faulty", data="data-1.h5", programs=BIN):
        return subprocess.run([LAUNCHER, "--programs", programs, "--data", data, "--output", output, *words],
                              capture_output=True, text=True, check=False)

    def table(self, *words, **options):
        """Of the table printed: the distances of each model, without tau."""
        result = self.run_it(*words, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        head, _, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in result.stdout.splitlines())
        self.assertEqual((head[0], head[-1], len(rows)), ("taste space", "tau", SPACES))
        return dict(zip(head[1:-1], list(zip(*rows))[1:-1]))

    def said(self, *words, **options):
        """The first row of what the evaluator that only says so is asked for, and how often it was."""
        before = len(pathlib.Path("calls").read_text(encoding="ascii").splitlines())
        table = self.table(*words, programs="said", **options)
        after = len(pathlib.Path("calls").read_text(encoding="ascii").splitlines())
        return {name: float(distances[0]) for name, distances in table.items()}, after - before

    def expect_fault(self, code, text, *words, **options):
        result = self.run_it(*words, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_measures_data_once_and_other_data_anew(self):
        shutil.copy("data-2.h5", "older.h5")
        os.utime("older.h5", (1, 1))
        first = self.run_it("taste=popularity", "random", output="study")  # "taste" is no file's name in the way
        self.assertIn("| taste space | taste | random | tau |", first.stdout, first.stderr)
        self.assertIn("seed 1) | .", first.stdout)
        again = self.run_it("taste=popularity", "random", output="study", programs="said")
        self.assertEqual((again.returncode, again.stdout), (0, first.stdout), again.stderr)
        self.assertEqual(os.path.getsize("calls"), 0)
        other = self.run_it("taste=popularity", "random", output="study", data="older.h5")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertNotEqual(other.stdout, first.stdout)

    def test_a_name_that_stands_for_another_model_is_measured_anew(self):
        self.assertEqual(self.said("x=ials", "y=random", output="names"), ({"x": 4, "y": 6}, 2 * SPACES))
        self.assertEqual(self.said("x=random", "y=random", output="names"), ({"x": 6, "y": 6}, SPACES))

    def test_a_model_that_is_trained_again_is_measured_anew(self):
        os.makedirs("run")
        model = pathlib.Path("run/best.h5")
        words = ["run/best.h5", "random"]
        model.write_text("model", encoding="ascii")
        self.assertEqual(self.said(*words, output="models"), ({"run": 5, "random": 6}, 2 * SPACES))
        self.assertEqual(self.said(*words, output="models"), ({"run": 5, "random": 6}, 0))
        model.write_text("another", encoding="ascii")
        os.utime(model, (1, 1))
        self.assertEqual(self.said(*words, output="models"), ({"run": 7, "random": 6}, SPACES))

    def test_a_path_may_have_an_equals_sign(self):
        os.makedirs("rate=0.1")
        pathlib.Path("rate=0.1/best.h5").write_text("model", encoding="ascii")
        self.assertEqual(self.said("rate=0.1/best.h5", "named=rate=0.1/best.h5", output="paths")[0],
                         {"rate=0.1": 5, "named": 5})

    def test_says_what_is_missing_or_wrong(self):
        self.expect_fault(2, "two or more models", "popularity")
        self.expect_fault(2, "two or more models", "x=popularity", "x=random")
        self.expect_fault(2, "--ranks -3: expected 1 or more", "--ranks", "-3", "popularity", "random")
        self.expect_fault(2, "launch/build", "popularity", "random", programs="nowhere")
        self.expect_fault(3, "nowhere.h5: no such dataset", "popularity", "random", data="nowhere.h5")
        self.expect_fault(2, "'fame' is unknown", "fame", "random")


if __name__ == "__main__":
    unittest.main()
