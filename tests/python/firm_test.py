"""Firm nodes, rejections, queues and ladders from Python."""

import earmark
import pyarrow as pa
import pytest

NOON = 1_800_000_000 * 10**9
POLICY = """
policy   = "by item"
currency = "USD"
rank     = ["priority", "parcels"]
match    = "ladder"
ladder   = ["line.sku"]
[[strategy]]
name    = "mugs"
for     = { "line.sku" = "mug" }
require = ["not_rejected_before"]
outcome = { partial = "queue:care", none = "queue:care" }
[[strategy]]
name    = "others"
"""


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat", "mug"]}, NOON)
    e.load_nodes({"key": ["a", "b"], "priority": [1, 2]}, NOON)
    e.load_stock({"sku": ["hat", "hat", "mug"], "node": ["a", "b", "a"], "on_hand": [9] * 3}, NOON)
    e.activate(POLICY)
    return e


def nodes_of(e, orders):
    decided = e.source(orders)
    return [e.node_key(n) for n in decided.parts["node"].tolist()]


def test_a_firm_node_is_given_by_name_for_an_order_or_a_line(shop):
    all_b = shop.place_order("x", [("hat", 1)], node="b")
    one_b = shop.place_order("y", [("hat", 1, 0, "b"), ("hat", 1, 0, None)])
    assert nodes_of(shop, [all_b]) == ["b"]
    assert nodes_of(shop, [one_b]) == ["b", "a"]
    assert shop.order(all_b)["firm"] == [(1, "b")]
    assert shop.order(one_b)["firm"] == [(1, "b")]
    assert "hat is bound to b." in shop.explain(all_b)
    with pytest.raises(earmark.errors.Unknown):
        shop.place_order("z", [("hat", 1)], node="nowhere")
    with pytest.raises(earmark.errors.BadInput):
        shop.place_order("z", [("hat", 1, 0, "b", 5)])


def test_firm_nodes_come_as_columns_of_orders_and_of_lines(shop):
    placed = shop.place_orders({"key": ["x", "y", "z"], "offsets": [0, 1, 3, 4],
                                "sku": [0, 0, 0, 0], "amount": [1, 1, 1, 1],
                                "node": pa.array([1, None, None]),
                                "line_node": [-1, -1, 1, -1]})
    orders = placed["order"]
    assert [shop.order(o)["firm"] for o in orders.tolist()] == [[(1, "b")], [(2, "b")], []]
    assert nodes_of(shop, orders) == ["b", "a", "b", "a"]
    wrong = shop.place_orders({"key": ["w"], "offsets": [0, 1], "sku": [0], "amount": [1],
                               "node": [7]})
    assert wrong.words("reason")[0] == "unknown_node"


def test_a_node_rejects_and_the_order_remembers_it(shop):
    order = shop.place_order("x", [("mug", 2)])
    assert nodes_of(shop, [order]) == ["a"]
    assert shop.record(order, "reject", 1, "a", 1, reason=7, now=NOON + 1) == "done"
    assert shop.order(order)["rejections"] == [(1, "a", 1, 7, NOON + 1)]
    assert nodes_of(shop, [order]) == []
    assert shop.queues() == [("care", 1, 1)]
    assert "waits in the queue 'care'" in shop.explain(order)
    with pytest.raises(earmark.errors.BadInput, match="ship, deliver, reject"):
        shop.record(order, "refuse", 1, "a")


def test_the_lines_of_an_order_may_have_strategies_of_their_own(shop):
    order = shop.place_order("x", [("hat", 1), ("mug", 1)])
    decided = shop.source([order])
    assert decided.words("strategy")[0] == "mugs, others"
    told = shop.explanation(order)
    assert told["strategy"].tolist() == ["mugs"] * 2 + ["others"] * 2
    assert shop.explain(order).startswith("mug: 'mugs' is the most specific strategy that fits")
