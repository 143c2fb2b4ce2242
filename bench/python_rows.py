"""What a call costs from Python: rows `python.scalar` (ns a call) and `python.batch` (ns an item).

    python bench/python_rows.py [--json FILE]

The least of several rounds, one thread. `now` is the cheapest question there is, so it shows the
price of a call by itself; a pair is reserve_one and unreserve. Batches are one reservation of one
unit an item, columns in and a frame out; the rows of C++ for the same work are stock.* and
engine.* of bench/run, and the difference is what Python adds.
"""

import argparse
import json
import sys
from collections.abc import Callable
from time import perf_counter_ns

import numpy as np

import earmark

ROUNDS = 7


def shop() -> earmark.Engine:
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug"]})
    engine.load_nodes({"key": ["berlin"]})
    engine.load_stock({"sku": ["mug"], "node": ["berlin"], "on_hand": [1_000_000]})
    return engine


def least(calls: int, run: Callable[[], None]) -> float:
    """ns a call, of the quickest round."""
    best = None
    for _ in range(ROUNDS):
        begin = perf_counter_ns()
        run()
        took = perf_counter_ns() - begin
        best = took if best is None else min(best, took)
    return best / calls


def scalar_rows(engine: earmark.Engine, calls: int) -> dict[str, float]:
    turns = range(calls)

    def empty() -> None:
        for _ in turns:
            pass

    def available() -> None:
        ask = engine.available
        for _ in turns:
            ask(0, 0)

    def pair() -> None:
        take, give = engine.reserve_one, engine.unreserve
        for _ in turns:
            give(take(0, 0, 1))

    def find() -> None:
        ask = engine.find_sku
        for _ in turns:
            ask("mug")

    def now() -> None:
        for _ in turns:
            engine.now  # noqa: B018

    loop = least(calls, empty)
    return {f"python.scalar {name}": least(calls, run) - loop
            for name, run in (("now", now), ("find_sku", find), ("available", available),
                              ("reserve_one + unreserve", pair))}


def batch_rows(engine: earmark.Engine, items: int) -> dict[str, float]:
    zeros, ones = np.zeros(items, np.int64), np.ones(items, np.int64)
    table = {"offsets": np.arange(items + 1), "sku": zeros, "node": zeros, "amount": ones}
    ids = []

    def reserve() -> None:
        ids.append(engine.reserve(table)["reservation"])

    def available() -> None:
        engine.available(zeros, zeros)

    rows = {"python.batch available": least(items, available)}
    best = None
    for _ in range(ROUNDS):
        begin = perf_counter_ns()
        reserve()
        took = perf_counter_ns() - begin
        best = took if best is None else min(best, took)
        for reservation in ids.pop().tolist():
            engine.unreserve(reservation)
    rows["python.batch reserve"] = best / items
    return rows


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--json", help="writes the rows there as well")
    options.add_argument("--quick", action="store_true")
    asked = options.parse_args()
    n = 20_000 if asked.quick else 200_000
    engine = shop()
    rows = scalar_rows(engine, n) | batch_rows(engine, n)
    for name, ns in rows.items():
        print(f"{name:<40} {ns:9.1f} ns")
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
