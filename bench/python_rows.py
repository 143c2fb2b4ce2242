"""The Python side of the rows `python.scalar.*` and `python.batch.*` of bench/run.

    python bench/python_rows.py                        prints ns a call and ns an item
    python bench/python_rows.py --serve CALLS ITEMS    for bench/python_rows.cpp (the twins)

A server says one line about itself, or why it cannot serve, then answers the name of a row with
the nanoseconds of one burst, by the CPU clock of the thread. The loop around a scalar call counts;
what a burst has taken is given back before the next, untimed.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable
from importlib import resources
from time import thread_time_ns

try:
    import numpy as np

    import earmark
except ImportError as e:
    print(f"skipped: {e}; .venv/bin/python -m pip install --no-build-isolation . installs the"
          " module", flush=True)
    sys.exit(0 if "--serve" in sys.argv else 2)

STOCK = 1_000_000


def shop() -> earmark.Engine:
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug"]})
    engine.load_nodes({"key": ["berlin"]})
    engine.load_stock({"sku": ["mug"], "node": ["berlin"], "on_hand": [STOCK]})
    return engine


def timed(work: Callable[[], object]) -> int:
    begin = thread_time_ns()
    work()
    return thread_time_ns() - begin


def bursts(calls: int, items: int) -> dict[str, Callable[[], int]]:
    """Nanoseconds of one burst, by row."""
    engine = shop()
    zeros, ones = np.zeros(items, np.int64), np.ones(items, np.int64)
    table = {"offsets": np.arange(items + 1), "sku": zeros, "node": zeros, "amount": ones}
    held = []

    def find_sku() -> None:
        ask = engine.find_sku
        for _ in range(calls):
            ask("mug")

    def available() -> None:
        ask = engine.available
        for _ in range(calls):
            ask(0, 0)

    def pairs() -> None:
        take, give = engine.reserve_one, engine.unreserve
        for _ in range(calls // 2):
            give(take(0, 0, 1))

    def all_available() -> None:
        engine.available(zeros, zeros)

    def reserve_all() -> None:
        held.append(engine.reserve(table)["reservation"])

    def reserve() -> int:
        took = timed(reserve_all)
        engine.unreserve(held.pop())
        return took

    return {"python.scalar.find_sku": lambda: timed(find_sku),
            "python.scalar.available": lambda: timed(available),
            "python.scalar.reserve": lambda: timed(pairs),
            "python.batch.available": lambda: timed(all_available),
            "python.batch.reserve": reserve}


def serve(calls: int, items: int) -> None:
    made = json.loads(resources.files("earmark").joinpath("build.json").read_text())
    print(f"Python {platform.python_version()}, module of {made['commit']}, {made['flags']}",
          flush=True)
    rows = bursts(calls, items)
    for line in sys.stdin:
        print(rows[line.strip()](), flush=True)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--serve", nargs=2, type=int, metavar=("CALLS", "ITEMS"))
    asked = options.parse_args()
    if asked.serve:
        serve(*asked.serve)
        return 0
    calls, items = 2_000, 10_000
    for name, burst in bursts(calls, items).items():
        ns = min(burst() for _ in range(50)) / (items if "batch" in name else calls)
        print(f"{name:<26} {ns:9.1f} ns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
