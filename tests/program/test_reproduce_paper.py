"""launch/reproduce-paper on a small data set under the name of a published one."""

import json
import os
import pathlib
import signal
import subprocess
import unittest

from training import BIN, SOURCE, Workplaced, wait_until

LAUNCHER = os.path.join(SOURCE, "launch", "reproduce-paper")
STOPPED = 75


class ReproducingThePaper(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ratings = pathlib.Path("raw/ml-latest-small/ratings.csv")
        cls.ratings.parent.mkdir(parents=True)
        subprocess.run([os.path.join(BIN, "ampcf-generate"), "--users", "600", "--items", "200", "--personas", "2",
                        "--interactions-per-user", "25", "--output", "planted.h5", "--raw-output", cls.ratings],
                       check=True, stdout=subprocess.DEVNULL)

    def words(self, *words, raw="raw", programs=BIN):
        return [LAUNCHER, "--raw", raw, "--programs", programs, *words]

    def run_it(self, *words, **options):
        return subprocess.run(self.words(*words, **options), capture_output=True, text=True)

    def expect_fault(self, code, text, *words, **options):
        result = self.run_it(*words, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_prints_both_tables_and_does_nothing_twice(self):
        words = ["ml-100k", "--output", "once", "--rows", "popularity,DiRec"]
        first = self.run_it(*words)
        self.assertEqual(first.returncode, 0, first.stderr)
        for text in ("Table 2", "Table 3", "DeepICF+a", ".6132", "What differs", "not the data of the paper"):
            self.assertIn(text, first.stdout)
        own = json.loads(pathlib.Path("once/ml-100k/DiRec.json").read_text())["tdd"]["hellinger"]
        self.assertIn(f"{own:.4f}".removeprefix("0"), first.stdout)
        self.assertEqual(pathlib.Path("once/tables.md").read_text(), first.stdout)
        again = self.run_it(*words, "--ranks", "2")  # ranks are of no consequence
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, first.stdout, ""))

    def test_a_stopped_training_goes_on(self):
        words = ["--output", "stopped", "--rows", "AMP-2"]
        job = subprocess.Popen(self.words(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        log = pathlib.Path("stopped/ml-100k/steps/train AMP-2.log")
        wait_until(lambda: log.exists() and "epoch 2:" in log.read_text(), "the second epoch")
        job.send_signal(signal.SIGTERM)
        _, messages = job.communicate()
        self.assertEqual(job.returncode, STOPPED, messages)
        self.assertIn("the same command goes on", messages)
        result = self.run_it(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("resumed after epoch", log.read_text())
        self.assertEqual(self.run_it("--output", "whole", "--rows", "AMP-2").returncode, 0)
        one, other = (json.loads(pathlib.Path(folder, "ml-100k/AMP-2.json").read_text()) for folder in ("stopped", "whole"))
        self.assertEqual((one["sampled"], one["model"]["step"]), (other["sampled"], other["model"]["step"]))

    def test_other_raw_data_is_prepared_anew(self):
        words = ["--output", "changed", "--rows", "popularity"]
        other = pathlib.Path("changing/ml-latest-small/ratings.csv")
        other.parent.mkdir(parents=True)
        other.write_text(self.ratings.read_text())
        self.assertEqual(self.run_it(*words, raw="changing").returncode, 0)
        other.write_text(self.ratings.read_text() + "u1,i199,5,2000000000\n")
        result = self.run_it(*words, raw="changing")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("[ml-100k] prepare\n[ml-100k] evaluate popularity\n", result.stderr)

    def test_a_training_that_failed_before_it_removed_the_one_of_other_data_starts_over(self):
        words = ["--output", "replaced", "--rows", "AMP-2"]
        ratings = pathlib.Path("replacing/ml-latest-small/ratings.csv")
        ratings.parent.mkdir(parents=True)
        lines = self.ratings.read_text().splitlines(True)
        ratings.write_text("".join(lines[:3000]))
        self.assertEqual(self.run_it(*words, raw="replacing").returncode, 0)
        ratings.write_text("".join(lines[:3100]))
        failing = pathlib.Path("failing")
        failing.mkdir()
        for program in ("ampcf-prepare", "ampcf-evaluate"):
            (failing / program).symlink_to(os.path.join(BIN, program))
        (failing / "ampcf-train").write_text("#!/bin/sh\nexit 3\n")
        (failing / "ampcf-train").chmod(0o755)
        self.expect_fault(3, "train AMP-2 failed with code 3", *words, raw="replacing", programs=failing)
        result = self.run_it(*words, raw="replacing")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_says_what_is_missing_or_wrong(self):
        self.expect_fault(2, "ml-100k, ml-1m", "ml-10m")
        self.expect_fault(2, "unknown row", "--rows", "AMP-5")
        self.expect_fault(3, "raw/ml-1m has no ratings.dat or train.tsv", "ml-1m")
        self.expect_fault(3, "no such folder", raw="nowhere")
        wrong = pathlib.Path("wrong/ml-latest-small/ratings.csv")
        wrong.parent.mkdir(parents=True)
        wrong.write_text("userId,movieId,rating,timestamp\n1,2,x,4\n")
        self.expect_fault(3, "ratings.csv:2: found 'x'", "--output", "faulty", raw="wrong")
        self.expect_fault(2, "launch/build", "--programs", "nowhere")


if __name__ == "__main__":
    unittest.main()
