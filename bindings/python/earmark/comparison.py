"""COMPARE policies on paired runs. Each run is a world (world.py) in which every policy decides the
same orders; a run's draws hang on (seed, run) alone, so a difference between two policies within a
run is theirs, and its mean over runs has an interval (paired.py)."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from . import _earmark
from .bound import BoundRoom
from .errors import BadInput
from .facts import check_names
from .moves import homes, matrix
from .network import Nodes, nodes_of, places_of
from .orders import Orders, orders_of
from .paired import Interval, interval
from .policies import criteria_of, policies_of
from .replay import COST_PARTS, Replay, play
from .world import Setting, World, setting

MOST_RUNS = 1000
FIGURES = ("cost_per_order", "parcels_per_order", "split", "unit_fill", "order_fill", "km",
           "bound_per_order", "exact", "declined_picks", *(f"{p}_per_order" for p in COST_PARTS))


@dataclass
class PolicyRun:
    """One policy in one run. Costs are in the major unit, shares from 0 to 1."""

    figures: dict[str, float]
    total: float              # planned cost of what was filled
    money: dict[str, float]   # the same by COST_PARTS; their sum is the total
    bound_exact: float        # share of shipped orders whose bound is the least cost itself
    bound_gap: float          # worst gap of the others
    orders_per_second: float
    digest: int
    decision_ns: np.ndarray
    sentences: list[str]
    moved: float = 0.0        # share of lines with another home than under the first policy
    matrix: np.ndarray | None = None


@dataclass
class Comparison:
    """What compare() answers. The first policy is the one that the others are compared with."""

    setting: Setting
    policies: dict[str, str]             # name -> TOML
    runs: dict[str, list[PolicyRun]]
    first_run: dict[str, Replay] = field(repr=False)  # in full, for pictures and explanations
    first_world: World = field(repr=False)

    @property
    def orders(self) -> Orders:
        return self.setting.orders

    @property
    def nodes(self) -> Nodes:
        return self.setting.nodes

    @property
    def names(self) -> list[str]:
        return list(self.policies)

    @property
    def rules(self) -> list[str]:
        """Where everything that the orders do not say comes from, in words."""
        return self.setting.rules

    def mean(self, policy: str, figure: str) -> Interval:
        """A figure of FIGURES over the runs."""
        return interval([r.figures[figure] for r in self.runs[policy]])

    def difference(self, policy: str, figure: str = "cost_per_order") -> Interval:
        """Policy minus the first policy, run by run."""
        return interval([a.figures[figure] - b.figures[figure] for a, b in
                         zip(self.runs[policy], self.runs[self.names[0]], strict=True)])

    def moved(self, policy: str) -> Interval:
        """Share of lines with another home than under the first policy."""
        return interval([r.moved for r in self.runs[policy]])

    def matrix(self, policy: str) -> np.ndarray:
        """Lines by home under the first policy x home under this one, mean of the runs. The last
        row and column are lines that nobody fills."""
        return np.mean([r.matrix for r in self.runs[policy]], axis=0)

    def saved(self, policy: str) -> dict[str, float]:
        """First policy minus this one, by part of the rate card, for all orders of a run: mean of
        the runs. A negative number is spent more. "total" is the sum."""
        pairs = list(zip(self.runs[self.names[0]], self.runs[policy], strict=True))
        out = {part: float(np.mean([a.money[part] - b.money[part] for a, b in pairs]))
               for part in COST_PARTS}
        return out | {"total": sum(out.values())}

    @property
    def digest(self) -> str:
        """Of every event of every engine, in the order of runs and policies."""
        h = blake2b(digest_size=8)
        for name in self.names:
            h.update(name.encode())
            for run in self.runs[name]:
                h.update(run.digest.to_bytes(8, "little"))
        return h.hexdigest()

    def policy_digest(self, policy: str) -> str:
        h = blake2b(digest_size=8)
        for run in self.runs[policy]:
            h.update(run.digest.to_bytes(8, "little"))
        return h.hexdigest()

    def to_dict(self) -> dict:
        """Everything as plain numbers, for JSON. Times are not in it, so equal seeds give equal
        texts."""
        first = self.names[0]
        return {
            "orders": len(self.orders), "lines": self.orders.lines, "nodes": len(self.nodes),
            "currency": self.orders.currency, "runs": len(self.runs[first]),
            "seed": self.setting.seed, "drawn": self.setting.draws, "rules": self.rules,
            "notes": self.orders.notes, "digest": self.digest,
            "policies": [self._policy_dict(name) for name in self.names]}

    def _policy_dict(self, name: str) -> dict:
        runs = self.runs[name]
        out = {"policy": name, "digest": self.policy_digest(name)}
        out |= {figure: _plain(self.mean(name, figure)) for figure in FIGURES}
        out |= {"bound_exact": float(np.mean([r.bound_exact for r in runs])),
                "bound_worst_gap": max(r.bound_gap for r in runs)}
        if name != self.names[0]:
            out |= {"difference": {f: _plain(self.difference(name, f)) for f in FIGURES},
                    "lines_moved": _plain(self.moved(name)), "saved": self.saved(name),
                    "moves": self.matrix(name).tolist()}
        return out

    def __str__(self) -> str:
        from .screen import comparison_text
        return comparison_text(self)


def _plain(i: Interval) -> dict:
    return {"mean": i.mean, "low": i.low, "high": i.high}


def compare(orders: object, stock: object, nodes: object, policies: object, *, runs: int = 20,
            seed: int = 7, threads: int | None = None, places: object | None = None,
            supply: object | None = None, facts: object | None = None,
            decline: float | dict[str, float] = 0.0,
            progress: Callable[[int, int], None] | None = None) -> Comparison:
    """Compares policies on paired runs. Tables are dicts of columns or anything with
    `__arrow_c_stream__`.

    orders    one row per line: order_key, sku, quantity [, unit_price, ship_to, latitude,
              longitude, customer, country, placed_at, currency], and attributes (customer.tier,
              line.hazmat); or the path of an order file
    stock     sku, node, on_hand; or "derive:FACTOR[:ERROR]", demand times the factor
    nodes     node [, kind, latitude, longitude, priority, active]
    policies  {name: TOML or Criterion}, or names of shipped policies and paths of .toml files
    places    place, latitude, longitude: where `ship_to` lies. Without it and without positions
              each customer's city is drawn
    supply    sku, node, quantity, arrives_at
    facts     key, attribute, value [, node]: what SKUs, nodes and places have of attributes
    decline   share of picks that a node declines, for all or by kind ({"store": 0.02})
    runs      with nothing to draw one run says everything, and one is made
    threads   workers (all cores); the answer does not depend on it
    progress  called with (orders done, orders in all) from the workers

    Raises BadInput (a ValueError). Time O(runs x policies x orders); memory O(orders) a worker."""
    if isinstance(runs, bool) or not isinstance(runs, int) or not 1 <= runs <= MOST_RUNS:
        raise BadInput(f"runs {runs}: give a whole number from 1 to {MOST_RUNS}")
    if threads is not None and threads < 1:
        raise BadInput(f"threads {threads}: give a whole number from 1 up")
    read = orders_of(orders)
    made = setting(read, stock, nodes_of(nodes), None if places is None else places_of(places),
                   supply, _declines(decline), seed, facts)
    texts, rules = policies_of(policies, read.currency), criteria_of(policies)
    made.rules += check_names(list(texts.values()), read, made.facts)
    if not made.draws and runs > 1:
        made.rules.append("Nothing is drawn, so all runs are equal: one is made, without interval.")
        runs = 1
    told = _Told(progress, runs * (len(texts) + 1) * len(read))
    workers = min(threads or os.cpu_count() or 1, runs)
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(_one_run, made, texts, rules, run, told) for run in range(runs)]
        try:
            done = [job.result() for job in jobs]
        except BaseException:
            told.stopped = True
            for job in jobs:
                job.cancel()
            raise
    return Comparison(made, texts, {name: [run[0][name] for run in done] for name in texts},
                      done[0][1], done[0][2])


def _declines(given: float | dict[str, float]) -> dict[str, float]:
    by_kind = given if isinstance(given, dict) else dict.fromkeys(("dc", "store", "vendor"), given)
    for kind, share in by_kind.items():
        if kind not in ("dc", "store", "vendor") or not 0 <= share <= 1:
            raise BadInput(f"decline {kind} {share}: give shares from 0 to 1 by dc, store, vendor")
    return by_kind


class _Told:
    """Counts for the caller's progress, from any thread."""

    def __init__(self, call: Callable[[int, int], None] | None, total: int) -> None:
        self.call, self.total, self.done, self.stopped = call, total, 0, False

    def __call__(self, n: int) -> None:
        if self.stopped:
            raise RuntimeError("stopped")
        self.done += n
        if self.call:
            self.call(min(self.done, self.total), self.total)


def _one_run(made: Setting, texts: dict[str, str], rules: dict[str, object], run: int,
             told: _Told) -> tuple[dict[str, PolicyRun], dict[str, Replay] | None, World | None]:
    world = made.world(run)
    rooms: dict[str, BoundRoom] = {}
    out, replays, home = {}, {}, None
    for name, toml in texts.items():
        replay = play(name, toml, made, world, told, criterion=rules.get(name))
        if replay.card.bent:
            raise BadInput(f"policy {name}: costs.{replay.card.bent}: policies are compared by"
                           " linear rates, which the bound needs; take it out, or ask earmark.diff"
                           " or Engine.source, which know it")
        card = repr(sorted(replay.card.costs.items()))
        if card not in rooms:
            rooms[card] = BoundRoom(replay, made.orders, world, len(texts))
        result = summary(made, world, replay, rooms[card])
        mine = homes(replay, made.orders.lines, len(made.nodes))
        home = mine if home is None else home
        result.matrix = matrix(home, mine, len(made.nodes))
        result.moved = float((mine != home).mean())
        out[name] = result
        if run == 0:
            replays[name] = replay
    told(len(made.orders))
    return (out, replays, world) if run == 0 else (out, None, None)


def summary(made: Setting, world: World, replay: Replay, room: BoundRoom) -> PolicyRun:
    fact = _earmark.figures(facts(made.orders, world, replay))
    shipped = max(int((replay.parcels > 0).sum()), 1)
    bound = room.of(replay)
    sums = replay.costs.sum(axis=0)
    some = replay.parcels > 0
    figures = {
        "cost_per_order": (fact["cost_e4_per_order"] or 0.0) / 10_000,
        "parcels_per_order": fact["parcels_per_order"] or 0.0,
        "split": fact["split_rate"] or 0.0,
        "unit_fill": fact["unit_fill"] or 0.0,
        "order_fill": fact["order_fill"] or 0.0,
        "km": km_per_parcel(world, replay),
        "bound_per_order": float(bound.e4.sum()) / 10_000 / shipped,
        "exact": float(replay.exact.mean()),
        "declined_picks": float(replay.declined_picks)}
    figures |= {f"{part}_per_order": float(s) / 10_000 / shipped
                for part, s in zip(COST_PARTS, sums, strict=True)}
    return PolicyRun(
        figures, float(sums.sum()) / 10_000,
        {part: float(s) / 10_000 for part, s in zip(COST_PARTS, sums, strict=True)},
        float(bound.exact[some].mean()) if some.any() else 1.0, bound.gap,
        len(made.orders) / max(replay.seconds, 1e-9), replay.events, replay.decision_ns,
        replay.sentences)


def facts(orders: Orders, world: World, replay: Replay) -> dict[str, np.ndarray]:
    """One row per order, also for those that were declined. Units of all SKUs are brought to the
    finest scale, so that they can be added."""
    scale = 10 ** (int(orders.decimals.max(initial=0)) - orders.decimals[orders.sku])
    filled = np.zeros(orders.lines, dtype=np.int64)
    p = replay.parts
    np.add.at(filled, p.line, p.units)
    if (filled > orders.units).any():
        raise RuntimeError("a line was given more than it ordered")
    n = len(orders)
    metres = world.metres_of_order[p.order, p.node]
    known = metres >= 0
    sums = np.zeros(n, dtype=np.int64)
    np.add.at(sums, p.order[known], metres[known])
    return {
        "ordered": np.add.reduceat(orders.units * scale, orders.offsets[:-1]),
        "allocated": np.add.reduceat(filled * scale, orders.offsets[:-1]),
        "lines": np.diff(orders.offsets), "parcels": replay.parcels,
        "cost_e4": replay.costs.sum(axis=1), "metres": sums,
        "parts": np.bincount(p.order[known], minlength=n),
        "exact": replay.exact.astype(np.int64), "decision_ns": replay.decision_ns}


def km_per_parcel(world: World, replay: Replay) -> float:
    """Mean way of a parcel whose place is known."""
    p, nodes = replay.parts, len(world.nodes)
    n = len(world.metres_of_order)
    sent = np.unique((p.leg * n + p.order) * nodes + p.node)
    metres = world.metres_of_order[sent // nodes % n, sent % nodes]
    metres = metres[metres >= 0]
    return float(metres.mean()) / 1000 if len(metres) else 0.0
