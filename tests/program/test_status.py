"""launch/status on runs that are going, finished, stopped, crashed, damaged and absent."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from training import (BIN, MPIEXEC, SOURCE, HeldJob, Job, Workplaced, generate, kill, mpirun, ranks_of, require,
                      wait_for_epoch, wait_until)

STATUS = os.path.join(SOURCE, "launch", "status")


def status(*words):
    done = subprocess.run([STATUS, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def look(*runs):
    code, out, _ = status("--json", *runs)
    reports = json.loads(out)
    return (code, reports[0]) if len(runs) == 1 else (code, reports)


class Status(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        require(mpirun(2, "finished", epochs=3))

    def test_a_finished_run(self):
        code, report = look("finished")
        self.assertEqual((code, report["state"], report["epoch"], report["epochs"], report["ranks"]),
                         (0, "finished", 3, 3, 2))
        self.assertIsNone(report["remaining_seconds"])
        self.assertGreater(report["best"]["hr@10"], 0)
        self.assertGreater(report["positives_per_second"], 0)
        self.assertIn("validation HR@10", status("finished")[1])

    def test_a_run_from_its_start_to_a_signal_and_on(self):
        job = Job(mpirun(2, "going", epochs=100000))
        wait_for_epoch(job, "going")
        code, report = look("going")
        self.assertEqual((code, report["state"]), (0, "running"))
        self.assertGreater(report["remaining_seconds"], 0)
        self.assertFalse(report["is_remaining_the_most"], "patience is 0")
        self.assertLess(report["checkpoint"]["age_seconds"], 60)
        wait_until(lambda: look("going")[1]["epoch"] > report["epoch"], "a later epoch", job)
        job.send(signal.SIGUSR1)
        self.assertEqual(job.finish(), 75, job.messages())
        self.assertEqual(look("going")[1]["state"], "stopped")
        again = Job(mpirun(2, "going", "--resume", epochs=100000))
        wait_until(lambda: look("going")[1]["state"] == "running", "it runs again", again)
        wait_until(lambda: json_state("going") == "training", "its own status", again)
        for rank in ranks_of(again):
            kill(rank)
        again.finish()
        wait_until(lambda: look("going")[1]["state"] == "crashed", "the crash")

    def test_a_run_that_fails_says_why(self):
        job = Job(mpirun(2, "diverging", learning_rate=1e30))
        self.assertEqual(job.finish(), 1)
        report = look("diverging")[1]
        self.assertEqual(report["state"], "failed")
        self.assertIn("diverged", report["message"])

    def test_both_parts_of_a_refit(self):
        job = HeldJob(mpirun(1, "refit", "--refit", epochs=3), before="/log.csv:2")
        seen = set()
        while "fitting" not in seen:
            job.wait_still()
            seen.add(look("refit")[1]["state"])
            job.go_on()
        self.assertEqual(seen, {"searching", "fitting"})
        self.assertEqual(job.finish(), 0, job.messages())
        report = look("refit")[1]
        self.assertEqual(report["state"], "finished")
        self.assertEqual(report["part"], "fitting")
        self.assertGreater(report["best"]["hr@10"], 0, "validation is the search's")

    def test_a_sweep_stands_for_its_trials(self):
        with open("sweep.ini", "w", encoding="ascii") as file:
            file.write("personas = 2\ndim = 16\nattention-dim = 16\nepochs = 2\n[sweep]\nseed = 1, 2\n")
        require([MPIEXEC, "-n", "2", os.path.join(BIN, "ampcf-sweep"), "--sweep", "sweep.ini", "--data", "data.h5",
                 "--output", "swept"])
        code, reports = look("finished", "swept")
        self.assertEqual((code, [(report["run"], report["state"]) for report in reports]),
                         (0, [(run, "finished") for run in ("finished", "swept/trials/0001", "swept/trials/0002")]))

    def test_damaged_and_absent_files(self):
        shutil.copytree("finished", "damaged", symlinks=True)
        with open("damaged/status.json", "w", encoding="ascii") as file:
            file.write('{"format": "ampcf-status", "epoch": ')
        with open("damaged/log.csv", "ab") as file:
            file.write(b"4,\xff,x")
        code, report = look("damaged")
        self.assertEqual((code, report["state"], report["epoch"]), (0, "not running", 3))
        self.assertIn("damaged/status.json: ", report["faults"][0])
        self.assertIn("damaged/log.csv:5: ", report["faults"][1])
        os.remove("damaged/status.json")
        os.remove("damaged/log.csv")
        self.assertEqual(look("damaged")[1]["state"], "not running")
        os.mkdir("empty")
        code, reports = look("absent", "empty", "finished")
        self.assertEqual((code, [report["state"] for report in reports]), (1, ["absent", "no run", "finished"]))

    def test_usage(self):
        for words in ([], ["--jsn", "finished"]):
            code, out, err = status(*words)
            self.assertEqual((code, out), (2, ""))
            self.assertIn("launch/status: ", err)
        self.assertEqual(status("--help")[0], 0)


def json_state(run):
    with open(os.path.join(run, "status.json"), encoding="utf-8") as file:
        return json.load(file)["state"]


if __name__ == "__main__":
    unittest.main()
