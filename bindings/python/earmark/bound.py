"""THE ORDER-BY-ORDER BOUND. What a policy filled of an order, filled alone: on the run's opening
stock and all its supply, with nothing taken by others and nothing kept back, by the policy's rate
card and any number of parcels. No policy with that rate card can fill the same units for less.

Where each SKU of the order came from one node, that problem is solved by the engine's exact solver
(a dry run). Where units of a SKU came from several nodes, or the solver could not prove its plan,
a weaker number stands in: one parcel at the lowest rate, and each line at the cheapest node that
has any of it. Such orders count as not exact."""

from dataclasses import dataclass

import numpy as np

from .orders import Orders
from .policies import cheapest_text, stand_in
from .replay import Replay, engine_for, load
from .world import World


@dataclass
class Bound:
    e4: np.ndarray     # per order; 0 where nothing was filled
    exact: np.ndarray  # per order: the bound is the least cost, not only below it
    gap: float         # worst (best known - bound) / bound of the orders that are not exact


class BoundRoom:
    """One engine that takes nothing, for all policies of a run that share a rate card."""

    def __init__(self, replay: Replay, orders: Orders, world: World, policies: int) -> None:
        stock = world.stock.copy()
        if world.supply is not None:
            np.add.at(stock, (world.supply.sku, world.supply.node), world.supply.units)
        self.orders, self.world, self.stock, self.card = orders, world, stock, replay.card
        self.metres = stand_in(world.metres_of_order, world.nodes)
        self.engine = engine_for(orders, policies + 1)
        load(self.engine, orders, world, stock)
        self.engine.activate(cheapest_text(self.card, orders.currency))
        self.solved: dict[tuple[int, bytes], tuple[int, bool]] = {}
        self.asked = 0

    def of(self, replay: Replay) -> Bound:
        filled = np.zeros(self.orders.lines, dtype=np.int64)
        np.add.at(filled, replay.parts.line, replay.parts.units)
        n = len(self.orders)
        some = np.add.reduceat(filled, self.orders.offsets[:-1]) > 0
        one_node = np.ones(n, dtype=bool)
        one_node[self._scattered(replay)] = False
        floor = self._floor(filled, replay)
        e4, exact, upper = floor.copy(), ~some, replay.costs.sum(axis=1)
        rows = np.flatnonzero(some & one_node)
        for row, (cost, proved) in zip(rows.tolist(), self._solve(rows, filled), strict=True):
            if proved:
                e4[row], exact[row] = cost, True
            else:
                upper[row] = min(upper[row], cost)
        loose = np.flatnonzero(some & ~exact)
        gap = float(((upper[loose] - e4[loose]) / np.maximum(e4[loose], 1)).max(initial=0.0))
        return Bound(np.where(some, e4, 0), exact, gap)

    def _scattered(self, replay: Replay) -> np.ndarray:
        """Orders that have a SKU from more than one node."""
        p, skus, nodes = replay.parts, len(self.orders.sku_keys), len(self.world.nodes)
        triples = np.unique((p.order * skus + self.orders.sku[p.line]) * nodes + p.node)
        pairs, times = np.unique(triples // nodes, return_counts=True)
        return pairs[times > 1] // skus

    def _floor(self, filled: np.ndarray, replay: Replay) -> np.ndarray:
        """The weaker number, per order, rounded down; one unit of rounding off for each part."""
        order = self.orders.order_of_line
        usable = self.card.usable & self.world.nodes.active
        has = (self.stock > 0) & usable[None, :]
        out = np.zeros(len(self.orders), dtype=np.int64)
        dear = np.iinfo(np.int64).max // 4
        rate = self.card.unit * 1_000_000 + self.card.distance * self.metres  # orders x nodes
        for start in range(0, self.orders.lines, 1 << 17):
            part = slice(start, start + (1 << 17))
            least = np.where(has[self.orders.sku[part]], rate[order[part]], dear).min(axis=1)
            scale = 10 ** self.orders.decimals[self.orders.sku[part]] * 1_000_000
            units = filled[part]
            least = np.where(units > 0, least, 0)
            if len(units) and int(units.max()) * max(int(least.max()), 1) >= 2**62:
                units, least, scale = (a.astype(object) for a in (units, least, scale))
            np.add.at(out, order[part], (units * least // scale).astype(np.int64))
        parts = np.bincount(replay.parts.order, minlength=len(self.orders))
        fixed = int(self.card.fixed[usable].min()) if usable.any() else 0
        return np.maximum(out + np.where(parts > 0, fixed, 0) - parts, 0)

    def _solve(self, rows: np.ndarray, filled: np.ndarray) -> list[tuple[int, bool]]:
        """Least cost of what was filled of each order, and whether it is proved."""
        keys = [(int(row), filled[self.orders.offsets[row]:self.orders.offsets[row + 1]].tobytes())
                for row in rows]
        fresh = [i for i, key in enumerate(keys) if key not in self.solved]
        if fresh:
            answer = self._ask(rows[fresh], filled)
            for i, cost, exact in zip(fresh, *answer, strict=True):
                self.solved[keys[i]] = (int(cost), bool(exact))
        return [self.solved[key] for key in keys]

    def _ask(self, rows: np.ndarray, filled: np.ndarray) -> tuple[list, list]:
        orders = self.orders
        wanted = np.zeros(len(orders), dtype=bool)
        wanted[rows] = True
        lines = np.flatnonzero(wanted[orders.order_of_line] & (filled > 0))
        counts = np.bincount(orders.order_of_line[lines], minlength=len(orders))[rows]
        self.asked += 1
        placed = self.engine.place_orders({
            "key": [f"{self.asked} {row}" for row in rows],
            "offsets": np.r_[0, np.cumsum(counts)].astype(np.int64), "sku": orders.sku[lines],
            "amount": filled[lines], "place": self.world.places.of_order[rows]},
            currency=orders.currency)
        if np.asarray(placed["error"]).any():
            raise RuntimeError("the bound's engine refused an order that a policy filled")
        sourced = self.engine.source(np.asarray(placed["order"]), dry_run=True)
        got, asked = np.asarray(sourced["allocated"]), np.add.reduceat(
            filled[lines], np.r_[0, np.cumsum(counts)[:-1]])
        exact = np.asarray(sourced["exact"]).astype(bool) & (got == asked)
        return np.asarray(sourced["cost_e4"]).tolist(), exact.tolist()
