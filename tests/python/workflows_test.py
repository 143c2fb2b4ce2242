"""Workflows: read, checked, drawn, made active; what may be done with an order, and why not."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import earmark
import jsonschema
import pytest
import tomllib

ROOT = Path(__file__).parents[2]

CHECKED = """workflow = "checked"
events = ["check"]
state = [ { name = "looked_at", base = "open" } ]
step = [
  { from = "open", on = "check", to = "looked_at", because = "a person" },
  { from = "looked_at", on = "allocate", to = "allocated" },
  { from = ["open", "looked_at", "allocated"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "release", to = "released", when = "whole_order" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
"""
POLICY = 'policy = "p"\ncurrency = "USD"\nrank = ["parcels"]\n'


def shop():
    engine = earmark.Engine()
    engine.load_skus({"key": ["mug"]})
    engine.load_nodes({"key": ["leeds"], "kind": ["dc"]})
    engine.load_stock({"sku": ["mug"], "node": ["leeds"], "on_hand": [9]})
    engine.activate(POLICY)
    return engine


def test_each_standard_workflow_is_read_again_from_its_own_text():
    names = earmark.standard_workflows()
    assert "sales" in names
    for name in names:
        flow = earmark.workflow(name)
        assert flow.name == name
        assert flow.verify() == []
        again = earmark.workflow(flow.text)
        assert again.text == flow.text
        assert again.steps == flow.steps
        assert again.states == flow.states
        assert again.svg() == flow.svg() == flow._repr_html_()


def test_the_published_pictures_are_those_of_the_tables_and_are_xml():
    for name in earmark.standard_workflows():
        drawn = earmark.workflow(name).svg()
        assert drawn == (ROOT / f"docs/pictures/workflow_{name}.svg").read_text()
        assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_schema_knows_what_the_reader_takes():
    schema = json.loads(earmark.workflow_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (CHECKED, *(earmark.workflow(n).text for n in earmark.standard_workflows())):
        jsonschema.validate(tomllib.loads(text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(CHECKED.replace("because", "becuase")), schema)


def test_a_wrong_text_has_a_sentence_for_each_finding():
    wrong = CHECKED.replace('on = "ship"', 'on = "shup"')
    findings = earmark.workflow_findings(wrong, file="w.toml")
    assert findings and "did you mean 'ship'?" in findings[0]
    with pytest.raises(earmark.BadPolicy) as raised:
        earmark.workflow(wrong)
    assert raised.value.code == "bad_workflow"
    assert raised.value.findings
    assert earmark.workflow_findings(CHECKED) == []


def test_an_order_goes_by_the_version_that_was_active_when_it_came():
    engine = shop()
    before = engine.place_order("a", [("mug", 1, 100)], currency="USD")
    assert engine.activate_workflow(CHECKED) == 1
    after = engine.place_order("b", [("mug", 2, 100)], currency="USD")
    assert engine.order(before)["workflow"] == 0
    assert engine.order(after)["workflow"] == 1
    assert earmark.workflow_of(engine, 1).name == "checked"
    with pytest.raises(earmark.Unknown):
        earmark.workflow_of(engine, 2)
    with pytest.raises(earmark.Unknown):
        engine.record(after, "mark", event="chek")
    assert engine.record(after, "mark", event="check") == "done"
    assert engine.order(after)["labels"] == ["looked_at"]


def test_allowed_says_what_is_possible_and_why_the_rest_is_not():
    engine = shop()
    engine.activate_workflow(earmark.workflow(CHECKED))
    order = engine.place_order("a", [("mug", 2, 100)], currency="USD")
    steps = {s["event"]: s for s in engine.allowed(order)}
    assert steps["cancel"]["possible"]
    assert steps["check"]["command"] == "record(mark)"
    assert steps["check"]["because"] == "a person"
    assert not steps["ship"]["possible"]
    assert steps["ship"]["why_not"] == "no step from open"


def test_goods_are_picked_packed_lost_and_put_back():
    engine = shop()
    order = engine.place_order("a", [("mug", 4, 100)], currency="USD")
    engine.source([order])
    engine.release([order])
    assert engine.record(order, "pick", 1, amount=3) == "done"
    assert engine.record(order, "pack", 1, amount=1) == "done"
    assert engine.record(order, "unpick", 1, amount=2) == "done"
    assert engine.record(order, "lose", 1, "leeds", 1) == "done"
    balance = engine.balance()
    assert (balance["released"], balance["picked"], balance["lost"]) == (3, 0, 1)
    assert balance["on_hand"] == 8
    with pytest.raises(earmark.BadInput):
        engine.record(order, "eat")


TIMED = CHECKED + """
timer = [
  { from = "looked_at", on = "cancel", after = "2d" },
  { from = "allocated", on = "release", after = "2h" },
]
"""
HOUR = 3600 * 10**9
START = 1_800_000_000 * 10**9


def test_time_takes_a_step_by_itself_and_the_story_says_which():
    engine = shop()
    engine.activate_workflow(TIMED, START)
    order = engine.place_order("a", [("mug", 2, 100)], currency="USD", now=START)
    engine.record(order, "mark", event="check")
    engine.source([order])
    release = next(s for s in engine.allowed(order) if s["event"] == "release")
    assert release["acts_at"] == START + 2 * HOUR and not release["told"]
    engine.advance(START + 2 * HOUR)
    assert engine.order(order)["lowest"] == "released"
    assert "line 1 release after PT2H by itself" in str(engine.story(order))
    assert "release by time: " in str(engine.story(order))


def test_orders_go_by_another_version_and_map_what_it_calls_otherwise():
    engine = shop()
    engine.activate_workflow(CHECKED)
    order = engine.place_order("a", [("mug", 2, 100)], currency="USD")
    engine.record(order, "mark", event="check")
    version = engine.activate_workflow(CHECKED.replace("looked_at", "seen"))
    refused = engine.migrate([order, 99], version).words("reason")
    assert list(refused) == ["state_missing", "unknown_order"]
    done = engine.migrate([order], version, states={"looked_at": "seen"}).words("outcome")
    assert list(done) == ["done"]
    assert engine.order(order)["workflow"] == version
    assert engine.order(order)["labels"] == ["seen"]


def test_a_timer_of_an_event_that_the_state_has_no_step_for_is_refused_with_its_line():
    wrong = CHECKED + '[[timer]]\nfrom = "allocated"\non = "ship"\nafter = "1h"\n'
    findings = earmark.workflow_findings(wrong, file="w.toml")
    assert findings[0].startswith("w.toml:13:8: no step leads from 'allocated' on 'ship'")
    schema = json.loads(earmark.workflow_schema())
    jsonschema.validate(tomllib.loads(TIMED), schema)
