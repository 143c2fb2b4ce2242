"""A policy with strategies, as Python shows it: which one decided, which passed the order on."""

import numpy as np
import pytest

import earmark
from conftest import EQUATOR, RATES, lines, stock

TWO = ('policy = "two"\ncurrency = "USD"\n' + RATES + """
[[strategy]]
name    = "large"
when    = "units > 2"
rank    = ["cost"]
from    = ["dc"]
outcome = { partial = "next", none = "next" }

[[strategy]]
name    = "all"
rank    = ["distance"]
""")


def shop(policy=TWO):
    e = earmark.Engine(max_orders=64, max_keys=256)
    e.load(skus={"key": ["mug"]}, places={"key": ["here"], "latitude": [0.0], "longitude": [0.0]},
           nodes={"key": ["dc", "near"], "kind": ["dc", "store"], "latitude": [0.0, 0.0],
                  "longitude": [10.0, 1.0]},
           stock={"sku": ["mug"] * 2, "node": ["dc", "near"], "on_hand": [5, 90]})
    e.activate(policy)
    return e


def placed(e, *amounts):
    return [e.place_order(f"o{i}", [("mug", n)], place="here") for i, n in enumerate(amounts)]


def test_the_decisions_name_the_strategy_and_those_that_passed_the_order_on():
    e = shop()
    ids = placed(e, 1, 4, 7)
    answer = e.source(ids)
    assert list(answer.words("strategy")) == ["all", "large", "all"]
    assert list(answer["passed_on"]) == [None, None, "large"]
    assert list(e.decisions().words("strategy")) == ["all", "large", "all"]
    assert list(e.explanation(ids[2])["passed_on"]) == ["large", "large"]
    assert list(e.explanation(ids[2])["strategy"]) == ["all", "all"]
    assert "The strategy 'large' could serve no line of it" in e.explain(ids[2])


def test_where_none_is_left_no_strategy_is_named_but_those_that_tried_are():
    e = shop(TWO.replace('name    = "all"', 'name    = "all"\nwhen    = "units < 2"'))
    answer = e.source(placed(e, 7))
    assert answer["strategy"].mask.all() and list(answer["passed_on"]) == ["large"]


def test_a_policy_without_strategies_names_none():
    e = shop(TWO.split("[[")[0].replace("[costs]", 'rank = ["cost"]\n[costs]'))
    answer = e.source(placed(e, 7))
    assert answer["strategy"].mask.all() and answer.dictionary("strategy") == ()
    assert list(answer["passed_on"]) == [None]


def test_a_rule_of_the_host_goes_before_the_rank_of_every_strategy():
    class Last(earmark.Criterion):
        def score(self, c):
            return -np.arange(len(c.node_keys))
    rule = Last(TWO)
    assert rule.policy.count('"score"') == 3  # of the policy, and of each strategy
    e = shop(rule.policy)
    both = earmark.Policy(TWO.replace('from    = ["dc"]\n', "")).ranked_by_score("x").text
    answer = e.source(placed(e, 1), criterion=rule)
    assert list(answer.parts.words("node")) == ["near"]
    e = shop(both)
    assert list(e.source(placed(e, 4), criterion=rule).parts.words("node")) == ["near"]
    e = shop(TWO.replace('from    = ["dc"]\n', ""))
    assert list(e.source(placed(e, 4)).parts.words("node")) == ["near"]


def test_ranked_by_score_changes_nothing_but_name_and_ranks():
    once = earmark.Policy(TWO).ranked_by_score("mine")
    assert once.name == "mine" and once == once.ranked_by_score("mine")
    text = once.text.replace('["score", ', "[").replace('"mine"', '"two"')
    assert text == earmark.Policy(TWO).text


def test_the_decisions_of_a_replay_name_the_strategy(tmp_path):
    from earmark.decisions import decisions
    c = earmark.compare(lines(("o1", "mug", 1), ("o2", "mug", 4)),
                        stock(("mug", "A", 50), ("mug", "B", 50)), EQUATOR, {"two": TWO})
    table = decisions(c.orders, c.nodes.keys, c.first_run["two"])
    assert table["strategy"] == ["all", "large"]


# ---- the card ------------------------------------------------------------------------------


def card(*rows):
    cards = pytest.importorskip("earmark.report.card", reason="the report's packages are missing")
    return cards.Card("o1", "two", "here", 1, "words", [(n, v, "because") for n, v in rows])


def test_the_card_knows_every_verdict_of_the_engine():
    for verdict in earmark.VERDICTS:
        cells = card(("a", verdict)).cells(verdict)
        assert (cells.count("fail") == 0) == (verdict == "chosen")
    assert "not_selected" in earmark.VERDICTS


def test_a_node_outside_of_the_strategy_fails_that_rule_and_is_asked_no_further():
    one = card(("a", "chosen"), ("b", "not_selected"), ("c", "inactive"))
    says = [rule.says for rule in one.rules]
    assert says[:3] == ["active", "in the strategy", "has a rate"]
    two = card(("a", "filtered"), ("b", "excluded"), ("c", "not_selected"))
    assert [rule.says for rule in two.rules][1:4] == ["not excluded", "passes filters",
                                                      "in the strategy"]
    assert one.cells("not_selected") == ["pass", "fail"] + ["blank"] * 5
    assert set(one.cells("chosen")) == {"pass"}
    assert one.cells("worse")[-1] == "fail"


def test_the_rule_of_strategies_is_shown_only_where_it_decided():
    assert "in the strategy" not in [r.says for r in card(("a", "worse")).rules]


def test_a_verdict_without_a_rule_is_a_fault_and_no_green_row():
    with pytest.raises(RuntimeError, match="no rule for the verdict 'sold_out'"):
        card(("a", "sold_out")).cells("sold_out")


def test_the_card_of_a_strategy_is_drawn_from_the_engine_s_own_rows():
    cards = pytest.importorskip("earmark.report.card", reason="the report's packages are missing")
    e = shop()
    order, = placed(e, 4)
    e.source([order])
    rows = [tuple(map(str, r)) for r in e.explain_rows(order)]
    drawn = cards.Card("o0", "two", "here", 1, e.explain(order), rows)
    assert dict((n, drawn.cells(v)) for n, v, _ in rows)["near"][1] == "fail"
    labels = [t.get_text() for t in cards.draw(drawn).axes[0].get_xticklabels()]
    assert "in the strategy" in labels
