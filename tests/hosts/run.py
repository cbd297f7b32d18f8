#!/usr/bin/env python3
"""Trains over emulated hosts through launch/train, with slow links, cut links and a lost host: to the same bits.

usage: run.py        after `. launch/mpi-environment`, on the programs in build/; as root, or with user namespaces
"""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import cluster
from training import LAUNCH, TRAIN, HeldJob, Workplaced, expect_same, generate, mpirun, require, trainer, wait_until

HOSTS = 4
OPTIONS = {"epochs": 6, "batch_size": 256}
RESTARTED = "from the last checkpoint in"


class Hosts(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        cluster.ip("link", "set", "lo", "up")
        require(mpirun(2, "whole", **OPTIONS))
        cls.cluster = cluster.Cluster(cls.workplace.name, HOSTS)
        cls.cluster.slow_down("200mbit")

    def train(self, output, restarts=3):
        """The rank on the first host, where faults are loaded, stands still after epoch 2, and the others wait."""
        command = [LAUNCH, "--hosts", self.cluster.hostfile, "--restarts", str(restarts), "--pause", "1", "--program",
                   TRAIN, "--", *trainer(os.path.abspath(output), data=os.path.abspath("data.h5"), **OPTIONS)]
        return HeldJob(self.cluster.command(0, *command), env=self.cluster.environment())

    def expect_end(self, job, output, restarts=None):
        self.assertEqual(job.finish(), 0, job.messages())
        if restarts is not None:
            self.assertEqual(job.messages().count(RESTARTED), restarts, job.messages())
        expect_same("whole", output)

    def test_1_slow_links_change_no_bit(self):
        job = self.train("slow", restarts=0)
        self.expect_end(job, "slow")
        self.assertIn("4 ranks", job.messages())

    def test_2_a_link_that_is_cut_for_a_moment_only_delays(self):
        job = self.train("moment")
        job.wait_still()
        self.cluster.cut(2)
        job.let_go()
        time.sleep(1.5)
        self.cluster.restore(2)
        self.expect_end(job, "moment", restarts=0)

    def test_3_a_link_that_stays_cut_ends_the_run_which_goes_on_without_the_host(self):
        job = self.train("cut")
        job.wait_still()
        self.cluster.cut(3)
        job.let_go()
        try:
            wait_until(lambda: RESTARTED in job.messages(), "a restart", job)
            wait_until(lambda: "3 ranks" in job.messages(), "a start on the other hosts", job)
            self.assertIn("h3 does not answer", job.messages())
        finally:
            self.cluster.restore(3)
        self.expect_end(job, "cut", restarts=1)

    def test_4_a_crashed_host_costs_the_work_since_the_last_checkpoint(self):
        job = self.train("crash")
        job.wait_still()
        self.cluster.crash(1)
        self.expect_end(job, "crash", restarts=1)
        self.assertIn("3 ranks", job.messages())


if __name__ == "__main__":
    cluster.enter()
    unittest.main(verbosity=2)
