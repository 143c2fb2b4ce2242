"""Sections of stock from Python: tables, draws by channel, transfers, the frame."""

import earmark
import pytest

DAY = 86_400 * 10**9
NOON = 1_800_000_000 * 10**9


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat"]}, NOON)
    e.load_nodes({"key": ["dc"]}, NOON)
    assert e.load_segments({"segment": ["vip", "web"], "channel": ["", "web"],
                            "overflow": ["", "vip"], "overflow_to_all": [0, 1],
                            "released": [2**63 - 1, NOON + DAY]}, NOON)["accepted"] == 2
    assert e.load_sections({"section": ["for web", "for vip", "damaged", "L7"],
                            "segment": ["web", "vip", "", ""],
                            "condition": ["", "", "damaged", ""],
                            "lot": ["", "", "", "L7"],
                            "owner": ["", "", "", "acme"],
                            "expires": [2**63 - 1] * 3 + [NOON + 9 * DAY]}, NOON)["accepted"] == 4
    assert e.load_stock({"sku": ["hat"] * 5, "node": ["dc"] * 5, "on_hand": [3, 2, 1, 0, 4],
                         "section": ["", "for web", "for vip", "damaged", "L7"]},
                        NOON)["accepted"] == 5
    return e


def free(e):
    f = e.sections(0)
    return dict(zip(f["section"].tolist(), f["free"].tolist(), strict=True))


def test_a_channel_draws_from_what_is_kept_for_it_and_then_on(shop):
    assert shop.available_to([0], channel="web").tolist() == [10]
    assert shop.available_to([0]).tolist() == [7]
    shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [4]}, channel="web")
    assert free(shop) == {None: 2, "for web": 0, "for vip": 0, "damaged": 0, "L7": 4}
    shop.advance(NOON + DAY)
    assert shop.available_to([0]).tolist() == [6]


def test_units_move_between_sections_and_into_conditions(shop):
    assert shop.transfer(0, 0, 2, to_section="damaged") == 0
    assert shop.transfer(0, 0, 1, from_section="damaged", to_section="for web") == 0
    assert free(shop) == {None: 1, "for web": 3, "for vip": 1, "damaged": 1, "L7": 4}
    shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1]})
    assert shop.transfer(0, 0, 1, to_section="damaged") == 1
    with pytest.raises(earmark.Unknown, match="section"):
        shop.transfer(0, 0, 1, to_section="attic")


def test_frames_say_what_a_section_is(shop):
    f = shop.sections(0)
    at = f["section"].tolist().index("L7")
    assert (f["lot"].tolist()[at], f["owner"].tolist()[at]) == ("L7", "acme")
    assert f["condition"].tolist()[f["section"].tolist().index("damaged")] == "damaged"
    stock = shop.stock()
    assert sum(stock["on_hand"].tolist()) == 10
    terms = shop.explain_available(0)
    assert sum(terms["available"].tolist()) == 7
    assert dict(zip(terms["section"].tolist(), terms["drawn"].tolist(), strict=True))["L7"]


def test_tables_that_cannot_be_are_refused_row_by_row(shop):
    assert shop.load_sections({"section": ["x"], "segment": ["none"]})["rejected"][0][1] == (
        "unknown_segment")
    assert shop.load_sections({"section": ["L7"], "lot": ["L8"]})["rejected"][0][1] == (
        "bad_section")
    assert shop.load_stock({"sku": ["hat"], "node": ["dc"], "on_hand": [1],
                            "section": ["attic"]})["rejected"][0][1] == "unknown_section"
    with pytest.raises(earmark.BadInput, match="colour"):
        shop.load_sections({"section": ["x"], "colour": ["red"]})


def test_a_line_may_name_its_section(shop):
    lot = shop.find_section("L7")
    lines = {"offsets": [0, 2], "sku": [0, 0], "node": [0, 0], "amount": [3, 1],
             "section": [lot, -1]}
    held = shop.reserve(lines)["reservation"].tolist()[0]
    assert free(shop) == {None: 2, "for web": 2, "for vip": 1, "damaged": 0, "L7": 1}
    shop.change({"reservation": [held], "offsets": [0, 1], "sku": [0], "node": [0], "amount": [1],
                 "section": [lot]})
    assert free(shop)["L7"] == 3
    damaged = shop.find_section("damaged")
    told = shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1],
                         "section": [damaged]})
    assert told.words("reason").tolist() == ["excluded"]
    with pytest.raises(earmark.Unknown):
        shop.find_section("attic")
