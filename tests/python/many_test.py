"""Selections, bulk commands, waves and notices from Python."""

import pyarrow as pa
import pytest

import earmark

NOW = 1_800_000_000 * 10**9


def words(frame, column):
    return list(frame.words(column))


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load_skus({"key": ["hat", "mug"]}, NOW)
    engine.load_nodes({"key": ["a", "b"], "priority": [0, 1]}, NOW)
    engine.load_stock({"sku": ["hat", "mug"], "node": ["a", "b"], "on_hand": [9, 9]}, NOW)
    engine.activate('policy = "any"\ncurrency = "EUR"\nrank = ["priority"]\n')
    for i, lines in enumerate(([("hat", 1, 5)], [("mug", 2, 5)], [("hat", 1, 5), ("mug", 1, 5)])):
        engine.place_order(f"o{i}", lines, currency="EUR", now=NOW + i)
    engine.source([0, 1])
    return engine


def test_a_selection_is_a_frame_in_the_sequence_of_the_queue(shop):
    rows = pa.table(shop.select()).to_pylist()
    assert [r["order"] for r in rows] == [0, 1, 2]
    assert [r["lines"] for r in rows] == [1, 1, 2]
    assert not any(r["escalated"] for r in rows)
    assert shop.select(state="open")["order"].tolist() == [2]
    assert shop.select(sku="hat")["order"].tolist() == [0, 2]
    assert shop.select(node="b")["order"].tolist() == [1]
    assert shop.select(placed_from=NOW + 1, placed_before=NOW + 2)["order"].tolist() == [1]
    assert shop.select(due_before=NOW + 1, allowance_s=0)["order"].tolist() == [0]
    assert shop.select(where="lines > 1")["order"].tolist() == [2]
    assert shop.select(type="transfer")["order"].tolist() == []
    assert shop.select(limit=2)["order"].tolist() == [0, 1]
    shop.amend(2, priority=9)
    assert shop.select()["order"].tolist() == [2, 0, 1]
    assert shop.select(escalated_from=9)["escalated"].tolist() == [True, False, False]
    assert shop.order(2)["priority"] == 9


def test_what_cannot_be_selected_is_refused_with_its_reason(shop):
    with pytest.raises(earmark.BadInput, match="state: gone; give one of open"):
        shop.select(state="gone")
    with pytest.raises(earmark.Unknown):
        shop.select(sku="cap")
    with pytest.raises(earmark.EarmarkError, match="byte 0.*'colour'|colour") as refused:
        shop.select(where='colour == "red"')
    assert refused.value.code == "bad_condition"
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.select(lead_days=-1)
    assert refused.value.code == "out_of_range"


def test_a_bulk_command_answers_for_each_order_and_goes_on_under_its_key(shop):
    held = shop.bulk("hold", [0, 1], hold_type="fraud", reason=3, key="job", actor="ann")
    assert words(held, "outcome") == ["done", "done"]
    again = shop.bulk("hold", [0, 1, 2], hold_type="fraud", reason=3, key="job", actor="ann")
    assert words(again, "outcome") == ["repeat", "repeat", "done"]
    assert shop.select(hold="fraud", held=True)["order"].tolist() == [0, 1, 2]
    assert words(shop.bulk("release", [0]), "reason") == ["held"]
    freed = shop.bulk("resolve", [0, 1], hold_type="fraud", reason=1, accept=True)
    assert words(freed, "outcome") == ["done", "done"]
    gone = shop.bulk("cancel", [1, 77], reason=4)
    assert words(gone, "reason") == [None, "unknown_order"]
    assert len(shop.bulk("cancel", [], reason=4)) == 0
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.bulk("cancel", [0])
    assert refused.value.code == "missing_field"
    with pytest.raises(earmark.BadInput, match="action"):
        shop.bulk("ship", [0], reason=1)


def test_a_wave_is_bounded_and_says_what_is_left(shop):
    shop.source([2])
    wave = shop.wave(max_lines=2, remorse_s=1, now=NOW + 10**9)
    assert wave["rows"]["order"].tolist() == [0]
    assert (wave["released"], wave["too_young"], wave["left"]) == (1, 2, 0)
    wave = shop.wave(node="a", now=NOW + 10**9)
    assert wave["rows"]["order"].tolist() == [2]
    assert words(wave["rows"], "outcome") == ["done"]
    released = shop.release([1, 2], node="b")
    assert words(released, "outcome") == ["done", "done"]
    assert shop.wave()["released"] == 0


def test_notices_are_told_once_and_with_the_same_keys(shop):
    told, cursor = shop.notices(kinds=["captured", "allocated"])
    assert [(n["order_key"], n["kind"]) for n in told] == [
        ("o0", "captured"), ("o1", "captured"), ("o2", "captured"), ("o0", "allocated"),
        ("o1", "allocated")]
    assert told[3]["lines"] == [(1, "hat", "a", 1)]
    assert [n["key"] for n in shop.notices(kinds=["captured", "allocated"])[0]] == [
        n["key"] for n in told]
    assert shop.notices(cursor=cursor) == ([], cursor)
    with pytest.raises(earmark.BadInput, match="kinds: sold"):
        shop.notices(kinds=["sold"])


def test_a_draft_and_a_service_are_placed_and_go_their_own_way(shop):
    offer = shop.place_order("offer", [("hat", 1, 5)], currency="EUR", type="draft")
    fitting = shop.place_order("fitting", [("mug", 1, 5)], currency="EUR", type="service")
    assert words(shop.source([offer, fitting]), "reason") == ["not_allowed", "not_allowed"]
    shop.record(offer, "mark", event="confirm")
    assert words(shop.source([offer]), "outcome") == ["done"]
    shop.record(fitting, "fulfil")
    assert shop.order(fitting)["lowest"] == "delivered"
    desk = shop.place_order("desk", [("hat", 2, 5)], currency="EUR", type="make_to_order", node="a")
    assert words(shop.source([desk]), "reason") == ["not_allowed"]
    free = shop.available(0, 0)
    shop.record(desk, "mark", event="start")
    shop.record(desk, "make", line=1, amount=1)
    assert shop.order(desk)["lowest"] == "open"
    shop.record(desk, "make")
    assert shop.order(desk)["lowest"] == "allocated" and shop.available(0, 0) == free
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.place_order("made", [("hat", 1, 5)], currency="EUR", type="exchange")
    assert refused.value.code == "bad_order_type"
