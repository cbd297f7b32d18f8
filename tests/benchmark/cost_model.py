"""What a training step costs on many nodes: the formula of src/parallel/NETWORK.md."""

import dataclasses
import math

ROW_NUMBERS = 67      # of d = 64: components, bias, occurrences, item
ROUNDED_NUMBERS = 35  # the same in 16 bits
SECOND_ROUND = 4096   # numbers that a second round is counted for when the way is chosen


@dataclasses.dataclass
class Network:
    latency: float    # seconds of a round of empty messages
    bandwidth: float  # bytes per second into a node
    message: float    # seconds for each further message of a round


@dataclasses.dataclass
class Machine:
    """Seconds on one core."""
    step: float       # for a step
    positive: float   # for a positive
    touched: float    # for an item that the batch touches: its update
    row: float        # for a row that is packed or added


class Catalogue:
    """How many items a batch touches: positives drawn by count, four negatives by count to `power`."""

    def __init__(self, counts, power=0.5, negatives=4):
        self.negatives = negatives
        groups = {}
        for count in counts:
            groups[count] = groups.get(count, 0) + 1
        self.items = len(counts)
        self.groups = self.shares([(count, size) for count, size in groups.items()], power)

    @classmethod
    def zipf(cls, items, exponent=1.0, power=0.5):
        """Popularity by rank^-exponent, ranks in groups of nearly equal ones."""
        edges = [1]
        while edges[-1] <= items:
            edges.append(max(edges[-1] + 1, int(edges[-1] * 1.02)))
        edges[-1] = items + 1
        found = cls([])
        found.items = items
        found.groups = cls.shares([(math.sqrt(a * (b - 1)) ** -exponent, b - a) for a, b in zip(edges, edges[1:])], power)
        return found

    @staticmethod
    def shares(groups, power):
        of_positives = sum(count * size for count, size in groups)
        of_negatives = sum(count ** power * size for count, size in groups if count > 0)
        return [(size, count / of_positives, count ** power / of_negatives) for count, size in groups if count > 0]

    def touched(self, positives):
        """Expected number of distinct items among the candidates of so many positives."""
        return sum(size * -math.expm1(positives * (math.log1p(-min(p, 0.999999)) +
                                                   self.negatives * math.log1p(-min(q, 0.999999))))
                   for size, p, q in self.groups)


def step(catalogue, machine, network, batch, nodes, ranks_of_node=1, rounded=False, cores_short=1.0):
    """Seconds of a step, of its computing and of its exchange, bytes into a node, and the way that rows go."""
    of_node = catalogue.touched(batch / nodes)
    of_all = catalogue.touched(batch)
    computing = cores_short * (machine.step + machine.positive * batch / (nodes * ranks_of_node) +
                               machine.touched * of_all / ranks_of_node)
    if nodes == 1:
        return computing, computing, 0.0, 0.0, "alone"
    total = ROUNDED_NUMBERS if rounded else ROW_NUMBERS
    lane = 1.0 / ranks_of_node
    direct = nodes * of_node * lane * ROW_NUMBERS
    by_owners = of_node * lane * ROW_NUMBERS + of_all * lane * total + SECOND_ROUND
    is_direct = direct <= by_owners
    others = (nodes - 1) / nodes
    if is_direct:
        rounds, rows, size = 1, (nodes - 1) * of_node, 4 * others * nodes * of_node * ROW_NUMBERS
    else:
        rounds, rows = 2, others * (of_node + of_all)
        size = 4 * others * (of_node * ROW_NUMBERS + of_all * total)
    exchange = (rounds * (network.latency + (nodes - 2) * network.message) + size / network.bandwidth +
                cores_short * machine.row * rows * lane)
    return computing + exchange, computing, exchange, size, "direct" if is_direct else "owners"


def least_squares(rows, values):
    """Coefficients that fit values by rows of a few numbers, each relative to its value: normal equations by
    elimination."""
    scaled = [[x / value for x in row] for row, value in zip(rows, values)]
    count = len(rows[0])
    table = [[sum(row[i] * row[j] for row in scaled) for j in range(count)] + [sum(row[i] for row in scaled)]
             for i in range(count)]
    for i in range(count):
        pivot = max(range(i, count), key=lambda j, i=i: abs(table[j][i]))
        table[i], table[pivot] = table[pivot], table[i]
        for j in range(count):
            if j != i:
                factor = table[j][i] / table[i][i]
                table[j] = [a - factor * b for a, b in zip(table[j], table[i])]
    return [table[i][count] / table[i][i] for i in range(count)]


