"""ONE POLICY IN ONE WORLD: an engine of its own, the orders day by day, and what came of each line.
Everything is done through the engine's verbs; what they cost is recomputed from the policy's rate
card and has to equal what the engine planned, plan by plan. Where the card has steps, or divides by
acceptance, costs are those that the engine planned, and picks cannot be declined."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from . import _earmark
from .errors import BadInput
from .facts import columns_for, give
from .orders import Orders
from .policies import RateCard, part_costs, rate_card, stand_in
from .world import Setting, World, hashes

DAY_NS = 86_400_000_000_000
COST_PARTS = ("parcel", "extra parcel", "unit", "distance")


@dataclass
class Parts:
    """What ships: units of a line from a node. Arrays of one length, in the order of decisions."""

    order: np.ndarray   # row of the orders
    line: np.ndarray    # row of all lines
    node: np.ndarray
    units: np.ndarray   # in the SKU's smallest unit
    leg: np.ndarray     # 0, or how often the line's pick was declined before

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: np.ndarray) -> "Parts":
        return Parts(*(getattr(self, n)[rows] for n in ("order", "line", "node", "units", "leg")))


def _join(parts: list[Parts]) -> Parts:
    empty = np.zeros(0, dtype=np.int64)
    parts = parts or [Parts(empty, empty, empty, empty, empty)]
    return Parts(*(np.concatenate([getattr(p, n) for p in parts])
                   for n in ("order", "line", "node", "units", "leg")))


@dataclass
class Replay:
    policy: str
    card: RateCard
    parts: Parts
    costs: np.ndarray        # orders x COST_PARTS, 1/10,000 of the major unit
    parcels: np.ndarray      # per order
    exact: np.ndarray        # per order: every plan of it was proved best
    decision_ns: np.ndarray  # per order
    declined_orders: int     # orders that the engine would not capture
    declined_picks: int
    seconds: float           # spent in capture and source
    events: int              # digest of all events
    state: int
    sentences: list[str]     # broken invariants: none
    strategies: list[str]    # per order: the one that decided last, empty where none did
    engine: object = field(repr=False, default=None)
    ids: np.ndarray | None = None  # engine's order ids by row, -1 where not captured


def load(engine: _earmark.Engine, orders: Orders, world: World,
         stock: np.ndarray | None = None,
         progress: Callable[[int, int], object] | None = None) -> None:
    """Every row has to be taken: the world is our own by now. `progress` is told rows."""
    stock = world.stock if stock is None else stock
    known = stock > 0
    if world.supply is not None:  # a cell that supply will fill has to be there, with nothing in it
        known[world.supply.sku, world.supply.node] = True
    sku, node = np.nonzero(known)
    nodes = world.nodes
    position = {} if np.isnan(nodes.latitude).any() else {
        "latitude": nodes.latitude, "longitude": nodes.longitude}
    if not position and not np.isnan(nodes.latitude).all():
        missing = nodes.keys[int(np.isnan(nodes.latitude).argmax())]
        raise BadInput(f"nodes: {missing} has no position while others have; give all or none")
    reports = engine.load(
        skus={"key": orders.sku_keys, "decimals": orders.decimals},
        nodes={"key": nodes.keys, "kind": nodes.kinds, "priority": nodes.priority,
               "active": nodes.active.astype(np.int64), **position},
        places={"key": world.places.keys, "latitude": world.places.latitude,
                "longitude": world.places.longitude},
        stock={"sku": [orders.sku_keys[i] for i in sku], "node": [nodes.keys[i] for i in node],
               "on_hand": stock[sku, node]}, progress=progress)
    for report in reports.values():
        if len(report["rejected"]):
            _, _, why = list(report["rejected"])[0]
            raise BadInput(f"{len(report['rejected'])} rows were refused; the first: {why}")


def engine_for(orders: Orders, times: int = 2) -> _earmark.Engine:
    """An engine with room for `times` the orders."""
    room = max(times * len(orders), 1 << 14)
    return _earmark.Engine(max_orders=room, max_keys=2 * room)


def waves_of(orders: Orders) -> list[tuple[int, int]]:
    """Rows from, to: the orders of one day (UTC)."""
    day = orders.placed_ns // DAY_NS
    cuts = np.flatnonzero(np.diff(day)) + 1
    return list(zip([0, *cuts.tolist()], [*cuts.tolist(), len(orders)], strict=True))


class Player:
    def __init__(self, name: str, toml: str, orders: Orders, world: World, setting: Setting,
                 clock: Callable[[], float] = perf_counter, criterion: object = None,
                 loading: Callable[[int, int], object] | None = None) -> None:
        self.criterion = criterion
        self.name, self.orders, self.world, self.setting = name, orders, world, setting
        self.clock = clock
        self.engine = engine_for(orders)
        load(self.engine, orders, world, progress=loading)
        try:
            self.engine.activate(toml)
        except (_earmark.EarmarkError, ValueError) as e:
            raise BadInput(f"policy {name}: {e}") from None
        give(self.engine, toml, setting.facts, orders)
        self.toml = toml
        self.card = rate_card(toml, world.nodes)
        if self.card.bent and any(setting.decline.values()):
            raise BadInput(f"policy {name}: costs.{self.card.bent}: what is left of a parcel when a"
                           " pick is declined cannot be priced; take it out, or decline nothing")
        self.planned = np.zeros(len(orders), dtype=np.int64)
        self.bits = hashes(world, orders) if any(setting.decline.values()) else None
        self.chance = np.array([setting.decline.get(k, 0.0) for k in world.nodes.kinds])
        self.metres = stand_in(world.metres_of_order, world.nodes)
        self.ids = np.full(len(orders), -1, dtype=np.int64)
        self.exact = np.ones(len(orders), dtype=bool)
        self.ns = np.zeros(len(orders), dtype=np.int64)
        self.strategies = [""] * len(orders)
        self.kept: list[Parts] = []
        self.supplied = self.refused = self.declined_picks = 0
        self.seconds = 0.0

    def play(self, progress=None) -> Replay:
        for start, end in waves_of(self.orders):
            self.replenish(int(self.orders.placed_ns[start]))
            self.wave(np.arange(start, end))
            if progress:
                progress(end - start)
        parts = _join(self.kept)
        costs, parcels = self.costs(parts, 0, len(self.orders))
        return Replay(self.name, self.card, parts, costs, parcels, self.exact, self.ns,
                      self.refused, self.declined_picks, self.seconds,
                      int(self.engine.event_digest()), int(self.engine.state_hash()),
                      list(self.engine.check_invariants()), self.strategies, self.engine,
                      self.ids)

    def replenish(self, now: int) -> None:
        """What arrives up to the end of the day of `now`."""
        supply = self.world.supply
        if supply is None:
            return
        due = int(np.searchsorted(supply.arrives_ns // DAY_NS, now // DAY_NS, side="right"))
        for i in range(self.supplied, due):
            self.engine.adjust(self.orders.sku_keys[supply.sku[i]],
                               self.world.nodes.keys[supply.node[i]], int(supply.units[i]),
                               reason="receipt", now=now)
        self.supplied = due

    def wave(self, rows: np.ndarray) -> None:
        """A day: capture, decide; then the picks that are declined, until none is."""
        lines = np.arange(self.orders.offsets[rows[0]], self.orders.offsets[rows[-1] + 1])
        counts = np.diff(self.orders.offsets)[rows]
        leg = 0
        while len(rows):
            keys = [self.orders.keys[i] for i in rows] if leg == 0 else [
                f"again {leg} of {self.orders.keys[i]}" for i in rows]
            parts, ids = self.decide(keys, rows, lines, counts, leg)
            if leg == 0:
                self.ids[rows] = ids
            lost = self.declined(parts)
            if not lost.any():
                self.kept.append(parts)
                return
            rows, lines, counts = self.take_back(parts, lost, ids, rows, lines, counts)
            leg += 1

    def decide(self, keys: list[str], rows: np.ndarray, lines: np.ndarray, counts: np.ndarray,
               leg: int) -> tuple[Parts, np.ndarray]:
        orders, now = self.orders, int(self.orders.placed_ns[rows[-1]])
        offsets = np.r_[0, np.cumsum(counts)].astype(np.int64)
        columns = {"key": keys, "offsets": offsets, "sku": orders.sku[lines],
                   "amount": orders.units[lines], "price_minor": orders.price_minor[lines],
                   "place": self.world.places.of_order[rows], "now": orders.placed_ns[rows],
                   **columns_for(self.toml, orders, rows, lines)}
        start = self.clock()
        placed = self.engine.place_orders(columns, currency=orders.currency, now=now)
        taken = np.flatnonzero(np.asarray(placed["error"]) == 0)
        ids = np.full(len(rows), -1, dtype=np.int64)
        ids[taken] = np.asarray(placed["order"])[taken]
        sourced = self.engine.source(ids[taken], now=now, criterion=self.criterion)
        self.seconds += self.clock() - start
        self.refused += len(rows) - len(taken)
        at = {name: np.asarray(sourced[name]) for name in (
            "part_row", "part_line", "part_node", "part_granules", "exact", "decision_ns",
            "cost_e4")}
        row = taken[at["part_row"]]
        parts = Parts(rows[row], lines[offsets[row] + at["part_line"]],
                      at["part_node"].astype(np.int64), at["part_granules"].astype(np.int64),
                      np.full(len(row), leg, dtype=np.int64))
        self.exact[rows[taken]] &= at["exact"].astype(bool)
        self.ns[rows[taken]] += at["decision_ns"]
        if sourced.dictionary("strategy"):
            for i, name in zip(rows[taken].tolist(), sourced.words("strategy"), strict=True):
                self.strategies[i] = name or ""
        self.planned[rows[taken]] += at["cost_e4"]
        self.check_costs(parts, rows[taken], at["cost_e4"])
        return parts, ids

    def check_costs(self, parts: Parts, rows: np.ndarray, planned: np.ndarray) -> None:
        if len(rows) == 0 or self.card.bent:
            return
        low = int(rows[0])
        ours = self.costs(parts, low, int(rows[-1]) + 1)[0].sum(axis=1)[rows - low]
        if (ours != planned).any():
            i = int((ours != planned).argmax())
            raise RuntimeError(f"order {self.orders.keys[rows[i]]}: the engine planned"
                               f" {planned[i]} where the rate card gives {ours[i]}; this is a"
                               " fault of Earmark, please report it")

    def costs(self, parts: Parts, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """(orders x COST_PARTS, parcels by order) of the orders from low to high. A parcel is what
        one node sends for one order at one time."""
        n, nodes = high - low, len(self.world.nodes)
        at = parts.order - low
        out = np.zeros((n, len(COST_PARTS)), dtype=np.int64)
        # The engine sources an order's lines of one SKU as one demand, and rounds it once.
        skus = len(self.orders.sku_keys)
        demand = ((parts.leg * n + at) * skus + self.orders.sku[parts.line]) * nodes + parts.node
        kept, of = np.unique(demand, return_inverse=True)
        units = np.zeros(len(kept), dtype=np.int64)
        np.add.at(units, of, parts.units)
        node, sku, row = kept % nodes, kept // nodes % skus, kept // nodes // skus % n
        unit, distance = part_costs(self.card, node, self.metres[row + low, node], units,
                                    self.orders.decimals[sku])
        np.add.at(out[:, 2], row, unit)
        np.add.at(out[:, 3], row, distance)
        sent = np.unique((parts.leg * n + at) * nodes + parts.node)
        order = sent // nodes % n
        np.add.at(out[:, 0], order, self.card.fixed[sent % nodes])
        parcels = np.bincount(order, minlength=n)
        out[:, 1] = self.card.extra_parcel * np.maximum(parcels - 1, 0)
        if self.card.bent:
            out[:, 0] = self.planned[low:high] - out[:, 1:].sum(axis=1)
        return out, parcels

    def declined(self, parts: Parts) -> np.ndarray:
        """Which parts are declined; a line is taken back whole, with all its parts."""
        if self.bits is None or len(parts) == 0:
            return np.zeros(len(parts), dtype=bool)
        order_bits, sku_bits, node_bits = self.bits
        lost = self.setting.declined(
            self.world.run, order_bits[parts.order], sku_bits[self.orders.sku[parts.line]],
            node_bits[parts.node], self.chance[parts.node])
        self.empty = parts.take(np.flatnonzero(lost))
        return np.isin(parts.line, parts.line[lost])

    def take_back(self, parts: Parts, lost: np.ndarray, ids: np.ndarray, rows: np.ndarray,
                  lines: np.ndarray, counts: np.ndarray):
        """Cancels the declined lines, writes the empty shelves off, and answers what is to be
        sourced again."""
        self.kept.append(parts.take(np.flatnonzero(~lost)))
        self.declined_picks += len(self.empty)
        now = int(self.orders.placed_ns[rows[-1]])
        of_line = np.repeat(np.arange(len(rows)), counts)
        first = np.r_[0, np.cumsum(counts)]
        again = np.flatnonzero(np.isin(lines, parts.line[lost]))
        for i in again.tolist():
            row = int(of_line[i])
            self.engine.cancel(int(ids[row]), i - int(first[row]) + 1, now=now)
        cells = np.unique(np.stack([self.orders.sku[self.empty.line], self.empty.node]), axis=1)
        free = np.asarray(self.engine.available(cells[0], cells[1]))
        for sku, node, units in zip(*cells.tolist(), free.tolist(), strict=True):
            if units > 0:
                self.engine.adjust(self.orders.sku_keys[sku], self.world.nodes.keys[node], -units,
                                   reason="count", now=now)
        wanted, counts = np.unique(of_line[again], return_counts=True)
        return rows[wanted], lines[again], counts


def play(name: str, toml: str, setting: Setting, world: World, progress=None,
         clock: Callable[[], float] = perf_counter, criterion: object = None) -> Replay:
    return Player(name, toml, setting.orders, world, setting, clock, criterion).play(progress)
