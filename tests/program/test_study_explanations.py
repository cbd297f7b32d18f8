"""launch/study-explanations on a few planted users."""

import os
import subprocess
import unittest

from training import BIN, SOURCE, Workplaced

LAUNCHER = os.path.join(SOURCE, "launch", "study-explanations")
TRAINING = ["--", "--personas", "3", "--epochs", "2", "--dim", "8", "--attention-dim", "8", "--learning-rate", "0.05"]


class StudyingExplanations(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([os.path.join(BIN, "ampcf-generate"), "--users", "150", "--items", "200", "--personas", "2",
                        "--tastes", "6", "--interactions-per-user", "15", "--output", "planted.h5"],
                       check=True, stdout=subprocess.DEVNULL)

    def run_it(self, *words):
        return subprocess.run([LAUNCHER, "--programs", BIN, *words], capture_output=True, text=True, check=False)

    def rows(self, result):
        """Of the table printed: by the first column, the others."""
        self.assertEqual(result.returncode, 0, result.stderr)
        head, line, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in result.stdout.splitlines())
        self.assertTrue(all(len(row) == len(head) == len(line) for row in rows), result.stdout)
        return {row[0]: dict(zip(head[1:], row[1:])) for row in rows}

    def expect_fault(self, code, text, *words):
        result = self.run_it(*words)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_entropy_has_a_row_for_each_weight_and_measures_nothing_twice(self):
        words = ["--output", "entropy", "--data", "planted.h5", "entropy", *TRAINING]
        first = self.run_it(*words)
        rows = self.rows(first)
        self.assertEqual(list(rows), ["0, 0", "0.1, 0.025", "0.3, 0.1", "1, 0.3"])
        for row in rows.values():
            self.assertTrue(0 < float(row["HR@10"]) <= 1)
            self.assertTrue(1 <= float(row["personas_in_use"]) <= 3)
            self.assertTrue(0 <= float(row["planted taste named, %"]) <= 100)
        self.assertGreater(len({tuple(row.values()) for row in rows.values()}), 1)  # the weights do arrive
        again = self.run_it(*words)
        self.assertEqual(again.stdout, first.stdout)
        self.assertNotIn("ampcf-evaluate", again.stderr)

    def test_overlap_makes_its_data(self):
        rows = self.rows(self.run_it("--output", "overlap", "--overlaps", "0.2", "overlap", *TRAINING))
        self.assertEqual(list(rows), ["0.2"])
        self.assertTrue(0 < float(rows["0.2"]["attention, %"]) <= float(rows["0.2"]["truth, %"]) <= 100)
        self.assertTrue(os.path.exists("overlap/overlap-0.2.h5"))

    def test_says_what_is_missing_or_wrong(self):
        self.expect_fault(2, "entropy needs --data", "entropy")
        self.expect_fault(2, "--data is for entropy", "--data", "planted.h5", "overlap")
        self.expect_fault(2, "expected 1 or more", "--seeds", "0", "overlap")
        self.expect_fault(2, "launch/build", "--programs", "nowhere", "overlap")
        self.expect_fault(3, "nowhere.h5: no such dataset", "--data", "nowhere.h5", "entropy")
        self.expect_fault(2, "--epochs", "--output", "faulty", "--data", "planted.h5", "entropy", "--", "--epochs", "few")


if __name__ == "__main__":
    unittest.main()
