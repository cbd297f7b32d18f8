#!/usr/bin/env python3
"""Submits the files of cluster/ to a Slurm of its own over emulated hosts, changed in nothing but the site's settings:
through time limits, a lost node and a wrong launcher, to the same bits.

usage: run.py        after `. launch/mpi-environment`, on the programs in build/; as root, with slurm-wlm and munge
"""

import csv
import glob
import json
import os
import re
import shutil
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "hosts")]

import cluster
import slurm
from training import (BIN, MPIEXEC, PATIENCE_SECONDS, SOURCE, Workplaced, epochs_done, expect_same, generate, mpirun,
                      require, trainer, wait_until)

HOSTS = 5
FIRST, LAST = "h[0-1]", "h[2-4]"  # where a job may run: those of FIRST stay
# Over links so slow that the time of LONG is theirs, a minute and more, whatever else the machine does.
RATE = "8mbit"
LONG = {"epochs": 16, "batch_size": 128}
SHORT = {"epochs": 6, "batch_size": 128}
SWEEP = os.path.join(BIN, "ampcf-sweep")
AXES = """batch-size = 128
epochs = 4
shards = 16
[sweep]
personas = 1, 2
dim = 8, 16
"""
SUBMIT = os.path.join(SOURCE, "cluster", "submit")
# What differs from the shipped site.env: emulated hosts have few cores and a network of their own.
SITE = f"""
programs={BIN}
prepare_job() {{
  export OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_btl=tcp,self OMPI_MCA_pml=ob1
}}
mpirun_options=()
srun_options=(--mpi=pmix)
"""
TWO_NODES = ["--nodes", "2", "--ranks-per-node", "1"]


class Jobs(Workplaced):
    """Those that take long are under way from the start, each on hosts of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        cluster.ip("link", "set", "lo", "up")
        require(mpirun(2, "whole", **LONG))
        require(mpirun(2, "short", **SHORT))
        cls.hosts = cluster.Cluster(cls.workplace.name, HOSTS)
        cls.slurm = slurm.Slurm(cls.hosts)
        cls.hosts.slow_down(RATE)
        cls.long = cls.train("long", LONG, ["--time", "0:01:00", "--warning", "10"], FIRST)
        cls.struck = cls.train("struck", LONG, [], LAST)
        cls.wait_for_epoch("struck")
        cls.lost_host = cls.hosts_of(cls.struck)[-1]  # not the batch host
        cls.hosts.crash(int(cls.lost_host[1:]))

    @classmethod
    def site(cls, name, nodes, *lines):
        with open(os.path.join(SOURCE, "cluster", "site.env"), encoding="ascii") as file:
            shipped = file.read()
        others = LAST if nodes == FIRST else FIRST
        with open(f"{name}.env", "w", encoding="ascii") as file:
            file.write("\n".join([shipped, SITE, f'directives=("--exclude={others}")', *lines, ""]))
        return f"{name}.env"

    @classmethod
    def submit(cls, job, name, options, arguments, nodes, *lines):
        """The number of a job."""
        said = cls.slurm.ask(SUBMIT, "--site", cls.site(name, nodes, *lines), job, *options, "--", *arguments)
        found = re.search(r"Submitted batch job (\d+)", said)
        if not found:
            raise AssertionError(said)
        return found.group(1)

    @classmethod
    def train(cls, name, size, options=(), nodes=FIRST, *lines):
        return cls.submit("train", name, [*TWO_NODES, *options], trainer(name, **size), nodes, *lines)

    def log(self, name):
        text = ""
        for path in sorted(glob.glob(f"{name}.*.log")):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def expect(self, job, name, state, seconds=PATIENCE_SECONDS):
        found = self.slurm.wait_for_end(job, seconds)
        self.assertEqual(found, state, self.slurm.ask("scontrol", "show", "job", job) + self.log(name))

    def restarts(self, job):
        return int(self.slurm.field(job, "Restarts"))

    @classmethod
    def hosts_of(cls, job):
        return cls.slurm.ask("scontrol", "show", "hostnames", cls.slurm.field(job, "NodeList")).split()

    @staticmethod
    def wait_for_epoch(name, epoch=2):
        wait_until(lambda: epochs_done(name) >= epoch, f"epoch {epoch} of {name}", pause=0.05)

    def test_1_a_launcher_that_does_not_fit_is_explained_not_obeyed(self):
        # Without any PMI nothing is tried; an older PMI is for Open MPI to refuse.
        for pmi, code in (("none", 2), ("pmi2", 1)):
            with self.subTest(pmi):
                job = self.train(pmi, SHORT, [], FIRST, "launcher=srun", f"srun_options=(--mpi={pmi})", "restarts=0")
                self.expect(job, pmi, "FAILED")
                self.assertEqual(self.slurm.field(job, "ExitCode"), f"{code}:0", self.log(pmi))
                self.assertEqual(self.log(pmi).count("launcher and MPI library do not fit"), 1, self.log(pmi))
                self.assertEqual(self.restarts(job), 0)
                self.assertFalse(os.path.exists(pmi))

    def test_2_ranks_that_srun_starts_stop_and_go_on(self):
        job = self.train("srun", SHORT, [], FIRST, "launcher=srun")
        self.wait_for_epoch("srun")
        self.slurm.ask("scancel", "--batch", "--signal=USR1", job)
        self.expect(job, "srun", "COMPLETED")
        self.assertEqual(self.restarts(job), 1)
        self.assertEqual(self.log("srun").count("stopped on a signal"), 1, self.log("srun"))
        expect_same("short", "srun")

    def test_3_a_job_that_is_cancelled_stays_so_and_goes_on_when_submitted_again(self):
        job = self.train("cancelled", SHORT)
        self.wait_for_epoch("cancelled")
        self.slurm.ask("scancel", job)
        self.expect(job, "cancelled", "CANCELLED")
        again = self.train("cancelled", SHORT)
        self.expect(again, "cancelled", "COMPLETED")
        self.assertEqual((self.slurm.field(job, "JobState"), self.restarts(job)), ("CANCELLED", 0))
        expect_same("short", "cancelled")

    def test_3_an_evaluation_is_a_job_too(self):
        arguments = ["--data", "data.h5", "--checkpoint", "short/best.h5", "--bootstrap", "0"]
        job = self.submit("evaluate", "metrics", TWO_NODES, [*arguments, "--output", "metrics.json"], FIRST)
        require([os.path.join(BIN, "ampcf-evaluate"), *arguments, "--output", "expected.json"])
        self.expect(job, "metrics", "COMPLETED")
        found, expected = (self.metrics(name) for name in ("metrics.json", "expected.json"))
        self.assertEqual(found, expected)

    @staticmethod
    def metrics(path):
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
        return [values[name] for name in ("users", "sampled", "full", "tdd")]

    @unittest.skipUnless(os.access(SWEEP, os.X_OK), "ampcf-sweep is not built")
    def test_4_a_sweep_in_parts_or_in_one_allocation_ends_as_on_one_host(self):
        with open("axes.ini", "w", encoding="ascii") as file:
            file.write(AXES)
        arguments = ["--sweep", "axes.ini", "--data", "data.h5"]
        parts = self.submit("sweep-array", "parts", ["--parts", "2", "--ranks-per-node", "1"],
                            [*arguments, "--output", "parts"], FIRST)
        one = self.submit("sweep", "one", TWO_NODES, [*arguments, "--output", "one"], FIRST)
        require([MPIEXEC, "-n", "2", SWEEP, *arguments, "--output", "sweep"])
        for job, name in ((f"{parts}_1", "parts"), (f"{parts}_2", "parts"), (one, "one")):
            self.expect(job, name, "COMPLETED")
        for name in ("parts", "one"):
            self.assertEqual(self.ranking(name), self.ranking("sweep"), self.log(name))

    @staticmethod
    def ranking(folder):
        """Trials in their order, with their metrics: what no times are in."""
        with open(os.path.join(folder, "sweep.csv"), encoding="utf-8") as file:
            return [[row[name] for name in ("rank", "trial", "state", "validation_hr", "validation_ndcg")]
                    for row in csv.DictReader(file)]

    def test_5_a_lost_node_sends_the_job_to_others(self):
        self.expect(self.struck, "struck", "COMPLETED", 180)
        self.assertGreaterEqual(self.restarts(self.struck), 1)
        self.assertNotIn(self.lost_host, self.hosts_of(self.struck))
        expect_same("whole", "struck")

    def test_6_a_run_longer_than_its_time_starts_again_until_it_is_done(self):
        self.expect(self.long, "long", "COMPLETED", 180)
        self.assertGreaterEqual(self.restarts(self.long), 1)
        expect_same("whole", "long")


if __name__ == "__main__":
    missing = [name for name in slurm.PROGRAMS if shutil.which(name) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not found; the Debian packages slurm-wlm and munge have them")
        sys.exit(77)
    cluster.enter()
    unittest.main(verbosity=2)
