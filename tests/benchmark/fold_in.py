#!/usr/bin/env python3
"""How good are personas that are fitted to a history alone (ampcf-recommend --history)?

    tests/benchmark/fold_in.py --input ratings.csv --config configs/ml-latest-small.ini [--delimiter , --header]

Draws a share of the users who have two items or more, of each of them a test item and 99 candidates that the user has
not consumed, all known to the other users, and trains two models with the same options: on all users less the test
items ("trained"), and without these users altogether ("new"). Measures the same users on the same candidates by three
kinds of personas: trained, fitted with the items of the trained model (the fit alone), and fitted with the items of the
model that never saw them (what a new user gets).

Both trainings last the same number of epochs: there are no validation items that could stop them."""

import argparse
import json
import pathlib
import random
import subprocess
import sys


def read_pairs(path, delimiter, has_header):
    delimiter = {"tab": "\t", "comma": ","}.get(delimiter, delimiter)
    histories = {}
    with open(path, encoding="utf-8") as lines:
        if has_header:
            next(lines)
        for line in lines:
            user, item = line.rstrip("\n").split(delimiter)[:2]
            histories.setdefault(user, {})[item] = None
    return {user: list(items) for user, items in histories.items()}


def write_pairs(path, histories):
    path.write_text("".join(f"{user},{item}\n" for user, items in histories.items() for item in items))


def run(*command):
    print("$", *command, file=sys.stderr, flush=True)
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", required=True, help="text file whose first two fields are user and item")
    parser.add_argument("--delimiter", default=",", help="a character, or tab or comma")
    parser.add_argument("--header", action="store_true", help="the first line names the columns")
    parser.add_argument("--config", required=True, help="options of ampcf-train")
    parser.add_argument("--epochs", type=int, help="in place of the configuration's")
    parser.add_argument("--share", type=float, default=0.2, help="of the users, held out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--bin", default="build/bin", help="folder of the programs")
    parser.add_argument("--output", default="fold-in", help="folder for everything that is made")
    options = parser.parse_args()
    folder = pathlib.Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    program = lambda name: pathlib.Path(options.bin) / f"ampcf-{name}"

    histories = read_pairs(options.input, options.delimiter, options.header)
    draws = random.Random(options.seed)
    users = sorted(user for user, items in histories.items() if len(items) > 1)
    held_out = sorted(draws.sample(users, round(options.share * len(users))))
    rest = {user: items for user, items in histories.items() if user not in set(held_out)}
    catalogue = sorted({item for items in rest.values() for item in items})  # what both models know
    known = set(catalogue)
    tests = []
    for user in held_out:
        consumed = set(histories[user])
        positives = [item for item in histories[user] if item in known]
        others = [item for item in catalogue if item not in consumed]
        if len(positives) > 1:
            tests.append([user, draws.choice(positives), *draws.sample(others, min(99, len(others)))])
            histories[user].remove(tests[-1][1])
    tested = {test[0] for test in tests}
    (folder / "test.tsv").write_text("".join("\t".join(test) + "\n" for test in tests))
    write_pairs(folder / "history.csv", {user: histories[user] for user in sorted(tested)})
    write_pairs(folder / "trained.csv", histories)
    write_pairs(folder / "new.csv", rest)

    extra = ["--epochs", options.epochs] if options.epochs else []
    for name in ("trained", "new"):
        run(program("prepare"), "--input", folder / f"{name}.csv", "--format", "delimited", "--split", "none",
            "--validation", "none", "--min-user-items", 0, "--min-item-users", 0, "--output", folder / f"{name}.h5")
        run("mpirun", "-n", options.ranks, program("train"), "--data", folder / f"{name}.h5", "--output", folder / name,
            "--config", options.config, "--refit", "false", "--patience", 0, "--force", *extra)
    run(program("evaluate"), "--data", folder / "trained.h5", "--checkpoint", folder / "trained/best.h5", "--test-file",
        folder / "test.tsv", "--output", folder / "metrics.json", "--tdd", "false", "--bootstrap", 0)
    figures = json.loads((folder / "metrics.json").read_text())
    print(f"{len(held_out)} users held out of {len(histories)}, {len(tested)} of them tested\n")
    print("trained with the others")
    print(f"{'':<10}{'hr@10':>10}{'ndcg@10':>10}{'users':>10}")
    for group in ("sampled", "full"):
        print(f"{group:<10}{figures[group]['hr@10']:>10.4f}{figures[group]['ndcg@10']:>10.4f}{figures['users']:>10}")
    for name, title in (("trained", "fitted, items trained with these users too"), ("new", "fitted, users unknown to the model")):
        print(f"\n{title}")
        print(run(program("recommend"), "--data", folder / f"{name}.h5", "--checkpoint", folder / name / "best.h5",
                  "--history", folder / "history.csv", "--test-file", folder / "test.tsv"), end="")


if __name__ == "__main__":
    main()
