"""Frames go out and tables come in by the Arrow C data interface. pyarrow, nanoarrow, polars,
pandas and DuckDB are the judges."""

import duckdb
import nanoarrow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import earmark
from conftest import NEAREST, make_shop, orders

NOW = 1_800_000_000_000_000_000
TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view(),
              pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.uint32(), pa.large_string())]


@pytest.fixture
def busy():
    """A shop with an order that got all, one that got a part, a declined one, and one that got
    nothing."""
    shop = make_shop({("mug", "berlin"): 3, ("bowl", "bonn"): 2})
    placed = shop.place_orders({"key": ["a", "b", "c", "d"], "offsets": [0, 2, 3, 4, 5],
                                "sku": [0, 1, 0, 0, 0], "amount": [1, 1, 9, 0, 1],
                                "place": [0, -1, 0, 0]})
    shop.source(placed["order"].compressed())
    return shop


def captured_frames(shop):
    line = {"sku": "unheard of", "quantity": 1, "unit_price": 1}
    sent = shop.capture([{"key": "q", "currency": "EUR", "lines": [line]}] + [
        {"key": "v", "currency": "EUR", "revision": n, "lines": [line | {"sku": "mug"}] * (n + 1)}
        for n in (0, 1)], quarantine=True)
    yield from (("captured", sent), ("capture_violations", sent.violations),
                ("capture_changes", sent.changes), ("quarantined", shop.quarantined()))
    shop.park_cancel("never came")
    yield "tombstones", shop.tombstones()


def every_frame(shop):
    """Each frame that can be had, by what it is called here."""
    shop.adjust("bowl", "bonn", 5)
    placed = shop.place_orders(orders(2, prefix="x") | {"sku": [1, 1], "amount": [1, 0]})
    ids = placed["order"].compressed()
    mug, bonn = shop.find_sku("mug"), shop.find_node("berlin")
    decided = shop.source(ids)
    yield from ((name, getattr(shop, name)()) for name in
                ("skus", "nodes", "places", "orders", "lines", "buckets", "stock", "decisions",
                 "events"))
    yield from (("placed", placed), ("violations", placed.violations), ("decisions", decided),
                ("parts", decided.parts), ("receipts", shop.release(ids)),
                ("explanations", shop.explanation(int(ids[0]))),
                ("columns", earmark.dictionary()))
    yield "lint", shop.lint("policy = 'p'")
    yield "changes", next(filter(len, (shop.what_if(int(ids[0]), node)
                                       for node in ("berlin", "bonn"))))
    yield "reserved", shop.reserve({"offsets": [0, 1, 2], "sku": [mug] * 2, "node": [bonn] * 2,
                                    "amount": [1, 10**6]})
    yield "available_terms", shop.explain_available(mug)
    yield "rejected", shop.load_skus({"key": ["plate", "plate"]})["frame"]
    shop.load_places({"key": ["rome"]})
    shop.load_distances({"place": ["rome"], "node": ["bonn"], "km": [1_065]})
    yield "distances", shop.distances()
    shop.load_pools({"pool": ["web week 48"], "amount": [100], "per_unit": [1],
                     "until": [NOW * 2]})
    yield "pools", shop.pools()
    yield "sections", shop.sections(0)
    yield "fed", shop.snapshot({"sku": [mug, 99], "node": [bonn] * 2, "units": [0, 1]},
                               source="wms", sequence=1, as_of=shop.head)
    yield "uncovered", shop.uncovered()
    yield "counted", shop.count({"sku": [mug, 99], "node": [bonn] * 2, "found": [1, 1]})
    yield "counts", shop.counts()[0]
    basket = shop.reserve_one(shop.find_sku("bowl"), shop.find_node("bonn"), 1, 0, NOW + 1_000,
                              NOW)
    yield "held", shop.reservation(basket)[0]
    shop.advance(NOW + 1_000)
    yield "expiries", shop.expiries()[0]
    yield "findings", shop.audit()
    shop.load_thresholds({"threshold": ["few"], "sku": ["mug"], "low": [1000]})
    yield "crossings", shop.crossings()[0]
    yield from captured_frames(shop)
    yield "trail", shop.trail()[0]
    yield from figure_frames(shop)


def figure_frames(shop):
    yield from (("worklist", shop.worklist()), ("selection", shop.select()),
                ("wave", shop.wave()["rows"]))
    own = shop.report()
    yield from (("kpis", own.kpis()), ("facts", own.facts()), ("ageing", own.ageing()),
                ("movements", shop.movements()[0]), ("node_scorecard", own.scorecard("node")),
                ("exceptions", own.exceptions({"backordered": 0}, as_of=shop.now + 1)))
    shop.load_nodes({"key": ["maker"], "kind": ["vendor"]})
    shop.load_stock({"sku": ["mug"], "node": ["maker"], "on_hand": [50]})
    ids = shop.place_orders(orders(1, prefix="v", amount=40))["order"]
    shop.source(ids)
    shop.release(ids)
    shop.ship(ids)
    yield "vendor_scorecard", shop.scorecard("vendor")
    told = earmark.Report()
    told.add({"kind": ["placed", "authorised", "ordered", "packed", "due", "handed", "delivered"],
              "at": [0, 0, 0, 1, 1, 2, 3], "order": [1] * 7, "line": [0, 0, 1, 1, 0, 0, 1],
              "parcel": [0, 0, 0, 1, 1, 1, 1], "node": [-1, -1, -1, 2, 2, 2, -1],
              "carrier": [-1, -1, -1, -1, 7, 7, -1], "units": [0, 0, 3, 3, 0, 0, 3],
              "value": [0, 0, 300, 0, 0, -1, 0],
              "until": [2**63 - 1] * 4 + [5] + [2**63 - 1] * 2})
    yield "carrier_scorecard", told.scorecard("carrier")


def test_every_frame_is_what_the_column_dictionary_says(busy):
    said = {}
    for row in pa.table(earmark.dictionary()).to_pylist():
        said.setdefault(row["frame"], []).append((row["column"], row["type"], row["nullable"]))
    arrow = {"int64": pa.int64(), "int32": pa.int32(), "bool": pa.bool_(), "float64": pa.float64(),
             "utf8": pa.utf8(), "timestamp[ns, UTC]": pa.timestamp("ns", "UTC"),
             "dictionary<utf8>": pa.dictionary(pa.int32(), pa.utf8())}
    seen = set()
    for name, frame in every_frame(busy):
        seen.add(name)
        assert frame.name == name
        schema = pa.schema(frame)
        assert [(f.name, f.type, f.nullable) for f in schema] \
            == [(column, arrow[kind], null) for column, kind, null in said[name]]
        assert len(frame) > 0, f"{name}: an empty frame proves nothing"
    assert seen == set(said)


def test_every_frame_passes_the_full_validation_of_pyarrow_and_reads_alike_everywhere(busy):
    for name, frame in every_frame(busy):
        table = pa.table(frame)
        table.validate(full=True)
        rows = table.to_pylist()
        assert len(frame) == len(rows)
        assert pl.DataFrame(frame).to_dicts() == rows, name
        assert duckdb.sql("select * from frame").fetchall() \
            == [tuple(row.values()) for row in rows], name
        assert len(pd.DataFrame.from_arrow(frame)) == len(rows)
        assert nanoarrow.ArrayStream(frame).read_all().to_pylist() \
            == rows, name


def test_nulls_words_and_instants_arrive(busy):
    order = pa.table(busy.orders()).to_pydict()
    assert order["key"] == ["a", "b", "d"]
    assert order["place"] == ["berlin", None, "berlin"]
    assert order["policy"] == [1, 1, 1]
    assert order["lowest"] == ["allocated", "backordered", "backordered"]
    assert order["placed"][0].value == 0
    assert pa.table(busy.buckets()).to_pylist() == [
        {"order": order, "line": line, "state": state, "node": node, "amount": amount}
        for order, line, state, node, amount in [
            (0, 1, "allocated", "berlin", 1), (0, 2, "allocated", "bonn", 1),
            (1, 1, "backordered", None, 7), (1, 1, "allocated", "berlin", 2),
            (2, 1, "backordered", None, 1)]]
    stock = {(s["sku"], s["node"]): s for s in pa.table(busy.stock()).to_pylist()}
    for row in stock.values():
        assert row["on_hand"] == row["free"] + row["reserved"] + row["allocated"] + row["released"]


def test_a_column_is_a_view_of_the_same_memory_and_keeps_it(busy):
    frame = busy.lines()
    ordered = frame["ordered"]
    assert not ordered.flags.owndata and not ordered.flags.writeable
    assert ordered.__array_interface__["data"] == frame["ordered"].__array_interface__["data"]
    stream = pa.table(frame)
    assert stream["ordered"].chunk(0).buffers()[1].address == ordered.__array_interface__["data"][0]
    before = ordered.tolist()
    del frame, busy
    assert ordered.tolist() == before == stream["ordered"].to_pylist()


def test_columns_are_masked_where_there_are_nulls(busy):
    placed = busy.place_orders(orders(3, prefix="n") | {"amount": [1, 0, 1]})
    assert placed["order"].mask.tolist() == [False, True, False]
    assert placed.words("reason").tolist() == [None, "bad_quantity", None]
    assert placed.dictionary("outcome") == earmark.OUTCOMES
    with pytest.raises(earmark.BadInput, match="'orders', row 2: it is masked"):
        busy.source(placed["order"])
    with pytest.raises(KeyError, match="outcome error"):
        placed["outcom"]


def test_a_stream_can_be_dropped_unread_or_read_after_the_engine_is_gone(busy):
    frame = busy.orders()
    assert frame.__arrow_c_stream__() is not frame.__arrow_c_stream__()
    reader = pa.RecordBatchReader.from_stream(frame)
    rows = len(frame)
    del frame, busy
    assert reader.read_all().num_rows == rows


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=str)
def test_keys_come_in_every_layout_of_text(kind):
    keys = ["mug", "bowl", "a key of more than twelve bytes", "mugg", "ü"]
    whole = pa.array(["cut off", *keys, "cut off"]).cast(kind)
    shop = earmark.Engine()
    report = shop.load_skus(pa.table({"key": whole.slice(1, len(keys))}))
    assert report["accepted"] == len(keys)
    assert shop.skus()["key"].tolist() == keys


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(),
                                  pa.uint16(), pa.uint32(), pa.uint64()], ids=str)
def test_numbers_come_in_every_width_sliced_and_chunked(shop, kind):
    amount = pa.chunked_array([pa.array([9, 1, 2], kind).slice(1), pa.array([3], kind)])
    placed = shop.place_orders(orders(3) | {"amount": amount})
    assert shop.lines()["ordered"].tolist() == [1, 2, 3]
    assert placed["error"].tolist() == [0, 0, 0]


def test_whole_tables_of_pandas_polars_pyarrow_and_frames_are_taken():
    nodes = {"key": ["a", "b"], "kind": ["dc", "store"], "latitude": [1.5, None],
             "longitude": [2.5, None], "active": [True, False]}
    for make in (pd.DataFrame, pl.DataFrame, pa.table, lambda t: pa.RecordBatch.from_pydict(t)):
        engine = earmark.Engine()
        assert engine.load_nodes(make(nodes))["accepted"] == 2
        taken = engine.nodes()
        assert taken["latitude"].tolist() == [1.5, None]
        assert taken["active"].tolist() == [True, False]
        assert taken.words("kind").tolist() == ["dc", "store"]
        again = earmark.Engine()
        earmark.Network.of(engine).load_into(again)
        assert pa.table(again.nodes()) == pa.table(taken)


def test_instants_come_in_every_unit():
    for n, unit in enumerate(("s", "ms", "us", "ns")):
        shop = make_shop({})
        now = pa.array([7], pa.int64()).cast(pa.timestamp(unit, "UTC"))
        shop.place_orders(orders(1, prefix=unit) | {"now": now})
        assert shop.orders()["placed"].astype("int64")[0] == 7 * 1000 ** (3 - n)


def test_a_policy_is_text_name_and_digest():
    policy = earmark.Policy(NEAREST)
    assert (policy.name, policy.currency) == ("nearest", "USD")
    assert earmark.Policy(policy.text) == policy and hash(policy) == policy.digest
    with pytest.raises(earmark.BadPolicy) as refused:
        earmark.Policy(NEAREST.replace("rank ", "rnak ") + "oops = 1\n", "my.toml")
    assert len(refused.value.findings) >= 2
    assert all(f.startswith("my.toml:") for f in refused.value.findings)
    assert np.int64(make_shop({}).activate(policy)) == 2
