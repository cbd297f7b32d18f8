#!/usr/bin/env python3
"""The cost model of the exchange between nodes: measures its inputs, checks it over emulated hosts, and predicts a
cluster (src/parallel/NETWORK.md).

usage: network_model.py inputs|check|predict [--hosts 2,3,4] [--batches 256,1024,4096,16384] [--bits 32]

    inputs     on one core and over emulated hosts; written to network.json, which the others read
    check      trains over emulated hosts, and prints measured beside predicted
    predict    prints the cluster's table and draws network.svg (gnuplot)

after `. launch/mpi-environment` and a build with -DAMPCF_BENCHMARKS=ON; as root (/dev/net/tun, namespaces). Quiet
machines alone give figures that mean something.
"""

import argparse
import csv
import dataclasses
import json
import os
import re
import subprocess
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "hosts"), HERE]

import cluster
from cost_model import Catalogue, Machine, Network, least_squares, step
from training import BIN, SOURCE, TRAIN, Workplace

BENCH = os.path.join(os.path.dirname(BIN), "tests", "bench")
STORED = os.path.join(HERE, "network.json")
PICTURE = os.path.join(SOURCE, "src", "parallel", "network.svg")
EMULATED = (1000, 100)  # megabits per second, microseconds
DATA = {"users": 6000, "items": 3600, "personas": 4, "interactions-per-user": 87}
MODEL = ["--attention=identity", "--epochs=1", "--patience=0", "--stall-warning=0"]
FULL_NETWORK = Network(latency=2e-6, bandwidth=12.5e9, message=0.5e-6)  # 100 Gbit/s; half a microsecond for one more
RANKS_OF_NODE = 16


def generate():
    """data.h5 in the current directory; returns how often each item stands in it."""
    subprocess.run([os.path.join(BIN, "ampcf-generate"), "--output", "data.h5", "--raw-output", "data.csv",
                    *(f"--{name}={value}" for name, value in DATA.items())], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    counts = {}
    with open("data.csv", encoding="ascii") as file:
        for row in csv.reader(file):
            counts[row[1]] = counts.get(row[1], 0) + 1
    return list(counts.values())


def seconds_of_step(prefix, batch, *flags, **options):
    """Of a training: mean time of its steps, bytes into a rank."""
    output = os.path.abspath("run")
    subprocess.run([*prefix, TRAIN, "--data", os.path.abspath("data.h5"), "--output", output, "--force",
                    f"--batch-size={batch}", *MODEL, *flags], check=True, stderr=subprocess.DEVNULL, **options)
    with open(os.path.join(output, "log.csv"), encoding="ascii") as file:
        row = next(csv.DictReader(file))
    positives = float(row["examples_per_second"]) * float(row["training_seconds"])
    return float(row["training_seconds"]) / round(positives / batch), float(row["bytes_per_step"])


def bench(prefix, cases, **options):
    """Seconds of each case, by name."""
    found = subprocess.run([*prefix, BENCH, f"--benchmark_filter={cases}", "--benchmark_format=json"], check=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options).stdout
    return {row["name"]: 1e-6 * row["real_time"] for row in json.loads(found)["benchmarks"]}


class Hosts:
    """Emulated ones, and commands over the first so many of them."""

    def __init__(self, workplace, count):
        self.hosts = cluster.Cluster(workplace.name, count, EMULATED)

    def over(self, count):
        return self.hosts.command(0, "mpirun", "-n", str(count), "--hostfile", self.hosts.hostfile)

    @property
    def options(self):
        return {"env": self.hosts.environment()}


def measure_inputs(workplace, arguments):
    counts = generate()
    catalogue = Catalogue(counts)
    batches = [64, 256, 1024, 4096, 16384]
    times = [seconds_of_step([], batch)[0] for batch in batches]
    fixed, positive, touched = least_squares([[1.0, batch, catalogue.touched(batch)] for batch in batches], times)
    rows = bench(["mpirun", "-n", "2"], "^rows")
    machine = Machine(fixed, positive, touched, next(iter(rows.values())) / 4000 / 2)
    hosts = Hosts(workplace, max(arguments.hosts))
    lines, values = [], []
    for count in arguments.hosts:
        for name, seconds in bench(hosts.over(count), "^round", **hosts.options).items():
            numbers = int(re.search(r"numbers:(\d+)", name).group(1))
            lines.append([1.0, count - 2.0, 4.0 * numbers * (count - 1)])
            values.append(seconds)
    latency, message, per_byte = least_squares(lines, values)
    network = Network(latency, 1.0 / per_byte, message)
    store(machine, network, counts)
    print_inputs(machine, network)


def store(machine, network, counts):
    """Of the counts, how many items have each. A line for each part, as far as it fits."""
    how_many = {str(count): counts.count(count) for count in sorted(set(counts))}
    parts = {"machine": dataclasses.asdict(machine), "network": dataclasses.asdict(network), "counts": how_many}
    lines = [textwrap.fill(f'"{name}": ' + json.dumps(part, separators=(", ", ":")), 120, subsequent_indent=" ")
             for name, part in parts.items()]
    with open(STORED, "w", encoding="ascii") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


def print_inputs(machine, network):
    print(f"one core: {1e6 * machine.step:.1f} us for a step, {1e6 * machine.positive:.3f} for a positive, "
          f"{1e6 * machine.touched:.3f} for an item touched, {1e6 * machine.row:.3f} for a row packed or added")
    print(f"network: {1e6 * network.latency:.0f} us for a round, {1e6 * network.message:.0f} for each further message, "
          f"{8e-6 * network.bandwidth:.0f} Mbit/s")


def stored_inputs():
    with open(STORED, encoding="ascii") as file:
        stored = json.load(file)
    machine, network = Machine(**stored["machine"]), Network(**stored["network"])
    print_inputs(machine, network)
    counts = [int(count) for count, items in stored["counts"].items() for _ in range(items)]
    return machine, network, Catalogue(counts)


def check(workplace, arguments):
    machine, network, catalogue = stored_inputs()
    generate()
    hosts = Hosts(workplace, max(arguments.hosts))
    print("| hosts | batch | way | KB per step, measured (predicted) | ms per step, measured | predicted | error |\n"
          "|---|---|---|---|---|---|---|")
    for count in arguments.hosts:
        for batch in arguments.batches:
            seconds, size = seconds_of_step(hosts.over(count), batch, f"--gradient-bits={arguments.bits}",
                                            **hosts.options)
            short = max(1.0, count / len(os.sched_getaffinity(0)))
            expected, _, _, bytes_, way = step(catalogue, machine, network, batch, count,
                                               rounded=arguments.bits == 16, cores_short=short)
            print(f"| {count} | {batch} | {way} | {1e-3 * size:.0f} ({1e-3 * bytes_:.0f}) | {1e3 * seconds:.2f} | "
                  f"{1e3 * expected:.2f} | {100 * (expected / seconds - 1):+.0f} % |", flush=True)


def predict(_workplace, arguments):
    machine, _, _ = stored_inputs()
    ranks = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1008]
    curves = {}
    for items in (10 ** 5, 10 ** 6, 10 ** 7):
        catalogue = Catalogue.zipf(items)
        for label, batch_of in (("batch 65,536", lambda _: 65536), ("batch 1,024 a rank", lambda count: 1024 * count)):
            points = []
            for count in ranks:
                nodes = max(1, count // RANKS_OF_NODE)
                seconds, computing, _, size, _ = step(catalogue, machine, FULL_NETWORK, batch_of(count), nodes,
                                                      count // nodes, arguments.bits == 16)
                points.append((count, batch_of(count) / seconds, computing / seconds, size))
            curves[items, label] = points
    print("| items | batch | positives per second at 1, 16, 128, 1008 ranks (millions) | share of a step that computes "
          "| MB into a node |\n|---|---|---|---|---|")
    for (items, label), points in curves.items():
        chosen = [point for point in points if point[0] in (1, 16, 128, 1008)]
        print(f"| 10^{len(str(items)) - 1} | {label} | {', '.join(f'{1e-6 * p[1]:.1f}' for p in chosen)} | "
              f"{', '.join(f'{100 * p[2]:.0f}' for p in chosen)} % | "
              f"{', '.join(f'{1e-6 * p[3]:.1f}' for p in chosen)} |")
    draw(curves)


def draw(curves):
    """Lines of one colour to a catalogue, broken where the batch grows; white behind, for pages of any colour."""
    colours = {10 ** 5: "#1b7837", 10 ** 6: "#c8702a", 10 ** 7: "#3b5fa0"}
    lines = []
    data = ""
    for number, ((items, label), points) in enumerate(curves.items()):
        data += f"$d{number} << EOD\n" + "".join(f"{p[0]} {1e-6 * p[1]}\n" for p in points) + "EOD\n"
        dash = "(8,5)" if "rank" in label else "1"
        lines.append(f"$d{number} with lines lw 2.5 dt {dash} lc rgb '{colours[items]}' "
                     f"title '10^{len(str(items)) - 1} items, {label}'")
    script = ("set terminal svg size 820,460 font 'Helvetica,14' background '#ffffff' enhanced\n"
              f"set output '{PICTURE}'\nset logscale xy\nset key left top\nset grid lc rgb '#dddddd'\n"
              "set xlabel 'ranks, 16 of them to a node'\n"
              "set ylabel 'positives per second (millions)'\nset xrange [1:1024]\nset format '%g'\n" + data +
              "plot " + ", ".join(lines) + "\n")
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def numbers(text):
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["inputs", "check", "predict"])
    parser.add_argument("--hosts", type=numbers, default=[2, 3, 4])
    parser.add_argument("--batches", type=numbers, default=[256, 1024, 4096, 16384])
    parser.add_argument("--bits", type=int, choices=[16, 32], default=32, help="of totals (--gradient-bits)")
    arguments = parser.parse_args()
    if arguments.what == "predict":
        predict(None, arguments)
        return
    cluster.enter()
    workplace = Workplace("network")
    cluster.ip("link", "set", "lo", "up")
    try:
        {"inputs": measure_inputs, "check": check}[arguments.what](workplace, arguments)
    finally:
        workplace.cleanup()


main()
