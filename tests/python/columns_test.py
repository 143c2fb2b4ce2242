"""Hostile columns: nothing is rounded, cut or guessed; every refusal names the column."""

import numpy as np
import pytest

from conftest import orders


def test_a_float_column_is_refused_not_rounded(shop):
    columns = orders(2) | {"amount": np.array([1.0, 2.5])}
    with pytest.raises(ValueError, match="column 'amount'.*float64.*whole numbers"):
        shop.place_orders(columns)


@pytest.mark.parametrize("values", [[True], np.array(["1"]), [None], [[1], [2, 3]], "12", object()])
def test_a_column_of_something_else_than_numbers_is_refused(shop, values):
    with pytest.raises(ValueError, match="amount"):
        shop.place_orders(orders(1) | {"amount": values})


def test_a_number_that_does_not_fit_is_refused_with_its_row(shop):
    for value in (-1, 2**32):
        with pytest.raises(ValueError, match="column 'sku', row 2.*outside"):
            shop.place_orders(orders(2) | {"sku": [0, value]})
    with pytest.raises(ValueError, match="sku"):
        shop.place_orders(orders(2) | {"sku": np.array([0, 2**64 - 1], dtype=np.uint64)})
    with pytest.raises((ValueError, OverflowError)):
        shop.place_orders(orders(2) | {"sku": [0, 2**70]})


def test_any_width_stride_and_byte_order_of_integers_is_read_by_value(shop):
    amount = np.arange(1, 7, dtype=">i2")[::2]
    placed = shop.place_orders(orders(3) | {"amount": amount, "sku": np.zeros(3, dtype=np.uint8)})
    assert [shop.order(int(o))["lines"][0][1] for o in placed["order"]] == [1, 3, 5]


def test_columns_of_different_length_are_refused(shop):
    with pytest.raises(ValueError, match="column 'amount' has 1 rows"):
        shop.place_orders(orders(2) | {"amount": [1]})
    with pytest.raises(ValueError, match="column 'place' has 3 rows"):
        shop.place_orders(orders(2) | {"place": [0, 0, 0]})


@pytest.mark.parametrize("offsets", [[], [0], [0, 1, 1], [1, 2, 2], [0, 2, 1, 2], [0, 1, 3],
                                     [0, -1, 2]])
def test_offsets_that_do_not_partition_the_lines_are_refused(shop, offsets):
    with pytest.raises(ValueError, match="offsets"):
        shop.place_orders(orders(2) | {"offsets": offsets})


def test_an_unknown_or_missing_column_is_named(shop):
    with pytest.raises(ValueError, match="unknown column 'skus'.*offsets"):
        shop.place_orders(orders(1) | {"skus": [0]})
    with pytest.raises(ValueError, match="column 'key' is missing"):
        shop.load_skus({"decimals": [0]})


@pytest.mark.parametrize("keys", ["mug", b"mug", [1], [b"mug"], ["a", None], 7, ["\ud800"]])
def test_keys_that_are_no_strings_are_refused(shop, keys):
    with pytest.raises(ValueError):
        shop.load_skus({"key": keys})


def test_a_refused_batch_changes_nothing(shop):
    before = shop.state_hash()
    with pytest.raises(ValueError):
        shop.place_orders(orders(5) | {"amount": [1, 1, 1, 1, 0.5]})
    assert shop.state_hash() == before


def test_an_empty_batch_is_no_work(shop):
    placed = shop.place_orders(orders(0))
    assert len(placed["order"]) == 0
    assert len(shop.source(placed["order"])["outcome"]) == 0
    assert len(shop.source([])["outcome"]) == 0


def test_ids_that_were_never_given_are_refusals_not_crashes(shop):
    assert (shop.source([0, 2**40])["error"] != 0).all()
    placed = shop.place_orders(orders(1) | {"sku": [4_000_000]})
    assert placed["error"][0] != 0
