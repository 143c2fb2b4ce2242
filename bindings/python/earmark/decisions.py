"""DECISIONS as a table, and tables as files: CSV, CSV.gz, Parquet, Arrow, JSON lines. A file
appears whole or not at all."""

import csv
import gzip
import io
import json
import os
import sys
from pathlib import Path

import numpy as np

from ._earmark import Frame
from .errors import BadInput
from .orders import Orders
from .replay import Replay

FORMATS = (".csv", ".csv.gz", ".parquet", ".arrow", ".jsonl")


def decisions(orders: Orders, node_keys: list[str], replay: Replay) -> dict[str, list | np.ndarray]:
    """One row per part of what ships, by order and line; the units nobody ships are rows without a
    node. `strategy` is the last that decided about the order, empty without one; `leg` counts how
    often the line's pick was declined before."""
    p = replay.parts
    filled = np.zeros(orders.lines, dtype=np.int64)
    np.add.at(filled, p.line, p.units)
    rest = np.flatnonzero(orders.units > filled)
    of_line = orders.order_of_line
    line = np.concatenate([p.line, rest])
    node = np.concatenate([p.node, np.full(len(rest), -1)])
    units = np.concatenate([p.units, (orders.units - filled)[rest]])
    leg = np.concatenate([p.leg, np.zeros(len(rest), dtype=np.int64)])
    by = np.lexsort((node, node < 0, line))
    line, node, units, leg = line[by], node[by], units[by], leg[by]
    order = of_line[line]
    scale = 10.0 ** orders.decimals[orders.sku[line]]
    whole = not orders.decimals.any()
    return {
        "policy": [replay.policy] * len(line),
        "strategy": [replay.strategies[i] for i in order.tolist()],
        "order_key": [orders.keys[i] for i in order.tolist()],
        "line": (line - orders.offsets[order] + 1),
        "sku": [orders.sku_keys[i] for i in orders.sku[line].tolist()],
        "node": [node_keys[i] if i >= 0 else "" for i in node.tolist()],
        "quantity": units if whole else units / scale,
        "outcome": ["allocated" if i >= 0 else "not filled" for i in node.tolist()],
        "leg": leg,
        "order_cost": replay.costs.sum(axis=1)[order] / 10_000,
        "order_parcels": replay.parcels[order],
        "proved_best": replay.exact[order]}


def stack(tables: list[dict]) -> dict:
    return {name: np.concatenate([np.asarray(t[name]) for t in tables])
            if not isinstance(tables[0][name], list) else sum((t[name] for t in tables), [])
            for name in tables[0]}


def columns_of_frame(frame: Frame) -> dict[str, list]:
    """The columns as lists: words for codes, None for nulls."""
    def column(name: str) -> list:
        try:
            return list(frame.words(name))
        except BadInput:  # no dictionary column
            return np.ma.asarray(frame[name]).tolist()
    return {name: column(name) for name in frame}


def write_table(columns: dict, path: str | Path) -> None:
    """By the name's ending; `-` is CSV on standard output."""
    name = str(path)
    if name == "-":
        sys.stdout.write(_csv(columns))
        return
    if not name.endswith(FORMATS):
        raise BadInput(f"{name}: the formats are {', '.join(FORMATS)}; choose one by the ending")
    try:
        if name.endswith((".parquet", ".arrow")):
            data = _arrow(columns, name.endswith(".parquet"))
        elif name.endswith(".jsonl"):
            data = "".join(json.dumps(row) + "\n" for row in _rows(columns)).encode()
        else:
            data = _csv(columns).encode()
            data = gzip.compress(data, mtime=0) if name.endswith(".gz") else data
        write_whole(Path(name), data)
    except OSError as e:
        raise BadInput(f"{name}: {e.strerror}") from None


def write_whole(path: Path, data: bytes) -> None:
    """Beside it first, then renamed over it."""
    part = path.with_name(f".{path.name}.part{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _rows(columns: dict):
    lists = [c.tolist() if isinstance(c, np.ndarray) else c for c in columns.values()]
    for values in zip(*lists, strict=True):
        yield dict(zip(columns, values, strict=True))


def _csv(columns: dict) -> str:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(columns)
    lists = [c.tolist() if isinstance(c, np.ndarray) else c for c in columns.values()]
    out.writerows(zip(*lists, strict=True))
    return text.getvalue()


def _arrow(columns: dict, as_parquet: bool) -> bytes:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise BadInput("this needs pyarrow: pip install pyarrow; or write .csv") from None
    sink, table = io.BytesIO(), pyarrow.table(columns)
    if as_parquet:
        pyarrow.parquet.write_table(table, sink)
    else:
        with pyarrow.ipc.new_file(sink, table.schema) as out:
            out.write_table(table)
    return sink.getvalue()
