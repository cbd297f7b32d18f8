#!/usr/bin/env python3
"""What exact sums cost: positives per second of ampcf-train as it is, and built with sums of floats, in turns.

usage: exactness.py --data FILE [--ranks 1,2] [--rounds 5] [--batch-size 256]      after `. launch/mpi-environment`
"""

import argparse
import os
import re
import statistics
import subprocess
import tempfile

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def build(folder, inexact):
    subprocess.run(["cmake", "-S", SOURCE, "-B", folder, f"-DAMPCF_INEXACT_SUMS={inexact}", "-DAMPCF_BUILD_TESTS=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "ampcf-train", "--parallel"], check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(folder, "bin", "ampcf-train")


def rates(program, ranks, attention, arguments, folder):
    """Of all epochs but the first."""
    run = subprocess.run(
        ["mpirun", "-n", str(ranks), program, "--data", arguments.data, "--output", os.path.join(folder, "run"), "--force",
         "--epochs", "3", "--checkpoint-every", "100", "--attention", attention, "--batch-size",
         str(arguments.batch_size)], check=True, stderr=subprocess.PIPE, text=True)
    return [int(rate) for rate in re.findall(r"(\d+) positives/s", run.stderr)[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--ranks", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=256)
    arguments = parser.parse_args()
    programs = {"exact": build(os.path.join(SOURCE, "build-exact"), "OFF"),
                "floats": build(os.path.join(SOURCE, "build-inexact"), "ON")}
    with tempfile.TemporaryDirectory() as folder:
        for attention in ("identity", "learned"):
            for ranks in map(int, arguments.ranks.split(",")):
                found = {name: [] for name in programs}
                for _ in range(arguments.rounds):
                    for name, program in programs.items():
                        found[name] += rates(program, ranks, attention, arguments, folder)
                median = {name: statistics.median(values) for name, values in found.items()}
                print(f"{attention}, {ranks} ranks: " +
                      ", ".join(f"{name} {median[name]:.0f} ({min(values)} to {max(values)})"
                                for name, values in found.items()) +
                      f"; exactness costs {100 * (median['floats'] / median['exact'] - 1):.1f} %", flush=True)


main()
