"""A rule written in Python: it decides in the engine and in compare, and leaves nothing behind."""

import numpy as np
import pytest

import earmark
from conftest import CHEAP, EQUATOR, lines, stock
from earmark import errors

PLACES = {"key": ["here"], "latitude": [0.0], "longitude": [0.0]}


class Fixed(earmark.Criterion):
    """Says what it is told to."""

    def __init__(self, said, policy=CHEAP):
        super().__init__(policy)
        self.said, self.seen = said, None

    def score(self, c):
        self.seen = c
        return self.said(c) if callable(self.said) else np.array(self.said)


def shop(rule):
    e = earmark.Engine(max_orders=64, max_keys=256)
    e.load(skus={"key": ["mug"]}, places=PLACES,
           nodes={"key": ["a", "b", "c"], "latitude": [0.0, 0.0, 0.0],
                  "longitude": [1.0, 2.0, 3.0]},
           stock={"sku": ["mug"] * 3, "node": ["a", "b", "c"], "on_hand": [9, 9, 1]})
    e.activate(rule.policy)
    return e


def placed(e, *amounts):
    return [e.place_order(f"o{i}", [("mug", n)], place="here") for i, n in enumerate(amounts)]


def nodes_of(answer):
    return list(answer.parts.words("node"))


def test_each_order_is_ranked_by_its_own_row_and_then_by_the_policy():
    rule = Fixed([[3, 2, 1], [-1, 7, 7], [0, 0, 0]])
    e = shop(rule)
    assert nodes_of(e.source(placed(e, 1, 1, 1), criterion=rule)) == ["c", "a", "a"]


def test_a_row_serves_all_orders():
    rule = Fixed([5, 1, 9])
    e = shop(rule)
    assert nodes_of(e.source(placed(e, 1, 2), criterion=rule)) == ["b", "b"]


def test_a_rule_sees_columns():
    rule = Fixed([1, 2, 3])
    e = shop(rule)
    ids = placed(e, 1, 4)
    e.source(ids, criterion=rule)
    c = rule.seen
    assert len(c) == 2 and c.orders.tolist() == ids
    assert list(c.node_keys) == ["a", "b", "c"] and list(c.kinds) == ["dc"] * 3
    assert c.metres.shape == (2, 3) and c.metres[0, 1] == pytest.approx(222_390, abs=1)
    assert c.place.tolist() == [0, 0] and c.lines.tolist() == [1, 1]
    assert c.amount.tolist() == [1, 4]
    with pytest.raises(ValueError, match="read-only"):
        c.metres[0, 0] = 0


def test_what_each_node_could_serve_is_asked_when_it_is_looked_at():
    seen = []
    rule = Fixed(lambda c: (seen.append(c.serves.tolist()), -c.serves)[1])
    e = shop(rule)
    assert nodes_of(e.source(placed(e, 4, 1), criterion=rule)) == ["a", "a"]
    assert seen == [[[1, 1, 0], [1, 1, 1]]]


def test_the_explanation_knows_the_scores_without_the_rule():
    rule = Fixed([30, 10, 20])
    e = shop(rule)
    order, = placed(e, 1)
    e.source([order], criterion=rule)
    assert "a score that is higher by 10" in e.explain(order)


def test_a_rule_that_raises_leaves_the_engine_as_it_was():
    def bad(_):
        raise ZeroDivisionError("in the rule")
    rule = Fixed(bad)
    e = shop(rule)
    ids = placed(e, 1)
    before = e.state_hash(), e.event_digest()
    with pytest.raises(ZeroDivisionError, match="in the rule"):
        e.source(ids, criterion=rule)
    assert (e.state_hash(), e.event_digest()) == before


def test_a_rule_may_ask_the_engine():
    rule = Fixed(lambda c: [-e.available(0, k) for k in range(3)])
    e = shop(rule)
    assert nodes_of(e.source(placed(e, 1), criterion=rule)) == ["a"]


@pytest.mark.parametrize("said, sentence", [
    ([1, 2], r"array of \(2,\); give \(1, 3\)"),
    ([[1, 2, 3]] * 2, r"array of \(2, 3\)"),
    ([1.5, 2.0, 3.0], "float64; give whole numbers"),
    ([float("nan")] * 3, "give whole numbers"),
    ([2**31, 0, 0], r"0 to 2147483648; give -2\^31"),
    (["a", "b", "c"], "give whole numbers"),
])
def test_what_a_rule_may_not_say(said, sentence):
    rule = Fixed(said)
    e = shop(rule)
    ids = placed(e, 1)
    before = e.state_hash()
    with pytest.raises(errors.BadInput, match=sentence):
        e.source(ids, criterion=rule)
    assert e.state_hash() == before


def test_a_policy_by_score_needs_a_rule():
    e = shop(Fixed([1, 2, 3]))
    answer = e.source(placed(e, 1))
    assert list(answer.words("reason")) == ["no_scores"]
    assert answer["exact"].tolist() == [False]


def test_a_rule_without_score_says_what_to_write():
    class Empty(earmark.Criterion):
        pass
    rule = Empty("nearest", currency="EUR")
    assert 'policy   = "Empty"' in rule.policy and '"EUR"' in rule.policy
    assert 'rank     = ["score", "distance"' in rule.policy
    e = shop(rule)
    with pytest.raises(NotImplementedError, match=r"Empty\.score\(c\) is to be written"):
        e.source(placed(e, 1), criterion=rule)


def test_it_works_in_compare_as_in_the_engine():
    class Last(earmark.Criterion):
        def score(self, c):
            return -np.arange(len(c.node_keys))
    rules = {"cheap": CHEAP, "last": Last(CHEAP)}
    orders = lines(("o1", "mug", 1), ("o2", "mug", 1))
    shelf = stock(("mug", "A", 5), ("mug", "B", 5))
    one = earmark.compare(orders, shelf, EQUATOR, rules, threads=1)
    assert one.matrix("last").tolist()[0][1] == 2  # both lines moved from A to B
    assert one.digest == earmark.compare(orders, shelf, EQUATOR, rules, threads=2).digest
