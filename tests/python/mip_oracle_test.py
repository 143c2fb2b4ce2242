"""Orders that are too large for brute force, against a mixed-integer programme solved by HiGHS.

The programme has the order of plans of docs/rooms/sourcing.md, one stage for each term: lines not
served in full, lines not served whole from one node, missing granules (where lines may be divided),
cost. Each stage minimises its term with those before held at their best. Rates and distances are
chosen so that every unit costs a whole number of 1/10,000: the costs compared are exact integers.
"""

import os
import random
import re

import numpy as np
import pytest

import earmark

highspy = pytest.importorskip("highspy")

LONG = bool(os.environ.get("EARMARK_LONG"))
HOP = 100  # metres are multiples of it: at 1.00 a unit and 1,000 km it costs 1/10,000
KINDS = ("dc", "store", "vendor")
FIXED = {"dc": 60_000, "store": 45_000, "vendor": 90_000}
PER_UNIT = {"dc": 3_500, "store": 11_000, "vendor": 10_000}
EXTRA = 2_500


def money(e4):
    return f'"{e4 // 10_000}.{e4 % 10_000:04}"'


class Order:
    """One order, the nodes around its place, and what they have."""

    def __init__(self, seed, lines, nodes, density, *, divides=False, max_parcels=0):
        dice = random.Random(seed)
        self.divides, self.max_parcels = divides, max_parcels
        self.wanted = [dice.randint(1, 9 if divides else 3) for _ in range(lines)]
        self.kinds = [dice.choice(("dc", "store", "store", "store", "vendor"))
                      for _ in range(nodes)]
        self.metres = [dice.randrange(1, 30_000) * HOP for _ in range(nodes)]
        self.stock = [[dice.randint(1, 6) if dice.random() < density else 0 for _ in range(nodes)]
                      for _ in range(lines)]

    @property
    def pairs(self):
        """(line, node, units that it may give)"""
        return [(line, node, min(has, self.wanted[line]))
                for line, row in enumerate(self.stock) for node, has in enumerate(row)
                if has >= (1 if self.divides else self.wanted[line])]

    def unit(self, node):
        return PER_UNIT[self.kinds[node]] + self.metres[node] // HOP

    def policy(self):
        fixed, per_unit = (", ".join(f"{k} = {money(card[k])}" for k in KINDS)
                           for card in (FIXED, PER_UNIT))
        return (f'policy = "oracle"\ncurrency = "USD"\nrank = ["cost"]\n[costs]\n'
                f'fixed_per_parcel = {{ {fixed} }}\nper_unit = {{ {per_unit} }}\n'
                f'per_unit_per_1000_km = "1.00"\nextra_parcel = {money(EXTRA)}\n'
                f'[split]\nlines = "{"by_quantity" if self.divides else "whole"}"\n'
                + (f"max_parcels = {self.max_parcels}\n" if self.max_parcels else ""))

    def decide(self):
        """The engine's answer: (unserved, split, missing, cost), exact, what may be saved."""
        keys = [f"n{k:03}" for k in range(len(self.metres))]
        skus = [f"s{line:03}" for line in range(len(self.wanted))]
        far = [0.0] * len(keys)
        e = earmark.Engine(max_orders=16, max_keys=64)
        e.load_skus({"key": skus})
        earmark.Network({"key": keys, "kind": self.kinds, "latitude": far, "longitude": far},
                        {"key": ["here"], "latitude": [0.0], "longitude": [0.0]},
                        {"node": keys, "place": ["here"] * len(keys),
                         "metres": self.metres}).load_into(e)
        rows = [(line, k) for line, row in enumerate(self.stock) for k, n in enumerate(row) if n]
        e.load_stock({"sku": [skus[line] for line, _ in rows], "node": [keys[k] for _, k in rows],
                      "on_hand": [self.stock[line][k] for line, k in rows]})
        e.activate(self.policy())
        order = e.place_order("order", list(zip(skus, self.wanted)), place="here")
        answer = e.source([order])
        parts = [(int(line) - 1, int(node), int(n)) for line, node, n in
                 zip(answer.parts["line"], answer.parts["node"], answer.parts["granules"])]
        exact, cost = bool(answer["exact"][0]), int(answer["cost_e4"][0])
        assert cost == self.cost(parts)
        return self.terms(parts), exact, None if exact else may_be_saved(e.explain(order))

    def cost(self, parts):
        opened = {node for _, node, _ in parts}
        return (sum(FIXED[self.kinds[k]] + EXTRA for k in opened) - (EXTRA if opened else 0)
                + sum(n * self.unit(node) for _, node, n in parts))

    def terms(self, parts):
        given = np.zeros(len(self.wanted), int)
        whole = np.zeros(len(self.wanted), bool)
        for line, node, n in parts:
            given[line] += n
            whole[line] |= n == self.wanted[line]
            assert n <= self.stock[line][node]
        missing = np.array(self.wanted) - given
        assert (missing >= 0).all()
        return (int((missing > 0).sum()), int((~whole).sum()),
                int(missing.sum()) if self.divides else 0, self.cost(parts))


def may_be_saved(words):
    """The certified gap of an explanation, as (term, amount)."""
    if "none is better by any criterion" in words:
        return "cost", 0
    found = re.search(r"if there is any, at most (leaves|splits|costs) ([\d,.]+)", words)
    assert found, words
    amount = found[2].rstrip(".").replace(",", "")
    scale = 10_000 if found[1] == "costs" else 1
    return found[1], round(float(amount) * scale)


class Programme:
    """Variables: units u, whole w of each pair, open y of each node, and of each line whether it is
    served in full (s) and whole (h)."""

    def __init__(self, order):
        self.order, self.h = order, highspy.Highs()
        self.h.setOptionValue("output_flag", False)
        self.h.setOptionValue("mip_rel_gap", 0.0)
        self.h.setOptionValue("mip_abs_gap", 0.5)  # all terms are integers
        add = self.h.addBinary
        self.pairs = order.pairs
        self.w = [add() for _ in self.pairs]
        self.u = [self.h.addIntegral(lb=0, ub=n) for _, _, n in self.pairs] if order.divides else []
        self.y = [add() for _ in order.metres]
        self.s = [add() for _ in order.wanted]
        self.link()

    def link(self):
        o, h = self.order, self.h
        of_line = [[] for _ in o.wanted]
        for i, (line, node, most) in enumerate(self.pairs):
            of_line[line].append(i)
            h.addConstr(self.w[i] <= self.y[node])
            if o.divides:
                h.addConstr(self.u[i] <= most * self.y[node])
                h.addConstr(self.u[i] >= o.wanted[line] * self.w[i])
                if most < o.wanted[line]:
                    h.addConstr(self.w[i] <= 0)
        for line, mine in enumerate(of_line):
            whole = sum(self.w[i] for i in mine)
            if not mine:
                h.addConstr(self.s[line] <= 0)
            elif o.divides:
                given = sum(self.u[i] for i in mine)
                h.addConstr(given <= o.wanted[line])
                h.addConstr(given >= o.wanted[line] * self.s[line])
                h.addConstr(whole <= 1)
            else:
                h.addConstr(whole == self.s[line])
        if o.max_parcels:
            h.addConstr(sum(self.y) <= o.max_parcels)

    def least(self, term):
        self.h.minimize(term)
        assert self.h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        best = round(self.h.getInfo().objective_function_value)
        self.h.addConstr(term <= best + 0.25)
        return best

    def solve(self):
        """The best terms."""
        o = self.order
        lines = len(o.wanted)
        unserved = lines + self.least(sum(-1 * s for s in self.s))
        split, missing = unserved, 0
        if o.divides:
            split = lines + self.least(sum(-1 * w for w in self.w))
            missing = sum(o.wanted) + self.least(sum(-1 * u for u in self.u))
        units = self.u or [o.wanted[line] * w for (line, _, _), w in zip(self.pairs, self.w)]
        cost = sum((FIXED[o.kinds[k]] + EXTRA) * y for k, y in enumerate(self.y))
        cost += sum(o.unit(node) * n for (_, node, _), n in zip(self.pairs, units))
        self.least(cost)
        parts = [(line, node, round(self.h.val(n))) for (line, node, _), n in
                 zip(self.pairs, units) if self.h.val(n) > 0.5]
        assert o.terms(parts)[:3] == (unserved, split, missing)
        return o.terms(parts)


SHAPES = {  # lines, nodes, density and the rest: how many in every run, how many in a long one
    "whole lines, all served": ((12, 20, 0.5), {}, 6, 60),
    "whole lines, few have them": ((14, 30, 0.08), {}, 6, 60),
    "many lines, few nodes": ((20, 14, 0.3), {}, 4, 40),
    "many lines and nodes": ((20, 60, 0.2), {}, 3, 30),
    "few parcels": ((12, 20, 0.3), {"max_parcels": 3}, 4, 40),
    "ten lines, few parcels": ((10, 60, 0.3), {"max_parcels": 2}, 4, 40),
    "more lines, few parcels": ((16, 30, 0.25), {"max_parcels": 3}, 3, 30),
    "divided lines": ((12, 12, 0.4), {"divides": True}, 5, 50),
    "divided lines, few parcels": ((6, 14, 0.5), {"divides": True, "max_parcels": 4}, 4, 40),
    "divided lines, many nodes": ((8, 40, 0.3), {"divides": True}, 4, 40),
    "divided, many nodes, few parcels": ((10, 24, 0.3), {"divides": True, "max_parcels": 3}, 1, 20),
}
MAY_BE_UNPROVED = {"divided lines, many nodes", "divided, many nodes, few parcels"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_plan_that_says_exact_costs_what_the_programme_finds(name):
    size, rest, few, many = SHAPES[name]
    proved = 0
    for seed in range(many if LONG else few):
        order = Order(seed, *size, **rest)
        ours, exact, saved = order.decide()
        best = Programme(order).solve()
        if exact:
            assert ours == best, f"{name}, seed {seed}"
            proved += 1
            continue
        assert ours >= best, f"{name}, seed {seed}: better than the best?"
        term, amount = saved
        at = {"leaves": 0, "splits": 1, "costs": 3, "cost": 3}[term]
        assert ours[:at] == best[:at], f"{name}, seed {seed}: an earlier term can be better"
        assert ours[at] - best[at] <= amount, f"{name}, seed {seed}: the gap hides a better plan"
    assert proved > 0 or name in MAY_BE_UNPROVED
