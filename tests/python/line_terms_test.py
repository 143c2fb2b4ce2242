"""Lines that go to places of their own, by services and days of their own (OM-08)."""
import pytest

import earmark
from earmark import BadInput, Refused

NOW = 1_800_000_000 * 10**9
DAY = 86_400 * 10**9


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat"]}, NOW)
    e.load_nodes({"key": ["west", "east"], "latitude": [0.0, 0.0], "longitude": [1.0, 9.0]}, NOW)
    e.load_places({"key": ["left", "right"], "latitude": [0.0, 0.0], "longitude": [0.0, 10.0]}, NOW)
    e.load_stock({"sku": ["hat", "hat"], "node": ["west", "east"], "on_hand": [9, 9]}, NOW)
    e.load_services({"service": ["air"]}, NOW)
    e.activate('policy = "p"\ncurrency = "USD"\nrank = ["distance"]\n', NOW)
    return e


def sourced(shop, order):
    shop.source([order], now=NOW)
    return [(line, node) for line, _, node, _ in shop.order(order)["buckets"]]


def test_columns_name_where_each_line_goes(shop):
    placed = shop.place_orders({"key": ["a", "b"], "offsets": [0, 2, 3], "sku": [0, 0, 0],
                                "amount": [1, 2, 3], "place": [0, 0], "line_place": [-1, 1, -1],
                                "line_method": [-1, 0, -1],
                                "line_deliver_by": [2**63 - 1, 20_000 * DAY, 2**63 - 1]}, now=NOW)
    one, two = placed["order"].tolist()
    assert shop.order(one)["goes"] == [(2, "right", "air", "2024-10-04")]
    assert shop.order(two)["goes"] == []
    assert sourced(shop, one) == [(1, "west"), (2, "east")]
    assert sourced(shop, two) == [(1, "west")]


@pytest.mark.parametrize(("own", "says"), [
    ({"place": 7}, "each a text"), ({"where": "left"}, "not 'where'"), ("left", "are a dict")])
def test_terms_that_are_none_are_refused_with_what_they_are(shop, own, says):
    with pytest.raises(BadInput, match=says):
        shop.place_order("x", [("hat", 1, 0, None, own)], now=NOW)


def test_terms_that_nobody_knows_are_refused_and_nothing_is_placed(shop):
    for own in ({"place": "atlantis"}, {"method": "owl"}, {"deliver_by": "soon"}):
        with pytest.raises(earmark.EarmarkError):
            shop.place_order("x", [("hat", 1, 0, None, own)], now=NOW)
    order = shop.place_order("x", [("hat", 1, 0, None, {"place": None})], place="left", now=NOW)
    with pytest.raises(earmark.EarmarkError):
        shop.amend(order, [{"line": 1, "place": "atlantis"}], now=NOW)
    assert shop.order(order)["goes"] == [] and shop.order(order)["version"] == 1


def test_a_line_is_sent_elsewhere_and_back(shop):
    order = shop.place_order("x", [("hat", 1), ("hat", 1, 0, None, {"place": "right"})],
                             place="left", now=NOW)
    shop.amend(order, [{"line": 1, "place": "right"}, {"line": 2, "place": None}], now=NOW)
    assert shop.order(order)["goes"] == [(1, "right", None, None)]
    assert sourced(shop, order) == [(1, "east"), (2, "west")]
    shop.release([order], now=NOW)
    with pytest.raises(Refused) as e:
        shop.amend(order, [{"line": 1, "place": "left"}], now=NOW)
    assert e.value.code == "not_amendable"
