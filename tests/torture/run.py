#!/usr/bin/env python3
"""Kills runs at random moments and resumes them on random numbers of ranks: the final model must be, bit for bit, the
one of an undisturbed run.

usage: run.py --bin BUILD/bin --mpiexec MPIEXEC --same PROGRAM [--trials N] [--seed S]
Each trial trains with frequent checkpoints; up to three times it is struck by kill -9 of a random rank, of mpirun, or of
all at once, at a random moment, also during a checkpoint. PROGRAM compares the models of two checkpoints.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

OPTIONS = ["--personas", "2", "--dim", "16", "--attention-dim", "16", "--batch-size", "64", "--epochs", "3",
           "--patience", "0", "--checkpoint-every-seconds", "1", "--shards", "16"]


def children(process):
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def strike(draw, mpiexec):
    """Kills one rank, mpirun, or all; says which."""
    ranks = children(mpiexec.pid)
    target = draw.choice(["a rank", "mpirun", "all"]) if ranks else "mpirun"
    victims = {"a rank": [draw.choice(ranks)] if ranks else [], "mpirun": [mpiexec.pid], "all": ranks + [mpiexec.pid]}
    for victim in victims[target]:
        kill(victim)
    return target


def train(arguments, ranks, output, *more):
    command = [arguments.mpiexec, "-n", str(ranks), os.path.join(arguments.bin, "ampcf-train"), "--data", "data.h5",
               "--output", output, *OPTIONS, *more]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process):
    errors = process.communicate(timeout=100)[1].decode(errors="replace")
    return process.returncode, errors


def trial(arguments, draw, output, whole_seconds):
    """Returns the kills of this trial."""
    kills = []
    for _ in range(draw.randint(1, 3)):
        process = train(arguments, draw.randint(1, 4), output, "--resume")
        try:
            code, errors = process.wait(timeout=draw.uniform(0.2, 1.2) * whole_seconds), ""
        except subprocess.TimeoutExpired:
            kills.append(strike(draw, process))
            finish(process)
            continue
        if code != 0:
            errors = process.stderr.read().decode(errors="replace")
            raise RuntimeError(f"exit code {code} without being killed:\n{errors}")
        break
    code, errors = finish(train(arguments, draw.randint(1, 4), output, "--resume"))
    if code != 0:
        raise RuntimeError(f"the last resume ended with {code}:\n{errors}")
    for name in ("checkpoint.h5", "best.h5"):
        subprocess.run([arguments.same, os.path.join("whole", name), os.path.join(output, name)], check=True)
    return kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--mpiexec", default="mpirun")
    parser.add_argument("--same", required=True)
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ampcf-torture-") as directory:
        os.chdir(directory)
        subprocess.run([os.path.join(arguments.bin, "ampcf-generate"), "--users", "3000", "--items", "500",
                        "--personas", "2", "--interactions-per-user", "30", "--seed", "3", "--output", "data.h5"],
                       check=True, stdout=subprocess.DEVNULL)
        start = time.monotonic()
        code, errors = finish(train(arguments, 2, "whole"))
        if code != 0:
            sys.exit(f"the undisturbed run ended with {code}:\n{errors}")
        whole_seconds = time.monotonic() - start
        total = 0
        for number in range(arguments.trials):
            kills = trial(arguments, draw, f"trial-{number}", whole_seconds)
            total += len(kills)
            print(f"trial {number}: killed {', '.join(kills) or 'nothing'}; same bits", flush=True)
        print(f"{arguments.trials} trials, {total} kills, every model bit-identical")


main()
