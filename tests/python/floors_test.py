"""Floor rules from columns, and what they make of available."""

import numpy as np
import pyarrow as pa
import pytest

import earmark


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load_skus({"key": ["hat", "mug"]})
    engine.load_nodes({"key": ["dc", "store"], "kind": ["dc", "store"]})
    engine.load_stock({"sku": ["hat", "hat", "mug"], "node": ["dc", "store", "dc"],
                       "on_hand": [10, 4, 8]})
    return engine


def test_rules_come_as_columns_and_hold_for_every_question(shop):
    done = shop.load_floors({"rule": ["stores", "web hats", "no mugs for shop"],
                             "sku": ["", "hat", "mug"], "kind": ["store", "", ""],
                             "channel": ["", "web", "shop"], "units": [1, 6, 0],
                             "exclude": [False, False, True]})
    assert done["accepted"] == 3
    assert shop.available(0) == 13
    assert shop.available([0, 0], [0, 1]).tolist() == [10, 3]
    assert shop.available_to([0, 1], channel="web").tolist() == [4, 8]
    assert shop.available_to([0, 1], [0, 0], channel="shop").tolist() == [10, 0]
    with pytest.raises(earmark.Refused) as refused:
        shop.reserve_one(0, 1, 4)
    assert refused.value.code == "insufficient"
    held = shop.reserve({"offsets": [0, 1, 2], "sku": [0, 1], "node": [0, 0], "amount": [5, 1]},
                        channel="web")
    assert held.words("reason").tolist() == ["insufficient", None]
    out = shop.reserve({"offsets": [0, 1], "sku": [1], "node": [0], "amount": [1]}, channel="shop")
    assert out.words("reason").tolist() == ["excluded"]


def test_every_term_is_a_column(shop):
    shop.load_floors(pa.table({"rule": ["hats"], "sku": ["hat"], "units": [3]}))
    shop.reserve_one(0, 0, 2)
    terms = shop.explain_available(0)
    assert terms.words("node").tolist() == ["dc", "store"]
    assert terms["on_hand"].tolist() == [10, 4]
    assert terms["reserved"].tolist() == [2, 0]
    assert terms["free"].tolist() == [8, 4]
    assert terms["floor"].tolist() == [3, 3]
    assert terms["rule"].tolist() == ["hats", "hats"]
    assert terms["available"].tolist() == [5, 1]
    assert int(np.sum(terms["available"])) == shop.available(0)
    assert shop.explain_available(0, 1)["available"].tolist() == [1]
    none = shop.explain_available(1)
    assert none["rule"].tolist() == [None]


@pytest.mark.parametrize("columns, said", [
    ({"rule": ["a"], "use": ["buying"]}, "both, selling, sourcing"),
    ({"rule": ["a"], "kind": ["shed"]}, "dc, store, vendor"),
    ({"rule": ["a"], "units": [1.5]}, "whole numbers"),
    ({"rule": ["a"], "unit": [1]}, "did you mean 'units'"),
    ({"units": [1]}, "'rule' is missing"),
    ({"rule": ["a"], "units": [10**12]}, "outside"),
])
def test_a_wrong_table_is_refused_whole(shop, columns, said):
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=said):
        shop.load_floors(columns)
    assert shop.state_hash() == before


def test_a_wrong_row_is_listed_and_the_others_are_taken(shop):
    done = shop.load_floors({"rule": ["a", "b", "c"], "sku": ["hat", "cap", "hat"],
                             "units": [1, 1, 2]})
    assert done["accepted"] == 1
    assert [(row, code) for row, code, _ in done["rejected"]] == [
        (2, "unknown_sku"), (3, "twin_rule")]
    with pytest.raises(earmark.Unknown):
        shop.available_to([0], channel="web")
    with pytest.raises(earmark.BadInput, match="selling or sourcing"):
        shop.available_to([0], use="both")


def test_a_group_of_nodes_has_what_its_nodes_have(shop):
    shop.load_floors({"rule": ["stores"], "sku": [""], "kind": ["store"], "units": [9]})
    assert shop.available_to([0, 1], group=[1, 0, 1]).tolist() == [10, 8]
    assert shop.available_to([0, 1], group=[1]).tolist() == [0, 0]
    assert shop.available_together([0], group=pa.array([0])).tolist() == [10]
    with pytest.raises(earmark.BadInput, match="'group' is empty"):
        shop.available_to([0], group=[])
    with pytest.raises(earmark.Unknown):
        shop.available_to([0], group=[7])
