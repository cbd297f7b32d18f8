#!/usr/bin/env python3
"""cluster/submit and the job files without a scheduler: what is filled in, what is refused; and the chain of PBS and LSF
with a qsub and a bsub that start jobs on this host (fake/), for the true ones are nowhere free to install.

usage: test_submit.py        after `. launch/mpi-environment`, on the programs in build/
"""

import glob
import os
import shlex
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from training import (BIN, SOURCE, Hold, Workplaced, expect_same, generate, mpirun, require, trainer, wait_until,
                      with_faults)

CLUSTER = os.path.join(SOURCE, "cluster")
SUBMIT = os.path.join(CLUSTER, "submit")
JOBS = [os.path.join(scheduler, job) for scheduler in ("slurm", "pbs", "lsf")
        for job in ("train", "evaluate", "sweep", "sweep-array")]


def submit(*words, **environment):
    return subprocess.run([SUBMIT, *words], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)


class Filling(Workplaced):
    def show(self, job, *words):
        scheduler, name = job.split("/")
        done = submit("--scheduler", scheduler, "--print", name, "--output", "out", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_EveryJobFileIsABashScript(self):
        for job in JOBS:
            subprocess.run(["bash", "-n", os.path.join(CLUSTER, job + ".sh")], check=True)

    def test_PrintingWritesNothing(self):
        for job in JOBS:
            self.show(job)
        self.assertEqual(os.listdir("."), [])

    def test_WhatIsAskedForStandsInTheFile(self):
        asked = ["--nodes", "3", "--ranks-per-node", "5", "--cpus-per-rank", "2", "--time", "1:30:00", "--warning", "180"]
        for scheduler, lines in {
                "slurm": ["#SBATCH --nodes=3", "#SBATCH --ntasks-per-node=5", "#SBATCH --cpus-per-task=2",
                          "#SBATCH --time=1:30:00", "#SBATCH --signal=B:USR1@180", '#SBATCH --output="out.train-%j.log"'],
                "pbs": ["#PBS -l select=3:ncpus=10:mpiprocs=5", "#PBS -l walltime=1:30:00", "warning=180"],
                "lsf": ["#BSUB -n 15", '#BSUB -R "span[ptile=5] affinity[core(2)]"', "#BSUB -W 1:30", "#BSUB -wt 3",
                        '#BSUB -o "out.train-%J.log"']}.items():
            text = self.show(f"{scheduler}/train", *asked)
            for line in lines:
                self.assertIn(line, text.splitlines())

    def test_PartsOfASweepStandInTheFile(self):
        for scheduler, line in {"slurm": "#SBATCH --array=1-8%2", "pbs": "#PBS -J 1-8",
                                "lsf": '#BSUB -J "ampcf-sweep-array[1-8]%2"'}.items():
            text = self.show(f"{scheduler}/sweep-array", "--parts", "8%2")
            self.assertIn(line, text.splitlines())
            self.assertIn("parts=8", text.splitlines())

    def test_ArgumentsKeepTheirSpacesAndQuotes(self):
        words = ["it's", 'a "b"', "$HOME", "c\\d", "*"]
        for job in JOBS:
            text = self.show(job, "--data", "my data.h5", "--", *words)
            line = next(line for line in text.splitlines() if line.startswith("arguments="))
            found = subprocess.run(["bash", "-c", line + '\nprintf "%s\\n" "${arguments[@]}"'], capture_output=True,
                                   text=True, check=True).stdout.splitlines()
            self.assertEqual(found, ["--data", "my data.h5", "--output", "out", *words])

    def test_DirectivesOfTheSiteJoinTheHead(self):
        with open("site.env", "w", encoding="ascii") as file:
            file.write(f". {shlex.quote(CLUSTER)}/site.env\nscheduler=pbs\ndirectives=('-A p1' '-q long')\n")
        done = submit("--site", "site.env", "--print", "train", "--output", "out")
        head = done.stdout.split("\n\n")[0].splitlines()
        self.assertEqual(head[-2:], ["#PBS -A p1", "#PBS -q long"])
        os.remove("site.env")

    def test_WhatCannotBeSubmittedIsRefused(self):
        for words, reason in {
                ("train",): "no --output",
                ("train", "--output", "out", "--", "--force"): "--force",
                ("evaluate", "--output", "out.json", "--", "--force"): "--force",
                ("train", "--output", "out", "--time", "0:01:00"): "--warning 120 s is not less",
                ("train", "--output", "out", "--time", "90"): "expected H:MM:SS",
                ("train", "--output", "out", "--nodes", "0"): "whole number",
                ("walk", "--output", "out"): "invalid choice",
                ("train", "--output", "out", "--site", "nowhere"): "no such file"}.items():
            done = submit("--scheduler", "slurm", "--print", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(reason, done.stderr)
        done = submit("--print", "train", "--output", "out", PATH="/usr/bin:" + os.path.join(HERE, "fake"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("say which with --scheduler", done.stderr)

    def test_AMissingSchedulerIsNamedBesideTheFileThatIsWritten(self):
        done = submit("--scheduler", "pbs", "train", "--output", "out", PATH="/usr/bin:/bin")
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot find qsub here; the job file is written: out.train.sh", done.stderr)
        os.remove("out.train.sh")


class Chain(Workplaced):
    """The first start is warned after a second, the next has all the time that it needs. It stands still until then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5", users=400)
        require(mpirun(2, "whole"))
        with open("site.env", "w", encoding="ascii") as file:
            file.write(f". {shlex.quote(CLUSTER)}/site.env\nprograms={shlex.quote(BIN)}\nmpirun_options=()\n")

    def train(self, scheduler, *options, site="site.env", output=None, flags=(), **faults):
        jobs = os.path.abspath(f"{output or scheduler}-jobs")
        os.mkdir(jobs)
        environment = {"FAKE_JOBS": jobs, "PATH": os.path.join(HERE, "fake") + ":" + os.environ["PATH"]}
        done = submit("--scheduler", scheduler, "--site", site, "train", "--ranks-per-node", "2", *options, "--",
                      *trainer(output or scheduler, *flags), **with_faults(environment, **faults))
        self.assertEqual(done.returncode, 0, done.stderr)
        return jobs

    @staticmethod
    def log(output):
        text = ""
        for path in glob.glob(f"{output}.train*.log"):
            with open(path, encoding="utf-8") as file:
                text += file.read()
        return text

    def expect_end(self, output, last_job, code):
        """The log of a job that ends with this code."""
        wait_until(lambda: os.path.exists(os.path.join(last_job, "code")), f"the end of the job {output}", pause=0.1)
        log = self.log(output)
        with open(os.path.join(last_job, "code"), encoding="ascii") as file:
            self.assertEqual(file.read().strip(), str(code), log)
        return log

    def expect_a_second_start(self, scheduler, last_job, *options):
        hold = Hold()
        jobs = self.train(scheduler, *options, **hold.variables)
        wait_until(lambda: hold.has_signal() or "back to the queue" in self.log(scheduler), "the warning", pause=0.02)
        hold.let_go()
        log = self.expect_end(scheduler, os.path.join(jobs, last_job), 0)
        self.assertEqual(log.count("back to the queue"), 1, log)
        expect_same("whole", scheduler)
        return jobs

    def test_PbsStartsAgainUntilARunIsDone(self):
        jobs = self.expect_a_second_start("pbs", "2", "--time", "0:10:00", "--warning", "599")
        with open(os.path.join(jobs, "1", "code"), encoding="ascii") as file:
            self.assertEqual(file.read().strip(), "75")

    def test_AJobMaySayItselfThatItResumes(self):
        os.mkdir("said")
        with open("said/ampcf-train", "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "$@" >>"$0.calls"\n')
        os.chmod("said/ampcf-train", 0o755)
        with open("said.env", "w", encoding="ascii") as file:
            file.write(f". ./site.env\nprograms={shlex.quote(os.path.abspath('said'))}\n")
        for number, flags in enumerate(([], ["--resume"], ["--resume", "true"], ["--resume=true"])):
            output = f"resuming-{number}"
            jobs = self.train("pbs", "--ranks-per-node", "1", site="said.env", output=output, flags=flags)
            self.expect_end(output, os.path.join(jobs, "1"), 0)
            with open("said/ampcf-train.calls", encoding="ascii") as file:
                call = file.read().splitlines()[-1].split()
            self.assertEqual([word for word in call if "resume" in word or word == "true"], flags or ["--resume"])

    def test_AnUnknownLauncherIsRefusedByTheJob(self):
        with open("other.env", "w", encoding="ascii") as file:
            file.write(". ./site.env\nlauncher=rsh\n")
        jobs = self.train("pbs", site="other.env", output="other")
        self.assertIn("launcher=rsh in", self.expect_end("other", os.path.join(jobs, "1"), 2))

    def test_LsfStartsAgainUntilARunIsDone(self):
        self.expect_a_second_start("lsf", "1", "--time", "1:00:00", "--warning", "3540")


if __name__ == "__main__":
    unittest.main(verbosity=2)
