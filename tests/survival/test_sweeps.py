"""ampcf-sweep and launch/sweep: sweeps that are killed, stopped or crash end with the same ranking."""

import csv
import os
import re
import signal
import subprocess
import time
import unittest

from training import BIN, MPIEXEC, SAME, SOURCE, HeldJob, Workplaced, finish, generate, require, with_faults

SWEEP = os.path.join(BIN, "ampcf-sweep")
LAUNCH = os.path.join(SOURCE, "launch", "sweep")
FILE = """attention = identity
dim = 16
batch-size = 128
epochs = 12
patience = 0
shards = 16
[sweep]
method = halving
trials = 6
eta = 2
rungs = 2
bracket = 4
learning-rate = log 0.003 .. 0.03
personas = 1, 2, 3
"""


# Before it a process has left one result, and trained what will be another.
SECOND = "/results/:2"


def options(output, *flags):
    return ["--sweep", "sweep.ini", "--data", "data.h5", "--output", output, *flags]


def mpirun(ranks, output, *flags):
    return [MPIEXEC, "-n", str(ranks), SWEEP, *options(output, *flags)]


def results(output):
    try:
        return len([name for name in os.listdir(f"{output}/results") if name.count(".") == 0])
    except OSError:
        return 0


def table(output):
    """sweep.csv without times and places."""
    with open(f"{output}/sweep.csv", encoding="utf-8", newline="") as file:
        return [{name: re.sub(r"; the last good.*|; there is no checkpoint.*", "", value) for name, value in row.items()
                 if name not in ("seconds", "rank_seconds")} for row in csv.DictReader(file)]


class Sweeps(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        with open("sweep.ini", "w", encoding="ascii") as file:
            file.write(FILE)
        require(mpirun(1, "whole"))

    def expect_same(self, output):
        self.assertEqual(table(output), table("whole"))
        subprocess.run([SAME, "whole/best/best.h5", f"{output}/best/best.h5"], check=True)

    def test_one_that_is_killed_again_and_again_loses_no_finished_work_and_ends_the_same(self):
        before = {}
        for ranks, ranks_per_trial in ((2, 1), (3, 2)):
            job = HeldJob(mpirun(ranks, "killed", "--resume", "--ranks-per-trial", str(ranks_per_trial)), before=SECOND)
            job.wait_still()
            self.assertGreater(results("killed"), len(before))
            job.kill()
            for name, inode in before.items():
                self.assertEqual(os.stat(name).st_ino, inode)
            before = {f"killed/results/{name}": os.stat(f"killed/results/{name}").st_ino
                      for name in os.listdir("killed/results") if "." not in name}
        require(mpirun(2, "killed", "--resume"))
        self.assertEqual(os.listdir("killed/crashes"), [])
        self.expect_same("killed")

    def test_one_that_is_stopped_says_so_and_goes_on(self):
        job = HeldJob(mpirun(2, "stopped"), before=SECOND)
        job.wait_still()
        job.send(signal.SIGUSR1)
        job.wait_for_signal()
        self.assertEqual(job.finish(), 75, job.messages())
        self.assertIn("go on with the same command and --resume", job.messages())
        self.assertEqual(os.listdir("stopped/claims"), [])
        require([MPIEXEC, "-n", "3", SWEEP, "--output", "stopped", "--resume"])
        self.expect_same("stopped")

    def test_one_that_is_out_of_time_goes_on(self):
        limit = 8  # within which it must come to where it is held
        job = HeldJob(mpirun(2, "late", "--time-limit", str(limit)), before=SECOND)
        job.wait_still()
        time.sleep(limit)
        self.assertEqual(job.finish(), 75, job.messages())
        require(mpirun(2, "late", "--resume"))
        self.expect_same("late")

    def test_a_trial_that_crashes_twice_is_set_aside_and_its_neighbours_end_the_same(self):
        code, messages = finish([LAUNCH, "--ranks", "2", "--restarts", "1", "--pause", "0", "--program", SWEEP, "--",
                                 *options("crashed")], env=with_faults(DIE_BEFORE="crashed/trials/0006/log.csv:1"))
        self.assertEqual(code, 0, messages)
        self.assertEqual(os.listdir("crashed/crashes"), ["0006"], messages)
        rows = {row["trial"]: row for row in table("crashed")}
        self.assertEqual(rows["6"]["state"], "set aside")
        self.assertIn("crashed 2 times", rows["6"]["message"])
        for row in table("whole"):
            if int(row["trial"]) <= 4:  # of the other bracket
                self.assertEqual({**rows[row["trial"]], "rank": ""}, {**row, "rank": ""})
        require(mpirun(2, "crashed", "--resume", "--retry"))
        states = {row["trial"]: row["state"] for row in table("crashed")}
        self.assertIn(states["6"], ("finished", "stopped early"))

    def test_two_at_once_in_a_folder_are_refused(self):
        job = HeldJob(mpirun(1, "busy"), before=SECOND)
        job.wait_still()
        code, messages = finish(mpirun(1, "busy", "--resume"))
        job.kill()
        self.assertEqual(code, 2, messages)
        self.assertIn("is in use by process", messages)


if __name__ == "__main__":
    unittest.main()
