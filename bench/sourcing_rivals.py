"""The rows `rival.pandas.*` and `rival.highs.*` of bench/run: how orders are sourced in Python, on
the pictures of stock of bench/sourcing_rows.cpp (kind of node, distances and stock are the same).

    python bench/sourcing_rivals.py

Says one line about itself, or why it cannot serve, then answers `pandas LINES NODES PERCENT
PICTURE` and `highs ...` with the nanoseconds of one decision by the wall clock, its cost in
1/10,000 and its parcels. Making the picture is not timed.

pandas: an enumeration as practitioners write it: the best single node or pair of nodes, by tables
of all of them. highs: the same problem as a mixed-integer programme, exact, made and solved anew
for each order.
"""

import os
import sys
from functools import lru_cache
from importlib.metadata import version
from time import perf_counter_ns

# Answers have the standard output for themselves: what libraries say of themselves goes to the
# standard error.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

try:
    import highspy
    import numpy as np
    import pandas as pd
except ImportError as e:
    print(f"left out: {e}; .ci/bootstrap installs it into .venv", file=ANSWERS)
    sys.exit(0)

BITS = (1 << 64) - 1
FIXED = {"dc": 60_000, "store": 45_000}
PER_UNIT = {"dc": 3_500, "store": 11_000}
PER_1000_KM = 3_360


def mix(n):
    """As in core/digest.hpp."""
    n = ((n ^ n >> 33) * 0xFF51AFD7ED558CCD) & BITS
    n = ((n ^ n >> 33) * 0xC4CEB9FE1A85EC53) & BITS
    return n ^ n >> 33


def draw(stream, i, end):
    return mix(mix(stream + 1) ^ i) % end


@lru_cache(maxsize=256)
def picture(lines, nodes, percent, number):
    """(opening by node, cost by line and node or NaN where it has not enough)"""
    kinds = ["dc" if k % 5 == 0 else "store" for k in range(nodes)]
    metres = [draw(61, k, 3_000_000) for k in range(nodes)]
    cost = np.full((lines, nodes), np.nan)
    for line in range(lines):
        for k in range(nodes):
            at, n = line * nodes + k, 1 + line % 3
            has = draw(62 + number, 2 * at, 100) < percent
            if has and 1 + draw(62 + number, 2 * at + 1, 6) >= n:
                rate = PER_UNIT[kinds[k]] * 1_000_000 + PER_1000_KM * metres[k]
                cost[line, k] = (n * rate + 500_000) // 1_000_000
    return np.array([FIXED[kind] for kind in kinds], float), cost


def by_pandas(opening, cost):
    lines, nodes = cost.shape
    offers = pd.DataFrame(cost.T, columns=[f"l{i}" for i in range(lines)])
    offers["node"], offers["opening"] = np.arange(nodes), opening
    names = [f"l{i}" for i in range(lines)]
    alone = offers.dropna(subset=names)
    alone = alone.assign(total=alone[names].sum(axis=1) + alone["opening"])
    pairs = offers.merge(offers, how="cross", suffixes=("_a", "_b"))
    pairs = pairs[pairs["node_a"] < pairs["node_b"]]
    best = pd.DataFrame({n: pairs[[f"{n}_a", f"{n}_b"]].min(axis=1) for n in names}).dropna()
    total = best.sum(axis=1) + pairs["opening_a"] + pairs["opening_b"]
    one = alone["total"].min() if len(alone) else np.inf
    two = total.min() if len(best) else np.inf
    return min(one, two), 1 if one <= two else 2


def by_highs(opening, cost):
    lines, nodes = cost.shape
    line, node = np.nonzero(~np.isnan(cost))
    pairs = len(line)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = nodes + pairs, lines + pairs
    lp.col_cost_ = np.concatenate([opening, cost[line, node]])
    lp.col_lower_, lp.col_upper_ = np.zeros(nodes + pairs), np.ones(nodes + pairs)
    lp.row_lower_ = np.concatenate([np.ones(lines), np.full(pairs, -np.inf)])
    lp.row_upper_ = np.concatenate([np.ones(lines), np.zeros(pairs)])
    served = [np.flatnonzero(line == i) + nodes for i in range(lines)]
    opens = np.stack([np.arange(pairs) + nodes, node], axis=1).ravel()  # x - y <= 0
    lengths = [len(s) for s in served] + [2] * pairs
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)])
    lp.a_matrix_.index_ = np.concatenate([*served, opens])
    lp.a_matrix_.value_ = np.concatenate([np.ones(sum(lengths[:lines])), np.tile([1, -1], pairs)])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * (nodes + pairs)
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.passModel(lp)
    h.run()
    chosen = np.array(h.getSolution().col_value) > 0.5
    return float(lp.col_cost_ @ chosen), int(chosen[:nodes].sum())


def main():
    ways = {"pandas": by_pandas, "highs": by_highs}
    print(f"pandas {version('pandas')}, highspy {version('highspy')}", file=ANSWERS)
    for said in sys.stdin:
        way, *numbers = said.split()
        problem = picture(*map(int, numbers))
        begin = perf_counter_ns()
        cost, parcels = ways[way](*problem)
        print(perf_counter_ns() - begin, int(cost), parcels, file=ANSWERS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
