"""The command line: what it answers, what it refuses, what it leaves behind."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import earmark
from conftest import CHEAP, NEAR, make_shop, orders

pytest.importorskip("typer", reason="the command line's packages are not installed")

from earmark.cli.app import run  # noqa: E402

ORDERS = """order_key,sku,quantity,latitude,longitude
o1,mug,1,0,0
o1,bowl,1,0,0
o2,mug,1,0,0
"""
NODES = "node,kind,latitude,longitude\nA,dc,0,0\nB,store,0,10\n"
STOCK = "sku,node,on_hand\nmug,A,1\nmug,B,5\nbowl,B,5\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in {"orders.csv": ORDERS, "nodes.csv": NODES, "stock.csv": STOCK,
                       "near.toml": NEAR, "cheap.toml": CHEAP}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


TABLES = ["--orders", "orders.csv", "--nodes", "nodes.csv", "--stock", "stock.csv"]


def test_source_writes_a_row_for_each_part(folder, capsys):
    assert run(["source", *TABLES, "--policy", "near.toml", "--out", "-"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "policy,strategy,order_key,line,sku,node,quantity,outcome,leg,order_cost,order_parcels,"
        "proved_best",
        "near,,o1,1,mug,A,1,allocated,0,12.1119,2,True",
        "near,,o1,2,bowl,B,1,allocated,0,12.1119,2,True",
        "near,,o2,1,mug,B,1,allocated,0,6.6119,1,True"]


def test_what_nobody_fills_is_a_row_without_a_node(folder, capsys):
    (folder / "stock.csv").write_text("sku,node,on_hand\nmug,A,1\n")
    assert run(["source", *TABLES, "--policy", "cheap.toml", "--out", "-"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[2] == "cheap,,o1,2,bowl,,1,not filled,0,5.5,1,True"
    assert rows[3] == "cheap,,o2,1,mug,,1,not filled,0,0.0,0,True"


def test_json_is_one_object(folder, capsys):
    assert run(["source", *TABLES, "--json", "--out", "d.csv.gz"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["orders"], said["lines"], said["unit_fill"]) == (2, 3, 1.0)
    written = gzip.decompress((folder / "d.csv.gz").read_bytes())
    assert written.startswith(b"policy,strategy,order_key")


def test_compare_says_the_figures_of_the_pencil(folder, capsys):
    assert run(["compare", *TABLES, "--policies", "near.toml,cheap.toml", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["policies"][1]["difference"]["cost_per_order"]["mean"] == pytest.approx(-2.5)
    assert said["policies"][1]["saved"]["total"] == pytest.approx(5)
    assert run(["compare", *TABLES, "--policies", "near.toml,cheap.toml"]) == 0
    assert "near -> cheap moves 66.7 % of lines, saves 5 USD: parcels 5" in capsys.readouterr().out


def test_explain_gives_words_and_a_row_for_each_node(folder, capsys):
    assert run(["explain", "o1", *TABLES, "--policy", "cheap.toml"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Order o1: 1 parcel for 8.22 USD") and "\nB  chosen" in said
    assert run(["explain", "o9", *TABLES]) == 2
    assert 'no order "o9"; there are: o1, o2' in capsys.readouterr().err


def test_the_runbook_is_printed_whole_or_by_reason(capsys):
    assert run(["runbook", "held"]) == 0
    held = capsys.readouterr().out
    assert held.startswith("held\nA hold blocks the next step.")
    assert run(["runbook"]) == 0
    assert held in capsys.readouterr().out
    assert run(["runbook", "lost"]) == 2
    assert "'lost' is none of uncovered, escalated" in capsys.readouterr().err


def test_parquet_goes_in_and_out(folder, capsys):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet
    parquet.write_table(csv.read_csv("orders.csv"), "orders.parquet")
    assert run(["source", "--orders", "orders.parquet", *TABLES[2:], "--policy", "near.toml",
                "--out", "d.parquet"]) == 0
    table = parquet.read_table("d.parquet")
    assert isinstance(table, pyarrow.Table)
    assert table.column("node").to_pylist() == ["A", "B", "B"]


def test_a_stock_file_is_checked_to_its_end_with_exit_code_1(folder, capsys):
    (folder / "stock.csv").write_text("sku,node,on_hand\nmug,A,1\nmug,A,2\nmug,a,x\nbowl,B,-1\n")
    assert run(["stock", "check", "--stock", "stock.csv", "--nodes", "nodes.csv", "--orders",
                "orders.csv"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "stock.csv, row 2, column 'sku': mug at A stands in row 1 already; the rows would add up",
        "stock.csv, row 3, column 'node': \"a\" is no node; there are: A, B",
        "stock.csv, row 3, column 'on_hand': 'x' is no number; write digits, such as 12",
        "stock.csv, row 4, column 'on_hand': -1 is below 0; write 0 and adjust later",
        "bowl: 1 ordered, 0 in stock",
        "4 rows, 2 SKUs, 3 nodes, 3 units; 5 findings"]
    (folder / "stock.csv").write_text(STOCK)
    assert run(["stock", "check", "--stock", "stock.csv", "--nodes", "nodes.csv"]) == 0


def test_a_journal_is_verified_and_left_as_it_was(folder, capsys):
    shop = make_shop({("mug", "berlin"): 5}, journal="shop.db")
    shop.source(shop.place_orders(orders(3))["order"])
    shop.flush("disk")
    state = f"{shop.state_hash():016x}"
    del shop
    before = (folder / "shop.db").read_bytes()
    assert run(["verify", "shop.db", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["state"], said["balance"]["allocated"]) == (True, state, 3)
    assert said["batches"] >= 1 and said["records"] >= 7 and said["torn_tail_bytes"] == 0
    assert (folder / "shop.db").read_bytes() == before


def test_a_damaged_journal_is_a_finding(folder, capsys):
    shop = make_shop({("mug", "berlin"): 5}, journal="shop.db")
    shop.flush("disk")
    del shop
    data = (folder / "shop.db").read_bytes()
    at = data.index(b"berlin")
    (folder / "shop.db").write_bytes(data[:at] + b"Berlin" + data[at + 6:])
    assert run(["verify", "shop.db"]) == 1
    assert "bad_batch" in capsys.readouterr().out


def test_a_journal_that_moves_while_it_is_copied_is_copied_again(folder, monkeypatch):
    """The log is moved into the file between the two copies: together they are no journal."""
    shop = make_shop({("mug", "berlin"): 5}, journal="shop.db")
    shop.flush("disk")
    plain, copies = shutil.copyfile, []

    def copy_and_close(source, target):
        nonlocal shop
        plain(source, target)
        copies.append(source.name)
        if shop:
            shop = None  # closing it empties the log

    monkeypatch.setattr(shutil, "copyfile", copy_and_close)
    assert run(["verify", "shop.db", "--json"]) == 0
    assert copies == ["shop.db"] * 3  # torn apart, and again, and for the fold


def test_a_journal_that_never_rests_is_refused(folder, monkeypatch, capsys):
    make_shop({("mug", "berlin"): 5}, journal="shop.db").flush("disk")
    plain, tick = shutil.copyfile, iter(range(100))
    monkeypatch.setattr(shutil, "copyfile",
                        lambda a, b: (plain(a, b), os.utime(a, (1, next(tick)))))
    assert run(["verify", "shop.db"]) == 2
    assert "stop its engine first" in capsys.readouterr().err


def test_a_torn_tail_is_told_and_harmless(folder, capsys):
    """A write-ahead log whose last frames no commit covers, as a crash leaves it."""
    code = ("import os, earmark\nfrom conftest import make_shop, orders\n"
            "shop = make_shop({('mug', 'berlin'): 5}, journal='shop.db')\n"
            "shop.source(shop.place_orders(orders(3))['order'])\nshop.flush('disk')\n"
            "print(shop.state_hash(), flush=True)\nos._exit(0)\n")
    path = str(__import__("pathlib").Path(__file__).parent)
    state = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                               check=True, env={"PYTHONPATH": path}).stdout)
    wal = folder / "shop.db-wal"
    data = wal.read_bytes()
    frame = bytearray(data[32:32 + 24 + 16384])
    frame[4:8] = bytes(4)  # no commit
    wal.write_bytes(data + bytes(frame[:5000]))
    assert run(["verify", "shop.db", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["torn_tail_bytes"]) == (f"{state:016x}", 5000)


@pytest.mark.parametrize(("file", "text", "says"), [
    ("orders.csv", "", "orders.csv"),
    ("orders.csv", ORDERS.replace("o2,mug,1", "o2,mug,one"),
     "orders.csv, row 3, column 'quantity'"),
    ("orders.csv", ORDERS.replace("quantity", "quantitee"), "quantitee"),
    ("orders.csv", ORDERS + "o3,mug\n", "orders.csv, row 4 (line 5): 2 fields"),
    ("orders.csv", "order_key,sku,quantity,unit_price,ship_to\n1,mug,-1,1,\n", "row 1 (line 2)"),
    ("orders.csv", ORDERS + 'o3,"mug,1,0,0\n', "orders.csv"),
    ("nodes.csv", NODES.replace("store", "shop"), "nodes.csv, row 2, column 'kind'"),
    ("nodes.csv", NODES.replace("10", "200"), "nodes.csv, row 2, column 'longitude'"),
    ("stock.csv", STOCK.replace("bowl,B", "bowl,C"), "stock.csv, row 3, column 'node'"),
    ("stock.csv", STOCK.replace("on_hand", "stock"), "stock.csv: unknown column 'stock'"),
])
def test_bad_input_names_file_row_and_column_and_writes_nothing(folder, capsys, file, text, says):
    (folder / file).write_text(text)
    assert run(["source", *TABLES, "--out", "out.csv"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("earmark: ") and says in said
    assert sorted(p.name for p in folder.iterdir()) == [
        "cheap.toml", "near.toml", "nodes.csv", "orders.csv", "stock.csv"]


@pytest.mark.parametrize("argv", [
    ["source"], ["nothing"], ["source", *TABLES, "--out", "d.xls"],
    ["source", *TABLES, "--json", "--out", "-"], ["source", *TABLES, "--policy", "cheapst"],
    ["source", *TABLES, "--out", "no/such/folder/d.csv"], ["compare", *TABLES, "--runs", "0"],
    ["source", "--orders", "-", "--nodes", "-", "--stock", "stock.csv"], ["verify", "no.db"],
    ["verify", "nodes.csv"], ["stock", "check", "--stock", "nodes.csv", "--nodes", "nodes.csv"]])
def test_options_that_make_no_sense_end_with_code_2_and_a_message(folder, capsys, argv):
    assert run(argv) == 2
    assert capsys.readouterr().err


def test_standard_input_is_a_file_and_pipes_stay_clean(folder):
    done = subprocess.run(
        [sys.executable, "-c", "from earmark.cli import main; main()", "source", "--orders", "-",
         *TABLES[2:], "--policy", "near.toml", "--out", "-"],
        input=ORDERS, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 4 and done.stderr == ""


def test_ctrl_c_ends_a_comparison_with_code_130_and_no_file(folder):
    rows = "".join(f"o{i // 4},s{i % 200},1,c{i // 4}\n" for i in range(40_000))
    (folder / "orders.csv").write_text("order_key,sku,quantity,customer\n" + rows)
    child = subprocess.Popen(
        [sys.executable, "-c", "from earmark.cli import main; main()", "compare", *TABLES[:4],
         "--stock", "derive:1.1:0.4", "--policies", "near.toml,cheap.toml", "--runs", "1000",
         "--report", "out"], stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    assert child.poll() is None, "it ended before it could be stopped"
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert (child.returncode, said) == (130, "earmark: stopped; nothing was written\n")
    assert not (folder / "out").exists()


@pytest.mark.parametrize("command", [["source"], ["explain"], ["compare"], ["stock", "check"],
                                     ["verify"], ["intake"], ["quarantine", "list"],
                                     ["quarantine", "replay"], ["quarantine", "discard"], ["demo"]])
def test_help_teaches_with_an_example(capsys, command):
    if command != ["demo"]:
        assert run([*command, "--help"]) == 0
        assert "Example: earmark " + " ".join(command) in " ".join(capsys.readouterr().out.split())
    else:
        with pytest.raises(SystemExit):
            run(["demo", "--help"])
        assert "--runs" in capsys.readouterr().out


def test_the_names_of_the_command_line_are_those_of_the_package():
    assert earmark.compare.__doc__.startswith("Compares policies on paired runs.")
