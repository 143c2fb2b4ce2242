"""The verbs from Python. Names are sentences of the specification."""

import json

import numpy as np
import pytest

import earmark
from conftest import NEAREST, make_shop, orders


def names(answer: dict) -> list[str]:
    return [earmark.OUTCOMES[o] for o in answer["outcome"]]


def test_an_order_is_captured_sourced_released_shipped_and_delivered(shop):
    order = shop.place_order("A-1", [("mug", 2, 1299), ("bowl", 1, 450)], place="berlin")
    answer = shop.source([order])
    assert names(answer) == ["done"]
    assert answer["allocated"].tolist() == [3]
    assert answer["parcels"].tolist() == [2]
    assert answer["exact"].tolist() == [True]
    for verb in (shop.release, shop.ship, shop.deliver):
        assert verb([order])["error"].tolist() == [0]
    view = shop.order(order)
    assert view["key"] == "A-1"
    assert (view["lowest"], view["highest"]) == ("delivered", "delivered")
    assert [line[:2] for line in view["lines"]] == [("mug", 2), ("bowl", 1)]
    assert shop.balance()["delivered"] == 3
    assert shop.check_invariants() == []


def test_where_no_node_has_all_the_nearest_ships_first_and_the_rest_comes_from_the_other(shop):
    placed = shop.place_orders(orders(1, amount=6))
    answer = shop.source(placed["order"])
    assert dict(zip(answer["part_node"].tolist(), answer["part_granules"].tolist(), strict=True)) \
        == {shop.find_node("berlin"): 3, shop.find_node("bonn"): 3}


def test_units_without_stock_are_back_ordered(shop):
    placed = shop.place_orders(orders(2, amount=6))
    answer = shop.source(placed["order"])
    assert names(answer) == ["done", "partial"]
    assert answer["allocated"].tolist() == [6, 2]
    assert shop.balance()["backordered"] == 4


def test_a_policy_of_whole_lines_does_not_split_a_line(shop):
    shop.activate(NEAREST.replace("by_quantity", "whole"))
    answer = shop.source(shop.place_orders(orders(2, amount=5))["order"])
    assert names(answer) == ["done", "backordered"]
    assert answer["part_node"].tolist() == [shop.find_node("bonn")]


def test_the_parts_of_a_plan_name_the_order_line_also_where_a_sku_stands_twice(shop):
    order = shop.place_order("A-1", [("mug", 1), ("bowl", 1), ("mug", 2)], place="berlin")
    answer = shop.source([order])
    parts = sorted(zip(answer["part_line"].tolist(), answer["part_granules"].tolist(), strict=True))
    assert parts == [(0, 1), (1, 1), (2, 2)]
    assert [(line - 1, n) for line, _, _, n in shop.order(order)["buckets"]] == parts


def test_a_dry_run_takes_nothing(shop):
    placed = shop.place_orders(orders(1))
    before = shop.state_hash()
    shop.source(placed["order"], dry_run=True)
    assert shop.state_hash() == before


def test_the_same_key_and_content_answers_the_first_order_again(shop):
    first = shop.place_orders(orders(3))
    again = shop.place_orders(orders(3))
    assert again["order"].tolist() == first["order"].tolist()
    assert names(again) == ["repeat"] * 3


def test_the_same_key_with_other_content_is_a_duplicate_key(shop):
    shop.place_order("A-1", [("mug", 1)])
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.place_order("A-1", [("mug", 2)])
    assert refused.value.code == "duplicate_key"
    assert refused.value.number == 1001
    assert refused.value.transient is False


def test_a_batch_reports_refusals_in_its_columns_and_goes_on(shop):
    columns = orders(3)
    columns["amount"] = [1, 0, 1]
    placed = shop.place_orders(columns)
    assert [code != 0 for code in placed["error"]] == [False, True, False]
    assert [row for row, _, _ in placed["violations"]] == [1]


def test_a_reservation_is_all_or_nothing(shop):
    mug, bowl = shop.find_sku("mug"), shop.find_sku("bowl")
    bonn = shop.find_node("bonn")
    answer = shop.reserve({"offsets": [0, 2, 4], "sku": [mug, bowl, mug, bowl],
                           "node": [bonn] * 4, "amount": [1, 2, 1, 1]})
    assert answer["error"][0] == 0
    assert earmark.error_name(int(answer["error"][1])) == "insufficient"
    assert shop.available([mug, bowl], [bonn, bonn]).tolist() == [4, 0]
    shop.unreserve(int(answer["reservation"][0]))
    assert shop.available([mug, bowl]).tolist() == [8, 2]


def test_a_reservation_expires_when_time_passes_its_deadline(shop):
    mug, berlin = shop.find_sku("mug"), shop.find_node("berlin")
    shop.reserve({"offsets": [0, 1], "sku": [mug], "node": [berlin], "amount": [3]},
                 deadline=1_000, now=1)
    assert shop.available([mug], [berlin]).tolist() == [0]
    shop.advance(1_000)
    assert shop.available([mug], [berlin]).tolist() == [3]


def test_an_unknown_name_is_an_error_with_its_code(shop):
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.find_sku("plate")
    assert refused.value.code == "unknown_sku"
    with pytest.raises(earmark.EarmarkError, match="unknown|order"):
        shop.order(10_000)


def test_a_wrong_policy_is_refused_with_its_findings(shop):
    with pytest.raises(earmark.EarmarkError) as refused:
        shop.activate(NEAREST.replace("rank ", "rnak "))
    assert refused.value.code == "bad_policy"
    assert "rnak" in str(refused.value)


def test_wrong_rows_of_a_table_are_reported_and_good_ones_taken():
    engine = earmark.Engine()
    report = engine.load_places({"key": ["a", "b", "a"], "latitude": [1.0, float("nan"), 2.0],
                                 "longitude": [1.0, 2.0, 3.0]})
    assert report["accepted"] == 1
    assert [(row, code) for row, code, _ in report["rejected"]] \
        == [(2, "bad_position"), (3, "duplicate_row")]


def test_an_explanation_names_the_chosen_node_and_has_a_row_for_each_node(shop):
    order = shop.place_order("A-1", [("mug", 1)], place="berlin")
    shop.source([order])
    assert "berlin" in shop.explain(order)
    verdicts = {node: verdict for node, verdict, _ in shop.explain_rows(order)}
    assert set(verdicts) == {"berlin", "bonn"}
    assert verdicts["berlin"] == "chosen"


def test_submit_takes_a_json_line_and_answers_one(shop):
    answer = json.loads(shop.submit('{"verb": "available", "sku": "mug"}'))
    assert isinstance(answer, dict)
    assert "9001" in shop.submit("{") or "bad_json" in shop.submit("{")


def test_equal_commands_give_equal_digests_and_other_commands_do_not():
    def digests(n: int) -> tuple[int, int]:
        shop = make_shop({("mug", "berlin"): 50})
        shop.source(shop.place_orders(orders(n))["order"])
        return shop.event_digest(), shop.state_hash()

    assert digests(20) == digests(20)
    assert digests(20) != digests(21)


def test_an_engine_is_what_its_journal_says(tmp_path):
    path = str(tmp_path / "shop.db")
    shop = make_shop({("mug", "berlin"): 5}, journal=path)
    shop.source(shop.place_orders(orders(3))["order"])
    shop.flush("disk")
    state = shop.state_hash()
    del shop
    assert earmark.Engine(journal=path).state_hash() == state


def test_a_path_that_is_no_journal_is_refused(tmp_path):
    path = tmp_path / "not_a_journal"
    path.write_text("hello" * 100)
    with pytest.raises(earmark.EarmarkError) as refused:
        earmark.Engine(journal=str(path))
    assert refused.value.code == "sink_failed"


def test_the_times_of_decisions_are_measured(shop):
    answer = shop.source(shop.place_orders(orders(5))["order"])
    assert answer["decision_ns"].dtype == np.int64
    assert (answer["decision_ns"] > 0).all()


def test_events_can_be_polled(shop):
    shop.source(shop.place_orders(orders(1))["order"])
    verbs = [event["verb"] for event in shop.poll()]
    assert verbs[-2:] == ["place_order", "source"]
