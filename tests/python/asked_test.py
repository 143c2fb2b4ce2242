"""What nodes are asked and answer, and the worklist, from Python."""

import earmark
import pyarrow as pa
import pytest

NOON = 1_800_000_000 * 10**9
SECOND = 10**9


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat"]}, NOON)
    e.load_nodes({"key": ["a", "b"], "priority": [0, 1]}, NOON)
    e.load_stock({"sku": ["hat", "hat"], "node": ["a", "b"], "on_hand": [9, 9]}, NOON)
    e.activate('policy = "any"\ncurrency = "USD"\nrank = ["priority"]\n')
    e.load_answers({"node": ["a"], "request": ["cancel"], "within_s": [60]})
    return e


def released(shop, amount):
    order = shop.place_order(f"x{amount}", [("hat", amount)], now=NOON)
    shop.source([order])
    shop.release([order])
    return order


def test_a_cancellation_asks_and_the_node_answers(shop):
    order = released(shop, 5)
    assert shop.cancel(order, 1, 3, now=NOON) == "asked"
    assert shop.order(order)["requests"] == [
        {"request": "cancel", "line": 1, "node": "a", "amount": 3, "until": NOON + 60 * SECOND,
         "then": "refuses", "reason": 0}]
    assert shop.record(order, "confirm_cancel", 1, node="a", amount=2) == "done"
    assert shop.record(order, "refuse_cancel", node="a") == "done"
    assert shop.order(order)["requests"] == []
    with pytest.raises(earmark.Refused, match="not_asked"):
        shop.record(order, "confirm_cancel", node="a")
    assert shop.amend(order, [{"line": 1, "amount": 1}])["asks"] == [(1, "a", 2)]
    assert shop.amend(order, [{"line": 1, "amount": 1}])["outcome"] == "unchanged"


def test_rows_of_the_table_of_answers_are_checked(shop):
    with pytest.raises(earmark.BadInput, match="give one of work, cancel"):
        shop.load_answers({"request": ["stop"], "within_s": [1]})
    with pytest.raises(earmark.BadInput, match="within_s"):
        shop.load_answers({"request": ["work"], "within_s": [-1]})
    with pytest.raises(earmark.BadInput, match="within_s"):
        shop.load_answers({"request": ["work"]})
    report = shop.load_answers({"node": ["nowhere", "b"], "request": ["work"] * 2,
                                "within_s": [1, 1]})
    assert report["accepted"] == 1 and "'nowhere'" in report["rejected"][0][2]


def test_the_worklist_says_what_is_in_the_way_and_whose_it_is(shop):
    order = released(shop, 5)
    assert len(shop.worklist()) == 0
    shop.cancel(order, 1, 2, now=NOON)
    late = shop.place_order("late", [("hat", 50)], now=NOON, deliver_by="2027-01-20")
    shop.source([late])
    shop.place_hold(late, "fraud", now=NOON)
    rows = pa.table(shop.worklist()).to_pylist()
    assert [(r["reason"], r["order"], r["state"], r["amount"], r["owner"]) for r in rows] == [
        ("unanswered", order, "released", 2, "a"), ("held", late, "backordered", 50, "fraud")]
    assert rows[1]["hold"] == 1 and rows[1]["policy"] == 1 and rows[0]["hold"] is None
    shop.resolve_hold(late, 1)
    assert list(shop.worklist(reason="waiting").words("reason")) == ["waiting"]
    assert len(shop.worklist(reason="at_risk")) == 0
    assert list(shop.worklist(reason="at_risk", slack_days=5).words("reason")) == ["at_risk"]
    assert len(shop.worklist(node="b")) == 0
    with pytest.raises(earmark.BadInput, match="give one of uncovered"):
        shop.worklist(reason="lost")
    with pytest.raises(earmark.Unknown):
        shop.worklist(sku="cap")


def test_every_reason_has_a_paragraph_in_the_runbook():
    assert list(earmark.runbook()) == ["uncovered", "escalated", "held", "late", "at_risk",
                                       "unanswered", "rejected", "waiting"]
    assert all(len(text) > 80 for text in earmark.runbook().values())
