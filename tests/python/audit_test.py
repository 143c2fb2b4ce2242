"""Audits, crossings of thresholds, and what is available of several cells at one instant."""

import threading

import numpy as np
import pytest

import earmark
from conftest import make_shop


def column(frame, name):
    return (frame.words(name) if name in ("list", "check") else frame[name]).tolist()


def test_a_sound_engine_has_nothing_to_report():
    shop = make_shop({("mug", "berlin"): 3})
    shop.reserve_one(0, 0, 1)
    online, exact = shop.audit(), shop.audit(exact=True)
    assert set(column(online, "list")) == {"sound", "unchecked"}
    assert set(column(exact, "list")) == {"sound"}
    assert "balance" in column(online, "check")


def test_crossings_come_once_each_with_a_cursor():
    shop = make_shop({("mug", "berlin"): 10})
    done = shop.load_thresholds({"threshold": ["few", "none"], "sku": ["mug", "hat"],
                                 "low": [4, 1], "high": [6, 1]})
    assert done["accepted"] == 1 and len(done["rejected"]) == 1
    held = shop.reserve_one(0, 0, 7)
    frame, cursor = shop.crossings()
    assert column(frame, "threshold") == ["few"]
    assert column(frame, "below") == [True] and column(frame, "level") == [3]
    shop.unreserve(held)
    frame, cursor = shop.crossings(cursor=cursor)
    assert column(frame, "below") == [False] and column(frame, "level") == [10]
    assert len(shop.crossings(cursor=cursor)[0]) == 0


def test_together_is_what_available_says_and_a_basket_is_never_seen_in_part():
    shop = make_shop({("mug", "berlin"): 50_000, ("mug", "bonn"): 50_000, ("bowl", "bonn"): 2})
    berlin, bonn = shop.find_node("berlin"), shop.find_node("bonn")
    assert shop.available_together([0, 1], [bonn, bonn]).tolist() == [50_000, 2]
    assert shop.available_together([0, 1]).tolist() == [100_000, 2]
    assert shop.available_together([0], channel=None, use="sourcing").tolist() == [100_000]
    over = threading.Event()

    def buy():
        columns = {"offsets": np.arange(0, 201, 2), "sku": np.zeros(200, int),
                   "node": np.array([berlin, bonn] * 100), "amount": np.ones(200, int)}
        for _ in range(200):
            shop.reserve(columns)
        over.set()

    buyer = threading.Thread(target=buy)
    buyer.start()
    seen = 0
    while not over.is_set() or seen == 0:
        try:
            a, b = shop.available_together([0, 0], [berlin, bonn])
        except earmark.Busy:
            continue
        seen += 1
        assert a == b
    buyer.join()
    assert set(column(shop.audit(exact=True), "list")) == {"sound"}


def test_what_cannot_be_asked_together_is_refused():
    shop = make_shop({("mug", "berlin"): 1})
    with pytest.raises(earmark.EarmarkError, match="SKU"):
        shop.available_together([0, 7])
    with pytest.raises(ValueError, match="rows"):
        shop.available_together([0], [0, 1])
