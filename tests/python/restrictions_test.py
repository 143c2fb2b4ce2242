"""What may not be shipped, loaded from tables and told again."""

import earmark
import pytest

NOON = 1_800_000_000 * 10**9


@pytest.fixture
def shop():
    out = earmark.Engine()
    out.load_skus({"key": ["hat", "battery"]}, NOON)
    out.load_nodes({"key": ["near", "far"], "priority": [0, 1]}, NOON)
    out.load_places({"key": ["home"]}, NOON)
    out.load_stock({"sku": ["hat", "battery"] * 2, "node": ["near"] * 2 + ["far"] * 2,
                    "on_hand": [5] * 4}, NOON)
    out.load_services({"service": ["air", "ground"]}, NOON)
    out.load_attributes({"attribute": ["line.lithium"], "type": ["flag"]}, NOON)
    out.load_facts({"key": ["battery"], "attribute": ["line.lithium"], "value": ["true"]}, NOON)
    out.activate('policy = "any"\ncurrency = "EUR"\nrank = ["priority"]\n')
    return out


def test_rows_are_loaded_from_columns_and_told_again(shop):
    told = shop.load_restrictions({
        "restriction": ["a", "b"], "item": ["line.lithium", ""],
        "origin": ['node.key == "near"', ""],
        "services": ["", "air, ground"], "reason": ["it burns", ""], "active": [1, 0]}, NOON)
    assert told["accepted"] == 2
    assert shop.restrictions() == [
        {"restriction": "a", "reason": "it burns", "item": "line.lithium",
         "origin": 'node.key == "near"', "destination": "", "order": "", "services": [],
         "unless_same": [], "active": True},
        {"restriction": "b", "reason": "", "item": "", "origin": "", "destination": "",
         "order": "", "services": ["air", "ground"], "unless_same": [], "active": False}]


def test_a_node_gives_nothing_that_may_not_leave_from_there(shop):
    shop.load_restrictions({"restriction": ["a"], "item": ["line.lithium"],
                            "origin": ['node.key == "near"']}, NOON)
    order = shop.place_order("A", [("hat", 1), ("battery", 1)], currency="EUR", now=NOON)
    assert shop.source([order], now=NOON).parts.words("node").tolist() == ["near", "far"]
    assert "battery may not be shipped from near: restricted: a." in shop.explain(order)


def test_what_no_node_may_ship_is_refused_by_its_code(shop):
    shop.load_restrictions({"restriction": ["a"], "item": ["line.lithium"], "services": ["air"]},
                           NOON)
    with pytest.raises(earmark.Refused) as no:
        shop.place_order("A", [("battery", 1)], currency="EUR", method="air", now=NOON)
    assert no.value.code == "shipping_restricted"
    assert "[restriction 'a']" in str(no.value)


def test_a_wrong_row_says_what_is_wrong_with_it(shop):
    told = shop.load_restrictions({"restriction": ["a"], "item": ["line.litium"]}, NOON)
    assert told["accepted"] == 0
    row, code, text = told["rejected"][0]
    assert (row, code) == (1, "bad_restriction")
    assert "did you mean 'line.lithium'" in text
    with pytest.raises(earmark.BadInput):
        shop.load_restrictions({"restriction": ["a"], "active": [2]}, NOON)
