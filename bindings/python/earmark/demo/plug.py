"""PULL THE PLUG: a child process writes a stream of orders into a journal and is killed with
SIGKILL in the middle. The journal is reopened; whatever the child had acknowledged has to be
there, once.

An order counts as acknowledged when the child, after flush("disk") returned, wrote its number
to a pipe. The stream is a function of the seed, so parent and child make the same one."""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from .. import _earmark
from ..seeded import below, draw, mix

NODES, SKUS, BATCH = 4, 400, 500
POLICY = """
policy   = "plug"
currency = "USD"
rank     = ["cost"]
[costs]
fixed_per_parcel = "5.00"
per_unit         = "0.25"
[split]
lines = "by_quantity"
"""


@dataclass
class Plug:
    stream: int           # orders in the stream
    acknowledged: int     # by the child, before it died
    recovered: int        # of these, found after reopening
    lost: int
    twice: int            # acknowledged orders that became a second order when given again
    equal: bool           # after the rest of the stream: the state of an engine never killed
    died_by: int          # the signal that ended the child
    reopen_seconds: float
    state: str            # digest of the end state
    journal_bytes: int


def pull(orders: int = 40_000, seed: int = 7, folder: str | None = None) -> Plug:
    """Runs the scene in a temporary folder. Real: a process, SIGKILL, a file."""
    with tempfile.TemporaryDirectory(prefix="earmark-plug-", dir=folder) as where:
        path = Path(where) / "journal.db"
        target = int(orders * (0.4 + 0.3 * float(
            (draw(seed, "plug", np.array([orders], dtype=np.uint64))[0] >> np.uint64(11))
            * 2.0**-53)))
        acknowledged, died_by = kill_in_the_middle(path, orders, seed, target)
        return recover(path, orders, seed, acknowledged, died_by)


def kill_in_the_middle(path: Path, orders: int, seed: int, target: int) -> tuple[int, int]:
    """Kills the child once it has acknowledged `target`; how many it had acknowledged by then."""
    child = subprocess.Popen([sys.executable, "-m", "earmark.demo.plug", str(path), str(orders),
                              str(seed)], stdout=subprocess.PIPE)
    acknowledged = 0
    with child.stdout as pipe:
        for line in pipe:
            if line.endswith(b"\n"):  # a number cut off by the kill was not said
                acknowledged = int(line)
            if acknowledged >= target:
                os.kill(child.pid, signal.SIGKILL)
                target = sys.maxsize  # what is still in the pipe was said as well
    return acknowledged, -child.wait()


def recover(path: Path, orders: int, seed: int, acknowledged: int, died_by: int) -> Plug:
    start = perf_counter()
    engine = open_engine(orders, str(path))
    seconds = perf_counter() - start
    size = sum(f.stat().st_size for f in path.parent.iterdir())
    found = {}
    for i in range(acknowledged):
        try:
            found[i] = int(engine.find_order(key(i)))
        except _earmark.EarmarkError:
            continue
    twice = 0
    for low, ids in play(engine, orders, seed):
        twice += sum(found.get(low + i, int(id)) != int(id) for i, id in enumerate(ids))
    reference = open_engine(orders, "")
    set_up(reference, orders)
    for _ in play(reference, orders, seed):
        pass
    return Plug(orders, acknowledged, len(found), acknowledged - len(found), twice,
                engine.state_hash() == reference.state_hash()
                and engine.balance() == reference.balance() and not engine.check_invariants(),
                died_by, seconds, f"{engine.state_hash():016x}", size)


def key(i: int) -> str:
    return f"order {i}"


def open_engine(orders: int, journal: str) -> _earmark.Engine:
    return _earmark.Engine(journal=journal, max_orders=max(orders + 1024, 1 << 16),
                           max_keys=max(4 * orders, 1 << 17))


def set_up(engine: _earmark.Engine, orders: int) -> None:
    engine.load_skus({"key": [f"sku {i}" for i in range(SKUS)]})
    engine.load_nodes({"key": [f"node {i}" for i in range(NODES)]})
    cells = [(sku, node) for sku in range(SKUS) for node in range(NODES) if (sku + node) % 3]
    engine.load_stock({"sku": [f"sku {s}" for s, _ in cells],
                       "node": [f"node {n}" for _, n in cells],
                       "on_hand": [orders * 4 // SKUS] * len(cells)})
    engine.activate(POLICY)


def play(engine: _earmark.Engine, orders: int, seed: int, flush: str = ""):
    """Places and sources the stream batch by batch; yields (first order, ids)."""
    bits = draw(seed, "stream", np.arange(2 * orders, dtype=np.uint64))
    sku, amount = below(bits, SKUS).astype(np.int64), 1 + below(mix(bits), 3).astype(np.int64)
    for low in range(0, orders, BATCH):
        n = min(BATCH, orders - low)
        lines = slice(2 * low, 2 * (low + n))
        placed = engine.place_orders({
            "key": [key(i) for i in range(low, low + n)], "offsets": np.arange(0, 2 * n + 1, 2),
            "sku": sku[lines], "amount": amount[lines]}, now=1 + low)
        ids = np.asarray(placed["order"])
        engine.source(ids, now=1 + low)
        if flush:
            engine.flush(flush)
        yield low, ids


def child(path: str, orders: int, seed: int) -> None:
    engine = open_engine(orders, path)
    set_up(engine, orders)
    for low, ids in play(engine, orders, seed, "disk"):
        sys.stdout.write(f"{low + len(ids)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) == 4:
        child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        print(asdict(pull()))
