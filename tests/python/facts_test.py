"""Attributes of a host's own from Python: declared, loaded, of orders, asked by policies."""

import earmark
import pyarrow as pa
import pytest

NOON = 1_800_000_000 * 10**9
POLICY = """
policy   = "rules"
currency = "USD"
rank     = ["priority"]
[attributes]
"customer.tier" = "text"
"customer.age"  = "number"
"line.hazmat"   = "flag"
"node.hazmat"   = "flag"
[always]
require = ["hazmat"]
[[filter]]
name  = "hazmat"
when  = "any(line.hazmat)"
nodes = "node.hazmat"
[[strategy]]
name = "gold"
when = 'customer.tier == "gold" and customer.age > 1.5'
from = ["any priority 1"]
[[strategy]]
name = "others"
"""


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat", "paint"]}, NOON)
    e.load_nodes({"key": ["a", "b"], "priority": [1, 2]}, NOON)
    e.load_stock({"sku": ["hat", "hat", "paint", "paint"], "node": ["a", "b"] * 2,
                  "on_hand": [9] * 4}, NOON)
    assert e.load_attributes({"attribute": ["customer.tier"], "type": ["text"]})["accepted"] == 1
    e.activate(POLICY)
    assert e.load_facts({"key": ["paint", "b"], "attribute": ["line.hazmat", "node.hazmat"],
                         "value": ["true", "true"]})["accepted"] == 2
    return e


def nodes_of(e, orders):
    decided = e.source(orders)
    nodes = [e.node_key(n) for n in decided.parts["node"].tolist()]
    return dict(zip(decided.parts["order"].tolist(), nodes, strict=True))


def strategy(e, order):
    return e.explanation(order)["strategy"].tolist()[0]


def test_orders_bring_attributes_as_columns_that_are_named_like_them(shop):
    tiers = pa.array(["gold", None, "gold"])
    placed = shop.place_orders({"key": ["x", "y", "z"], "offsets": [0, 1, 2, 4],
                                "sku": [0, 0, 0, 1], "amount": [1, 1, 1, 1],
                                "customer.tier": tiers, "customer.age": ["2", "", "1.5"],
                                "line.hazmat": pa.array([None, True, None, None])}, now=NOON)
    assert placed["outcome"].tolist() == [earmark.OUTCOMES.index("done")] * 3
    assert nodes_of(shop, [0, 1]) == {0: "a", 1: "b"}
    assert strategy(shop, 0) == "gold"
    assert strategy(shop, 1) == "others"


def test_one_order_brings_them_by_name(shop):
    order = shop.place_order("one", [("hat", 1)], facts={"customer.tier": "gold",
                                                         "customer.age": "18"}, now=NOON)
    assert nodes_of(shop, [order]) == {order: "a"}
    assert strategy(shop, order) == "gold"
    assert shop.order(order)["facts"] == [("customer.tier", 0, "gold"), ("customer.age", 0, "18")]
    with pytest.raises(earmark.Unknown, match="attribute"):
        shop.place_order("two", [("hat", 1)], facts={"customer.teir": "gold"}, now=NOON)
    with pytest.raises(earmark.EarmarkError, match="not a number"):
        shop.place_order("three", [("hat", 1)], facts={"customer.age": "old"}, now=NOON)


def test_what_is_not_declared_or_cannot_be_is_refused_with_its_place(shop):
    with pytest.raises(earmark.BadInput, match="customer.teir"):
        shop.place_orders({"key": ["x"], "offsets": [0, 1], "sku": [0], "amount": [1],
                           "customer.teir": ["gold"]}, now=NOON)
    placed = shop.place_orders({"key": ["x"], "offsets": [0, 1], "sku": [0], "amount": [1],
                                "customer.age": ["1e9"]}, now=NOON)
    assert placed["outcome"].tolist() == [earmark.OUTCOMES.index("declined")]
    assert placed.violations["error"].tolist() == [2001]  # bad_number
    report = shop.load_facts({"key": ["a", "c", "a", "a"],
                              "attribute": ["node.hazmat", "node.hazmat", "node.size",
                                            "customer.tier"],
                              "value": ["perhaps", "true", "1", "gold"]})
    assert [code for _, code, _ in report["rejected"]] == [
        "bad_field", "unknown_node", "unknown_attribute", "bad_attribute"]
    with pytest.raises(earmark.BadInput, match="the types are text, number, money, flag"):
        shop.load_attributes({"attribute": ["x"], "type": ["float"]})


def test_nothing_is_sourced_from_an_excluded_node(shop):
    report = shop.load_exclusions({"node": ["a", "z"], "reason": ["flooded", ""],
                                   "from": [NOON, NOON], "until": [NOON + 10, NOON + 10]})
    assert report["accepted"] == 1
    order = shop.place_order("one", [("hat", 1)], now=NOON)
    assert nodes_of(shop, [order]) == {order: "b"}
    assert dict((node, verdict) for node, verdict, _ in shop.explain_rows(order)) == {
        "a": "excluded", "b": "chosen"}
    assert "a was excluded" in " ".join(reason for *_, reason in shop.explain_rows(order))
    later = shop.place_order("two", [("hat", 1)], now=NOON + 10)
    assert nodes_of(shop, [later]) == {later: "a"}
