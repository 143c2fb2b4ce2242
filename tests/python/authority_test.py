"""Who may do what, from Python: every verb that changes something takes an actor, and asks."""

import earmark
import pytest

NOON = 1_800_000_000 * 10**9
EVERYTHING = ["cancel", "amend", "place_hold", "resolve_hold", "source", "release", "record",
              "adjust", "load", "activate", "discard"]
POLICY = 'policy = "any"\ncurrency = "USD"\nrank = ["priority"]\n'


@pytest.fixture
def shop():
    e = earmark.Engine()
    e.load_skus({"key": ["hat"]}, NOON)
    e.load_nodes({"key": ["a"]}, NOON)
    e.load_stock({"sku": ["hat"], "node": ["a"], "on_hand": [9]}, NOON)
    e.activate(POLICY)
    return e


def denied(shop, **of):
    page, _ = shop.trail(**of)
    return [(what, after) for kind, what, after in
            zip(page.words("kind"), page["what"], page["after"]) if kind == "denied"]


def test_every_verb_takes_an_actor_and_denies_what_he_may_not(shop):
    order = shop.place_order("x", [("hat", 3)], now=NOON)
    shop.place_hold(order, "fraud", actor="boss")
    shop.load_privileges({"actor": ["boss"] * len(EVERYTHING), "may": EVERYTHING})
    position = {"source": "pos", "sequence": 1}
    fed = {"sku": [0], "node": [0], "units": [1]}
    clerk = {"actor": "clerk"}
    raises = [
        lambda: shop.cancel(order, **clerk),
        lambda: shop.amend(order, [{"line": 1, "amount": 1}], **clerk),
        lambda: shop.place_hold(order, "credit", **clerk),
        lambda: shop.resolve_hold(order, 1, **clerk),
        lambda: shop.record(order, "ship", **clerk),
        lambda: shop.adjust("hat", "a", 1, **clerk),
        lambda: shop.count(0, 0, 9, **clerk),
        lambda: shop.delta(fed, **position, **clerk),
        lambda: shop.snapshot(fed, as_of=0, **position, **clerk),
        lambda: shop.activate(POLICY, **clerk),
        lambda: shop.discard("nobody's", **clerk),
        lambda: shop.park_cancel("not here yet", **clerk),
    ]
    for command in raises:
        with pytest.raises(earmark.Refused, match="not_authorised") as no:
            command()
        assert no.value.code == "not_authorised" and "clerk" in str(no.value)
    for frame in [shop.source([order], **clerk), shop.release([order], **clerk),
                  shop.ship([order], **clerk), shop.deliver([order], **clerk)]:
        assert frame.words("reason") == ["not_authorised"]
    counted = shop.count({"sku": [0], "node": [0], "found": [9]}, **clerk)
    assert "not_authorised" in [str(x) for x in counted.words("reason")]
    for report in [shop.load_skus({"key": ["mug"]}, **clerk),
                   shop.load(skus={"key": ["mug"]}, **clerk)["skus"]]:
        assert report["accepted"] == 0 and "not_authorised" in str(report["rejected"])
    assert shop.order(order)["version"] == 2
    assert shop.cancel(order, 1, 1, actor="boss") == "done"
    assert {what for what, _ in denied(shop)} == set(EVERYTHING)


def test_a_dry_run_and_a_preview_are_questions(shop):
    order = shop.place_order("x", [("hat", 3)], now=NOON)
    shop.load_privileges({"actor": ["boss"] * 2, "may": ["source", "amend"]})
    assert shop.source([order], dry_run=True, actor="clerk").words("outcome") == ["done"]
    seen = shop.amend(order, [{"line": 1, "amount": 1}], preview=True, actor="clerk")
    assert seen["lines"]
    assert denied(shop, actor="clerk") == []


def test_rows_of_the_table_of_privileges_are_checked(shop):
    with pytest.raises(earmark.BadInput, match="give one of cancel, amend"):
        shop.load_privileges({"actor": ["boss"], "may": ["cancle"]})
    with pytest.raises(earmark.BadInput, match="give one of allow, deny, drop"):
        shop.load_privileges({"actor": ["boss"], "may": ["cancel"], "does": ["perhaps"]})
    with pytest.raises(earmark.BadInput, match="may"):
        shop.load_privileges({"actor": ["boss"]})
    report = shop.load_privileges({"actor": ["", "boss", "host", "boss"],
                                   "may": ["cancel", "cancel", "cancel", "cancel"],
                                   "hold_type": ["", "fraud", "", ""]})
    assert report["accepted"] == 1
    assert [row[1] for row in report["rejected"]] == ["empty_key", "bad_field", "bad_field"]
    order = shop.place_order("x", [("hat", 3)], now=NOON)
    with pytest.raises(earmark.Refused, match="not_authorised"):
        shop.cancel(order, actor="clerk")
    shop.load_privileges({"actor": ["boss"], "may": ["cancel"], "does": ["drop"]})
    assert shop.cancel(order, 1, 1, actor="clerk") == "done"
