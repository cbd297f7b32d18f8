#!/usr/bin/env python3
"""All benchmarks as one table: what is reached, the floor, and the share.

usage: run.py [--filter REGEX] [--ranks 2,4] [--seconds 0.3]      after `. launch/mpi-environment`
"""

import argparse
import json
import os
import subprocess
import tempfile

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(SOURCE, "build")


def results(ranks, arguments):
    """What the program says of itself and of every case, on so many ranks."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
        subprocess.run(command + [os.path.join(BUILD, "tests", "bench"), f"--benchmark_filter={arguments.filter}",
                                  f"--benchmark_min_time={arguments.seconds}", f"--benchmark_out={file.name}",
                                  "--benchmark_out_format=json"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        text = file.read()
    found = json.loads(text) if text else {"context": {}, "benchmarks": []}
    return found["context"], found["benchmarks"]


def main():
    """Builds, runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--filter", default=".")
    parser.add_argument("--ranks", default="2,4", help="of the exchange")
    parser.add_argument("--seconds", default="0.3", help="of a case, at least")
    arguments = parser.parse_args()
    subprocess.run(["cmake", "-S", SOURCE, "-B", BUILD, "-DAMPCF_BENCHMARKS=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD, "--target", "bench"], check=True, stdout=subprocess.DEVNULL)
    for ranks in [1] + [int(number) for number in arguments.ranks.split(",") if number]:
        context, rows = results(ranks, arguments)
        if rows:
            for name in ("instruction set", "one core", "data", "ranks"):
                if name in context:
                    print(f"{name}: {context[name]}")
            print(f"\n{'':<48}{'microseconds':>14}{'per second':>14}{'floor':>14}{'share':>8}")
        for row in rows:
            unit = {"us": 1.0, "ms": 1e3, "ns": 1e-3, "s": 1e6}[row["time_unit"]]
            name = row["name"].replace("/iterations:500", "").replace("/iterations:5", "")
            name = name.replace("/real_time", "").replace("/manual_time", "")
            print(f"{name:<48}{row['real_time'] * unit:>14,.1f}{row['rate']:>14,.0f}{row['floor']:>14,.0f}"
                  f"{100 * row['share']:>6.0f} %")
        print()


main()
