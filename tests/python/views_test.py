"""Scorecards, ages and exceptions in SQL: row by row those of the library."""

import random

import earmark
import pytest
from earmark import export
from figures_test import DAY, random_facts, report_end, small_engine

pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

SECOND = 1_000_000_000
PERIODS = ({}, {"since": 4 * DAY, "until": 16 * DAY}, {"as_of": 12 * DAY}, {"orders": "test"})
LIMITS = {"open": 0, "backordered": 40 * SECOND, "allocated": 30 * SECOND, "shipped": 0}


def rows(frame):
    """Plain rows, instants as nanoseconds."""
    table = pa.table(frame)
    for i, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(i, field.name, table[field.name].cast(pa.int64()))
    return table.to_pylist()


def facts_of_parties(seed):
    """Random facts with parcels of nodes and carriers, told late and told anew, and their costs."""
    d, facts = random.Random(seed), random_facts(seed)
    for r in facts.rows:
        if r["kind"] in ("due", "packed", "handed", "tracked", "requested", "rejected"):
            r["node"] = d.randint(0, 2)
        if r["kind"] in ("due", "handed") and d.random() < 0.7:
            r["carrier"] = d.randint(3, 4)
        if r["kind"] == "handed" and d.random() < 0.8:
            r["value"] = d.randint(0, 90_000)
        if r["kind"] == "cases_ordered" and d.random() < 0.5:
            del r["node"]
        if r["kind"] == "cost":
            r["parcel"] = d.randint(0, 3)
        if r["kind"] in ("packed", "due") and d.random() < 0.3:
            del r["node"]
    return facts


@pytest.mark.parametrize("seed", range(3))
def test_scorecards_in_sql_are_those_of_the_library(seed):
    report = earmark.Report()
    report.add(facts_of_parties(seed).columns())
    compared = 0
    for of in ("node", "carrier"):
        for by in ("order_date", "event_date"):
            for period in PERIODS:
                ours = rows(report.scorecard(of, by=by, **period))
                asked = {"as_of": report_end(report), **period}
                assert rows(export.score_values(report.facts(), of, by=by, **asked)) == ours
                compared += len(ours)
    assert compared > 30
    every = rows(report.scorecard("node"))[1]
    assert all(every[c["name"]] for c in earmark._earmark._score_definitions()
               if not c["name"].startswith("cases"))


def test_a_count_whose_facts_nobody_recorded_is_null_in_sql_too():
    report = earmark.Report()
    report.add({"kind": ["placed", "ordered", "requested"], "at": [0] * 3, "order": [1] * 3,
                "line": [0, 1, 1], "units": [0, 5, 5], "node": [-1, -1, 2]})
    assert rows(export.score_values(report.facts())) == rows(report.scorecard())
    report.recorded(["rejected", "distance"])
    watched = rows(export.score_values(report.facts(), recorded=["rejected", "distance"]))
    assert watched == rows(report.scorecard())
    assert (watched[0]["rejected"], watched[0]["metres"], watched[0]["due"]) == (0, 0, None)


RECORDED = ("placed", "ordered", "authorised", "packed", "handed", "delivered", "cancelled",
            "backordered", "resumed", "requested", "decided")  # by an engine


def busy_engine(seed):
    """Some days of a small shop in seconds, with instants that also go back."""
    d, e = random.Random(seed), small_engine()
    alive = []
    for turn in range(60):
        now = (60 + 2 * turn + d.randint(-9, 9)) * SECOND
        if d.random() < 0.5:
            made = e.place_orders({"key": [f"o{turn}"], "offsets": [0, 2], "sku": [0, 1],
                                   "amount": [d.randint(1, 3), d.randint(1, 20)],
                                   "place": [0]}, currency="GBP", now=now)
            alive += list(made["order"])
        if d.random() < 0.3:
            e.load_stock({"sku": ["mug", "tea"], "node": ["south", "north"],
                          "on_hand": [d.randint(1, 4), d.randint(1, 30)]}, now=now)
        for order in d.sample(alive, min(3, len(alive))):
            step(e, d, order, now)
    return e


def step(e, d, order, now):
    """One thing that may happen to an order; much of it is refused."""
    line, amount = d.randint(0, 2), d.randint(0, 3)
    what = d.choice(["source", "source", "release", "ship", "deliver", "cancel"])
    try:
        if what == "source":
            e.source([order], now=now)
        elif what == "release":
            e.release([order], now=now)
        elif what == "cancel":
            e.cancel(order, line, amount if line else 0, now=now)
        else:
            e.record(order, what, line, None, amount if line else 0, now=now)
    except earmark.EarmarkError as refused:
        assert refused.code in ("not_allowed", "too_few_units"), refused


@pytest.mark.parametrize("seed", range(6))
def test_ages_and_exceptions_in_sql_are_those_of_the_library(seed):
    e = busy_engine(seed)
    report, moved, skus = e.report(), e.movements()[0], e.skus()
    assert len(moved) > 40
    for as_of in (e.now, 90 * SECOND, 500 * SECOND):
        for bands in ([], [0, 20 * SECOND, 20 * SECOND, 60 * SECOND]):
            ours = rows(report.ageing(as_of=as_of, bands=bands))
            assert rows(export.ageing_values(moved, skus, as_of=as_of, bands=bands)) == ours
        late = rows(report.exceptions(LIMITS, as_of=as_of))
        found = rows(export.exception_values(moved, skus, LIMITS, as_of=as_of))
        assert sorted(map(repr, found)) == sorted(map(repr, late))
        assert [r["since"] for r in found] == [r["since"] for r in late]
    assert len({r["state"] for r in rows(report.ageing())}) > 2
    finer = rows(e.report(decimals=3).ageing(as_of=e.now))
    assert rows(export.ageing_values(moved, skus, as_of=e.now, decimals=3)) == finer


def test_an_engines_scorecards_have_keys_and_vendors_in_sql_too():
    e = busy_engine(7)
    for of in ("node", "vendor"):
        ours = rows(e.scorecard(of))
        found = export.score_values(e.report().facts(), of, nodes=e.nodes(), recorded=RECORDED)
        assert rows(found) == ours
        assert ours[0]["key"]


def moved_mugs(seconds, amounts, froms, tos):
    """Movements of one line of mugs without a node, a record each."""
    n = len(seconds)
    plain = {"at": range(1, n + 1), "move": [1] * n, "verb": ["place"] * n, "actor": range(n),
             "order": [1] * n, "line": [1] * n, "sku": ["mug"] * n, "amount": amounts, "to": tos,
             "reason": [0] * n}
    return pa.table({
        **plain, "now": pa.array([s * SECOND for s in seconds], pa.timestamp("ns", "UTC")),
        "from": pa.array(froms, pa.string()), "node": pa.nulls(n, pa.string()),
        "price_minor": pa.nulls(n, pa.int64()), "metres": pa.nulls(n, pa.int64()),
        "type": pa.array(["sales"] * n, pa.string())})


def skus_with(key, decimals):
    return pa.table({"sku": [0], "key": [key], "decimals": [decimals], "granule": [1]})


def test_records_may_come_in_any_order_of_instants():
    """Units of the later record came earlier; who came first leaves first, step by step."""
    moved = moved_mugs([50, 60, 10, 10, 70], [5, 2, 4, 1, 4], [None, "open", None, None, "open"],
                       ["open", "backordered", "open", "open", "backordered"])
    found = rows(export.exception_values(moved, skus_with("mug", 0), {"open": 0}))
    assert [(r["since"] // SECOND, r["units"], r["actor"]) for r in found] == [(10, 1, 3),
                                                                              (50, 3, 0)]


@pytest.mark.parametrize(("origin", "sku", "decimals", "words"), [
    ("allocated", "mug", 0, "never came"),
    (None, "pot", 0, "not in table skus"),
    (None, "mug", 2, "finer"),
])
def test_movements_that_cannot_be_are_refused_in_sql(origin, sku, decimals, words):
    with pytest.raises(duckdb.Error, match=words):
        export.ageing_values(moved_mugs([1], [5], [origin], ["open"]), skus_with(sku, decimals),
                             decimals=0)


@pytest.mark.parametrize("view", ["node_scorecard", "ageing", "exceptions"])
def test_views_have_the_columns_of_the_dictionary(view):
    columns = earmark.dictionary()
    wanted = [c for f, c in zip(columns["frame"], columns["column"], strict=True) if f == view]
    no_facts, e = earmark.Report().facts(), small_engine()
    found = {"node_scorecard": lambda: export.score_values(no_facts),
             "ageing": lambda: export.ageing_values(e.movements()[0], e.skus()),
             "exceptions": lambda: export.exception_values(e.movements()[0], e.skus(), {})}[view]()
    assert found.column_names == wanted


def test_a_vendor_scorecard_without_nodes_is_refused():
    with pytest.raises(ValueError, match="vendor"):
        export.score_values(earmark.Report().facts(), "vendor")
