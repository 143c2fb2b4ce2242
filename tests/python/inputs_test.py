"""Files and tables that lie, at the doors of the Python layer: refused with file, row, column."""

import gzip
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from conftest import EQUATOR
from earmark import BadInput
from earmark.cli.app import run
from earmark.files import read_table
from earmark.inputs import Table, number_of
from earmark.opening import StockRule, derive
from earmark.network import nodes_of
from earmark.orders import from_table, orders_of

NODES = "node,kind,latitude,longitude\nberlin,dc,52.52,13.40\nbonn,store,50.73,7.10\n"
STOCK = "sku,node,on_hand\nmug,berlin,{}\n"
ORDERS = "order_key,sku,quantity,latitude,longitude\n1,mug,1,52.5,13.4\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("o", ORDERS), ("n", NODES), ("s", STOCK.format(5))):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def check(*more):
    return run(["stock", "check", "--stock", "s.csv", "--nodes", "n.csv", *more])


def source():
    return run(["source", "--orders", "o.csv", "--nodes", "n.csv", "--stock", "s.csv"])


def quantity(value):
    return from_table({"order_key": ["1"], "sku": ["mug"], "quantity": [value]})


@pytest.mark.parametrize("text", [
    "1e999999999", "1e-999999999", "1_000", "١٢", "NaN", "sNaN", "inf", "0x5", "", " ", "1 2", "+",
    ".", "e5", "9" * 5000, True, None, [1], np.array([1, 2]), b"1"])
def test_what_is_no_number_is_said_to_be_none(text):
    assert number_of(text) is None
    with pytest.raises(BadInput, match=r"row 1, column 'quantity': .* is no number$") as e:
        quantity(text)
    assert len(str(e.value)) < 150


def test_a_number_is_never_rounded():
    with pytest.raises(BadInput, match="more than 9 decimals"):
        quantity("1." + "0" * 33 + "1")
    assert quantity("1." + "0" * 40).units.tolist() == [1]
    assert quantity("1e3").units.tolist() == [1000]
    with pytest.raises(BadInput, match="very many digits is no number"):
        quantity(10**5000)
    with pytest.raises(BadInput, match="is too large"):
        quantity(2**62)


@pytest.mark.parametrize("text", [
    "now", "today", "NaT", "9999-01-01", "0001-01-01", "2262-01-01", "1677-12-31", "-1", "2026",
    "2026-11", "2026-02-30", "2026-01-01T24:00:01", "1700000000000000000", "2026-01-01T00:00+99:00",
    2**63, -2**70, 1.5])
def test_what_is_no_time_is_refused_and_no_clock_is_read(text):
    with pytest.raises(BadInput, match=r"row 1, column 'placed_at': .* is no time"):
        Table({"placed_at": [text]}, "orders", ("placed_at",), ()).times("placed_at")


def test_times_of_every_make_are_the_same_instant(recwarn):
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    ns = int(noon.timestamp()) * 10**9
    for column in (["2026-11-21T12:00:00Z"], ["2026-11-21 17:00+05:00"], ["2026-11-21T10:30-01:30"],
                   [ns], [noon], np.array(["2026-11-21T12"], dtype="datetime64[h]")):
        assert Table({"t": column}, "orders", ("t",), ()).times("t").tolist() == [ns], column
    assert not recwarn.list


def test_a_time_that_nanoseconds_cannot_hold_is_refused_in_a_column_of_seconds():
    column = np.array(["2026-01-01", "9999-01-01"], dtype="datetime64[s]")
    with pytest.raises(BadInput, match="row 2, column 't': 9999-01-01T00:00:00 is no time"):
        Table({"t": column}, "orders", ("t",), ()).times("t")


def test_damaged_gzip_names_the_file(folder):
    data = gzip.compress(NODES.encode() * 40)
    for at in range(2, len(data)):
        (folder / "n.csv.gz").write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1:])
        try:
            read_table("n.csv.gz")
        except BadInput as e:
            assert "n.csv.gz" in str(e)


def test_orders_without_an_order_are_refused_in_words(folder, capsys):
    (folder / "o.csv").write_text(ORDERS.splitlines()[0] + "\n")
    assert source() == 2
    assert "o.csv: no order is left" in capsys.readouterr().err


@pytest.mark.parametrize(("on_hand", "finding"), [
    ("4194303", None), ("4194304", "more than a SKU can have"), ("1e100", "more than a SKU"),
    ("0.5", "finer than its SKU's 0 decimals"), ("1_0", "no number"), ("-1", "below 0")])
def test_a_stock_file_passes_its_check_exactly_if_source_takes_it(folder, capsys, on_hand, finding):
    (folder / "s.csv").write_text(STOCK.format(on_hand))
    assert check("--orders", "o.csv") == (1 if finding else 0)
    assert finding is None or finding in capsys.readouterr().out
    assert source() == (2 if finding else 0)


def test_a_node_key_that_is_too_long_is_refused_in_a_sentence(folder, capsys):
    (folder / "n.csv").write_text(NODES + "n" * 300 + ",dc,1,1\n")
    assert source() == 2
    said = capsys.readouterr().err
    assert "the first: node 'nnn" in said and "key_too_long" in said and "(3," not in said


def test_stock_is_not_derived_from_a_demand_that_overflows():
    nodes = nodes_of(EQUATOR)
    for amount, factor in ((2**62 - 1, 1.0), (2**31, 100.0)):
        rows = {"order_key": ["1", "2"], "sku": ["mug", "mug"], "quantity": [amount, amount]}
        with pytest.raises(BadInput, match="stock derive"):
            derive(StockRule(factor, 0.0), orders_of(rows), nodes, np.zeros((2, 2), np.int64), 7, 0)


def test_columns_of_arrow_that_no_table_has_are_refused():
    for column in (pa.array([[1], [2]]), pa.array([{"a": 1}, {"a": 2}]), pa.array([b"1", b"x"]),
                   pa.array([None, None]), pa.array([1.5, float("nan")]),
                   pa.array([1, 2**64 - 1], pa.uint64())):
        with pytest.raises(BadInput, match="row"):
            from_table(pa.table({"order_key": ["1", "2"], "sku": ["a", "b"], "quantity": column}))
    with pytest.raises(BadInput, match="stands twice"):
        from_table(pa.Table.from_arrays([pa.array(["1"])] * 2, names=["sku", "sku"]))
    text = pa.Array.from_buffers(pa.utf8(), 1, [None, pa.py_buffer(np.int32([0, 1])),
                                                pa.py_buffer(b"\xff")])
    with pytest.raises(BadInput, match="orders: .*UTF"):
        from_table(pa.table({"order_key": text, "sku": text, "quantity": [1]}))
