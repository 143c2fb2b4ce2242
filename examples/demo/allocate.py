"""ONE POLICY, ONE ENGINE: load the world, capture every order, source, release and ship it, and
measure. The figures are those of a whole file: every order counts, also those that got nothing."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

import earmark
from orders import BadInput, Orders
from world import World


@dataclass
class Explained:
    key: str
    words: str
    rows: list[tuple[str, str, str]]  # node, verdict, reason


@dataclass
class Run:
    """What a policy made of the orders. Rates are shares from 0 to 1."""

    policy: str
    orders: int
    lines: int
    units: int
    declined: int           # orders that the engine would not capture
    unit_fill: float        # units shipped / units ordered
    order_fill: float       # orders shipped in full / orders
    split: float            # orders shipped in more than one package / orders shipped
    packages_per_order: float  # packages / orders shipped
    cost_per_order: float   # planned cost / orders shipped, in the major unit
    km_per_package: float   # where the distance is known
    exact: float            # plans proved best / orders
    p50_us: float           # time of one decision: decide and take, no capture
    p99_us: float
    orders_per_second: float  # capture and source, one thread
    digest: int             # of all events
    state: int              # of the whole state
    decision_us: np.ndarray
    flows: np.ndarray       # packages, places x nodes
    sentences: list[str]    # broken invariants: none
    balance: dict[str, int]
    explained: Explained | None


def run(name: str, policy_toml: str, orders: Orders, world: World) -> Run:
    engine = earmark.Engine()
    load(engine, orders, world)
    try:
        engine.activate(policy_toml)
    except earmark.EarmarkError as e:
        raise BadInput(f"policy {name}: {e}") from None

    start = perf_counter()
    placed = engine.place_orders(order_columns(orders, world), currency=orders.currency)
    now = int(orders.placed_ns[-1])
    taken = np.flatnonzero(placed["error"] == 0)
    ids = placed["order"][taken]
    sourced = engine.source(ids, now=now)
    seconds = perf_counter() - start

    by_line = shipped_by_line(orders, taken, sourced)
    full = np.logical_and.reduceat(by_line == orders.units, orders.offsets[:-1])
    example = interesting(orders, taken, sourced, full)
    explained = None
    if len(ids):
        explained = explain(engine, orders.keys[taken[example]], int(ids[example]))
    some = ids[sourced["allocated"] > 0]
    check(engine.release(some, now=now), "release")
    check(engine.ship(some, now=now), "ship")
    return figures(name, engine, orders, world, taken, sourced, by_line, seconds, explained)


def load(engine: earmark.Engine, orders: Orders, world: World) -> None:
    """Every row has to be taken: the world is our own."""
    sku, node = np.nonzero(world.stock)
    reports = [
        engine.load_skus({"key": orders.sku_keys, "decimals": orders.decimals}),
        engine.load_nodes({"key": world.nodes.keys, "kind": world.nodes.kinds,
                           "latitude": world.nodes.latitude, "longitude": world.nodes.longitude,
                           "priority": [1 if kind == "dc" else 2 for kind in world.nodes.kinds]}),
        engine.load_places({"key": world.places.keys, "latitude": world.places.latitude,
                            "longitude": world.places.longitude}),
        engine.load_stock({"sku": [orders.sku_keys[i] for i in sku],
                           "node": [world.nodes.keys[i] for i in node],
                           "on_hand": world.stock[sku, node]}),
    ]
    for report in reports:
        if report["rejected"]:
            row, _, text = report["rejected"][0]
            raise BadInput(f"{len(report['rejected'])} rows of the world were refused;"
                           f" row {row}: {text}")


def order_columns(orders: Orders, world: World) -> dict:
    return {"key": orders.keys, "offsets": orders.offsets, "sku": orders.sku,
            "amount": orders.units, "price_minor": orders.price_minor,
            "place": world.places.of_order, "now": orders.placed_ns}


def check(answer: dict, verb: str) -> None:
    wrong = np.flatnonzero(answer["error"])
    if len(wrong):
        raise RuntimeError(f"{verb} was refused for {len(wrong)} orders: "
                           f"{earmark.error_name(int(answer['error'][wrong[0]]))}")


def shipped_by_line(orders: Orders, taken: np.ndarray, sourced: dict) -> np.ndarray:
    """Units (in the SKU's smallest) that each line of the file got."""
    line = orders.offsets[taken[sourced["part_row"]]] + sourced["part_line"]
    units = np.zeros(orders.lines, dtype=np.int64)
    np.add.at(units, line, sourced["part_granules"])
    if (units > orders.units).any():
        raise RuntimeError("a line was given more than it ordered")
    return units


def interesting(orders: Orders, taken: np.ndarray, sourced: dict, full: np.ndarray) -> int:
    """The first order of three to six lines that was split in two and served in full."""
    lines = np.diff(orders.offsets)[taken]
    good = (lines >= 3) & (lines <= 6) & (sourced["parcels"] == 2) & full[taken]
    return int(good.argmax()) if good.any() else 0


def explain(engine: earmark.Engine, key: str, order: int) -> Explained:
    return Explained(key, engine.explain(order), engine.explain_rows(order))


def figures(name: str, engine: earmark.Engine, orders: Orders, world: World, taken: np.ndarray,
            sourced: dict, by_line: np.ndarray, seconds: float,
            explained: Explained | None) -> Run:
    flows, metres, known = packages(world, taken, sourced)
    fact = earmark.figures(facts(orders, taken, sourced, by_line))
    return Run(
        policy=name,
        orders=len(orders),
        lines=orders.lines,
        units=round(float((orders.units / 10.0 ** orders.decimals[orders.sku]).sum())),
        declined=len(orders) - len(taken),
        unit_fill=fact["unit_fill"] or 0.0,
        order_fill=fact["order_fill"] or 0.0,
        split=fact["split_rate"] or 0.0,
        packages_per_order=fact["parcels_per_order"] or 0.0,
        cost_per_order=(fact["cost_e4_per_order"] or 0.0) / 10_000,
        km_per_package=float(metres / 1000 / max(known, 1)),
        exact=fact["exact"] or 0.0,
        p50_us=fact["p50_ns"] / 1000,
        p99_us=fact["p99_ns"] / 1000,
        orders_per_second=len(orders) / seconds,
        digest=engine.event_digest(),
        state=engine.state_hash(),
        decision_us=sourced["decision_ns"] / 1000,
        flows=flows,
        sentences=engine.check_invariants(),
        balance=engine.balance(),
        explained=explained)


def facts(orders: Orders, taken: np.ndarray, sourced: dict,
          by_line: np.ndarray) -> dict[str, np.ndarray]:
    """One row per order of the file, also for those that were declined. Units of all SKUs are
    brought to the finest scale, so that they can be added."""
    scale = 10 ** (int(orders.decimals.max(initial=0)) - orders.decimals[orders.sku])
    by_order = {
        "ordered": np.add.reduceat(orders.units * scale, orders.offsets[:-1]),
        "allocated": np.add.reduceat(by_line * scale, orders.offsets[:-1]),
        "lines": np.diff(orders.offsets),
    }
    parts = np.bincount(sourced["part_row"], minlength=len(taken)) - sourced["unknown"]
    columns = {"parcels": sourced["parcels"], "cost_e4": sourced["cost_e4"],
               "metres": sourced["metres"], "parts": parts, "exact": sourced["exact"],
               "decision_ns": sourced["decision_ns"]}
    for name, column in columns.items():
        by_order[name] = np.zeros(len(orders), dtype=np.int64)
        by_order[name][taken] = column
    return by_order


def packages(world: World, taken: np.ndarray,
             sourced: dict) -> tuple[np.ndarray, int, int]:
    """Packages by place and node, and the metres of those whose place is known. A package is what
    one node sends for one order."""
    nodes = len(world.nodes.keys)
    pairs = np.unique(sourced["part_row"] * nodes + sourced["part_node"])
    row, node = pairs // nodes, pairs % nodes
    place = world.places.of_order[taken[row]]
    known = place >= 0
    flows = np.zeros((len(world.places.keys), nodes), dtype=np.int64)
    np.add.at(flows, (place[known], node[known]), 1)
    return flows, int((flows * world.metres).sum()), int(flows.sum())
