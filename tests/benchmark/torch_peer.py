#!/usr/bin/python3
"""The same model in PyTorch on CPU beside ampcf-train, in turns: positives per second and their ratio.

usage: torch_peer.py --data FILE [--batches 256,4096] [--threads 1,2] [--rounds 3]      after `. launch/mpi-environment`
"""

import argparse
import itertools
import os
import re
import statistics
import subprocess
import tempfile
import time

import h5py
import numpy
import torch
from torch import nn
from torch.nn import functional

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MODELS = ((4, "learned"), (4, "identity"), (2, "learned"))  # personas, attention
DIM, NEGATIVES, POWER, ALPHA, LAMBDA_POSITIVE, LAMBDA_NEGATIVE, RATE = 64, 4, 0.5, 0.5, 0.1, 0.025, 0.001


class AmpCf(nn.Module):
    """Scores, entropies and loss as in src/model, of users (B) and candidates (B, |N| + 1), the positive first."""

    def __init__(self, users, items, personas, attention, is_sparse, is_broadcast):
        super().__init__()
        self.is_broadcast = is_broadcast
        self.personas = nn.Embedding(users, personas * DIM, sparse=is_sparse)
        self.items = nn.Embedding(items, DIM, sparse=is_sparse)
        self.biases = nn.Embedding(items, 1, sparse=is_sparse)
        self.projections = nn.ParameterList()
        if attention == "learned":
            self.projections.extend(torch.eye(DIM) + 0.01 * torch.randn(DIM, DIM) for _ in range(2))
        for table in (self.personas, self.items):
            nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(self.biases.weight)

    def dots(self, rows, v):
        """(B, r, |N| + 1); without MKL, PyTorch's batched product calls the BLAS once for each example."""
        if self.is_broadcast:
            return (rows.unsqueeze(2) * v.unsqueeze(1)).sum(-1)
        return torch.bmm(rows, v.transpose(1, 2))

    def forward(self, users, candidates):
        u = self.personas(users).view(len(users), -1, DIM)
        v = self.items(candidates)
        affinities = products = self.dots(u, v)
        if self.projections:  # folded, and applied to what has fewer rows
            form = self.projections[0] @ self.projections[1]
            if u.shape[1] < v.shape[1]:
                affinities = self.dots((u.reshape(-1, DIM) @ form).view_as(u), v)
            else:
                affinities = self.dots(u, (v.reshape(-1, DIM) @ form.t()).view_as(v))
        log_attention = functional.log_softmax(affinities, 1)
        attention = log_attention.exp()
        scores = (attention * products).sum(1) + self.biases(candidates).squeeze(-1)
        entropies = -(attention * log_attention).sum(1)
        loss = functional.cross_entropy(scores, torch.zeros(len(users), dtype=torch.long))
        return ALPHA * loss + (1 - ALPHA) * (LAMBDA_POSITIVE * entropies[:, 0].mean() -
                                             LAMBDA_NEGATIVE * entropies[:, 1:].sum(1).mean())


class Peer:
    """A model with its optimisers, and batches that were drawn beforehand."""

    def __init__(self, data, personas, attention, batch, optimizer, is_broadcast):
        is_sparse = optimizer == "sparse"
        self.model = AmpCf(data.users, data.items, personas, attention, is_sparse, is_broadcast)
        tables = [self.model.personas.weight, self.model.items.weight, self.model.biases.weight]
        dense = list(self.model.projections) + ([] if is_sparse else tables)
        self.optimizers = [torch.optim.Adam(dense, lr=RATE, foreach=len(dense) > 3)] if dense else []
        if is_sparse:
            self.optimizers.append(torch.optim.SparseAdam(tables, lr=RATE))
        self.batches = itertools.cycle(data.batches(batch))
        self.batch = batch

    def rate(self, seconds):
        """Positives per second, after three steps that do not count."""
        steps, start = -3, 0.0
        while steps < 3 or time.perf_counter() - start < seconds:
            if steps == 0:
                start = time.perf_counter()
            users, candidates = next(self.batches)
            for optimizer in self.optimizers:
                optimizer.zero_grad(set_to_none=True)
            self.model(users, candidates).backward()
            for optimizer in self.optimizers:
                optimizer.step()
            steps += 1
        return steps * self.batch / (time.perf_counter() - start)


class Data:
    """The training part, and negatives drawn as ampcf-train draws them (the positive is redrawn)."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.users, self.items = len(file["users/id"]), len(file["items/id"])
            self.item = file["train/item"][:].astype(numpy.int64)
            self.user = numpy.repeat(numpy.arange(self.users), numpy.diff(file["train/indptr"][:].astype(numpy.int64)))

    def batches(self, batch, most=200):
        """Up to `most` of one epoch's, as tensors."""
        draws = numpy.random.default_rng(1)
        order = draws.permutation(len(self.item))[:most * batch]
        weights = numpy.bincount(self.item, minlength=self.items) ** POWER
        candidates = draws.choice(self.items, (len(order), NEGATIVES + 1), p=weights / weights.sum())
        candidates[:, 0] = self.item[order]
        while (repeated := candidates[:, 1:] == candidates[:, :1]).any():
            candidates[:, 1:][repeated] = draws.choice(self.items, repeated.sum(), p=weights / weights.sum())
        users = torch.from_numpy(self.user[order])
        candidates = torch.from_numpy(candidates)
        return [(users[first:first + batch], candidates[first:first + batch])
                for first in range(0, len(order) - batch + 1, batch)]


def our_rates(arguments, personas, attention, batch, ranks, folder):
    """Of ampcf-train's epochs, without the first."""
    run = subprocess.run(
        ["mpirun", "-n", str(ranks), arguments.program, "--data", arguments.data, "--output", folder, "--force",
         "--epochs", "3", "--checkpoint-every", "100", "--patience", "0", "--personas", str(personas), "--dim", str(DIM),
         "--attention", attention, "--negatives", str(NEGATIVES), "--negative-power", str(POWER), "--batch-size",
         str(batch)], check=True, stderr=subprocess.PIPE, text=True)
    return [int(rate) for rate in re.findall(r"(\d+) positives/s", run.stderr)[1:]]


def compare(arguments, data, personas, attention, batch, threads):
    """A line of the table: medians over rounds in which every contestant has its turn."""
    torch.set_num_threads(threads)
    peers = {(optimizer, form): Peer(data, personas, attention, batch, optimizer, form == "broadcast")
             for optimizer in ("dense", "sparse") for form in ("bmm", "broadcast")}
    ours, theirs = [], {name: [] for name in peers}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            ours += our_rates(arguments, personas, attention, batch, threads, os.path.join(folder, "run"))
            for name, peer in peers.items():
                theirs[name].append(peer.rate(arguments.seconds))
    ours = statistics.median(ours)
    medians = {name: statistics.median(rates) for name, rates in theirs.items()}
    best = {optimizer: max((medians[name], name[1]) for name in medians if name[0] == optimizer)
            for optimizer in ("dense", "sparse")}
    fastest = max(best.values())[0]
    print(f"| {personas} | {attention} | {batch} | {threads} | {ours:,.0f} | " +
          " | ".join(f"{rate:,.0f} ({form})" for rate, form in best.values()) + f" | {ours / fastest:.1f} |", flush=True)


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--batches", default="256,4096")
    parser.add_argument("--threads", default=f"1,{os.cpu_count()}", help="of PyTorch, and as many ranks of ampcf-train")
    parser.add_argument("--models", default="0,1,2", help="rows of MODELS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each contestant of PyTorch in a round")
    parser.add_argument("--program", default=os.path.join(SOURCE, "build", "bin", "ampcf-train"))
    arguments = parser.parse_args()
    torch.manual_seed(1)
    data = Data(arguments.data)
    blas = os.path.realpath("/usr/lib/x86_64-linux-gnu/libblas.so.3")
    print(f"PyTorch {torch.__version__}, BLAS {blas}, {os.environ.get('ATEN_CPU_CAPABILITY', 'default')} instructions\n")
    print("| r | attention | batch | cores | ampcf | Adam | SparseAdam | ratio |\n|---|---|---|---|---|---|---|---|")
    for threads, batch in itertools.product(*(map(int, text.split(",")) for text in (arguments.threads,
                                                                                     arguments.batches))):
        for model in map(int, arguments.models.split(",")):
            compare(arguments, data, *MODELS[model], batch, threads)


main()
