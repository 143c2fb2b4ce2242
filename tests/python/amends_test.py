"""Amendments: what Python adds is keys, words and errors; what they do is tested in C++."""

import earmark
import pytest

NOON = 1_800_000_000 * 10**9


@pytest.fixture
def shop():
    shop = earmark.Engine()
    shop.load_skus({"key": ["hat", "mug"]}, NOON)
    shop.load_nodes({"key": ["north", "south"], "priority": [0, 1]}, NOON)
    shop.load_stock({"sku": ["hat", "hat", "mug"], "node": ["north", "south", "north"],
                     "on_hand": [9, 9, 9]}, NOON)
    shop.load_places({"key": ["home", "work"]}, NOON)
    shop.load_services({"service": ["express"]}, NOON)
    shop.activate('policy = "p"\ncurrency = "USD"\nrank = ["priority"]\n')
    return shop


def test_all_that_an_amendment_can_say(shop):
    order = shop.place_order("a", [("hat", 4, 500)], place="home", now=NOON)
    shop.source([order])
    version = shop.order(order)["version"]
    changes = [{"line": 1, "amount": 3, "node": "south"},
               {"sku": "mug", "amount": 2, "price_minor": 700}]

    def amend():
        return shop.amend(order, changes, place="work", method="express", deliver_by="2027-03-01",
                          priority=7, base_version=version, reason=9, key="a-2", actor="kim",
                          now=NOON)
    done = amend()
    assert done == {
        "outcome": "done", "version": version + 1,
        "lines": [(1, "hat", 4, 3), (2, "mug", 0, 2)],
        "parts": [(1, "allocated", "cancelled", "north", 1), (1, "allocated", "open", "north", 3),
                  (1, "open", "allocated", None, 3)],
        "asks": []}
    now = shop.order(order)
    assert (now["method"], now["deliver_by"]) == ("express", "2027-03-01")
    assert now["buckets"] == [(1, "allocated", "south", 3), (1, "cancelled", None, 1),
                              (2, "open", None, 2)]
    assert amend()["outcome"] == "repeat"
    assert shop.amend(order, [{"line": 1, "node": None}])["outcome"] == "done"
    assert shop.amend(order)["outcome"] == "unchanged"
    assert shop.check_invariants() == []


def test_what_stands_in_the_way_comes_in_one_list(shop):
    order = shop.place_order("a", [("hat", 4)], now=NOON)
    with pytest.raises(earmark.Unknown) as refused:
        shop.amend(order, [{"line": 9, "amount": 1}, {"line": 1, "amount": -1}])
    assert refused.value.code == "unknown_line"
    assert len(refused.value.findings) == 2
    with pytest.raises(earmark.Unknown):
        shop.amend(order + 5, [{"line": 1, "amount": 1}])
    with pytest.raises(earmark.Unknown):
        shop.amend(order, [{"sku": "cap", "amount": 1}])
    with pytest.raises(earmark.Unknown):
        shop.amend(order, place="moon")
    with pytest.raises(earmark.BadInput, match="not 'quantity'"):
        shop.amend(order, [{"line": 1, "quantity": 1}])
    for wrong in ((1, 1), {"line": -1}, {"line": "x"}, {"line": 1, "amount": 2**70},
                  {"line": 1, "amount": 1.5}, {"sku": 7, "amount": 1}, {"line": 1, "node": 3},
                  {"sku": "mug", "amount": 1, "price_minor": None}, 5, None):
        with pytest.raises(earmark.BadInput, match="a change"):
            shop.amend(order, [wrong])
    assert shop.order(order)["buckets"] == [(1, "open", None, 4)]


def test_the_table_of_what_may_be_is_read_and_changed(shop):
    rules = shop.amend_rules()
    assert rules["ship_to"]["allocated"] == "allow"
    assert rules["ship_to"]["released"] == "deny"
    assert rules["decrease"]["shipped"] == "ignore"
    with pytest.raises(earmark.BadInput, match="give one of decrease, increase"):
        shop.load_amend_rules({"change": ["colour"], "state": ["open"], "does": ["allow"]})
    with pytest.raises(earmark.BadInput):
        shop.load_amend_rules({"change": ["node"], "state": ["open", "open"], "does": ["allow"]})
    told = shop.load_amend_rules({"change": ["node", "decrease"], "state": ["open", "shipped"],
                                  "does": ["deny", "allow"]})
    assert told["accepted"] == 1
    assert [row[0] for row in told["rejected"]] == [2]
    assert shop.amend_rules()["node"]["open"] == "deny"
