"""Feeds, counts and units of measure from Python: columns in, frames out."""

import numpy as np
import pyarrow as pa
import pytest

import earmark

NOW = 1_800_000_000_000_000_000


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load(skus={"key": ["mug", "cup"]}, nodes={"key": ["bonn", "bath"]},
                stock={"sku": ["mug", "cup"], "node": ["bonn", "bath"], "on_hand": [10, 5]})
    engine.advance(NOW)
    return engine


def free(shop, sku, node):
    return shop.available(sku, node)


def rows_of(frame):
    return pa.table(frame).to_pylist()


def test_a_snapshot_corrects_the_books_and_a_stale_one_changes_nothing(shop):
    before = shop.head
    shop.adjust("mug", "bonn", -3)
    rows = {"sku": np.array([0, 1]), "node": np.array([0, 1]), "units": np.array([10, 7])}
    fed = shop.snapshot(rows, source="wms", sequence=1, as_of=before)
    assert rows_of(fed) == [
        {"row": 1, "sku": 1, "node": 1, "section": None, "adjustment": 2, "shortfall": 0,
         "outcome": "done", "error": 0, "reason": None}]
    assert free(shop, 0, 0) == 7
    assert rows_of(shop.snapshot(rows, source="wms", sequence=1, as_of=before)) == []


def test_rows_are_rejected_by_name(shop):
    fed = shop.delta({"sku": [0, 9], "node": [0, 0], "units": [2, 1]}, source="wms", sequence=1)
    assert [r["reason"] for r in rows_of(fed)] == [None, "unknown_sku"]
    with pytest.raises(earmark.EarmarkError, match="on_hand or available"):
        shop.snapshot({"sku": [0], "node": [0], "units": [2]}, source="wms", sequence=2,
                      as_of=0, basis="gross")


def test_what_a_snapshot_leaves_without_goods_is_a_frame(shop):
    held = shop.reserve_one(0, 0, 4)
    shop.snapshot({"sku": [0], "node": [0], "units": [1]}, source="wms", sequence=1,
                  as_of=shop.head)
    (lost,) = rows_of(shop.uncovered())
    assert (lost["reservation"], lost["amount"], lost["sku"]) == (held, 3, "mug")


def test_a_complete_snapshot_zeroes_what_it_does_not_name(shop):
    fed = shop.snapshot({"sku": [0], "node": [1], "units": [2]}, source="wms", sequence=1,
                        as_of=shop.head, complete=True)
    assert [r["row"] for r in rows_of(fed)] == [0, None]
    assert free(shop, 1, 1) == 0


def test_a_count_answers_its_variance(shop):
    assert shop.count(0, 0, 8) == -2
    assert free(shop, 0, 0) == 8


def test_a_stock_take_is_a_batch_of_counts(shop):
    held = shop.reserve_one(0, 0, 9)
    done = shop.count({"sku": [0, 1, 9], "node": [0, 1, 0], "found": [7, 5, 1]})
    assert rows_of(done) == [
        {"record": 10, "found": 7, "uncovered": 2, "outcome": "done", "error": 0, "reason": None},
        {"record": 5, "found": 5, "uncovered": 0, "outcome": "done", "error": 0, "reason": None},
        {"record": None, "found": None, "uncovered": None, "outcome": "declined", "error": 6001,
         "reason": "unknown_sku"}]
    counts, end = shop.counts()
    assert [(c["sku"], c["node"], c["record"], c["found"]) for c in rows_of(counts)] \
        == [("mug", "bonn", 10, 7), ("cup", "bath", 5, 5)]
    assert end == shop.head
    assert len(shop.counts(cursor=end)[0]) == 0
    (lost,) = rows_of(shop.uncovered())
    assert (lost["reservation"], lost["amount"]) == (held, 2)


def test_what_expired_is_a_frame_by_deadline(shop):
    late = shop.reserve_one(0, 0, 2, 0, NOW + 20)
    both = shop.reserve({"offsets": [0, 2], "sku": [0, 1], "node": [0, 1], "amount": [3, 4]},
                        deadline=NOW + 10)["reservation"][0]
    shop.advance(NOW + 30)
    frame, end = shop.expiries()
    assert [(r["reservation"], r["sku"], r["node"], r["amount"]) for r in rows_of(frame)] \
        == [(both, "mug", "bonn", 3), (both, "cup", "bath", 4), (late, "mug", "bonn", 2)]
    assert [r["deadline"].value - NOW for r in rows_of(frame)] == [10, 10, 20]
    assert len(shop.expiries(cursor=end)[0]) == 0


def test_feeds_and_counts_come_in_units_of_measure(shop):
    shop.load_units({"sku": ["mug"], "unit": ["case"], "holds": [6]})
    fed = shop.snapshot({"sku": [0, 1, 0], "node": [0, 1, 1], "units": [2, 5, 1],
                         "uom": ["case", "", "crate"]}, source="wms", sequence=1, as_of=shop.head)
    assert free(shop, 0, 0) == 12
    assert [(r["row"], r["reason"]) for r in rows_of(fed)] == [(0, None), (2, "unknown_unit")]
    done = shop.count({"sku": [0, 0], "node": [0, 0], "found": [3, 2**62], "uom": ["case"] * 2})
    assert rows_of(done)[0]["found"] == 18
    assert done.words("reason").tolist() == [None, "out_of_range"]


def test_a_feed_larger_than_the_ring_between_two_flushes_is_taken_whole():
    engine = earmark.Engine()
    n = 60_000
    engine.load(skus={"key": [str(i) for i in range(n)]}, nodes={"key": ["dc"]})
    rows = {"sku": np.arange(n), "node": np.zeros(n, np.int64), "units": np.full(n, 3)}
    fed = engine.snapshot(rows, source="wms", sequence=1, as_of=engine.head)
    assert (fed["error"] == 0).all()
    assert fed["row"].tolist() == list(range(n))
    assert engine.available(n - 1) == 3


@pytest.mark.parametrize(("columns", "said"), [
    ({"sku": [0], "node": [0]}, "'units' is missing"),
    ({"sku": [0], "node": [0], "unit": [1]}, "did you mean 'units'"),
    ({"sku": [0], "node": [0], "units": [1.5]}, "whole numbers"),
    ({"sku": [0], "node": [0, 1], "units": [1]}, "'node' has 2 rows"),
    ({"sku": [0], "node": [-1], "units": [1]}, "'node', row 1"),
    ({"sku": [0], "node": [0], "units": pa.array([None], pa.int64())},
     '"units", row 1: it is null'),
    ({"sku": [0], "node": [0], "units": [1], "uom": [7]}, "'uom'"),
])
def test_a_wrong_column_is_refused_and_nothing_is_booked(shop, columns, said):
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=said):
        shop.delta(columns, source="wms", sequence=1)
    assert shop.state_hash() == before


@pytest.mark.parametrize(("more", "code"), [
    ({"source": "", "sequence": 1, "as_of": 0}, "empty_key"),
    ({"source": "wms", "sequence": 0, "as_of": 0}, "out_of_range"),
    ({"source": "wms", "sequence": 1, "as_of": 10**9}, "out_of_range"),
    ({"source": "wms", "sequence": 1, "as_of": 0, "complete": True, "nodes": [77]},
     "unknown_node"),
])
def test_a_wrong_message_is_refused_whole(shop, more, code):
    before = shop.state_hash()
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.snapshot({"sku": [0], "node": [0], "units": [1]}, **more)
    assert refused.value.code == code
    assert shop.state_hash() == before


def test_units_of_measure(shop):
    assert shop.load_units({"sku": ["mug"], "unit": ["case"], "holds": [6]})["accepted"] == 1
    assert shop.unit(0, "case") == 6
    with pytest.raises(earmark.Unknown, match="did you mean 'case'"):
        shop.unit(0, "cases")


@pytest.fixture
def sectioned(shop):
    shop.load_sections({"section": ["vip", "bad"], "condition": ["", "damaged"]})
    shop.load_stock({"sku": ["mug", "mug"], "node": ["bonn", "bonn"], "on_hand": [4, 1],
                     "section": ["vip", "bad"]})
    return shop


def section_of(shop, key):
    rows = rows_of(shop.sections(0))
    (row,) = [r for r in rows if r["section"] == key and r["node"] == "bonn"]
    return row["on_hand"]


def test_rows_that_name_a_section_speak_of_it_alone(sectioned):
    vip = sectioned.find_section("vip")
    fed = sectioned.snapshot({"sku": [0, 0, 0], "node": [0, 0, 1], "units": [9, 6, 2],
                              "section": pa.array([None, vip, vip])},
                             source="wms", sequence=1, as_of=sectioned.head)
    assert [(r["row"], r["section"], r["adjustment"]) for r in rows_of(fed)] == [
        (0, None, -1), (1, vip, 2), (2, vip, 2)]
    assert [section_of(sectioned, k) for k in (None, "vip", "bad")] == [9, 6, 1]
    late = sectioned.delta({"sku": [0, 0], "node": [0, 0], "units": [1, 1], "section": [vip, 9]},
                           source="wms", sequence=2)
    assert [(r["section"], r["reason"]) for r in rows_of(late)] == [
        (vip, None), (9, "unknown_section")]


def test_a_complete_snapshot_covers_the_sections_that_it_lists(sectioned):
    said = {"sku": [1], "node": [0], "units": [3]}
    sectioned.snapshot(said, source="wms", sequence=1, as_of=sectioned.head, complete=True)
    assert [section_of(sectioned, k) for k in (None, "vip", "bad")] == [0, 4, 1]
    sectioned.snapshot(said, source="wms", sequence=2, as_of=sectioned.head, complete=True,
                       sections=[sectioned.find_section("bad")])
    assert [section_of(sectioned, k) for k in (None, "vip", "bad")] == [0, 4, 0]


def test_counts_of_a_section_and_what_they_leave_without_goods(sectioned):
    vip = sectioned.find_section("vip")
    (held,) = rows_of(sectioned.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [3],
                                         "section": [vip]}))
    assert sectioned.count(0, 0, 2, section=vip) == -2
    sectioned.count({"sku": [0, 0], "node": [0, 0], "found": [8, 1], "section": [-1, vip]})
    counts, _ = sectioned.counts()
    assert [(c["section"], c["record"], c["found"]) for c in rows_of(counts)] == [
        ("vip", 4, 2), (None, 10, 8), ("vip", 2, 1)]
    (lost,) = rows_of(sectioned.uncovered())
    assert (lost["section"], lost["amount"]) == ("vip", 2)
    parts, state, deadline = sectioned.reservation(held["reservation"])
    assert (state, deadline) == ("active", None)
    assert rows_of(parts) == [
        {"sku": "mug", "node": "bonn", "section": "vip", "pool": None, "amount": 3}]


def test_thresholds_watch_a_section_or_a_pool(sectioned):
    sectioned.load_pools({"pool": ["picks"], "amount": [3], "per_unit": [1], "node": ["bonn"]})
    sectioned.load_thresholds({"threshold": ["vips", "nearly"], "sku": ["mug", ""],
                               "section": ["vip", ""], "pool": ["", "picks"],
                               "low": [4, 2]})
    sectioned.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [2],
                       "section": [sectioned.find_section("vip")]})
    crossed, _ = sectioned.crossings()
    assert [(c["threshold"], c["sku"], c["section"], c["pool"], c["level"])
            for c in rows_of(crossed)] == [("vips", "mug", "vip", None, 2),
                                           ("nearly", None, None, "picks", 1)]
