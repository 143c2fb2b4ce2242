"""Verbs of one order at a time: a basket handed over, a deadline moved, parts shipped."""

import pytest

import earmark
from conftest import make_shop

MINUTE = 60_000_000_000


def test_a_basket_becomes_an_order_without_touching_stock(shop):
    basket = shop.reserve_one(shop.find_sku("mug"), shop.find_node("berlin"), 2,
                              deadline=5 * MINUTE, now=MINUTE)
    order = shop.place_order("a", [("mug", 2)], reservation=basket, now=2 * MINUTE)
    assert shop.order(order)["buckets"] == [(1, "allocated", "berlin", 2)]
    assert shop.available(shop.find_sku("mug"), shop.find_node("berlin")) == 1


def test_baskets_are_handed_over_in_batches(shop):
    held = shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [3]})
    answer = shop.place_orders({"key": ["a", "b"], "offsets": [0, 1, 2], "sku": [0, 0],
                                "amount": [3, 1], "reservation": [held["reservation"][0], -1]})
    assert list(answer.words("outcome")) == ["done", "done"]
    states = [shop.order(int(o))["lowest"] for o in answer["order"]]
    assert states == ["allocated", "open"]


def test_what_the_order_does_not_want_of_a_basket_goes_back(shop):
    basket = shop.reserve_one(0, 0, 2)
    order = shop.place_order("a", [("mug", 1), ("bowl", 1)], reservation=basket)
    assert sorted(shop.order(order)["buckets"], key=str) == [(1, "allocated", "berlin", 1),
                                                             (2, "open", None, 1)]
    assert shop.available(0, 0) == 2
    with pytest.raises(earmark.Refused, match="reservation"):
        shop.place_order("b", [("mug", 1)], reservation=basket)  # it is over


def test_a_deadline_moves(shop):
    basket = shop.reserve_one(0, 0, 3, deadline=2 * MINUTE, now=MINUTE)
    shop.change(basket, deadline=9 * MINUTE, now=MINUTE)
    assert shop.advance(3 * MINUTE) == 0
    assert shop.available(0, 0) == 0
    assert shop.advance(9 * MINUTE) == 1
    assert shop.available(0, 0) == 3
    with pytest.raises(earmark.Refused):
        shop.change(basket, deadline=20 * MINUTE, now=10 * MINUTE)


def test_a_part_is_shipped_and_delivered():
    shop = make_shop({("mug", "berlin"): 5})
    order = shop.place_order("a", [("mug", 5)], place="berlin")
    shop.source([order])
    shop.release([order])
    assert shop.record(order, "ship", line=1, node="berlin", amount=2) == "done"
    assert sorted(shop.order(order)["buckets"]) == [(1, "released", "berlin", 3),
                                                    (1, "shipped", "berlin", 2)]
    assert shop.record(order, "deliver") == "done"
    assert shop.order(order)["highest"] == "delivered"
    with pytest.raises(earmark.Refused, match="4 granules asked"):
        shop.record(order, "ship", line=1, amount=4)
    with pytest.raises(earmark.BadInput, match="give one of ship, deliver, reject"):
        shop.record(order, "fly")
    with pytest.raises(earmark.Unknown):
        shop.record(order, "ship", node="paris")
