#!/usr/bin/env python3
"""What score.cpp does, in Python and from the files alone: the best items that a user has not consumed, with the
attention of every persona.

usage: score.py DATA.h5 RUN/best.h5 USER_ID [TOP]          needs NumPy and h5py (Debian: python3-h5py)

The names of all objects are in src/dataset/FORMAT.md and src/checkpoint/FORMAT.md.
"""

import sys

import h5py
import numpy


def best_items(data_path, model_path, user_id, top):
    with h5py.File(data_path) as data, h5py.File(model_path) as model:
        if model.attrs["dataset_fingerprint"] != data.attrs["fingerprint"]:
            raise SystemExit(f"{model_path} was trained on other data than {data_path}")
        users = [raw.decode() for raw in data["users/id"][:]]
        if user_id not in users:
            raise SystemExit(f"{data_path} has no user '{user_id}'")
        user = users.index(user_id)

        personas = model["model/personas"][user]  # (r, d), this user alone is read
        items = model["model/items"][:]  # (n_items, d)
        bias = model["model/item_bias"][:]  # (n_items)
        attention = model["model/attention"]
        form = attention["user_projection"][:] @ attention["item_projection"][:]  # A^u A^v, (d, d)

        affinity = personas @ form @ items.T  # (r, n_items)
        weights = numpy.exp(affinity - affinity.max(axis=0))
        weights /= weights.sum(axis=0)
        scores = (weights * (personas @ items.T)).sum(axis=0) + bias

        begin, end = data["train/indptr"][user : user + 2]
        scores[data["train/item"][begin:end]] = -numpy.inf
        validation = data["validation/item"][user]  # known to the user as well; -1 where there is none
        if validation >= 0:
            scores[validation] = -numpy.inf
        best = numpy.argsort(-scores, kind="stable")[:top]
        ids = data["items/id"][:]
        return [(ids[i].decode(), scores[i], weights[:, i]) for i in best if numpy.isfinite(scores[i])]


def main():
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    print("item,score,attention")
    for item, score, weights in best_items(*sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 10):
        print(f"{item},{score:.4f}," + " ".join(f"{weight:.4f}" for weight in weights))


if __name__ == "__main__":
    main()
