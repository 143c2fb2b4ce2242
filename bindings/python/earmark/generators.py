"""GENERATORS OF INSTANCES: parameters and a seed to the columns of a shop. Whole numbers only,
drawn by seeded.py: the same columns on every platform and with every NumPy. A generator that would
make other columns gets another name (shop/2); the old one stays, because figures hang on it.

shop/1: DCs lie anywhere in a box of the size of the United States, stores beside places. Place and
SKU number k are wanted as 1 / (k + head). SKUs of an order differ. A SKU's stock is its demand in
these orders times `stock` percent, rounded up to whole packs, which are spread over the nodes that
carry it by drawn weights, a DC's four times a store's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .seeded import U64, below, draw

Tables = dict[str, dict[str, list[str] | np.ndarray]]
DAY_NS = 86_400_000_000_000
START_NS = 1_800_000_000_000_000_000 // DAY_NS * DAY_NS  # a midnight (UTC) in 2027
BOX = ((25_000_000, 24_000_000), (-124_000_000, 57_000_000))  # from and size, in 1/1,000,000 degree
BESIDE = 200_000  # how far a store may lie from its place, in 1/1,000,000 degree
MOST_TRIES = 10_000
MOST_CELLS, MOST_LINES = 10_000_000, 5_000_000


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int


@dataclass(frozen=True)
class Span(Whole):
    """[least, most], drawn evenly."""


@dataclass(frozen=True)
class Generator:
    parameters: dict[str, Whole]
    make: Callable[[dict, int], Tables]
    sensible: Callable[[dict], str]  # what is wrong with parameters that fit one by one, or ""


def _draws(seed: int, purpose: str, count: int) -> np.ndarray:
    return draw(seed, purpose, np.arange(count, dtype=U64))


def _small(bits: np.ndarray, n: int) -> np.ndarray:
    return below(bits, n).astype(np.int64)


def _by_rank(bits: np.ndarray, n: int, head: int) -> np.ndarray:
    """Numbers below n; k with a weight of 1 / (k + head)."""
    ends = np.cumsum((1 << 24) // (np.arange(n, dtype=np.int64) + head))
    return np.searchsorted(ends, _small(bits, int(ends[-1])), side="right").astype(np.int64)


def _span(bits: np.ndarray, span: list[int]) -> np.ndarray:
    return span[0] + _small(bits, span[1] - span[0] + 1)


def _different_skus(p: dict, seed: int, order: np.ndarray) -> np.ndarray:
    """A SKU per line; where an order would have one twice, the later line draws again."""
    sku = np.full(len(order), -1, dtype=np.int64)
    open_lines = np.arange(len(order))
    for attempt in range(MOST_TRIES):
        bits = draw(seed, f"sku {attempt}", open_lines.astype(U64))
        sku[open_lines] = _by_rank(bits, p["skus"], p["sku_head"])
        first = np.unique(order * p["skus"] + sku, return_index=True)[1]
        again = np.ones(len(order), dtype=bool)
        again[first] = False
        open_lines = np.flatnonzero(again)
        if len(open_lines) == 0:
            return sku
    raise RuntimeError("no order of different SKUs was found")  # see _sensible


def _carried(p: dict, seed: int) -> np.ndarray:
    """SKUs x nodes; a SKU that no node would carry is carried by one that is drawn."""
    nodes = p["dcs"] + p["stores"]
    percent = np.repeat([p["dc_range"], p["store_range"]], [p["dcs"], p["stores"]])
    drawn = _small(_draws(seed, "range", p["skus"] * nodes), 100).reshape(p["skus"], nodes)
    carried = drawn < percent
    bare = np.flatnonzero(~carried.any(axis=1))
    carried[bare, _small(_draws(seed, "only node", p["skus"]), nodes)[bare]] = True
    return carried


def _stock(p: dict, seed: int, demand: np.ndarray) -> np.ndarray:
    """SKUs x nodes, exact in sum: packs that do not divide go, one each, to drawn nodes."""
    carried = _carried(p, seed)
    packs = -(demand * p["stock"] // -(100 * p["pack"]))
    bits = _draws(seed, "stock", carried.size).reshape(carried.shape)
    kind = np.repeat([4, 1], [p["dcs"], p["stores"]])
    weight = np.where(carried, (1 + _small(bits, 4)) * kind, 0)
    sent = packs[:, None] * weight // weight.sum(axis=1)[:, None]
    rest = packs - sent.sum(axis=1)
    by_draw = np.argsort(np.where(carried, bits >> U64(1), U64(2**63)), axis=1, kind="stable")
    rank = np.argsort(by_draw, axis=1, kind="stable")
    return (sent + (rank < rest[:, None])) * p["pack"]


def _network(p: dict, seed: int) -> tuple[dict, dict]:
    def spots(what: str, count: int) -> list[np.ndarray]:
        return [low + _small(_draws(seed, f"{what} {axis}", count), size)
                for axis, (low, size) in enumerate(BOX)]

    places, dcs = spots("place", p["places"]), spots("dc", p["dcs"])
    beside = _small(_draws(seed, "store", p["stores"]), p["places"])
    at = [np.concatenate([d, c[beside] - BESIDE + _small(
        _draws(seed, f"store {axis}", p["stores"]), 2 * BESIDE + 1)])
        for axis, (d, c) in enumerate(zip(dcs, places, strict=True))]
    nodes = {"key": [f"dc {i}" for i in range(p["dcs"])]
             + [f"store {i}" for i in range(p["stores"])],
             "kind": ["dc"] * p["dcs"] + ["store"] * p["stores"],
             "latitude_e6": at[0], "longitude_e6": at[1]}
    return nodes, {"key": [f"place {i}" for i in range(p["places"])],
                   "latitude_e6": places[0], "longitude_e6": places[1]}


def shop(p: dict, seed: int) -> Tables:
    """O(lines log lines + SKUs x nodes) time and memory."""
    n = p["orders"]
    order = np.repeat(np.arange(n), _span(_draws(seed, "lines", n), p["lines"]))
    sku = _different_skus(p, seed, order)
    units = _span(_draws(seed, "units", len(order)), p["units"])
    price = 500 + _small(_draws(seed, "price", p["skus"]), 19_500)
    demand = np.zeros(p["skus"], dtype=np.int64)
    np.add.at(demand, sku, units)
    stock = _stock(p, seed, demand)
    of_sku, at_node = np.nonzero(stock)
    nodes, places = _network(p, seed)
    return {
        "orders": {"key": [f"order {i}" for i in range(n)],
                   "place": _by_rank(_draws(seed, "to", n), p["places"], p["place_head"]),
                   "placed_ns": START_NS + np.arange(n) * (p["days"] * DAY_NS // n)},
        "lines": {"order": order, "sku": sku, "units": units, "price_minor": price[sku]},
        "skus": {"key": [f"sku {i}" for i in range(p["skus"])]},
        "nodes": nodes, "places": places,
        "stock": {"sku": of_sku, "node": at_node, "on_hand": stock[of_sku, at_node]}}


def _sensible(p: dict) -> str:
    if p["dcs"] + p["stores"] == 0:
        return "dcs and stores are both 0; a shop needs a node"
    if 4 * p["lines"][1] > p["skus"]:
        return (f"orders of up to {p['lines'][1]} different SKUs need at least"
                f" {4 * p['lines'][1]} skus, not {p['skus']}")
    if p["days"] > p["orders"]:
        return f"{p['days']} days for {p['orders']} orders; give at most a day an order"
    if p["skus"] * (p["dcs"] + p["stores"]) > MOST_CELLS:
        return f"skus x nodes are more than {MOST_CELLS:,} cells"
    if p["orders"] * p["lines"][1] > MOST_LINES:
        return f"orders x lines are more than {MOST_LINES:,}"
    return ""


GENERATORS = {"shop/1": Generator({
    "orders": Whole(1, 1_000_000), "days": Whole(1, 366), "lines": Span(1, 100),
    "units": Span(1, 1_000), "skus": Whole(4, 1_000_000), "sku_head": Whole(1, 1_000_000),
    "places": Whole(1, 100_000), "place_head": Whole(1, 1_000_000), "dcs": Whole(0, 10_000),
    "stores": Whole(0, 10_000), "dc_range": Whole(0, 100), "store_range": Whole(0, 100),
    "stock": Whole(0, 10_000), "pack": Whole(1, 1_000)}, shop, _sensible)}
