"""earmark.compare: a tiny example worked by hand, a brute-force bound, paired runs, bad input."""

import itertools

import numpy as np
import pytest

import earmark
from conftest import CHEAP, EQUATOR, NEAR, SPLITS, lines, stock
from earmark.bound import BoundRoom
from earmark.errors import BadInput
from earmark.network import nodes_of
from earmark.paired import interval, t_value
from earmark.policies import part_costs
from earmark.replay import play
from earmark.world import setting
from world_test import sample

TWO = lines(("o1", "mug", 1), ("o1", "bowl", 1), ("o2", "mug", 1))
SHELF = stock(("mug", "A", 1), ("mug", "B", 5), ("bowl", "B", 5))


def tiny(**more) -> earmark.Comparison:
    return earmark.compare(TWO, SHELF, EQUATOR, {"near": NEAR, "cheap": CHEAP}, **more)


def test_a_tiny_example_costs_what_a_pencil_says():
    # near:  o1 = mug A 5.50 + bowl B 6.6119, then o2 = mug B 6.6119 (A is empty): 18.7238
    # cheap: o1 = both from B 5 + 2 x 1.6119, and o2 = mug A 5.50:               13.7238
    c = tiny()
    assert c.mean("near", "cost_per_order").mean == pytest.approx(18.7238 / 2, abs=1e-12)
    assert c.mean("cheap", "cost_per_order").mean == pytest.approx(13.7238 / 2, abs=1e-12)
    assert c.difference("cheap").mean == pytest.approx(-2.5, abs=1e-12)
    assert c.saved("cheap") == pytest.approx(
        {"parcel": 5, "extra parcel": 0, "unit": 0, "distance": 0, "total": 5})
    assert c.mean("near", "parcels_per_order").mean == 1.5
    assert c.mean("near", "split").mean == 0.5
    assert c.mean("near", "km").mean == pytest.approx(2 * 1111.949 / 3)


def test_the_lines_that_moved_are_counted_from_home_to_home():
    c = tiny()
    assert c.matrix("cheap").tolist() == [[0, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert c.moved("cheap").mean == pytest.approx(2 / 3)
    assert c.moved("near").mean == 0


def test_the_bound_is_each_order_alone_on_the_undiminished_stock():
    c = tiny()
    for name in c.names:  # alone: o1 8.2238, o2 5.50
        assert c.mean(name, "bound_per_order").mean == pytest.approx(13.7238 / 2, abs=1e-12)
        assert (c.runs[name][0].bound_exact, c.runs[name][0].bound_gap) == (1.0, 0.0)


def test_a_split_line_has_a_weaker_bound_that_says_so():
    c = earmark.compare(lines(("o", "mug", 3)), stock(("mug", "A", 2), ("mug", "B", 2)), EQUATOR,
                        {"splits": SPLITS})
    run = c.runs["splits"][0]
    assert run.total == pytest.approx(10 + 2 * 0.5 + 1.6119)
    # one parcel and three units at the cheaper node, less one unit of rounding for each part
    assert run.figures["bound_per_order"] == pytest.approx(5 + 1.5 - 0.0002)
    assert run.bound_exact == 0 and run.bound_gap == pytest.approx(12.6119 / 6.4998 - 1)


def test_nothing_drawn_is_one_run_without_an_interval_and_says_so():
    c = tiny(runs=20)
    assert len(c.runs["near"]) == 1
    assert c.difference("cheap").low is None
    assert any("Nothing is drawn" in rule for rule in c.rules)


def random_shop(seed: int):
    """Six nodes on the equator, a few orders of one to four lines, little stock."""
    rng = np.random.default_rng(seed)
    nodes = {"node": [f"n{i}" for i in range(4)], "latitude": [0.0] * 4,
             "longitude": rng.integers(0, 40, 4).astype(float),
             "kind": [("dc", "store")[int(i)] for i in rng.integers(0, 2, 4)]}
    rows = [(f"o{o}", f"s{int(s)}", int(rng.integers(1, 4))) for o in range(8)
            for s in rng.choice(5, int(rng.integers(1, 5)), replace=False)]
    on_hand = stock(*((f"s{s}", f"n{n}", int(rng.integers(0, 6)))
                      for s in range(5) for n in range(4)))
    return lines(*rows), on_hand, nodes


def brute_force(made, world, replay, row: int) -> int | None:
    """Least cost of what was filled of an order by every assignment of its lines to nodes."""
    p = replay.parts
    mine = np.flatnonzero(p.order == row)
    wanted: dict[int, int] = {}
    for i in mine:
        wanted[int(p.line[i])] = wanted.get(int(p.line[i]), 0) + int(p.units[i])
    best = None
    for nodes in itertools.product(range(len(made.nodes)), repeat=len(wanted)):
        if any(world.stock[made.orders.sku[line], node] < units
               for (line, units), node in zip(wanted.items(), nodes, strict=True)):
            continue
        cost = sum(int(replay.card.fixed[node]) for node in set(nodes))
        for (_, units), node in zip(wanted.items(), nodes, strict=True):
            one = part_costs(replay.card, np.array([node]),
                             world.metres_of_order[row, [node]], np.array([units]), np.array([0]))
            cost += int(one[0][0] + one[1][0])
        best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_is_what_brute_force_finds_and_no_policy_beats_it(seed):
    table, on_hand, nodes = random_shop(seed)
    from earmark.orders import from_table
    made = setting(from_table(table), on_hand, nodes_of(nodes), None, None, {}, seed)
    world, room = made.world(0), None
    for name, toml in {"near": NEAR, "cheap": CHEAP, "splits": SPLITS}.items():
        replay = play(name, toml, made, world)
        room = room or BoundRoom(replay, made.orders, world, 3)
        bound = room.of(replay)
        assert (bound.e4 <= replay.costs.sum(axis=1)).all()
        for row in range(len(made.orders)):
            best = brute_force(made, world, replay, row) if replay.parcels[row] else 0
            if bound.exact[row]:
                assert bound.e4[row] == best
            elif best is not None:
                assert bound.e4[row] <= best


def test_t_values_are_those_of_the_tables():
    table = {1: 12.7062, 2: 4.3027, 5: 2.5706, 10: 2.2281, 19: 2.0930, 30: 2.0423, 999: 1.9623}
    for freedom, value in table.items():
        assert t_value(freedom) == pytest.approx(value, abs=5e-5)
    made = interval([1, 2, 3, 4])
    assert (made.mean, made.half) == pytest.approx((2.5, 3.18245 * 1.290994 / 2), abs=1e-4)


@pytest.fixture(scope="module")
def drawn():
    orders = sample(300)
    from earmark.demo import data
    nodes, _ = data.network("USD")
    return [earmark.compare(orders, "derive:1.1:0.4", nodes, "nearest,cheapest", runs=5, seed=3,
                            threads=threads, decline={"store": 0.1}) for threads in (1, 2, 3)]


def test_the_answer_does_not_depend_on_the_number_of_workers(drawn):
    assert drawn[0].digest == drawn[1].digest == drawn[2].digest
    assert drawn[0].to_dict() == drawn[1].to_dict() == drawn[2].to_dict()


def test_another_seed_gives_another_answer(drawn):
    again = earmark.compare(sample(300), "derive:1.1:0.4", drawn[0].nodes, "nearest,cheapest",
                            runs=5, seed=4, decline={"store": 0.1})
    assert again.digest != drawn[0].digest


def test_the_parts_of_the_money_add_up_to_the_planned_cost(drawn):
    for runs in drawn[0].runs.values():
        for run in runs:
            assert sum(run.money.values()) == pytest.approx(run.total)
            assert run.figures["bound_per_order"] <= run.figures["cost_per_order"]
            assert run.sentences == []


def test_pairing_makes_the_interval_narrower_than_the_runs_are(drawn):
    c = drawn[0]
    apart = c.mean("nearest", "cost_per_order").half + c.mean("cheapest", "cost_per_order").half
    assert c.difference("cheapest").half < apart
    assert set(c.setting.draws) == {"city", "opening stock", "declined picks"}


def test_supply_serves_the_orders_of_its_day_and_later_ones_only():
    orders = lines(("o1", "mug", 1), ("o2", "mug", 1),
                   placed_at=["2026-01-01", "2026-01-02T08:00:00Z"])
    supply = {"sku": ["mug"], "node": ["A"], "quantity": [5],
              "arrives_at": ["2026-01-02T23:00:00Z"]}
    nothing = stock(("mug", "A", 0))
    with_it = earmark.compare(orders, nothing, EQUATOR, {"near": NEAR}, supply=supply)
    assert with_it.first_run["near"].parcels.tolist() == [0, 1]
    assert earmark.compare(orders, nothing, EQUATOR, {"near": NEAR}).first_run["near"].parcels \
        .tolist() == [0, 0]


def test_a_declined_pick_is_taken_back_and_sourced_from_elsewhere():
    nodes = EQUATOR | {"kind": ["store", "dc"]}
    both = stock(("mug", "A", 5), ("mug", "B", 5))
    c = earmark.compare(lines(("o", "mug", 2)), both, nodes, {"near": NEAR}, runs=2,
                        decline={"store": 1.0})
    replay = c.first_run["near"]
    assert (replay.declined_picks, replay.parts.node.tolist(), replay.parts.leg.tolist()) == (
        1, [1], [1])
    assert c.runs["near"][0].total == pytest.approx(5 + 2 * 1.6119, abs=1e-4)
    assert replay.engine.balance()["on_hand"] == 5  # the store's shelf was written off


def test_lines_that_nobody_fills_are_nowhere_and_cost_nothing():
    c = earmark.compare(lines(("o", "mug", 9)), SHELF, EQUATOR, {"near": NEAR, "cheap": CHEAP})
    assert c.matrix("cheap")[2, 2] == 1
    assert c.mean("cheap", "cost_per_order").mean == 0
    assert "cheap" in str(c)


def test_tables_with_an_arrow_stream_are_read_like_dicts():
    pyarrow = pytest.importorskip("pyarrow")

    class Stream:
        """Nothing but the protocol."""

        def __init__(self, columns):
            self.table = pyarrow.table(columns)

        def __arrow_c_stream__(self, requested_schema=None):
            return self.table.__arrow_c_stream__(requested_schema)

    policies = {"near": NEAR, "cheap": CHEAP}
    assert earmark.compare(Stream(TWO), Stream(SHELF), Stream(EQUATOR), policies).digest == \
        tiny().digest


@pytest.mark.parametrize(("change", "says"), [
    ({"orders": TWO | {"quantity": [1, 1.5, -1]}}, "row 3, column 'quantity'.*less than 1"),
    ({"orders": TWO | {"quantity": [1, "x", 1]}}, "row 2, column 'quantity': 'x' is no number"),
    ({"orders": TWO | {"quantity": [1, float("nan"), 1]}}, "row 2, column 'quantity'"),
    ({"orders": TWO | {"quantiy": [1, 1, 1]}}, "'quantiy'; did you mean \"quantity\""),
    ({"orders": {k: v for k, v in TWO.items() if k != "sku"}}, "column 'sku' is missing"),
    ({"orders": TWO | {"sku": ["mug"]}}, "'sku' has 1 rows where 'order_key' has 3"),
    ({"orders": TWO | {"latitude": [0, 1, 0]}}, "row 2, column 'latitude'.*differs from row 1"),
    ({"orders": TWO | {"latitude": [0, 0, 91]}}, "row 3, column 'latitude'.*between -90 and 90"),
    ({"orders": TWO | {"sku": ["mug", None, "mug"]}}, "row 2, column 'sku': empty"),
    ({"orders": TWO | {"placed_at": ["2026-01-01", "2026-01-01", "soon"]}}, "row 3.*'soon'"),
    ({"orders": lines()}, "no order is left"),
    ({"orders": 7}, "int is no table.*__arrow_c_stream__"),
    ({"stock": stock(("mug", "C", 1))}, 'row 1, column \'node\': "C" is no node'),
    ({"stock": stock(("mug", "A", -1))}, "row 1, column 'on_hand': -1 is less than 0"),
    ({"stock": "derived"}, "derive:1.1:0.4"),
    ({"nodes": EQUATOR | {"kind": ["dc", "shop"]}}, 'row 2, column \'kind\': "shop" is no kind'),
    ({"nodes": EQUATOR | {"node": ["A", "A"]}}, '"A" stands in row 1 already'),
    ({"policies": {"bad": "policy = 1"}}, "policy bad"),
    ({"policies": {"steps": NEAR + '[costs.parcel]\nby = "units"\nsteps = [{ rates = ["5"] }]\n'}},
     "costs.parcel: policies are compared by linear rates"),
    ({"policies": "cheapst"}, 'did you mean "cheapest"'),
    ({"policies": ""}, "none is named"),
    ({"runs": 0}, "runs 0: give a whole number"),
    ({"threads": 0}, "threads 0"),
    ({"seed": -1}, "seed -1"),
    ({"decline": {"shop": 0.1}}, "decline shop"),
])
def test_bad_input_is_refused_with_what_where_and_what_to_do(change, says):
    given = {"orders": TWO, "stock": SHELF, "nodes": EQUATOR, "policies": {"near": NEAR}} | change
    with pytest.raises(BadInput, match=says):
        earmark.compare(**given)


def test_a_progress_that_raises_stops_the_comparison():
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny(progress=stop)
