"""Reservations from columns: swapped, changed by lines, moved between nodes."""

import numpy as np
import pyarrow as pa
import pytest

import earmark

NOW = 1_800_000_000_000_000_000
NEVER = 2**63 - 1


@pytest.fixture
def shop():
    engine = earmark.Engine()
    engine.load(skus={"key": ["mug", "cup"]}, nodes={"key": ["bonn", "bath"]},
                stock={"sku": ["mug", "mug", "cup"], "node": ["bonn", "bath", "bath"],
                       "on_hand": [10, 3, 5]})
    engine.advance(NOW)
    return engine


def hold(shop, *amounts, **more):
    """A reservation of so many mugs in bonn each."""
    n = len(amounts)
    frame = shop.reserve({"offsets": np.arange(n + 1), "sku": [0] * n, "node": [0] * n,
                          "amount": list(amounts)}, **more)
    assert frame["error"].tolist() == [0] * n
    return frame["reservation"].tolist()


def test_a_reservation_is_swapped_for_another_in_one_step(shop):
    (old,) = hold(shop, 8)
    both = shop.reserve({"offsets": [0, 1, 2], "sku": [0, 0], "node": [0, 0], "amount": [9, 9],
                         "supersedes": pa.array([old, None], pa.int64())})
    assert both.words("reason").tolist() == [None, "insufficient"]
    assert shop.available(0, 0) == 1
    again = shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1],
                          "supersedes": [old]})
    assert again.words("reason").tolist() == ["reservation_over"]


def test_changes_take_new_amounts_and_deadlines_all_or_nothing(shop):
    a, b, c = hold(shop, 2, 3, 1, deadline=NOW + 50)
    done = shop.change({"reservation": [a, b, c], "offsets": [0, 2, 3, 3], "sku": [0, 1, 0],
                        "node": [0, 1, 0], "amount": [1, 4, 99],
                        "deadline": pa.array([None, NOW + 70, NEVER], pa.int64())})
    assert done.words("outcome").tolist() == ["done", "declined", "done"]
    assert done.words("reason").tolist() == [None, "insufficient", None]
    assert [shop.available(0, 0), shop.available(1, 1)] == [5, 1]
    assert shop.advance(NOW + 50) == 2  # the second kept its deadline, the third has none now
    assert [shop.available(0, 0), shop.available(1, 1)] == [9, 5]
    shop.change(c, deadline=NOW + 90)
    assert shop.advance(NOW + 90) == 1


def test_a_deadline_may_be_one_for_all(shop):
    held = hold(shop, 1, 1, 1)
    done = shop.change({"reservation": held}, deadline=NOW + 5)
    assert done["reservation"].tolist() == held
    assert shop.advance(NOW + 5) == 3


def test_units_move_between_nodes_in_one_step(shop):
    a, b = hold(shop, 2, 4)
    moved = shop.move({"reservation": [a, b, b], "from": [0, 0, 0], "to": [1, 1, 1],
                       "sku": [-1, 0, 0], "amount": [0, 1, 3]})
    assert moved.words("reason").tolist() == [None, None, "insufficient"]
    assert [shop.available(0, 0), shop.available(0, 1)] == [7, 0]
    shop.unreserve([a, b])
    assert [shop.available(0, 0), shop.available(0, 1)] == [10, 3]
    over = shop.move({"reservation": [a], "from": [0], "to": [1]})
    assert over.words("reason").tolist() == ["reservation_over"]


def test_what_cannot_be_is_refused_row_by_row(shop):
    (a,) = hold(shop, 2)
    moved = shop.move({"reservation": [a, a, 12345, a], "from": [1, 0, 0, 0],
                       "to": [0, 77, 1, 1], "sku": [0, 0, 0, 1]})
    assert moved.words("reason").tolist() \
        == ["not_held", "unknown_node", "unknown_reservation", "not_held"]
    changed = shop.change({"reservation": [a, a], "offsets": [0, 1, 2], "sku": [0, 9],
                           "node": [0, 0], "amount": [0, 1]})
    assert changed.words("reason").tolist() == ["bad_line_count", "unknown_sku"]
    assert shop.available(0, 0) == 8


@pytest.mark.parametrize(("verb", "columns", "said"), [
    ("reserve", {"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1],
                 "supersedes": [1, 2]}, "'supersedes' has 2 rows"),
    ("reserve", {"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1],
                 "supersedes": [-2]}, "'supersedes', row 1"),
    ("change", {"reservation": [1], "offsets": [0, 1, 1], "sku": [0], "node": [0],
                "amount": [1]}, "one more than there are reservations"),
    ("change", {"reservation": [1], "sku": [0], "node": [0], "amount": [1]},
     "'offsets' is missing"),
    ("change", {"reservation": [1], "offsets": [0, 0]}, "'sku' is missing"),
    ("change", {"reservation": [1], "until": [5]}, "unknown column 'until'"),
    ("change", {"reservation": [1.5]}, "whole numbers"),
    ("move", {"reservation": [1], "from": [0]}, "'to' is missing"),
    ("move", {"reservation": [1], "from": [0], "to": [1], "amount": [-1]}, "'amount', row 1"),
    ("move", {"reservation": [-1], "from": [0], "to": [1]}, "'reservation', row 1"),
    ("move", {"reservation": [1], "from": [0], "to": [70000]}, "'to', row 1"),
])
def test_wrong_columns_are_refused_and_nothing_happens(shop, verb, columns, said):
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=said):
        getattr(shop, verb)(columns)
    assert shop.state_hash() == before


def test_a_large_batch_tells_progress_and_flushes_on_the_way(tmp_path):
    path = str(tmp_path / "j.db")
    engine = earmark.Engine(journal=path)
    engine.load(skus={"key": ["mug"]}, nodes={"key": ["bonn", "bath"]},
                stock={"sku": ["mug"] * 2, "node": ["bonn", "bath"], "on_hand": [10**6] * 2})
    n, told = 5_000, []
    held = np.asarray(hold(engine, *[2] * n))
    zero, one = np.zeros(n, np.int64), np.ones(n, np.int64)
    engine.change({"reservation": held, "offsets": np.arange(n + 1), "sku": zero, "node": zero,
                   "amount": 3 * one}, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (n, n)
    engine.move({"reservation": held, "from": zero, "to": one, "sku": zero, "amount": one})
    assert [engine.available(0, 0), engine.available(0, 1)] == [10**6 - 2 * n, 10**6 - n]
    assert engine.check_invariants() == []
    engine.flush()
    digest = engine.state_hash()
    del engine
    assert earmark.Engine(journal=path).state_hash() == digest


def test_a_partial_basket_takes_what_there_is(shop):
    got = shop.reserve({"offsets": [0, 2, 3], "sku": [0, 1, 1], "node": [0, 1, 1],
                        "amount": [12, 2, 9]}, partial=True)
    assert got.words("outcome").tolist() == ["partial", "partial"]
    assert [shop.available(0, 0), shop.available(1, 1)] == [0, 0]
    none = shop.reserve({"offsets": [0, 1], "sku": [0], "node": [0], "amount": [1]}, partial=True)
    assert none.words("reason").tolist() == ["insufficient"]


def test_a_fair_share_gives_out_what_there_is():
    assert earmark.fair_share(10, [10, 10, 10]) == [4, 3, 3]
    assert earmark.fair_share(100, [60, 60, 60], lot=24) == [48, 24, 24]
    assert earmark.fair_share(10, [5, 5, 5], weight=[1, 0, 0]) == [5, 3, 2]
    assert earmark.fair_share(7, pa.array([1, 2, 11])) == [1, 1, 5]


@pytest.mark.parametrize(("supply", "more", "said"), [
    (-1, {}, "supply of 0 or more"), (1, {"lot": 0}, "lot of at least 1"),
    (1, {"weight": [1]}, "one weight for each need"), (1, {"weight": [1, -1]}, "weight"),
    (2**60, {}, "supply")])
def test_a_share_that_cannot_be_is_refused(supply, more, said):
    with pytest.raises(earmark.BadInput, match=said):
        earmark.fair_share(supply, [1, 2], **more)
