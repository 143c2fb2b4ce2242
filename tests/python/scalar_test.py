"""Scalar calls: the quick door takes what is exactly right, the door behind it all the rest, and
nobody can tell which one answered."""

import threading

import numpy as np
import pytest

import earmark


class Counted(int):
    pass


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug", "höhle"]})
    engine.load_nodes({"key": ["berlin", "bonn"]})
    engine.load_stock({"sku": ["mug", "mug"], "node": ["berlin", "bonn"], "on_hand": [10, 5]})
    return engine


def test_arguments_by_position_by_name_and_left_out(shop):
    assert shop.available(0) == 15
    assert shop.available(0, None) == 15
    assert shop.available(0, 1) == 5
    assert shop.available(nodes=1, skus=0) == 5
    assert shop.available(0, 1, 2) == shop.available(0, 1, floor=2) == 3
    a = shop.reserve_one(0, 0, 1)
    b = shop.reserve_one(0, node=0, amount=2, now=5)
    assert shop.available(0, 0) == 7
    assert shop.unreserve(b) is None
    assert shop.unreserve(reservation=a, now=9) is None
    assert shop.available(0, 0) == 10
    assert shop.find_sku("höhle") == shop.find_sku(key="höhle") == 1


@pytest.mark.parametrize("one", [np.int64(1), np.uint16(1), Counted(1)])
def test_whatever_is_an_integer_is_taken(shop, one):
    assert shop.reserve_one(0, one, one) is not None
    assert shop.available(0, int(one)) == 4


def test_a_batch_has_the_same_name(shop):
    assert shop.available([0, 0], [0, 1]).tolist() == [10, 5]
    held = [shop.reserve_one(0, 0, 1) for _ in range(3)]
    done = shop.unreserve([*held, held[0], 2**40])
    assert done.words("outcome").tolist() == ["done"] * 3 + ["declined"] * 2
    assert done.words("reason").tolist()[3:] == ["reservation_over", "unknown_reservation"]
    assert shop.available(0, 0) == 10


@pytest.mark.parametrize("call", [
    lambda e: e.reserve_one(),
    lambda e: e.reserve_one(0, 0),
    lambda e: e.reserve_one(0, 0, 1, 0, 0, 0, 0),
    lambda e: e.reserve_one(0, 0, 1, amount=1),
    lambda e: e.reserve_one(0, 0, 1, colour=1),
    lambda e: e.reserve_one(0, 0, 1.5),
    lambda e: e.reserve_one(0, 0, "1"),
    lambda e: e.reserve_one(0, 2**16, 1),
    lambda e: e.reserve_one(2**32, 0, 1),
    lambda e: e.reserve_one(0, 0, 2**63),
    lambda e: e.reserve_one(-1, 0, 1),
    lambda e: e.find_sku(7),
    lambda e: e.find_sku("\ud800"),
    lambda e: earmark.Engine.find_sku("mug"),
    lambda e: earmark.Engine.find_sku(object(), "mug"),
    lambda e: earmark.Engine.__new__(earmark.Engine).find_sku("mug"),
    lambda e: earmark.Engine.__new__(earmark.Engine).skus(),
])
def test_what_is_wrong_is_a_type_error_and_changes_nothing(shop, call):
    before = shop.state_hash()
    with pytest.raises((TypeError, UnicodeEncodeError)):
        call(shop)
    assert shop.state_hash() == before


def test_what_the_engine_refuses_is_raised_as_ever(shop):
    with pytest.raises(earmark.Refused) as refused:
        shop.reserve_one(0, 0, 11)
    assert refused.value.code == "insufficient"
    with pytest.raises(earmark.Unknown):
        shop.find_sku("cup")
    with pytest.raises(earmark.Unknown):
        shop.unreserve(2**40)


def test_a_subclass_is_an_engine(shop):
    class Shop(earmark.Engine):
        def __init__(self):
            super().__init__()
            self.load_skus({"key": ["mug"]})

    assert Shop().find_sku("mug") == 0
    assert earmark.Engine.find_sku(shop, "mug") == 0
    with pytest.raises(TypeError):
        Shop.__new__(Shop).find_sku("mug")


def test_the_words_are_those_of_the_method_behind():
    assert earmark.Engine.reserve_one.__doc__.startswith("reserve_one(self: ")
    assert "Overloaded function." in earmark.Engine.available.__doc__


def test_a_batch_reads_arrays_where_they_lie_and_copies_what_it_must():
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug"]})
    engine.load_nodes({"key": ["berlin"]})
    engine.load_stock({"sku": ["mug"], "node": ["berlin"], "on_hand": [10_000]})
    n = 600
    zeros, ones = np.zeros(n, np.int64), np.ones(n, np.int64)
    strided = np.zeros(2 * n, np.int64)[::2]
    swapped = ones.astype(">i8")
    hidden = np.ma.masked_array(ones, mask=zeros.astype(bool))
    fixed = zeros.copy()
    fixed.flags.writeable = False
    for sku, node, amount in ((zeros, zeros, ones), (strided, fixed, swapped),
                              (zeros.astype(np.uint8), strided, hidden), (zeros.tolist(), 0, 1)):
        table = {"offsets": np.arange(n + 1), "sku": sku, "node": node, "amount": amount}
        out = engine.reserve(table)
        assert set(out.words("outcome")) == {"done"}
        assert engine.available(0, 0) == 10_000 - n
        engine.unreserve(out["reservation"])
    bad = ones.copy()
    bad[-1] = np.iinfo(np.int64).min
    with pytest.raises(earmark.BadInput, match="row 600"):
        engine.reserve({"offsets": np.arange(n + 1), "sku": zeros, "node": zeros, "amount": bad})
    with pytest.raises(earmark.BadInput, match="one dimension"):
        engine.reserve({"offsets": [0, 1], "sku": np.zeros((1, 1), np.int64), "node": [0],
                        "amount": [1]})


def test_columns_that_change_while_the_engine_reads_harm_nobody():
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug"]})
    engine.load_nodes({"key": ["berlin"]})
    engine.load_stock({"sku": ["mug"], "node": ["berlin"], "on_hand": [1_000_000]})
    n = 20_000
    sku, amount = np.zeros(n, np.int64), np.ones(n, np.int64)
    stop = threading.Event()

    def spoil():
        while not stop.is_set():
            sku[:] = np.iinfo(np.int64).max
            amount[:] = np.iinfo(np.int64).min
            sku[:] = 0
            amount[:] = 1

    other = threading.Thread(target=spoil)
    other.start()
    try:
        for _ in range(5):
            try:
                engine.reserve({"offsets": np.arange(n + 1), "sku": sku,
                                "node": np.zeros(n, np.int64), "amount": amount})
            except earmark.BadInput:  # seen before the engine was asked
                pass
    finally:
        stop.set()
        other.join()
    assert engine.check_invariants() == []
