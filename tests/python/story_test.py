"""The story of an order and the audit trail from Python."""

import gc
import xml.etree.ElementTree as ET

import earmark
import pyarrow as pa
import pytest

NOON, MINUTE = 1_800_000_000 * 10**9, 60 * 10**9


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat", "mug"]}, NOON)
    e.load_nodes({"key": ["a", "b"]}, NOON)
    e.load_stock({"sku": ["hat", "mug"], "node": ["a", "b"], "on_hand": [9, 9]}, NOON)
    e.activate('policy = "any"\ncurrency = "USD"\nrank = ["parcels"]\n')
    return e


def sold(shop):
    order = shop.place_order("x", [("hat", 3, 500), ("mug", 1, 900)], now=NOON)
    shop.place_hold(order, "fraud", actor="kim", now=NOON)
    shop.resolve_hold(order, 1, actor="kim", now=NOON + MINUTE)
    shop.source([order], now=NOON + 2 * MINUTE)
    shop.release([order], now=NOON + 3 * MINUTE)
    return order


def test_a_story_is_told_as_rows_as_text_and_as_a_picture(shop):
    order = sold(shop)
    story = shop.story(order)
    assert (story.order, story.key, story.version) == (order, "x", 5)
    assert (story.whole, story.gone_to) == (True, 0)
    assert story.version == shop.order(order)["version"]
    table = pa.table(story.rows)
    assert table["version"].to_pylist()[0] == 1 and table["version"].to_pylist()[-1] == 5
    moved = table.filter(pa.compute.equal(table["kind"].cast(pa.utf8()), "moved")).to_pylist()
    assert [(m["line"], m["from_state"], m["to_state"], m["node"], m["amount"])
            for m in moved] == [(1, "open", "allocated", "a", 3), (2, "open", "allocated", "b", 1),
                                (1, "allocated", "released", "a", 3),
                                (2, "allocated", "released", "b", 1)]
    lines = str(story).splitlines()
    assert lines[0] == "Order x, version 5."
    assert lines[2].endswith("place_hold by kim: hold 1 (fraud) placed on the whole order.")
    assert len(lines) == 6
    picture = ET.fromstring(story.svg())
    assert len([e for e in picture.iter() if e.tag.endswith("title")]) == 5
    assert story._repr_html_() == story.svg() == shop.story(order).svg()


def test_a_story_outlives_the_engine_it_was_told_by(shop):
    story = shop.story(sold(shop))
    text = str(story)
    del shop
    gc.collect()
    assert str(story) == text and "</svg>" in story.svg()


def test_an_order_that_nobody_placed_has_no_story(shop):
    with pytest.raises(earmark.Unknown):
        shop.story(77)


def test_the_trail_is_narrowed_and_read_page_by_page(shop):
    order = sold(shop)
    hat, b = shop.find_sku("hat"), shop.find_node("b")
    rows, end = shop.trail()
    assert shop.trail(cursor=end)[1] == end
    assert shop.trail(order=order)[0]["at"].tolist() == shop.story(order).rows["at"].tolist()
    assert set(shop.trail(sku=hat)[0].words("sku")) == {"hat"}
    assert set(shop.trail(node=b, of_verb="source")[0].words("kind")) \
        == {"decided", "moved", "stock"}
    assert list(shop.trail(actor="kim")[0].words("verb")) == ["place_hold", "resolve_hold"]
    later = shop.trail(since=NOON + 2 * MINUTE, until=NOON + 3 * MINUTE)[0]
    assert set(later.words("verb")) == {"source"}
    pages, cursor = [], 0
    while True:
        page, after = shop.trail(cursor=cursor, limit=1)
        if after == cursor:
            break
        pages.append(len(page))
        cursor = after
    assert sum(pages) == len(rows) and min(pages) >= 1


def test_a_trail_of_what_is_not_there_is_refused(shop):
    for wrong in ({"order": 9}, {"sku": 9}, {"node": 9}, {"actor": "nobody"}):
        with pytest.raises(earmark.EarmarkError):
            shop.trail(**wrong)
    with pytest.raises(earmark.BadInput, match="no verb 'jump'"):
        shop.trail(of_verb="jump")
