"""Holds and freezes from Python."""

import earmark
import pyarrow as pa
import pytest

NOON = 1_800_000_000 * 10**9
SECOND = 10**9


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat", "mug"]}, NOON)
    e.load_nodes({"key": ["a"]}, NOON)
    e.load_stock({"sku": ["hat", "mug"], "node": ["a", "a"], "on_hand": [9, 9]}, NOON)
    e.activate('policy = "any"\ncurrency = "USD"\nrank = ["priority"]\n')
    return e


def test_holds_are_placed_and_answered_by_number_and_the_order_shows_them(shop):
    order = shop.place_order("x", [("hat", 1), ("mug", 1)], now=NOON)
    assert shop.order(order)["held"] is False and shop.order(order)["holds"] == []
    assert shop.place_hold(order, "fraud", reason=7, actor="kim", now=NOON) == 1
    assert shop.place_hold(order, "fraud", now=NOON) == 1  # an equal one is that one
    assert shop.place_hold(order, "address", 2, until=NOON + 5 * SECOND, now=NOON) == 2
    assert shop.source([order]).words("reason")[0] == "held"
    assert shop.resolve_hold(order, 1, reason=3, now=NOON + 1) == "done"
    first, second = shop.order(order)["holds"]
    assert first == {"hold": 1, "type": "fraud", "line": 0, "state": "resolved", "blocks": False,
                     "escalated": False, "gave_back": False, "recalls": False, "reason": 7,
                     "actor": "kim", "since": NOON, "until": None, "ended": NOON + 1,
                     "ended_reason": 3, "ended_by": None, "repeats": None}
    assert (second["line"], second["until"], second["state"]) == (2, NOON + 5 * SECOND, "active")
    assert shop.order(order)["held"] is True
    assert shop.source([order]).words("outcome")[0] == "done"
    assert shop.release([order]).words("outcome")[0] == "done"
    assert [b[1] for b in shop.order(order)["buckets"]] == ["released", "allocated"]
    shop.advance(NOON + 5 * SECOND)
    assert shop.order(order)["holds"][1]["escalated"] is True


def test_a_rejection_cancels_what_still_can_be(shop):
    order = shop.place_order("x", [("hat", 2)], now=NOON)
    shop.source([order])
    shop.place_hold(order, "fraud", now=NOON)
    assert shop.resolve_hold(order, 1, accept=False, now=NOON) == "done"
    assert shop.order(order)["highest"] == "cancelled"
    assert shop.available(0) == 9
    with pytest.raises(earmark.errors.Refused) as over:
        shop.resolve_hold(order, 1, now=NOON)
    assert over.value.code == "hold_over"


def test_what_is_not_known_is_unknown_and_rows_that_cannot_be_are_told(shop):
    order = shop.place_order("x", [("hat", 1)], now=NOON)
    with pytest.raises(earmark.errors.Unknown):
        shop.place_hold(order, "fruad")
    with pytest.raises(earmark.errors.Unknown):
        shop.resolve_hold(order, 1)
    with pytest.raises(earmark.errors.BadInput, match="column 'blocks', row 1: pack it; give one"):
        shop.load_hold_types({"hold_type": ["x"], "blocks": ["pick, pack it"]})
    with pytest.raises(earmark.errors.BadInput, match="'then'"):
        shop.load_hold_types({"hold_type": ["x"], "then": ["explode"]})
    told = shop.load_hold_types({"hold_type": ["x", "y"], "apply_when": ["goods_valeu > 1", ""],
                                 "after": ["", "y"]})["rejected"]
    assert [row[1] for row in told] == ["bad_hold_type", "hold_cycle"]


def test_types_come_as_columns_and_are_shown_as_rows(shop):
    assert shop.load_hold_types({
        "hold_type": ["papers"], "blocks": ["release, ship"], "lasts_s": [60], "then": ["reject"],
        "rejected": ["wait"], "keeps_s": [30], "scope": ["line"], "after": ["fraud, credit"],
        "apply_when": ["lines > 2"],
        "answers": ["customs desk, kim"]})["accepted"] == 1
    assert shop.hold_types()[-1] == {
        "hold_type": "papers", "blocks": ["release", "ship"], "lasts_s": 60, "then": "reject",
        "rejected": "wait", "keeps_s": 30, "scope": "line", "apply_when": "lines > 2",
        "resolve_when": "",
        "after": ["fraud", "credit"], "answers": ["customs desk", "kim"], "repeats_within_s": 0,
        "repeats_by": []}


def test_a_repeat_is_held_and_the_order_that_it_looks_like_is_shown(shop):
    shop.load_attributes({"attribute": ["customer", "channel"], "type": ["text", "text"]})
    assert shop.load_hold_types({
        "hold_type": ["duplicate", "bad"], "repeats_within_s": [60, 60],
        "repeats_by": ["customer, channel", "nobody"]})["rejected"][0][1] == "bad_hold_type"
    duplicate = next(t for t in shop.hold_types() if t["hold_type"] == "duplicate")
    assert duplicate["repeats_within_s"] == 60
    assert duplicate["repeats_by"] == ["customer", "channel"]

    def buys(key, lines, now=NOON):
        facts = {"customer": "kim", "channel": "web"}
        return shop.place_order(key, lines, currency="EUR", facts=facts, now=now)

    first = buys("a", [("hat", 2)])
    again = buys("b", [("hat", 1), ("hat", 1)])
    assert shop.order(first)["holds"] == []
    assert [(h["type"], h["repeats"]) for h in shop.order(again)["holds"]] == [("duplicate", first)]
    assert "it looks like order a" in str(shop.story(again))
    rows = pa.table(shop.worklist()).to_pylist()
    assert {(r["order"], r["repeats"]) for r in rows} == {(again, first)}
    assert not shop.order(buys("c", [("hat", 2)], NOON + 61 * 10**9))["held"]


def test_a_freeze_stops_what_is_promised_and_what_is_released(shop):
    order = shop.place_order("x", [("hat", 1)], now=NOON)
    shop.source([order])
    shop.load_floors({"rule": ["recall"], "sku": ["hat"], "freeze": [1]})
    assert shop.available(0) == 0
    assert shop.release([order]).words("reason")[0] == "excluded"
    shop.load_floors({"rule": ["recall"], "sku": ["hat"], "freeze": [1], "active": [0]})
    assert shop.release([order]).words("outcome")[0] == "done"
