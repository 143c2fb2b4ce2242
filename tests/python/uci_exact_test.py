"""The UCI orders on ten nodes, by the linear rate card: every plan is proved best."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

import earmark
from earmark import files

SHARED = Path(os.environ.get("EARMARK_SHARED", "/nowhere")) / "data"
ORDERS = SHARED / "uci-online-retail" / "online_retail.csv.gz"
NETWORK = SHARED / "us-network"
POLICY = """
policy   = "uci"
currency = "GBP"
rank     = ["cost", "parcels", "distance"]
[costs]
fixed_per_parcel     = "8.759"
per_unit             = "0.423"
per_unit_per_1000_km = "0.336"
"""


def places(name):
    """(keys, latitudes, longitudes)"""
    with (NETWORK / name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return [r[0] for r in rows], [float(r[2]) for r in rows], [float(r[3]) for r in rows]


@pytest.mark.skipif(not ORDERS.exists(), reason="EARMARK_SHARED names no folder with UCI's orders")
def test_every_plan_of_the_uci_orders_on_ten_nodes_is_exact():
    orders = files.read_orders(str(ORDERS), "uci")
    dice = np.random.default_rng(5)
    e = earmark.Engine(max_orders=1 << 16, max_keys=1 << 16)
    assert e.load_skus({"key": orders.sku_keys})["rejected"] == []
    nodes, latitude, longitude = places("fulfilment_centres_10.csv")
    e.load_nodes({"key": nodes, "latitude": latitude, "longitude": longitude})
    metros, latitude, longitude = places("metros_10.csv")
    e.load_places({"key": metros, "latitude": latitude, "longitude": longitude})
    sku, node = np.nonzero(dice.random((len(orders.sku_keys), len(nodes))) < 0.75)
    stock = {"sku": [orders.sku_keys[i] for i in sku], "node": [nodes[k] for k in node],
             "on_hand": [4_000_000] * len(sku)}
    assert e.load_stock(stock)["rejected"] == []
    e.activate(POLICY)
    count = len(orders.keys)
    placed = e.place_orders({"key": orders.keys, "offsets": orders.offsets, "sku": orders.sku,
                             "amount": orders.units, "price_minor": orders.price_minor,
                             "place": dice.integers(0, len(metros), count)})
    decided = e.source(placed["order"])
    assert not np.asarray(decided["error"]).any()  # the longest has 1,112 lines
    assert np.asarray(decided["exact"]).all()
    assert count > 19_000
