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

from training import (EPOCHS, HeldJob, Workplace, epochs_done, expect_same, generate, is_writing, kill, mpirun,
                      ranks_of, require)

OPTIONS = {"epochs": EPOCHS, "checkpoint_every_seconds": 1}


class Strikes:
    """Kills runs, and remembers how."""

    def __init__(self, draw):
        self.draw = draw
        self.count = 0
        self.in_checkpoints = 0

    def start(self, ranks, output):
        """A run that stands still once in an epoch, from a random one on that is not its last."""
        left = OPTIONS["epochs"] - epochs_done(output)
        before = f"{self.draw.choice(['/log.csv', '/checkpoint-'])}:{self.draw.randint(1, max(1, left - 1))}"
        return HeldJob(mpirun(ranks, output, "--resume", **OPTIONS), before)

    def aim(self, job, output):
        """Waits for the moment, and says which: in an epoch, which takes milliseconds, or where it stands still."""
        job.wait_still()
        if self.draw.random() < 0.5:
            job.go_on()
            time.sleep(self.draw.choice([0.0, 0.002, 0.005, self.draw.uniform(0.0, 0.02)]))
        return "in a checkpoint" if is_writing(output) else f"in epoch {epochs_done(output) + 1}"

    def strike(self, job, output):
        """Kills one rank, mpirun, or all; says which and when."""
        moment = self.aim(job, output)
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
        job = strikes.start(ranks, output)
        what = strikes.strike(job, output)
        if job.finish() == 0:
            raise AssertionError(f"done in spite of a kill -9 ({what}):\n{job.messages()}")
        expect_whole(job)
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
        print(f"trial {number}: {'; '.join(struck)}: same bits", flush=True)
    print(f"{arguments.trials} trials, {strikes.count} kills, {strikes.in_checkpoints} of them while a checkpoint was "
          "written: every model bit-identical")
    workplace.cleanup()


main()
