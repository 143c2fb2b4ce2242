"""The report from Python: figures by name, and the same figures in SQL, number by number."""

import pathlib
import random
import re

import earmark
import pytest
from earmark import export

pa = pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

DAY = 86_400_000_000_000
COLUMNS = ("kind", "at", "order", "line", "parcel", "sku", "node", "carrier", "units", "other",
           "value", "count", "ref", "until", "detail", "reason")
WITHOUT = {"sku": -1, "node": -1, "carrier": -1, "order": -1, "until": 2**63 - 1}


class Facts:
    """Rows of facts, in days."""

    def __init__(self):
        self.rows = []

    def put(self, kind, at, **more):
        if "until" in more:
            more["until"] *= DAY
        self.rows.append({"kind": kind, "at": at * DAY, **more})

    def order(self, order, lines, at, promised):
        self.put("placed", at, order=order)
        self.put("authorised", at, order=order)
        for line, units in enumerate(lines, 1):
            self.put("ordered", at, order=order, line=line, units=units, value=100 * units)
        if promised is not None:
            self.put("promised", at, order=order, until=promised)

    def parcel(self, order, parcel, items, at, arrives=None):
        for line, units in items:
            self.put("packed", at, order=order, parcel=parcel, line=line, units=units)
        self.put("handed", at, order=order, parcel=parcel, value=-1)
        for line, units in items if arrives is not None else ():
            self.put("delivered", arrives, order=order, parcel=parcel, line=line, units=units)

    def columns(self):
        return {c: [r.get(c, WITHOUT.get(c, 0)) for r in self.rows] for c in COLUMNS}


def vector():
    """The checked vector of the KPI definitions."""
    f = Facts()
    f.order(1, (10, 5), 0, 3)
    f.order(2, (8, 4), 0, 3)
    f.order(3, (3,), 0, 3)
    f.put("backordered", 0, order=2, line=1, units=2)
    f.parcel(1, 1, [(1, 10), (2, 5)], 1, 2)
    f.parcel(2, 1, [(1, 6), (2, 4)], 1, 3)
    f.put("cancelled", 1, order=3, line=1, units=3, detail=1, reason=1)
    f.put("resumed", 4, order=2, line=1, units=2)
    f.parcel(2, 2, [(1, 2)], 4, 6)
    return f


def values(frame):
    """(part, whole) by name of the figures that have a value."""
    rows = pa.table(frame).to_pylist()
    return {r["kpi"]: (r["part"], r["whole"]) for r in rows if r["state"] == "value"}


def states(frame):
    return {r["kpi"]: (r["state"], r["missing"]) for r in pa.table(frame).to_pylist()}


def test_the_checked_vector_has_its_published_figures():
    got = values(earmark.kpis(vector().columns()))
    assert got["unit_fill"] == (25, 30)
    assert got["line_fill"] == (3, 5)
    assert got["order_fill"] == (1, 3)
    assert got["otif_order"] == (1, 3)
    assert got["split_rate"] == (1, 2)
    assert got["cancelled_by_seller"] == (1, 3)
    assert got["parcels_per_order"] == (3, 2)
    assert got["cycle_time_mean"] == (8 * 86_400_000, 2)
    assert got["on_time_delivery"] == (2, 3)
    assert got["promise_accuracy"] == (1, 3)
    assert got["promise_accuracy_delivered"] == (1, 2)


def test_a_figure_whose_facts_were_never_recorded_says_which():
    facts = vector().columns()
    assert states(earmark.kpis(facts))["touchless"] == ("facts_missing", "manual")
    assert states(earmark.kpis(facts, recorded=["manual"]))["touchless"] == ("value", None)
    assert set(earmark.KPIS) == set(states(earmark.kpis(facts)))


def random_order(f, d, order):
    at = d.randint(0, 20)
    f.order(order, [d.randint(1, 9) for _ in range(d.randint(1, 3))], at,
            at + d.randint(1, 6) if d.random() < 0.9 else None)
    lines = [r for r in f.rows if r["kind"] == "ordered" and r["order"] == order]
    if d.random() < 0.2:
        f.put("promised", at + 1, order=order, until=at + 9)
    if d.random() < 0.15:
        f.put("classified", at, order=order, detail=d.randint(0, 2))
    packed = {}
    for r in lines:
        line, left = r["line"], r["units"]
        if d.random() < 0.3:
            waits = d.randint(1, left)
            f.put("backordered", at + 1, order=order, line=line, units=waits)
            f.put("resumed", at + 3, order=order, line=line, units=d.randint(1, waits))
        if d.random() < 0.1:
            f.put("substituted", at + 1, order=order, line=line, units=d.randint(1, left))
        if d.random() < 0.2:
            gone = d.randint(1, left)
            f.put("cancelled", at + d.randint(0, 3), order=order, line=line, units=gone,
                  detail=d.randint(0, 3), reason=d.randint(0, 1))
            left -= gone
        f.put("requested", at, order=order, line=line, units=r["units"], node=1)
        if d.random() < 0.2:
            f.put("rejected", at + 1, order=order, line=line, units=1, node=1)
        for parcel in (1, 2, 3):
            if left and d.random() < 0.7:
                units = d.randint(1, left)
                packed.setdefault(parcel, []).append((line, units))
                left -= units
    for parcel, items in packed.items():
        random_parcel(f, d, order, parcel, items, at)
    random_marks(f, d, order, at)


def random_parcel(f, d, order, parcel, items, at):
    out = at + parcel
    f.put("due", at, order=order, parcel=parcel, until=at + d.randint(0, 4), node=1, carrier=7)
    f.parcel(order, parcel, items, out, out + d.randint(0, 4) if d.random() < 0.85 else None)
    f.put("tracked", out, order=order, parcel=parcel, detail=d.randint(0, 1))
    line, units = items[0]
    if d.random() < 0.3:
        ref = order * 10 + parcel
        f.put("returned", out + 5, order=order, line=line, units=units, value=50 * units, ref=ref,
              parcel=parcel if d.random() < 0.5 else 0)
        if d.random() < 0.7:
            f.put("refunded", out + d.randint(5, 9), order=order, ref=ref)


def random_marks(f, d, order, at):
    for _ in range(2):
        if d.random() < 0.2:
            f.put("defect", at + d.randint(2, 9), order=order, detail=d.randint(0, 6))
    if d.random() < 0.2:
        f.put("manual", at + 1, order=order)
    for kind in (0, 1):
        f.put("cost", at + 1, order=order, value=d.randint(0, 90_000), detail=kind)
    for i in range(d.randint(0, 2)):
        wanted = d.randint(1, 20)
        f.put("decided", at + i, order=order, units=d.randint(0, wanted), other=wanted,
              count=d.randint(0, 3), value=d.randint(0, 90_000))


def random_facts(seed):
    f, d = Facts(), random.Random(seed)
    for order in range(1, 41):
        random_order(f, d, order)
    for i in range(20):
        f.put("counted", d.randint(0, 30), sku=d.randint(1, 4), node=d.randint(0, 2),
              units=d.randint(0, 12), other=d.randint(0, 12))
        f.put("capacity", i, node=1, units=d.randint(0, 9), other=10)
        f.put("stockout", i, sku=1, node=1, units=d.randint(0, 9), other=10)
        f.put("cases_ordered", i, node=3, ref=i + 1, units=d.randint(1, 50), until=i + 2)
        f.put("cases_received", d.randint(max(0, i - 1), i + 3), ref=i + 1,
              units=d.randint(1, 60))
    return f


@pytest.mark.parametrize("seed", range(2))
def test_sql_gives_the_same_figures_number_by_number(seed):
    report = earmark.Report()
    report.add(random_facts(seed).columns())
    compared = set()
    for by in ("order_date", "event_date"):
        for asked in ({}, {"since": 4 * DAY, "until": 16 * DAY},
                      {"as_of": 12 * DAY, "tolerance": 2}, {"orders": "test"}):
            ours = values(report.kpis(by, **asked))
            asked = {"as_of": report_end(report), **asked}
            assert export.kpi_values(report.facts(), by=by, **asked) == ours, (by, asked)
            compared |= set(ours)
    assert len(compared) > 50
    assert set(earmark.KPIS) - compared <= {"dwell_mean", "metres_per_parcel"}


def in_sql(facts, ours):
    """What SQL says of the figures that have a value here: it does not see what was recorded."""
    return {k: v for k, v in export.kpi_values(facts).items() if k in ours}


def report_end(report):
    return max(pa.table(report.facts())["at"].cast(pa.int64()).to_pylist())


def small_engine():
    e = earmark.Engine()
    e.load_skus({"key": ["mug", "tea"], "decimals": [0, 1]})
    e.load_nodes({"key": ["north", "south"], "kind": ["dc", "vendor"],
                  "latitude": [52.0, 50.0], "longitude": [0.0, 0.0]})
    e.load_places({"key": ["town"], "latitude": [52.0], "longitude": [1.0]})
    e.load_stock({"sku": ["mug", "tea"], "node": ["north", "south"], "on_hand": [4, 100]})
    e.activate('policy = "few"\ncurrency = "GBP"\nrank = ["cost"]\n[costs]\n'
               'fixed_per_parcel = "4.00"\nper_unit = "0.50"\n[split]\nlines = "by_quantity"\n')
    return e


def test_an_engine_reports_its_own_journal():
    e = small_engine()
    placed = e.place_orders({"key": ["a"], "offsets": [0, 2], "sku": [0, 1], "amount": [6, 15],
                             "price_minor": [250, 100], "place": [0]}, currency="GBP",
                            now=60_000_000_000)
    orders = list(placed["order"])
    e.source(orders, now=120_000_000_000)
    report = e.report()
    got = values(report.kpis())
    assert got["planned_fill"] == (55, 75)  # in tenths: 4 mugs and 1.5 of tea of 6 and 1.5
    assert got["backorder_rate"] == (20, 75)
    assert got["planned_parcels"] == (2, 1)
    assert states(report.kpis())["on_time_delivery"] == ("facts_missing", "promised")
    e.release(orders, now=180_000_000_000)
    e.ship(orders, now=240_000_000_000)
    report.update()
    assert values(report.kpis())["split_rate"] == (1, 1)
    assert values(e.kpis()) == values(report.kpis())
    ours = values(report.kpis())
    assert in_sql(report.facts(), ours) == ours
    ages = pa.table(report.ageing(as_of=300_000_000_000)).to_pylist()
    assert {(r["state"], r["units"]) for r in ages} == {("backordered", 20), ("shipped", 55)}
    late = pa.table(report.exceptions({"backordered": 180_000_000_000},
                                      as_of=300_000_000_000)).to_pylist()
    assert [(r["reason"], r["sku"], r["units"]) for r in late] == [("no_stock", "mug", 20)]
    cards = pa.table(report.scorecard("vendor")).to_pylist()
    assert [(c["key"], c["shipped"], c["due"]) for c in cards] == [("south", 15, None)]
    moved, cursor = e.movements()
    assert pa.table(moved)["to"].to_pylist()[:2] == ["open", "open"]
    assert e.movements(cursor=cursor)[1] == cursor


@pytest.mark.parametrize("name", ["facts.csv", "facts.csv.gz", "facts.parquet"])
def test_a_frame_is_written_as_its_name_says(tmp_path, name):
    report = earmark.Report()
    report.add(vector().columns())
    path = export.write(report.facts(), tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    if name.endswith(".parquet"):
        ours = values(report.kpis())
        assert in_sql(path, ours) == ours
        again = earmark.kpis(pa.parquet.read_table(path))
        assert values(again) == values(report.kpis())
    else:
        import pyarrow.csv
        rows = pyarrow.csv.read_csv(path)
        assert rows.num_rows == len(vector().rows)
        assert rows["kind"][0].as_py() == "placed"


def test_a_file_of_another_kind_is_refused_and_not_written(tmp_path):
    with pytest.raises(ValueError, match=r"\.parquet"):
        export.write(earmark.kpis(vector().columns()), tmp_path / "facts.xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("change", "words"), [
    ({"kind": ["plaecd"]}, "plaecd"),
    ({"unit": [1]}, "units"),
    ({"units": [1.5]}, "units"),
    ({"units": [-1]}, "units"),
    ({"detail": [7]}, "row 1"),
    ({"order": [-1]}, "row 1"),
])
def test_bad_facts_are_refused_with_their_place(change, words):
    facts = {"kind": ["placed"], "at": [0], "order": [1], **change}
    report = earmark.Report()
    with pytest.raises(earmark.EarmarkError, match=words):
        report.add(facts)
    assert len(report.facts()) == 0


@pytest.mark.parametrize("wrong", [{"by": "week"}, {"orders": "all"}, {"tolerance": -1}])
def test_a_question_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(earmark.EarmarkError):
        earmark.Report().kpis(**wrong)


def test_facts_alone_do_not_say_where_units_stand():
    with pytest.raises(earmark.EarmarkError, match="engine"):
        earmark.Report().ageing()


def test_the_page_says_of_every_figure_what_the_list_says():
    page = pathlib.Path(__file__).parents[2] / "docs/rooms/report.md"
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (.+?) \| \w+", page.read_text(), re.M)
    assert rows == [(k["name"], k["unit"], k["dated"], k["doc"])
                    for k in earmark._earmark._kpi_definitions()]
    assert tuple(name for name, *_ in rows) == earmark.KPIS
