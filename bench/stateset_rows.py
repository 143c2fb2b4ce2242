"""The rows `rival.stateset.*` of bench/run: reservations through the package stateset-embedded,
which keeps its stock in SQLite.

    python bench/stateset_rows.py FOLDER

Says one line about itself, or why it cannot serve, then answers `volatile` and `durable` with the
nanoseconds of one reservation, by the wall clock, over a burst of them. The reservations are
released before the next burst, untimed. Durable writes a database into FOLDER.
"""

import itertools
import sys
from importlib import metadata
from pathlib import Path
from time import perf_counter_ns

try:
    from stateset_embedded import Commerce
except ImportError as e:
    print(f"left out: {e}; bench/run --rivals installs it into .venv", flush=True)
    sys.exit(0)

BURST = 8


class Shop:
    def __init__(self, path: str) -> None:
        self.commerce = Commerce(path)
        self.commerce.inventory.create_item("mug", "Mug", initial_quantity=1_000_000)
        self.number = itertools.count()

    def burst(self) -> float:
        """Nanoseconds of one reservation."""
        names = [f"order-{next(self.number)}" for _ in range(BURST)]
        reserve = self.commerce.inventory.reserve
        begin = perf_counter_ns()
        held = [reserve("mug", 1, "order", name, 900) for name in names]
        took = perf_counter_ns() - begin
        for one in held:
            self.commerce.inventory.release_reservation(one.id)
        return took / BURST


def main() -> int:
    shops = {"volatile": Shop(":memory:"),
             "durable": Shop(str(Path(sys.argv[1]) / "stateset.db"))}
    print(f"stateset-embedded {metadata.version('stateset-embedded')}", flush=True)
    for line in sys.stdin:
        print(shops[line.strip()].burst(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
