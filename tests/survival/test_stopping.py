"""A run that is asked to stop, in whatever way, ends with a checkpoint and goes on to the same bits."""

import os
import pty
import random
import signal
import subprocess
import time
import unittest

from training import (LAUNCH, TRAIN, HeldJob, Job, Workplaced, catches, expect_same, generate, is_writing, kill, mpirun,
                      ranks_of, require, trainer, wait_until)

STOPPED = 75


class Stopping(Workplaced):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generate("data.h5")
        require(mpirun(2, "whole"))

    def expect_the_rest(self, ranks, output):
        require(mpirun(ranks, output, "--resume"))
        expect_same("whole", output)

    def expect_stop(self, job, output, how="on a signal"):
        code = job.finish()
        self.assertEqual(code, STOPPED, job.messages())
        self.assertIn(f"stopped {how} after step", job.messages())
        self.assertTrue(os.path.exists(os.path.join(output, "checkpoint.h5")))

    @staticmethod
    def launch(ranks, output):
        return [LAUNCH, "--ranks", str(ranks), "--program", TRAIN, "--", *trainer(output)]

    @staticmethod
    def signal_where_it_stands(job, number):
        job.wait_still()
        job.send(number)
        job.wait_for_signal()

    def in_a_terminal(self, command):
        """The job and the terminal's other end; what is typed there the terminal turns into signals."""
        master, slave = pty.openpty()

        def take_terminal():
            os.setsid()
            os.close(os.open(os.ttyname(slave), os.O_RDWR))  # the first terminal that a session opens becomes its own
            os.tcsetpgrp(slave, os.getpgrp())

        job = HeldJob(command, stdin=slave, preexec_fn=take_terminal)
        os.close(slave)
        self.addCleanup(os.close, master)
        return job, master

    def control_c_where_it_stands(self, command):
        job, terminal = self.in_a_terminal(command)
        job.wait_still()
        os.write(terminal, b"\x03")
        job.wait_for_signal()
        return job

    def test_a_signal_that_mpirun_forwards_stops_any_number_of_ranks(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                output = f"forwarded-{ranks}"
                job = HeldJob(mpirun(ranks, output))
                self.signal_where_it_stands(job, signal.SIGUSR1)
                self.expect_stop(job, output)
                self.expect_the_rest(4 - ranks, output)

    def test_every_stop_signal_stops_a_lone_process_wherever_it_is_in_an_epoch(self):
        draw = random.Random(3)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(signal=number.name):
                output = f"lone-{number.name}"
                job = HeldJob([TRAIN, *trainer(output)])
                job.wait_still()
                job.go_on()
                time.sleep(draw.uniform(0, 0.01))  # an epoch is as long; after it, it stands still again
                job.send(number)
                self.expect_stop(job, output)
        self.expect_the_rest(2, "lone-SIGTERM")

    def test_a_time_limit_stops(self):
        job = Job(mpirun(2, "limited", epochs=100000, time_limit="1s"))
        self.expect_stop(job, "limited", how="at the time limit")

    def test_a_time_limit_counts_what_an_earlier_start_took(self):
        job = Job([TRAIN, *trainer("spent", epochs=100000, time_limit="100h", time_spent="100h")])
        self.expect_stop(job, "spent", how="at the time limit")

    def test_control_c_under_plain_mpirun_leaves_a_good_checkpoint(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                output = f"interrupted-{ranks}"
                job = self.control_c_where_it_stands(mpirun(ranks, output))
                self.assertNotEqual(job.finish(), 0)
                self.expect_the_rest(2, output)

    def test_launch_train_stops_on_every_signal(self):
        for ranks, number in ((1, signal.SIGTERM), (2, signal.SIGINT), (3, signal.SIGUSR1), (2, signal.SIGHUP)):
            with self.subTest(ranks=ranks, signal=number.name):
                output = f"launched-{number.name}"
                job = HeldJob(self.launch(ranks, output))
                self.signal_where_it_stands(job, number)
                self.expect_stop(job, output)
        self.expect_the_rest(1, "launched-SIGINT")

    def test_launch_train_stops_on_control_c(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                output = f"typed-{ranks}"
                self.expect_stop(self.control_c_where_it_stands(self.launch(ranks, output)), output)

    def test_launch_train_hears_a_signal_while_ranks_start(self):
        for delay_ms in (0, 100, 200, 300):
            with self.subTest(delay_ms=delay_ms):
                output = f"early-{delay_ms}"
                job = HeldJob(self.launch(2, output))
                wait_until(lambda: catches(job.pid, signal.SIGTERM), "launch/train listening", job)
                time.sleep(delay_ms * 1e-3)
                job.send(signal.SIGTERM)
                wait_until(lambda: job.process.poll() is not None or job.has_signal(), "an end, or a signal at a rank")
                self.assertEqual(job.finish(), STOPPED, job.messages())
                self.assertNotIn("restart", job.messages())

    def test_a_second_signal_ends_at_once_what_cannot_stop(self):
        starts = {"mpirun": (mpirun, signal.SIGUSR1), "launch": (self.launch, signal.SIGTERM)}
        for name, (start, number) in starts.items():
            with self.subTest(start=name):
                output = f"stuck-{name}"
                job = HeldJob(start(3, output))
                job.wait_still()
                stuck = ranks_of(job)[1]
                os.kill(stuck, signal.SIGSTOP)
                job.let_go()
                try:
                    job.send(number)
                    with self.assertRaises(subprocess.TimeoutExpired):
                        job.process.wait(2.2)
                    job.send(number)
                    code = job.finish()
                finally:
                    kill(stuck)
                self.assertNotIn(code, (0, STOPPED), job.messages())
                self.assertNotIn("restart ", job.messages())
                self.expect_the_rest(2, output)

    def test_stops_while_a_checkpoint_is_written(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                output = f"writing-{ranks}"
                job = HeldJob(mpirun(ranks, output), before="/checkpoint-:3")
                self.signal_where_it_stands(job, signal.SIGUSR1)
                self.assertTrue(is_writing(output))
                self.expect_stop(job, output)
                self.expect_the_rest(3 - ranks or 2, output)

    def test_stops_while_ranks_validate(self):
        one_step = {"batch_size": 1000000, "epochs": 40, "checkpoint_every": 1000, "learning_rate": 0.02}
        require(mpirun(2, "validating", **one_step))
        draw = random.Random(5)
        for ranks in (2, 3):
            with self.subTest(ranks=ranks):
                output = f"validating-{ranks}"
                job = HeldJob(mpirun(ranks, output, **one_step))
                job.wait_still()
                job.go_on()
                time.sleep(draw.uniform(0, 0.01))
                for rank in ranks_of(job):  # itself, for mpirun would take its time
                    kill(rank, signal.SIGUSR1)
                self.expect_stop(job, output)
                require(mpirun(2, output, "--resume", **one_step))
                expect_same("validating", output)


if __name__ == "__main__":
    unittest.main()
