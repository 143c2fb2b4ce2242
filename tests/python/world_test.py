"""What is drawn hangs on seed, run and key alone; what the data say is taken."""

from dataclasses import replace

import numpy as np
import pytest

from conftest import EQUATOR, lines
from earmark.demo import data
from earmark.errors import BadInput
from earmark.network import distances, nodes_of
from earmark.opening import parse_rule
from earmark.orders import Orders, from_table
from earmark.seeded import below, draw, key_hashes, mix, unit
from earmark.world import setting


def sample(n: int = 200, lines: int = 3, skus: int = 40, country: str = "US",
           currency: str = "USD") -> Orders:
    """n orders made of seeded draws: a stand-in for a file."""
    bits = draw(7, "sample", np.arange(n * lines, dtype=np.uint64))
    return Orders(
        source="a sample", currency=currency, keys=[f"order {i}" for i in range(n)],
        offsets=np.arange(0, n * lines + 1, lines), sku_keys=[f"sku {i}" for i in range(skus)],
        decimals=np.zeros(skus, dtype=np.int64), sku=below(bits, skus).astype(np.int32),
        units=1 + below(mix(bits), 4).astype(np.int64),
        price_minor=np.full(n * lines, 100), customers=[f"customer {i % 60}" for i in range(n)],
        countries=[country] * n, placed_ns=np.arange(n, dtype=np.int64))


def world_of(orders: Orders, seed: int = 1, rule: str = "derive:1.1:0.4", run: int = 0):
    nodes, _ = data.network(orders.currency)
    return setting(orders, rule, nodes, None, None, {}, seed).world(run)


def test_draws_are_fixed_for_ever():
    assert mix(np.array([0, 1, 2], dtype=np.uint64)).tolist() == [
        0, 6238072747940578789, 15839785061582574730]
    assert key_hashes(["", "mug"]).tolist() == [13020603013274838756, 87999572424904667]
    assert draw(1, "city", key_hashes(["mug"])).tolist() == [14281871711148879011]


def test_draws_are_spread_evenly():
    bits = draw(3, "evenness", np.arange(100_000, dtype=np.uint64))
    assert np.bincount(below(bits, 10).astype(int), minlength=10).min() > 9_700
    assert abs(unit(bits).mean() - 0.5) < 0.005


def test_the_same_seed_makes_the_same_world_and_another_seed_or_run_another():
    orders = sample()
    one, same = world_of(orders), world_of(orders)
    assert (one.stock == same.stock).all()
    assert (one.places.of_order == same.places.of_order).all()
    for other in (world_of(orders, seed=2), world_of(orders, run=1)):
        assert one.places.keys != other.places.keys
        assert (one.stock != other.stock).any()


def test_a_customer_keeps_the_city_when_the_file_grows():
    small, large = (world_of(sample(n)).places for n in (50, 200))
    assert [small.keys[p] for p in small.of_order] == [large.keys[p] for p in large.of_order[:50]]


def test_cities_are_those_of_the_orders_country():
    for country in ("US", "GB", "JP"):
        places = world_of(sample(country=country)).places
        assert all(f" {country} " in key for key in places.keys)
    assert (world_of(sample(country="")).places.of_order == -1).all()


def test_nodes_keep_their_distance():
    nodes, _ = data.network("USD")
    metres = distances(nodes.latitude, nodes.longitude, nodes.latitude, nodes.longitude)
    assert metres[~np.eye(len(nodes.keys), dtype=bool)].min() >= 500_000
    assert nodes.kinds.count("dc") == nodes.kinds.count("store") == 5


def test_derived_stock_is_the_demand_times_the_factor():
    orders = sample(2000)
    demand = np.bincount(orders.sku, orders.units)
    assert (world_of(orders, rule="derive:1").stock.sum(axis=1) == demand).all()
    doubled = world_of(orders, rule="derive:2:0.5").stock.sum(axis=1)
    assert (doubled >= np.floor(demand)).all() and (doubled <= np.ceil(3 * demand)).all()
    assert len(np.unique(np.round(doubled / demand, 2))) > 10


def test_only_what_is_said_to_be_drawn_differs_between_runs():
    placed = replace(sample(), latitude=np.zeros(200), longitude=np.linspace(0, 10, 200))
    nodes = nodes_of(EQUATOR)
    for rule, decline, draws in (("derive:1.13", {}, []),
                                 ("derive:1.13", {"store": 0.5}, []),  # there is no store
                                 ("derive:1.13", {"dc": 0.5}, ["declined picks"]),
                                 ("derive:1.13:0.2", {}, ["opening stock"])):
        made = setting(placed, rule, nodes, None, None, decline, 1)
        assert made.draws == draws
        same = (made.world(0).stock == made.world(1).stock).all()
        assert same == ("opening stock" not in draws)


@pytest.mark.parametrize("rule", ["", "derive", "derive:", "derive:x", "derive:-1", "derive:nan",
                                  "derive:1:2", "derive:1:0.1:3", "copy:1"])
def test_a_wrong_stock_rule_is_refused(rule):
    with pytest.raises(BadInput, match="derive:1.1:0.4"):
        parse_rule(rule)


def test_ten_degrees_of_the_equator_are_what_they_are():
    metres = distances([0.0, np.nan], [0.0, 0.0], [0.0], [10.0])
    assert metres.tolist() == [[1_111_949], [-1]]


def test_a_place_table_says_where_ship_to_lies_and_an_empty_one_is_unknown():
    orders = from_table({"order_key": ["1", "2"], "sku": ["mug", "mug"], "quantity": [1, 1],
                         "ship_to": ["here", ""]})
    from earmark.network import places_of
    places = places_of({"place": ["there", "here"], "latitude": [1, 0], "longitude": [5, 10]})
    made = setting(orders, "derive:1", nodes_of(EQUATOR), places, None, {}, 1)
    assert made.draws == []
    assert made.world(0).metres_of_order.tolist() == [[1_111_949, 0], [-1, -1]]
    with pytest.raises(BadInput, match='order 2: ship_to "her" is no place; did you mean "here"'):
        setting(replace(orders, ship_to=["here", "her"]), "derive:1", nodes_of(EQUATOR), places,
                None, {}, 1)


def test_orders_stand_by_time_and_their_rows_need_not_be_adjacent():
    orders = from_table(lines(("late", "mug", 1), ("early", "bowl", 2), ("late", "bowl", "2.5"))
                        | {"placed_at": ["2026-01-02", "2026-01-01T23:00:00Z", "2026-01-02"]})
    assert orders.keys == ["early", "late"]
    assert orders.offsets.tolist() == [0, 1, 3]
    assert [orders.sku_keys[i] for i in orders.sku] == ["bowl", "mug", "bowl"]
    assert (orders.decimals.tolist(), orders.units.tolist()) == ([0, 1], [20, 1, 25])
