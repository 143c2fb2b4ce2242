"""Pools from columns: what binds, what is named, what is flat."""

import pyarrow as pa
import pytest

import earmark

DAY = 86_400_000_000_000
NOW = 20_000 * DAY


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load(skus={"key": ["mug"]}, nodes={"key": ["bonn"]},
                stock={"sku": ["mug"], "node": ["bonn"], "on_hand": [100]})
    report = engine.load_pools(pa.table({
        "pool": ["web week", "picks", "offer", "credit"],
        "kind": ["quota", "capacity", "limit", "credit"],
        "amount": [5, 3, 2, 100], "per_unit": [1, 1, 1, 0],
        "named": [False, False, True, False], "channel": ["web", "", "", ""],
        "from": pa.array([None, NOW, None, None], pa.int64()),
        "until": pa.array([None, NOW + DAY, None, None], pa.int64())}))
    assert (report["accepted"], report["rejected"]) == (4, [])
    engine.advance(NOW)
    return engine


def basket(n, **more):
    return {"offsets": [0, 1], "sku": [0], "node": [0], "amount": [n]} | more


def free(shop):
    pools = shop.pools()
    return dict(zip(pools["key"].tolist(), pools["free"].tolist(), strict=True))


def test_pools_bind_baskets_of_their_channel_and_day(shop):
    first = shop.reserve(basket(3), channel="web")
    assert first.words("reason").tolist() == [None]
    assert free(shop) == {"web week": 2, "picks": 0, "offer": 2, "credit": 100}
    assert shop.reserve(basket(1)).words("reason").tolist() == ["pool_exhausted"]
    tomorrow = shop.reserve(basket(3, on=[NOW + DAY]), channel="web")
    assert tomorrow.words("reason").tolist() == ["pool_exhausted"]
    assert shop.available(0) == 97
    assert shop.reserve(basket(2, on=[NOW + DAY]), channel="web")["error"].tolist() == [0]
    shop.unreserve(first["reservation"])
    assert free(shop)["web week"] == 3


def test_named_and_flat_pools_are_asked_for(shop):
    offer, credit = shop.find_pool("offer"), shop.find_pool("credit")
    assert shop.reserve(basket(2), pools=[offer])["error"].tolist() == [0]
    assert shop.reserve(basket(1), pools=[offer]).words("reason").tolist() == ["pool_exhausted"]
    both = shop.reserve({"offsets": [0, 2], "sku": [0, 0], "node": [0, 0], "amount": [1, 80],
                         "pool": [-1, credit]})
    assert both["error"].tolist() == [0]
    assert free(shop) == {"web week": 5, "picks": 0, "offer": 0, "credit": 20}
    shop.adjust_pool(credit, -30)
    assert free(shop)["credit"] == -10
    (lost,) = pa.table(shop.uncovered()).to_pylist()
    assert (lost["pool"], lost["amount"], lost["sku"]) == (credit, 10, None)
    with pytest.raises(earmark.Unknown):
        shop.adjust_pool(77, 1)


def test_an_expired_basket_gives_back_its_pools_and_tells_its_goods(shop):
    shop.reserve(basket(3), channel="web", deadline=NOW + 5)
    assert shop.advance(NOW + 5) == 1
    assert free(shop)["web week"] == 5
    (row,) = pa.table(shop.expiries()[0]).to_pylist()
    assert (row["sku"], row["amount"]) == ("mug", 3)


def test_the_table_says_what_pools_there_are(shop):
    rows = pa.table(shop.pools()).to_pylist()
    assert [(r["pool"], r["key"], r["kind"], r["amount"]) for r in rows] == [
        (0, "web week", "quota", 5), (1, "picks", "capacity", 3), (2, "offer", "limit", 2),
        (3, "credit", "credit", 100)]
    assert [r["until"] is None for r in rows] == [True, False, True, True]
    with pytest.raises(earmark.Unknown):
        shop.find_pool("web weeks")


@pytest.mark.parametrize(("columns", "said"), [
    ({"pool": ["a"]}, "'amount' is missing"),
    ({"pool": ["a"], "amount": [1], "kind": ["quotas"]}, "quota, capacity, limit, credit"),
    ({"pool": ["a"], "amount": [1.5]}, "whole numbers"),
    ({"pool": ["a"], "amount": [1], "granule": [0]}, "'granule', row 1"),
    ({"pools": ["a"], "amount": [1]}, "did you mean 'pool'"),
])
def test_wrong_columns_are_refused_whole(shop, columns, said):
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=said):
        shop.load_pools(columns)
    assert shop.state_hash() == before


def test_wrong_rows_are_rejected_and_named(shop):
    report = shop.load_pools({"pool": ["credit", "", "x", "y"], "amount": [1, 1, 1, 1],
                              "per_unit": [1] * 4, "sku": ["", "", "cup", "mug"]})
    assert report["accepted"] == 1
    assert [(row, code) for row, code, _ in report["rejected"]] \
        == [(1, "duplicate_row"), (2, "empty_key"), (3, "unknown_sku")]


def test_a_wrong_pool_in_a_basket_is_its_own_refusal(shop):
    out = shop.reserve(basket(1, pool=[44]))
    assert out.words("reason").tolist() == ["unknown_pool"]
    assert shop.reserve(basket(1), pools=[44]).words("reason").tolist() == ["unknown_pool"]
    with pytest.raises(earmark.BadInput, match="'pool', row 1"):
        shop.reserve(basket(1, pool=[-2]))
    assert shop.available(0) == 100
