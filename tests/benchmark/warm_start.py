#!/usr/bin/env python3
"""What --initialize-from saves: epochs and seconds until validation is as good as after training from nothing.

usage: tests/benchmark/warm_start.py --data data.h5 [--config FILE] [--missing 0.1] [--missing-rows 0.05] [--ranks 1]
                                     [--old-epochs N] [--variant="OPTIONS"]... [--work DIRECTORY]
                                     [-- OPTIONS OF ampcf-train FOR ALL]

Yesterday's data is today's training part (validation and test items are in neither) without a random part of the users
and of the items (--missing-rows), and without a random part of the remaining interactions (--missing). An old model is
trained on it for as many epochs as were best from nothing (or --old-epochs), then today's data is trained from nothing
and once for each --variant, which is added to --initialize-from. A run has arrived where its HR@10 + NDCG@10 on
validation is within 0.5 % of the best that training from nothing reaches. Needs python3-h5py and python3-numpy.
"""

import argparse
import csv
import os
import shlex
import subprocess
import sys
import tempfile

import h5py
import numpy

BIN = os.environ.get("AMPCF_BIN") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "bin")
ARRIVED = 0.995


def write_yesterday(data, path, missing, missing_rows, seed=1):
    """Raw interactions as text, and what is missing of users, items and interactions."""
    with h5py.File(data) as file:
        offsets, items = file["train/indptr"][:], file["train/item"][:]
        user_ids, item_ids = file["users/id"].asstr()[:], file["items/id"].asstr()[:]
    users = numpy.repeat(numpy.arange(len(user_ids)), numpy.diff(offsets.astype(numpy.int64)))
    draws = numpy.random.RandomState(seed)
    has_user = draws.random_sample(len(user_ids)) >= missing_rows
    has_item = draws.random_sample(len(item_ids)) >= missing_rows
    kept = has_user[users] & has_item[items] & (draws.random_sample(len(items)) >= missing)
    with open(path, "w", encoding="utf-8") as file:
        for user, item in zip(users[kept], items[kept]):
            file.write(f"{user_ids[user]}\t{item_ids[item]}\n")
    print(f"yesterday: {kept.sum()} of {len(items)} interactions, {len(numpy.unique(users[kept]))} of {len(user_ids)} "
          f"users, {len(numpy.unique(items[kept]))} of {len(item_ids)} items", flush=True)


def call(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def train(ranks, data, run, words):
    call(["mpirun", "-n", str(ranks), os.path.join(BIN, "ampcf-train"), "--data", data, "--output", run, "--force",
          *words])
    with open(os.path.join(run, "log.csv"), encoding="ascii") as file:
        return list(csv.DictReader(file))


def merged(*lists):
    """Options of which a later one replaces an earlier one of the same name."""
    values = {}
    for words in lists:
        words = list(words)
        while words:
            name, is_joined, value = words.pop(0).partition("=")
            has_value = is_joined or (words and not words[0].startswith("--"))
            values[name] = value if is_joined else words.pop(0) if has_value else "true"
    return [f"{name}={value}" for name, value in values.items()]


def quality(row):
    return float(row["validation_hr"]) + float(row["validation_ndcg"])


def best_of(rows):
    return max(rows, key=quality)


def arrival(rows, goal):
    """Epochs and seconds until the goal, None where it is never reached."""
    seconds = 0.0
    for row in rows:
        seconds += float(row["seconds"])
        if quality(row) >= goal:
            return int(row["epoch"]), seconds
    return None


def main():
    words = sys.argv[1:]
    common = words[words.index("--") + 1:] if "--" in words else []
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--config")
    parser.add_argument("--missing", type=float, default=0.1)
    parser.add_argument("--missing-rows", type=float, default=0.05)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--old-epochs", type=int)
    parser.add_argument("--variant", action="append", default=[])
    parser.add_argument("--work")
    chosen = parser.parse_args(words[:words.index("--")] if "--" in words else words)
    work = chosen.work or tempfile.mkdtemp(prefix="ampcf-warm-start-")
    os.makedirs(work, exist_ok=True)
    options = (["--config", chosen.config] if chosen.config else []) + ["--refit=false", *common]

    raw, old = os.path.join(work, "yesterday.tsv"), os.path.join(work, "yesterday.h5")
    write_yesterday(chosen.data, raw, chosen.missing, chosen.missing_rows)
    call([os.path.join(BIN, "ampcf-prepare"), "--input", raw, "--format", "delimited", "--delimiter", "tab", "--split",
          "none", "--validation", "none", "--min-user-items", "1", "--min-item-users", "1", "--output", old])
    cold = train(chosen.ranks, chosen.data, os.path.join(work, "cold"), options)
    best = best_of(cold)
    goal = ARRIVED * quality(best)
    epochs = chosen.old_epochs or int(best["epoch"])
    train(chosen.ranks, old, os.path.join(work, "old"), merged(options, ["--epochs", str(epochs), "--patience", "0"]))
    print(f"old model: {epochs} epochs; goal: HR@10 + NDCG@10 of {goal:.4f}", flush=True)
    print("| start | epochs to the goal | seconds | best HR@10 / NDCG@10 | in epoch |\n|---|---|---|---|---|")
    for number, variant in enumerate([None, *(chosen.variant or [""])]):
        rows = cold if variant is None else train(
            chosen.ranks, chosen.data, os.path.join(work, f"warm-{number}"),
            merged(options, ["--initialize-from", os.path.join(work, "old", "best.h5")], shlex.split(variant)))
        name = "from nothing" if variant is None else f"old model {variant}".strip()
        reached = arrival(rows, goal)
        best = best_of(rows)
        print(f"| {name} | {reached[0] if reached else 'never'} | {f'{reached[1]:.1f}' if reached else ''} | "
              f"{float(best['validation_hr']):.4f} / {float(best['validation_ndcg']):.4f} | {best['epoch']} |", flush=True)


if __name__ == "__main__":
    main()
