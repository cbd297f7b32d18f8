#!/usr/bin/env python3
"""Kills runs at random moments and resumes them on random numbers of ranks: the final model must be, bit for bit, the
one of an undisturbed run.

usage: run.py [--trials N] [--seed S]        after `. launch/mpi-environment`, on the programs in build/
Each trial trains with frequent checkpoints, and is struck up to three times by kill -9 of a random rank, of mpirun, or
of all at once: at a random moment, or aimed at the writing of a checkpoint. No strike may damage a checkpoint.
"""

import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from training import (EPOCHS, Job, Workplace, epochs_done, expect_same, generate, is_writing, kill, mpirun, ranks_of,
                      require, wait_until)

OPTIONS = {"epochs": 3 * EPOCHS, "checkpoint_every_seconds": 1}


class Strikes:
    """Kills runs, and remembers how."""

    def __init__(self, draw):
        self.draw = draw
        self.count = 0
        self.in_checkpoints = 0

    def aim(self, job, output):
        """Waits for the moment; says which, or nothing where the run ended before."""

        def is_over():
            return job.process.poll() is not None

        done = epochs_done(output)
        epoch = self.draw.randint(done, max(done, OPTIONS["epochs"] - 2))
        wait_until(lambda: epochs_done(output) >= epoch or is_over(), f"epoch {epoch}", job)
        if self.draw.random() < 0.5:
            time.sleep(self.draw.uniform(0.0, 0.5))
        else:
            wait_until(lambda: is_writing(output) or is_over(), "a checkpoint", job)
            time.sleep(self.draw.choice([0.0, 0.0, 0.002, 0.005, 0.01]))
        return "" if is_over() else "in a checkpoint" if is_writing(output) else f"in epoch {epochs_done(output) + 1}"

    def strike(self, job, output):
        """Kills one rank, mpirun, or all; says which and when."""
        moment = self.aim(job, output)
        if not moment:
            return ""
        ranks = ranks_of(job)
        target = self.draw.choice(["a rank", "mpirun", "all"]) if ranks else "mpirun"
        victims = {"a rank": ranks and [self.draw.choice(ranks)], "mpirun": [job.pid], "all": [*ranks, job.pid]}
        for victim in victims[target]:
            kill(victim)
        self.count += 1
        self.in_checkpoints += moment == "in a checkpoint"
        return f"{target} {moment}"


def expect_whole(job):
    """No kill may cost more than the work since the last checkpoint."""
    if "damaged" in job.messages() or "going on from" in job.messages():
        raise AssertionError(f"a damaged checkpoint:\n{job.messages()}")


def trial(strikes, output):
    """Returns what was struck, and on how many ranks."""
    struck = []
    for _ in range(strikes.draw.randint(1, 3)):
        ranks = strikes.draw.randint(1, 4)
        job = Job(mpirun(ranks, output, "--resume", **OPTIONS))
        what = strikes.strike(job, output)
        code = job.finish()
        expect_whole(job)
        if not what:
            if code != 0:
                raise AssertionError(f"exit code {code} without being killed:\n{job.messages()}")
            break
        struck.append(f"{what} on {ranks}")
    require(mpirun(strikes.draw.randint(1, 4), output, "--resume", **OPTIONS))
    expect_same("whole", output)
    if any(name.endswith(".partial") for name in os.listdir(output)):
        raise AssertionError(f"{output} still holds a partial file")
    return struck


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    workplace = Workplace("torture")
    generate("data.h5")
    require(mpirun(2, "whole", **OPTIONS))
    strikes = Strikes(random.Random(arguments.seed))
    for number in range(arguments.trials):
        struck = trial(strikes, f"trial-{number}")
        print(f"trial {number}: {'; '.join(struck) or 'nothing struck'}: same bits", flush=True)
    print(f"{arguments.trials} trials, {strikes.count} kills, {strikes.in_checkpoints} of them while a checkpoint was "
          "written: every model bit-identical")
    workplace.cleanup()


main()
