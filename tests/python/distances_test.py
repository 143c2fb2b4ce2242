"""Given distances from columns, and units of measure of opening stock."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import earmark
from conftest import make_shop

NETWORK = earmark.Network(
    {"key": ["near", "far"], "latitude": [1.0, 4.0], "longitude": [0.0, 0.0]},
    {"key": ["home", "away"], "latitude": [0.0, 5.0], "longitude": [0.0, 0.0]},
    pa.table({"node": ["near", "far"], "place": ["home", "away"], "miles": [310.5, 2.0]}))
POLICY = 'policy = "p"\ncurrency = "EUR"\nrank = ["distance"]\n'


def shop_of(network, **settings):
    engine = earmark.Engine(**settings)
    engine.load_skus({"key": ["mug"]})
    said = network.load_into(engine)
    assert [r["rejected"] for r in said.values()] == [[]] * len(said)
    engine.load_stock({"sku": ["mug"] * 2, "node": ["near", "far"], "on_hand": [9, 9]})
    engine.activate(POLICY)
    return engine


def test_a_network_brings_its_own_distances_and_the_journal_keeps_them(tmp_path):
    path = str(tmp_path / "j.db")
    shop = shop_of(NETWORK, journal=path)
    assert pa.table(shop.distances()).to_pylist() == [
        {"place": "home", "node": "near", "metres": 499_701},
        {"place": "away", "node": "far", "metres": 3_219}]
    ids = shop.place_orders({"key": ["a", "b"], "offsets": [0, 1, 2], "sku": [0, 0],
                             "amount": [1, 1], "place": [0, 1]})["order"]
    decided = shop.source(ids)
    assert decided.parts.words("node").tolist() == ["far", "far"]
    assert decided["metres"].tolist() == [444_780, 3_219]
    shop.flush()
    digest = shop.state_hash()
    del shop
    again = earmark.Engine(journal=path)
    assert again.state_hash() == digest
    assert shop_of(earmark.Network.of(again)).distances()["metres"].tolist() == [499_701, 3_219]


def test_a_pair_that_was_decided_over_keeps_its_distance():
    shop = shop_of(earmark.Network(NETWORK.nodes, NETWORK.places))
    shop.source(shop.place_orders({"key": ["a"], "offsets": [0, 1], "sku": [0], "amount": [1],
                                   "place": [0]})["order"])
    report = shop.load_distances({"place": ["home", "away"], "node": ["near", "near"],
                                  "km": [1.5, 2.25]})
    assert [code for _, code, _ in report["rejected"]] == ["distance_used"]
    assert shop.distances()["metres"].tolist() == [2_250]


def test_wrong_rows_are_rejected_and_named():
    shop = shop_of(NETWORK)
    report = shop.load_distances(pd.DataFrame({
        "place": ["home", "mars", "home", "home", "away"],
        "node": ["near", "near", "east", "far", "near"], "metres": [1, 1, 1, 5, 7]}))
    assert report["accepted"] == 2
    assert [(row, code) for row, code, _ in report["rejected"]] \
        == [(1, "duplicate_row"), (2, "unknown_place"), (3, "unknown_node")]


@pytest.mark.parametrize(("columns", "said"), [
    ({"miles": [1.0, float("nan")]}, "'miles', row 2: it is null or NaN"),
    ({"miles": pa.array([None, 1.0])}, "'miles', row 1: it is null or NaN"),
    ({"km": [1.0, -0.5]}, "'km', row 2: a distance is from 0"),
    ({"metres": [float("inf"), 1]}, "'metres', row 1: a distance"),
    ({"metres": [10**9, 1]}, "'metres', row 1: a distance"),
    ({"metres": [1, 2], "miles": [1, 2]}, "say the same"),
    ({}, "'metres', 'km' or 'miles' is missing"),
    ({"meters": [1, 2]}, "did you mean 'metres'"),
    ({"metres": [1]}, "'metres' has 1 rows"),
    ({"metres": ["far", "near"]}, "'metres'"),
])
def test_a_column_of_distances_that_are_none_is_refused_whole(columns, said):
    shop = shop_of(NETWORK)
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=said):
        shop.load_distances({"place": ["home"] * 2, "node": ["far", "near"]} | columns)
    assert shop.state_hash() == before


def test_a_great_many_distances_are_loaded_with_progress():
    shop, told = make_shop({("mug", "berlin"): 1}), []
    keys = [str(i) for i in range(3_000)]
    shop.load_places({"key": keys})
    report = shop.load_distances({"place": keys * 2, "node": ["berlin"] * 3_000 + ["bonn"] * 3_000,
                                  "km": np.arange(6_000) / 8},
                                 progress=lambda done, total: told.append((done, total)))
    assert report["accepted"] == 6_000
    assert told[-1] == (6_000, 6_000)
    assert shop.distances()["metres"].tolist()[:3] == [0, 375_000, 125]


def test_opening_stock_comes_in_units_of_measure():
    engine = earmark.Engine()
    said = engine.load(skus={"key": ["mug", "milk"], "decimals": [0, 2]}, nodes={"key": ["dc"]},
                       units={"sku": ["mug", "milk"], "unit": ["case", "can"], "holds": [6, 1050]},
                       stock={"sku": ["mug", "milk", "mug", "mug"], "node": ["dc"] * 4,
                              "on_hand": [2, 3, 1, 4], "uom": ["case", "can", "", "crate"]})
    assert [code for _, code, _ in said["stock"]["rejected"]] == ["unknown_unit"]
    assert engine.available([0, 1]).tolist() == [13, 3150]
    late = engine.load_stock({"sku": ["mug"], "node": ["dc"], "on_hand": [2**62], "uom": ["case"]})
    assert late["rejected"][0][1] == "out_of_range"
