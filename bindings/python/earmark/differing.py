"""DIFF: what a change of the policy would have moved. Both policies decide the same orders on the
same stock, each in an engine of its own; nothing live is touched."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .comparison import Comparison
from .decisions import write_table
from .errors import BadInput
from .facts import check_names
from .network import nodes_of, places_of
from .orders import Orders, orders_of
from .policies import policies_of
from .replay import Player, Replay
from .screen import aligned
from .world import Setting, World, setting

E4 = 10_000


@dataclass
class Diff:
    """`rows`: a line of an order a row (all columns are listed in docs/formats/policy.md); money
    is in 1/10,000 of the currency. `totals`: sums over all orders, before and after."""

    old: str
    new: str
    orders: Orders
    world: World
    before: Replay
    after: Replay
    rows: dict[str, list | np.ndarray]
    totals: dict
    notes: list[str]

    @property
    def moved(self) -> dict[str, list | np.ndarray]:
        """The rows that differ: another node, other units, or another strategy where both policies
        have some."""
        keep = np.flatnonzero(np.asarray(self.rows["differs"]))
        return {name: [column[i] for i in keep.tolist()] if isinstance(column, list)
                else column[keep] for name, column in self.rows.items()}

    def write(self, path: str | Path, every_line: bool = False) -> None:
        """The rows that differ, or all, as .csv, .csv.gz, .parquet, .arrow or .jsonl."""
        write_table(self.rows if every_line else self.moved, path)

    def to_dict(self) -> dict:
        return {"old": self.old, "new": self.new, "currency": self.orders.currency,
                "notes": self.notes, **self.totals}

    def __str__(self) -> str:
        return text_of(self)


def diff(old: str, new: str, orders: object, stock: object, nodes: object, *,
         places: object = None, supply: object = None, facts: object = None, seed: int = 7,
         progress: Callable[[int, int], object] | None = None) -> Diff:
    """What the policy `new` would have decided otherwise than `old`: TOML texts, shipped names or
    paths. The tables are those of earmark.compare; what they leave open is drawn once, by `seed`,
    for both alike. Raises BadInput."""
    read = orders_of(orders)
    made = setting(read, stock, nodes_of(nodes), None if places is None else places_of(places),
                   supply, {}, seed, facts)
    texts = [_text(policy, read.currency) for policy in (old, new)]
    notes = check_names([toml for _, toml in texts], read, made.facts)
    world, done = made.world(0), 0

    def told(n: int) -> None:
        nonlocal done
        done += n
        if progress:
            progress(done, 2 * len(read))
    names = [name if texts[0][0] != texts[1][0] else f"{name} ({which})"
             for (name, _), which in zip(texts, ("old", "new"), strict=True)]
    before, after = (Player(name, toml, read, world, made).play(told)
                     for name, (_, toml) in zip(names, texts, strict=True))
    rows = _rows(read, made, before, after)
    return Diff(*names, read, world, before, after, rows, _totals(rows, before, after), notes)


def of_comparison(c: Comparison, old: str, new: str) -> Diff:
    """The same of two policies that were compared, in the first run. O(lines)."""
    before, after = c.first_run[old], c.first_run[new]
    rows = _rows(c.orders, c.setting, before, after)
    notes = [f"Run 1 of {len(c.runs[old])}."] if len(c.runs[old]) > 1 else []
    return Diff(old, new, c.orders, c.first_world, before, after, rows,
                _totals(rows, before, after), notes)


def _text(policy: str, currency: str) -> tuple[str, str]:
    """(name, TOML)."""
    if "\n" in policy:
        from ._earmark import Policy
        return Policy(policy).name, policy
    found = policies_of([policy], currency)
    return next(iter(found.items()))


def _homes(orders: Orders, keys: list[str], replay: Replay) -> tuple[list[str], np.ndarray]:
    """By line: the nodes that ship it (`a`, or `a 2 + b 1` where it is split), and its units."""
    filled = np.zeros(orders.lines, dtype=np.int64)
    p = replay.parts
    np.add.at(filled, p.line, p.units)
    homes = [""] * orders.lines
    by_line: dict[int, list[tuple[str, int]]] = {}
    for line, node, units in zip(p.line.tolist(), p.node.tolist(), p.units.tolist(), strict=True):
        by_line.setdefault(line, []).append((keys[node], units))
    for line, parts in by_line.items():
        homes[line] = parts[0][0] if len(parts) == 1 else " + ".join(
            f"{key} {units}" for key, units in sorted(parts))
    return homes, filled


def _rows(orders: Orders, made: Setting, before: Replay, after: Replay) -> dict:
    order = orders.order_of_line
    homes = [_homes(orders, made.nodes.keys, replay) for replay in (before, after)]
    (node_a, units_a), (node_b, units_b) = homes
    strategies = [[replay.strategies[i] for i in order.tolist()] for replay in (before, after)]
    costs = [replay.costs.sum(axis=1) for replay in (before, after)]
    differs = np.array([a != b for a, b in zip(node_a, node_b, strict=True)]) | (
        units_a != units_b)
    if any(before.strategies) and any(after.strategies):
        differs |= np.array([a != b for a, b in zip(*strategies, strict=True)])
    return {
        "order_key": [orders.keys[i] for i in order.tolist()],
        "line": np.arange(orders.lines) - orders.offsets[order] + 1,
        "sku": [orders.sku_keys[i] for i in orders.sku.tolist()],
        "ordered": orders.units,
        "node_before": node_a, "node_after": node_b,
        "units_before": units_a, "units_after": units_b,
        "strategy_before": strategies[0], "strategy_after": strategies[1],
        "order_cost_e4_before": costs[0][order], "order_cost_e4_after": costs[1][order],
        "order_parcels_before": before.parcels[order].astype(np.int64),
        "order_parcels_after": after.parcels[order].astype(np.int64),
        "differs": differs}


def _totals(rows: dict, before: Replay, after: Replay) -> dict:
    moved = np.array([a != b for a, b in zip(rows["node_before"], rows["node_after"],
                                             strict=True)], dtype=bool)
    keys = rows["order_key"]
    steps = Counter(zip(before.strategies, after.strategies, strict=True))
    return {
        "orders": len(before.parcels), "lines": len(moved),
        "lines_moved": int(moved.sum()),
        "orders_moved": len({key for key, m in zip(keys, moved.tolist(), strict=True) if m}),
        "units_before": int(rows["units_before"].sum()),
        "units_after": int(rows["units_after"].sum()),
        "parcels_before": int(before.parcels.sum()), "parcels_after": int(after.parcels.sum()),
        "cost_e4_before": int(before.costs.sum()), "cost_e4_after": int(after.costs.sum()),
        "strategies": [{"before": a, "after": b, "orders": n}
                       for (a, b), n in sorted(steps.items())] if any(
                           a or b for a, b in steps) else []}


def money(e4: int, currency: str) -> str:
    """Exact: no digit is lost, and none is added."""
    sign, e4 = ("-" if e4 < 0 else ""), abs(e4)
    places = f"{e4 % E4:04}".rstrip("0").ljust(2, "0")
    return f"{sign}{e4 // E4:,}.{places} {currency}"


def text_of(d: Diff, most: int = 20) -> str:
    """Totals, then the first rows that differ."""
    t, currency = d.totals, d.orders.currency
    rows = [["", d.old, d.new, "difference"]]
    for what in ("units", "parcels"):
        a, b = t[f"{what}_before"], t[f"{what}_after"]
        rows.append([f"{what} shipped" if what == "units" else what, f"{a:,}", f"{b:,}",
                     f"{b - a:+,}"])
    a, b = t["cost_e4_before"], t["cost_e4_after"]
    rows.append(["planned cost", money(a, currency), money(b, currency),
                 ("+" if b > a else "") + money(b - a, currency)])
    out = [*d.notes, f"{t['lines_moved']:,} of {t['lines']:,} lines in {t['orders_moved']:,} of"
           f" {t['orders']:,} orders move.", "", *aligned(rows)]
    changed = [s for s in t["strategies"] if s["before"] != s["after"]]
    none = ["no strategy" if any(r.strategies) else "the policy" for r in (d.before, d.after)]
    out += [f"{s['orders']:,} {'order' if s['orders'] == 1 else 'orders'}: {s['before'] or none[0]}"
            f" -> {s['after'] or none[1]}" for s in changed]
    m = d.moved
    names = ("order_key", "line", "sku", "node_before", "node_after")
    if len(m["line"]):
        table = [["order", "line", "sku", "from", "to"]]
        table += [[str(m[name][i]) or "(nobody)" for name in names]
                  for i in range(min(most, len(m["line"])))]
        out += ["", *aligned(table)]
    if len(m["line"]) > most:
        out.append(f"{len(m['line']) - most:,} more lines differ; --out FILE has them")
    return "\n".join(out)
