"""Scalar calls: the quick door takes what is exactly right, the door behind it all the rest, and
nobody can tell which one answered."""

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
