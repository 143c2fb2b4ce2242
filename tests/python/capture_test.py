"""Orders as text: captured, kept in quarantine, tried again, discarded, cancelled too early."""

import gzip
import json
import os
from pathlib import Path

import pytest

import earmark
from conftest import ROOT

pytest.importorskip("typer", reason="the command line's packages are not installed")

from earmark.cli.app import run  # noqa: E402

NOW = "2026-11-23T10:00:00Z"
NS = 1_795_428_000_000_000_000


def order(key, sku="mug", quantity=1, **more):
    return {"key": key, "currency": "GBP",
            "lines": [{"sku": sku, "quantity": quantity, "unit_price": "2.50"}]} | more


def states(frame):
    return frame.words("state").tolist()


@pytest.fixture
def shop():
    engine = earmark.Engine()
    fill(engine)
    return engine


def fill(engine):
    engine.load(skus={"key": ["mug"]}, nodes={"key": ["leeds"]},
                stock={"sku": ["mug"], "node": ["leeds"], "on_hand": [9]})


def test_each_order_of_a_list_has_a_row_and_each_violation_another(shop):
    found = shop.capture([order("a"), order("a"), order("b", "jug"), {"key": "c"}, 7, order("d")])
    assert states(found) == ["accepted", "repeat", "declined", "malformed", "malformed", "accepted"]
    assert found["order"].tolist() == ["a", "a", "b", "c", None, "d"]
    wrong = found.violations
    assert wrong["number"].tolist()[0] == 3 and wrong["path"].tolist()[0] == "/lines/0/sku"
    assert wrong.words("reason").tolist()[0] == "unknown_sku"
    assert wrong.words("severity").tolist()[0] == "master_data"
    assert shop.capture(json.dumps(order("e")) + "\n{\n").violations["path"].tolist() == [None]


def test_a_dry_run_changes_nothing(shop):
    before = shop.state_hash(), shop.head
    assert states(shop.capture([order("a"), order("b", "jug")], dry_run=True, quarantine=True,
                               actor="ann")) == ["accepted", "quarantined"]
    assert (shop.state_hash(), shop.head) == before


def test_a_higher_revision_amends_an_order_and_says_what_each_difference_became(shop):
    shop.capture(order("a", quantity=3, revision=1))
    found = shop.capture([order("a", quantity=1, revision=2), order("a", quantity=1, revision=2),
                          order("a", quantity=9, revision=1), order("a", "jug", revision=3)])
    assert states(found) == ["amended", "repeat", "conflict", "declined"]
    assert found["revision"].tolist() == [2, 2, 2, 2]
    changes = found.changes
    assert changes["number"].tolist() == [1, 3]
    assert changes.words("became").tolist() == ["cancel", "add"]
    assert changes.words("change").tolist() == ["decrease", "increase"]
    assert changes["path"].tolist() == ["/lines/0/quantity"] * 2
    assert changes["before"].tolist() == ["3", "1"] and changes["after"].tolist() == ["1", "9"]
    assert changes["line"].tolist() == [1, 1] and changes["asks"].tolist() == [False, False]
    assert found.violations.words("reason").tolist() == ["stale_revision", "unknown_sku"]
    assert shop.order(0)["revision"] == 2 and shop.order(0)["buckets"] == [
        (1, "open", None, 1), (1, "cancelled", None, 2)]


@pytest.mark.parametrize("wrong", [-1, 2**53, 1.5, "2", None, True])
def test_a_revision_that_is_no_whole_number_is_malformed_and_changes_nothing(shop, wrong):
    shop.capture(order("a"))
    before = shop.state_hash()
    found = shop.capture(order("a", quantity=2, revision=wrong))
    assert states(found) == ["malformed"] and len(found.changes) == 0
    assert found.violations["path"].tolist() == ["/revision"]
    assert shop.state_hash() == before


def test_what_waits_is_kept_replayed_corrected_and_discarded(shop):
    shop.capture([order(key, "jug") for key in "abc"], quarantine=True, actor="ann", now=NS)
    waits = shop.quarantined()
    assert waits["order"].tolist() == ["a", "b", "c"] and waits["tries"].tolist() == [1, 1, 1]
    assert waits["actor"].tolist() == ["ann"] * 3
    assert json.loads(waits["payload"][0])["lines"][0]["sku"] == "jug"
    assert states(shop.capture(order("a"), correct=True)) == ["accepted"]
    assert states(shop.capture(order("b"))) == ["conflict"]
    assert shop.discard("c", reason=3, key="k") == "done"
    assert shop.discard("c", reason=3, key="k") == "repeat"
    with pytest.raises(earmark.Refused) as gone:
        shop.discard("c")
    assert gone.value.code == "not_quarantined"
    assert states(shop.replay()) == ["quarantined"]
    shop.load_skus({"key": ["jug"]})
    assert states(shop.replay("b")) == ["accepted"]
    assert len(shop.quarantined()) == 0 and len(shop.orders()) == 2


def test_an_order_that_was_cancelled_before_it_came_stays_cancelled(shop):
    assert shop.park_cancel("late", reason=2, actor="ann") == "done"
    assert shop.park_cancel("late") == "unchanged"
    found = shop.capture(order("late"))
    assert states(found) == ["declined"]
    assert found.violations.words("reason").tolist() == ["tombstoned"]
    assert shop.tombstones()["reason"].tolist() == [2]
    shop.capture(order("early"))
    assert shop.park_cancel("early") == "done" and len(shop.tombstones()) == 1


@pytest.mark.parametrize("given", [{1, 2}, object(), {"key": {1}}])
def test_what_is_no_order_at_all_is_bad_input(shop, given):
    with pytest.raises(earmark.BadInput):
        shop.capture(given)


def test_csv_is_captured_with_the_numbers_of_its_rows(shop):
    found = shop.capture("order_key,sku,quantity,unit_price,ship_to\n1,mug,1,2.50,\n2,mug,x,1,\n",
                         format="csv", currency="GBP")
    assert states(found) == ["accepted", "malformed"] and found["line"].tolist() == [1, 2]
    with pytest.raises(earmark.BadInput):
        shop.capture("", format="xml")


def test_the_schema_of_an_order_is_the_published_one_and_judges_as_the_engine_does(shop):
    jsonschema = pytest.importorskip("jsonschema")
    text = (ROOT / "docs" / "formats" / "order.schema.json").read_text(encoding="utf-8")
    assert text == earmark._earmark.order_schema()
    check = jsonschema.Draft202012Validator(json.loads(text)).is_valid
    for one in (order("a"), order("b", priority=3), order("c", node="leeds")):
        assert check(one) and states(shop.capture(one)) == ["accepted"]
    for one in (order("d", quantity=1.5), order("e", priority=256), order("", "mug"), {"key": "f"},
                order("g", oops=1), order("h", lines=[])):
        assert not check(one) and states(shop.capture(one)) == ["malformed"]


# ---- the command line ---------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = earmark.Engine(journal="shop.db")
    fill(engine)
    engine.flush("disk")
    del engine
    (tmp_path / "orders.jsonl").write_text("\n".join(
        [json.dumps(order("a")), "{broken", json.dumps(order("b", "jug"))]), encoding="utf-8")
    return tmp_path / "shop.db"


INTAKE = ["intake", "orders.jsonl", "--journal", "shop.db", "--now", NOW]


def test_intake_keeps_what_was_accepted_and_reports_on_every_order(journal, capsys):
    assert run(INTAKE) == 1
    said = capsys.readouterr().out
    assert "a  accepted\nline 2  malformed\n" in said
    assert "  master_data  /lines/0/sku: unknown_sku: " in said
    assert said.endswith("3 orders: 1 accepted, 1 declined, 1 malformed\n")
    engine = earmark.Engine(journal=str(journal))
    assert engine.orders()["key"].tolist() == ["a"]


def test_a_key_does_not_steer_the_terminal(journal, capsys):
    Path("odd.jsonl").write_text(
        '{"key":"a\\u001b[2J\\nb","currency":"GBP","lines":[{"sku":"mug","quantity":1,'
        '"unit_price":"1"}]}\n', encoding="utf-8")
    run(["intake", "odd.jsonl", "--journal", str(journal), "--dry-run"])
    assert capsys.readouterr().out.startswith("a?[2J?b  accepted")


def test_a_dry_run_of_intake_leaves_the_journal_as_it_was(journal, capsys):
    before = journal.read_bytes()
    assert run([*INTAKE, "--dry-run", "--quarantine", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["totals"]["accepted"] == 1 and said["totals"]["quarantined"] == 1
    assert said["orders"][2]["violations"][0]["path"] == "/lines/0/sku"
    assert journal.read_bytes() == before


def test_intake_reads_arrays_csv_gzip_and_writes_rows(journal, capsys):
    (journal.parent / "orders.json.gz").write_bytes(gzip.compress(
        json.dumps([order("a"), order("a")]).encode()))
    assert run(["intake", "orders.json.gz", "--journal", "shop.db", "--now", NOW]) == 0
    (journal.parent / "orders.csv").write_text(
        "order_key,sku,quantity,unit_price,ship_to\n1,mug,1,2.50,\n2,jug,1,2.50,\n")
    assert run(["intake", "orders.csv", "--journal", "shop.db", "--currency", "GBP", "--now", NOW,
                "--out", "said.csv"]) == 1
    rows = (journal.parent / "said.csv").read_text().splitlines()
    assert rows[1] == "1,1,1,accepted,,,,,,"
    assert rows[2].startswith("2,2,2,declined,unknown_sku,master_data,/lines/0/sku,")


def test_quarantine_is_listed_replayed_and_discarded_from_the_command_line(journal, capsys):
    assert run([*INTAKE, "--quarantine", "--actor", "ann"]) == 1
    assert run(["quarantine", "list", "shop.db"]) == 0
    said = capsys.readouterr().out
    assert "b  tried once, 1 reason\n  /lines/0/sku: unknown_sku: " in said
    assert run(["quarantine", "replay", "shop.db", "b", "--now", NOW]) == 1
    assert run(["quarantine", "list", "shop.db", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])["quarantined"]
    assert listed[0]["tries"] == 2 and listed[0]["last_try"].startswith("2026-11-23T10:00:00")
    assert run(["quarantine", "discard", "shop.db", "b", "--reason", "4", "--now", NOW]) == 0
    assert run(["quarantine", "discard", "shop.db", "b", "--now", NOW]) == 2
    assert run(["quarantine", "replay", "shop.db", "--now", NOW]) == 0
    assert "0 orders\n" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [
    ["intake", "nothing.jsonl", "--journal", "shop.db"],
    ["intake", "orders.jsonl", "--journal", "nothing.db"],
    ["intake", "orders.jsonl"],
    [*INTAKE[:-1], "yesterday"],
    [*INTAKE, "--json", "--out", "-"],
    ["quarantine", "list", "orders.jsonl"]])
def test_options_that_make_no_sense_end_with_code_2(journal, capsys, argv):
    assert run(argv) == 2


def test_a_week_of_a_real_shop_waits_for_half_of_its_goods_and_then_comes_in(real_week):
    rows = earmark.read_orders(str(real_week), "uci")
    skus, offsets = list(rows["sku_key"]), rows["offsets"].tolist()
    lines = [{"sku": skus[sku], "quantity": int(amount), "unit_price": f"{price / 100:.2f}"}
             for sku, amount, price in zip(rows["sku"], rows["amount"], rows["price_minor"],
                                           strict=True)]
    sent = [{"key": key, "currency": "GBP", "lines": lines[first:last]} for key, first, last in
            zip(rows["key"], offsets[:-1], offsets[1:], strict=True)]
    text = "\n".join(map(json.dumps, sent))
    engine = earmark.Engine()
    engine.load_skus({"key": skus[::2]})
    assert set(states(engine.capture(text, dry_run=True))) == {"accepted", "declined"}
    found = states(engine.capture(text, quarantine=True))
    assert set(found) == {"accepted", "quarantined"} and len(found) == len(sent)
    engine.load_skus({"key": skus[1::2]})
    assert states(engine.replay()) == ["accepted"] * found.count("quarantined")
    assert set(states(engine.capture(text))) == {"repeat"}
    assert len(engine.orders()) == len(sent) and len(engine.lines()) == len(lines)


@pytest.fixture
def real_week():
    folder = os.environ.get("EARMARK_SHARED")
    path = Path(folder or ".") / "data" / "uci-online-retail" / "online_retail_first_week.csv.gz"
    if not path.is_file():
        pytest.skip("EARMARK_SHARED has no real data")
    return path
